"""HTTP/1.1 on sockets of our own, and the small ASGI that the doors speak.

It knows no format and no model.
"""
