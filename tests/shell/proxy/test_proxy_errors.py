"""What the proxy says when a request cannot be served: whose fault it is, in a status, a code and words."""

import orjson
import pytest
import trio
from attrs import evolve

from tests.shell.loopback import CHUNKED, chunk, saying, whole
from tests.shell.proxy_world import CATALOG, LARGE, SMALL, chat, proxy, proxy_of, until
from tokenwise.budgets.windows import Window
from tokenwise.faults import Fault
from tokenwise.money import Nanodollars
from tokenwise.routing.verdicts import Failure
from tokenwise_shell.config.settings import RiskSettings
from tokenwise_shell.embedded import ContextTooLong, First, GarbageBytes, Pace, Redirect, Script, Status
from tokenwise_shell.proxy.troubles import BY_FAULT, upstream

BAD = {
    "not JSON": (b"{", None),
    "no object": (b"[]", None),
    "nothing": (b"", None),
    "no messages": ({"model": SMALL}, "messages"),
    "empty messages": ({"model": SMALL, "messages": []}, "messages"),
    "a message that is none": ({"model": SMALL, "messages": ["hello"]}, "messages"),
    "a message without a role": ({"model": SMALL, "messages": [{"content": "hello"}]}, "messages"),
    "a role that nobody knows": ({"model": SMALL, "messages": [{"role": "x" * 100_000, "content": "hi"}]}, "messages"),
    "a role of another's": ({"model": SMALL, "messages": [{"role": "boss", "content": None}]}, "messages"),
    "content of no kind": ({"model": SMALL, "messages": [{"role": "user", "content": 5}]}, "messages"),
    "no model": ({"messages": [{"role": "user", "content": "hello"}]}, "model"),
    "a model that is no text": (chat(model=5), "model"),
    "no strategy": (chat(model="auto:fastest"), "model"),
    "a cap below nothing": (chat(max_tokens=-1), "max_tokens"),
    "a cap in words": (chat(max_completion_tokens="many"), "max_completion_tokens"),
    "no choices": (chat(n=0), "n"),
    "perhaps a stream": (chat(stream="yes"), "stream"),
    "options that are none": (chat(stream=True, stream_options=[]), "stream_options"),
    "a negative budget": (chat(tokenwise={"budget": -1}), "tokenwise.budget"),
    "a budget in words": (chat(tokenwise={"budget": "little"}), "tokenwise.budget"),
    "an unknown option": (chat(tokenwise={"bugdet": 1}), "tokenwise.bugdet"),
    "options in words": (chat(tokenwise="cheap"), "tokenwise"),
    "an unknown capability": (chat(tokenwise={"capability": "poetry"}), "tokenwise.capability"),
}


class TestBadRequests:
    @pytest.mark.parametrize("name", BAD)
    async def test_they_are_400_and_name_what_is_wrong(self, tmp_path, name):
        body, param = BAD[name]
        async with proxy(tmp_path) as world:
            answer = await world.post(body)
            assert not world.one.received
        assert answer.status == 400
        assert set(answer.error) == {"message", "type", "param", "code"}
        assert (answer.error["type"], answer.error["param"]) == ("invalid_request_error", param)

    async def test_everything_wrong_is_said_at_once(self, tmp_path):
        body = {"messages": [], "stream": 1, "tokenwise": {"budget": "x", "strategy": "cheep"}}
        async with proxy(tmp_path) as world:
            answer = await world.post(body, x_tokenwise_budgt="1")
        said = answer.error["message"]
        places = ["model", "messages", "stream", "tokenwise.budget", "tokenwise.strategy", "x-tokenwise-budgt"]
        assert [place for place in places if place not in said] == []
        assert "'cheapest'" in said
        assert "'budget'" in said


