"""The playground: what its page shows is what the core decides here, in a real browser, with nobody else asked.

`HYPOTHESIS_PROFILE=long pytest tests/conformance/test_playground.py` compares 1,000 decisions and 100 runs.
"""

import hashlib
import importlib.util
import json
import os
import random
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conformance.fetching import node_modules
from tests.shell.browser import led_through, needs_chromium
from tokenwise import Strategy, embedded_catalog

ROOT = Path(__file__).resolve().parents[2]
DECISIONS, RUNS = (1000, 100) if os.environ.get("HYPOTHESIS_PROFILE") == "long" else (12, 2)

TASK = "Research two databases, compare their pricing, then write a recommendation"
ASKED = {"prompt": TASK, "strategy": "balanced", "budget_usd": "0.05"}

# Answers by the worker, one after another, each as its SHA-256: what crosses over is small.
HASHED = """async (asked) => {
  const found = [];
  for (const [question, document] of asked) {
    const bytes = new TextEncoder().encode(await answer(question, document));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    found.push([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return found;
}"""


def loaded(path):
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGE = loaded(ROOT / "docs" / "playground" / "playground.py")
BUILDING = loaded(ROOT / "docs" / "maintenance" / "playground.py")


def answered(question, document):
    return json.loads(PAGE.answer(question, json.dumps(document)))


def sampled(**more):
    return answered("sample", {**ASKED, "seed": 3, **more})["journal"]


class TestAnswers:
    def test_a_decision_is_the_document_of_tw_route(self):
        found = answered("decide", ASKED)
        dearer = answered("decide", {**ASKED, "prices": {found["model"]: ["900", "900"]}})
        without = answered("decide", {**ASKED, "without": [found["model"]]})
        assert len(found["rejected"]) == len(embedded_catalog()) - 1
        assert found["model"] not in {dearer["model"], without["model"]}
        assert found["model"] in {each["model"] for each in dearer["rejected"]}

    def test_caches_and_long_inputs_keep_their_proportion_at_another_price(self):
        row = embedded_catalog()["anthropic/claude-opus-5"].price.rates[0]
        (again,) = PAGE._catalog({"prices": {"anthropic/claude-opus-5": ["50", "7"]}})[
            "anthropic/claude-opus-5"
        ].price.rates
        assert (again.input, again.output) == (50 * 10**9, 7 * 10**9)
        assert again.cache_read * row.input == row.cache_read * again.input

    def test_a_larger_budget_on_the_frontier_is_worth_more_to_who_wants_quality(self):
        found = answered("plan", {**ASKED, "strategy": "best_quality"})
        points = [each["points"] for each in found["frontier"]]
        assert len(points) > 5
        assert points[-1] == max(points) > points[0]
        assert found["frontier"][0]["worst_nano"] == found["smallest_nano"]
        short = answered("plan", {**ASKED, "budget_usd": "0.00001"})
        assert short["refusal"].startswith("the cheapest plan may cost $")

    def test_a_story_adds_up_and_another_limit_is_decided_anew(self):
        told = answered("story", {"journal": sampled(), "change": {"limit_usd": "0.002"}})
        for side, limit in ((told["original"], 50_000_000), (told["changed"], 2_000_000)):
            assert side["status"] == "completed"
            for moment in side["moments"]:
                assert moment["spent_nano"] + moment["held_nano"] + moment["left_nano"] == limit
            assert side["moments"][-1]["spent_nano"] == side["spent_nano"] == sum(
                step["spent_nano"] for step in side["moments"][-1]["steps"]
            )  # fmt: skip

    def test_a_price_that_changes_nothing_else_departs_nowhere(self):
        told = answered("story", {"journal": sampled()})
        cheap = [each for each in told["models"] if float(each["usd"][1]) > 0]
        halved = {each["id"]: [f"{float(usd) * 0.98:.9f}" for usd in each["usd"]] for each in cheap}
        changed = answered("story", {"journal": sampled(), "change": {"prices": halved}})["changed"]
        assert changed["departs"] is None
        assert 0 < changed["spent_nano"] < told["original"]["spent_nano"]

    @pytest.mark.parametrize(
        ("journal", "said"),
        [
            ("", "does not begin with a job"),
            (sampled().replace('"v": 1', '"v": 7', 1), "is a journal of version 7; this tokenwise reads 1"),
            (sampled(without=["google/gemma-3-4b-it"]).rsplit("\n", 2)[0], "add the file catalogs/"),
            (sampled().replace("call_succeeded", "call_surprised"), "is no event"),
        ],
    )
    def test_what_is_no_journal_of_ours_is_refused_by_name(self, journal, said):
        assert said in answered("story", {"journal": journal})["problems"][0]

    def test_a_journal_cut_short_is_read_as_far_as_it_goes(self):
        whole = sampled()
        told = answered("story", {"journal": whole[:-300]})
        assert told["original"]["status"] is None
        assert answered("story", {"journal": sampled(without=["google/gemma-3-4b-it"])})["original"]["status"]


