"""What every wire format must do with everything that a provider can answer, whichever format it speaks.

The provider is the embedded one. A fault is asked for by a header, so each case stands by itself.
"""

from collections.abc import Collection, Mapping, Sequence

import orjson
from attrs import evolve, frozen

from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel
from tokenwise.plan import Check, CheckKind
from tokenwise.prompt import Message, Role
from tokenwise.routing.verdicts import Failure, FinishReason, Reply, verdict
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.embedded import EmbeddedProvider
from tokenwise_shell.embedded.anthropic import format as anthropic_format
from tokenwise_shell.embedded.google import format as google_format
from tokenwise_shell.embedded.openai import format as openai_format
from tokenwise_shell.engine.calls import Caller
from tokenwise_shell.transport.sse import SseEvent, SseRun

MODEL = "embedded/any-name-will-do"

# What comes of each fault, plain and streamed. None is a whole and acceptable reply.
FAULTS: Mapping[str, tuple[Fault | None, Fault | None]] = {
    "400": (Fault.REJECTED, Fault.REJECTED),
    "401": (Fault.UNAUTHORIZED, Fault.UNAUTHORIZED),
    "402": (Fault.QUOTA, Fault.QUOTA),
    "403": (Fault.UNAUTHORIZED, Fault.UNAUTHORIZED),
    "404": (Fault.MODEL_MISSING, Fault.MODEL_MISSING),
    "408": (Fault.TIMED_OUT, Fault.TIMED_OUT),
    "413": (Fault.CONTEXT_TOO_LONG, Fault.CONTEXT_TOO_LONG),
    "422": (Fault.REJECTED, Fault.REJECTED),
    "429": (Fault.RATE_LIMITED, Fault.RATE_LIMITED),
    "500": (Fault.SERVER_ERROR, Fault.SERVER_ERROR),
    "502": (Fault.SERVER_ERROR, Fault.SERVER_ERROR),
    "503": (Fault.OVERLOADED, Fault.OVERLOADED),
    "504": (Fault.TIMED_OUT, Fault.TIMED_OUT),
    "529": (Fault.OVERLOADED, Fault.OVERLOADED),
    "redirect": (Fault.MODEL_MISSING, Fault.MODEL_MISSING),
    "reset": (Fault.DISCONNECTED, Fault.DISCONNECTED),
    "garbage-bytes": (Fault.DISCONNECTED, Fault.DISCONNECTED),
    "hang": (Fault.TIMED_OUT, Fault.TIMED_OUT),
    "slow-first-byte": (None, None),
    "stall": (None, None),
    "stall:2": (None, None),
    "cut-stream": (Fault.DISCONNECTED, Fault.CUT_STREAM),
    "cut-stream:0": (Fault.DISCONNECTED, Fault.CUT_STREAM),
    "dribble": (None, None),
    "error-event-mid-stream": (Fault.SERVER_ERROR, Fault.CUT_STREAM),
    "malformed-json": (Fault.MALFORMED, Fault.MALFORMED),
    "malformed-sse": (Fault.MALFORMED, Fault.MALFORMED),
    "empty-reply": (Fault.EMPTY, Fault.EMPTY),
    "truncated": (Fault.TRUNCATED, Fault.TRUNCATED),
    "content-filter": (Fault.CONTENT_FILTERED, Fault.CONTENT_FILTERED),
    "blocked-prompt": (Fault.CONTENT_FILTERED, Fault.CONTENT_FILTERED),
    "context-too-long": (Fault.CONTEXT_TOO_LONG, Fault.CONTEXT_TOO_LONG),
    "refusal": (Fault.REFUSED, Fault.REFUSED),
    "no-usage": (None, None),
    "report-usage": (None, None),
    "wrong-model": (None, None),
}

# Where a format has no words for the difference: Anthropic refuses, Google's models decline in plain text.
OWN_WORDS = {
    ProviderKind.OPENAI: {},
    ProviderKind.ANTHROPIC: {
        "content-filter": (Fault.REFUSED, Fault.REFUSED),
        "blocked-prompt": (Fault.REFUSED, Fault.REFUSED),
    },
    ProviderKind.GOOGLE: {"refusal": (None, None)},
}