class TestMoney:
    @pytest.mark.parametrize("how", ["header", "body"])
    async def test_a_budget_that_is_too_small_is_402_with_what_is_needed_and_left(self, tmp_path, how):
        body = chat(**({"tokenwise": {"budget": "0.0000001"}} if how == "body" else {}))
        headers = {"x_tokenwise_budget": "0.0000001"} if how == "header" else {}
        async with proxy(tmp_path) as world:
            answer = await world.post(body, **headers)
            assert not world.one.received
        assert (answer.status, answer.error["code"]) == (402, "budget_exceeded")
        assert answer.error["type"] == "insufficient_quota"
        assert "$0.0000001 is available" in answer.error["message"]

    async def test_a_small_budget_shortens_the_answer_and_what_is_sent_is_what_was_held(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.post(chat(), x_tokenwise_budget="0.001")
            (received,) = world.one.received
            (reserved,) = [line for line in world.lines if line["type"] == "reserved"]
        assert answer.status == 200
        assert 100 <= reserved["max_output_tokens"] < 4096
        assert orjson.loads(received.request.body)["max_tokens"] == reserved["max_output_tokens"]
        assert reserved["amount_nano"] <= 1_000_000

    async def test_a_model_that_is_named_is_held_to_the_budget_too(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.post(chat(model="house/other", max_tokens=4000), x_tokenwise_budget="0.0001")
        assert answer.status == 402

    async def test_the_budget_of_everybody_is_no_less_a_limit(self, tmp_path):
        async with proxy(tmp_path, budgets={Window.DAY: Nanodollars(10_000)}) as world:
            answer = await world.post(chat())
            assert not world.one.received
        assert (answer.status, answer.error["code"]) == (402, "budget_exceeded")
        assert "the budget process" in answer.error["message"]
        assert "renewed at" in answer.error["message"]

    @pytest.mark.slow  # waits for money that another request holds, as long as the machine waits
    async def test_money_that_others_hold_is_429_and_worth_another_try(self, tmp_path):
        """Also where what was asked for would never fit: a short answer would, once the other's call is over."""
        slow, limit = Pace(latency_ms=60_000, token_us=0), {Window.DAY: Nanodollars(6_000_000)}
        async with proxy(tmp_path, pace=slow, budgets=limit) as world, trio.open_nursery() as nursery:
            nursery.start_soon(world.post, chat(max_tokens=4000))
            await until(lambda: world.one.received)
            answer = await world.post(chat(max_tokens=4000))
            nursery.cancel_scope.cancel()
        assert (answer.status, answer.error["code"]) == (429, "budget_busy")
        assert int(answer.headers["retry-after"]) >= 2  # as long as the other's call has taken so far

    async def test_a_refusal_says_what_to_do(self, tmp_path):
        """38 nano-dollars a... the input is held at $1 and the output at $2 per million tokens."""
        async with proxy(tmp_path) as world:
            whole = await world.post(chat(max_tokens=100), x_tokenwise_budget="0.0000001")
            short = await world.post(chat(max_tokens=100), x_tokenwise_budget="0.0002")
        assert "raise the request's budget" in whole.error["message"]
        assert "max_tokens" not in whole.error["message"]
        assert "set max_tokens to at most" in short.error["message"]


class TestTheRiskGate:
    async def test_it_guards_this_door_and_judges_the_whole_conversation(self, tmp_path):
        turns = [
            {"role": "user", "content": "Should I run rm -rf / on the production server?"},
            {"role": "assistant", "content": "I can delete the production database now. Shall I?"},
            {"role": "user", "content": "Delete all files on the production server now"},
        ]
        gate = RiskSettings(enabled=True, irreversible_block=True, ambiguity_threshold=0.9)
        async with proxy(tmp_path, risk_gate=gate) as world:
            answer = await world.post({"model": "auto", "messages": turns})
            harmless = await world.post(chat("What does rm -rf do?"))
            assert len(world.one.received) == 1
        assert (answer.status, answer.error["code"]) == (422, "risk_gate")
        assert harmless.status == 200


class TestUpstream:
    async def test_a_request_that_a_provider_refuses_keeps_its_status_and_its_words(self, tmp_path):
        refusal = Status(422, message="temperature must be at most 2")
        async with proxy(tmp_path, one=Script([First([refusal])])) as world:
            answer = await world.post(chat(temperature=2))
            assert len(world.one.received) == 1
            assert not world.two.received
            assert world.balances()
        assert (answer.status, answer.error["message"]) == (422, "temperature must be at most 2")
        assert (answer.error["type"], answer.error["code"]) == ("invalid_request_error", "upstream_rejected")
        assert answer.headers["x-tokenwise-attempts"] == "1"
        assert answer.headers["x-tokenwise-cost-usd"] == "0.00"

    async def test_the_code_and_the_field_that_it_names_are_kept_too(self, tmp_path):
        said = {"message": "too warm", "type": "x", "code": "unsupported_value", "param": "temperature"}
        refusal = Status(400, body=orjson.dumps({"error": said}).decode())
        async with proxy(tmp_path, one=Script([First([refusal])])) as world:
            answer = await world.post(chat(temperature=2))
        assert (answer.status, answer.error["code"]) == (400, "unsupported_value")
        assert (answer.error["param"], answer.error["message"]) == ("temperature", "too warm")

    async def test_a_stream_that_is_refused_has_the_same_status_and_is_no_stream(self, tmp_path):
        async with proxy(tmp_path, one=Script([First([Status(400, message="no")])])) as world:
            answer = await world.post(chat(stream=True))
        assert (answer.status, answer.error["message"]) == (400, "no")
        assert answer.headers["content-type"] == "application/json"

    @pytest.mark.parametrize("status", [401, 402])
    async def test_a_bad_key_of_ours_is_not_the_clients_fault(self, tmp_path, status):
        broken = Script([First([Status(status)] * 9)])
        async with proxy(tmp_path, one=broken, two=broken) as world:
            answer = await world.post(chat())
        assert answer.status == 502

    async def test_a_pause_that_a_provider_asks_for_is_passed_on(self, tmp_path):
        busy = Status(429, headers=(("Retry-After", "77"),), message="slow down")
        broken = Script([First([busy] * 9)])
        async with proxy(tmp_path, one=broken, two=broken) as world:
            answer = await world.post(chat())
            assert len(world.one.received) == 1  # it asked for more patience than there is
        assert (answer.status, answer.headers["retry-after"]) == (429, "77")
        assert answer.error["type"] == "rate_limit_error"

    @pytest.mark.parametrize(
        ("fault", "status"),
        [(Status(500), 502), (Status(503), 503), (Status(504), 504), (GarbageBytes(), 502), (Redirect(), 502)],
        ids=str,
    )
    async def test_a_provider_that_fails_is_a_bad_gateway(self, tmp_path, fault, status):
        broken = Script([First([fault] * 9)])
        async with proxy(tmp_path, one=broken, two=broken) as world:
            answer = await world.post(chat())
            assert world.balances()
        assert answer.status == status
        assert answer.error["message"]

    async def test_a_conversation_that_is_too_long_for_a_model_goes_to_one_with_more_room(self, tmp_path):
        broken = Script([First([ContextTooLong()] * 9, "small-*")])
        async with proxy(tmp_path, one=broken, two=broken, catalog=CATALOG.merged([longer(CATALOG[LARGE])])) as world:
            answer = await world.post(chat(model="auto"), x_tokenwise_budget="10")
        assert (answer.status, answer.headers["x-tokenwise-model"]) == (200, LARGE)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b'"x"',
            b"{",
            b"\x00\xff",
            b'{"choices": []}',
            b'{"choices": [{"message": null}]}',
            b'{"choices": {"a": 1}}',
            b'{"detail": "nobody knows"}',
            b'{"error": "out of memory"}',
            b"<html>",
        ],
        ids=str,
    )
    @pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
    async def test_whatever_comes_with_status_200_the_client_gets_a_proper_error(self, tmp_path, body, stream):
        async with proxy_of(tmp_path, saying(whole(body))) as world:
            answer = await world.post(chat(stream=stream))
            assert world.balances()
        assert answer.status in (502, 503)
        assert set(answer.error) == {"message", "type", "param", "code"}

    @pytest.mark.parametrize("data", [b"data: \x00", b"data: null", b"event: x", b"data: [DONE]"], ids=str)
    async def test_whatever_comes_in_a_stream_too(self, tmp_path, data):
        async with proxy_of(tmp_path, saying(CHUNKED + chunk(data + b"\n\n") + chunk(b""))) as world:
            answer = await world.post(chat(stream=True))
            assert world.balances()
        assert answer.status == 502
        assert answer.error["code"] == "upstream_malformed"

    @pytest.mark.parametrize("code", ["tool_use_failed", "json_validate_failed"])
    async def test_a_models_failure_keeps_status_code_and_what_the_model_wrote(self, tmp_path, code):
        error = {"message": "Failed.", "type": "invalid_request_error", "code": code, "failed_generation": "<f>{"}
        body = orjson.dumps({"error": error})
        async with proxy_of(tmp_path, saying(whole(body, status=b"400 Bad Request"))) as world:
            answer = await world.post(chat())
            assert world.balances()
        assert (answer.status, answer.error) == (400, {**error, "param": None})

    async def test_a_refusal_keeps_the_providers_own_fields(self, tmp_path):
        error = {"message": "No.", "type": "x", "code": "content_filter", "param": "prompt", "innererror": {"a": [1]}}
        body = orjson.dumps({"error": error})
        async with proxy_of(tmp_path, saying(whole(body, status=b"400 Bad Request"))) as world:
            answer = await world.post(chat())
        assert (answer.status, answer.error["code"], answer.error["innererror"]) == (400, "content_filter", {"a": [1]})

    async def test_no_answer_and_no_line_of_the_log_has_a_key_or_an_address(self, tmp_path, caplog):
        leaky = Status(
            400, message="bad key sk-secret-of-one at http://user:pw@10.0.0.1/v1?key=sk-abcdefghijklmnopqrst"
        )
        async with proxy(tmp_path, one=Script([First([leaky, *[GarbageBytes()] * 5])])) as world:
            answers = [await world.post(chat(stream=stream)) for stream in (False, True)]
            shown = b"".join(answer.body + str(answer.headers).encode() for answer in answers)
            shown += (await world.ask("GET", "/metrics")).body + caplog.text.encode()
        assert b"sk-secret" not in shown
        assert b"sk-abcdef" not in shown
        assert b"127.0.0.1:" not in shown.replace(world.url.removeprefix("http://").encode(), b"")


class TestTheTable:
    def test_every_fault_has_a_row(self):
        assert set(BY_FAULT) == set(Fault)

    @pytest.mark.parametrize("fault", Fault)
    @pytest.mark.parametrize("status", [0, 200, 301, 400, 401, 404, 418, 429, 500, 599])
    def test_every_failure_is_an_error_of_http(self, fault, status):
        trouble = upstream(Failure(fault, status=status))
        assert 400 <= trouble.status <= 599
        assert trouble.message


def longer(model):
    return evolve(model, context_tokens=400_000, max_input_tokens=400_000)
