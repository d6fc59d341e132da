"""Tools that a provider runs for a fee a call: what is held, what is asked of the provider, and what is paid."""

import orjson
import pytest

from tests.shell.loopback import CHUNKED, chunk, next_request, whole
from tests.shell.proxy.test_proxy_as_it_is import event_of
from tests.shell.proxy_world import model, price, proxy_of
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.traits import Tier

NEW, OLD, CLAUDE = "openai/gpt-6-x", "openai/gpt-4.1-x", "anthropic/claude-x"
CATALOG = Catalog(
    (
        model(NEW, Tier.MID, Offer("openai", "new", price(1, 2)), Offer("one", "new", price(1, 2))),
        model(OLD, Tier.MID, Offer("openai", "old", price(1, 2))),
        model(CLAUDE, Tier.MID, Offer("anthropic", "claude", price(1, 2))),
    )
)
TOKENS = 10 * 1000 + 5 * 2000
WINDOW = 190_000 * 1000
SEARCH, EARLIER, FILES, CONTAINER = 10_000_000, 25_000_000, 2_500_000, 30_000_000

SAID = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "Rain."}]}
SEARCHED = {"type": "web_search_call", "id": "w", "status": "completed"}
FOUND = {"type": "file_search_call", "id": "f", "status": "completed"}


def telling(document, events, bodies):
    """A server that answers with this document, or with these events where a stream is asked for, and keeps bodies."""

    async def talk(stream):
        while request := await next_request(stream):
            body = orjson.loads(request.partition(b"\r\n\r\n")[2])
            if bodies is not None:
                bodies.append(body)
            streamed = CHUNKED + chunk(b"".join(map(event_of, events))) + chunk(b"")
            await stream.send_all(streamed if body.get("stream") else whole(orjson.dumps(document)))

    return talk


def ran(container):
    return {"type": "code_interpreter_call", "id": "c", "container_id": container, "status": "completed"}


def saying(*output, model="new", usage=True, bodies=None):
    """OpenAI's server, which answers with these items, whole or streamed."""
    counted = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15} if usage else None
    response = {"id": "r", "object": "response", "status": "completed", "model": model, "error": None}
    response |= {"output": [*output, SAID], "usage": counted}
    events = [
        {"type": "response.created", "response": {**response, "output": [], "usage": None}},
        {"type": "response.output_text.delta", "item_id": "m", "output_index": 1, "delta": "Rain."},
        {"type": "response.completed", "response": response},
    ]

    return telling(response, events, bodies)


