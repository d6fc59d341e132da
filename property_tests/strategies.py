"""What the laws are drawn over: small catalogues, plans, jobs and worlds. Money in nano-dollars, time in ms."""

from random import Random

from hypothesis import strategies as st

from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import NOTHING_WRITTEN, Price, Rate, Unknown, Writes
from tokenwise.faults import Fault
from tokenwise.machine.run import Choice, Job
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.plan import Plan, Step
from tokenwise.policy import Escalation, FreeModels, Policy, Strategy
from tokenwise.routing.bid import Need, writes_of
from tokenwise.routing.cascade import Cascade
from tokenwise.simulation.answers import RandomWorld
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount, Usage

amounts = st.integers(0, 2_000_000_000).map(Nanodollars)
token_numbers = st.integers(0, 200_000)


@st.composite
def usages(draw):
    output = draw(token_numbers)
    return Usage(
        input_tokens=draw(token_numbers),
        cache_read_tokens=draw(token_numbers),
        cache_write_tokens=draw(token_numbers),
        output_tokens=output,
        reasoning_tokens=draw(st.integers(0, output)),
        cache_write_5m_tokens=draw(token_numbers),
    )


@st.composite
def rates(draw, above=0):
    price = st.integers(0, 60_000_000_000).map(NanoPerMtok)
    write = draw(price)
    short = NanoPerMtok(draw(st.integers(0, write)))
    return Rate(draw(price), draw(price), draw(price), write, above, short)


@st.composite
def prices(draw):
    thresholds = draw(st.sets(st.integers(1, 300_000), max_size=2).map(sorted))
    return Price(tuple(draw(rates(above=above)) for above in (0, *thresholds)))


# Drawing costs more than most laws do: what is much alike is drawn at once, from a list of what it may be.
capabilities = st.sampled_from([one | other for one in Capability for other in Capability])
offered_capabilities = capabilities.map(lambda some: some | Capability.GENERAL)
features = st.sampled_from([Feature.NONE, Feature.TOOLS, Feature.IMAGES, Feature.TOOLS | Feature.IMAGES])


def listed_price(random):
    """Up to three rows, of amounts from nothing to 60 dollars per million."""

    def row(above):
        read, write, cached, kept = (
            NanoPerMtok(random.choice([0, 10**3, 10**6, 10**9, 10**10]) * random.randint(1, 6)) for _ in range(4)
        )
        return Rate(read, write, cached, kept, above, NanoPerMtok(random.randint(0, kept)))

    thresholds = sorted(random.sample(range(1, 300_000), random.choice([0, 0, 1, 2])))
    return Price(tuple(map(row, (0, *thresholds))))


LISTED = [listed_price(Random(seed)) for seed in range(96)]


@st.composite
def models(draw, name):
    sellers = draw(st.sampled_from([(), ("direct",), ("openrouter",), ("direct", "openrouter")]))
    known = st.sampled_from([*LISTED, *[Unknown()] * 32])
    return Model(
        id=name,
        tier=draw(st.sampled_from(list(Tier))),
        capabilities=draw(offered_capabilities),
        context_tokens=draw(st.sampled_from([2_000, 32_000, 200_000])),
        max_output_tokens=draw(st.sampled_from([50, 4_000, 64_000])),
        offers=tuple(Offer(seller, f"native-{name}", draw(known)) for seller in sellers),
        features=draw(features),
        quality=draw(st.sampled_from([0, 1200, 1300, 1400])),
    )


@st.composite
def catalogs(draw, least=1, most=8):
    size = draw(st.integers(least, most))
    # Some from one whose vendor bills no write to a cache that is not asked for.
    names = [f"{'vendor' if index < 3 else 'qwen'}/m{index}" for index in range(size)]
    return Catalog([draw(models(name)) for name in names])


@st.composite
def needs(draw):
    expected = draw(st.sampled_from([0, 10, 1_000, 30_000, 150_000]))
    longest = draw(st.sampled_from([1, 80, 1_000, 8_000]))
    return Need(
        capabilities=draw(capabilities),
        input=TokenCount(expected, expected * draw(st.integers(1, 4))),
        max_output_tokens=longest,
        output_tokens=draw(st.integers(0, longest)),
        difficulty=draw(st.sampled_from([0.0, 0.3, 0.5, 0.9])),
        features=draw(features),
        choices=draw(st.sampled_from([1, 1, 3])),
        unpriced=draw(st.sampled_from(["", "", "", "speed"])),
        writes=draw(st.sampled_from([NOTHING_WRITTEN, Writes(500, 10_000), Writes(minutes=2**40)])),
    )


