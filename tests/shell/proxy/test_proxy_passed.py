"""Endpoints that nobody here knows: whom a request goes to, what is held and booked, and what is refused by name."""

import orjson
import pytest
import trio
from attrs import define, evolve, field

from tests.shell.loopback import CHUNKED, chunk, next_request, whole
from tests.shell.proxy_world import CATALOG, SMALL, chat, model, price, proxy, proxy_of
from tokenwise.budgets.windows import Window
from tokenwise.catalog.models import Offer
from tokenwise.catalog.prices import FREE
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.traits import Tier
from tokenwise_shell.config.limits import EachLimit
from tokenwise_shell.config.paths import keys_file
from tokenwise_shell.config.settings import PassThrough, ProviderKind
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.providers.passed import is_free, is_passable
from tokenwise_shell.providers.wire import Endpoint
from tokenwise_shell.proxy.admission.keys import Key, KeyFile

IMAGES, FILES = "/v1/images/generations", "/v1/files"
FEE = evolve(price(0, 0), per_request=Nanodollars(40_000_000))
PAINTER, GIFT = "house/painter", "house/gift"
SOLD = CATALOG.merged(
    [
        model(PAINTER, Tier.BUDGET, Offer("one", "painter-1", FEE)),
        model(GIFT, Tier.BUDGET, Offer("one", "gift-1", FREE)),
    ]
)
SAID = {"created": 1, "data": [{"url": "https://a.example"}]}


@define
class Upstream:
    """Says this to every request, and keeps what it was asked."""

    answer: bytes = field(factory=lambda: whole(orjson.dumps(SAID)))
    heard: list[bytes] = field(factory=list)

    async def talk(self, stream: trio.abc.Stream) -> None:
        while request := await next_request(stream):
            self.heard.append(request)
            await stream.send_all(self.answer)

    @property
    def line(self) -> bytes:
        return self.heard[-1].partition(b"\r\n")[0]

    @property
    def body(self) -> bytes:
        return self.heard[-1].partition(b"\r\n\r\n")[2]


def bobs(digest):
    return Key(name="bob", digest=digest, created_ms=wall_ms(), budget=parse_usd("1"), window=Window.DAY)


def a_key(world, **fields):
    file = KeyFile(keys_file(world.client.journal.file.path))
    secret = file.create(lambda digest: Key(name="ann", digest=digest, created_ms=wall_ms(), **fields))
    return {"authorization": f"Bearer {secret}"}


def passing(world, what):
    settings = world.client.workspace.settings
    changed = evolve(settings, proxy=evolve(settings.proxy, pass_through=what))
    world.client.workspace = evolve(world.client.workspace, settings=changed)


