"""Three wire formats, one provider: the same answers, the same faults and the same bill in each of them."""

import base64

import orjson
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.embedded_client import DIALECTS, INSTANT, Dialect
from tokenwise_shell.embedded import EmbeddedProvider, HttpRequest
from tokenwise_shell.embedded.answers.answers import answer
from tokenwise_shell.embedded.anthropic import format as anthropic
from tokenwise_shell.embedded.chat import ChatRequest
from tokenwise_shell.embedded.faults.faults import FAULT_NAMES
from tokenwise_shell.embedded.google import format as google
from tokenwise_shell.embedded.openai import format as openai

every_dialect = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
streamed_or_not = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])


def provider(**fields) -> EmbeddedProvider:
    return EmbeddedProvider(pace=INSTANT, **fields)


# A conversation in no vendor's terms: turns ("user", text, picture), ("says", text), or
# ("calls", [(name, arguments, result)]).

words = st.text(min_size=1, max_size=20)
pictures = st.none() | st.sampled_from(["https://example.com/cat.png", b"\xfb\xff\xfe bytes"])
values = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3).filter(
    lambda value: all(-(2**53) < item < 2**53 for item in value.values() if isinstance(item, int))
)
answers = st.tuples(st.just("says"), words) | st.tuples(
    st.just("calls"), st.lists(st.tuples(st.sampled_from(["look_up", "add"]), values, words), min_size=1, max_size=3)
)
questions = st.tuples(st.just("user"), words, pictures)
SCHEMA = {"type": "object", "properties": {"word": {"type": "string"}, "n": {"type": "integer"}}, "required": ["word"]}
GOOGLES_SCHEMA = {
    "type": "OBJECT",
    "properties": {"word": {"type": "STRING"}, "n": {"type": "INTEGER"}},
    "required": ["word"],
}


@st.composite
def conversations(draw) -> list[tuple]:
    turns = [draw(questions)]
    for _ in range(draw(st.integers(0, 3))):
        turn = draw(answers)
        turns += [turn] if turn[0] == "calls" else [turn, draw(questions)]
    return turns


def openais(turns: list[tuple], system: str, options: dict) -> ChatRequest:
    messages = [{"role": "system", "content": system}] if system else []
    for index, turn in enumerate(turns):
        match turn:
            case "user", text, picture:
                parts = [{"type": "text", "text": text}]
                if picture:
                    address = picture if isinstance(picture, str) else f"data:image/png;base64,{encoded(picture)}"
                    parts.append({"type": "image_url", "image_url": {"url": address}})
                messages.append({"role": "user", "content": parts})
            case "says", text:
                messages.append({"role": "assistant", "content": text})
            case "calls", calls:
                called = [
                    {"id": f"c{index}.{n}", "type": "function", "function": {"name": name, "arguments": dumped(given)}}
                    for n, (name, given, _) in enumerate(calls)
                ]
                messages.append({"role": "assistant", "content": None, "tool_calls": called})
                messages += [
                    {"role": "tool", "tool_call_id": f"c{index}.{n}", "content": result}
                    for n, (_, _, result) in enumerate(calls)
                ]
    function = {"name": "look_up", "description": "Looks up.", "parameters": SCHEMA}
    asked = {"model": "m", "messages": messages, "temperature": 1, "max_completion_tokens": options["cap"]}
    asked |= {"tools": [{"type": "function", "function": function}], "stop": options["stop"] or None}
    asked |= {"tool_choice": "required" if options["must_call"] else "auto"}
    asked |= {"reasoning_effort": "high"} if options["thinks"] else {}
    if options["structured"]:
        asked |= {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}}
    return openai.parse_request(HttpRequest("POST", "/v1/chat/completions", (), orjson.dumps(asked)))


