"""The knobs: how to spend, how far to escalate, how long to try. All fixed before a run; none read from anywhere."""

import enum
from functools import cached_property

from attrs import field, frozen
from attrs.validators import and_, ge, gt, in_, le

from tokenwise.ids import fingerprint, real
from tokenwise.money import Nanodollars
from tokenwise.traits import Capability, Tier

__all__ = ["AcceptRates", "Calibration", "Cascading", "Escalation", "FreeModels", "Policy", "Strategy", "Streams"]


class Strategy(enum.Enum):
    """Which capable model to prefer while the money lasts.

    - CHEAPEST: the lowest worst-case cost of this very request.
    - BALANCED: the tier that suits the difficulty, and the cheapest in it.
    - BEST_QUALITY: the strongest tier, and the best rated in it.
    - BUDGET_CONSTRAINED: the strongest tier that the budget can pay, and the cheapest in it.
    - CASCADE: as BALANCED, but where that is not a budget model and it pays, cheap answers first (`routing.cascade`).
    """

    CHEAPEST = "cheapest"
    BALANCED = "balanced"
    BEST_QUALITY = "best_quality"
    BUDGET_CONSTRAINED = "budget_constrained"
    CASCADE = "cascade"

    @property
    def by_difficulty(self) -> bool:
        """Whether the difficulty says which tier a request deserves."""
        return self in (Strategy.BALANCED, Strategy.CASCADE)


class Escalation(enum.Enum):
    """Which models come after one whose *answer* could not be used. None ever leads below the tier a step set out from.

    A fault of the seat (429, 5xx, no connection) leads sideways first under each of them: see `routing.ladder`.

    - STEPWISE: the next stronger tier, then the one above it.
    - STRONGEST_FIRST: the flagship tier at once, then what lies between.
    - SAME_TIER_FIRST: other models of the same tier, then the tiers above.
    """

    STEPWISE = "stepwise"
    STRONGEST_FIRST = "strongest_first"
    SAME_TIER_FIRST = "same_tier_first"


class FreeModels(enum.Enum):
    """Whether models may be chosen that a host gives away. It may limit their rate at any time, and keep the prompts.

    - NEVER: only where the request names one.
    - FALLBACK: where nothing that is paid for will do.
    - PREFER: before all that is paid for.
    """

    NEVER = "never"
    FALLBACK = "fallback"
    PREFER = "prefer"


class Streams(enum.Enum):
    """What a cascade does where the caller wants to read along.

    - STRAIGHT: nothing: the request goes straight to the stronger model, whose output can leave at once.
    - WAIT: cheap answers are kept back until one is accepted, so the first words come late.
    """

    STRAIGHT = "straight"
    WAIT = "wait"


_SHARE = and_(ge(0.0), le(1.0))


@frozen(kw_only=True)
class AcceptRates:
    """How often two cheap answers will agree, by what a request needs, and how often one passes a `check`. 0 to 1.

    A forecast, and an assumption until somebody measures their own. Of pairs of models that cost at most half of the
    strong one, the middle one agrees on 0.80 of GSM8K, 0.46 of CRUX and 0.17 of MATH at its hardest (the middle half:
    0.71 to 0.87, 0.40 to 0.56, 0.12 to 0.23); nobody measured reasoning, checks or prose here, and prose of two models
    is never the same.
    """

    general: float = field(default=0.0, converter=real, validator=_SHARE)
    code: float = field(default=0.5, converter=real, validator=_SHARE)
    math: float = field(default=0.7, converter=real, validator=_SHARE)
    reasoning: float = field(default=0.5, converter=real, validator=_SHARE)
    check: float = field(default=0.7, converter=real, validator=_SHARE)

    @staticmethod
    def kinds() -> tuple[str, ...]:
        """The kinds of requests that have a rate each."""
        return ("general", "code", "math", "reasoning")

    def of(self, capabilities: Capability) -> float:
        """The forecast for a request that needs these: the lowest of theirs."""
        return min((getattr(self, name) for name in capabilities.names), default=self.general)


