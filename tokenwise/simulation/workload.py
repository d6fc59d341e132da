"""What is asked of a simulation: requests and plans with their arrivals, and the variants that are compared on them.

A request says what it needs as numbers; its words, if it had any, have been read by `asked_in_words` and dropped. Which
model gets it is decided by `route` and `assign`, as everywhere: `admit` only carries their answers into a `Job`.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from attrs import evolve, field, frozen
from attrs.validators import ge, le, min_len, optional

from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import NOTHING_WRITTEN, Writes
from tokenwise.machine.opinions import choice_of
from tokenwise.machine.run import Job
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.planner.assignment import Assigned, Unassignable, assign
from tokenwise.policy import Policy
from tokenwise.prompt import Message
from tokenwise.routing.bid import Need
from tokenwise.routing.choosing import Refused, Routed, route
from tokenwise.routing.request import Wishes, expected_output, read_request
from tokenwise.traits import Capability, Feature
from tokenwise.usage import TokenCount

__all__ = [
    "REQUEST",
    "Allowance",
    "Asked",
    "Recorded",
    "Variant",
    "admit",
    "asked_in_words",
    "assign_all",
    "decide",
    "job_of",
    "limit_of",
    "need_of",
    "planned",
]

_ANSWER: Final = Step("answer", "the request as it came")
REQUEST: Final = Plan(_ANSWER.description, (_ANSWER,))
"""The plan that every request is: one step, without checks, since its answer is passed on as it comes."""

_NOTHING: Final = Nanodollars(0)
_EMPTY: Final = TokenCount(0, 0)
_USUAL: Final = Policy()
_NO_KIND: Final = Capability(0)


@frozen
class Recorded:
    """What one model once made of a request: how good (in thousandths), and how long, None where nobody counted.

    `output_tokens` are all that it billed, thoughts included. `answer` stands for what it said: two models agree where
    theirs are equal and not "".
    """

    quality: int = field(validator=[ge(0), le(1000)])
    output_tokens: int | None = None
    answer: str = ""


@frozen(kw_only=True)
class Asked:
    """One request or plan of a workload. Times are virtual ms from the workload's beginning.

    `output_tokens` is how long the answer really gets, whoever gives it (None: as expected of its difficulty, give or
    take what the world draws); who thinks bills the thoughts beside it. `limit` replaces the variant's. `judged` where
    the caller checks answers, as plans do; `guessed` where its capabilities were read off its words, so that they order
    models and exclude none; `streamed` where the first token reaches a client, after which nobody else can be asked.
    `outcomes` are recorded answers by model id. `tags` and `marks` are what limits hold it by besides its key and its
    model. Requests of one `session` continue each other: so many `prefix_tokens` of what was sent before begin this one
    too (None: all that there is room for), and it is marked to be kept for five minutes. Plans have none.
    """

    id: str = field(validator=min_len(1))
    at_ms: int = field(default=0, validator=ge(0))
    key: str = ""
    labels: tuple[str, ...] = ()
    input: TokenCount = _EMPTY
    capabilities: Capability = Capability.GENERAL
    guessed: bool = False
    difficulty: float = field(default=0.5, validator=[ge(0.0), le(1.0)])
    max_output_tokens: int | None = None
    output_tokens: int | None = None
    features: Feature = Feature.NONE
    model: str = ""
    limit: Nanodollars | None = None
    plan: Plan | None = None
    judged: bool = False
    streamed: bool = False
    outcomes: Mapping[str, Recorded] = field(factory=dict)
    tags: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    session: str = ""
    prefix_tokens: int | None = field(default=None, validator=optional(ge(0)))

    @property
    def prefix(self) -> int:
        """How many of its expected tokens may be those of its session's requests before, at most."""
        expected = self.input.expected
        return expected if self.prefix_tokens is None else min(expected, self.prefix_tokens)


@frozen
class Allowance:
    """A shared budget: `limit` per window, for everybody together, or for each key by itself where `per_key`.

    `key` restricts it to one key; "" is every key.
    """

    name: str = field(validator=min_len(1))
    limit: Nanodollars = field(validator=ge(_NOTHING))
    window_ms: int = field(default=0, validator=ge(0))
    per_key: bool = False
    key: str = ""

    @property
    def limit_of_runs(self) -> Limit:
        """The same as runs are held to it."""
        window = self.window_ms or Window.TOTAL
        return Limit(self.limit, window, self.key or None, each="key" if self.per_key else None, name=self.name)


