"""Laws of what a written request weighs: nothing in it escapes the bound, and nothing is counted away."""

from itertools import product

import orjson
import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from property_tests.providers.test_translate_laws import ANTHROPICS, GOOGLES, requests
from property_tests.strategies import catalogs, needs
from tokenwise.catalog.attachments import Attachments, largest_image
from tokenwise.catalog.prices import Price
from tokenwise.prompt import Message, Role
from tokenwise.routing.bid import cap, make_bid
from tokenwise.routing.request import Weight
from tokenwise.routing.worth import expected_cost
from tokenwise.usage import Usage, count_messages
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.embedded import HttpRequest
from tokenwise_shell.embedded.answers.counting import count_input
from tokenwise_shell.embedded.anthropic import format as anthropic_format
from tokenwise_shell.embedded.chat import BadRequest
from tokenwise_shell.embedded.google import format as google_format
from tokenwise_shell.embedded.openai import format as openai_format
from tokenwise_shell.providers import Ask, Endpoint
from tokenwise_shell.providers.anthropic import messages as anthropic
from tokenwise_shell.providers.counting import weigh
from tokenwise_shell.providers.google import generate as google
from tokenwise_shell.providers.openai import chat as openai
from tokenwise_shell.providers.translate.terms import Untranslatable

FORMATS = (
    (ProviderKind.OPENAI, openai, openai_format),
    (ProviderKind.ANTHROPIC, anthropic, anthropic_format),
    (ProviderKind.GOOGLE, google, google_format),
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
parts = (
    st.builds(lambda said: {"type": "text", "text": said}, st.text(max_size=30))
    | st.builds(
        lambda url, detail: {"type": "image_url", "image_url": {"url": url, **detail}},
        st.sampled_from(
            ["https://example.com/a.png", "data:image/png;base64,iVBO", "data:application/pdf;base64,JVBE"]
        ),
        st.sampled_from([{}, {"detail": "low"}, {"detail": "high"}]),
    )
    | st.just({"type": "file", "file": {"file_id": "file-1"}})
    | st.just({"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}})
    | anything
)
calls = st.builds(
    lambda name, arguments: {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}},
    st.text(max_size=8),
    st.dictionaries(st.text(max_size=5), anything, max_size=2).map(lambda value: orjson.dumps(value).decode())
    | st.text(max_size=9)
    | st.sampled_from(["1e15", "[1e15,1e15]", "{"]),
)
messages = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "function"])},
    optional={
        "content": st.text(max_size=40) | st.lists(parts, max_size=3),
        "tool_calls": st.lists(calls, max_size=2),
        "name": st.text(max_size=9),
        "reasoning_content": st.text(max_size=20),
    },
)
tools = st.builds(
    lambda name, said, schema: {"type": "function", "function": {"name": name, "description": said, **schema}},
    st.text(max_size=9),
    st.text(max_size=20),
    st.just({}) | st.just({"parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}),
)
written = st.fixed_dictionaries(
    {"messages": st.lists(messages, min_size=1, max_size=4)},
    optional={
        "tools": st.lists(tools, max_size=3),
        "n": st.integers(1, 8),
        "response_format": st.sampled_from(
            [
                {"type": "json_object"},
                {"type": "json_schema", "json_schema": {"name": "r", "schema": {"type": "object"}}},
            ]
        ),
        "temperature": st.floats(0, 2),
        "stop": st.lists(st.text(max_size=5), max_size=4),
        "user": st.text(max_size=9),
        "something_new": anything,
    },
)


def no_lighter(weight: Weight, than: Weight) -> bool:
    """Whether this weight is at least the other in everything that money is held for."""
    larger = weight.attachments
    return (
        weight.input.bound >= than.input.bound
        and weight.choices >= than.choices
        and bool(weight.unpriced) >= bool(than.unpriced)
        and weight.surcharge >= than.surcharge
        and (larger.images, larger.small_images, larger.unmeasured)
        >= (than.attachments.images, than.attachments.small_images, than.attachments.unmeasured)
    )


class TestTheBound:
    """Every text anywhere counts by its bytes, in fields that nobody here knows too."""

    @given(fields=written, more=messages)
    def test_one_more_message_never_lowers_it(self, fields, more):
        assert no_lighter(weigh({**fields, "messages": [*fields["messages"], more]}), weigh(fields))

    @given(fields=written, part=parts, content=st.lists(parts, max_size=3))
    def test_one_more_part_never_lowers_it(self, fields, part, content):
        before, after = ({"role": "user", "content": each} for each in (content, [*content, part]))
        said = fields["messages"]
        assert no_lighter(weigh({**fields, "messages": [*said, after]}), weigh({**fields, "messages": [*said, before]}))

    @given(fields=written, tool=tools)
    def test_one_more_tool_never_lowers_it(self, fields, tool):
        assert no_lighter(weigh({**fields, "tools": [*fields.get("tools", ()), tool]}), weigh(fields))

    @given(fields=written, name=st.text(min_size=1, max_size=9), value=anything)
    @example(fields={"messages": []}, name="web_search_options", value={"search_context_size": "high"})
    @example(fields={"messages": []}, name="n", value=8)
    def test_one_more_field_never_lowers_it(self, fields, name, value):
        assert no_lighter(weigh({name: value, **fields}), weigh(fields))
        message, *others = fields["messages"] or [{"role": "user"}]
        fuller = {**fields, "messages": [{name: value, **message}, *others]}
        assert no_lighter(weigh(fuller), weigh({**fields, "messages": [message, *others]}))

    @pytest.mark.parametrize("place", range(7))
    @given(fields=written, text=st.text(st.characters(codec="utf-8"), min_size=20, max_size=30))
    def test_no_text_escapes_it_wherever_it_stands(self, fields, text, place):
        bare = {name: value for name, value in fields.items() if name != "tools"}
        first = {"role": "user", "content": "x"}
        call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": text}}
        holders = (
            {"messages": [*fields["messages"], {**first, "content": text}]},
            {"messages": [*fields["messages"], {**first, "content": [{"type": "text", "text": text}]}]},
            {"messages": [*fields["messages"], {**first, "name": text}]},
            {"messages": [*fields["messages"], {**first, "content": [{"type": "text", "text": "x", "deep": [text]}]}]},
            {"messages": [*fields["messages"], {**first, "tool_calls": [call]}]},
            {"tools": [{"type": "function", "function": {"name": "f", "description": text}}]},
            {"nobody_knows": {text: 1}},
        )
        fuller = weigh({**bare, **holders[place]})
        assert fuller.input.bound >= weigh(bare).input.bound + len(text.encode())

    @given(texts=st.lists(st.text(max_size=40), max_size=4))
    def test_a_plain_conversation_counts_as_it_does_at_every_other_door(self, texts):
        fields = {"messages": [{"role": "user", "content": each} for each in texts], "model": "auto", "stream": True}
        conversation = [Message(Role.USER, each) for each in texts]
        assert weigh(fields).input == count_messages(message.text for message in conversation)


class TestTheEmbeddedProvider:
    """What the embedded provider counts in a request is below the bound, in whichever format it is asked."""

    @given(fields=requests({**ANTHROPICS, **GOOGLES}) | written)
    def test_never_counts_more_than_the_bound(self, fields):
        weight = weigh(fields)
        for kind, wire, format_ in FORMATS:
            if (counted := counted_by(kind, wire, format_, fields)) is not None:
                assert counted <= weight.input.bound


marks = st.sampled_from([{"type": "ephemeral"}, {"type": "ephemeral", "ttl": "5m"}, {"type": "ephemeral", "ttl": "1h"}])
said = st.text(min_size=1, max_size=20).filter(str.strip)
blocks = st.builds(
    lambda words, mark: {"type": "text", "text": words, **mark},
    said,
    st.just({}) | st.builds(lambda mark: {"cache_control": mark}, marks),
)
marked_turns = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["system", "user", "assistant"]),
    said | st.lists(blocks, min_size=1, max_size=3),
)


