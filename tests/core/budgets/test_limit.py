"""One limit: whom it holds, and what its budgets are called; and the zones by whose calendar they are renewed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tokenwise.budgets.budget import Budget
from tokenwise.budgets.limit import Account, Limit, shown_value
from tokenwise.budgets.limits import Limits
from tokenwise.budgets.nested import Budgets
from tokenwise.budgets.windows import Window, day_of, span_of
from tokenwise.errors import InputError
from tokenwise.ids import AttemptId
from tokenwise_shell.config.zones import zone_named

ALICE = Account("alice", ("nightly",), (("session", "7f3e"), ("user", "none")))
GPT = "openai/gpt-6-sol"
EVER = Window.TOTAL


@pytest.mark.parametrize(
    ("limit", "owner"),
    [
        (Limit(1, EVER), "process"),
        (Limit(1, EVER, "alice"), "key:alice"),
        (Limit(1, EVER, "bob"), None),
        (Limit(1, EVER, tag="nightly"), "tag:nightly"),
        (Limit(1, EVER, tag="daily"), None),
        (Limit(1, EVER, model="openai/*"), "model:openai/*"),
        (Limit(1, EVER, model="*sol"), "model:*sol"),
        (Limit(1, EVER, model="openai/gpt-?-sol"), "model:openai/gpt-?-sol"),
        (Limit(1, EVER, model="anthropic/*"), None),
        (Limit(1, EVER, model="openai"), None),  # a glob is matched as a whole
        (Limit(1, EVER, each="session"), "session:7f3e"),
        (Limit(1, EVER, each="user"), "user:none"),
        (Limit(1, EVER, each="x-team"), None),  # nobody has looked
        (Limit(1, EVER, each="key"), "each-key:alice"),
        (Limit(1, EVER, each="model"), f"each-model:{GPT}"),
        (Limit(1, EVER, "alice", model="openai/*", each="session"), "key:alice&model:openai/*&session:7f3e"),
        (Limit(1, EVER, name="all", each="key"), "all:alice"),
    ],
)
def test_whose_budget_a_call_draws_on(limit, owner):
    assert limit.owner_of(ALICE, GPT) == owner


def test_a_plan_has_no_session_and_a_lease_no_model():
    assert Limit(1, EVER, each="session").owner_of(Account("alice"), GPT) is None
    assert Limit(1, EVER, model="*").owner_of(Account("alice")) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a b", "a%20b"),
        ("x" * 65, "x" * 66),
        ("x" * 65, shown_value("x" * 65)),  # the hash of a long one, sent as it is shown
        ("ä", "Ä"),
        ("a&session:b", "a"),
        ("\x1b[2J", "[2J"),
        ("\ud800", "?"),
    ],
)
def test_values_that_differ_have_names_that_differ(one, other):
    assert shown_value(one) != shown_value(other)


@pytest.mark.parametrize("value", ["\x1b[31mred\n", "a b&c:d/e%", "é" * 200, "\ud800", "x" * 10_000, ""])
def test_a_value_is_shown_in_few_harmless_characters(value):
    shown = shown_value(value)
    assert shown.isascii()
    assert shown.isprintable()
    assert 0 < len(shown) <= 64
    assert not set(shown) & set(" &*/\n")


class TestValues:
    """'Bounded memory for values that never repeat; what was spent is not forgotten.'"""

    def scopes(self, limits, name, at_ms=0):
        return limits.scopes(Account(marks=(("session", name),)), at_ms)

    def test_each_value_has_a_budget_of_its_own(self):
        limits = Limits(Budgets())
        limits.add(Limit(100, EVER, each="session"))
        assert (self.scopes(limits, "a"), self.scopes(limits, "b")) == (("session:a total",), ("session:b total",))

    def test_only_so_many_are_known_by_heart_and_the_others_keep_what_is_spent(self):
        budgets = Budgets()
        limits = Limits(budgets, remembered=10)
        limits.add(Limit(100, EVER, each="session"))
        for number in range(1000):
            attempt = AttemptId("a", number)
            budgets.reserve("r", attempt, 60, self.scopes(limits, str(number)))
            budgets.settle("r", attempt, 60)
        assert len(tuple(limits.present())) == 10
        assert budgets[self.scopes(limits, "0")[0]] == Budget(100, spent=60)

    def test_windows_that_are_over_are_closed_though_nobody_asks_for_their_values_again(self):
        budgets = Budgets()
        limits = Limits(budgets, remembered=10)
        limits.add(Limit(100, 1_000, each="session"))
        for number in range(500):
            self.scopes(limits, str(number), at_ms=10)
        assert len(tuple(budgets)) == 500
        self.scopes(limits, "new", at_ms=1_000)
        assert len(tuple(budgets)) == 11  # those known by heart wait for their next window
        for number in range(500, 510):
            self.scopes(limits, str(number), at_ms=2_000)
        assert len(tuple(budgets)) <= 11

    def test_two_limits_of_one_kind_for_one_window_are_refused(self):
        limits = Limits(Budgets())
        limits.add(Limit(100, EVER, each="session"))
        limits.add(Limit(10, Window.DAY, each="session"))
        with pytest.raises(InputError, match="has a limit for each total already"):
            limits.add(Limit(50, EVER, each="session"))


ZONES = (
    "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe",
    "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo", "America/Asuncion", "America/St_Johns",
)  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
def test_a_day_begins_and_ends_when_the_zone_s_clocks_say(name):
    zone, clock = zone_named(name), ZoneInfo(name)
    for hour in range(1_700_000_000, 1_770_000_000, 17 * 3600):
        day = span_of(Window.DAY, 1000 * hour, zone)
        assert day_of(1000 * hour, zone) == day.first == datetime.fromtimestamp(hour, clock).date().isoformat()
        end = day.ends_ms // 1000
        told = [datetime.fromtimestamp(second, clock).date().isoformat() for second in (end - 1, end)]
        assert told == [day.first, day.after]


def test_the_day_of_a_change_has_an_hour_less_or_more():
    zone = zone_named("Europe/Berlin")
    spring, autumn = 1_774_742_400_000, 1_792_886_400_000  # 2026-03-29 and 2026-10-25, 00:00 UTC
    lengths = []
    for at_ms in (spring, autumn):
        end = span_of(Window.DAY, at_ms, zone).ends_ms
        lengths.append((end - span_of(Window.DAY, at_ms - 86_400_000, zone).ends_ms) // 3_600_000)
    assert lengths == [23, 25]


def test_a_month_of_another_zone_begins_before_that_of_utc():
    berlin = zone_named("Europe/Berlin")
    at_ms = 1_796_079_600_000  # 2026-11-30T23:00:00Z: midnight in Berlin
    assert span_of(Window.MONTH, at_ms, berlin).label == "2026-12"
    assert span_of(Window.MONTH, at_ms).label == "2026-11"
    assert span_of(Window.MONTH, at_ms - 1, berlin).ends_ms == at_ms