@frozen(kw_only=True)
class Variant:
    """One way of deciding, by name: a policy, the limit of each request or plan, and the budgets they share.

    Windows of `limits` are those of the calendar (`Setting.calendar`); nobody raises one that pauses.
    """

    name: str = field(validator=min_len(1))
    policy: Policy = _USUAL
    limit: Nanodollars = field(default=Nanodollars(1_000_000_000), validator=ge(_NOTHING))
    best_effort: bool = False
    allowances: tuple[Allowance, ...] = ()
    limits: tuple[Limit, ...] = ()

    @cached_property
    def shares_money(self) -> bool:
        """Whether what one request spends may keep another from being answered."""
        return bool(self.allowances or self.limits)


def asked_in_words(asked: Asked, prompt: str | Sequence[Message], wishes: Wishes | None = None) -> Asked:
    """The same request with what its words need: detected capabilities and difficulty, and counted tokens.

    Stated capabilities in `wishes` replace the detected ones.
    """
    request = read_request(prompt, _USUAL, wishes)
    return evolve(
        asked,
        input=request.need.input,
        capabilities=request.need.wanted,
        guessed=bool(request.need.likely),
        difficulty=request.need.difficulty,
    )


def need_of(asked: Asked, policy: Policy) -> Need:
    """What a request needs under a policy, which says how long an answer may be where the caller does not."""
    longest = asked.max_output_tokens or policy.default_output_tokens
    return Need(
        _NO_KIND if asked.guessed else asked.capabilities,
        asked.input,
        max_output_tokens=longest,
        output_tokens=min(longest, expected_output(asked.difficulty)),
        difficulty=asked.difficulty,
        features=asked.features,
        model=asked.model,
        likely=asked.capabilities if asked.guessed else _NO_KIND,
        streamed=asked.streamed,
        open_ended=not asked.max_output_tokens,
        writes=Writes(minutes=asked.input.bound) if asked.session else NOTHING_WRITTEN,
    )


def limit_of(asked: Asked, variant: Variant) -> Nanodollars:
    """What this request or plan may cost at most."""
    return variant.limit if asked.limit is None else asked.limit


def decide(asked: Asked, need: Need, variant: Variant, catalog: Catalog) -> Routed | Refused:
    """Which model gets a request that needs this."""
    limit = limit_of(asked, variant)
    return route(need, catalog, variant.policy, limit, best_effort=variant.best_effort)


def admit(asked: Asked, variant: Variant, catalog: Catalog, *, seed: int = 0) -> Job | Refused | Unassignable:
    """The job for a request or a plan, or why there is none. `seed` is for the jitter of retries."""
    if asked.plan:
        assigned = assign_all(asked, asked.plan, variant, catalog)
        return planned(asked, asked.plan, assigned, variant, catalog, seed)
    need = need_of(asked, variant.policy)
    routed = decide(asked, need, variant, catalog)
    return routed if isinstance(routed, Refused) else job_of(asked, need, routed, variant, catalog, seed)


def job_of(asked: Asked, need: Need, routed: Routed, variant: Variant, catalog: Catalog, seed: int) -> Job:
    """The job for a request that has been decided."""
    return Job(
        id=asked.id,
        plan=REQUEST,
        choices=(choice_of(routed),),
        catalog=catalog,
        policy=variant.policy,
        limit=limit_of(asked, variant),
        seed=seed,
        request=need,
        judged=asked.judged,
    )


def assign_all(asked: Asked, plan: Plan, variant: Variant, catalog: Catalog) -> Assigned | Unassignable:
    """Which models get the steps of a plan."""
    return assign(plan, catalog, variant.policy, limit_of(asked, variant))


def planned(
    asked: Asked, plan: Plan, assigned: Assigned | Unassignable, variant: Variant, catalog: Catalog, seed: int
) -> Job | Unassignable:
    """The job for a plan that has been assigned."""
    if not isinstance(assigned, Assigned):
        return assigned
    return Job(
        id=asked.id,
        plan=plan,
        choices=assigned.choices,
        catalog=catalog,
        policy=variant.policy,
        limit=limit_of(asked, variant),
        seed=seed,
    )
