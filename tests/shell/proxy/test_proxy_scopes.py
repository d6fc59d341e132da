"""Limits of every kind at the proxy: each session, each user, a model's; what they read, and what a restart knows."""

from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import SimpleQueue

import httpx
import orjson
import pytest

from tests.shell.commands import STUCK_SECONDS, environment, serving
from tests.shell.proxy_world import LARGE, SMALL, chat, proxy
from tokenwise.budgets.limit import Limit, shown_value
from tokenwise.budgets.windows import Window
from tokenwise.money import Nanodollars, parse_usd
from tokenwise_shell.budgets.answers import Alert
from tokenwise_shell.budgets.changes.correcting import Kept, Wrong, correct_charge
from tokenwise_shell.proxy.admission.webhook import Webhook
from tokenwise_shell.proxy.request.marks import marks_of
from tokenwise_shell.transport import open_transport

SESSION, USER = "x-claude-code-session-id", "x-openwebui-user-id"


def limits(*rows):
    return {"limits": rows}


def each(name, usd, window=Window.TOTAL):
    return Limit(parse_usd(usd), window, each=name)


@pytest.mark.parametrize(
    ("headers", "fields", "session", "user"),
    [
        ({}, {}, "none", "none"),
        ({SESSION: "7f3e"}, {"user": "bob"}, "7f3e", "bob"),
        ({"session-id": "7f3e"}, {"prompt_cache_key": "other"}, "7f3e", "none"),
        ({}, {"prompt_cache_key": "7f3e", "safety_identifier": "bob"}, "7f3e", "bob"),
        ({USER: "bob"}, {"user": "somebody"}, "none", "bob"),
        ({}, {"metadata": {"user_id": "user_ab12_account__session_7f3e-11"}}, "7f3e-11", "user_ab12_account_"),
        ({}, {"metadata": {"user_id": '{"account_uuid": "bob", "session_id": "7f3e"}'}}, "7f3e", "bob"),
        ({}, {"metadata": {"user_id": "bob"}}, "none", "bob"),
        ({}, {"metadata": {"user_id": "{broken"}}, "none", shown_value("{broken")),
        ({}, {"metadata": "bob", "user": {"id": 1}, "prompt_cache_key": True}, "none", "none"),
        ({SESSION: "a\tb"}, {"user": 17}, "a%09b", "17"),
    ],
)
def test_what_is_read_off_a_request(headers, fields, session, user):
    assert marks_of(("session", "user"), headers, fields) == (("session", session), ("user", user))


def test_any_header_or_field_may_be_named():
    read = marks_of(("x-team", "metadata.project.id"), {"x-team": "red"}, {"metadata": {"project": {"id": 5}}})
    assert read == (("x-team", "red"), ("metadata.project.id", "5"))


class TestEach:
    async def test_a_session_that_has_spent_its_budget_is_refused_and_the_others_are_not(self, tmp_path):
        async with proxy(tmp_path, **limits(each("session", "0.0003"))) as world:
            while (first := await world.post(chat(max_tokens=50), **{SESSION: "a"})).status == 200:
                pass
            assert (first.status, first.error["code"]) == (402, "budget_exceeded")
            assert "the budget session:a total has" in first.error["message"]
            assert (await world.post(chat(max_tokens=50), **{SESSION: "b"})).status == 200

    async def test_requests_that_say_no_session_share_one_budget(self, tmp_path):
        async with proxy(tmp_path, **limits(each("session", "0.0003"))) as world:
            while (last := await world.post(chat(max_tokens=50))).status == 200:
                pass
            assert "session:none total" in last.error["message"]

    async def test_a_restart_knows_what_a_session_has_spent(self, tmp_path):
        rows = limits(each("session", "0.0003"), each("user", "1"))
        async with proxy(tmp_path, **rows) as world:
            while (await world.post(chat(max_tokens=50, user="bob"), **{SESSION: "a"})).status == 200:
                pass
            told = {line["each"]["session"] for line in world.lines if line["type"] == "charged"}
            assert told == {"a"}
        async with proxy(tmp_path, **rows) as world:
            assert (await world.post(chat(max_tokens=50, user="bob"), **{SESSION: "a"})).status == 402
            assert (await world.post(chat(max_tokens=50, user="bob"), **{SESSION: "b"})).status == 200

    async def test_inventing_sessions_gains_nothing_under_everybodys_limit(self, tmp_path):
        rows = {**limits(each("session", "0.0003")), "budgets": {Window.DAY: Nanodollars(parse_usd("0.0006"))}}
        async with proxy(tmp_path, **rows) as world:
            number, last = 0, None
            while number < 100 and (last is None or last.status == 200):
                last = await world.post(chat(max_tokens=50), **{SESSION: f"invented-{number}"})
                number += 1
            assert "the budget process 20" in last.error["message"]


