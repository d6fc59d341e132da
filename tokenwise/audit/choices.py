"""Whom a policy would have asked for a recorded call, and what the same tokens cost there, under each assumption.

A log tells tokens and not what was wanted, so three figures stand side by side, each for the same number of tokens:

    alike   whoever chose the model knew why: the request deserves the tier that it got; caches are kept as they were
    easy    every request is an easy one, so the policy is free to take its cheapest choice
    cold    as the first, but each call that goes to another model finds no cache there and writes all of it anew

The truth about a policy lies between `easy` and `cold`. The decision is `route`'s, at today's prices. Lengths are
rounded up to an eighth of their power of two before it decides, so that calls that are nearly alike are decided once.
"""

from typing import Final

from attrs import define, evolve, field, frozen

from tokenwise.audit.pricing import Costing
from tokenwise.audit.records import Call
from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Need
from tokenwise.routing.choosing import Refusal, Refused, route
from tokenwise.simulation.workload import Variant
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount, Usage

__all__ = ["EQUALS", "Trial", "Would", "equals"]

EQUALS: Final = "an equal"
"""The trial that every audit has: the same tier or better, rated as good, wherever that costs less."""

_REMEMBERED: Final = 65_536
_EASY: Final = 0.1
_BYTES_PER_TOKEN: Final = 4  # the bound of an input that is known in tokens alone, as in every workload


@frozen
class Would:
    """What a call would have cost, in nano-dollars; `refused` where the policy would not have made it."""

    alike: int
    easy: int
    cold: int
    model: str
    refused: bool = False


_Choice = tuple[str, Price] | Refused


@define(eq=False)
class Trial:
    """One policy tried on recorded calls. Mutable only in what it remembers of its own decisions."""

    variant: Variant
    catalog: Catalog
    _decided: dict[tuple[str, int, int, float, bool], _Choice] = field(factory=dict)
    _better: dict[str, Catalog] = field(factory=dict)

    def would(self, call: Call, costing: Costing) -> Would | None:
        """What this policy would have made of it; None where nothing can be said: no tokens, no model, no talk."""
        model, usage, cost = costing.model, call.usage, costing.cost
        if model is None or usage is None or cost is None or not _is_talk(model, usage):
            return None
        asked = self._choice(model, usage, self._deserved(model), call.tools)
        if isinstance(asked, Refused):
            over = asked.code is Refusal.BUDGET  # else nobody else has room for it, and it stays
            return Would(0, 0, 0, "", refused=True) if over else Would(cost, cost, cost, model.id)
        found = self._choice(model, usage, _EASY, call.tools)
        easy = asked if isinstance(found, Refused) else found
        alike, at_easy = (_cost(choice, usage, model, cost) for choice in (asked, easy))
        cold = cost if asked[0] == model.id else int(asked[1].cost(_cold(usage)))
        return Would(alike, min(alike, at_easy), max(alike, cold), asked[0])

    def _deserved(self, model: Model) -> float:
        policy = self.variant.policy
        return {Tier.BUDGET: _EASY, Tier.MID: policy.mid_from, Tier.FLAGSHIP: policy.flagship_from}[model.tier]

    def _choice(self, model: Model, usage: Usage, difficulty: float, tools: bool) -> _Choice:
        equal = self.variant.name == EQUALS
        key = (
            model.id if equal else "",
            _rounded(usage.prompt_tokens),
            _rounded(usage.output_tokens),
            difficulty,
            tools,
        )
        if key not in self._decided:
            if len(self._decided) >= _REMEMBERED:
                self._decided.clear()
            catalog = self._equals_of(model) if equal else self.catalog
            self._decided[key] = self._decide(catalog, *key[1:])
        return self._decided[key]

    def _decide(self, catalog: Catalog, prompt: int, output: int, difficulty: float, tools: bool) -> _Choice:
        policy = _straight(self.variant.policy)
        need = Need(
            Capability.GENERAL,
            TokenCount(prompt, _BYTES_PER_TOKEN * prompt),
            max_output_tokens=max(output, policy.default_output_tokens),
            output_tokens=output,
            difficulty=difficulty,
            features=Feature.TOOLS if tools else Feature.NONE,
        )
        routed = route(need, catalog, policy, self.variant.limit, best_effort=self.variant.best_effort)
        if isinstance(routed, Refused):
            return routed
        price = routed.model.offered_by[routed.bid.provider].price
        assert isinstance(price, Price)
        return routed.model.id, price

    def _equals_of(self, model: Model) -> Catalog:
        if model.id not in self._better:
            self._better[model.id] = Catalog(other for other in self.catalog.models if _as_good(other, model))
        return self._better[model.id]


def equals(limit: Nanodollars) -> Variant:
    """The variant of `EQUALS`."""
    return Variant(name=EQUALS, policy=Policy(strategy=Strategy.CHEAPEST), limit=limit)


def _straight(policy: Policy) -> Policy:
    """The same without a cascade: whether a cheap answer would have been accepted, no log tells."""
    return evolve(policy, strategy=Strategy.BALANCED) if policy.strategy is Strategy.CASCADE else policy


def _as_good(other: Model, model: Model) -> bool:
    return other.id == model.id or (other.tier >= model.tier and other.quality >= model.quality - model.margin)


def _is_talk(model: Model, usage: Usage) -> bool:
    return bool(usage.output_tokens and usage.prompt_tokens and model.capabilities and not model.trade)


def _cost(choice: tuple[str, Price], usage: Usage, model: Model, cost: int) -> int:
    """The same tokens there; what stays where it was costs what it cost."""
    return cost if choice[0] == model.id else int(choice[1].cost(usage))


def _cold(usage: Usage) -> Usage:
    return Usage(
        input_tokens=usage.input_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_write_5m_tokens=usage.cache_write_5m_tokens + usage.cache_read_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
    )


def _rounded(tokens: int) -> int:
    """Up to a multiple of an eighth of its power of two.

    >>> [_rounded(tokens) for tokens in (0, 7, 1000, 1025)]
    [0, 7, 1024, 1152]
    """
    unit = 1 << max(0, tokens.bit_length() - 4)
    return -(-tokens // unit) * unit
