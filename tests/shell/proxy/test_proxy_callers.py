"""Who may call: what a browser says of itself decides, and a program that is none says nothing."""

import pytest
from attrs import evolve

from tests.shell.proxy.test_proxy_limits import make_key
from tests.shell.proxy_world import CATALOG, World, chat, furnished, proxy, running
from tokenwise.money import Nanodollars
from tokenwise_shell.config.limits import EachLimit
from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.embedded import Every, Script, Status
from tokenwise_shell.proxy.admission.callers import foreign_caller, unreadable_type

DEFAULT = ProxySettings()
OURS = evolve(DEFAULT, origins=("https://chat.example.org",), hosts=("gpu-box",))

MESSAGES = {"model": "house/small", "max_tokens": 20, "messages": [{"role": "user", "content": "hi"}]}
DOORS = {
    "/v1/chat/completions": chat(),
    "/v1/messages": MESSAGES,
    "/v1/responses": {"model": "house/small", "input": "hi"},
}


@pytest.mark.parametrize(
    ("headers", "settings", "code"),
    [
        ({"host": "127.0.0.1:8000"}, DEFAULT, None),
        ({"host": "localhost:8000"}, DEFAULT, None),
        ({"host": "LOCALHOST"}, DEFAULT, None),
        ({"host": "[::1]:8000"}, DEFAULT, None),
        ({"host": "192.168.1.5:8000"}, DEFAULT, None),  # an address is no name that somebody could let lead here
        ({}, DEFAULT, None),  # HTTP/1.0; a browser always says whom it asks
        ({"host": "evil.example"}, DEFAULT, "host_not_allowed"),
        ({"host": "localhost.evil.example"}, DEFAULT, "host_not_allowed"),
        ({"host": "evil.example@127.0.0.1"}, DEFAULT, "host_not_allowed"),
        ({"host": "127.0.0.1.evil.example:8000"}, DEFAULT, "host_not_allowed"),
        ({"host": "[::1"}, DEFAULT, "host_not_allowed"),
        ({"host": "gpu-box:8000"}, DEFAULT, "host_not_allowed"),
        ({"host": "gpu-box:8000"}, OURS, None),
        ({"host": "localhost", "origin": "https://evil.example"}, DEFAULT, "origin_not_allowed"),
        ({"host": "localhost", "origin": "null"}, DEFAULT, "origin_not_allowed"),  # a frame without rights, or a file
        ({"host": "localhost:8000", "origin": "http://localhost:3000"}, DEFAULT, "origin_not_allowed"),
        ({"host": "localhost:8000", "origin": "http://localhost:8000"}, DEFAULT, None),  # its own
        ({"host": "localhost", "origin": "https://chat.example.org"}, DEFAULT, "origin_not_allowed"),
        ({"host": "localhost", "origin": "https://chat.example.org"}, OURS, None),
        ({"host": "localhost", "origin": "http://chat.example.org"}, OURS, "origin_not_allowed"),
        ({"host": "localhost", "origin": "https://chat.example.org", "sec-fetch-site": "cross-site"}, OURS, None),
        ({"host": "localhost", "sec-fetch-site": "cross-site"}, OURS, "origin_not_allowed"),
        ({"host": "localhost", "sec-fetch-site": "same-origin"}, DEFAULT, None),
        ({"host": "localhost", "sec-fetch-site": "none"}, DEFAULT, None),  # typed by its user
    ],
)  # fmt: skip
def test_who_may_call_while_no_key_is_asked_for(headers, settings, code):
    found = foreign_caller(headers, settings, keyless=True)
    assert (found and found.code) == code
    assert found is None or found.status == 403


