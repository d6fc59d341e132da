"""A small catalogue, a few plans and replies, for tests of the core that a person can check by hand.

Prices in USD per million tokens, input / output: mini 1 / 2, mid 3 / 9, big 5 / 25. All do code except `poet`.
"""

from attrs import evolve

from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.machine.run import Choice, Job
from tokenwise.money import Nanodollars, NanoPerMtok, parse_usd
from tokenwise.plan import Plan, Step
from tokenwise.policy import Policy
from tokenwise.routing.cascade import Cascade
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.simulation.answers import Answer
from tokenwise.traits import Capability, Tier
from tokenwise.usage import Usage


def price(input_usd, output_usd):
    usd = 10**9
    return Price(
        (
            Rate(
                NanoPerMtok(input_usd * usd),
                NanoPerMtok(output_usd * usd),
                NanoPerMtok(input_usd * usd // 10),
                NanoPerMtok(input_usd * usd),
            ),
        )
    )


def model(name, tier, input_usd, output_usd, *, does=Capability.GENERAL | Capability.CODE, sellers=("direct",), **more):
    offers = tuple(Offer(seller, name, price(input_usd, output_usd)) for seller in sellers)
    room = {"context_tokens": 100_000, "max_output_tokens": 8_000, "quality": 1300 + 100 * tier, **more}
    return Model(id=name, tier=tier, capabilities=does, offers=offers, **room)


MINI = model("mini", Tier.BUDGET, 1, 2, sellers=("direct", "openrouter"))
MID = model("mid", Tier.MID, 3, 9)
BIG = model("big", Tier.FLAGSHIP, 5, 25)
POET = model("poet", Tier.FLAGSHIP, 4, 20, does=Capability.GENERAL)
CATALOG = Catalog([MINI, MID, BIG, POET])
TINY = model("tiny", Tier.BUDGET, 1, 1)


def step(name, *after, does=Capability.CODE, cap=500, **more):
    return Step(name, f"Do {name}.", does, after, max_output_tokens=cap, output_tokens=200, **more)


def job(*steps, limit="0.10", models=(), floors=(), policy=None, catalog=CATALOG):
    plan = Plan("The task.", steps)
    names = models or ("mini",) * len(steps)
    least = floors or (0,) * len(steps)
    choices = tuple(Choice(name, Nanodollars(0), Nanodollars(floor)) for name, floor in zip(names, least, strict=True))
    return Job(id="run", plan=plan, choices=choices, catalog=catalog, policy=policy or Policy(), limit=parse_usd(limit))


def cascading(second="tiny", strong="big", *, limit="0.10", kept=14_500_000, **more):
    """A step that asks `mini` first, `tiny` (the same prices, half for output) beside it, and `big` in the end."""
    made = job(step("answer", **more), limit=limit, catalog=CATALOG.merged([TINY]))
    return evolve(made, choices=(evolve(made.choices[0], cascade=Cascade(second, strong, Nanodollars(kept))),))


def agreeing(text, *, agrees=True):
    answer = ok(text=text)
    return evolve(answer, outcome=evolve(answer.outcome, agrees=agrees))


def ok(after_ms=1000, *, input_tokens=60, output_tokens=200, text="A good answer."):
    return Answer(
        after_ms, Reply(text, FinishReason.STOP, Usage(input_tokens=input_tokens, output_tokens=output_tokens))
    )


def fails(fault, after_ms=300, **more):
    return Answer(after_ms, Failure(fault, **more))


def empty(after_ms=800):
    return Answer(after_ms, Reply("", FinishReason.STOP, Usage(input_tokens=60, output_tokens=1)))