class TestModels:
    async def test_where_a_models_own_limit_is_spent_another_is_chosen(self, tmp_path):
        rows = limits(Limit(parse_usd("0.0003"), Window.DAY, model="*small"))
        async with proxy(tmp_path, **rows) as world:
            models = [
                (await world.post(chat(model="auto", max_tokens=50))).headers["x-tokenwise-model"] for _ in range(12)
            ]
            assert models[0] == SMALL
            assert models[-1] == LARGE
            named = await world.post(chat(model=SMALL, max_tokens=50))
            assert (named.status, named.error["code"]) == (402, "budget_exceeded")
            assert "the budget model:*small 20" in named.error["message"]

    async def test_another_model_does_not_count(self, tmp_path):
        rows = limits(Limit(Nanodollars(1), Window.DAY, model="*small"))
        async with proxy(tmp_path, **rows) as world:
            assert (await world.post(chat(model=LARGE, max_tokens=50))).status == 200


class TestWarning:
    async def test_an_answer_says_of_which_budget_four_fifths_are_spent_and_the_ledger_once(self, tmp_path):
        async with proxy(tmp_path, **limits(each("session", "0.002"))) as world:
            told = []
            while (last := await world.post(chat(max_tokens=50), **{SESSION: "a"})).status == 200:
                told.append(last.headers.get("x-tokenwise-budget-warning", ""))
            assert told[0] == ""
            assert told[-1].startswith("session:a total ")
            assert int(told[-1].rpartition(" ")[2].rstrip("%")) >= 80
            await world.post(chat(max_tokens=50), **{SESSION: "a"})
            events = [line for line in world.lines if line["type"].startswith("limit_")]
            assert [line["type"] for line in events] == ["limit_near", "limit_spent"]
            assert {line["scope"] for line in events} == {"session:a total"}

    @pytest.mark.slow  # starts the program
    def test_a_webhook_hears_it_and_is_tried_again(self, tmp_path):
        heard, answers = SimpleQueue(), iter((500, 204, 204))

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self):
                heard.put(orjson.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(next(answers))
                self.end_headers()

        with HTTPServer(("127.0.0.1", 0), Hook) as hook, ThreadPoolExecutor() as pool:
            pool.submit(hook.serve_forever)
            rows = f"limits: [{{each: session, budget: 0.01}}]\nlimit_webhook: 'http://127.0.0.1:{hook.server_port}/'\n"
            (tmp_path / "config.yaml").write_text(rows)
            said = {"TOKENWISE_OFFLINE": "1", "TOKENWISE_CONFIG": str(tmp_path / "config.yaml")}
            asked = {"json": chat(model="gpt-4.1", max_tokens=100), "headers": {SESSION: "a"}, "timeout": STUCK_SECONDS}
            try:
                with serving(environment(tmp_path) | said) as origin:  # a call may cost a tenth of it
                    while httpx.post(f"{origin}/v1/chat/completions", **asked).status_code == 200:
                        pass
                    near, again, spent = (heard.get(timeout=STUCK_SECONDS) for _ in range(3))
            finally:
                hook.shutdown()
        assert near == again
        assert near["percent"] >= 80
        assert near["percent"] <= spent["percent"]
        assert 10**7 > near["left_nano"] > spent["left_nano"]
        assert [(one["event"], one["scope"]) for one in (near, spent)] == [
            ("limit_near", "session:a total"),
            ("limit_spent", "session:a total"),
        ]

    async def test_what_a_webhook_has_no_room_for_is_dropped(self):
        async with open_transport() as transport:
            webhook = Webhook("http://127.0.0.1:9/", transport)
            for number in range(500):
                webhook.say(Alert("near", f"session:{number} total", Nanodollars(7), 83))


async def test_a_correction_reaches_the_budget_of_its_session_while_a_proxy_runs(tmp_path):
    row = Limit(parse_usd("1"), Window.TOTAL, each="session")
    async with proxy(tmp_path, limits=(row,)) as world:
        assert (await world.post(chat(max_tokens=50), **{SESSION: "a"})).status == 200
        charged = next(line for line in world.lines if line["type"] == "charged")
        wrong = Wrong(charged["run"], charged["seq"], Nanodollars(10**9 - 1), "the vendor's invoice")
        books = world.client.journal.file.path
        done = correct_charge(books, wrong, 1_795_292_153_123, print, kept=Kept("local", (row,)))
        assert done.told
        refused = await world.post(chat(max_tokens=50), **{SESSION: "a"})
        assert (refused.status, refused.error["code"]) == (402, "budget_exceeded")
