"""The one pooled HTTP client: sends a request once and gives the answer whole or in chunks. Nobody else names httpx.

It never retries: a POST that was sent may be billed, and whether to ask again is the machine's decision. It follows no
redirect, keeps no cookie, reads no environment unless asked, and decodes nothing. Time limits are trio scopes in here;
httpx's own are off.

httpx opens its connections through httpcore, whose pool loses slots when a request is cancelled while it waits for one
(encode/httpcore#1093). So the pool has no limit here, and requests wait for their turn before they reach it.
"""

from tokenwise_shell.transport.client import HttpStream, Transport, TransportLimits, open_transport
from tokenwise_shell.transport.pool import Connect

__all__ = ["Connect", "HttpStream", "Transport", "TransportLimits", "open_transport"]
