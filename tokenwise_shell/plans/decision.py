"""One routing decision as a document: the JSON of `tw route` and of `POST /v1/route`, and what people are shown."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Final

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price
from tokenwise.money import Nanodollars, NanoPerMtok, format_usd
from tokenwise.policy import Policy
from tokenwise.prompt import Message
from tokenwise.routing.choosing import Refused, Routed, decision_id, passed_over, route
from tokenwise.routing.losers import Rejected, explain
from tokenwise.routing.ranking import equals, rungs
from tokenwise.routing.request import Request, Wishes, read_request
from tokenwise.routing.worth import expected_cost
from tokenwise.scenario.risk import Blocked, RiskGate, judge

__all__ = ["Conversation", "Decision", "as_usd", "decide", "in_usd"]

_NO_MODEL: Final = "the decision is a refusal, which has no model"

Conversation = str | Sequence[Message]
"""One text, or turns of a conversation."""


@frozen(repr=False)
class Decision:
    """What was decided for one conversation, and everything it was decided from."""

    request: Request
    catalog: Catalog
    policy: Policy
    budget_nano: Nanodollars
    outcome: Routed | Refused | Blocked
    best_effort: bool = False

    @cached_property
    def decision_id(self) -> str:
        """Equal inputs give equal ids, on every machine."""
        return decision_id(self.request.need, self.catalog, self.policy, self.budget_nano, best_effort=self.best_effort)

    def as_far_as_it_goes(self) -> "Decision":
        """The decision for the same request where a shorter answer would do."""
        outcome = route(self.request.need, self.catalog, self.policy, self.budget_nano, best_effort=True)
        return evolve(self, outcome=outcome, best_effort=True)

    @property
    def model(self) -> Model:
        """The model that was chosen. A decision that refuses has none, nor a cost."""
        return self._routed.model

    @property
    def id(self) -> str:
        """The id of the model that was chosen."""
        return self.model.id

    @property
    def input_price(self) -> Decimal:
        """US dollars per million tokens of a short input, at the provider that would be asked."""
        return in_usd(self._price.rates[0].input)

    @property
    def output_price(self) -> Decimal:
        """US dollars per million tokens of output, where the input is short."""
        return in_usd(self._price.rates[0].output)

    @property
    def budget(self) -> Decimal:
        """What was given, in US dollars."""
        return in_usd(self.budget_nano)

    @property
    def worst_cost(self) -> Decimal:
        """`worst_cost_nano` in US dollars."""
        assert self.worst_cost_nano is not None, _NO_MODEL
        return in_usd(self.worst_cost_nano)

    @property
    def expected_cost(self) -> Decimal:
        """`expected_cost_nano` in US dollars."""
        assert self.expected_cost_nano is not None, _NO_MODEL
        return in_usd(self.expected_cost_nano)

    @property
    def provider(self) -> str:
        """Who would be asked for it, "" for nobody."""
        return self.outcome.bid.provider if isinstance(self.outcome, Routed) else ""

    @property
    def reason(self) -> str:
        """Why this model, or why none."""
        if not isinstance(self.outcome, Routed):
            return self.outcome.message
        scenario = self.request.scenario
        needs = ", ".join(self.request.need.wanted.names) or "anything"
        return f"{self.policy.strategy.value}, for {needs} of difficulty {scenario.difficulty:.2f}"

    def __repr__(self) -> str:
        """In short; `as_json` has the rest."""
        if not isinstance(self.outcome, Routed):
            return f"<Decision: refused; {self.reason}>"
        chosen, most = self.outcome.model.id, format_usd(self.outcome.bid.amount)
        return f"<Decision: {chosen} at {self.provider}, {most} at most; {self.reason}>"

    def _repr_html_(self) -> str:
        from tokenwise_shell.plans.pages import page  # notebooks alone show it

        if not isinstance(self.outcome, Routed):
            return page(f"refused: {self.reason}", ())
        cost = f"{format_usd(self.outcome.bid.amount)} at most, about ${self.expected_cost:f}"
        ladder = ("ladder", ", ".join(self.ladder) or "nobody stronger")
        return page(f"{self.id} at {self.provider}", (("why", self.reason), ("cost", cost), ladder))

    @property
    def _routed(self) -> Routed:
        assert isinstance(self.outcome, Routed), _NO_MODEL
        return self.outcome

    @property
    def _price(self) -> Price:
        price = self.model.offered_by[self.provider].price
        assert isinstance(price, Price), "what has no known price is not routed"
        return price

    @property
    def ladder(self) -> tuple[str, ...]:
        """The models that would be climbed to, weakest rung first."""
        if not isinstance(self.outcome, Routed):
            return ()
        if self.outcome.strong:
            above = rungs(self.request.need, self.catalog, self.policy, self.catalog[self.outcome.strong.model])
            return (self.outcome.strong.model, *(rung.id for rung in above))
        return tuple(rung.id for rung in rungs(self.request.need, self.catalog, self.policy, self.outcome.model))

    @property
    def worst_cost_nano(self) -> Nanodollars | None:
        """What the calls that are planned may cost at most; what follows a fault comes on top, within the budget."""
        if not isinstance(self.outcome, Routed):
            return None
        cascade = self.outcome.forecast if self.outcome.strong else None
        return cascade.worst if cascade else self.outcome.bid.amount

    @property
    def warmth(self) -> str | None:
        """What a warm prompt cache did to the decision, in words; None where none is known."""
        if not isinstance(self.outcome, Routed) or not self.request.need.known:
            return None
        from tokenwise.routing.warmth import warmest

        found = warmest(self.outcome.bid, self.request.need, self.catalog)
        return found.message if found else None

    @property
    def equals(self) -> tuple[str, ...]:
        """The models that a fault of the seller would lead to, first to last: of the same tier, and as able."""
        if not isinstance(self.outcome, Routed):
            return ()
        return tuple(model.id for model in equals(self.request.need, self.catalog, self.policy, self.outcome.model))

    @property
    def expected_cost_nano(self) -> Nanodollars | None:
        """What the call will probably cost."""
        if not isinstance(self.outcome, Routed) or not isinstance(self.outcome.model.price, Price):
            return None
        if self.outcome.strong and self.outcome.forecast:
            return self.outcome.forecast.expected
        return expected_cost(self.outcome.model, self.request.need, room=self.outcome.bid.max_output_tokens)

    @property
    def passed_over(self) -> str | None:
        """What was guessed of the words and could not be followed, and why; None for nothing."""
        if not isinstance(self.outcome, Routed):
            return None
        return passed_over(self.outcome, self.request.need, self.catalog, self.policy) or None

    def rejected(self) -> tuple[Rejected, ...]:
        """Every model that was not chosen, with the inequality it failed."""
        need = self.request.need
        return explain(need, self.catalog, self.policy, self.budget_nano, best_effort=self.best_effort)

    def as_json(self) -> dict[str, object]:
        """The document, with the names of the interface. Keys stand in a fixed order."""
        return {**self._chosen(), **self._costs(), **self._reasons()}

    def _chosen(self) -> dict[str, object]:
        routed = self.outcome if isinstance(self.outcome, Routed) else None
        scenario = self.request.scenario
        return {
            "decision": "routed" if routed else "refused",
            "model": routed and routed.model.id,
            "provider": routed and routed.bid.provider,
            "tier": routed and routed.model.tier.name.lower(),
            "strategy": self.policy.strategy.value,
            "scenario": {
                "capabilities": list(self.request.need.wanted.names),
                "stated": list(self.request.need.capabilities.names),
                "complexity": scenario.complexity.value,
                "difficulty": scenario.difficulty,
                "signals": [signal.name for signal in scenario.signals],
            },
        }

    def _costs(self) -> dict[str, object]:
        bid = self.outcome.bid if isinstance(self.outcome, Routed) else None
        return {
            "input_tokens_bound": self.request.need.input.bound,
            "max_output_tokens": bid and bid.max_output_tokens,
            "worst_cost_nano": self.worst_cost_nano,
            "worst_cost_usd": None if self.worst_cost_nano is None else as_usd(self.worst_cost_nano),
            "expected_cost_nano": self.expected_cost_nano,
            "budget_nano": self.budget_nano,
            "budget_usd": as_usd(self.budget_nano),
        }

    def _reasons(self) -> dict[str, object]:
        return {
            "ladder": list(self.ladder),
            "equals": list(self.equals),
            "cascade": self._cascade(),
            "passed_over": self.passed_over,
            "warmth": self.warmth,
            "rejected": [{"model": loser.model, "reason": loser.reason} for loser in self.rejected()],
            "refusal": self._refusal(),
            "decision_id": self.decision_id,
        }

    def _cascade(self) -> dict[str, object] | None:
        """What was forecast of cheap answers first, taken or declined; None under another strategy."""
        forecast = self.outcome.forecast if isinstance(self.outcome, Routed) else None
        if forecast is None:
            return None
        return {
            "taken": forecast.pays,
            "first": forecast.first or None,
            "second": forecast.second or None,
            "strong": forecast.strong,
            "accept_rate": forecast.accept_rate,
            "expected_cost_nano": forecast.expected,
            "straight_cost_nano": forecast.straight,
            "worst_cost_nano": forecast.worst,
            "declined": forecast.declined or None,
        }

    def _refusal(self) -> dict[str, object] | None:
        match self.outcome:
            case Routed():
                return None
            case Refused(code=code, needed=needed, available=available):
                return {
                    "code": code.value,
                    "message": self.outcome.message,
                    "needed_nano": needed,
                    "available_nano": available,
                }
            case Blocked(code=code, message=message):
                return {"code": code, "message": message}


def decide(
    conversation: Conversation,
    *,
    catalog: Catalog,
    policy: Policy,
    budget: Nanodollars,
    wishes: Wishes | None = None,
    best_effort: bool = False,
    gate: RiskGate | None = None,
) -> Decision:
    """Judge the risk, read the request, choose a model. Pure."""
    request = read_request(conversation, policy, wishes)
    verdict = judge(conversation, gate) if gate else None
    if isinstance(verdict, Blocked):
        return Decision(request, catalog, policy, budget, verdict, best_effort)
    outcome = route(request.need, catalog, policy, budget, best_effort=best_effort)
    return Decision(request, catalog, policy, budget, outcome, best_effort)


def in_usd(amount: Nanodollars | NanoPerMtok) -> Decimal:
    """An amount in US dollars, or a price in dollars per million tokens: exact, with as many decimals as it needs.

    >>> in_usd(Nanodollars(21_700)), in_usd(Nanodollars(65_000_000))
    (Decimal('0.0000217'), Decimal('0.065'))
    """
    return Decimal(format_usd(Nanodollars(amount)).replace("$", "", 1))


def as_usd(amount: Nanodollars) -> float:
    """An amount as the JSON number shown beside it for people. The integer beside it is authoritative."""
    return amount / 1_000_000_000
