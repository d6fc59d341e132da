"""What a running proxy takes of one request, of one key and of all together, and what it answers beyond that."""

import gzip
import socket
import zlib
from contextlib import asynccontextmanager, suppress

import orjson
import pytest
import trio

from tests.shell.plain_http import Connection, post
from tests.shell.proxy_world import LARGE, OTHER, SMALL, World, chat, proxy, proxy_of, until
from tokenwise.budgets.windows import Window
from tokenwise.money import Nanodollars
from tokenwise_shell.config.paths import keys_file
from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.embedded import Every, Script, Stall
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.proxy.admission.keys import Key, KeyFile

MOST = 1 << 16


def limited(tmp_path, **limits):
    return proxy(tmp_path, proxy=ProxySettings(**limits))


def make_key(world: World, name: str = "alice", **fields: object) -> str:
    file = KeyFile(keys_file(world.client.journal.file.path))
    return file.create(lambda digest: Key(name=name, digest=digest, created_ms=0, **fields))


def raw_deflate(body: bytes) -> bytes:
    return zlib.compress(body, wbits=-zlib.MAX_WBITS)


def in_members(body: bytes) -> bytes:
    return gzip.compress(body[:700]) + gzip.compress(body[700:])


GZIPPED = gzip.compress(b"{}", mtime=0)


class TestSizes:
    async def test_a_body_that_is_too_long_is_413_in_the_words_of_each_door(self, tmp_path):
        async with limited(tmp_path, max_body_bytes=2000) as world:
            openai = await world.post(chat("x" * 3000))
            anthropic = await world.post(chat("x" * 3000), path="/v1/messages")
            assert (openai.status, openai.error["code"]) == (413, "request_too_large")
            assert (anthropic.status, anthropic.json["type"]) == (413, "error")
            assert anthropic.error["type"] == "request_too_large"
            assert (await world.post(chat("x" * 1000))).status == 200
            assert not [line for line in world.lines if line["type"] == "reserved"][1:]

    async def test_a_body_whose_length_is_not_told_is_measured(self, tmp_path):
        async with limited(tmp_path, max_body_bytes=2000) as world, client_of(world) as client:
            await client.stream.send_all(HEAD + b"transfer-encoding: chunked\r\n\r\n")
            await client.stream.send_all(b"1000\r\n" + b" " * 0x1000 + b"\r\n")
            assert (await client.head()).status == 413

    @pytest.mark.parametrize(
        ("encoding", "squeezed"),
        [
            ("gzip", gzip.compress),
            ("gzip", in_members),
            ("gzip", lambda body: gzip.compress(b"") * 2 + in_members(body)),
            ("deflate", zlib.compress),
            ("deflate", raw_deflate),
            ("identity", bytes),
        ],
    )
    async def test_a_body_that_is_compressed_is_inflated_within_the_limit(self, tmp_path, encoding, squeezed):
        async with limited(tmp_path, max_body_bytes=2000) as world:
            said = {"content_type": "application/json", "content_encoding": encoding}
            assert (await world.post(squeezed(orjson.dumps(chat("x" * 1000))), **said)).status == 200
            refused = await world.post(squeezed(orjson.dumps(chat("x" * 3000))), **said)
            assert (refused.status, refused.error["code"]) in {
                (413, "request_too_large"),
                (415, "unsupported_encoding"),
            }

    @pytest.mark.parametrize(
        ("encoding", "body", "expected"),
        [
            ("br", b"{}", (415, "unsupported_encoding")),
            ("gzip", GZIPPED[:-9], (415, "unsupported_encoding")),
            ("gzip", GZIPPED + GZIPPED[:-1], (415, "unsupported_encoding")),
            ("deflate", b"{}", (415, "unsupported_encoding")),
            ("gzip", GZIPPED + b"{}", (400, "trailing_bytes")),
            ("gzip", GZIPPED + b"\x1f", (400, "trailing_bytes")),
            ("gzip", GZIPPED * 2 + b"\0", (400, "trailing_bytes")),
            ("gzip", gzip.compress(b"") * 10_001, (400, "trailing_bytes")),
            ("deflate", zlib.compress(b"{}") * 2, (400, "trailing_bytes")),
            ("deflate", raw_deflate(b"{}") + b"{", (400, "trailing_bytes")),
        ],
    )
    async def test_what_is_not_the_whole_of_an_encoding_that_is_read_is_refused(
        self, tmp_path, encoding, body, expected
    ):
        async with limited(tmp_path) as world:
            answer = await world.post(body, content_type="application/json", content_encoding=encoding)
            assert (answer.status, answer.error["code"]) == expected

    async def test_a_head_that_is_too_long_is_431(self, tmp_path):
        async with limited(tmp_path, max_header_bytes=4000) as world:
            answer = await world.post(chat(), x_long="y" * 4500)
            assert (answer.status, answer.error["code"]) == (431, "headers_too_large")
            assert (await world.post(chat(), x_long="y" * 3000)).status == 200

    async def test_a_conversation_of_too_many_messages_is_413(self, tmp_path):
        async with limited(tmp_path, max_messages=3) as world:
            messages = [{"role": "user", "content": "hi"}] * 4
            answer = await world.post({"model": SMALL, "messages": messages})
            assert (answer.status, answer.error["code"]) == (413, "too_many_messages")
            assert "4 messages; at most 3" in answer.error["message"]
            assert (await world.post({"model": SMALL, "messages": messages[:3]})).status == 200


HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"


@asynccontextmanager
async def client_of(world: World, *, receive_buffer: int = 0):
    wire = trio.socket.socket()
    if receive_buffer:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    await wire.connect(("127.0.0.1", int(world.url.rpartition(":")[2])))
    async with trio.SocketStream(wire) as stream:
        yield Connection(stream)


async def every(seconds: float):
    while True:
        await trio.sleep(seconds)
        yield


class TestTimes:
    @pytest.mark.slow  # waits for a second to pass
    async def test_a_body_that_does_not_come_is_408_and_costs_nothing(self, tmp_path):
        async with limited(tmp_path, body_timeout_s=1) as world, client_of(world) as client:
            await client.stream.send_all(HEAD + b'content-length: 100\r\n\r\n{"model": ')
            answer = await client.head()
            assert answer.status == 408
            assert orjson.loads(await client.body(answer))["error"]["code"] == "request_timeout"
            assert world.lines == [] or not [line for line in world.lines if line["run"]]

    @pytest.mark.slow  # waits for seconds to pass
    async def test_a_client_that_takes_its_stream_in_drops_has_the_requests_time(self, tmp_path):
        async def flood(upstream: trio.abc.Stream) -> None:
            await upstream.receive_some(MOST)
            await upstream.send_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
            delta = {"index": 0, "delta": {"content": "x" * 50_000}}
            chunk = {"id": "1", "object": "chat.completion.chunk", "choices": [delta]}
            while True:
                await upstream.send_all(b"data: " + orjson.dumps(chunk) + b"\n\n")

        async with proxy_of(tmp_path, flood, proxy=ProxySettings(request_timeout_s=1)) as world:
            async with client_of(world, receive_buffer=4096) as client, trio.open_nursery() as nursery:

                async def sip() -> None:
                    with suppress(trio.BrokenResourceError):
                        async for _ in every(0.2):
                            await client.stream.receive_some(100)

                await client.ask(post("/v1/chat/completions", orjson.dumps(chat(stream=True)), host="localhost"))
                nursery.start_soon(sip)
                await until(lambda: not world.service.gate.serving)
                nursery.cancel_scope.cancel()
            assert world.balances()
            assert [line["type"] for line in world.lines if line["type"] in ("charged", "abandoned")]


class TestAllTogether:
    async def test_no_more_are_served_at_the_same_time_than_may_be(self, tmp_path):
        slow = Script([Every(1, Stall(after_chunks=2, ms=60_000))])
        async with proxy(tmp_path, one=slow, proxy=ProxySettings(max_concurrent=1)) as world:
            async with world.opened(chat(stream=True)):
                refused = await world.post(chat())
                assert (refused.status, refused.error["code"]) == (503, "overloaded")
                assert refused.headers["retry-after"] == "1"
                assert (await world.ask("GET", "/healthz")).status == 200
            await until(lambda: not world.service.gate.serving)
            assert world.balances()

    async def test_a_proxy_that_is_ending_takes_nothing_new(self, tmp_path):
        async with proxy(tmp_path) as world:
            world.service.gate.closing = True
            refused = await world.post(chat())
            assert (refused.status, refused.error["code"]) == (503, "shutting_down")
            assert (await world.ask("GET", "/readyz")).status == 503
            assert (await world.ask("GET", "/healthz")).status == 200


