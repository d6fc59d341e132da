"""The page for people at `/`: in a real browser, live, for everybody's eyes and hands, and to each what is his own."""

import pytest
import trio

from tests.conformance.fetching import node_modules
from tests.shell.browser import led_through, needs_chromium
from tests.shell.proxy_world import LARGE, SMALL, chat, proxy, proxy_of
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise_shell.config.paths import keys_file
from tokenwise_shell.embedded import First, Script, Status
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.ledger.segments import read_ledger
from tokenwise_shell.ledger.view import summarise
from tokenwise_shell.proxy.admission.keys import Key, KeyFile
from tokenwise_shell.proxy.page.tail import Tail

ROW = "#requests tbody tr"

TASK = "Research two databases, then write a poem"
EVIL = "<img src=x onerror=document.title='taken'>"


async def state(world, key=""):
    answer = await world.ask("GET", "/page/state", headers={"authorization": f"Bearer {key}"} if key else None)
    assert answer.status == 200, answer.body
    return answer.json


def key_for(world, name):
    file = KeyFile(keys_file(world.client.journal.file.path))
    return file.create(lambda digest: Key(name=name, digest=digest, created_ms=wall_ms()))


async def carried_out(world, task):
    planned = await world.client.plan(task, planner="rules", budget=10**9)
    assert (await world.client.execute(planned)).status == "completed"


class TestItsFiles:
    async def test_need_no_key_and_let_nothing_else_in(self, tmp_path):
        async with proxy(tmp_path) as world:
            key_for(world, "alice")
            for path, kind in (
                ("/", "html"),
                ("/page/page.css", "css"),
                ("/page/elements.js", "javascript"),
                ("/page/page.js", "javascript"),
            ):
                answer = await world.ask("GET", path)
                assert answer.status == 200
                assert answer.headers["content-type"].startswith(f"text/{kind}")
                assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert (await world.ask("GET", "/page/state")).status == 401
            assert (await world.ask("GET", "/page/decisions/x")).status == 401

    async def test_are_no_door_to_what_is_below(self, tmp_path):
        async with proxy(tmp_path) as world:
            assert (await world.ask("GET", "/page/../app.py")).status == 404
            assert (await world.ask("GET", "/nowhere")).status == 404
            assert (await world.ask("POST", "/", b"{}")).status == 405


class TestTheState:
    async def test_says_what_the_ledger_says(self, tmp_path):
        async with proxy(tmp_path, one=Script((First([Status(500)]),))) as world:
            for _ in range(3):
                await world.post(chat())
            await world.post(chat(model=LARGE))
            found = await state(world)
            truth = summarise(read_ledger(world.client.journal.file.path, print), print).as_json()
        assert sum(found["sums"]["days"].values()) == truth["spent_nano"]
        assert found["sums"]["models"] == {name: each["spent_nano"] for name, each in truth["by_model"].items()}
        assert [run["status"] for run in found["runs"]] == ["completed"] * 4
        assert [len(run["calls"]) for run in found["runs"]] == [1, 1, 1, 2]  # the first was failed by one seller
        assert sum(run["spent_nano"] for run in found["runs"]) == truth["spent_nano"]

    async def test_shows_to_a_key_what_is_its_own(self, tmp_path):
        async with proxy(tmp_path) as world:
            alice, bob = key_for(world, "alice"), key_for(world, "bob")
            await world.post(chat(), authorization=f"Bearer {alice}")
            answer = await world.post(chat(), authorization=f"Bearer {bob}")
            found = await state(world, alice)
            assert {run["key"] for run in found["runs"]} == set(found["sums"]["keys"]) == {"alice"}
            assert not found["owner"]
            others = f"/page/decisions/{answer.headers['x-tokenwise-request-id']}"
            assert (await world.ask("GET", others, headers={"x-api-key": alice})).status == 404
            assert (await world.ask("GET", others, headers={"x-api-key": bob})).status == 200

    async def test_has_a_plan_with_where_each_step_is(self, tmp_path):
        async with proxy(tmp_path) as world:
            await carried_out(world, TASK)
            (plan,) = (await state(world))["plans"]
        assert plan["task"] == TASK
        first, second = plan["steps"]
        assert (first["after"], second["after"]) == ([], [first["id"]])
        assert first["state"] == second["state"] == "ok"
        assert all(step["spent_nano"] > 0 for step in plan["steps"])

    async def test_has_a_plan_that_nobody_runs_as_planned(self, tmp_path):
        async with proxy(tmp_path) as world:
            await world.client.plan(TASK, budget=10**9)
            (run,) = (await state(world))["runs"]
        assert (run["status"], run["held_nano"]) == ("planned", 0)