class TestWhatIsMarkedForACache:
    """A vendor that writes what is marked, all of it, bills no more writes than are held for."""

    @given(turns=st.lists(marked_turns, min_size=1, max_size=5), tool=tools, mark=st.none() | marks)
    def test_anthropics_server_writes_no_more_than_the_bound(self, turns, tool, mark):
        tool = {**tool, "function": {**tool["function"], "name": "f"}, **({"cache_control": mark} if mark else {})}
        fields = {"messages": [{"role": "user", "content": "x"}, *turns], "tools": [tool]}
        read = read_by(*FORMATS[1], fields)
        if read is None:
            return
        writes = weigh(fields).writes
        assert (read.cacheable_tokens or 0) <= writes.hour + writes.minutes
        assert writes.hour or not read.caches_for_an_hour
        marked = {**fields["tools"][0]}.get("cache_control") or any("cache_control" in str(turn) for turn in turns)
        assert bool(writes.hour + writes.minutes) == bool(marked)


def counted_by(kind, wire, format_, fields):
    """The input tokens as this format's server counts them; None where the format has no words for the request."""
    read = read_by(kind, wire, format_, fields)
    return None if read is None else count_input(read)


def read_by(kind, wire, format_, fields):
    """The request as this format's server reads it; None where the format has no words for it."""
    try:
        asked = wire.build(Endpoint(kind, "http://127.0.0.1:1"), Ask("any-model", fields, 100))
        sent = HttpRequest("POST", asked.url.removeprefix("http://127.0.0.1:1"), asked.headers, asked.body)
        return format_.parse_request(sent)
    except (Untranslatable, BadRequest):
        return None


attached = st.builds(Attachments, st.integers(0, 3), st.integers(0, 3), st.integers(0, 1))


class TestTheMoney:
    """What is held covers as many whole answers as are asked for, and the largest an image can be."""

    @given(need=needs(), catalog=catalogs(), choices=st.integers(1, 9))
    def test_n_answers_are_held_n_times(self, need, catalog, choices):
        need = evolve(need, choices=1)
        several = evolve(need, choices=choices)
        for model in catalog.models:
            for offer in model.offers:
                length = cap(model, need)
                if isinstance(offer.price, Price) and length > 0:
                    every = Usage(input_tokens=need.input.bound, output_tokens=choices * length)
                    assert make_bid(model, offer, several, output_tokens=length).amount >= offer.price.cost(every)
                    if isinstance(model.price, Price):
                        assert expected_cost(model, several, room=length) >= expected_cost(model, need, room=length)

    @given(need=needs(), catalog=catalogs(), attachments=attached)
    def test_more_attachments_never_cost_less(self, need, catalog, attachments):
        fuller = evolve(need, attachments=attachments, input=need.input + attachments.usual)
        for model, extra in product(catalog.models, (1, 2)):
            for offer in model.offers:
                if isinstance(offer.price, Price):
                    more = evolve(attachments, images=attachments.images + extra)
                    fullest = evolve(need, attachments=more, input=need.input + more.usual)
                    held = [make_bid(model, offer, each, output_tokens=1) for each in (need, fuller, fullest)]
                    assert held == sorted(held, key=lambda bid: bid.input_tokens)
                    assert held[0].amount <= held[1].amount <= held[2].amount
                    largest, _ = largest_image(model.id)
                    assert held[2].input_tokens - need.input.bound >= more.images * largest
