"""The format of a reply on the wire: what of a schema is asked for, and when it is to be kept to the letter."""

import orjson
import pytest
from attrs import evolve

from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel
from tokenwise.plan import Check, CheckKind
from tokenwise.planner.decompose import PLAN_SCHEMA
from tokenwise.prompt import Message, Role
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.embedded import EmbeddedProvider, Pace, serve
from tokenwise_shell.engine.calls import Caller
from tokenwise_shell.providers import Endpoint
from tokenwise_shell.providers.reply_format import response_format
from tokenwise_shell.transport import open_transport

OPEN = {"type": "object", "properties": {"a": {"type": "integer"}}}
SAYS_JSON = {"messages": [{"role": "user", "content": "A list, as JSON."}]}
CLOSED = {**OPEN, "required": ["a"], "additionalProperties": False}


def asked(schema):
    text = schema if isinstance(schema, str) else orjson.dumps(schema).decode()
    return response_format(Check(CheckKind.JSON_SCHEMA, text), SAYS_JSON).get("response_format")


def test_nothing_wanted_asks_for_nothing():
    assert response_format(None, SAYS_JSON) == {}
    assert response_format(Check(CheckKind.REGEX, "x"), SAYS_JSON) == {}


def test_any_object_where_the_prompt_says_so():
    assert response_format(Check(CheckKind.JSON), {"messages": [{"role": "user", "content": "A list."}]}) == {}
    assert response_format(Check(CheckKind.JSON), SAYS_JSON) == {"response_format": {"type": "json_object"}}


def test_a_schema_goes_along_whole():
    assert asked(OPEN)["json_schema"]["schema"] == OPEN


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (CLOSED, True),
        (OPEN, False),
        ({**CLOSED, "required": []}, False),
        ({**CLOSED, "properties": {"a": {"type": "integer", "minimum": 0}}}, False),  # not in every strict mode
        ({**CLOSED, "properties": {"a": {"type": "array", "items": OPEN}}}, False),
        ({**CLOSED, "properties": {"a": {"type": "array", "items": CLOSED}}}, True),
        ({**CLOSED, "properties": {"a": {"anyOf": [CLOSED, OPEN]}}}, False),
        ({**CLOSED, "required": 3}, False),
        (PLAN_SCHEMA, True),
    ],
)
def test_strict_is_asked_for_where_it_will_be_granted(schema, strict):
    assert asked(schema)["json_schema"]["strict"] is strict


@pytest.mark.parametrize("text", ["", "{", "[]", "true", '{"type": "array"}', '{"anyOf": []}'])
def test_what_no_interface_takes_is_left_to_the_check(text):
    assert asked(text) is None


def test_a_schema_may_nest_as_deeply_as_a_parser_reads():
    text = '{"type":"object","properties":' * 300 + "{}" + "}" * 300
    assert asked(text) is not None


async def test_a_provider_that_takes_it_answers_in_that_format():
    command = CallModel(
        AttemptId("a", 0), "m", "p", "m", (Message(Role.USER, "Count."),), (), 100, 200, 5000,
        reply_format=Check(CheckKind.JSON_SCHEMA, orjson.dumps(CLOSED).decode()),
    )  # fmt: skip
    async with serve(EmbeddedProvider(pace=Pace(latency_ms=0, token_us=0))) as address, open_transport() as transport:
        caller = Caller(transport, {"p": Endpoint(ProviderKind.OPENAI, str(address))})
        reply = await caller.call(command)
        plain = await caller.call(evolve(command, reply_format=None))
    assert type(orjson.loads(reply.text)["a"]) is int
    assert plain.text.startswith("[simulated")