class TestKeys:
    async def test_no_endpoint_but_health_answers_without_a_key_where_there_are_keys(self, tmp_path):
        async with proxy(tmp_path) as world:
            make_key(world)
            for method, path in (
                ("POST", "/v1/chat/completions"), ("POST", "/v1/messages"), ("POST", "/v1/messages/count_tokens"),
                ("POST", "/v1/responses"), ("POST", "/v1/route"), ("POST", "/v1/embeddings"), ("GET", "/v1/models"),
                ("GET", f"/v1/models/{SMALL}"), ("GET", "/metrics"),
            ):  # fmt: skip
                answer = await world.ask(method, path, orjson.dumps(chat()))
                assert answer.status == 401, path
            assert [(await world.ask("GET", path)).status for path in ("/healthz", "/readyz")] == [200, 200]

    async def test_routing_chooses_among_the_keys_models_and_others_do_not_exist_for_it(self, tmp_path):
        async with proxy(tmp_path) as world:
            secret = make_key(world, models=(LARGE,))
            bearer = {"authorization": f"Bearer {secret}"}
            answer = await world.post(chat(model="auto:cheapest"), **bearer)
            assert answer.headers["x-tokenwise-model"] == LARGE
            refused = await world.post(chat(model=SMALL), **bearer)
            assert (refused.status, refused.error["code"]) == (404, "model_not_found")
            assert (await world.ask("GET", f"/v1/models/{OTHER}", headers=bearer)).status == 404
            assert (await world.ask("GET", f"/v1/models/{LARGE}", headers=bearer)).status == 200

    async def test_a_rate_is_429_with_when_to_come_back(self, tmp_path):
        async with proxy(tmp_path) as world:
            secret = make_key(world, requests_per_minute=2)
            bearer = {"authorization": f"Bearer {secret}"}
            answers = [await world.post(chat(), **bearer) for _ in range(3)]
            assert [answer.status for answer in answers] == [200, 200, 429]
            assert answers[0].headers["x-ratelimit-remaining-requests"] == "1"
            assert answers[2].error["code"] == "rate_limit_exceeded"
            assert 1 <= int(answers[2].headers["retry-after"]) <= 30
            other = make_key(world, "bob")
            assert (await world.post(chat(), authorization=f"Bearer {other}")).status == 200

    async def test_tokens_that_an_answer_did_not_use_are_given_back(self, tmp_path):
        async with proxy(tmp_path) as world:
            secret = make_key(world, tokens_per_minute=9000)
            bearer = {"authorization": f"Bearer {secret}"}
            for _ in range(4):  # each may use 8000 at most, and uses some 100
                answer = await world.post(chat(max_tokens=8000), **bearer)
                assert answer.status == 200

    async def test_a_keys_budget_holds_and_is_booked_under_its_name(self, tmp_path):
        async with proxy(tmp_path) as world:
            secret = make_key(world, budget=Nanodollars(300_000), window=Window.DAY)
            statuses = [
                (await world.post(chat(max_tokens=80), authorization=f"Bearer {secret}")).status for _ in range(8)
            ]
            assert statuses[0] == 200
            assert statuses[-1] == 402
            spent = sum(line["amount_nano"] for line in world.lines if line["type"] == "charged")
            assert 0 < spent <= 300_000
            assert {line["key"] for line in world.lines if line["type"] == "charged"} == {"alice"}
            other = make_key(world, "bob")
            assert (await world.post(chat(max_tokens=80), authorization=f"Bearer {other}")).status == 200
            held = (await world.ask("GET", "/metrics", headers={"x-api-key": other})).body.decode()
            assert f'tokenwise_budget_spent_nanodollars{{scope="key:alice",window="day"}} {float(spent)}' in held
            assert world.balances()

    async def test_a_budget_can_be_raised_by_a_new_key_of_the_same_name(self, tmp_path):
        async with proxy(tmp_path) as world:
            poor = make_key(world, budget=Nanodollars(1))
            assert (await world.post(chat(), authorization=f"Bearer {poor}")).status == 402
            KeyFile(keys_file(world.client.journal.file.path)).revoke("alice", 1)
            rich = make_key(world, budget=Nanodollars(10**9))
            assert (await world.post(chat(), authorization=f"Bearer {rich}")).status == 200
            assert (await world.post(chat(), authorization=f"Bearer {poor}")).status == 401

    async def test_a_key_that_is_revoked_within_a_stream_ends_with_it_and_its_budget_balances(self, tmp_path):
        slow = Script([Every(1, Stall(after_chunks=2, ms=200))])
        async with proxy(tmp_path, one=slow) as world:
            secret = make_key(world, budget=Nanodollars(10**9))
            bearer = {"authorization": f"Bearer {secret}"}
            answers = []

            async def ask() -> None:
                answers.append(await world.post(chat(stream=True), **bearer))

            async with trio.open_nursery() as nursery:
                nursery.start_soon(ask)
                await until(lambda: any(line["type"] == "reserved" for line in world.lines))
                KeyFile(keys_file(world.client.journal.file.path)).revoke("alice", 1)
                assert (await world.post(chat(), **bearer)).status == 401
                assert not world.client.limits
            assert (answers[0].status, answers[0].data[-1]) == (200, b"[DONE]")
            books = world.client.journal.file.path
        proof = verify(read_lines(books, print))
        assert (proof.problems, proof.held_nano, proof.runs) == ((), 0, 1)
