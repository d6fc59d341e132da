"""Which model of the catalogue a name means: one rule for the names that are asked by and those answered with.

The name itself goes first. A vendor before a slash, and the case of letters, may be missing on one side. So may the
date of a snapshot, but only where a single row goes by the name without it: two dates are two models, at two prices.
What stands behind a colon (`:free`, `:batch`, `:thinking`) makes goods of their own and is never looked through.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final

from tokenwise.catalog.models import Catalog
from tokenwise_shell.providers.fields import text

__all__ = ["catalog_ids", "names_of", "same_name", "served_name", "undated"]

# A date of a snapshot, as vendors write it: gpt-4.1-2025-04-14, claude-...-20251101, Vertex's @20251101, gpt-4-0613,
# mistral-large-2512, command-r-08-2024, gemini-...-05-06.
_DAY: Final = r"(?:0[1-9]|[12]\d|3[01])"
_MONTH: Final = r"(?:0[1-9]|1[0-2])"
_DATE: Final = re.compile(rf"(?:[-@]20\d\d-?{_MONTH}-?{_DAY}|-{_MONTH}-20\d\d|-{_MONTH}-?{_DAY}|-2\d{_MONTH})(?=:|$)")
# Whichever is current: a name without a date, however it is written.
_CURRENT: Final = re.compile("-latest(?=:|$)")


def undated(name: str) -> str:
    """The name without the date of a snapshot.

    >>> undated("gpt-4.1-2025-04-14"), undated("mistral-large-2512:free"), undated("command-r-08-2024")
    ('gpt-4.1', 'mistral-large:free', 'command-r')
    """
    return _DATE.sub("", _CURRENT.sub("", name), count=1)


def same_name(one: str, other: str) -> bool:
    """Whether two names are one and the same, but for case and for a vendor that one of them leaves out.

    >>> same_name("openai/gpt-4.1", "GPT-4.1"), same_name("a/x", "b/x"), same_name("x", "x:free")
    (True, False, False)
    """
    one, other = one.lower(), other.lower()
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")


def served_name(asked: str, answered: object) -> str:
    """The name that an answer gives for its model, "" where it is the one asked for or the answer says nothing.

    A name with a date says more than one without: which row of the catalogue it means is `catalog_ids`' affair.
    """
    if asked == answered:
        return ""
    name = text(answered)
    return "" if not name or same_name(asked, name) else name


def names_of(rows: Iterable[tuple[str, str]]) -> Callable[[str], tuple[str, ...]]:
    """From rows of a name and an id, a function from any name to the ids that it may mean, sorted.

    >>> meant = names_of([("x", "a/x"), ("x-0731", "a/x-0731"), ("y-2512", "a/y-2512")])
    >>> meant("x-0731"), meant("x-0801"), meant("a/y"), meant("y-2407"), meant("y:free")
    (('a/x-0731',), (), ('a/y-2512',), (), ())
    """
    exact, alike, family = (
        defaultdict[str, set[str]](set),
        defaultdict[str, set[str]](set),
        defaultdict[str, set[str]](set),
    )
    for name, id_ in rows:
        exact[name].add(id_)
        alike[_last(name)].add(name)
        family[undated(_last(name))].add(name)

    def same(name: str, sold: Iterable[str]) -> set[str]:
        return {other for other in sold if same_name(name, other)}

    def meant(name: str) -> tuple[str, ...]:
        if name in exact:
            return tuple(sorted(exact[name]))
        found = same(name, alike.get(_last(name), ())) or _but_for_the_date(name, family.get(undated(_last(name)), ()))
        return tuple(sorted({id_ for other in found for id_ in exact[other]}))

    return meant


def _but_for_the_date(name: str, sold: Iterable[str]) -> set[str]:
    plain = undated(name)
    found = {other for other in sold if same_name(plain, undated(other))}
    one_row = len({_last(other) for other in found}) == 1
    return {other for other in found if not (_DATE.search(name) and _DATE.search(other))} if one_row else set()


def _last(name: str) -> str:
    return name.lower().rpartition("/")[2]


def catalog_ids(catalog: Catalog) -> Callable[[str, str], str]:
    """A function from a provider and its name for a model to the catalogue's id; an unknown name stays as it is."""
    rows = defaultdict[str, list[tuple[str, str]]](list)
    for model in catalog.models:
        for offer in model.offers:
            rows[offer.provider].append((offer.native_id, model.id))
    meant = {provider: names_of(offered) for provider, offered in rows.items()}

    def catalog_id(provider: str, name: str) -> str:
        found = meant[provider](name) if provider in meant else ()
        return found[0] if len(found) == 1 else name

    return catalog_id