policies = st.builds(
    Policy,
    strategy=st.sampled_from(Strategy),
    escalation=st.sampled_from(Escalation),
    max_attempts=st.integers(1, 6),
    max_retries=st.integers(0, 3),
    backoff_ms=st.integers(0, 1000),
    timeout_ms=st.integers(500, 10_000),
    deadline_ms=st.sampled_from([0, 0, 3_000, 20_000]),
    parallelism=st.integers(1, 4),
)


@st.composite
def plans(draw, most=6, asked=capabilities):
    size = draw(st.integers(1, most))
    names = [f"s{index}" for index in range(size)]
    return Plan(
        "a task",
        tuple(
            Step(
                id=name,
                description=f"do {name}",
                capabilities=draw(asked),
                after=tuple(draw(st.sets(st.sampled_from(names[:index]), max_size=3).map(sorted))) if index else (),
                difficulty=draw(st.sampled_from([0.1, 0.5, 0.9])),
                output_tokens=300,
                max_output_tokens=draw(st.sampled_from([200, 2_000])),
            )
            for index, name in enumerate(names)
        ),
    )


@st.composite
def jobs(draw, name="run", most_steps=6, asked=capabilities, lists=None):
    """Jobs that a planner could have made, and some that it never would: floors, choices, cascades are drawn freely."""
    plan, catalog = draw(plans(most_steps, asked)), draw(catalogs() if lists is None else lists)
    named = st.sampled_from([model.id for model in catalog.models])
    preferred = st.one_of(named, named, st.just(""))
    cascade = st.builds(Cascade, st.one_of(named, st.just("")), named, st.just(Nanodollars(0)))
    cascades = st.one_of(st.none(), cascade)
    floor = st.sampled_from([0, 100_000, 10_000_000]).map(Nanodollars)
    limit = draw(st.sampled_from([0, 1_000, 5_000_000, 200_000_000, 5_000_000_000]))
    return Job(
        id=name,
        plan=plan,
        choices=tuple(Choice(draw(preferred), Nanodollars(0), draw(floor), cascade=draw(cascades)) for _ in plan.steps),
        catalog=catalog,
        policy=draw(policies),
        limit=Nanodollars(limit),
        seed=draw(st.integers(0, 3)),
    )


@st.composite
def worlds(draw):
    """Fault patterns, not only single faults: a storm of one kind, a seller that is down, a mixture, fair weather."""
    faults = list(Fault)
    storm = st.sampled_from(faults).map(lambda fault: {fault: 700})
    mixture = st.dictionaries(st.sampled_from(faults), st.integers(10, 150), max_size=6)
    return RandomWorld(
        seed=draw(st.integers(0, 1_000_000)),
        rates_per_mille=draw(st.one_of(st.just({}), storm, mixture)),
        least_ms=draw(st.sampled_from([0, 100])),
        most_ms=draw(st.sampled_from([100, 4_000, 30_000])),
        outages=draw(st.sampled_from([frozenset(), frozenset({"direct"}), frozenset({"vendor/m0", "vendor/m1"})])),
    )


# Rivals: few prices and ratings, so that ties are common, and hardly any constraint, so that money decides.
FEW_PRICES = [NanoPerMtok(price) for price in (0, 100_000_000, 500_000_000, 3_000_000_000)]


def rival_price(random):
    """One row, or a second one above 2,000 input tokens that need not be dearer."""
    first, second, cached, kept, above, then = random.choices(FEW_PRICES, k=6)
    rows = Rate(first, second, cached, kept), Rate(above, then, cached, kept, 2_000)
    return Price(rows[: random.choice([1, 2])])


RIVAL_PRICES = [rival_price(Random(seed)) for seed in range(400)]
rival_prices = st.sampled_from(RIVAL_PRICES)


@st.composite
def rivals(draw, least=1, most=6):
    """A catalogue of models that are much alike."""
    able = Capability.GENERAL | Capability.CODE
    tools, effort = (Feature.TOOLS, Feature.TOOLS, Feature.NONE), (Feature.NONE, Feature.REASONING_EFFORT)

    def model(index):
        sellers = draw(st.sampled_from([("direct",), ("direct", "openrouter"), ("openrouter",), ("direct",), ()]))
        price = draw(st.sampled_from([*RIVAL_PRICES, *[Unknown()] * 80]))
        dearer = draw(st.one_of(st.just(price), rival_prices)) if len(sellers) > 1 else price
        return Model(
            id=f"vendor/m{index}",
            tier=draw(st.sampled_from(Tier)),
            capabilities=draw(st.sampled_from([able, able, able, Capability.GENERAL])),
            context_tokens=draw(st.sampled_from([100_000, 100_000, 3_000])),
            max_output_tokens=draw(st.sampled_from([150, 4_000])),
            offers=tuple(Offer(seller, f"m{index}", price if seller == sellers[0] else dearer) for seller in sellers),
            features=draw(st.sampled_from([one | other for one in tools for other in effort])),
            quality=draw(st.sampled_from([0, 1300, 1310, 1400])),
            trade=draw(st.sampled_from(["", "", "", "", "music"])),
            gratis=draw(st.sampled_from([False, False, True])),
        )

    return Catalog([model(index) for index in range(draw(st.integers(least, most)))])