class TestAtAKnownPrice:
    async def test_a_fee_is_held_and_booked_for_each_of_several(self, tmp_path):
        at = Upstream()
        async with proxy_of(tmp_path, at.talk, catalog=SOLD) as world:
            answer = await world.post({"model": PAINTER, "n": 3}, path=IMAGES, x_tokenwise_budget="0.12")
            assert (answer.status, answer.json) == (200, SAID)
            assert answer.headers["x-tokenwise-cost-usd"] == "0.12"
            assert "x-tokenwise-governed" not in answer.headers
            assert world.balances()
        assert (at.line, orjson.loads(at.body)) == (
            b"POST /v1/images/generations HTTP/1.1",
            {"model": "painter-1", "n": 3},
        )

    async def test_what_the_budget_does_not_pay_is_402_and_nobody_is_asked(self, tmp_path):
        at = Upstream()
        async with proxy_of(tmp_path, at.talk, catalog=SOLD) as world:
            answer = await world.post({"model": PAINTER, "n": 4}, path=IMAGES, x_tokenwise_budget="0.12")
        assert (answer.status, answer.error["code"], at.heard) == (402, "budget_exceeded", [])

    async def test_a_keys_limit_holds_it_too(self, tmp_path):
        at = Upstream()
        async with proxy_of(tmp_path, at.talk, catalog=SOLD) as world:
            key = a_key(world, budget=parse_usd("0.05"), window=Window.TOTAL)
            answers = [await world.post({"model": PAINTER}, path=IMAGES, **key) for _ in range(2)]
        assert [answer.status for answer in answers] == [200, 402]

    async def test_a_model_that_costs_nothing_may_be_asked_under_any_budget(self, tmp_path):
        async with proxy_of(tmp_path, Upstream().talk, catalog=SOLD) as world:
            answer = await world.post({"model": GIFT}, path="/v1/rerank", x_tokenwise_budget="0")
        assert (answer.status, answer.headers["x-tokenwise-cost-usd"]) == (200, "0.00")

    def test_openai_asks_nothing_for_moderations_and_nobody_else_is_believed_to(self):
        openai = Endpoint(ProviderKind.OPENAI, "https://api.openai.com/v1")
        assert is_free(openai, "moderations")
        assert not is_free(openai, "images/generations")
        assert not is_free(Endpoint(ProviderKind.OPENAI, "https://api.mistral.ai/v1"), "moderations")

    async def test_failures_are_free_asked_once_and_keep_the_providers_words(self, tmp_path):
        error = {"error": {"message": "no such size", "code": "bad_size", "param": "size", "type": "x"}}
        at = Upstream(whole(orjson.dumps(error), status=b"400 Bad Request"))
        async with proxy_of(tmp_path, at.talk, catalog=SOLD) as world:
            answer = await world.post({"model": PAINTER}, path=IMAGES)
        assert (answer.status, answer.error["code"], answer.error["param"]) == (400, "bad_size", "size")
        assert (answer.headers["x-tokenwise-cost-usd"], len(at.heard)) == ("0.00", 1)


class TestAtNoKnownPrice:
    async def test_it_is_passed_where_no_limit_applies_and_what_it_tells_is_booked(self, tmp_path):
        told = {**SAID, "usage": {"input_tokens": 10, "output_tokens": 1000}}
        at = Upstream(whole(orjson.dumps(told)))
        async with proxy_of(tmp_path, at.talk) as world:
            answer = await world.post({"model": SMALL, "tokenwise": {"tags": ["a"]}}, path="/v1/decisions")
            assert (answer.status, answer.headers["x-tokenwise-governed"]) == (200, "false")
            assert answer.headers["x-tokenwise-cost-usd"] == "0.00201"  # $1 and $2 for a million
            assert world.balances()
        assert orjson.loads(at.body) == {"model": "small-1"}

    async def test_a_model_that_no_catalogue_has_is_asked_of_the_only_provider_and_noted(self, tmp_path):
        at = Upstream()
        async with proxy_of(tmp_path, at.talk) as world:
            answer = await world.post({"model": "painter-9", "prompt": "rain"}, path=IMAGES)
            lines = world.lines_of(answer.headers["x-tokenwise-request-id"])
        assert (answer.status, answer.headers["x-tokenwise-model"]) == (200, "one/painter-9")
        assert orjson.loads(at.body) == {"model": "painter-9", "prompt": "rain"}
        assert any("nobody knows what this endpoint costs" in str(line.get("notice")) for line in lines)

    LIMITED = (
        ({}, {"x_tokenwise_budget": "1"}, {}),
        ({}, {}, {"limits": (EachLimit("request", parse_usd("5")),)}),
        ({"tokenwise": {"budget": 1}}, {}, {}),
    )

    @pytest.mark.parametrize(("fields", "headers", "settings"), LIMITED)
    async def test_under_any_limit_it_is_refused_by_its_name_with_the_remedy(self, tmp_path, fields, headers, settings):
        at = Upstream()
        async with proxy_of(tmp_path, at.talk, **settings) as world:
            answer = await world.post({"model": SMALL, **fields}, path="/v1/decisions", **headers)
        assert (answer.status, answer.error["code"], at.heard) == (400, "unpriced", [])
        assert "POST /v1/decisions" in answer.error["message"]
        assert "usd_per_request" in answer.error["message"]

    async def test_a_key_with_a_budget_is_limited_and_one_without_is_not(self, tmp_path):
        async with proxy_of(tmp_path, Upstream().talk) as world:
            free = a_key(world)
            assert (await world.post({"model": SMALL}, path="/v1/decisions", **free)).status == 200
            file = KeyFile(keys_file(world.client.journal.file.path))
            secret = file.create(bobs)
            held = {"authorization": f"Bearer {secret}"}
            assert (await world.post({"model": SMALL}, path="/v1/decisions", **held)).error["code"] == "unpriced"

    async def test_a_stream_passes_byte_for_byte_and_its_usage_is_booked(self, tmp_path):
        events = [
            b'event: partial\ndata: {"b64": "aGk="}',
            b'data: {"usage": {"input_tokens": 1, "output_tokens": 500}}',
        ]
        said = b"\n\n".join([*events, b""])
        at = Upstream(CHUNKED + chunk(said[:31]) + chunk(said[31:]) + chunk(b""))
        async with proxy_of(tmp_path, at.talk) as world:
            answer = await world.post({"model": SMALL, "stream": True}, path=IMAGES)
            costs = [line["amount_nano"] for line in world.lines if line["type"] == "charged"]
        assert (answer.status, answer.body) == (200, said)
        assert costs == [1_001_000]

    async def test_how_it_ends_says_nothing_of_the_models_health(self, tmp_path):
        at = Upstream(whole(b'{"error": {"message": "no", "code": "model_not_found"}}', status=b"404 Not Found"))
        async with proxy_of(tmp_path, at.talk) as world:
            for _ in range(4):
                assert (await world.post({"model": SMALL}, path="/v1/nonsense")).status == 404
            assert not world.client.interpreter.watch.cooling(world.client.interpreter.now_ms())