# --- in a browser -----------------------------------------------------------------------------------------------------


JOURNAL = sampled(seed=12345)  # no seed that the page itself would draw


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Nobody reads it."""


@contextmanager
def served(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def drawn_prompts(seed, count):
    chance = random.Random(seed)
    verbs = (
        "Prove",
        "Summarise",
        "Write a Python function for",
        "Translate",
        "Compare",
        "排序",
        "Écris",
        "Debug",
        "List",
    )
    things = (
        "the square root of 2",
        "three databases",
        "this contract",
        "a poem",
        "🧮",
        "42 invoices",
        "def f(x): pass",
    )
    for _ in range(count):
        parts = [f"{chance.choice(verbs)} {chance.choice(things)}" for _ in range(chance.randint(1, 4))]
        yield chance, ", then ".join(parts) + chance.choice(["", "", " x" * chance.randint(1, 2000)])


def drawn_questions():
    ids, strategies = sorted(embedded_catalog().by_id), [each.value for each in Strategy]
    for chance, prompt in drawn_prompts(1, DECISIONS):
        prices = {chance.choice(ids): [f"{chance.uniform(0, 9):.3f}", f"{chance.uniform(0, 40):.3f}"]}
        budget = f"{10 ** chance.uniform(-5, 1):.9f}"
        asked = {"prompt": prompt, "strategy": chance.choice(strategies), "budget_usd": budget}
        yield "decide", json.dumps({**asked, "prices": chance.choice([{}, prices]), "without": chance.sample(ids, 2)})
    for chance, prompt in drawn_prompts(2, RUNS):
        limit, strategy = f"{10 ** chance.uniform(-2, 0):.6f}", chance.choice(strategies)
        asked = {"prompt": prompt, "strategy": strategy, "budget_usd": limit, "seed": chance.randint(0, 9999)}
        yield "plan", json.dumps(asked)
        yield "sample", json.dumps(asked)
        change = {"limit_usd": f"{float(limit) * chance.uniform(0.1, 2):.9f}", "strategy": chance.choice(strategies)}
        journal = answered("sample", asked).get("journal", "")
        yield "story", json.dumps({"journal": journal, "change": change})


def walked(page, url, questions, axe):
    """Through the whole page, once, since a browser takes seconds to start Python."""
    asked, said, broken = [], [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    page.locator("body[data-ready]").wait_for(timeout=120_000)
    hashes = page.evaluate(HASHED, questions)
    chosen = page.locator("#figures dd").first.inner_text()
    page.get_by_role("button", name="Carry this plan out").click()
    page.locator("#sides section").wait_for()
    page.locator("#journal").fill(JOURNAL)
    page.locator("#journal").blur()
    page.locator("#sums").get_by_text("sample-12345").wait_for()
    page.get_by_label("Limit, $").fill("0.002")
    page.get_by_role("button", name="Decide it again").press("Enter")
    page.locator("#sides section").nth(1).wait_for()
    page.get_by_label("Event", exact=True).press("End")
    last = page.locator("#sides").inner_text()
    page.evaluate(axe)
    for width, scheme in ((400, "dark"), (1400, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        broken += [each["id"] for each in page.evaluate("axe.run()")["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    return asked, said, broken, hashes, chosen, last


@needs_chromium
@pytest.mark.slow  # a browser compiles Python for WebAssembly, which takes four seconds of a processor
async def test_in_a_browser_it_decides_as_here_asks_nobody_and_is_there_for_everybody(tmp_path):
    axe = (node_modules() / "node_modules" / "axe-core" / "axe.min.js").read_text()
    BUILDING.build(tmp_path)
    questions = list(drawn_questions())
    with served(tmp_path) as url:
        asked, said, broken, hashes, chosen, last = await led_through(
            lambda page: walked(page, url, questions, axe), viewport={"width": 1400, "height": 900}
        )
    assert all(each.startswith((url, "data:")) for each in asked)
    assert (said, broken) == ([], [])
    here = [hashlib.sha256(PAGE.answer(*each).encode()).hexdigest() for each in questions]
    assert len(set(here)) > DECISIONS
    assert hashes == here
    prompt = (
        (ROOT / "docs" / "playground" / "index.html").read_text().partition('spellcheck="false">')[2].partition("<")[0]
    )
    assert chosen == answered("decide", {**ASKED, "prompt": prompt})["model"]
    told = answered("story", {"journal": JOURNAL, "change": {"limit_usd": "0.002"}})
    assert all(side["moments"][-1]["event"] in last for side in (told["original"], told["changed"]))
