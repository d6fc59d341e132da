"""Embeddings through the proxy: one model, its provider's own bytes, and the money and books of all other work."""

import base64
import struct
from decimal import Decimal

import orjson
import pytest
from attrs import evolve

from tests.shell.proxy_world import CATALOG, model, price, proxy
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.faults import Fault
from tokenwise.routing.verdicts import Failure
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.embedded import First, Script, Status
from tokenwise_shell.providers import Endpoint
from tokenwise_shell.providers.openai import embeddings as openai_embeddings
from tokenwise_shell.transport.exchange import HttpResponse

EMBEDS = {
    "features": Feature.EMBEDDINGS,
    "capabilities": Capability(0),
    "max_output_tokens": 0,
    "context_tokens": 8_000,
}
SMALL, BIG = "house/embed-small", "house/embed-big"
MODELS = Catalog(
    (
        *CATALOG.models,
        model(
            SMALL, Tier.BUDGET, Offer("one", "e-small", price(1, 0)), Offer("two", "e-small-2", price(2, 0)), **EMBEDS
        ),
        model(BIG, Tier.BUDGET, Offer("two", "e-big", price(5, 0)), **EMBEDS),
    )
)
PATH = "/v1/embeddings"


def world(folder, **more):
    return proxy(folder, catalog=MODELS, **more)


def asking(given="What is rain?", **fields):
    return {"model": SMALL, "input": given} | fields


@pytest.mark.parametrize("given", ["rain", ["rain", "snow"], [1, 2, 3], [[1, 2], [3]]])
async def test_every_kind_of_input_is_answered_in_the_providers_own_bytes(tmp_path, given):
    async with world(tmp_path) as at:
        answer = await at.post(asking(given, dimensions=8), path=PATH)
        direct = at.one.billed[-1]
    assert answer.status == 200
    assert len(answer.json["data"]) == (1 if given in ("rain", [1, 2, 3]) else 2)
    assert len(answer.json["data"][0]["embedding"]) == 8
    assert answer.json["usage"]["prompt_tokens"] == direct.prompt_tokens
    assert answer.headers["x-tokenwise-model"] == SMALL
    assert answer.headers["x-tokenwise-provider"] == "one"
    assert Decimal(answer.headers["x-tokenwise-cost-usd"]) == Decimal(direct.prompt_tokens) / 1_000_000


async def test_base64_and_unknown_fields_pass_unchanged(tmp_path):
    async with world(tmp_path) as at:
        answer = await at.post(asking(encoding_format="base64", dimensions=4, user="u", novelty={"a": [1]}), path=PATH)
        sent = at.one.received[-1].request.body
    assert sent == orjson.dumps(
        {"model": "e-small", "input": "What is rain?", "encoding_format": "base64", "dimensions": 4, "user": "u"}
        | {"novelty": {"a": [1]}}
    )
    packed = base64.b64decode(answer.json["data"][0]["embedding"])
    assert len(struct.unpack("<4f", packed)) == 4


async def test_the_books_have_it_as_any_call(tmp_path):
    async with world(tmp_path) as at:
        answer = await at.post(asking("rain" * 100), path=PATH)
        (charged,) = [
            line for line in at.lines_of(answer.headers["x-tokenwise-request-id"]) if line["type"] == "charged"
        ]
        assert (charged["model"], charged["amount_nano"]) == (SMALL, 100 * 1000)
        assert at.balances()


async def test_a_model_that_fails_is_asked_elsewhere_and_never_replaced_by_another(tmp_path):
    down = [Status(503)] * 9
    async with world(tmp_path, one=Script([First(down)])) as at:
        answer = await at.post(asking(), path=PATH)
        assert (answer.status, answer.headers["x-tokenwise-provider"]) == (200, "two")
        assert answer.headers["x-tokenwise-model"] == SMALL
    async with world(tmp_path, one=Script([First(down)]), two=Script([First(down)])) as at:
        answer = await at.post(asking(), path=PATH)
        assert answer.status == 503
        assert {each.request.body[:20] for each in at.two.received} == {b'{"model":"e-small-2",'[:20]}
        assert at.balances()