@frozen(kw_only=True)
class Cascading:
    """How CASCADE goes about it.

    With `agree` 2 a first answer that nothing checks is accepted where a second one of another model agrees with it;
    with 1, wherever nothing speaks against it. A cascade that is not expected to save `least_saving` of the cost of
    going straight up (0 to 1) is declined. `first`, `second` and `strong` name models; "" leaves each to the catalogue.
    """

    agree: int = field(default=2, validator=in_((1, 2)))
    accept_rate: AcceptRates = AcceptRates()
    # Two calls take twice as long as one, and a forecast may be off by some points.
    least_saving: float = field(default=0.1, converter=real, validator=_SHARE)
    first: str = ""
    second: str = ""
    strong: str = ""
    streams: Streams = Streams.STRAIGHT


@frozen(kw_only=True)
class Calibration:
    """Weights in log-odds by which a deployment judges difficulty, learned from its own outcomes (`calibration`).

    `weights` are by the names of `scenario.numbers.NUMBERS`.
    """

    intercept: float = field(default=0.0, converter=real)
    weights: tuple[tuple[str, float], ...] = ()


@frozen(kw_only=True)
class Policy:
    """Everything a run may decide by, besides the catalogue and the money.

    A provider that asks for a longer pause than `max_backoff_ms` is not waited for: the step goes on elsewhere.
    A step makes at most `max_attempts` calls, all within `deadline_ms` of the run's start (0: no deadline). Of these
    `max_seat_faults` may be lost to sellers that fail, at most `max_retries` of them in a row at the same place, and
    `max_answer_faults` may bring answers that cannot be used: two broken sellers do not use up the climb.
    """

    strategy: Strategy = Strategy.BALANCED
    escalation: Escalation = Escalation.STEPWISE
    free_models: FreeModels = FreeModels.NEVER
    # Below this many tokens a cut-off answer is seldom worth its price.
    min_output_tokens: int = field(default=100, validator=ge(1))
    # What is sent where the caller names no cap. Providers' own defaults reach 128k tokens, which no budget expects.
    default_output_tokens: int = field(default=4096, validator=ge(1))
    # Of what its budgets have left, a request that asked for no length holds at most one part in this many (1: all).
    # Four takers leave a third of the money for others; with eight, caps are short long before the money is.
    fair_share: int = field(default=4, validator=ge(1))
    max_attempts: int = field(default=12, validator=ge(1))
    # Two sellers of one model asked three times each, and two of its equals beside them.
    max_seat_faults: int = field(default=8, validator=ge(1))
    # Every tier once, and one equal: who is wrong four times is asked the wrong question.
    max_answer_faults: int = field(default=4, validator=ge(1))
    max_retries: int = field(default=2, validator=ge(0))
    backoff_ms: int = field(default=500, validator=ge(0))
    max_backoff_ms: int = field(default=30_000, validator=ge(0))
    timeout_ms: int = field(default=120_000, validator=gt(0))
    deadline_ms: int = field(default=0, validator=ge(0))
    parallelism: int = field(default=8, validator=ge(1))
    # Difficulty from which BALANCED takes a mid-tier model, and from which a flagship.
    mid_from: float = field(default=0.35, validator=ge(0.0))
    flagship_from: float = field(default=0.7, validator=ge(0.0))
    # What BALANCED pays for a point of expected quality. A hundred points are an answer that will do in place of one
    # that will not, and ten cents are ten seconds of somebody who notices and asks again (see docs/planner.md).
    willingness_to_pay: Nanodollars = field(default=Nanodollars(1_000_000), validator=ge(Nanodollars(0)))
    # Ratings that differ by less are as good as each other. The rating's own 95 % intervals are about ten points to
    # either side, and those of a difference half as much again.
    rating_band: int = field(default=15, validator=ge(0))
    cascade: Cascading = Cascading()
    calibration: Calibration | None = None

    def tier_for(self, difficulty: float) -> Tier:
        """The tier that suits a difficulty between 0 and 1."""
        if difficulty >= self.flagship_from:
            return Tier.FLAGSHIP
        return Tier.MID if difficulty >= self.mid_from else Tier.BUDGET

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits that two policies share exactly when their knobs are equal (see `ids.fingerprint`)."""
        return fingerprint(self)
