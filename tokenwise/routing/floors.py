"""The least that any answer to a request can be held for, without a look at every model.

A worst case is linear in the bound of the input. So of the models that are able, those that are nowhere the cheapest
are left out once (lazily, kept with the catalogue), and a request looks at the few on the lower envelope; and at those
whose price depends on the length of the input, one by one.
"""

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from attrs import frozen

from tokenwise.catalog.attachments import NOTHING_ATTACHED
from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import NOTHING_WRITTEN, Price
from tokenwise.money import Nanodollars, round_up
from tokenwise.policy import Policy
from tokenwise.routing.bid import Need, make_bid
from tokenwise.routing.shortlist import able, listing_key
from tokenwise.traits import Tier

__all__ = ["floor_of", "is_plain"]


class _Line(NamedTuple):
    """One model's worst case, in nano-dollars per million tokens: so much for each token of the bound, and the rest."""

    each: int
    rest: int


@frozen
class _Envelope:
    lines: tuple[_Line, ...]
    odd: tuple[Model, ...]


def is_plain(need: Need) -> bool:
    """Whether all models are held the same bound against, and nothing but tokens is paid."""
    special = need.model or need.known or need.counted or need.surcharge or need.tier or need.hosted or need.unpriced
    return not special and need.attachments is NOTHING_ATTACHED and need.writes is NOTHING_WRITTEN


def floor_of(need: Need, catalog: Catalog, policy: Policy, *, output_tokens: int, upto: Tier) -> Nanodollars | None:
    """The least worst case of a plain need among the able models of these tiers, with so many tokens for each choice.

    As many as every able model can write. None where nobody is able.
    """
    written = output_tokens * need.choices
    listing = listing_key(need, catalog, policy, need.capabilities._value_)
    key = ("floor", written, upto, not need.max_output_tokens, listing)
    envelope = catalog.worked_out.of(key, partial(_envelope, need, catalog, policy, written, upto))
    bound = need.input.bound
    amounts = [make_bid(model, model.offers[0], need, output_tokens=output_tokens).amount for model in envelope.odd]
    if envelope.lines:
        amounts.append(round_up(min([bound * each + rest for each, rest in envelope.lines])))
    return min(amounts, default=None)


def _envelope(need: Need, catalog: Catalog, policy: Policy, written: int, upto: Tier) -> _Envelope:
    models = [model for model in able(need, catalog, policy) if model.tier <= upto]
    lines = _lowest(_line(model, need, written) for model in models if not _is_odd(model))
    # What it costs above a threshold comes on top of its first row, by which most of them are beaten already.
    odd = [
        model for model in models if _is_odd(model) and (line := _line(model, need, written)) in _lowest((*lines, line))
    ]
    return _Envelope(tuple(lines), tuple(odd))


def _is_odd(model: Model) -> bool:
    return isinstance(model.price, Price) and len(model.price.rates) > 1


def _line(model: Model, need: Need, written: int) -> _Line:
    assert isinstance(model.price, Price)  # only priced models are able
    rate = model.price.rates[0]
    each = model.list_input(rate)
    said_before = model.template_tokens if need.max_output_tokens else 0
    return _Line(each, each * said_before + written * rate.output + model.price.per_request * 1_000_000)


def _lowest(lines: Iterable[_Line]) -> list[_Line]:
    """Those that are the lowest somewhere from 0 on, the steepest first."""
    kept: list[_Line] = []
    for line in sorted(lines, key=lambda line: (line.rest, line.each)):
        if kept and line.each >= kept[-1].each:
            continue
        while len(kept) > 1 and _is_above(kept[-2], kept[-1], line):
            kept.pop()
        kept.append(line)
    return kept


def _is_above(a: _Line, b: _Line, c: _Line) -> bool:
    """Whether c is below a already where b gets to be: then b is nowhere the lowest."""
    return (c.rest - a.rest) * (a.each - b.each) <= (b.rest - a.rest) * (a.each - c.each)