FORM = (
    b'--x\r\ncontent-disposition: form-data; name="file"; filename="model"\r\n'
    b"content-type: audio/wav\r\n\r\n\x00\xff--\r\n\r\n"
    b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\n%b\r\n--x--\r\n'
)
FORMED = {"content-type": "multipart/form-data; boundary=x"}


class TestForms:
    async def test_a_form_passes_as_it_is_but_for_the_models_name(self, tmp_path):
        at = Upstream(whole(b"WEBVTT", headers=b"content-type: text/vtt\r\nset-cookie: a=b\r\n"))
        async with proxy_of(tmp_path, at.talk, catalog=SOLD) as world:
            body = FORM % PAINTER.encode()
            answer = await world.ask("POST", "/v1/audio/transcriptions", body, FORMED)
        assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"WEBVTT", "text/vtt")
        assert "set-cookie" not in answer.headers
        assert (answer.headers["x-tokenwise-cost-usd"], at.body) == ("0.04", FORM % b"painter-1")

    @pytest.mark.parametrize(
        ("body", "type_"),
        [
            (FORM % b"m", "multipart/form-data"),
            (FORM % b"m", "multipart/form-data; boundary=y"),
            (FORM % b"", FORMED["content-type"]),
            (FORM.replace(b'filename="model"', b"").replace(b'"file"', b'"model"') % b"m", FORMED["content-type"]),
            (FORM.replace(b'"file"', b'"n"') % b"m", FORMED["content-type"]),
            (b"", FORMED["content-type"]),
            (b"a=b", "application/x-www-form-urlencoded"),
            (b"\x00", "application/octet-stream"),
            (b"[]", "application/json"),
            (b'{"model": "a", "n": 0}', "application/json"),
            (b'{"model": "a", "n": "3"}', "application/json"),
        ],
    )
    async def test_what_cannot_be_read_goes_to_nobody(self, tmp_path, body, type_):
        at = Upstream()
        async with proxy_of(tmp_path, at.talk) as world:
            answer = await world.ask("POST", IMAGES, body or b" ", {"content-type": type_})
        assert (answer.status in (400, 415), at.heard) == (True, [])

    async def test_a_page_in_a_browser_sends_none(self, tmp_path):
        at = Upstream()
        async with proxy_of(tmp_path, at.talk) as world:
            answer = await world.ask("POST", IMAGES, FORM % b"m", {**FORMED, "sec-fetch-site": "same-origin"})
        assert (answer.status, at.heard) == (400, [])


