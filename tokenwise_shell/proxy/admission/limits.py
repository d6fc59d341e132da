"""Sizes and concurrency: how much the proxy takes of one request, and of all together, by `proxy.*` of the settings.

Limits of money are in `budgets`.

What is refused here is refused before anything is decided or paid for. The length and the pace of a body are watched
where it is read (`asgi`), a client that takes nothing where the sockets are opened (`http.sockets`).
"""

from attrs import define, field

from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.proxy.fronts import Trouble

__all__ = ["Gate", "long_conversation", "long_head"]

_RETRY_S = 1


def long_head(size: int, settings: ProxySettings) -> Trouble | None:
    """What is wrong with a head that is longer than is taken, counted as it came over the wire."""
    if size <= settings.max_header_bytes:
        return None
    message = f"the head of the request is longer than {settings.max_header_bytes} bytes"
    return Trouble(431, "invalid_request_error", "headers_too_large", message)


def long_conversation(messages: int, settings: ProxySettings) -> Trouble | None:
    """What is wrong with a conversation of so many messages, if there are too many."""
    if messages <= settings.max_messages:
        return None
    message = f"the conversation has {messages} messages; at most {settings.max_messages} are taken"
    return Trouble(413, "invalid_request_error", "too_many_messages", message, "messages")


@define(eq=False)
class Gate:
    """How many requests are being served, and whether more may come in."""

    settings: ProxySettings
    closing: bool = field(default=False, init=False)
    serving: int = field(default=0, init=False)

    def trouble(self) -> Trouble | None:
        """Why one more cannot be served now: the proxy is ending, or has its hands full."""
        if self.closing:
            message = "this proxy is shutting down; try again"
            return Trouble(503, "server_error", "shutting_down", message, retry_after_s=_RETRY_S)
        if self.serving >= self.settings.max_concurrent:
            message = f"this proxy serves {self.serving} requests, as many as it may; try again"
            return Trouble(503, "server_error", "overloaded", message, retry_after_s=_RETRY_S)
        return None

    def __enter__(self) -> None:
        """Count a request as being served while the block runs."""
        self.serving += 1

    def __exit__(self, *_: object) -> None:
        """Count it no more."""
        self.serving -= 1
