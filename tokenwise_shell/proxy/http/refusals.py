"""What a server of ours answers by itself, without asking the application."""

from http import HTTPStatus
from typing import Final

import orjson

__all__ = ["error_body", "error_headers", "refusal"]

_ERRORS: Final = {
    500: ("internal_error", "this request failed by a bug of the proxy's own; its log says more"),
    431: ("headers_too_large", "the head of the request is too long"),
    501: ("not_implemented", "this is not spoken here"),
}
_BAD: Final = ("bad_request", "this is not a request of HTTP/1.1")


def refusal(status: int) -> bytes:
    """The whole answer to what is no request, or to one that the application has failed; it ends the connection."""
    body = error_body(status)
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()]
    lines += [b"%b: %b\r\n" % pair for pair in error_headers(body)]
    return b"".join((*lines, b"\r\n", body))


def error_body(status: int) -> bytes:
    """What a refusal says, as OpenAI says such."""
    code, message = _ERRORS.get(status, _BAD)
    kind = "server_error" if status == HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return orjson.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}})


def error_headers(body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of a refusal with this body."""
    return [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
