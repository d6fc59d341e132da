"""The figures of a running proxy: that they say what happened, agree with the books, and stay bounded."""

import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.shell.proxy_world import SMALL, chat, proxy
from tokenwise.budgets.ledger import Abandoned, Charged, Escalated, Overran, Reservation, Retried, Routed
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Record
from tokenwise.simulation.simulation import Moment
from tokenwise.traits import Tier
from tokenwise.usage import Usage
from tokenwise_shell.budgets.standings import Standing
from tokenwise_shell.embedded import First, Script, Status
from tokenwise_shell.proxy.metrics import MOST_NAMES, Metrics

ATTEMPT = AttemptId("answer", 0)


def figures(text: bytes) -> dict[str, float]:
    """Every sample, under its name with its labels."""
    return {
        " ".join((sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items())))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
        if sample.name.startswith("tokenwise_")
    }


def counted(*entries, key="alice", metrics=None):
    metrics = metrics or Metrics()
    metrics.listener(key)(Moment(0, None, tuple(map(Record, entries))))
    return figures(metrics.exposition())


def charged(model="m", *, usage=None, outcome="ok", estimated=False, amount=7):
    return Charged(ATTEMPT, model, "p", amount, usage, outcome, estimated, model)


class TestEntries:
    def test_a_charge_is_counted_by_seat_and_key(self):
        usage = Usage(input_tokens=5, cache_read_tokens=3, output_tokens=4, reasoning_tokens=2)
        found = counted(charged(usage=usage))
        assert found["tokenwise_attempts_total model=m outcome=ok provider=p"] == 1
        assert found["tokenwise_cost_nanodollars_total model=m provider=p"] == 7
        assert found["tokenwise_key_cost_nanodollars_total key=alice"] == 7
        assert found["tokenwise_estimated_nanodollars_total"] == 0
        tokens = {name: value for name, value in found.items() if name.startswith("tokenwise_tokens_total")}
        assert tokens == {
            "tokenwise_tokens_total class=input model=m provider=p": 5,
            "tokenwise_tokens_total class=cache_read model=m provider=p": 3,
            "tokenwise_tokens_total class=output model=m provider=p": 4,
            "tokenwise_tokens_total class=reasoning model=m provider=p": 2,
        }

    def test_writes_to_a_cache_count_however_long_they_stay(self):
        found = counted(charged(usage=Usage(cache_write_tokens=2, cache_write_5m_tokens=5)))
        assert found["tokenwise_tokens_total class=cache_write model=m provider=p"] == 7

    def test_the_bound_of_a_call_counts_once_its_tokens_are_known(self):
        held = Reservation(ATTEMPT, "m", "p", 9, 40, 100)
        name = "tokenwise_bound_tokens_total model=m provider=p"
        assert counted(held, charged(usage=Usage(input_tokens=10)))[name] == 40
        assert name not in counted(held, charged())

    def test_what_nobody_has_confirmed_is_counted_apart(self):
        found = counted(charged(estimated=True), Abandoned(ATTEMPT, "m", "p", 5))
        assert found["tokenwise_cost_nanodollars_total model=m provider=p"] == 12
        assert found["tokenwise_estimated_nanodollars_total"] == 12
        assert found["tokenwise_attempts_total model=m outcome=abandoned provider=p"] == 1

    def test_going_on_after_a_failure_is_a_retry_a_failover_or_an_escalation(self):
        found = counted(
            Retried(ATTEMPT, 100, "busy"),
            Escalated(ATTEMPT, "m", "m", "q", "unreachable"),
            Escalated(ATTEMPT, "m", "n", "q", "unreachable"),
            Escalated(ATTEMPT, "m", "n", "q", "unreachable"),
            Routed(ATTEMPT, "m", "p", Tier.MID, 1),
        )
        kinds = {kind: found[f"tokenwise_recoveries_total kind={kind}"] for kind in ("retry", "failover", "escalation")}
        assert kinds == {"retry": 1, "failover": 1, "escalation": 2}

    def test_overruns_are_counted_with_their_amount(self):
        found = counted(Overran(ATTEMPT, 3), Overran(ATTEMPT, 4))
        assert found["tokenwise_overruns_total"] == 2
        assert found["tokenwise_overrun_nanodollars_total"] == 7


