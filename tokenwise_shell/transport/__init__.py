"""The one pooled HTTP client: sends a request once and gives the answer whole or in chunks.

It never retries: a POST that was sent may be billed, and whether to ask again is the machine's decision. It follows no
redirect, keeps no cookie, reads no environment unless asked, and decodes nothing. Time limits are trio scopes in here.

    client       turns, limits of time and size
    pool         connections of our own, kept by host
    connection   one of them: HTTP/1.1 by h11
    proxied      httpx, where the environment names a proxy
"""

from tokenwise_shell.transport.client import HttpStream, Transport, TransportLimits, open_transport
from tokenwise_shell.transport.pool import Connect

__all__ = ["Connect", "HttpStream", "Transport", "TransportLimits", "open_transport"]