class TestWho:
    async def test_with_several_providers_the_header_decides_where_no_model_does(self, tmp_path):
        async with proxy(tmp_path) as world:
            unclear = await world.post({"model": "whisper"}, path="/v1/rerank")
            unknown = await world.post({"model": "whisper"}, path="/v1/rerank", x_tokenwise_provider="three")
            said = await world.post({"model": "whisper"}, path="/v1/rerank", x_tokenwise_provider="two")
            prefix = await world.post({"model": "one/whisper"}, path="/v1/rerank")
            known = await world.post({"model": SMALL}, path="/v1/rerank")
            moved = await world.post({"model": SMALL}, path="/v1/rerank", x_tokenwise_provider="two")
        assert (unclear.status, unclear.error["code"]) == (400, "provider_unclear")
        assert "one, two" in unclear.error["message"]
        assert (unknown.status, unknown.error["code"]) == (400, "unknown_provider")
        asked = [answer.headers["x-tokenwise-provider"] for answer in (said, prefix, known, moved)]
        assert asked == ["two", "one", "one", "two"]

    async def test_auto_is_no_model_here(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.post({"model": "auto"}, path="/v1/rerank")
        assert (answer.status, answer.error["param"]) == (400, "model")

    async def test_an_anthropic_client_reaches_anthropics_format_with_its_headers(self, tmp_path):
        at = Upstream()
        headers = {"anthropic_version": "2023-06-01", "anthropic_beta": "b-1", "x_api_key": "theirs", "cookie": "a=b"}
        async with proxy_of(tmp_path, at.talk, kind="anthropic") as world:
            answer = await world.post({"requests": []}, path="/v1/messages/batches?limit=2", **headers)
            wrong = await world.post({"requests": []}, path="/v1/messages/batches")
        assert (answer.status, at.line) == (200, b"POST /v1/messages/batches?limit=2 HTTP/1.1")
        head = at.heard[0].partition(b"\r\n\r\n")[0].lower()
        assert b"x-api-key: sk-secret-of-one" in head
        assert b"anthropic-beta: b-1" in head
        assert b"theirs" not in head
        assert b"cookie" not in head
        assert (wrong.status, wrong.error["code"]) == (400, "provider_unclear")

    async def test_a_key_for_some_models_reaches_no_other(self, tmp_path):
        at = Upstream()
        async with proxy_of(tmp_path, at.talk) as world:
            passing(world, PassThrough.EVERYTHING)
            key = a_key(world, models=("house/*",))
            allowed = await world.post({"model": SMALL}, path=IMAGES, **key)
            others = await world.post({"model": "whisper"}, path=IMAGES, **key)
            none = await world.post({"prompt": "rain"}, path=IMAGES, **key)
        assert [allowed.status, others.status, none.status, len(at.heard)] == [200, 404, 404, 1]


class TestWhatAProviderKeeps:
    async def test_its_owner_looks_and_deletes_for_nothing_on_his_own_machine(self, tmp_path):
        at = Upstream(whole(b'{"data": []}'))
        async with proxy_of(tmp_path, at.talk) as world:
            answer = await world.ask("GET", f"{FILES}?limit=2&after=file-1")
            assert (answer.status, answer.json, at.line) == (
                200,
                {"data": []},
                b"GET /v1/files?limit=2&after=file-1 HTTP/1.1",
            )
            head = await world.ask("HEAD", f"{FILES}/file-1/content")
            assert (head.status, head.body, at.line) == (200, b"", b"GET /v1/files/file-1/content HTTP/1.1")
            gone = await world.ask("DELETE", f"{FILES}/file-1")
            assert (gone.status, at.line) == (200, b"DELETE /v1/files/file-1 HTTP/1.1")
            assert not any(line["run"] for line in world.lines)

    async def test_who_has_a_key_does_so_only_where_the_owner_says_so(self, tmp_path):
        at = Upstream()
        async with proxy_of(tmp_path, at.talk) as world:
            key = a_key(world)
            refused = await world.ask("GET", FILES, headers=key)
            nobody = await world.ask("GET", FILES)
        assert (refused.status, refused.error["code"], at.heard) == (403, "not_passed", [])
        assert "proxy.pass_through" in refused.error["message"]
        assert nobody.status == 401

    async def test_the_account_is_never_shown_and_nothing_leaves_the_base_url(self, tmp_path):
        at = Upstream()
        paths = {
            "/v1/organization/users": 403,
            "/v1/realtime": 403,
            "/v1/x/../../admin": 404,
            "/v1/%2e%2e/admin": 404,
            "/v1//admin": 404,
            "/v1/": 404,
        }
        async with proxy_of(tmp_path, at.talk) as world:
            found = {path: await raw_status(world, path) for path in paths}
        assert (found, at.heard) == (paths, [])

    async def test_a_page_in_a_providers_place_is_no_answer(self, tmp_path):
        at = Upstream(whole(b"<html><title>Portal</title>", headers=b"content-type: text/html\r\n"))
        async with proxy_of(tmp_path, at.talk) as world:
            answer = await world.ask("GET", FILES)
        assert (answer.status, "Portal" in answer.error["message"]) == (502, True)

    async def test_nothing_is_passed_where_the_owner_says_so(self, tmp_path):
        at = Upstream()
        async with proxy_of(tmp_path, at.talk) as world:
            passing(world, PassThrough.NOTHING)
            answers = [await world.post({"model": SMALL}, path=IMAGES), await world.ask("GET", FILES)]
        assert [(answer.status, answer.error["code"]) for answer in answers] == [(404, "unknown_url")] * 2
        assert at.heard == []

    async def test_what_it_says_of_itself_is_neither_executed_nor_kept(self, tmp_path):
        at = Upstream(whole(b"<svg/>", headers=b"content-type: image/svg+xml\r\nset-cookie: a=b\r\nserver: x\r\n"))
        async with proxy_of(tmp_path, at.talk) as world:
            answer = await world.ask("GET", f"{FILES}/file-1/content")
        assert {"set-cookie", "server"}.isdisjoint(answer.headers)
        assert (answer.headers["x-content-type-options"], answer.headers["content-security-policy"]) == (
            "nosniff",
            "sandbox",
        )


async def raw_status(world, path):
    """The status of a GET whose path no client has tidied."""
    host, port = world.url.removeprefix("http://").split(":")
    stream = await trio.open_tcp_stream(host, int(port))
    async with stream:
        await stream.send_all(b"GET %b HTTP/1.1\r\nhost: %b\r\n\r\n" % (path.encode(), host.encode()))
        return int((await stream.receive_some()).split()[1])


def test_a_path_means_the_same_to_every_server():
    fine = ["moderations", "files/file-1/content", "batches/b:cancel", "models/a@b~c", "v1.2/x.json"]
    bad = ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a/.hidden", "a b", "a%2fb", "a\\b", "a?b", "a\r\nb", "é"]
    assert [is_passable(path, "") for path in fine] == [True] * len(fine)
    assert [is_passable(path, "") for path in bad] == [False] * len(bad)
    assert not is_passable("a", "x=\r\ny")


async def test_chats_know_no_such_header(tmp_path):
    async with proxy(tmp_path) as world:
        answer = await world.post(chat(), x_tokenwise_provider="one")
    assert answer.status == 400
