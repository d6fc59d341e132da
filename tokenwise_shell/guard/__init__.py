"""Any command under a hard cap: a proxy of its own for one child, what the child is told, and what it has spent.

What a call may cost, and whether it is made, is decided by the machine behind the proxy; here is who is held to what.
"""
