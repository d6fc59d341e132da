"""The proxy's other endpoints: models, decisions, health, and what is said where nothing answers."""

import orjson
import pytest
from attrs import evolve

from tests.shell.proxy_world import CATALOG, LARGE, OTHER, SMALL, chat, model, price, proxy, served
from tokenwise.catalog.models import Offer
from tokenwise.money import parse_usd
from tokenwise.traits import Tier
from tokenwise_shell.config.paths import keys_file
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.proxy.admission.keys import Key, KeyFile
from tokenwise_shell.proxy.app import ROWS
from tokenwise_shell.proxy.doors.models import MODELS
from tokenwise_shell.proxy.doors.page import FILES
from tokenwise_shell.proxy.doors.passed.door import BELOW
from tokenwise_shell.proxy.doors.vouchers import VOUCHERS
from tokenwise_shell.proxy.openapi import DESCRIPTION

AUTO = {"auto", "auto:cheapest", "auto:balanced", "auto:best_quality", "auto:budget_constrained", "auto:cascade"}


class TestModels:
    async def test_the_list_has_what_can_be_asked_for_and_auto(self, tmp_path):
        out_of_reach = model("far/away", Tier.MID, Offer("nobody", "x", price(1, 1)))
        async with proxy(tmp_path, catalog=CATALOG.merged([out_of_reach])) as world:
            answer = await world.ask("GET", "/v1/models")
        assert (answer.status, answer.json["object"]) == (200, "list")
        assert {one["id"] for one in answer.json["data"]} == AUTO | {SMALL, LARGE, OTHER}
        assert all({"id", "object", "created", "owned_by"} <= one.keys() for one in answer.json["data"])
        small = next(one for one in answer.json["data"] if one["id"] == SMALL)
        assert (small["owned_by"], small["tier"], small["input_nano_per_mtok"]) == ("one", "budget", 10**9)

    @pytest.mark.parametrize(
        ("name", "found"), [(SMALL, SMALL), ("small-2", SMALL), ("auto", "auto"), ("auto:cheapest", "auto:cheapest")]
    )
    async def test_one_is_found_by_any_of_its_names(self, tmp_path, name, found):
        async with proxy(tmp_path) as world:
            answer = await world.ask("GET", f"/v1/models/{name}")
            quoted = await world.ask("GET", f"/v1/models/{name.replace('/', '%2F')}")
        assert (answer.status, answer.json["id"], quoted.json) == (200, found, answer.json)

    async def test_one_that_does_not_exist_is_404(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.ask("GET", "/v1/models/house/nothing")
        assert (answer.status, answer.error["code"]) == (404, "model_not_found")

    @pytest.mark.slow  # imports the client and its many models
    async def test_the_openai_client_reads_them(self, tmp_path):
        async with proxy(tmp_path) as world, world.openai() as client:
            listed = [one.id async for one in await client.models.list()]
            one = await client.models.retrieve(SMALL)
        assert SMALL in listed
        assert one.id == SMALL


class TestKeys:
    async def test_a_key_sees_and_uses_what_it_may_and_is_booked_by_its_name(self, tmp_path):
        async with proxy(tmp_path) as world:
            file = KeyFile(keys_file(world.client.journal.file.path))
            secret = file.create(lambda digest: Key(name="ann", digest=digest, created_ms=wall_ms(), models=(SMALL,)))
            bearer = {"authorization": f"Bearer {secret}"}
            without = await world.post(chat())
            listed = await world.ask("GET", "/v1/models", headers=bearer)
            allowed = await world.post(chat(model="auto:best_quality"), **bearer)
            forbidden = await world.post(chat(model=LARGE), **bearer)
            hidden = await world.ask("GET", f"/v1/models/{LARGE}", headers=bearer)
            run = allowed.headers["x-tokenwise-request-id"]
            keys = {line["key"] for line in world.lines_of(run)}
        assert (without.status, without.error["code"]) == (401, "invalid_api_key")
        assert {one["id"] for one in listed.json["data"]} == AUTO | {SMALL}
        assert (allowed.status, allowed.headers["x-tokenwise-model"], keys) == (200, SMALL, {"ann"})
        assert (forbidden.status, hidden.status) == (404, 404)

    async def test_tags_are_in_the_books(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.post(chat(), x_tokenwise_tags="nightly, batch")
            lines = world.lines_of(answer.headers["x-tokenwise-request-id"])
        assert {tuple(line["tags"]) for line in lines} == {("batch", "nightly")}


class TestRoute:
    async def test_it_is_the_decision_that_a_request_would_get_and_calls_nobody(self, tmp_path):
        async with proxy(tmp_path) as world:
            told = await world.post(chat(model="auto"), path="/v1/route")
            assert not world.one.received
            answer = await world.post(chat(model="auto"))
            alone = world.client.route("What is rain?")
        assert told.status == 200
        assert told.json == orjson.loads(orjson.dumps(alone.as_json()))
        assert told.json["decision_id"] == answer.headers["x-tokenwise-decision-id"]
        assert told.json["model"] == answer.headers["x-tokenwise-model"]

    async def test_a_refusal_is_a_decision(self, tmp_path):
        async with proxy(tmp_path) as world:
            told = await world.post(chat(), path="/v1/route", x_tokenwise_budget="0.0000001")
        assert (told.status, told.json["decision"], told.json["refusal"]["code"]) == (200, "refused", "budget_exceeded")

    async def test_headers_and_body_say_how_to_decide_and_the_body_holds(self, tmp_path):
        body = chat(model="auto", tokenwise={"budget": 0.5})
        said = {"x_tokenwise_budget": "0.25", "x_tokenwise_strategy": "best_quality", "x_tokenwise_capability": "math"}
        async with proxy(tmp_path) as world:
            told = (await world.post(body, path="/v1/route", **said)).json
        assert told["budget_nano"] == parse_usd("0.5")
        assert told["strategy"] == "best_quality"
        assert told["scenario"]["capabilities"] == ["math"]


class TestHealth:
    async def test_a_proxy_that_could_serve_is_ready(self, tmp_path):
        async with proxy(tmp_path) as world:
            alive, ready = await world.ask("GET", "/healthz"), await world.ask("GET", "/readyz")
        assert (alive.status, alive.json) == (200, {"status": "ok"})
        assert (ready.status, ready.json) == (200, {"status": "ready", "reasons": []})

    async def test_one_that_is_ending_takes_nothing_and_says_so(self, tmp_path):
        async with proxy(tmp_path) as world:
            world.service.gate.closing = True
            alive, ready = await world.ask("GET", "/healthz"), await world.ask("GET", "/readyz")
            refused = await world.post(chat())
        assert (alive.status, ready.status) == (200, 503)
        assert "shutting down" in ready.json["reasons"][0]
        assert (refused.status, refused.error["code"], refused.headers["retry-after"]) == (503, "shutting_down", "1")

    async def test_without_a_provider_nothing_is_ready(self, tmp_path):
        async with proxy(tmp_path) as world:
            world.client.workspace = evolve(world.client.workspace, providers=())
            ready = await world.ask("GET", "/readyz")
        assert (ready.status, "no provider" in ready.json["reasons"][0]) == (503, True)

    async def test_figures_are_counted(self, tmp_path):
        async with proxy(tmp_path) as world:
            await world.post(chat())
            await world.post(chat(model="nothing"))
            shown = (await world.ask("GET", "/metrics")).body.decode()
        assert 'tokenwise_requests_total{endpoint="/v1/chat/completions",status="200"} 1.0' in shown
        assert 'tokenwise_refusals_total{reason="model_not_found"} 1.0' in shown
        assert 'tokenwise_attempts_total{model="house/small",outcome="ok",provider="one"} 1.0' in shown


class TestElsewhere:
    async def test_nothing_answers_elsewhere(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.ask("GET", "/v2/nothing")
        assert (answer.status, answer.error["code"]) == (404, "unknown_url")

    async def test_another_method_is_told_which_are_taken(self, tmp_path):
        async with proxy(tmp_path) as world:
            refused = await world.ask("GET", "/v1/chat/completions")
            told = await world.ask("OPTIONS", "/v1/models")
            head, got = await world.ask("HEAD", "/v1/models"), await world.ask("GET", "/v1/models")
        assert (refused.status, refused.headers["allow"]) == (405, "OPTIONS, POST")
        assert (told.status, told.headers["allow"], told.body) == (204, "GET, HEAD, OPTIONS", b"")
        assert (head.status, head.body) == (200, b"")
        assert head.headers["content-length"] == got.headers["content-length"]

    async def test_a_head_that_is_too_long_is_431(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.ask("GET", "/v1/models", headers={"x-long": "x" * 70_000})
        assert answer.status == 431

    async def test_a_body_that_is_too_long_is_413_and_a_conversation_too(self, tmp_path):
        async with proxy(tmp_path) as world:
            space = world.client.workspace
            small = evolve(space.settings.proxy, max_body_bytes=2000, max_messages=3)
            world.client.workspace = evolve(space, settings=evolve(space.settings, proxy=small))
            long = await world.post(chat("x" * 3000))
            many = await world.post(chat() | {"messages": chat()["messages"] * 4})
            assert not world.one.received
        assert (long.status, long.error["code"]) == (413, "request_too_large")
        assert (many.status, many.error["code"]) == (413, "too_many_messages")

    async def test_a_bug_is_500_without_its_details_and_with_them_in_the_log(self, tmp_path, caplog):
        async with proxy(tmp_path) as world:
            broken = evolve(world.service, access=None)
            async with served(broken) as url:
                world.url = url
                answer = await world.post(chat())
        assert (answer.status, answer.error["code"]) == (500, "internal_error")
        assert "NoneType" not in answer.error["message"]
        assert "Traceback" in caplog.text


class TestTheDescription:
    async def test_it_is_served_and_names_every_endpoint(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.ask("GET", "/openapi.json")
        assert answer.status == 200
        assert answer.json == orjson.loads(orjson.dumps(DESCRIPTION))
        described = {(method.upper(), path) for path, one in DESCRIPTION["paths"].items() for method in one}
        below = {f"{MODELS}/": "{model}", f"{VOUCHERS}/": "{voucher}", BELOW: "{path}"}
        public = (row for row in ROWS if row.path not in FILES and not row.path.startswith("/page/"))
        answered = {(row.method, row.path + below.get(row.path, "")) for row in public}
        assert described == answered