def anthropics(turns: list[tuple], system: str, options: dict) -> ChatRequest:
    messages = []
    for index, turn in enumerate(turns):
        match turn:
            case "user", text, picture:
                blocks = [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]
                if isinstance(picture, str):
                    blocks.append({"type": "image", "source": {"type": "url", "url": picture}})
                elif picture:
                    source = {"type": "base64", "media_type": "image/png", "data": encoded(picture)}
                    blocks.append({"type": "image", "source": source})
                messages.append({"role": "user", "content": blocks})
            case "says", text:
                messages.append({"role": "assistant", "content": text})
            case "calls", calls:
                thinking = {"type": "thinking", "thinking": "hm", "signature": "s"}
                called = [
                    {"type": "tool_use", "id": f"{index}.{n}", "name": name, "input": given}
                    for n, (name, given, _) in enumerate(calls)
                ]
                messages.append({"role": "assistant", "content": [thinking, *called]})
                results = [
                    {"type": "tool_result", "tool_use_id": f"{index}.{n}", "content": result}
                    for n, (_, _, result) in enumerate(calls)
                ]
                messages.append({"role": "user", "content": results})
    tool = {"name": "look_up", "description": "Looks up.", "input_schema": SCHEMA}
    asked = {"model": "m", "messages": messages, "temperature": 1.0, "max_tokens": options["cap"], "tools": [tool]}
    asked |= {"system": [{"type": "text", "text": system}]} if system else {}
    asked |= {"stop_sequences": options["stop"], "tool_choice": {"type": "any" if options["must_call"] else "auto"}}
    asked |= {"thinking": {"type": "adaptive"}} if options["thinks"] else {}
    if options["structured"]:
        asked |= {"output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}}}
    return anthropic.parse_request(HttpRequest("POST", "/v1/messages", (), orjson.dumps(asked)))


def googles(turns: list[tuple], system: str, options: dict) -> ChatRequest:
    contents = []
    for turn in turns:
        match turn:
            case "user", text, picture:
                parts = [{"text": text}]
                if isinstance(picture, str):
                    parts.append({"fileData": {"fileUri": picture, "mimeType": "image/png"}})
                elif picture:
                    data = base64.urlsafe_b64encode(picture).decode()  # as Google's client writes it
                    parts.append({"inline_data": {"mime_type": "image/png", "data": data}})
                contents.append({"role": "user", "parts": parts})
            case "says", text:
                contents.append({"role": "model", "parts": [{"text": "hm", "thought": True}, {"text": text}]})
            case "calls", calls:
                called = [{"functionCall": {"name": name, "args": given}} for name, given, _ in calls]
                contents.append({"role": "model", "parts": called})
                results = [
                    {"functionResponse": {"name": name, "response": {"result": result}}} for name, _, result in calls
                ]
                contents.append({"role": "user", "parts": results})
    config = {"maxOutputTokens": options["cap"], "temperature": 1.0, "stopSequences": options["stop"]}
    config |= {"thinkingConfig": {"thinkingBudget": 4096}} if options["thinks"] else {}
    if options["structured"]:
        config |= {"responseMimeType": "application/json", "responseSchema": GOOGLES_SCHEMA}
    function = {"name": "look_up", "description": "Looks up.", "parameters": GOOGLES_SCHEMA}
    asked = {"contents": contents, "generationConfig": config, "tools": [{"functionDeclarations": [function]}]}
    asked |= {"systemInstruction": {"parts": [{"text": system}]}} if system else {}
    asked |= {"toolConfig": {"functionCallingConfig": {"mode": "ANY" if options["must_call"] else "AUTO"}}}
    return google.parse_request(HttpRequest("POST", "/v1beta/models/m:generateContent", (), orjson.dumps(asked)))


def encoded(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


def dumped(arguments: dict) -> str:
    return orjson.dumps(arguments).decode()


options = st.fixed_dictionaries(
    {
        "cap": st.integers(1, 400),
        "stop": st.lists(st.sampled_from(["would", "rain", "."]), max_size=2),
        "structured": st.booleans(),
        "thinks": st.booleans(),
        "must_call": st.booleans(),
    }
).filter(lambda drawn: not (drawn["thinks"] and drawn["must_call"]))  # Anthropic has no such thing


class TestOneAnswer:
    """One conversation gets one answer, in whichever format it comes."""

    @given(conversations(), words | st.just(""), options, st.integers(0, 3))
    def test_the_same_conversation_gets_the_same_reply(self, turns, system, options, seed):
        one, *others = (ask(turns, system, options) for ask in (openais, anthropics, googles))
        reply = answer(one, seed=seed)
        for other in others:
            assert (other.messages, other.attachments) == (one.messages, one.attachments)
            again = answer(other, seed=seed)
            assert (again.id, again.choices) == (reply.id, reply.choices)
            assert again.usage.output_tokens == reply.usage.output_tokens

    @pytest.mark.parametrize(
        "change", [{"model": "n"}, {"temperature": 0.5}, {"messages": [{"role": "user", "content": "Rain!"}]}]
    )
    async def test_whatever_else_is_asked_gives_another_reply(self, change):
        dialect = DIALECTS["anthropic"]
        one, other = await dialect.ask(provider()), await dialect.ask(provider(), **change)
        assert one.json["id"] != other.json["id"]

    async def test_all_three_render_the_same_text_streamed_or_not(self):
        said = {
            dialect.said(await dialect.ask(provider(), stream=stream))
            for dialect in DIALECTS.values()
            for stream in (False, True)
        }
        assert len(said) == 1
        assert "What is rain?" in said.pop()


class TestBill:
    """What an answer reports is what was billed, in every format."""

    @every_dialect
    @streamed_or_not
    async def test_the_report_is_the_bill(self, dialect: Dialect, stream):
        ours = provider()
        told = dialect.billed(await dialect.ask(ours, "rain " * 2000, stream=stream))
        [entry] = ours.billed
        assert told == (entry.prompt_tokens, entry.completion_tokens)

    @every_dialect
    @streamed_or_not
    async def test_a_report_may_be_withheld_and_the_bill_stays(self, dialect, stream):
        ours = provider()
        assert dialect.billed(await dialect.ask(ours, stream=stream, fault="no-usage")) is None
        assert ours.billed[0].completion_tokens > 0

    @every_dialect
    @streamed_or_not
    async def test_a_report_may_be_beyond_every_bound(self, dialect, stream):
        ours = provider()
        fault = '{"fault": "report-usage", "prompt_tokens": 90000, "completion_tokens": 7000}'
        assert dialect.billed(await dialect.ask(ours, stream=stream, fault=fault)) == (90_000, 7000)
        assert (ours.billed[0].prompt_tokens, ours.billed[0].completion_tokens) == (90_000, 7000)


class TestFaults:
    """Every scripted fault works in every format, in that vendor's shape."""

    @every_dialect
    @streamed_or_not
    @pytest.mark.parametrize("name", FAULT_NAMES)
    async def test_the_provider_outlives_it(self, autojump_clock, dialect, stream, name):
        ours = provider()
        await dialect.ask(ours, stream=stream, fault=name)
        assert autojump_clock.current_time() <= 600
        sound = await dialect.ask(provider(), stream=stream)
        assert (await dialect.ask(ours, stream=stream)).body == sound.body
        assert sound.status == 200

    @every_dialect
    @pytest.mark.parametrize("count", [0, 1, 2, 5])
    async def test_a_stream_is_cut_after_as_many_tokens_in_each(self, dialect, count):
        ours, whole = provider(), dialect.said(await dialect.ask(provider()))
        cut = await dialect.ask(ours, stream=True, fault=f"cut-stream:{count}")
        assert (cut.status, cut.whole) == (200, False)
        assert whole.startswith(dialect.said(cut))
        assert ours.billed[0].completion_tokens == max(0, count - 1)
        assert not ours.billed[0].client_left  # it was the provider that hung up

    @every_dialect
    async def test_malformed_json_is_framed_soundly(self, dialect):
        sound = await dialect.ask(provider(), stream=True)
        torn = await dialect.ask(provider(), stream=True, fault="malformed-json")
        assert len(torn.events) == len(sound.events)
        for frame in (b"event: ", b"data: "):
            assert torn.body.count(frame) == sound.body.count(frame)
        for event in torn.events:
            with pytest.raises(orjson.JSONDecodeError):
                orjson.loads(event)

    @every_dialect
    async def test_malformed_events_have_neither_names_nor_blank_lines(self, dialect):
        body = (await dialect.ask(provider(), stream=True, fault="malformed-sse")).body
        assert not any(line.startswith((b"data:", b"event:")) for line in body.splitlines())
        assert b"\n\n" not in body.replace(b"\r", b"")

    @every_dialect
    @pytest.mark.parametrize("fault", ["truncated", "content-filter"])
    async def test_a_cut_reply_is_the_beginning_of_the_sound_one(self, dialect, fault):
        whole = dialect.said(await dialect.ask(provider()))
        half = dialect.said(await dialect.ask(provider(), fault=fault))
        assert whole.startswith(half)
        assert 0 < len(half) < len(whole)

    @every_dialect
    @streamed_or_not
    async def test_a_blocked_prompt_bills_its_input_alone(self, dialect, stream):
        ours = provider()
        blocked = await dialect.ask(ours, stream=stream, fault="blocked-prompt")
        assert (blocked.status, dialect.said(blocked)) == (200, "")
        assert (ours.billed[0].prompt_tokens > 0, ours.billed[0].completion_tokens) == (True, 0)

    @pytest.mark.parametrize(
        ("dialect", "fault", "words"),
        [
            ("openai", "truncated", b'"finish_reason":"length"'),
            ("openai", "content-filter", b'"finish_reason":"content_filter"'),
            ("openai", "blocked-prompt", b'"finish_reason":"content_filter"'),
            ("openai", "refusal", b'"refusal":"I can'),
            ("openai", "wrong-model:dearer", b'"model":"dearer"'),
            ("anthropic", "truncated", b'"stop_reason":"max_tokens"'),
            ("anthropic", "content-filter", b'"stop_reason":"refusal"'),
            ("anthropic", "blocked-prompt", b'"content":[],"stop_reason":"refusal"'),
            ("anthropic", "refusal", b'"stop_reason":"refusal"'),
            ("anthropic", "empty-reply", b'"content":[],"stop_reason":"end_turn"'),
            ("anthropic", "wrong-model:dearer", b'"model":"dearer"'),
            ("google", "truncated", b'"finishReason":"MAX_TOKENS"'),
            ("google", "content-filter", b'"finishReason":"SAFETY","safetyRatings":[{'),
            ("google", "blocked-prompt", b'"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}'),
            ("google", "refusal", b'"text":"I cannot help with that."'),
            ("google", "empty-reply", b'"content":{"role":"model"},"finishReason":"STOP"'),
            ("google", "wrong-model:dearer", b'"modelVersion":"dearer"'),
        ],
    )
    async def test_a_fault_of_content_is_in_the_vendors_words(self, dialect, fault, words):
        assert words in (await DIALECTS[dialect].ask(provider(), fault=fault)).body


class TestErrors:
    """An error has the shape of the format that was spoken."""

    @pytest.mark.parametrize(
        ("status", "openais", "anthropics", "googles"),
        [
            (400, "invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"),
            (401, "authentication_error", "authentication_error", "UNAUTHENTICATED"),
            (403, "permission_error", "permission_error", "PERMISSION_DENIED"),
            (404, "invalid_request_error", "not_found_error", "NOT_FOUND"),
            (413, "invalid_request_error", "request_too_large", "INVALID_ARGUMENT"),
            (429, "rate_limit_error", "rate_limit_error", "RESOURCE_EXHAUSTED"),
            (500, "server_error", "api_error", "INTERNAL"),
            (503, "server_error", "api_error", "UNAVAILABLE"),
            (504, "server_error", "timeout_error", "DEADLINE_EXCEEDED"),
            (529, "server_error", "overloaded_error", "INTERNAL"),
        ],
    )
    async def test_a_status_has_its_vendors_name(self, status, openais, anthropics, googles):
        bodies = {name: await dialect.ask(provider(), fault=str(status)) for name, dialect in DIALECTS.items()}
        assert {answer.status for answer in bodies.values()} == {status}
        assert bodies["openai"].json["error"]["type"] == openais
        assert bodies["anthropic"].json["type"] == "error"
        assert bodies["anthropic"].json["error"]["type"] == anthropics
        assert bodies["google"].json["error"]["status"] == googles
        assert bodies["google"].json["error"]["code"] == status

    @pytest.mark.parametrize(
        ("dialect", "words"),
        [
            ("openai", b"This model's maximum context length is 200000 tokens"),
            ("anthropic", b"prompt is too long: 200001 tokens > 200000 maximum"),
            ("google", b"The input token count (200001) exceeds the maximum number of tokens allowed (200000)"),
        ],
    )
    async def test_a_conversation_beyond_the_window_is_refused_in_the_vendors_words(self, dialect, words):
        ours = provider()
        refused = await DIALECTS[dialect].ask(ours, fault="context-too-long")
        assert refused.status == 400
        assert words in refused.body
        assert ours.billed == []

    @every_dialect
    async def test_an_error_in_the_middle_of_a_stream_is_its_last_event(self, dialect):
        torn = await dialect.ask(provider(), stream=True, fault="error-event-mid-stream:3")
        assert "had an error" in orjson.loads(torn.events[-1])["error"]["message"]
        assert len(dialect.said(torn)) > 0

    @every_dialect
    async def test_an_unknown_model_is_not_found(self, dialect):
        ours = provider(models=("n",))
        assert (await dialect.ask(ours)).status == 404
        assert ours.billed == []

    @every_dialect
    async def test_a_fault_that_does_not_exist_is_a_bad_request(self, dialect):
        refused = await dialect.ask(provider(), fault="resett")
        assert refused.status == 400
        assert "did you mean 'reset'?" in refused.json["error"]["message"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**40) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=5,
)
ANTHROPICS = (
    "model", "messages", "system", "tools", "tool_choice", "stop_sequences", "max_tokens", "stream", "thinking",
    "output_config", "cache_control", "temperature", "unheard_of",
)  # fmt: skip
GOOGLES = ("contents", "systemInstruction", "tools", "toolConfig", "safetySettings", "unheardOf")
CONFIGS = (
    "maxOutputTokens", "stopSequences", "candidateCount", "responseMimeType", "responseSchema", "responseJsonSchema",
    "thinkingConfig", "seed", "responseLogprobs", "unheardOf",
)  # fmt: skip
TYPES = st.sampled_from(
    ["text", "image", "document", "tool_use", "tool_result", "thinking", "parts", "functionCall", "inlineData",
     "fileData", "functionResponse", "role", "source", "content", "type", "user", "assistant", "model", "name", "id",
     "args", "data", "tool_use_id", "any", "tool", "enabled", "functionDeclarations", "parameters", "cache_control"]
)  # fmt: skip
nearly_right = st.recursive(
    json_values | TYPES,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(TYPES, children, max_size=4),
    max_leaves=8,
)


class TestAnyBody:
    """A bad request gets an error of its format's shape, never a traceback."""

    def status(self, request: HttpRequest) -> int:
        acts, tab = provider().respond(request)
        [status] = [act.status for act in acts if hasattr(act, "status")]
        assert (status == 200) == (tab is not None)
        return status

    @given(st.dictionaries(st.sampled_from(ANTHROPICS), nearly_right, max_size=3))
    def test_any_fields_of_anthropics_are_answered_or_refused(self, fields):
        status = self.status(DIALECTS["anthropic"].request("hi", **fields))
        assert status == 400 or "unheard_of" not in fields

    @given(
        st.dictionaries(st.sampled_from(GOOGLES), nearly_right, max_size=2),
        st.dictionaries(st.sampled_from(CONFIGS), nearly_right, max_size=2),
        st.booleans(),
    )
    def test_any_fields_of_googles_are_answered_or_refused(self, fields, config, stream):
        status = self.status(DIALECTS["google"].request("hi", stream=stream, generationConfig=config, **fields))
        assert status == 400 or fields.get("unheardOf") is None  # a null is no field at all to Google

    @given(st.binary(max_size=60), st.sampled_from(sorted(DIALECTS)))
    def test_any_bytes_are_refused(self, body, name):
        assert self.status(evolve(DIALECTS[name].request("hi"), body=body)) == 400

    @given(st.text(alphabet="/v1betamodels:[]?&=%key#gnrateCo-", max_size=40), st.sampled_from(["GET", "POST"]))
    def test_any_address_is_answered(self, target, method):
        acts, _ = provider().respond(HttpRequest(method, f"/{target}", (("x-goog-api-key", "k"),), b"{}"))
        [status] = [act.status for act in acts if hasattr(act, "status")]
        assert status in (200, 400, 404)
