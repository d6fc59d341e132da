"""The budget law over limits of every kind at once, in whatever order calls come, end, cost more, and limits change.

Limits of everybody, keys, tags, models and each value nest; windows end; values are forgotten and come again; limits
are raised and lowered. The auditor keeps books of its own: it decides by a few lines that share nothing with the
project in which budgets a call counts, and compares every budget after every step.

Bugs that it must find are in tests/hunt/bugs/money.txt.
"""

from fnmatch import fnmatchcase

from attrs import define, field, frozen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tokenwise.budgets.budget import Short
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.limits import Limits
from tokenwise.budgets.nested import Budgets
from tokenwise.budgets.windows import Window
from tokenwise.ids import AttemptId

HOUR_MS = 3_600_000
MODELS = ("openai/a", "openai/b", "anthropic/c")
accounts = st.builds(
    Account,
    st.sampled_from(["", "alice", "bob"]),
    st.sampled_from([(), ("x",), ("x", "y")]),
    st.sampled_from([(), (("session", "1"),), (("session", "2"),), (("session", "3"),), (("session", "none"),)]),
)
whom = st.sampled_from(
    [{}, {"key": "alice"}, {"tag": "x"}, {"model": "openai/*"}, {"model": "*c"}, {"key": "bob", "model": "openai/a"}]
)
limits = st.builds(
    lambda amount, window, whom, each: Limit(amount, window, each=each, **whom),
    st.sampled_from([0, 50, 100, 300]),
    st.sampled_from([Window.TOTAL, Window.DAY, 5 * HOUR_MS]),
    whom,
    st.sampled_from([None, None, "session", "session"]),
)
some = st.integers(0, 1000)


@define
class Counted:
    """One budget as the auditor counts it."""

    limit: int
    spent: int = 0
    held: int = 0
    overrun: int = 0


@frozen
class Held:
    amount: int
    places: tuple


def applies(limit, account, model):
    """Whether a call counts under a limit, and under which value."""
    if limit.key is not None and limit.key != account.key:
        return None
    if limit.tag is not None and limit.tag not in account.tags:
        return None
    if limit.model is not None and not fnmatchcase(model, limit.model):
        return None
    return dict(account.marks).get("session") if limit.each else ""


def window_at(limit, now):
    if limit.window is Window.TOTAL:
        return 0
    return now // (24 * HOUR_MS if limit.window is Window.DAY else limit.window)


@define
class Auditor:
    limits: list
    counted: dict = field(factory=dict)
    holds: dict = field(factory=dict)

    def places(self, account, model, now):
        for number, limit in enumerate(self.limits):
            value = applies(limit, account, model)
            if value is not None:
                place = (number, value, window_at(limit, now))
                self.counted.setdefault(place, Counted(limit.amount))
                yield place