class TestBounds:
    def test_models_beyond_the_bound_are_counted_together(self):
        metrics = Metrics()
        found = counted(*(charged(f"m{number}") for number in range(MOST_NAMES + 50)), metrics=metrics)
        series = [name for name in found if name.startswith("tokenwise_cost_nanodollars_total")]
        assert len(series) == MOST_NAMES + 1
        assert found["tokenwise_cost_nanodollars_total model=other provider=p"] == 50 * 7

    def test_keys_beyond_the_bound_are_counted_together(self):
        metrics = Metrics()
        for number in range(MOST_NAMES):
            metrics.listener(f"k{number}")
        found = counted(charged(), key="one too many", metrics=metrics)
        assert found["tokenwise_key_cost_nanodollars_total key=other"] == 7

    def test_a_counter_is_one_series(self):
        assert b"_created" not in Metrics().exposition()


class TestNow:
    def test_budgets_and_cooling_seats_are_read_when_they_are_asked_for(self):
        standing, cooling = [], []
        metrics = Metrics(lambda: standing, lambda: tuple(cooling))
        assert not [name for name in figures(metrics.exposition()) if "budget" in name or "cooling" in name]
        standing.append(Standing(Limit(10, Window.DAY, "alice"), "key:alice 2026-11-21", 10, 3, 2))
        cooling.append((("p", "*"), 5))
        found = figures(metrics.exposition())
        for what, amount in (("limit", 10), ("spent", 3), ("held", 2)):
            assert found[f"tokenwise_budget_{what}_nanodollars scope=key:alice window=day"] == amount
        assert found["tokenwise_cooling model=* provider=p"] == 1

    def test_requests_beyond_all_budgets_are_counted(self):
        metrics = Metrics()
        metrics.ungoverned()
        assert figures(metrics.exposition())["tokenwise_ungoverned_total"] == 1

    def test_requests_in_flight_are_counted_while_they_are(self):
        metrics = Metrics()
        metrics.begun()
        metrics.begun()
        assert figures(metrics.exposition())["tokenwise_requests_in_flight"] == 2
        metrics.answered("/v1/models", 200, 0.1)
        metrics.answered("", 0, 0.1)
        assert figures(metrics.exposition())["tokenwise_requests_in_flight"] == 0


class TestARunningProxy:
    async def test_figures_agree_with_the_books(self, tmp_path):
        busy = Script([First([Status(503), Status(503)])])
        async with proxy(tmp_path, one=busy) as world:
            assert (await world.post(chat())).status == 200
            assert (await world.post(chat(stream=True))).status == 200
            assert (await world.post(b"{")).status == 400
            assert (await world.ask("GET", "/nowhere")).status == 404
            answer = await world.ask("GET", "/metrics")
            lines = world.lines
        found = figures(answer.body)
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        spent = sum(line["amount_nano"] for line in lines if line["type"] == "charged")
        assert sum(value for name, value in found.items() if name.startswith("tokenwise_cost_nano")) == spent > 0
        attempts = sum(value for name, value in found.items() if name.startswith("tokenwise_attempts_total"))
        assert attempts == sum(line["type"] == "reserved" for line in lines)
        assert found["tokenwise_requests_total endpoint=/v1/chat/completions status=200"] == 2
        assert found["tokenwise_requests_total endpoint=/v1/chat/completions status=400"] == 1
        assert found["tokenwise_requests_total endpoint=other status=404"] == 1
        assert found["tokenwise_refusals_total reason=invalid_json"] == 1
        assert found["tokenwise_request_seconds_count endpoint=/v1/chat/completions"] == 3
        assert found["tokenwise_recoveries_total kind=retry"] + found["tokenwise_recoveries_total kind=failover"] >= 1
        assert SMALL in answer.body.decode()


TOGETHER = """
import os, sys
from pathlib import Path
os.environ["PROMETHEUS_MULTIPROC_DIR"] = sys.argv[1]
from tokenwise_shell.proxy.metrics import Metrics
metrics = Metrics(folder=Path(sys.argv[1]))
metrics.begun()
metrics.answered("/x", 200, 0.1)
metrics.refused("why")
metrics.begun()
print(metrics.exposition().decode())
metrics.answered("/y", 200, 0.1)
"""


@pytest.mark.slow  # starts an interpreter, twice
def test_several_processes_count_together(tmp_path):
    for number in (1, 2):
        command = [sys.executable, "-c", TOGETHER, str(tmp_path)]
        done = subprocess.run(command, capture_output=True, check=True)
        found = figures(done.stdout)
        assert found["tokenwise_requests_total endpoint=/x status=200"] == number
        assert found["tokenwise_requests_in_flight"] == 1