@st.composite
def plain_needs(draw):
    """Needs that most rivals meet."""
    expected = draw(st.sampled_from([0, 10, 1_000, 2_900]))
    longest = draw(st.sampled_from([1, 80, 1_000, 8_000]))
    return Need(
        capabilities=draw(st.sampled_from([Capability.GENERAL, Capability.GENERAL, Capability.CODE])),
        input=TokenCount(expected, expected * draw(st.integers(1, 4))),
        max_output_tokens=longest,
        output_tokens=draw(st.integers(0, longest)),
        difficulty=draw(st.sampled_from([0.0, 0.5, 0.9])),
        features=draw(st.sampled_from([Feature.NONE, Feature.NONE, Feature.TOOLS])),
        choices=draw(st.sampled_from([1, 1, *range(2, 9)])),
        likely=draw(st.sampled_from([Capability(0), Capability(0), Capability.CODE, Capability.MATH])),
        open_ended=draw(st.booleans()),
    )


def _twin(tier, quality, prices, thinking, longest):
    read, written = NanoPerMtok(prices[0] // prices[3]), max(prices[0], prices[2])
    price = Price((Rate(prices[0], prices[1], read, written, cache_write_5m=prices[0]),))
    return Model(
        id="m",
        tier=tier,
        capabilities=Capability.GENERAL | Capability.CODE,
        context_tokens=100_000,
        max_output_tokens=longest,
        offers=(Offer("direct", "m", price),),
        features=Feature.TOOLS | (Feature.REASONING_EFFORT if thinking else Feature.NONE),
        quality=quality,
    )


_steps = st.sampled_from([0, 10, 20, 30, 40, 60, 80, 120]).map(lambda cents: NanoPerMtok(cents * 10**7))
twins = st.builds(
    _twin,
    st.sampled_from([Tier.BUDGET, Tier.BUDGET, Tier.MID, Tier.FLAGSHIP]),
    st.sampled_from([0, 1250, 1300, 1310, 1316, 1400]),
    st.tuples(_steps, _steps, _steps, st.sampled_from([1, 10, 10, 100])),
    st.booleans(),
    st.sampled_from([150, 4_000, 64_000, 64_000]),
)
"""Models without a constraint that differ by little: in number they make the lists on which a shortcut can be wrong."""

# Each goes straight to one model; CASCADE may ask another first, and has laws of its own.
STRAIGHT = [strategy for strategy in Strategy if strategy is not Strategy.CASCADE]

spending = st.builds(
    Policy,
    strategy=st.sampled_from(STRAIGHT),
    willingness_to_pay=st.sampled_from([0, 1_000_000, 1_000_000, 50_000_000]).map(Nanodollars),
    rating_band=st.sampled_from([0, 15, 15, 100]),
    min_output_tokens=st.sampled_from([1, 100]),
    free_models=st.sampled_from(FreeModels),
)


@st.composite
def telling_amounts(draw, need, catalog):
    """Amounts at which a decision may turn: some model's worst case, a nano more or less, or anything."""
    worst = [
        offer.price.worst(input_tokens=need.input.bound, output_tokens=length, writes=writes_of(model, need))
        for model in catalog.models
        for offer in model.offers[:1]
        if isinstance(offer.price, Price)
        for length in (need.max_output_tokens, model.max_output_tokens, min(100, need.max_output_tokens))
    ]
    near = st.sampled_from(worst or [0]).flatmap(lambda amount: st.integers(max(0, amount - 1), amount + 1))
    return Nanodollars(draw(st.one_of(near, near, st.integers(0, 40_000_000))))


@st.composite
def questions(draw):
    """What `route` is asked: a need, a catalogue, a policy and an amount of money."""
    need, catalog = draw(plain_needs()), draw(rivals())
    return need, catalog, draw(spending), draw(telling_amounts(need, catalog))
