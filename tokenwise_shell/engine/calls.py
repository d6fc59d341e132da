"""Makes the calls that the machine asks for: builds, sends once, reads, and observes what the step declared.

Whatever comes back, a `Reply` or a `Failure` is returned; nothing but cancellation escapes. Whether to ask again, and
whom, is not decided here.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import orjson
import trio
from attrs import evolve, frozen

from tokenwise.faults import Fault
from tokenwise.machine.messages import CallModel
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise_shell.engine.checks import failed_checks
from tokenwise_shell.engine.hearing import Hearing
from tokenwise_shell.engine.relaying import Relay, Relaying
from tokenwise_shell.providers import FORMATS, Ask, Endpoint, StreamParse, WireFormat, chat_fields
from tokenwise_shell.providers.fields import as_fields, as_json, count, entries, text
from tokenwise_shell.providers.leaving import is_quiet, stops
from tokenwise_shell.providers.openai import embeddings, responses
from tokenwise_shell.providers.openai.errors import beside_message, code_and_param
from tokenwise_shell.providers.openai.response_events import event_bytes
from tokenwise_shell.providers.openai.streams.gathered import gathered
from tokenwise_shell.providers.own import OWN, Own, OwnFormat, own_wire
from tokenwise_shell.providers.reply_format import response_format
from tokenwise_shell.providers.status import BY_TROUBLE
from tokenwise_shell.providers.token_counts import count_in, counting
from tokenwise_shell.providers.translate.terms import Untranslatable
from tokenwise_shell.transport import HttpStream, Transport
from tokenwise_shell.transport.exchange import HttpRequest, HttpResponse, TransportTrouble
from tokenwise_shell.transport.shapes import is_event_stream
from tokenwise_shell.transport.sse import SseEvent, SseReader

__all__ = ["NOTHING_SAID", "Caller", "Said", "redacted"]

# Keys by their looks, for those that are not ours to know: a gateway may quote its own.
_KEY_LIKE: Final = re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]{8,}|\b(?:sk|gsk|xai|AIza)[-_]?[\w-]{16,}")

# A response in the background is looked for like this.
_FIRST_LOOK_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 30.0
_LAST_LOOK_S: Final = 86_400.0
_LOOKING_MS: Final = 30_000
_GONE: Final = (400, 404, 410)


@frozen
class Said:
    """What a client said in words of another format than chat completions, and the betas that its headers name.

    `hearing` follows the answer, if it is streamed.
    """

    own: Own | None = None
    betas: str = ""
    hearing: Hearing | None = None


NOTHING_SAID: Final = Said()


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _same(_: str, native_id: str) -> str:
    return native_id


@frozen
class Caller:
    """Calls over one transport. `endpoints` are by provider name.

    `catalog_id` gives the catalogue's id for a provider's own name of a model; it is asked where another model answered
    than was asked for. `unix_ms` is read for dates in `Retry-After` alone.
    """

    transport: Transport
    endpoints: Mapping[str, Endpoint]
    catalog_id: Callable[[str, str], str] = _same
    unix_ms: Callable[[], int] = _wall_ms

    async def call(
        self,
        command: CallModel,
        *,
        first_token: Callable[[], None] | None = None,
        written: Mapping[str, object] | None = None,
        relay: Relay | None = None,
        whole: Callable[[bytes], None] | None = None,
        said: Said = NOTHING_SAID,
    ) -> Reply | Failure:
        """Make the call within the command's time.

        `written` is the request, in OpenAI's chat fields, of a command without a prompt. With a `relay` the reply is
        streamed to it; `first_token` is called once, before the first event with output is relayed. Usage is always
        asked for, and its chunk is kept from a client that did not ask. `whole` takes the chat completion of a reply
        that came in one piece, streamed or not asked for. `said` is what the client said in words of its own format;
        where the request passes as it is, so does what comes back.
        """
        endpoint = self.endpoints.get(command.provider)
        if endpoint is None:
            return _no_endpoint(command)
        own = self.own_wire(command, said.own) if said.own else None
        wire = own or FORMATS[endpoint.kind]
        try:
            ask = _ask(command, written, stream=relay is not None, betas=said.betas)
            request = wire.build(endpoint, evolve(ask, own=said.own.body) if own and said.own else ask)
        except orjson.JSONEncodeError:
            return _UNWRITABLE
        except Untranslatable as problem:
            return _unsupported(command, problem)
        try:
            if relay is None:
                response = await self.transport.send(request, timeout_ms=command.timeout_ms)
                outcome = self._read(command, wire, response, whole)
            else:
                usage = own is not None or _asks_for_usage(written)
                carried = partial(Relaying, relay=relay, usage=usage)
                hearing = said.hearing or Hearing(command.attempt)
                hearing.choices = max(1, (written and count(written.get("n"))) or 1)
                hearing.sent(stops=stops(endpoint), is_quiet=partial(_is_quiet, endpoint, request, command.native_id))
                outcome = await self._streamed(command, wire, request, carried, first_token, whole, hearing)
        except TransportTrouble as trouble:
            outcome = Failure(BY_TROUBLE[trouble.kind], trouble.message)
        return self._finished(command, endpoint, outcome)

    async def count(self, command: CallModel, *, written: Mapping[str, object], said: Said) -> int | None:
        """The most input tokens this call would have, by the provider's own count; None where it gives none in time."""
        endpoint = self.endpoints.get(command.provider)
        if endpoint is None:
            return None
        own = self.own_wire(command, said.own)
        try:
            ask = evolve(_ask(command, written, stream=False), betas=said.betas)
            ask = evolve(ask, own=said.own.body) if own and said.own else ask
            built = (own or FORMATS[endpoint.kind]).build(endpoint, ask)
            if (request := counting(endpoint.kind, built, native_id=command.native_id)) is None:
                return None
            return count_in(await self.transport.send(request, timeout_ms=command.timeout_ms))
        except (orjson.JSONEncodeError, Untranslatable, TransportTrouble):
            return None

    async def followed(self, command: CallModel, id_: str, news: trio.Event) -> Reply | Failure:
        """What becomes of a response that its provider makes in its own time. Looking costs nothing.

        It is looked for ever more seldom, and at once where there is `news`. One that is not heard of again in a day,
        or that its provider no longer knows, has told no usage.
        """
        endpoint, pause_s = self.endpoints[command.provider], _FIRST_LOOK_S
        with trio.move_on_after(_LAST_LOOK_S):
            while True:
                with trio.move_on_after(pause_s):
                    await news.wait()
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                news = trio.Event()
                try:
                    response = await self.transport.send(responses.look(endpoint, id_), timeout_ms=_LOOKING_MS)
                except TransportTrouble:
                    continue
                if response.status in _GONE:
                    break
                if response.status == 200 and _status_in(response.body) not in responses.PENDING:
                    outcome = responses.parse(response, native_id=command.native_id, now_ms=self.unix_ms())
                    if isinstance(outcome, Failure):  # it broke off on the way, and what was made may be billed
                        outcome = evolve(outcome, fault=Fault.CUT_STREAM)
                    return self._finished(command, endpoint, outcome)
        return Reply("", FinishReason.OTHER, None)

    def own_wire(self, command: CallModel, own: Own | None) -> WireFormat | None:
        """The format in which this call's request passes as its client wrote it; None where it is translated."""
        endpoint = self.endpoints.get(command.provider)
        if endpoint is None:
            return None
        return own_wire(endpoint, own, native_id=command.native_id, cap=command.max_output_tokens)

    async def embed(
        self,
        command: CallModel,
        *,
        written: Mapping[str, object],
        whole: Callable[[bytes], None] | None = None,
    ) -> Reply | Failure:
        """Ask for the embeddings that `written`, in OpenAI's fields, asks for. `whole` takes the answer as it came."""
        endpoint = self.endpoints.get(command.provider)
        if endpoint is None:
            return _no_endpoint(command)
        try:
            request = embeddings.build(endpoint, command.native_id, written)
        except orjson.JSONEncodeError:
            return _UNWRITABLE
        except Untranslatable as problem:
            return _unsupported(command, problem)
        try:
            response = await self.transport.send(request, timeout_ms=command.timeout_ms)
        except TransportTrouble as trouble:
            return self._finished(command, endpoint, Failure(BY_TROUBLE[trouble.kind], trouble.message))
        outcome = embeddings.parse(response, native_id=command.native_id, now_ms=self.unix_ms())
        if whole and isinstance(outcome, Reply):
            whole(response.body)
        if isinstance(outcome, Failure):
            outcome = _in_its_own_words(outcome, response)
        return self._finished(command, endpoint, outcome)

    def _read(
        self, command: CallModel, wire: WireFormat, response: HttpResponse, whole: Callable[[bytes], None] | None
    ) -> Reply | Failure:
        now_ms = self.unix_ms()
        if not response.body.startswith(b"{") and (events := _events_in(response.body)):  # seldom
            parse = self._plain(command).open_stream(native_id=command.native_id, now_ms=now_ms)
            if response.status == 200 and (streamed := _gathered(parse, events, whole)):
                return streamed
            said = [event.data for event in events if b"{" in event.data]
            response = evolve(response, body=said[-1] if said else b"".join(event.data for event in events))
        outcome = wire.parse(response, native_id=command.native_id, now_ms=now_ms)
        if whole and isinstance(outcome, Reply):
            try:
                whole(wire.completion(response.body, created_s=now_ms // 1000))
            except orjson.JSONEncodeError:
                return Failure(Fault.MALFORMED, "the reply nests too deeply to be passed on", outcome.usage)
        return _in_its_own_words(outcome, response) if isinstance(outcome, Failure) else outcome

    async def _streamed(
        self,
        command: CallModel,
        wire: WireFormat,
        request: HttpRequest,
        carried: Callable[[StreamParse, Callable[[], None]], Relaying],
        first_token: Callable[[], None] | None,
        whole: Callable[[bytes], None] | None,
        hearing: Hearing,
    ) -> Reply | Failure:
        async with self.transport.stream(request, timeout_ms=command.timeout_ms) as answer:
            parse = wire.open_stream(native_id=command.native_id, now_ms=self.unix_ms(), choices=hearing.choices)
            hearing.reads(parse, answer.came_at)
            start, trouble = await _start_of(answer)
            if trouble is not None:
                return _broken_off(answer, parse, trouble)
            if answer.status != 200 or not is_event_stream(start):
                # An error, or a server that does not stream. The reply is whole then, and reaches no client by a relay.
                response = HttpResponse(answer.status, answer.headers, start + await answer.read())
                if response.status != 200:
                    return self._read(command, wire, response, whole)
                start = event_bytes(response.body) if wire is OWN[OwnFormat.RESPONSES] else b""
                if not start:
                    return self._read(command, self._plain(command), response, whole)

            def begun() -> None:
                answer.lasts(hearing.ends)
                if first_token is not None:
                    first_token()

            return parse.end(await carried(parse, begun).carry(start, answer))

    def _plain(self, command: CallModel) -> WireFormat:
        """The format that is written as chat completions: what did not come as it was asked for is told in those."""
        return FORMATS[self.endpoints[command.provider].kind]

    def _finished(self, command: CallModel, endpoint: Endpoint, outcome: Reply | Failure) -> Reply | Failure:
        if isinstance(outcome, Failure):
            words = outcome.message, outcome.beside, outcome.code, outcome.param
            message, beside, code, param = (redacted(each, endpoint.secrets) for each in words)
            return evolve(outcome, message=message, beside=beside, code=code, param=param)
        if not outcome.served_model and not command.checks and not outcome.findings:
            return outcome
        served = outcome.served_model and self.catalog_id(command.provider, outcome.served_model)
        checked = command.checks and not outcome.calls_tools
        findings = failed_checks(outcome.text, command.checks) if checked else ()
        served = "" if served == command.model else served
        if served == outcome.served_model and findings == outcome.findings:
            return outcome
        return evolve(outcome, served_model=served, findings=findings)


def _status_in(body: bytes) -> str:
    return text(as_fields(as_json(body)).get("status"))


_UNWRITABLE: Final = Failure(Fault.REJECTED, "the request cannot be written as JSON; it may nest too deeply")


def _no_endpoint(command: CallModel) -> Failure:
    return Failure(Fault.UNAUTHORIZED, f"no endpoint is configured for the provider {command.provider!r}")


def _unsupported(command: CallModel, problem: Untranslatable) -> Failure:
    return Failure(Fault.UNSUPPORTED, redacted(f"{command.provider} cannot be asked this: {problem}", ()))


def _in_its_own_words(outcome: Failure, response: HttpResponse) -> Failure:
    code, param = code_and_param(response.body)
    return evolve(outcome, status=response.status, code=code, param=param, beside=beside_message(response.body))


def _is_quiet(endpoint: Endpoint, request: HttpRequest, native_id: str) -> bool:
    return is_quiet(endpoint.kind, as_fields(as_json(request.body)), native_id=native_id)


def _events_in(body: bytes) -> list[SseEvent]:
    """The events of a body that is a stream, or that lists them, as Google does where nothing is said of streams."""
    if is_event_stream(body):
        return SseReader().feed(body + b"\n\n")
    listed = entries(as_json(body)) if body.lstrip().startswith(b"[") else []
    return [SseEvent(orjson.dumps(each)) for each in listed]


def _asks_for_usage(written: Mapping[str, object] | None) -> bool:
    options = (written or {}).get("stream_options")
    return isinstance(options, Mapping) and options.get("include_usage") is True


def _gathered(
    parse: StreamParse, events: Sequence[SseEvent], whole: Callable[[bytes], None] | None
) -> Reply | Failure | None:
    """What a stream amounts to that nobody asked for; None where it has not begun, and its last event says why."""
    chunks: list[SseEvent] = []
    for event in events:
        parse.feed(event)
        chunks += parse.chunks
    outcome = parse.end()
    if isinstance(outcome, Reply) and whole:
        whole(gathered([*chunks, *parse.closing]))
    return outcome if isinstance(outcome, Reply) or parse.begun else None


async def _start_of(answer: HttpStream) -> tuple[bytes, TransportTrouble | None]:
    """As much of an answer as tells what it is, which no label does, and how it broke off before that."""
    start = b""
    try:
        while is_event_stream(start) is None and (chunk := await answer.receive()):
            start += chunk
    except TransportTrouble as trouble:
        return start, trouble
    return start, None


def _broken_off(answer: HttpStream, parse: StreamParse, trouble: TransportTrouble) -> Reply | Failure:
    """What became of an answer that broke off before it was one. What it would have been only its label says."""
    if answer.status == 200 and "json" not in dict(answer.headers).get("content-type", ""):
        return parse.end(trouble)
    return Failure(BY_TROUBLE[trouble.kind], trouble.message)


def redacted(message: str, secrets: Iterable[str]) -> str:
    """The message without these secrets, and without what looks like a key."""
    for secret in secrets:
        message = message.replace(secret, "[redacted]")
    return _KEY_LIKE.sub(lambda found: f"{found[1] or ''}[redacted]", message)


def _ask(command: CallModel, written: Mapping[str, object] | None, *, stream: bool, betas: str = "") -> Ask:
    if written is None:
        assert command.prompt is not None, "a command without a prompt needs the request it came with"
        asked = chat_fields(command.prompt)
        written = {**asked, **response_format(command.reply_format, asked)}
    return Ask(command.native_id, written, command.max_output_tokens, stream, betas=betas)