def test_with_keys_names_are_free_and_origins_are_not():
    named = {"host": "evil.example"}
    assert foreign_caller(named, DEFAULT, keyless=False) is None
    found = foreign_caller(named | {"origin": "https://other.example"}, DEFAULT, keyless=False)
    assert found is not None
    assert found.code == "origin_not_allowed"


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/vnd.api+json", True),
        ("", False),
        ("text/plain", False),
        ("text/plain; application/json", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("application/jsonx", False),
        ("text/json, application/json", False),
    ],
)
def test_a_body_that_is_not_said_to_be_json_is_415(said, taken):
    found = unreadable_type({"content-type": said} if said else {})
    assert (found is None) is taken
    assert taken or (found.status, found.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", DOORS)
async def test_each_door_refuses_in_its_own_shape_and_nothing_is_spent(tmp_path, path):
    async with proxy(tmp_path) as world:
        refused = [
            await world.post(DOORS[path], path=path, origin="https://evil.example"),
            await world.post(DOORS[path], path=path, host="evil.example"),
            await world.post(DOORS[path], path=path, sec_fetch_site="cross-site"),
            await world.post(DOORS[path], path=path, content_type="text/plain"),
        ]
        assert [answer.status for answer in refused] == [403, 403, 403, 415]
        if path == "/v1/messages":
            kinds = [answer.json["error"]["type"] for answer in refused]
            assert kinds == [*["permission_error"] * 3, "invalid_request_error"]
            assert {answer.json["type"] for answer in refused} == {"error"}
        else:
            codes = [answer.error["code"] for answer in refused]
            assert codes == [
                "origin_not_allowed", "host_not_allowed", "origin_not_allowed", "unsupported_media_type"
            ]  # fmt: skip
        assert not [line for line in world.lines if line["run"]]
        assert (await world.post(DOORS[path], path=path)).status == 200


async def test_no_page_may_read_anything_unless_it_is_configured(tmp_path):
    async with proxy(tmp_path) as world:
        asked = await world.ask("OPTIONS", "/v1/chat/completions", headers={"origin": "https://chat.example.org"})
        assert asked.status == 403
        told = (await world.post(chat())).headers
        assert not [name for name in (*asked.headers, *told) if name.startswith("access-control-")]


async def test_a_configured_page_may_ask_and_read(tmp_path):
    async with proxy(tmp_path, proxy=OURS) as world:
        page = {"origin": "https://chat.example.org", "sec-fetch-site": "cross-site"}
        first = await world.ask(
            "OPTIONS",
            "/v1/chat/completions",
            headers={**page, "access-control-request-headers": "authorization,content-type"},
        )
        assert first.status == 204
        assert first.headers["access-control-allow-origin"] == "https://chat.example.org"
        assert first.headers["access-control-allow-headers"] == "authorization,content-type"
        assert first.headers["access-control-allow-methods"] == "OPTIONS, POST"
        answer = await world.post(chat(), **page)
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == "https://chat.example.org"
        assert answer.headers["vary"] == "origin"
        elsewhere = await world.post(chat())
        assert "access-control-allow-origin" not in elsewhere.headers


@pytest.mark.parametrize(
    ("headers", "extra", "budget"),
    [
        ({}, {}, 2_000_000_000),  # the default is a dollar more
        ({"x_tokenwise_budget": "240"}, {}, 2_000_000_000),
        ({}, {"tokenwise": {"budget": 240}}, 2_000_000_000),
        ({"x_tokenwise_budget": "0.5"}, {}, 500_000_000),
        ({"x_tokenwise_budget": "0.5"}, {"tokenwise": {"budget": 240}}, 2_000_000_000),
    ],
)
async def test_neither_header_nor_body_raises_the_owners_limit(tmp_path, headers, extra, budget):
    limits = (EachLimit("request", Nanodollars(3_000_000_000)), EachLimit("request", Nanodollars(2_000_000_000)))
    async with proxy(tmp_path, limits=limits, default_budget=Nanodollars(3_000_000_000)) as world:
        decided = await world.post(chat(**extra), path="/v1/route", **headers)
        assert decided.json["budget_nano"] == budget
        answer = await world.post(chat(**extra), **headers)
        assert {
            line["limit_nano"] for line in world.lines_of(answer.headers["x-request-id"]) if "limit_nano" in line
        } <= {budget}


@pytest.mark.parametrize(("keyed", "told"), [(False, "out of order"), (True, "the provider does not accept")])
async def test_what_a_provider_says_of_the_owners_account_is_for_the_owner(tmp_path, keyed, told):
    denied = Every(1, Status(401, message="out of order at gpu.internal.example"))
    async with proxy(tmp_path, one=Script([denied]), two=Script([denied])) as world:
        named = {"authorization": f"Bearer {make_key(world)}"} if keyed else {}
        answer = await world.post(chat(), **named)
        assert answer.status == 502
        assert told in answer.error["message"]
        assert ("gpu.internal.example" in answer.error["message"]) is not keyed


@pytest.mark.parametrize(("keyed", "told"), [(False, "no connection to 127.0.0.1"), (True, "the provider cannot be")])
async def test_where_a_provider_is_is_for_the_owner(tmp_path, keyed, told):
    space = furnished(tmp_path, CATALOG, one="http://127.0.0.1:1/v1")  # nobody listens there
    async with running(space) as (url, service):
        world = World(url, service, None, None)
        named = {"authorization": f"Bearer {make_key(world)}"} if keyed else {}
        answer = await world.post(chat(), **named)
        assert answer.status == 502
        assert told in answer.error["message"]
        assert ("127.0.0.1" in answer.error["message"]) is not keyed
