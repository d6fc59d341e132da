"""Prompts that vendors count for nothing, where the money is short for their bytes."""

import orjson
import pytest
import trio

from tests.shell.agent_session import CATALOG, MODEL, turn_of
from tests.shell.loopback import next_request
from tests.shell.proxy_world import proxy, proxy_of
from tokenwise.money import parse_usd
from tokenwise_shell.config.settings import CountTokens, ProviderKind
from tokenwise_shell.providers.token_counts import count_in, counting
from tokenwise_shell.transport.exchange import HttpRequest, HttpResponse

# 37 kB: by bytes $0.19 at $5 per million tokens, by four bytes a token $0.05.
FILE = {"role": "user", "content": "a line of the file\n" * 1_950}

PATHS = {"anthropic": "/v1/messages", "google": "/v1/chat/completions", "openai": "/v1/chat/completions"}


def asked(**fields):
    return {"model": MODEL, "max_tokens": 1_500, "messages": [FILE], **fields}


async def answered(tmp_path, kind, budget, count):
    settings = {"default_budget": parse_usd(budget), "count_tokens": count}
    async with proxy(tmp_path, catalog=CATALOG, kind=kind, **settings) as world:
        answer = await world.post(asked(), path=PATHS[kind])
        assert world.balances()
        return turn_of(answer.status, world.lines_of(answer.headers["x-request-id"]))


class TestWhenShort:
    @pytest.mark.parametrize("kind", ["anthropic", "google"])
    async def test_what_would_be_refused_is_served_by_the_vendors_count(self, tmp_path, kind):
        turn = await answered(tmp_path, kind, "0.12", CountTokens.WHEN_SHORT)
        assert (turn.status, turn.cap, turn.overran) == (200, 1_500, False)
        assert turn.billed < turn.bound < 1.1 * turn.billed + 200

    @pytest.mark.parametrize("kind", ["anthropic", "google"])
    async def test_what_would_be_cut_is_answered_in_full(self, tmp_path, kind):
        cut, whole = [await answered(tmp_path, kind, "0.21", count) for count in CountTokens]
        assert cut.cap < whole.cap == 1_500

    async def test_unless_it_is_wanted_nobody_is_asked(self, tmp_path):
        turn = await answered(tmp_path, "anthropic", "0.12", CountTokens.NEVER)
        assert turn.status == 402

    async def test_where_nobody_counts_the_bytes_do(self, tmp_path):
        turn = await answered(tmp_path, "openai", "0.12", CountTokens.WHEN_SHORT)
        assert turn.status == 402

    @pytest.mark.parametrize("said", [b"HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n", b"no HTTP", b""])
    async def test_a_count_that_fails_changes_nothing(self, tmp_path, said):
        async def talk(stream: trio.abc.Stream) -> None:
            while await next_request(stream):
                await stream.send_all(said)
                return

        settings = {"default_budget": parse_usd("0.0001"), "count_tokens": CountTokens.WHEN_SHORT}
        async with proxy_of(tmp_path, talk, kind="anthropic", **settings) as world:
            answer = await world.post({**asked(), "model": "house/small"}, path="/v1/messages")
        assert answer.status == 402


class TestTheQuestion:
    def asked(self, kind, url, body):
        request = counting(kind, HttpRequest("POST", url, (), orjson.dumps(body)), native_id="m")
        return request and (request.url, orjson.loads(request.body))

    def test_of_anthropic_is_the_request_without_what_says_how_to_answer(self):
        body = {"model": "m", "max_tokens": 5, "messages": [], "system": "s", "metadata": {"user_id": "u"}}
        url, told = self.asked(ProviderKind.ANTHROPIC, "https://api.anthropic.com/v1/messages?beta=true", body)
        assert url == "https://api.anthropic.com/v1/messages/count_tokens?beta=true"
        assert told == {"model": "m", "messages": [], "system": "s"}

    def test_of_google_is_the_request_whole(self):
        url, told = self.asked(ProviderKind.GOOGLE, "https://g/v1beta/models/m:generateContent", {"contents": []})
        assert url == "https://g/v1beta/models/m:countTokens"
        assert told == {"generateContentRequest": {"model": "models/m", "contents": []}}

    def test_of_openai_is_a_response_and_no_chat(self):
        url, told = self.asked(
            ProviderKind.OPENAI, "https://o/v1/responses", {"model": "m", "input": "x", "store": True}
        )
        assert (url, told) == ("https://o/v1/responses/input_tokens", {"model": "m", "input": "x"})
        assert self.asked(ProviderKind.OPENAI, "https://o/v1/chat/completions", {}) is None

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"input_tokens": -1}', b'{"input_tokens": "7"}', b'{"tokens": 7}'])
    def test_what_is_no_count_is_none(self, body):
        assert count_in(HttpResponse(200, (), body)) is None
        assert count_in(HttpResponse(404, (), b'{"input_tokens": 7}')) is None