# How the embedded provider understands a request of each format.
READERS = {
    ProviderKind.OPENAI: openai_format.parse_request,
    ProviderKind.ANTHROPIC: anthropic_format.parse_request,
    ProviderKind.GOOGLE: google_format.parse_request,
}


def tool(name: str, argument: str) -> Mapping[str, object]:
    schema = {"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]}
    return {"type": "function", "function": {"name": name, "parameters": schema}}


WEATHER, CLOCK = tool("get_weather", "city"), tool("get_time", "zone")
PICTURE = "data:image/png;base64,iVBORw0KGgo="
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


@frozen
class Heard:
    """What came of a call, and what a client heard of it meanwhile."""

    outcome: Reply | Failure
    text: str
    first_tokens: int
    message: Mapping[str, object]

    @property
    def fault(self) -> Fault | None:
        return self.outcome.fault if isinstance(self.outcome, Failure) else verdict(self.outcome)


def command(provider: str, **fields) -> CallModel:
    given = {
        "attempt": AttemptId("s", 0),
        "model": MODEL,
        "provider": provider,
        "native_id": MODEL,
        "prompt": (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Why does it rain?")),
        "checks": (),
        "input_tokens": 100,
        "max_output_tokens": 400,
        "timeout_ms": 60_000,
    }
    return CallModel(**given | fields)


async def placed(
    caller: Caller, call: CallModel, *, stream: bool, written: Mapping[str, object] | None = None
) -> Heard:
    heard, told, events, bodies = [], [], [], []

    async def relay(together: Sequence[tuple[SseEvent | SseRun, str]]) -> None:
        for event, text in together:
            assert told or not text, "text came before it was said that output has begun"
            heard.append(text)
            events.extend(each.data for each in event.events)

    options = {"relay": relay, "first_token": lambda: told.append(1)} if stream else {}
    outcome = await caller.call(call, written=written, whole=bodies.append, **options)
    whole = orjson.loads(bodies[0])["choices"][0]["message"] if bodies else {}
    return Heard(outcome, "".join(heard), len(told), whole or assembled(events))


def assembled(events: Sequence[bytes]) -> Mapping[str, object]:
    """The message that chunks of OpenAI's format add up to, for whoever reads nothing else."""
    said, calls = [], {}
    for event in events:
        chunk = orjson.loads(event) if event.startswith(b"{") and event.endswith(b"}") else {}
        for choice in chunk.get("choices", ()):
            said.append(choice["delta"].get("content") or "")
            for piece in choice["delta"].get("tool_calls", ()):
                call = calls.setdefault(piece["index"], {"function": {"name": "", "arguments": ""}})
                call |= {name: piece[name] for name in ("id", "type", "extra_content") if name in piece}
                for name in ("name", "arguments"):
                    call["function"][name] += piece["function"].get(name) or ""
    return {"role": "assistant", "content": "".join(said) or None, "tool_calls": list(calls.values())}


async def check_provider(
    caller: Caller, name: str, provider: EmbeddedProvider, *, without: Collection[str] = ()
) -> None:
    """Everything below. `name` is an endpoint of the caller's, at which this provider answers.

    `without` names faults that would take real time where the clock is real.
    """
    await check_text(caller, name, provider)
    await check_stop_reasons(caller, name)
    await check_tools(caller, name)
    await check_round_trip(caller, name, provider)
    await check_picture(caller, name, provider)
    await check_structure(caller, name)
    for fault in FAULTS.keys() - set(without):
        await check_fault(caller, name, provider, fault)


async def check_text(caller: Caller, name: str, provider: EmbeddedProvider) -> None:
    plain = await placed(caller, command(name), stream=False)
    streamed = await placed(caller, command(name), stream=True)
    assert isinstance(plain.outcome, Reply)
    assert plain.outcome == streamed.outcome
    assert (plain.outcome.finish, plain.fault) == (FinishReason.STOP, None)
    assert (plain.text, streamed.text) == ("", plain.outcome.text)
    assert (plain.first_tokens, streamed.first_tokens) == (0, 1)
    assert [entry.usage for entry in provider.billed[-2:]] == [plain.outcome.usage] * 2


async def check_stop_reasons(caller: Caller, name: str) -> None:
    for stream in (False, True):
        cut = await placed(caller, command(name, max_output_tokens=5), stream=stream)
        assert (cut.outcome.finish, cut.outcome.usage.output_tokens) == (FinishReason.LENGTH, 5)


async def check_tools(caller: Caller, name: str) -> None:
    asked = {"messages": [{"role": "user", "content": "Weather in Oslo?"}], "tools": [WEATHER]}
    written = {**asked, "tool_choice": "required"}
    for stream in (False, True):
        called = await placed(caller, command(name, prompt=None), stream=stream, written=written)
        assert (called.outcome.calls_tools, called.outcome.finish) == (True, FinishReason.TOOL_CALLS)
        assert (called.first_tokens, called.fault) == (int(stream), None)


async def check_round_trip(caller: Caller, name: str, provider: EmbeddedProvider) -> None:
    """Two calls at once, both results back, and an answer; what is heard is the same streamed or not."""
    asked = [{"role": "user", "content": "Use get_weather and get_time for Oslo."}]
    written = {"messages": asked, "tools": [WEATHER, CLOCK]}
    plain, streamed = [
        await placed(caller, command(name, prompt=None), stream=stream, written=written) for stream in (False, True)
    ]
    calls = plain.message["tool_calls"]
    assert calls == streamed.message["tool_calls"]
    assert [call["function"]["name"] for call in calls] == ["get_weather", "get_time"]
    assert len({call["id"] for call in calls}) == 2
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": f"{call['function']['name']} says 7"} for call in calls
    ]
    written = {**written, "messages": [*asked, plain.message, *results]}
    for stream in (False, True):
        told = await placed(caller, command(name, prompt=None), stream=stream, written=written)
        assert (told.outcome.calls_tools, told.outcome.finish) == (False, FinishReason.STOP)
        assert told.message["content"] == told.outcome.text
        seen = READERS[caller.endpoints[name].kind](provider.received[-1].request)
        assert [message.role for message in seen.messages] == [Role.USER, Role.ASSISTANT, Role.TOOL, Role.TOOL]
        assert [message.text for message in seen.messages[2:]] == ["get_weather says 7", "get_time says 7"]


async def check_picture(caller: Caller, name: str, provider: EmbeddedProvider) -> None:
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": PICTURE}}]
    written = {"messages": [{"role": "user", "content": parts}]}
    for stream in (False, True):
        seen = await placed(caller, command(name, prompt=None), stream=stream, written=written)
        assert seen.fault is None
        asked = READERS[caller.endpoints[name].kind](provider.received[-1].request)
        assert (asked.attachments, asked.messages[0].text) == ((PICTURE,), "What is this?")


async def check_structure(caller: Caller, name: str) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "place", "schema": CITY, "strict": True}}
    written = {"messages": [{"role": "user", "content": "Name a city."}], "response_format": wanted}
    schema = '{"type": "object", "required": ["city"]}'
    checks = (Check(CheckKind.JSON_SCHEMA, schema), Check(CheckKind.CONTAINS, "no reply holds this"))
    for stream in (False, True):
        named = await placed(caller, command(name, prompt=None, checks=checks), stream=stream, written=written)
        assert named.outcome.findings == ("the reply does not contain 'no reply holds this'",)
        assert named.fault is Fault.CHECK_FAILED


async def check_fault(caller: Caller, name: str, provider: EmbeddedProvider, fault: str) -> None:
    endpoint = evolve(caller.endpoints[name], headers=(("x-tokenwise-fault", fault),))
    faulty = evolve(caller, endpoints={name: endpoint})
    expectations = (FAULTS | OWN_WORDS[endpoint.kind])[fault]
    for stream, expected in zip((False, True), expectations, strict=True):
        bills = len(provider.billed)
        heard = await placed(faulty, command(name), stream=stream)
        where = f"{fault}, {'streamed' if stream else 'plain'}: {heard.outcome}"
        assert heard.fault is expected, where
        if isinstance(heard.outcome, Failure):
            assert heard.outcome.message, where
        elif fault in ("no-usage", "report-usage"):  # zeros, unless it is told otherwise: none beside text is none
            assert heard.outcome.usage is None, where
        else:
            assert [entry.usage for entry in provider.billed[bills:]] == [heard.outcome.usage], where
        served = getattr(heard.outcome, "served_model", "")
        assert served == ("embedded/another-model" if fault == "wrong-model" else ""), where
