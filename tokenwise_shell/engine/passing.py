"""Requests that are passed on to a provider as they are: sent once, and read for the bill alone."""

from collections.abc import Callable
from typing import Final, Protocol

from attrs import evolve

from tokenwise.faults import Fault
from tokenwise.machine.messages import CallModel
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise_shell.engine.calls import NOTHING_SAID, Caller, Said, redacted
from tokenwise_shell.providers.fields import as_fields, as_json
from tokenwise_shell.providers.final_usage import NOTHING_REPORTED, Report
from tokenwise_shell.providers.openai.errors import beside_message, code_and_param
from tokenwise_shell.providers.openai.usage import read_report
from tokenwise_shell.providers.passed import Passing, build, counted, parse
from tokenwise_shell.providers.status import BY_TROUBLE
from tokenwise_shell.transport import HttpStream
from tokenwise_shell.transport.exchange import Headers, HttpResponse, TransportTrouble
from tokenwise_shell.transport.sse import SseReader

__all__ = ["Receiver", "fetched", "pass_on"]

_STREAM: Final = "text/event-stream"


class Receiver(Protocol):
    """Takes an answer: whole, or its head and then its pieces."""

    def take(self, response: HttpResponse) -> None:
        """Take a whole answer."""
        ...

    async def stream(self, headers: Headers) -> None:
        """Begin one that comes in pieces."""
        ...

    async def piece(self, data: bytes) -> None:
        """Take a piece."""
        ...


async def fetched(
    caller: Caller, provider: str, passing: Passing, delivery: Receiver, *, timeout_ms: int
) -> Failure | None:
    """Give to `delivery` what a provider answers to a request that costs nothing; why it answers none."""
    outcome = await _sent(caller, provider, passing, delivery, timeout_ms=timeout_ms, priced=True)
    return outcome if isinstance(outcome, Failure) else None


async def pass_on(
    caller: Caller,
    command: CallModel,
    /,
    *,
    passing: Passing,
    delivery: Receiver,
    priced: bool,
    first_token: Callable[[], None],
    said: Said = NOTHING_SAID,
    **_: object,
) -> Reply | Failure:
    """Make the call within the command's time, and give what comes of it to `delivery`."""
    endpoint = caller.endpoints.get(command.provider)
    if endpoint is None:
        return Failure(Fault.UNAUTHORIZED, f"no endpoint is configured for the provider {command.provider!r}")

    def begun(answer: HttpStream) -> None:
        answer.lasts(said.hearing.ends if said.hearing else 0.0)
        first_token()

    return await _sent(
        caller,
        command.provider,
        passing,
        delivery,
        timeout_ms=command.timeout_ms,
        priced=priced,
        begun=begun,
    )


async def _sent(
    caller: Caller,
    provider: str,
    passing: Passing,
    delivery: Receiver,
    *,
    timeout_ms: int,
    priced: bool,
    begun: Callable[[HttpStream], None] = lambda _: None,
) -> Reply | Failure:
    request = build(caller.endpoints[provider], passing)
    try:
        async with caller.transport.stream(request, timeout_ms=timeout_ms) as answer:
            if answer.status == 200 and _STREAM in dict(answer.headers).get("content-type", ""):
                begun(answer)
                return counted(await _streamed(answer, delivery), priced=priced)
            response = HttpResponse(answer.status, answer.headers, await answer.read())
    except TransportTrouble as trouble:
        return Failure(BY_TROUBLE[trouble.kind], trouble.message)
    outcome = _read(caller, provider, response, priced=priced)
    if isinstance(outcome, Reply):
        delivery.take(response)
    return outcome


async def _streamed(answer: HttpStream, delivery: Receiver) -> Report:
    """Pass a stream on as it comes; the last of what it says of its bill."""
    await delivery.stream(answer.headers)
    reader, report = SseReader(), NOTHING_REPORTED
    while data := await answer.receive():
        for event in reader.feed(data):
            if b'"usage"' in event.data:
                said = as_fields(as_json(event.data))
                told = read_report(said)
                report = told if told.usage else read_report(as_fields(said.get("response")))
        await delivery.piece(data)
    return report


def _read(caller: Caller, provider: str, response: HttpResponse, *, priced: bool) -> Reply | Failure:
    outcome = parse(response, now_ms=caller.unix_ms(), priced=priced)
    if isinstance(outcome, Reply):
        return outcome
    secrets = caller.endpoints[provider].secrets
    code, param = (redacted(word, secrets) for word in code_and_param(response.body))
    said, beside = redacted(outcome.message, secrets), redacted(beside_message(response.body), secrets)
    return evolve(outcome, message=said, status=response.status, code=code, param=param, beside=beside)
