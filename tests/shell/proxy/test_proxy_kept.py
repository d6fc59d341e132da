"""Responses that their provider keeps: who is asked for one, who may, and how one that is made later is paid for."""

import orjson
import pytest
import trio
from attrs import define, field

from tests.shell.loopback import next_request, whole
from tests.shell.proxy.test_proxy_passed import a_key
from tests.shell.proxy_world import SMALL, proxy_of, until
from tokenwise_shell.config.paths import keys_file
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.proxy.admission.keys import Key, KeyFile
from tokenwise_shell.proxy.made import MadeHere

ASKED = {"model": SMALL, "input": "Hi", "max_output_tokens": 1000}
USAGE = {"input_tokens": 10, "output_tokens": 500, "total_tokens": 510}
ITEM = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "rain " * 400}]}


def response(status: str, **fields):
    made = {"output": [ITEM], "usage": USAGE} if status == "completed" else {"output": [], "usage": None}
    return {"id": "resp_1", "object": "response", "model": "small-1", "status": status, **made, **fields}


@define
class Keeper:
    """Makes a response in its own time: what it says to each look is taken from `stages`, the last again and again."""

    stages: list[dict] = field(factory=lambda: [response("completed")])
    heard: list[str] = field(factory=list)

    async def talk(self, stream: trio.abc.Stream) -> None:
        while request := await next_request(stream):
            line = request.partition(b" HTTP")[0].decode()
            self.heard.append(line)
            said = self.stages.pop(0) if len(self.stages) > 1 else self.stages[0]
            missing = b"404 Not Found" if "error" in said and "id" not in said else b"200 OK"
            await stream.send_all(whole(orjson.dumps(said), status=missing))


def charged(world):
    return [line for line in world.lines if line["type"] == "charged"]


class TestWhoIsAsked:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/v1/responses/resp_1?include=a"),
            ("DELETE", "/v1/responses/resp_1"),
            ("GET", "/v1/responses/resp_1/input_items?limit=3"),
            ("POST", "/v1/responses/resp_1/cancel"),
        ],
    )
    async def test_the_provider_that_made_it_for_nothing_under_any_budget(self, tmp_path, method, path):
        at = Keeper()
        async with proxy_of(tmp_path, at.talk, responses=True) as world:
            key = a_key(world, budget=10**9)
            await world.post(ASKED, path="/v1/responses", **key)
            booked = len(world.lines)
            answer = await world.ask(method, path, headers=key)
            assert (answer.status, answer.json, len(world.lines)) == (200, response("completed"), booked)
        assert at.heard[-1] == f"{method} {path}"

    async def test_another_key_finds_none_and_goes_on_from_none(self, tmp_path):
        at = Keeper()
        async with proxy_of(tmp_path, at.talk, responses=True) as world:
            ann = a_key(world)
            file = KeyFile(keys_file(world.client.journal.file.path))
            secret = file.create(lambda digest: Key(name="bob", digest=digest, created_ms=wall_ms()))
            bob = {"authorization": f"Bearer {secret}"}
            await world.post(ASKED, path="/v1/responses", **ann)
            looked = await world.ask("GET", "/v1/responses/resp_1", headers=bob)
            went_on = await world.post({**ASKED, "previous_response_id": "resp_1"}, path="/v1/responses", **bob)
            own = await world.post({**ASKED, "previous_response_id": "resp_1"}, path="/v1/responses", **ann)
        assert (looked.status, looked.error["code"]) == (404, "response_not_found")
        assert (went_on.status, went_on.error["param"]) == (404, "previous_response_id")
        assert (own.status, len(at.heard)) == (200, 2)

    async def test_one_that_nobody_remembers_is_looked_for_where_it_must_be(self, tmp_path):
        at = Keeper()
        async with proxy_of(tmp_path, at.talk, responses=True) as world:
            assert (await world.ask("GET", "/v1/responses/resp_old")).status == 200
        async with proxy_of(tmp_path, at.talk) as world:
            answer = await world.ask("GET", "/v1/responses/resp_old")
        assert (answer.status, answer.error["code"]) == (404, "response_not_found")

    def test_so_many_are_remembered_and_the_oldest_is_forgotten(self):
        made = MadeHere()
        for number in range(10_001):
            made.remember(f"resp_{number}", "one", "")
        assert made.maker("resp_0") is None
        assert made.maker("resp_10000").provider == "one"


class TestInTheBackground:
    async def test_the_hold_stays_until_it_is_made_and_then_its_usage_is_booked(self, tmp_path):
        at = Keeper([response("queued"), response("in_progress"), response("completed")])
        async with proxy_of(tmp_path, at.talk, responses=True) as world:
            answer = await world.post({**ASKED, "background": True}, path="/v1/responses")
            assert (answer.status, answer.json) == (200, response("queued"))
            assert world.client.holder.store.open_holds == 1
            assert charged(world) == []
            for _ in range(2):  # whoever looks need not wait for ours
                await world.ask("GET", "/v1/responses/resp_1")
            await until(lambda: charged(world))
            (line,) = charged(world)
            assert (line["amount_nano"], line["usage"]["output_tokens"]) == (10 * 1000 + 500 * 2000, 500)
            assert world.balances()

    @pytest.mark.parametrize(
        "end",
        [
            response("cancelled"),
            response("failed", error={"code": "server_error", "message": "no"}),
            {"error": {"message": "no such response"}},
        ],
    )
    async def test_what_tells_no_usage_is_charged_as_it_was_held(self, tmp_path, end):
        at = Keeper([response("queued"), end])
        async with proxy_of(tmp_path, at.talk, responses=True) as world:
            answer = await world.post({**ASKED, "background": True}, path="/v1/responses")
            await world.ask("GET", "/v1/responses/resp_1")
            await until(lambda: charged(world))
            (line,) = charged(world)
            assert (answer.status, line["estimated"]) == (200, True)
            assert world.balances()
        assert sum(heard.startswith("POST") for heard in at.heard) == 1

    async def test_a_proxy_that_ends_charges_what_is_held(self, tmp_path):
        at = Keeper([response("queued")])
        async with proxy_of(tmp_path, at.talk, responses=True) as world:
            await world.post({**ASKED, "background": True}, path="/v1/responses")
            world.service.tasks.cancel_scope.cancel()
            await until(lambda: charged(world))
            (line,) = charged(world)
            assert line["estimated"]
            assert world.balances()

    async def test_a_failure_before_it_is_begun_is_told_as_any_other(self, tmp_path):
        at = Keeper([{"error": {"message": "no such thing", "code": "model_not_found"}}])
        async with proxy_of(tmp_path, at.talk, responses=True) as world:
            answer = await world.post({**ASKED, "background": True}, path="/v1/responses")
            assert world.balances()
        assert (answer.status, answer.error["code"]) == (404, "model_not_found")
