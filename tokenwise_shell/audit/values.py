"""What of a foreign row may go on: names that only identify, times, amounts, digests, counts."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from hashlib import blake2b
from typing import Final

import orjson

from tokenwise.catalog.models import Catalog
from tokenwise.money import MAX_USD, Nanodollars
from tokenwise.policy import Policy
from tokenwise.routing.request import read_request
from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, text
from tokenwise_shell.providers.names import catalog_ids

__all__ = [
    "at_ms",
    "difficulty_of",
    "digest",
    "dollars",
    "duly",
    "first_count",
    "first_of",
    "inner",
    "model_name",
    "resolver",
    "safe_name",
    "said_last",
]

_MACHINES: Final = re.compile(r"[0-9a-f]{8,64}|[0-9a-f]{8}(?:-[0-9a-f]{2,16}){1,8}|gen-[0-9]{8,12}-[0-9A-Za-z]{8,32}")
_MODEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,79}(?:\[[0-9]+[mk]\])?")
# What keys of vendors and gateways begin with, and whatever is as long and as wild as a key.
_SECRET: Final = re.compile(r"(?i)(?:^|[/:])(?:sk|pk|rk|tw|gh[po]|xox|akia|aiza)[-_]|[A-Za-z0-9+]{28,}")
_EARLIEST_MS: Final = 1_420_070_400_000  # 2015: no model that is priced by tokens is older
_LATEST_MS: Final = 4_102_444_800_000  # 2100
_NANO: Final = 10**9
_SHORT_TEXT: Final = 2_000


def safe_name(value: object) -> str:
    """An identifier as it may be shown: as it is where a machine made it, else by a digest that is equal for equals.

    >>> safe_name("0197f3ab-12cd"), safe_name("anna@example.org"), safe_name("")
    ('0197f3ab-12cd', '~fa4cf1a9b8e5', '')
    """
    name = value if isinstance(value, str) else ""
    if not name:
        return ""
    if _MACHINES.fullmatch(name):
        return name
    return f"~{blake2b(name.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"


def model_name(value: object) -> str:
    """The name of a model as it may be shown; one that is no name, or may be a key, by its digest."""
    name = text(value).strip()
    return name if not name or (_MODEL.fullmatch(name) and not _SECRET.search(name)) else safe_name(f"model {name}")


def digest(*values: object) -> str:
    """Equal for equal values, and nothing else can be learned from it."""
    raw = orjson.dumps(values, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return blake2b(raw, digest_size=8).hexdigest()


def at_ms(value: object) -> int | None:
    """A time as Unix milliseconds: a text of ISO 8601, UTC where it names no zone, or seconds, ms, µs or ns since 1970.

    >>> at_ms("2026-11-21 20:15:53.123000"), at_ms("2026-11-21T20:15:53Z"), at_ms("1795292153123000000"), at_ms(3)
    (1795292153123, 1795292153000, 1795292153123, None)
    """
    if isinstance(value, str):
        if value.isdigit() and len(value) < 24:
            return at_ms(int(value))
        try:
            moment = datetime.fromisoformat(value.strip().removesuffix(" UTC"))
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return _plausible(round(moment.timestamp() * 1000)) if 1970 < moment.year < 9999 else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e21:
        return None
    for unit in (1000, 1, 1e-3, 1e-6):
        if (found := _plausible(int(value * unit) if unit >= 1 else int(value) // round(1 / unit))) is not None:
            return found
    return None


def _plausible(moment_ms: int) -> int | None:
    return moment_ms if _EARLIEST_MS <= moment_ms < _LATEST_MS else None


def dollars(value: object) -> Nanodollars | None:
    """An amount in US dollars, a number or a text of one, to the nearest nano-dollar; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    if not amount.is_finite() or not -MAX_USD <= amount <= MAX_USD:
        return None
    return Nanodollars(int((amount * _NANO).to_integral_value(rounding=ROUND_HALF_EVEN)))


def duly(value: object) -> int | None:
    """A count that a table may have as text."""
    return count(int(value)) if isinstance(value, str) and value.isdecimal() and len(value) < 16 else count(value)


def first_count(given: Mapping[str, object], *names: str) -> int | None:
    """The first of these fields that holds a count."""
    return next((found for name in names if (found := duly(given.get(name))) is not None), None)


def first_of(given: Mapping[str, object], *names: str) -> object:
    """The first of these fields that says anything."""
    return next((given[name] for name in names if given.get(name) is not None), None)


def inner(value: object) -> Fields:
    """An object, also where a table has it as text."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            return as_fields(orjson.loads(value))
        except orjson.JSONDecodeError:
            return {}
    return as_fields(value)


def said_last(messages: object) -> str:
    """The last words of a user in a conversation of any vendor, where that is all that was asked; else nothing."""
    if isinstance(messages, str):
        return messages
    told = [as_fields(one) for one in entries(messages)]
    asked = [one for one in told if one.get("role") != "system"]
    if len(asked) != 1:
        return ""
    content = asked[0].get("content")
    parts = [text(as_fields(part).get("text")) for part in entries(content)]
    return content if isinstance(content, str) else "\n".join(parts)


def difficulty_of(words: str) -> float | None:
    """How hard a short request is, by its words; None for a long one or none."""
    if not words.strip() or len(words) > _SHORT_TEXT:
        return None
    return read_request(words, Policy()).need.difficulty


# What sellers put around a vendor's name: Bedrock's regions and versions, Gemini's folder, a mark of the context.
_AROUND: Final = re.compile(r"^(?:models/|(?:[a-z]{2,6}\.)?anthropic\.)|\[[0-9]+[mk]\]$|-v[0-9]+(?::[0-9]+)?$")


def resolver(catalog: Catalog) -> Callable[[str, str], str]:
    """From a seller and its name for a model to the catalogue's id; the name itself where it is not known."""
    meant = catalog_ids(catalog)
    sellers = sorted({offer.provider for model in catalog.models for offer in model.offers})

    def named(provider: str, name: str) -> str:
        bare = _AROUND.sub("", _AROUND.sub("", name))
        tails = [bare.split("/", depth)[-1] for depth in range(bare.count("/") + 1)]
        for candidate in dict.fromkeys((name, *tails)):
            for seller in (provider, *sellers):
                if (found := meant(seller, candidate)) in catalog:
                    return found
        return name

    return named