class Nested(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.budgets, self.raised, self.now, self.number = Budgets(), {}, 0, 0
        self.names = {}

    @initialize(limits=st.lists(limits, min_size=1, max_size=6, unique_by=lambda limit: (limit.owner, limit.window)))
    def begin(self, limits):
        self.limits = Limits(self.budgets, raised=lambda scope: self.raised.get(scope, 0), remembered=2)
        for limit in limits:
            self.limits.add(limit)
        self.auditor = Auditor(list(limits))

    @rule(account=accounts, model=st.sampled_from(MODELS), amount=st.sampled_from([0, 1, 30, 60, 100]))
    def reserve(self, account, model, amount):
        places = tuple(self.auditor.places(account, model, self.now))
        scopes = self.limits.scopes(account, self.now, model)
        assert len(set(scopes)) == len(scopes) == len(places), (scopes, places)
        self.names |= {scope: self.place_of(scope, places) for scope in scopes}
        self.number += 1
        attempt = AttemptId("a", self.number)
        counted = [self.auditor.counted[place] for place in places]
        fits = all(amount <= max(0, one.limit - one.spent - one.held) for one in counted)
        answer = self.budgets.reserve("run", attempt, amount, scopes)
        assert isinstance(answer, Short) != fits
        if fits:
            self.auditor.holds[attempt] = Held(amount, places)
            for one in counted:
                one.held += amount

    def place_of(self, scope, places):
        """Which of the auditor's budgets a scope is: that of the limit with this owner, in this window."""
        owner = scope.rpartition(" ")[0]
        for place in places:
            limit = self.auditor.limits[place[0]]
            known = self.names.get(scope)
            mine = limit.owner.replace("*", place[1]) if limit.each and not limit.model else None
            same = limit.owner[:-1] + place[1] == owner if limit.each else limit.owner == owner
            if (mine == owner or same) and self.label(limit, place[2]) == scope.rpartition(" ")[2]:
                assert known in (None, place), f"{scope} stands for two budgets"
                return place
        raise AssertionError(f"{scope} is nobody's budget")

    def label(self, limit, window):
        if limit.window is Window.TOTAL:
            return "total"
        return f"1970-01-{window + 1:02d}" if limit.window is Window.DAY else str(window)

    @precondition(lambda self: self.auditor.holds)
    @rule(which=some, cost=st.sampled_from([0, 1, 30, 100, 250]))
    def settle(self, which, cost):
        attempt = sorted(self.auditor.holds)[which % len(self.auditor.holds)]
        held = self.auditor.holds.pop(attempt)
        self.budgets.settle("run", attempt, cost)
        for one in (self.auditor.counted[place] for place in held.places):
            one.held -= held.amount
            one.spent += cost
            one.overrun += max(0, cost - held.amount)

    @rule(hours=st.integers(1, 30))
    def pass_time(self, hours):
        if self.now < 20 * 24 * HOUR_MS:
            self.now += hours * HOUR_MS

    @precondition(lambda self: any(scope in self.budgets for scope in self.names))
    @rule(which=some, by=st.sampled_from([10, 200]))
    def raise_limit(self, which, by):
        """As a store does when somebody raises a budget: for its window, and for whoever opens it again."""
        scopes = sorted(scope for scope in self.names if scope in self.budgets)
        scope = scopes[which % len(scopes)]
        one = self.auditor.counted[self.names[scope]]
        one.limit += by
        self.raised[scope] = one.limit
        self.budgets.change(scope, one.limit)

    @precondition(lambda self: any(limit.is_plain for limit in self.auditor.limits))
    @rule(which=some, amount=st.sampled_from([0, 40, 500]))
    def change_limit(self, which, amount):
        number = [n for n, limit in enumerate(self.auditor.limits) if limit.is_plain]
        number = number[which % len(number)]
        before = self.auditor.limits[number]
        after = Limit(amount, before.window, before.key, before.tag)
        self.limits.change(after, self.now)
        self.auditor.limits[number] = after
        place = (number, "", window_at(before, self.now))
        scope = next((scope for scope, known in self.names.items() if known == place), None)
        if amount != before.amount and (one := self.auditor.counted.get(place)):
            one.limit = max(amount, self.raised.get(scope, 0))
            one.overrun = max(one.overrun, one.spent + one.held - one.limit)

    @invariant()
    def the_law_holds_in_every_budget(self):
        """'spent + held <= limit + recorded overruns', and each budget is as the auditor counts it."""
        for scope, place in self.names.items():
            one = self.auditor.counted[place]
            assert one.spent + one.held <= one.limit + one.overrun, scope
            if scope in self.budgets:
                budget = self.budgets[scope]
                assert (budget.spent, budget.held, budget.limit) == (one.spent, one.held, one.limit), scope
                assert budget.spent + budget.held <= budget.limit + budget.overrun

    @invariant()
    def no_window_is_closed_while_it_lasts_or_holds_money(self):
        for scope, place in self.names.items():
            lasts = place[2] == window_at(self.auditor.limits[place[0]], self.now)
            if lasts or self.auditor.counted[place].held:
                assert scope in self.budgets, scope


def test_the_law_holds_for_limits_of_every_kind():
    """'For every budget, at every instant: spent + held <= limit + recorded overruns', of whatever kind they are."""
    # Five stories where another law has three examples: what goes wrong here does so in some order of steps.
    many = 5 * settings.default.max_examples // 3
    run_state_machine_as_test(Nested, settings=settings(stateful_step_count=40, max_examples=many))
