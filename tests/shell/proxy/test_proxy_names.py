"""Names at every door: aliases, models that nobody here sells, sellers that are all left alone, lists by dialect."""

import pytest

from tests.shell.proxy_world import CATALOG, LARGE, OTHER, SMALL, World, chat, furnished, model, price, proxy, running
from tokenwise.catalog.models import Offer
from tokenwise.traits import Tier
from tokenwise_shell.embedded import First, Script, Status

ALIASES = {"gpt-4o": "auto:cheapest", "claude-*": LARGE, "text-*": "auto"}

ASKED = (
    ("/v1/chat/completions", chat(model="claude-x")),
    ("/v1/messages", chat(model="claude-x", max_tokens=9)),
    ("/v1/responses", {"model": "claude-x", "input": "What is rain?"}),
)


class TestAliases:
    @pytest.mark.parametrize(("path", "body"), ASKED)
    async def test_an_alias_is_the_model_at_every_door(self, tmp_path, path, body):
        async with proxy(tmp_path, aliases=ALIASES) as at:
            answer = await at.post(body, path=path)
        assert (answer.status, answer.headers["x-tokenwise-model"]) == (200, LARGE)

    async def test_an_alias_may_leave_the_choice_to_us(self, tmp_path):
        async with proxy(tmp_path, aliases=ALIASES) as at:
            answer = await at.post(chat(model="gpt-4o"))
            decision = await at.post(chat(model="gpt-4o"), path="/v1/route")
        assert answer.headers["x-tokenwise-model"] == SMALL
        assert (decision.json["model"], decision.json["strategy"]) == (SMALL, "cheapest")

    async def test_embeddings_go_by_aliases_too(self, tmp_path):
        async with proxy(tmp_path, aliases={"ada": "nobody"}) as at:
            answer = await at.post({"model": "ada", "input": "rain"}, path="/v1/embeddings")
        assert (answer.status, "alias for 'nobody'" in answer.error["message"]) == (404, True)

    async def test_names_are_listed_and_globs_are_known(self, tmp_path):
        async with proxy(tmp_path, aliases=ALIASES) as at:
            listed = (await at.ask("GET", "/v1/models")).json["data"]
            shown = [(await at.ask("GET", f"/v1/models/{name}")) for name in ("gpt-4o", "claude-x", "gpt-5")]
        assert "gpt-4o" in [row["id"] for row in listed]
        assert not [row["id"] for row in listed if "*" in row["id"]]
        assert [answer.status for answer in shown] == [200, 200, 404]


class TestWhoSellsIt:
    async def test_a_model_that_nobody_here_sells_is_404_with_who_would_and_what_to_do(self, tmp_path):
        far = model("far/away", Tier.MID, Offer("far", "away", price(1, 1)))
        space = furnished(tmp_path, CATALOG.merged([far]), one="http://127.0.0.1:9/v1")
        async with running(space) as (url, service):
            at = World(url, service, None, None)
            for path, body in ASKED:
                answer = await at.post(body | {"model": "away"}, path=path)
                assert answer.status == 404
                message = answer.error["message"]
                assert "'far/away'" in message
                assert "a key for far is missing" in message
                assert "`aliases`" in message

    async def test_a_model_whose_sellers_are_all_left_alone_is_503(self, tmp_path):
        down = Script([First([Status(503)] * 9)])
        async with proxy(tmp_path, one=down, two=down) as at:
            answers = [await at.post(chat()) for _ in range(3)]
        assert [answer.status for answer in answers] == [503, 503, 503]


ANTHROPIC = {"anthropic-version": "2023-06-01"}


class TestDialects:
    async def test_anthropics_clients_get_anthropics_list(self, tmp_path):
        async with proxy(tmp_path) as at:
            listed = (await at.ask("GET", "/v1/models?limit=1000", headers=ANTHROPIC)).json
            one, by_key = [
                (await at.ask("GET", f"/v1/models/{SMALL}", headers=headers)).json
                for headers in (ANTHROPIC, {"x-api-key": "any"})
            ]
        assert {LARGE, OTHER, SMALL} < {row["id"] for row in listed["data"]}
        assert {row["type"] for row in listed["data"]} == {"model"}
        assert (listed["has_more"], listed["first_id"]) == (False, "auto")
        assert (one["type"], one["id"], one["display_name"]) == ("model", SMALL, SMALL)
        assert one == by_key == next(row for row in listed["data"] if row["id"] == SMALL)
        assert one["created_at"].endswith("Z")

    async def test_pages_are_walked_as_anthropics(self, tmp_path):
        met: list[str] = []
        async with proxy(tmp_path) as at:
            whole = (await at.ask("GET", "/v1/models", headers=ANTHROPIC)).json
            more = True
            while more:
                after = f"&after_id={met[-1]}" if met else ""
                page = (await at.ask("GET", f"/v1/models?limit=2{after}", headers=ANTHROPIC)).json
                met += [row["id"] for row in page["data"]]
                more = page["has_more"]
            back = (await at.ask("GET", f"/v1/models?limit=2&before_id={met[-1]}", headers=ANTHROPIC)).json
            wrong = await at.ask("GET", "/v1/models?limit=0", headers=ANTHROPIC)
        assert met == [row["id"] for row in whole["data"]]
        assert ([row["id"] for row in back["data"]], back["has_more"]) == (met[-3:-1], True)
        assert (wrong.status, wrong.json["type"]) == (400, "error")

    @pytest.mark.parametrize(
        ("method", "path", "status", "kind"),
        [
            ("GET", "/v1/models/nobody", 404, "not_found_error"),
            ("GET", "/v2/nowhere", 404, "not_found_error"),
            ("POST", "/v1/models", 405, "invalid_request_error"),
        ],
    )
    async def test_errors_are_in_the_clients_own_words(self, tmp_path, method, path, status, kind):
        async with proxy(tmp_path) as at:
            theirs = [await at.ask(method, path, headers=headers) for headers in (ANTHROPIC, {"x-api-key": "any"})]
            openais = await at.ask(method, path, headers={"authorization": "Bearer any"})
        assert {(one.status, one.json["type"], one.error["type"]) for one in theirs} == {(status, "error", kind)}
        assert (openais.status, set(openais.error)) == (status, {"message", "type", "param", "code"})
