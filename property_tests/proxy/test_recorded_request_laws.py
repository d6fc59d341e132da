"""Requests with the fields that recorded requests of vendors' clients have, through all doors.

To a provider of the door's format they pass as they are; others answer them, or the refusal names what cannot be told.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import trio
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.loopback import in_memory, next_request, whole
from tests.shell.provider_contract import command
from tests.shell.recorded_shapes import REQUESTS, some_of
from tokenwise.routing.verdicts import Reply
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.embedded import EmbeddedProvider, Pace
from tokenwise_shell.engine.calls import Caller, Said
from tokenwise_shell.providers import Endpoint
from tokenwise_shell.providers.own import Own, speaks
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.doors.messages.front import MessagesFront
from tokenwise_shell.proxy.doors.responses.door import ResponsesFront
from tokenwise_shell.proxy.fronts import BadRequest, OnlyAsItIs
from tokenwise_shell.transport import open_transport

Json = dict[str, Any]

DOORS = {"chat": Chat, "messages": MessagesFront, "responses": ResponsesFront}
LEAST: Mapping[str, Json] = {
    "chat": {"model": "m", "messages": [{"role": "user", "content": "Why?"}]},
    "messages": {"model": "m", "max_tokens": 400, "messages": [{"role": "user", "content": "Why?"}]},
    "responses": {"model": "m", "input": "Why?"},
}
CAPS = {"chat": "max_tokens", "messages": "max_tokens", "responses": "max_output_tokens"}
KINDS = {"chat": ProviderKind.OPENAI, "messages": ProviderKind.ANTHROPIC, "responses": ProviderKind.OPENAI}

# By which Anthropic models think; it takes a budget of tokens for that, as the recorded requests state one.
MODEL = "claude-haiku-4-5"


def asked(door: str) -> st.SearchStrategy[tuple[str, Json]]:
    return some_of(REQUESTS[door]).map(lambda fields: (door, {**LEAST[door], **fields}))


REQUESTED = st.sampled_from(sorted(DOORS)).flatmap(asked)


def read(door: str, body: Json) -> tuple[Json, Own | None, str]:
    """The chat fields, the request as it is, and why it can be told to nobody of another format; "" where it can."""
    front = DOORS[door]()
    try:
        fields, why = front.read(body), ""
    except OnlyAsItIs as problem:
        fields, why = problem.fields, problem.trouble.message
    return dict(fields), front.own(body), why


async def arrived(door: str, body: Json) -> Json:
    """What a provider of the door's own format gets of it."""
    bodies: list[Json] = []

    async def talk(stream: trio.abc.Stream) -> None:
        while request := await next_request(stream):
            bodies.append(orjson.loads(request.partition(b"\r\n\r\n")[2]))
            await stream.send_all(whole(b"{}"))

    fields, own, _ = read(door, body)
    async with in_memory(talk) as server, open_transport(connect=server.connect) as transport:
        endpoint = Endpoint(KINDS[door], "http://p/v1", "sk-test-0123456789abcdef", responses=door == "responses")
        caller = Caller(transport, {"p": endpoint}, unix_ms=lambda: 0)
        asks = command("p", native_id=MODEL, max_output_tokens=2000)
        await caller.call(asks, written=fields, said=Said(own))
    return bodies[0]


async def told(door: str, body: Json, kind: ProviderKind) -> str:
    """Why a provider of this format does not answer it; "" where it does. The embedded one is as strict as vendors."""
    try:
        fields, own, why = read(door, body)
    except BadRequest as problem:
        return problem.message
    endpoint = Endpoint(kind, "http://p/v1", "sk-test-0123456789abcdef", responses=False)
    if why and not (own and speaks(endpoint, own.format)):
        return why
    provider = EmbeddedProvider(pace=Pace(0, 0))
    async with in_memory(provider.converse) as server, open_transport(connect=server.connect) as transport:
        caller = Caller(transport, {"p": endpoint}, unix_ms=lambda: 0)
        asks = command("p", native_id=MODEL, max_output_tokens=2000)
        outcome = await caller.call(asks, written=fields, said=Said(own, betas=ALL_BETAS))
    return "" if isinstance(outcome, Reply) else outcome.message or outcome.fault.value


ALL_BETAS = "context-management-2025-06-27,mcp-client-2025-11-20,structured-outputs-2025-11-13,files-api-2025-04-14"


def named(value: Any) -> Iterator[str]:
    """Every field and type in it, as any vendor may spell them."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield plain(name)
            yield from named(each) if name != "type" else [plain(str(each))]
    elif isinstance(value, list):
        for each in value:
            yield from named(each)


def plain(name: str) -> str:
    return name.replace("_", "").lower()


def without_uses(tools: Any) -> Any:
    """The tools but for how often they may be called, which is set where the client does not say it."""
    return [{name: value for name, value in tool.items() if name != "max_uses"} for tool in tools or ()]


class TestRecordedRequests:
    """Where the upstream speaks the same format, a request passes as it is; translated only where it must be."""

    @given(REQUESTED)
    def test_what_a_client_says_reaches_a_provider_of_its_format_as_it_was_said(self, request):
        door, body = request
        got = trio.run(arrived, door, body)
        assert {name: got[name] for name in body if name not in ("tools", CAPS[door])} == {
            **{name: value for name, value in body.items() if name not in ("tools", CAPS[door])},
            "model": MODEL,
        }
        assert without_uses(got.get("tools")) == without_uses(body.get("tools"))
        assert got[CAPS[door]] == 2000

    @given(REQUESTED, st.sampled_from(list(ProviderKind)))
    def test_others_answer_it_or_the_refusal_names_what_they_cannot_be_told(self, request, kind):
        door, body = request
        why = plain(trio.run(told, door, body, kind))
        assert not why or any(name in why for name in named(body)), why
