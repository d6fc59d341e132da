"""The proxy: front doors for clients of several formats, and one engine behind them all.

    app        which endpoint answers which request
    service    what one running proxy has for its requests
    fronts     what a front door is: it reads a request, and writes answers, streams and errors
    serving    one request through the engine, from its bytes to its answer
    asked      what a request asks for, with its options
    deciding   which model it gets: the core's decision
    carrier    the decision carried out by the machine, with the client's own request
    delivery   what the client gets of it, and when
    troubles   every way in which a request can fail, as data

No decision about models, money or order is taken here: the core is asked.
"""