class TestTheEndOfALedger:
    @pytest.fixture
    def ledger(self, tmp_path):
        return trio.run(self.written, tmp_path)

    async def written(self, tmp_path):
        async with proxy(tmp_path, one=Script((First([Status(429)] * 2),))) as world:
            for number in range(6):
                await world.post(chat(f"question {number}"))
        return world.client.journal.file.path

    def test_is_the_same_read_at_once_or_as_it_grows(self, ledger, tmp_path):
        whole, growing, lines = (
            Tail(ledger),
            Tail(tmp_path / "copy.jsonl"),
            ledger.read_bytes().splitlines(keepends=True),
        )
        whole.catch_up()
        for line in lines:
            with growing.ledger.open("ab") as file:
                file.write(line[:9])
                growing.catch_up()
                file.write(line[9:])
            growing.catch_up()
        assert (growing.sums, growing.own, list(growing.runs)) == (whole.sums, whole.own, list(whole.runs))

    def test_is_all_that_is_read_of_a_long_one(self, ledger):
        end = Tail(ledger, most_bytes=ledger.stat().st_size // 2)
        end.catch_up()
        whole = Tail(ledger)
        whole.catch_up()
        assert 0 < sum(end.sums.days.values()) < sum(whole.sums.days.values())
        assert list(end.runs) == list(whole.runs)[-len(end.runs) :]


@pytest.fixture(scope="module")
def axe():
    """The accessibility check, as a program for a page."""
    return (node_modules() / "node_modules" / "axe-core" / "axe.min.js").read_text()


@needs_chromium
@pytest.mark.slow
class TestInABrowser:
    @pytest.mark.parametrize("width", [400, 1400])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_it_asks_nobody_else_and_is_there_for_everybody(self, tmp_path, axe, scheme, width):
        async with proxy(tmp_path) as world:
            await world.post(chat())
            await carried_out(world, TASK)

            def walk(page):
                asked, said = [], []
                page.on("request", lambda request: asked.append(request.url))
                page.on("console", lambda message: said.append(message.text))
                page.goto(world.url)
                page.locator(ROW).nth(1).wait_for()
                page.evaluate(axe)
                found = page.evaluate("axe.run()")
                broken = [each["id"] for each in found["violations"] if each["impact"] in ("serious", "critical")]
                wide = page.evaluate("document.documentElement.scrollWidth")
                return asked, said, broken, wide

            asked, said, broken, wide = await led_through(
                walk, color_scheme=scheme, viewport={"width": width, "height": 900}
            )
        assert all(url.startswith((world.url, "data:")) for url in asked)
        assert (said, broken) == ([], [])
        assert wide <= width

    async def test_money_that_is_held_is_seen_and_then_settled(self, tmp_path):
        goes_on = trio.Event()

        async def talk(stream):
            await stream.receive_some()
            await goes_on.wait()
            await stream.send_all(ANSWER)

        async with proxy_of(tmp_path, talk) as world, trio.open_nursery() as nursery:
            nursery.start_soon(world.post, chat())

            def walk(page):
                page.goto(world.url)
                row = page.locator(ROW)
                row.locator("td.open").wait_for()
                before = row.locator("td.money").all_text_contents()
                trio.from_thread.run_sync(goes_on.set)
                row.locator("td.completed").wait_for()
                return before, row.locator("td.money").all_text_contents()

            before, after = await led_through(walk)
        assert before[0].startswith("$0.0")
        assert before[1] == ""
        assert after == ["", "$0.0000900"]  # 30 tokens in at $1 a million, 30 out at $2

    async def test_says_why_a_model_was_chosen_and_others_not(self, tmp_path):
        async with proxy(tmp_path) as world:
            await world.post(chat(model="auto:cheapest"))

            def walk(page):
                page.goto(world.url)
                page.get_by_role("button", name="Why").click()
                page.locator("#why-body td").first.wait_for()
                return page.locator("#why-body").inner_text()

            told = await led_through(walk)
        assert f"{SMALL} at one" in told
        assert LARGE in told

    async def test_raises_a_limit(self, tmp_path):
        async with proxy(tmp_path, limits=(Limit(10**9, Window.DAY),)) as world:
            await world.post(chat())

            def walk(page):
                page.goto(world.url)
                page.get_by_label("New amount in US dollars for process").fill("2.50")
                page.get_by_role("button", name="Raise process").click()
                page.get_by_text("left of $2.50").wait_for()
                return page.locator("#limits li").inner_text()

            assert "renewed" in await led_through(walk)
            assert (await world.ask("GET", "/v1/limits")).json["data"][0]["limit_nano"] == 2_500_000_000

    async def test_asks_for_a_key_and_shows_what_is_under_it(self, tmp_path):
        async with proxy(tmp_path) as world:
            secret = key_for(world, "alice")
            await world.post(chat(), authorization=f"Bearer {secret}")

            def walk(page):
                page.goto(world.url)
                page.get_by_label("Access key").fill("tw-wrong")
                page.get_by_role("button", name="Open").click()
                page.get_by_text("This key is not let in.").wait_for()
                page.get_by_label("Access key").fill(secret)
                page.get_by_role("button", name="Open").click()
                return page.locator(ROW).first.inner_text(), page.content()

            row, html = await led_through(walk)
        assert "alice" in row
        assert secret not in html

    async def test_what_others_have_written_is_text(self, tmp_path):
        async with proxy(tmp_path) as world:
            await carried_out(world, f"Research {EVIL}, then write a poem")

            def walk(page):
                page.goto(world.url)
                page.locator("#plans h3").wait_for()
                return page.title(), page.locator("#plans h3").inner_text()

            assert await led_through(walk) == ("TokenWise", f"Research {EVIL}, then write a poem")


BODY = (
    b'{"id":"1","object":"chat.completion","created":1,"model":"small-1","choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"Rain is water."},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":30,"completion_tokens":30,"total_tokens":60}}'
)
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY) + BODY
