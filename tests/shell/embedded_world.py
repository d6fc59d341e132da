"""The embedded provider as a simulation's world: what a client makes of its answers, and when, without a network.

It is the same provider, asked by the same wire formats, but nothing is sent: its waits are summed and its bytes are
read as they stand. `tests/shell/engine/test_fidelity.py` holds this against the client that runs in production.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import assert_never
from urllib.parse import urlsplit

from attrs import define, evolve, frozen

from tokenwise.ids import AttemptId, jitter
from tokenwise.machine.messages import CallModel
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.simulation.answers import Answer
from tokenwise_shell.embedded import EmbeddedProvider
from tokenwise_shell.embedded.wire.delivery import Act, Bill, Chunk, Close, Head, Pause, Raw
from tokenwise_shell.embedded.wire.http_request import HttpRequest
from tokenwise_shell.engine.calls import redacted
from tokenwise_shell.engine.checks import failed_checks
from tokenwise_shell.providers import FORMATS, Ask, Endpoint, StreamParse, chat_fields
from tokenwise_shell.providers.reply_format import response_format
from tokenwise_shell.providers.status import BY_TROUBLE
from tokenwise_shell.transport import exchange
from tokenwise_shell.transport.reading import LlhttpAnswers, Unreadable
from tokenwise_shell.transport.shapes import is_event_stream
from tokenwise_shell.transport.sse import SseReader

# A provider draws its time to the first byte in thousandths of this: with a second, they are whole ms. A wait that is
# none would be rounded when it begins on one side, and when it ends on the other.
FAR_MS = 1_000

# What h11 and httpcore say of an answer that ends too early.
NO_ANSWER = "the connection failed: Server disconnected without sending a response."
BROKE_OFF = "the answer broke off: peer closed connection without sending complete message body "


@define
class Distant(EmbeddedProvider):
    """A provider whose requests are on their way for a time that is drawn from each: no two arrive at once."""

    salt: int = 0

    def respond(self, request):
        acts, tab = super().respond(request)
        text = (request.target.encode() + request.body).hex()
        return (Pause(1000 * (1 + jitter(self.salt, AttemptId(text, 0), 2_999))), *acts), tab


def hurried(call: CallModel, salt: int) -> CallModel:
    """The call with some ms less to spare than it has, so that two that wait in vain do not give up at once."""
    return evolve(call, timeout_ms=max(1, call.timeout_ms - jitter(salt, call.attempt, 499)))


@frozen
class Heard:
    """So many ms after the call: the head, a part of the body, the proper end (b""), or what went wrong."""

    at_ms: int
    what: Head | bytes | exchange.TransportTrouble


@define(eq=False)
class EmbeddedWorld:
    """A world for `simulate`. `close_calls` counts answers that came in the very ms in which patience was over."""

    provider: Distant
    endpoint_of: Callable[[CallModel], Endpoint]
    stream: bool
    salt: int
    close_calls: int = 0

    def answer(self, run_id: str, call: CallModel, at_ms: int) -> Answer:
        """See `simulation.World`."""
        del run_id, at_ms
        call, endpoint = hurried(call, self.salt), self.endpoint_of(call)
        wire = FORMATS[endpoint.kind]
        asked = chat_fields(call.prompt)
        written = {**asked, **response_format(call.reply_format, asked)}
        request = wire.build(endpoint, Ask(call.native_id, written, call.max_output_tokens, self.stream))
        acts, _ = self.provider.respond(_as_received(request))
        news = self._in_time(_heard(acts), call.timeout_ms)
        answer = _read(news, wire, call.native_id, stream=self.stream)
        return evolve(answer, outcome=_finished(answer.outcome, call, endpoint))

    def _in_time(self, news: Iterable[Heard], timeout_ms: int) -> Iterator[Heard]:
        """What is heard before patience is over, and that it was, if it was."""
        begun = False
        for one in news:
            self.close_calls += one.at_ms == timeout_ms
            if one.at_ms > timeout_ms:
                what = "the answer stopped coming" if begun else "no answer"
                yield _trouble(timeout_ms, exchange.TroubleKind.TIMED_OUT, f"{what} in the time allowed")
                return
            begun = True
            yield one


def _as_received(request: exchange.HttpRequest) -> HttpRequest:
    parts = urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return HttpRequest(request.method, target, tuple((n.lower(), v) for n, v in request.headers), request.body)


def _trouble(at_ms: int, kind: exchange.TroubleKind, message: str) -> Heard:
    return Heard(at_ms, exchange.TransportTrouble(kind, message))


def _heard(acts: Iterable[Act]) -> Iterator[Heard]:
    """What a client hears of these acts."""
    waited_us, head, received = 0, None, 0
    for act in acts:
        at_ms, rest = divmod(waited_us, 1000)
        assert rest == 0, "a wait that is no whole number of ms"
        match act:
            case Pause(us=us):
                waited_us += us
            case Bill():
                pass
            case Head():
                head = act
                yield Heard(at_ms, head)
            case Chunk(data=data):
                received += len(data)
                yield from [Heard(at_ms, data)] if data else []
                if str(received) == _length(head):  # whatever the provider does now, the client has it all
                    break
            case Raw(data=data):
                yield _trouble(at_ms, exchange.TroubleKind.DISCONNECTED, f"the connection failed: {_no_http(data)}")
                return
            case Close():
                yield _trouble(at_ms, exchange.TroubleKind.DISCONNECTED, _cut_short(head, received))
                return
            case _:
                assert_never(act)
    yield Heard(at_ms, b"")


def _no_http(data: bytes) -> str:
    """What the parser says of bytes that are no answer."""
    try:
        LlhttpAnswers().feed(data)
    except Unreadable as error:
        return str(error)
    raise AssertionError("these bytes are HTTP")


def _length(head: Head | None) -> str | None:
    return dict(head.headers).get("content-length") if head else None


def _cut_short(head: Head | None, received: int) -> str:
    if head is None:
        return NO_ANSWER
    expected = _length(head)
    return BROKE_OFF + (
        f"(received {received} bytes, expected {expected})" if expected else "(incomplete chunked read)"
    )


def _read(news: Iterator[Heard], wire, native_id: str, *, stream: bool) -> Answer:
    """The answer as `wire` understands it, and when that was."""
    first = next(news)
    if not isinstance(first.what, Head):
        return Answer(first.at_ms, _failed(first.what))
    if stream and first.what.status == 200:
        start, news = _started(news)
        unsaid = start is None and "json" not in dict(first.what.headers)["content-type"]
        if unsaid or is_event_stream(start or b""):
            return _streamed(news, wire.open_stream(native_id=native_id, now_ms=0))
    body = b""
    for one in news:
        if isinstance(one.what, exchange.TransportTrouble):
            return Answer(one.at_ms, _failed(one.what))
        body += one.what
    response = exchange.HttpResponse(first.what.status, first.what.headers, body)
    return Answer(one.at_ms, wire.parse(response, native_id=native_id, now_ms=0))


def _started(news: Iterator[Heard]) -> tuple[bytes | None, Iterator[Heard]]:
    """What tells a stream from a whole answer, None where it broke off before that; and all that is heard, again."""
    heard, start = [], b""
    for one in news:
        heard.append(one)
        if isinstance(one.what, exchange.TransportTrouble):
            return None, chain(heard, news)
        start += one.what
        if is_event_stream(start) is not None:
            break
    return start, chain(heard, news)


def _streamed(news: Iterator[Heard], parse: StreamParse) -> Answer:
    reader, first_token_ms = SseReader(), None
    for one in news:
        if isinstance(one.what, exchange.TransportTrouble):
            return Answer(one.at_ms, parse.end(one.what), first_token_ms)
        for event in reader.feed(one.what):
            parse.feed(event)
            if parse.begun and first_token_ms is None:
                first_token_ms = one.at_ms
        if parse.over:
            break
    return Answer(one.at_ms, parse.end(None), first_token_ms)


def _failed(trouble: exchange.TransportTrouble) -> Failure:
    return Failure(BY_TROUBLE[trouble.kind], trouble.message)


def _finished(outcome: Reply | Failure, call: CallModel, endpoint: Endpoint) -> Reply | Failure:
    if isinstance(outcome, Failure):
        return evolve(outcome, message=redacted(outcome.message, endpoint.secrets))
    served = "" if outcome.served_model == call.model else outcome.served_model
    return evolve(outcome, served_model=served, findings=failed_checks(outcome.text, call.checks))
