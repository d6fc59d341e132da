"""Every way to answer a request: each model with its own cap, or with two or four times as much room.

Room beyond one cap is offered only where nobody stated a length and the answer needs it: to models that think before
they speak, whose thoughts are output too, and for hard requests. What a serving is worth is `routing.worth`'s to say;
here it is brought down to plain numbers, because a plan of fifty steps over four hundred models has thirty thousand.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tokenwise.catalog.models import Model
from tokenwise.catalog.prices import NOTHING_WRITTEN, Price
from tokenwise.money import Nanodollars, round_up
from tokenwise.policy import Policy
from tokenwise.routing.bid import Need, input_bound, writes_of
from tokenwise.routing.worth import (
    cost_of_half_the_room,
    lacking,
    likely_output,
    merit,
    outlook,
    strength,
    thinks,
    wanted_room,
)

__all__ = ["MORE_ROOM", "Serving", "by_worth", "longest", "rooms", "servings"]

MORE_ROOM: Final = (2, 4)
"""How many times its own cap an answer may be given beside that cap."""


class Serving(NamedTuple):
    """A model with so much room, and what that is worth (`routing.worth`). Tuples, since most live for a moment.

    Their order is that of cost, then of worth, then of what decides between equals: the stronger one, the first name.
    """

    worst: Nanodollars
    less_worth: int
    weakness: int
    model_id: str
    max_output_tokens: int
    model: Model

    @property
    def worth(self) -> int:
        """In token-nanos (10^-15 dollars)."""
        return -self.less_worth


def by_worth(serving: Serving) -> tuple[int, int, int, str, int]:
    """The order in which one request is served: most worth first, then the least it may cost, then as servings do."""
    return serving[1], serving[0], serving[2], serving[3], serving[4]


def servings(
    need: Need, rated: Iterable[tuple[Model, int]], policy: Policy, *, wider: bool, penalty: int = 0
) -> Iterator[Serving]:
    """The servings of these models, each of which must be able and comes with the rating of its band.

    `wider` says whether there may be more room than one cap; `penalty` is taken off the worth of each.
    """
    cramped = cost_of_half_the_room(need, policy)
    # What depends on a model only by its tier and rating, or by whether it thinks, is worked out once for all of those.
    merits: dict[tuple[int, int, int, str], int] = {}
    work = need.work
    habits = [(likely_output(need, thinks=some), wanted_room(need, policy, thinks=some)) for some in (False, True)]
    read, choices, asked = need.input.expected, need.choices, need.max_output_tokens
    plain = not need.known and need.writes is NOTHING_WRITTEN and need.horizon is None
    for model, band in rated:
        strong = strength(model, work)
        kind = (model.tier, strong, band, "" if plain else model.id)
        if kind not in merits:
            merits[kind] = merit(model, need, policy, band) - penalty
        likely, wanted = habits[thinks(model)]
        price = model.price
        assert isinstance(price, Price)  # only priced models are able
        bound = input_bound(model, need)
        rows, writes = price.rates_within(bound), writes_of(model, need)
        one_row = len(rows) == 1  # nearly always
        rate, less_merit, most = rows[0] if one_row else price.rate_at(read), -merits[kind], longest(model, need)
        dearest = rate.worst_input(bound, writes) if one_row else 0
        for room in rooms(asked, most, wanted, wider=wider) if wider else (min(asked, most) if asked else 0,):
            if plain:
                less = less_merit + read * rate.input + min(room, likely) * choices * rate.output
            else:
                less = less_merit + outlook(model, need, room)
            if room < wanted:
                less += lacking(room, wanted) * cramped
            if one_row:
                worst = Nanodollars(round_up(dearest + room * choices * rate.output) + price.per_request)
            else:
                worst = price.worst(input_tokens=bound, output_tokens=room * choices, writes=writes)
            yield Serving(worst, less, -strong, model.id, room, model)


def longest(model: Model, need: Need) -> int:
    """The longest answer that the model and its window allow, in tokens, whatever was asked for."""
    return min(model.max_output_tokens, model.context_tokens - need.input.expected)


def rooms(asked: int, longest: int, wanted: int, *, wider: bool) -> list[int]:
    """The caps under which a model can be asked: one that cannot say more stands once, with what it can say.

    >>> rooms(1_000, 8_000, 1_800, wider=True), rooms(1_000, 700, 1_800, wider=True)
    ([1000, 2000], [700])
    """
    if not asked:  # embeddings
        return [0]
    found = [min(asked, longest)]
    for times in MORE_ROOM if wider else ():
        room = times * asked
        if room > longest or room // 2 >= wanted:
            break
        found.append(room)
    return found
