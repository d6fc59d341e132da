"""A cascade through the proxy: answers that agree, answers that differ, streams that wait and streams that do not."""

import orjson
import pytest
from attrs import evolve

from tests.shell.loopback import CHUNKED, chunk, next_request, whole
from tests.shell.proxy.test_proxy_streams import text_of
from tests.shell.proxy_world import Capability, Offer, Tier, chat, model, price, proxy_of
from tokenwise.catalog.models import Catalog
from tokenwise.policy import AcceptRates, Cascading, Policy, Strategy, Streams

CATALOG = Catalog(
    (
        model("a/mini", Tier.BUDGET, Offer("one", "mini", price(1, 2)), quality=1400),
        model("b/tiny", Tier.BUDGET, Offer("one", "tiny", price(1, 2)), quality=1390),
        model("a/big", Tier.FLAGSHIP, Offer("one", "big", price(50, 100)), quality=1500),
    )
)
HARD = "Prove that the greedy schedule is never longer than twice the optimum, and find the exact constant."


def cascading(**more):
    rate = AcceptRates(general=0.9, code=0.9, math=0.9, reasoning=0.9)
    return Policy(strategy=Strategy.CASCADE, cascade=Cascading(accept_rate=rate, strong="a/big", **more), max_retries=0)


class Upstream:
    """Says what it is told, by its own name of the model; a number in place of a text is an error's status."""

    def __init__(self, **says):
        self.says, self.heard = says, []

    async def __call__(self, stream):
        while request := await next_request(stream):
            body = orjson.loads(request.partition(b"\r\n\r\n")[2])
            self.heard.append((body["model"], bool(body.get("stream"))))
            said = self.says[body["model"]]
            if isinstance(said, int):
                await stream.send_all(whole(b'{"error": {"message": "no"}}', status=b"%d No" % said))
            elif body.get("stream"):
                await stream.send_all(CHUNKED + b"".join(map(chunk, streamed(said))) + chunk(b""))
            else:
                await stream.send_all(whole(orjson.dumps(completion(said))))


USAGE = {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30}


def completion(text):
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, "usage": USAGE}


def streamed(text):
    events = [{"choices": [{"index": 0, "delta": {"role": "assistant", "content": text}}]}]
    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    events.append({"choices": [], "usage": USAGE})
    return [*(b"data: " + orjson.dumps(event) + b"\n\n" for event in events), b"data: [DONE]\n\n"]


async def answered(tmp_path, upstream, *, policy=None, **fields):
    async with proxy_of(tmp_path, upstream, catalog=CATALOG, policy=policy or cascading()) as world:
        answer = await world.post(chat(HARD, model="auto", **fields))
        assert world.balances()
        run = answer.headers["x-tokenwise-request-id"]
        return answer, [line["type"] for line in world.lines_of(run)]


AGREE = {"mini": "So the answer is 12.", "tiny": "12", "big": "It is twelve."}
DIFFER = AGREE | {"tiny": "13"}


async def test_two_that_agree_spare_the_strong_model(tmp_path):
    upstream = Upstream(**AGREE)
    answer, types = await answered(tmp_path, upstream)
    assert answer.json["choices"][0]["message"]["content"] == "12"
    assert {name for name, _ in upstream.heard} == {"mini", "tiny"}
    assert answer.headers["x-tokenwise-attempts"] == "2"
    assert "seconded" in types


async def test_two_that_differ_lead_to_the_strong_model(tmp_path):
    upstream = Upstream(**DIFFER)
    answer, _ = await answered(tmp_path, upstream)
    assert answer.json["choices"][0]["message"]["content"] == "It is twelve."
    assert answer.headers["x-tokenwise-model"] == "a/big"
    assert [name for name, _ in upstream.heard][-1] == "big"


async def test_where_the_strong_model_is_down_the_first_answer_is_delivered(tmp_path):
    upstream = Upstream(**DIFFER | {"big": 500})
    answer, _ = await answered(tmp_path, upstream)
    first = upstream.heard[0][0]
    assert answer.status == 200
    assert answer.json["choices"][0]["message"]["content"] == DIFFER[first]
    assert answer.headers["x-tokenwise-model"].endswith(first)


async def test_a_stream_goes_straight_up_unless_it_may_wait(tmp_path):
    upstream = Upstream(**AGREE)
    answer, _ = await answered(tmp_path, upstream, stream=True)
    assert upstream.heard == [("big", True)]
    assert text_of(answer.events) == "It is twelve."


@pytest.mark.parametrize(("says", "text"), [(AGREE, "12"), (DIFFER, "It is twelve.")], ids=["agree", "differ"])
async def test_a_stream_that_waits_is_told_the_accepted_answer_alone(tmp_path, says, text):
    upstream = Upstream(**says)
    answer, _ = await answered(tmp_path, upstream, policy=cascading(streams=Streams.WAIT), stream=True)
    assert text_of(answer.events) == text
    assert answer.data[-1] == b"[DONE]"
    assert [how for _, how in upstream.heard] == [False, False, *([True] if says is DIFFER else [])]


async def test_the_route_endpoint_tells_the_forecast(tmp_path):
    async with proxy_of(tmp_path, Upstream(**AGREE), catalog=CATALOG, policy=cascading()) as world:
        told = (await world.post(chat(HARD, model="auto"), path="/v1/route")).json
        named = (await world.post(chat(HARD, model="a/big"), path="/v1/route")).json
    assert told["cascade"]["taken"]
    assert told["ladder"] == ["a/big"]
    assert told["cascade"]["expected_cost_nano"] < told["cascade"]["straight_cost_nano"]
    assert told["worst_cost_nano"] == told["cascade"]["worst_cost_nano"]
    assert named["cascade"]["declined"] == "the request names its model"


async def test_tools_are_never_compared(tmp_path):
    upstream = Upstream(**AGREE)
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    await answered(tmp_path, upstream, tools=[tool])
    assert [name for name, _ in upstream.heard] == ["big"]


def test_every_model_of_these_tests_can_do_everything():
    assert all(evolve(each).capabilities == ~Capability(0) for each in CATALOG.models)