def anthropic(used, bodies=None):
    """Anthropic's server, which says so of the tools that it ran."""
    usage = {"input_tokens": 10, "output_tokens": 5, **({"server_tool_use": used} if used is not None else {})}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn"}
    message |= {"content": [{"type": "text", "text": "Rain."}], "usage": usage}
    events = [
        {"type": "message_start", "message": {**message, "content": [], "usage": {"input_tokens": 10}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Rain."}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
        {"type": "message_stop"},
    ]

    return telling(message, events, bodies)


def money(world):
    """What was held, paid, and paid above the hold."""
    amounts = {line["type"]: line["amount_nano"] for line in world.lines if "amount_nano" in line}
    return amounts["reserved"], amounts["charged"], amounts.get("overran", 0)


def responded(*tools, model=NEW, **fields):
    return {"model": model, "max_output_tokens": 400, "input": "Hi", "tools": list(tools), **fields}


class TestOpenai:
    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize(
        ("tools", "output", "model", "fee", "why"),
        [
            ([{"type": "web_search"}], [SEARCHED], NEW, SEARCH, "one search was made"),
            ([{"type": "web_search"}], [], NEW, 0, "none was"),
            ([{"type": "web_search"}], [SEARCHED] * 3, NEW, 3 * SEARCH, "each is paid"),
            ([{"type": "web_search_preview"}], [SEARCHED], OLD, EARLIER, "dearer with earlier models"),
            ([{"type": "file_search", "vector_store_ids": ["v"]}], [FOUND] * 2, NEW, 2 * FILES, "files have their own"),
            ([{"type": "code_interpreter", "container": {"type": "auto"}}], [ran("a")] * 3, NEW, CONTAINER, "by place"),
            ([{"type": "code_interpreter", "container": "a"}], [ran("a"), ran("b")], NEW, 2 * CONTAINER, "of two"),
            ([{"type": "web_search"}, {"type": "file_search"}], [SEARCHED, FOUND], NEW, SEARCH + FILES, "of each kind"),
        ],
    )
    async def test_what_was_called_is_paid(self, tmp_path, tools, output, model, fee, why, stream):
        talk = saying(*output, model="new" if model == NEW else "old")
        async with proxy_of(tmp_path, talk, responses=True, catalog=CATALOG, name="openai") as world:
            answer = await world.post(responded(*tools, model=model, stream=stream), path="/v1/responses")
            assert answer.status == 200, answer.body
            held, paid, over = money(world)
        assert (paid, over) == (TOKENS + fee, 0), why
        assert held > WINDOW + fee, "and what is found may fill the window"

    @pytest.mark.parametrize(("stated", "sent"), [(None, 5), (2, 2), (0, 0)])
    async def test_so_many_calls_are_held_and_asked_for(self, tmp_path, stated, sent):
        bodies = []
        limit = {} if stated is None else {"max_tool_calls": stated}
        talk = saying(SEARCHED, bodies=bodies)
        async with proxy_of(tmp_path, talk, responses=True, catalog=CATALOG, name="openai") as world:
            await world.post(responded({"type": "web_search"}, **limit), path="/v1/responses")
            held, _, _ = money(world)
        assert bodies[0]["max_tool_calls"] == sent
        assert WINDOW + sent * SEARCH < held < WINDOW + sent * SEARCH + 20_000_000

    async def test_more_than_that_is_an_overrun(self, tmp_path):
        talk = saying(*[SEARCHED] * 100)
        async with proxy_of(tmp_path, talk, responses=True, catalog=CATALOG, name="openai") as world:
            await world.post(responded({"type": "web_search"}), path="/v1/responses")
            held, paid, over = money(world)
        assert paid == TOKENS + 100 * SEARCH
        assert over == paid - held > 0

    async def test_without_a_usage_the_hold_stands(self, tmp_path):
        async with proxy_of(
            tmp_path, saying(SEARCHED, usage=False), responses=True, catalog=CATALOG, name="openai"
        ) as world:
            await world.post(responded({"type": "web_search"}), path="/v1/responses")
            held, paid, _ = money(world)
        assert paid == held

    @pytest.mark.parametrize(
        ("name", "tool"),
        [
            ("openai", {"type": "mcp", "server_label": "s", "server_url": "https://a.example"}),
            ("openai", {"type": "image_generation"}),
            ("openai", {"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "64g"}}),
            ("one", {"type": "web_search"}),
        ],
    )
    async def test_what_has_no_fee_for_each_call_is_refused_by_name(self, tmp_path, name, tool):
        bodies = []
        async with proxy_of(tmp_path, saying(bodies=bodies), responses=True, catalog=CATALOG, name=name) as world:
            answer = await world.post(responded(tool), path="/v1/responses")
        assert (answer.status, answer.error["code"], answer.error["param"], bodies) == (400, "unpriced", "tools", [])


class TestAnthropic:
    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize(
        ("used", "fee"),
        [
            ({"web_search_requests": 2, "web_fetch_requests": 3}, 2 * SEARCH),
            ({"web_search_requests": 0}, 0),
            (None, 0),
            ({"web_search_requests": 7}, 7 * SEARCH),
        ],
    )
    async def test_what_was_called_is_paid(self, tmp_path, used, fee, stream):
        bodies = []
        tools = [{"type": "web_search_20250305", "name": "web_search"}, {"type": "web_fetch_20250910", "name": "f"}]
        body = {"model": CLAUDE, "max_tokens": 400, "messages": [{"role": "user", "content": "Hi"}], "tools": tools}
        talk = anthropic(used, bodies)
        async with proxy_of(tmp_path, talk, kind="anthropic", catalog=CATALOG, name="anthropic") as world:
            answer = await world.post({**body, "stream": stream}, path="/v1/messages")
            assert answer.status == 200, answer.body
            held, paid, over = money(world)
        assert paid == TOKENS + fee
        assert held > WINDOW + 5 * SEARCH
        assert over == 0, "the window is held too, and was not filled"
        assert [tool["max_uses"] for tool in bodies[0]["tools"]] == [5, 5]

    async def test_a_bound_of_its_own_stays(self, tmp_path):
        bodies = []
        tool = {"type": "web_search_20250305", "name": "web_search", "max_uses": 1}
        body = {"model": CLAUDE, "max_tokens": 400, "messages": [{"role": "user", "content": "Hi"}], "tools": [tool]}
        talk = anthropic({"web_search_requests": 1}, bodies)
        async with proxy_of(tmp_path, talk, kind="anthropic", catalog=CATALOG, name="anthropic") as world:
            await world.post(body, path="/v1/messages")
        assert bodies[0]["tools"] == [tool]


async def test_a_chat_says_itself_how_often_such_a_tool_may_be_called(tmp_path):
    tool = {"type": "web_search_20250305", "name": "web_search"}
    body = {"model": CLAUDE, "messages": [{"role": "user", "content": "Hi"}], "tools": [tool]}
    talk = anthropic({"web_search_requests": 1})
    async with proxy_of(tmp_path, talk, kind="anthropic", catalog=CATALOG, name="anthropic") as world:
        refused = await world.post(body)
        taken = await world.post({**body, "tools": [{**tool, "max_uses": 3}]})
        _, paid, _ = money(world)
    assert (refused.status, refused.error["code"]) == (400, "unpriced")
    assert (taken.status, paid) == (200, TOKENS + SEARCH)
