"""One long body stops nobody else: what is crowded is refused, a spent key is not read, and the rest is done aside."""

import threading

import orjson
import pytest
from attrs import evolve

from tests.shell.plain_http import post
from tests.shell.proxy.test_proxy_limits import client_of, limited, make_key
from tests.shell.proxy_world import CATALOG, LARGE, SMALL, chat, price, proxy
from tokenwise.budgets.windows import Window
from tokenwise.catalog.models import Catalog
from tokenwise.money import Nanodollars
from tokenwise_shell.proxy.admission.bounds import DEEPEST, refuse_crowded
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.fronts import BadRequest
from tokenwise_shell.proxy.http.asgi import Request
from tokenwise_shell.proxy.serving import heard

LONG = chat("word " * 10_000)
SHORT = chat()


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (nested(DEEPEST), False),
        (nested(DEEPEST + 1), True),
        (nested(100) * 9, False),  # one after the other is not deep
        (b'{"a":"' + nested(300) + b'"}', False),  # nor is a text
        (b'{"a":"\\"' + nested(300) + b'"}', False),
        (b'{"a":"\\\\"' + nested(300) + b"}", True),
    ],
)
def test_what_nests_too_deeply_is_refused(body, refused):
    if refused:
        with pytest.raises(BadRequest, match="nests deeper than 200"):
            refuse_crowded(body, 10**6)
    else:
        refuse_crowded(body, 10**6)


@pytest.mark.parametrize(
    "crowd",
    [
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}] * 200}]},
        {"tools": [{"type": "function", "function": {"name": "f"}}] * 100},
        {"input": [1] * 2000},
        {f"field{number}": 0 for number in range(2000)},
    ],
)
async def test_parts_tools_inputs_and_fields_are_bounded_together(tmp_path, crowd):
    async with limited(tmp_path, max_values=1000) as world:
        for path in ("/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings", "/v1/route"):
            answer = await world.post(SHORT | crowd, path=path)
            assert answer.status == 413, path
            assert answer.json["error"]["message"].startswith("the body has more than 1000 values")
        assert (await world.post(SHORT)).status == 200


PLAIN = SHORT | {"messages": [{"role": "user", "content": "word " * 50}] * 300}
CROWDED = SHORT | {"messages": [{"role": "user", "content": [{"type": "text", "text": "word " * 9}] * 600}]}


@pytest.mark.parametrize(
    ("body", "aside"),
    [(SHORT, False), (LONG, False), (PLAIN, False), (CROWDED, True), (chat("word " * 60_000), True)],
    ids=["short", "one text of 50 kB", "a plain conversation", "many parts", "300 kB"],
)
async def test_a_long_body_is_understood_in_a_thread(tmp_path, body, aside):
    async with proxy(tmp_path) as world:
        content = orjson.dumps(body)

        async def receive():
            return {"type": "http.request", "body": content}

        headers = {"content-type": "application/json", "content-length": str(len(content))}
        request = Request("POST", "/v1/chat/completions", "", headers, 0, receive)
        read_in: list[int] = []

        class Watched(Chat):
            def read(self, body):
                read_in.append(threading.get_ident())
                return super().read(body)

        decided_in = await heard(world.service, request, Watched(), lambda *_: threading.get_ident())
        here = threading.get_ident()
        assert [decided_in != here, read_in[0] != here] == [aside, aside]


def spent_key(world) -> tuple[tuple[str, str], ...]:
    secret = make_key(world, "spent", budget=Nanodollars(0), window=Window.DAY)
    return (("authorization", f"Bearer {secret}"),)


async def test_a_key_with_nothing_left_is_402_before_its_long_body_is_read(tmp_path):
    async with proxy(tmp_path) as world, client_of(world) as client:
        head = post("/v1/chat/completions", b"", host="localhost", headers=spent_key(world))
        answer = await client.ask(head.replace(b"content-length: 0", b"content-length: 31000000"))
        assert answer.status == 402
        error = orjson.loads(await client.body(answer))["error"]
        assert error["code"] == "budget_exceeded"
        assert error["message"].startswith("the budget key:spent day has nothing left")


async def test_a_stranger_is_401_before_that(tmp_path):
    async with proxy(tmp_path) as world, client_of(world) as client:
        spent_key(world)
        head = post("/v1/chat/completions", b"", host="localhost")
        assert (await client.ask(head.replace(b"content-length: 0", b"content-length: 31000000"))).status == 401


async def test_a_key_with_nothing_left_may_still_send_long_bodies_to_free_models(tmp_path):
    free = Catalog((_free(CATALOG[SMALL]), CATALOG[LARGE]))
    async with proxy(tmp_path, catalog=free) as world:
        named = dict(spent_key(world))
        assert (await world.post(LONG, **named)).status == 200
        assert (await world.post(LONG | {"model": LARGE}, **named)).status == 402


def _free(model):
    return evolve(model, offers=tuple(evolve(offer, price=price(0, 0)) for offer in model.offers))


async def test_a_key_with_money_sends_long_bodies(tmp_path):
    async with proxy(tmp_path) as world:
        secret = make_key(world, budget=Nanodollars(10**9), window=Window.DAY)
        assert (await world.post(LONG, authorization=f"Bearer {secret}")).status == 200
