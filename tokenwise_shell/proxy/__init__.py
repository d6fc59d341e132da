"""The proxy: front doors for clients of several formats, and one engine behind them all.

    app        which endpoint answers which request
    service    what one running proxy has for its requests
    fronts     what a front door is: it reads a request, and writes answers, streams and errors
    serving    one request through the engine, from its bytes to its answer
    troubles   every way in which a request can fail, as data
    http/      connections, and the small ASGI that the doors speak
    admission/ who may come in, and how much of it at once
    doors/     an endpoint each
    request/   what a request asks for, whose session it is, which model it gets
    answer/    the decision carried out by the machine, and what the client gets of it

No decision about models, money or order is taken here: the core is asked.
"""
