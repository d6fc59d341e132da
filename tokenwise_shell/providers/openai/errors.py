"""Errors as providers of OpenAI's format write them, which is in six ways, some of them with status 200."""

import re
from typing import Final, TypeGuard

import orjson
from attrs import frozen

from tokenwise.faults import Fault
from tokenwise.routing.verdicts import Failure
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, entries, first_text, text
from tokenwise_shell.providers.status import fault_of, retry_after_ms
from tokenwise_shell.transport.exchange import Headers, HttpResponse

__all__ = ["ProviderError", "beside_message", "code_and_param", "failure_of", "no_answer", "read_error"]

# A provider's own message is shown to people; a page of HTML is not a message.
_LONGEST_MESSAGE: Final = 1000
_LONGEST_WORD: Final = 100

# A model's failed attempt at a call is as long as an answer.
_LONGEST_REST: Final = 32_768

_SAID: Final = ("message", "type", "code", "param")

_TITLE: Final = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)


@frozen
class ProviderError:
    """What an error says. `status` is the one inside the error (OpenRouter's), 0 where there is none."""

    message: str = ""
    codes: tuple[str, ...] = ()
    status: int = 0

    def fault(self, status: int) -> Fault:
        """The fault, where the answer as a whole has this status. An error within a success is one all the same."""
        if 200 <= status < 300:
            status = self.status or 500  # without a status of its own, it came from a server that failed to serve
        return fault_of(status, *self.codes, message=self.message)


def read_error(value: object) -> ProviderError | None:
    """The error in an answer or an event, None where there is none.

    OpenAI, OpenRouter: `{"error": {"message", "type", "code"}}`. Google's compatible door: the same in a list. Ollama,
    LM Studio: `{"error": "message"}`. Older vLLM: `{"object": "error", "message", "type", "code"}`. Mistral:
    `{"object": "error", "message": {"detail": ...}}`. FastAPI and what is built with it: `{"detail": ...}`.
    """
    if isinstance(value, dict) and "error" not in value and "detail" not in value and value.get("object") != "error":
        return None  # nearly always
    listed = entries(value)
    answer = as_fields(listed[0] if listed else value)
    error = answer.get("error")
    if isinstance(error, str) and error:
        return ProviderError(_cut(error))
    if fields := as_fields(error):
        return _object(fields)
    if answer.get("object") == "error" or ("detail" in answer and "choices" not in answer):
        return _object(answer)
    return None


def failure_of(status: int, headers: Headers, body: bytes, *, now_ms: int) -> Failure:
    """An answer that is an error by its status."""
    answer = as_json(body)
    error = read_error(answer) or ProviderError(_cut(first_text(as_fields(answer).get("message"), _words(body))))
    message = error.message or f"the provider answered {status}"
    return Failure(error.fault(status), message, retry_after_ms=retry_after_ms(headers, now_ms=now_ms))


def no_answer(response: HttpResponse, expected: str) -> Failure:
    """A success that holds no answer: what it was instead, in its own words as far as it has any.

    A page comes from whoever stands at this address in the provider's place. As with a redirection, nobody was asked
    there, and asking again gives the page again.
    """
    kind = dict(response.headers).get("content-type", "no content type").partition(";")[0][:80]
    start = response.body[: 4 * _LONGEST_MESSAGE].decode("utf-8-sig", "replace").strip()
    if start.startswith("<"):
        said = f"a page{_title(start)}, not {expected}; is the base URL right?"
        return Failure(Fault.MODEL_MISSING, f"the provider answered {response.status} with {said}")
    answer = as_json(response.body)
    words = first_text(as_fields(answer).get("message"), "" if answer is not None else start)[:_LONGEST_WORD]
    what = f"{len(response.body)} bytes of {kind}" if answer is None else "JSON"
    said = f"{what}, not {expected}{words and f': {words}'}"
    return Failure(Fault.MALFORMED, f"the provider answered {response.status} with {said}")


def _title(page: str) -> str:
    found = _TITLE.search(page)
    return f" ({' '.join(found[1].split())[:_LONGEST_WORD]})" if found else ""


def code_and_param(body: bytes) -> tuple[str, str]:
    """The code that an error has and the field that it is about, in its own words; "" for what it does not say.

    >>> code_and_param(b'{"error": {"message": "too warm", "code": "invalid_value", "param": "temperature"}}')
    ('invalid_value', 'temperature')
    """
    error = as_fields(as_fields(as_json(body)).get("error"))
    return text(error.get("code"))[:_LONGEST_WORD], text(error.get("param"))[:_LONGEST_WORD]


def beside_message(body: bytes) -> str:
    """What an error has beside its message, type, code and field, as JSON; "" where that is nothing, or a great deal.

    Groq's `failed_generation` is such a field, and Azure's `innererror`.
    """
    error = as_fields(as_fields(as_json(body)).get("error"))
    rest = {name: value for name, value in error.items() if name not in _SAID and value is not None}
    said = orjson.dumps(rest).decode() if rest else ""
    return said if len(said) <= _LONGEST_REST else ""


def _words(body: bytes) -> str:
    """A body that is plain words. A page of HTML is none, and neither is broken JSON."""
    said = body[: 4 * _LONGEST_MESSAGE].decode("utf-8", "replace").strip()
    return "" if said[:1] in ("<", "{", "[") or not said.isprintable() else said


def _object(error: Fields) -> ProviderError:
    detail = error.get("detail", error.get("message"))
    # OpenRouter's message is often "Provider returned error"; what the provider returned stands in the metadata.
    metadata = as_fields(error.get("metadata"))
    said = first_text(error.get("message"), detail, _plain(detail))
    raw = first_text(metadata.get("raw"))
    code = error.get("code")
    codes = tuple(code for code in (code, error.get("type")) if isinstance(code, str) and code)
    digits = code if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) == 3 else ""
    status = int(digits) if digits else code
    known = next((each for each in (status, error.get("status_code")) if _is_status(each)), 0)
    message = (
        f"{said}: {raw}" if said and raw else said or raw or "the provider reported an error and did not say which"
    )
    return ProviderError(_cut(message), codes, known)


def _is_status(value: object) -> TypeGuard[int]:
    return type(value) is int and 300 <= value <= 599


def _plain(detail: object) -> str:
    """FastAPI's list of what is wrong with a request, as one line."""
    complaints = entries(detail) or entries(as_fields(detail).get("detail"))
    return "; ".join(filter(None, (first_text(as_fields(one).get("msg")) for one in complaints)))


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]} [...]"