async def test_auto_is_the_cheapest_that_embeds_and_stays_with_it(tmp_path):
    async with world(tmp_path, one=Script([First([Status(503)] * 9)]), two=Script([First([Status(503)] * 9)])) as at:
        answer = await at.post(asking(model="auto"), path=PATH)
        assert answer.status == 503
        assert b"e-big" not in b"".join(each.request.body for each in at.two.received)
    async with world(tmp_path) as at:
        answer = await at.post(asking(model="auto"), path=PATH)
        assert answer.headers["x-tokenwise-model"] == SMALL


async def test_a_batch_longer_than_the_window_is_a_batch_of_windows(tmp_path):
    async with world(tmp_path) as at:
        assert (await at.post(asking(["rain " * 5_000] * 4), path=PATH)).status == 200


async def test_what_the_money_does_not_cover_is_refused_before_anybody_is_asked(tmp_path):
    async with world(tmp_path) as at:
        answer = await at.post(asking("rain" * 1000), path=PATH, x_tokenwise_budget="0.001")
        assert (answer.status, answer.error["code"]) == (402, "budget_exceeded")
        assert not at.one.received
        assert not at.two.received


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (
            200,
            {"data": [{"embedding": [0.5]}], "usage": {"prompt_tokens": 3, "total_tokens": 3}},
            Usage(input_tokens=3),
        ),
        (200, {"data": [{"embedding": [0.5]}], "usage": {"total_tokens": 4}}, Usage(input_tokens=4)),
        (200, {"data": [{"embedding": [0.5]}]}, None),  # not reported, which is not zero: the reservation stands
        (200, {"data": []}, Fault.MALFORMED),
        (200, [1], Fault.MALFORMED),
        (200, {"error": {"message": "busy", "code": 503}}, Fault.OVERLOADED),
        (429, {"error": {"message": "slow down"}}, Fault.RATE_LIMITED),
    ],
)
def test_what_is_read_from_an_answer(status, body, expected):
    outcome = openai_embeddings.parse(HttpResponse(status, (), orjson.dumps(body)), native_id="m", now_ms=0)
    assert (outcome.fault if isinstance(outcome, Failure) else outcome.usage) == expected


@pytest.mark.parametrize(
    ("fields", "status", "code", "param"),
    [
        ({"input": ""}, 400, "invalid_value", "input"),
        ({"input": None}, 400, "invalid_value", "input"),
        ({"input": {"text": "a"}}, 400, "invalid_value", "input"),
        ({"model": None}, 400, "invalid_value", "model"),
        ({"model": "nobody"}, 404, "model_not_found", "model"),
        ({"model": "house/small"}, 400, "no_capable_model", None),
    ],
)
async def test_what_cannot_be_embedded_is_refused_by_name(tmp_path, fields, status, code, param):
    async with world(tmp_path) as at:
        answer = await at.post(asking() | fields, path=PATH)
    assert (answer.status, answer.error["code"], answer.error["param"]) == (status, code, param)


async def test_a_model_that_embeds_answers_no_chat(tmp_path):
    async with world(tmp_path) as at:
        answer = await at.post({"model": SMALL, "messages": [{"role": "user", "content": "hi"}]})
    assert (answer.status, answer.error["code"]) == (400, "no_capable_model")


async def test_a_provider_of_another_format_is_passed_over_by_name(tmp_path):
    async with world(tmp_path) as at:
        endpoints = at.client.caller.endpoints
        google = Endpoint(ProviderKind.GOOGLE, endpoints["one"].base_url)
        at.client.caller = evolve(at.client.caller, endpoints={**endpoints, "one": google})
        answer = await at.post(asking(), path=PATH)
        assert (answer.status, answer.headers["x-tokenwise-provider"]) == (200, "two")
        at.client.caller = evolve(at.client.caller, endpoints={"one": google, "two": google})
        answer = await at.post(asking(), path=PATH)
    assert (answer.status, answer.error["code"]) == (400, "unsupported_by_provider")
    assert "OpenAI's format alone" in answer.error["message"]


async def test_the_official_client_reads_vectors(tmp_path):
    async with world(tmp_path) as at, at.openai() as client:
        made = await client.embeddings.create(model=SMALL, input=["rain", "snow"])
    assert [len(each.embedding) for each in made.data] == [256, 256]
    assert all(isinstance(number, float) for number in made.data[0].embedding)
