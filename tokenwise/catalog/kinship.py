"""Where a model that nobody has judged yet belongs: its tier, its capabilities and a prior of its quality.

    the same model   sold under an addition to its name (`:free`)        everything as the known one has it
    a successor      the same words, another number (`gpt-6`)            everything as the nearest of its family has it
    a relative       the words of a family and more (`gpt-9-swift`),     as its family, at most the tier of its price
                     or a size where the family states none
    a stranger       nothing known of the name                           by its price, at most the middle tier, and by
                     the words of its name

A name is words, a version and a size: `qwen/qwen4-coder-480b` is qwen and coder, version 4, of 480 billion parameters.
Sizes more than twice apart are no family. No model is rated 0 for being new: one that nobody has rated counts as
the lower quarter of its tier, and one that has a family as its nearest relative.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog, Model, Rating
from tokenwise.catalog.prices import Price, Unknown
from tokenwise.traits import Capability, Feature, Tier

__all__ = ["Placing", "place", "tier_by_price"]

# USD per million tokens of a usual mix, three input to one output, in nano-dollars: as docs/catalogue.md states it.
_FLAGSHIP_BLEND: Final = 5_000_000_000
_MID_BLEND: Final = 1_000_000_000

_WORDS_OF_WORK: Final = {
    Capability.CODE: frozenset(["code", "coder", "codex", "codestral", "devstral", "starcoder", "swe"]),
    Capability.MATH: frozenset(["math", "mathstral", "prover"]),
    Capability.REASONING: frozenset(["thinking", "reasoning", "reasoner", "qwq"]),
}
# Additions that say how a model is packed or sold, not which it is.
_PACKING: Final = frozenset(
    ["instruct", "it", "chat", "latest", "preview", "exp", "experimental", "beta", "hf", "fp8", "v", "a", "b"]
)
_TOKEN: Final = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)*[a-z]*")
_SIZE: Final = re.compile(r"(?:[0-9]+x)?([0-9]+(?:\.[0-9]+)?)b")
_MOST_TIMES_LARGER: Final = 2


@frozen
class Placing:
    """What a new model is taken for, and by which rule."""

    tier: Tier
    capabilities: Capability
    quality: int
    why: str
    margin: int = 0
    ratings: tuple[Rating, ...] = ()


@frozen
class _Name:
    vendor: str
    words: frozenset[str]
    version: tuple[int, ...]
    size: float


def place(model_id: str, price: Price | Unknown, features: Feature, known: Catalog) -> Placing:
    """Where a model with this id, price and interface belongs beside those that are `known`."""
    plain = model_id.partition(":")[0]
    if plain in known and not known[plain].named_only:
        return _as(known[plain], f"the same model as {plain}", known)
    name = _read(plain)
    family = [(kin, _read(kin.id)) for kin in known.models if kin.capabilities and not kin.named_only]
    relatives = [(kin, other) for kin, other in family if other.vendor == name.vendor and _alike(name, other)]
    if same := [pair for pair in relatives if pair[1].words == name.words and bool(pair[1].size) == bool(name.size)]:
        return _successor(name, same, known)
    by_price, named = tier_by_price(price), _named_work(name.words)
    if wider := [(kin, other) for kin, other in relatives if other.words and other.words <= name.words]:
        most = max(len(other.words) for _, other in wider)
        kin = _nearest(name, [(kin, other) for kin, other in wider if len(other.words) == most])
        tier, why = min(kin.tier, by_price), f"related to {kin.id}; its price says {by_price.name.lower()}"
        like = _as(kin, why, known) if tier is kin.tier else Placing(tier, kin.capabilities, _usual(tier, known), why)
        return evolve(like, capabilities=kin.capabilities | named)
    tier = min(by_price, Tier.MID)  # that somebody asks much for it makes no stranger as good as the best
    able = Capability.GENERAL | named | _by_interface(features, tier)
    return Placing(tier, able, _usual(tier, known), f"by its price ({tier.name.lower()}) and its name")


def _successor(name: _Name, same: Sequence[tuple[Model, _Name]], known: Catalog) -> Placing:
    """As the nearest of its family; one that is older than all of them is not taken to be as good."""
    kin = _nearest(name, same)
    placing = _as(kin, f"of the family of {kin.id}, its nearest by version", known)
    if min(other.version for _, other in same) <= name.version:
        return placing
    usual = _usual(kin.tier, known)
    return evolve(placing, quality=usual, margin=0, ratings=()) if usual < placing.quality else placing


def tier_by_price(price: Price | Unknown) -> Tier:
    """The tier of a model that nobody has rated. One without a price is put in the middle, where it harms least."""
    if isinstance(price, Unknown):
        return Tier.MID
    rate = price.rates[0]
    blend = (3 * rate.input + rate.output) // 4
    return Tier.FLAGSHIP if blend >= _FLAGSHIP_BLEND else Tier.MID if blend >= _MID_BLEND else Tier.BUDGET


def _as(kin: Model, why: str, known: Catalog) -> Placing:
    quality = kin.quality or _usual(kin.tier, known)
    return Placing(kin.tier, kin.capabilities, quality, why, kin.margin, kin.ratings)


def _read(model_id: str) -> _Name:
    vendor, _, rest = model_id.lower().partition("/")
    words, version, size = set[str](), list[int](), 0.0
    for part in re.split(r"[-_/ ]+", rest):
        if sized := _SIZE.fullmatch(part):
            size = max(size, float(sized[1]))
            continue
        if re.fullmatch(r"a[0-9.]+b|[0-9]{4,}|x[0-9]+", part):
            continue  # active parameters, a date
        for token in _TOKEN.findall(part):
            if token.isalpha():
                words.add(token)
            else:
                number = re.match(r"[0-9.]+", token)
                version += [int(digits) for digits in number[0].split(".") if digits] if number else []
                words |= set(re.findall(r"[a-z]+", token))
    return _Name(vendor, frozenset(words - _PACKING), tuple(version), size)


def _alike(a: _Name, b: _Name) -> bool:
    """Whether the two may be of one family, as far as sizes go; a size that is not stated speaks against nothing."""
    if not a.size or not b.size:
        return True
    return max(a.size, b.size) <= _MOST_TIMES_LARGER * min(a.size, b.size)


def _nearest(name: _Name, kin: Iterable[tuple[Model, _Name]]) -> Model:
    """The newest that is not newer, else the oldest; of several the nearest in size, then the first by id."""
    pairs = sorted(kin, key=lambda pair: (abs(pair[1].size - name.size), pair[0].id))
    before = [pair for pair in pairs if pair[1].version <= name.version]
    if before:
        return max(before, key=lambda pair: pair[1].version)[0]
    return min(pairs, key=lambda pair: pair[1].version)[0]


def _named_work(words: frozenset[str]) -> Capability:
    found = Capability(0)
    for capability, telling in _WORDS_OF_WORK.items():
        if telling & words:
            found |= capability
    return found


def _by_interface(features: Feature, tier: Tier) -> Capability:
    """An interface that reasons; above the budget tier such a model is trusted with code and mathematics too."""
    if Feature.REASONING_EFFORT not in features:
        return Capability(0)
    return Capability.REASONING if tier is Tier.BUDGET else Capability.REASONING | Capability.CODE | Capability.MATH


def _usual(tier: Tier, known: Catalog) -> int:
    """The rating at the lower quarter of a tier; 0 only where nobody in it is rated."""
    kin = (model for model in known.models if model.tier is tier and not model.named_only)
    rated = sorted(model.quality for model in kin if model.quality)
    return rated[len(rated) // 4] if rated else 0
