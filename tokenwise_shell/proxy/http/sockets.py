"""The socket on which clients come in. Nothing here waits, and nothing loads an event loop."""

import ipaddress
import socket
from typing import Final

from tokenwise.errors import InputError, Problem
from tokenwise_shell.config.settings import ProxySettings

__all__ = ["listen", "origin_of", "reachable_by_others"]

# Connections that wait to be accepted; Linux allows 4096 unless told otherwise.
_BACKLOG: Final = 2048

# Silence after which the other end is asked whether it is still there.
_PROBE_S: Final = 60


def listen(settings: ProxySettings) -> socket.socket:
    """A listening socket where the settings say. Raises InputError where that cannot be.

    A connection whose client takes nothing for `write_timeout_s`, or has vanished, ends by itself.
    """
    where = f"{settings.host}:{settings.port}"
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = found[0]
        listener = socket.socket(family, kind)
    except OSError as error:
        raise InputError(Problem(where, f"is no address to listen on ({error.strerror})")) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        # Accepted connections inherit these. Not every system has them by these names.
        for name, value in (("TCP_USER_TIMEOUT", settings.write_timeout_s * 1000), ("TCP_KEEPIDLE", _PROBE_S)):
            if (option := getattr(socket, name, None)) is not None:
                listener.setsockopt(socket.IPPROTO_TCP, option, value)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        fix = "another program may have it; --port names another port, and --port 0 takes a free one"
        raise InputError(Problem(where, f"cannot be listened on ({error.strerror}); {fix}")) from error
    listener.setblocking(False)
    return listener


def reachable_by_others(listener: socket.socket) -> bool:
    """Whether more than this machine can connect."""
    return not ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


def origin_of(listener: socket.socket, host: str) -> str:
    """Where clients find it: scheme, this host, and the port that it was given."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
