"""The catalogue a command works with: the shipped one, under OpenRouter's cached list, under the user's own models.

This module reads and writes the cache and reads the user's file; it neither reads the clock nor opens a connection.
The time is an argument, and `refresh` is given the function that fetches. A list that cannot be had or read costs
freshness and a notice, never the command: the old one stays.
"""

import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from attrs import evolve, frozen

from tokenwise.catalog.dated_prices import in_force
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.errors import InputError, Problem
from tokenwise_shell.config.permitted import ANY_MODEL, Permitted
from tokenwise_shell.config.private import private

__all__ = ["MODELS_URL", "Fetch", "Loaded", "Sources", "load", "named", "offline_catalog", "refresh"]

MODELS_URL: Final = "https://openrouter.ai/api/v1/models"

Fetch = Callable[[str], Awaitable[bytes]]
"""Fetches a URL's body, or raises OSError: the transport is somebody else's."""

_CACHE_NAME: Final = "openrouter-models.json"
# The list had one page of some 400 rows in autumn 2026, and a page holds at most 500; more than this is a loop.
_MAX_PAGES: Final = 40
# The end of the year 9999, where calendars stop.
_LATEST_MS: Final = 253_402_300_799_000
_DAY_MS: Final = 86_400_000


@frozen
class Sources:
    """Where the catalogue comes from. `rows` is the configuration's `models`, parsed already."""

    cache_dir: Path | None = None
    ttl_ms: int = 3_600_000
    local_path: Path | None = None
    rows: object = ()
    permitted: Permitted = ANY_MODEL
    models_url: str = MODELS_URL
    offline: bool = False


@frozen
class Loaded:
    """A catalogue and what should be said about it. `age_ms` is that of the live list, None where none is in it."""

    catalog: Catalog
    notices: tuple[str, ...] = ()
    age_ms: int | None = None
    stale: bool = False


class _Live(NamedTuple):
    """OpenRouter's rows as fetched, less the fields nobody reads."""

    rows: list[object]
    fetched_at_ms: int


def load(sources: Sources, *, now_ms: int) -> Loaded:
    """Put the catalogue together from what is on this machine. `now_ms` is Unix time.

    Raises InputError with every problem of the user's own models; the cache, being ours, is never a reason to fail.
    """
    live, notices = (None, ()) if sources.offline else _read_cache(sources.cache_dir)
    return _assembled(sources, live, notices, now_ms)


async def refresh(fetch: Fetch, sources: Sources, *, now_ms: int) -> Loaded:
    """Fetch OpenRouter's list, all pages, keep it in the cache, and load.

    Where a page cannot be fetched (OSError) or read, the cached list stays, and a notice says so. Raises InputError as
    `load` does.
    """
    if sources.offline:
        return load(sources, now_ms=now_ms)
    try:
        rows = await _all_rows(fetch, sources.models_url)
    except (OSError, InputError) as error:
        loaded = load(sources, now_ms=now_ms)
        old = "the shipped catalogue" if loaded.age_ms is None else f"the list fetched {_ago(loaded.age_ms)} ago"
        notice = f"OpenRouter's list could not be refreshed ({error}); {old} is used"
        return evolve(loaded, notices=(notice, *loaded.notices))
    live = _Live(rows, now_ms)
    return _assembled(sources, live, _write_cache(sources.cache_dir, live), now_ms)


def offline_catalog(catalog: Catalog) -> Catalog:
    """The same models, each served by the embedded provider at the price it has: for work without a network."""
    return Catalog(map(_embedded, catalog.models))


def named(catalog: Catalog, name: str) -> Model | None:
    """The model with this id, or the only one that some provider sells by this name (`gpt-5.5`, `vendor/x-4.5`)."""
    if name in catalog:
        return catalog[name]
    found = [model for model in catalog.models if any(offer.native_id == name for offer in model.offers)]
    return found[0] if len(found) == 1 else None


def _embedded(model: Model) -> Model:
    usual = model.offers[0] if model.offers else Offer("embedded", model.id, model.price)
    return evolve(model, offers=(evolve(usual, provider="embedded", native_id=model.id),))


def _assembled(sources: Sources, live: _Live | None, notices: tuple[str, ...], now_ms: int) -> Loaded:
    catalog = embedded_catalog()
    if not sources.offline:
        catalog = in_force(catalog, (_day(now_ms - _DAY_MS), _day(now_ms + _DAY_MS)))
    if live is not None:
        from tokenwise_shell.catalogs.openrouter import parse_openrouter

        # What is asked by name alone is no measure of others, and is sold there by other rules.
        chosen = Catalog(model for model in catalog.models if not model.named_only)
        listing = parse_openrouter(live.rows, chosen, on=_day(live.fetched_at_ms))
        catalog, notices = catalog.merged(listing.models), notices + listing.notices
    catalog = sources.permitted.of(_with_own_models(catalog, sources))
    if sources.offline:
        return Loaded(offline_catalog(catalog), notices)
    if live is None:
        return Loaded(catalog, notices, stale=True)
    age_ms = max(0, now_ms - live.fetched_at_ms)
    return Loaded(catalog, notices, age_ms, stale=age_ms > sources.ttl_ms)


def _with_own_models(catalog: Catalog, sources: Sources) -> Catalog:
    """The user's file over the catalogue, the configuration's rows over both; all problems of the two at once."""
    if sources.local_path is None and not sources.rows:
        return catalog
    from tokenwise_shell.catalogs.local_models import local_models, read_local_models

    problems: tuple[Problem, ...] = ()
    if sources.local_path is not None:
        models, problems = read_local_models(_text_of(sources.local_path), str(sources.local_path), catalog)
        catalog = catalog.merged(models)
    models, others = local_models(sources.rows, "models", catalog)
    if problems + others:
        raise InputError(*problems, *others)
    return catalog.merged(models)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be read: {error.strerror}")) from error
    except UnicodeDecodeError as error:
        raise InputError(Problem(str(path), f"is not UTF-8 text: {error.reason} at byte {error.start}")) from error


# Fetching


async def _all_rows(fetch: Fetch, url: str) -> list[object]:
    """Every page's rows, slimmed. Raises InputError for a page that is none, or pages without end."""
    from tokenwise_shell.catalogs.openrouter import rows_of, slim

    rows: list[object] = []
    seen: set[str] = set()
    while url:
        if url in seen or len(seen) == _MAX_PAGES:
            raise InputError(Problem(url, "the pages of the list do not end"))
        seen.add(url)
        page = _json(await fetch(url), url)
        found = rows_of(page)
        if found is None:
            raise InputError(Problem(url, "no `data` with rows in the answer"))
        rows.extend(map(slim, found))
        url = _next_page(page, url)
    if not any(isinstance(row, dict) and row.get("id") for row in rows):
        raise InputError(Problem("", "the list names no model"))
    return rows


def _json(body: bytes, where: str) -> object:
    import orjson

    try:
        document: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InputError(Problem(where, f"not JSON: {error}")) from error
    return document


def _next_page(page: object, url: str) -> str:
    """The next page's URL, "" on the last. Another host is refused: the request may carry a key."""
    links = page.get("links") if isinstance(page, dict) else None
    link = links.get("next") if isinstance(links, dict) else None
    if not isinstance(link, str) or not link:
        return ""
    try:
        following = urljoin(url, link)
        same = urlsplit(following)[:2] == urlsplit(url)[:2]
    except ValueError:
        same = False
    if not same:
        raise InputError(Problem(url, f"its next page {link[:80]!r} is at another place"))
    return following


# The cache


def _read_cache(folder: Path | None) -> tuple[_Live | None, tuple[str, ...]]:
    """The cached list, or None, with a notice where there is one that cannot be used."""
    path = (folder or Path()) / _CACHE_NAME
    try:
        cached = _json(path.read_bytes(), str(path)) if folder is not None else None
    except FileNotFoundError:
        return None, ()
    except (OSError, InputError) as error:
        return None, (f"the cached list of models cannot be read and is ignored ({error})",)
    match cached:
        case None:
            return None, ()
        case {"fetched_at_ms": int(at), "rows": [*rows]} if 0 <= at <= _LATEST_MS:
            return _Live(rows, at), ()
        case _:
            return None, (f"{path} is not a list of models that this version wrote; it is ignored",)


def _write_cache(folder: Path | None, live: _Live) -> tuple[str, ...]:
    """Replace the cached list in one step, readable by its owner alone; a notice where that fails."""
    if folder is None:
        return ()
    import orjson

    temporary = folder / f".{_CACHE_NAME}.{os.urandom(6).hex()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(temporary, "xb", opener=private) as file:
            file.write(orjson.dumps({"fetched_at_ms": live.fetched_at_ms, "rows": live.rows}))
        temporary.replace(folder / _CACHE_NAME)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        return (f"the list of models could not be cached in {folder} ({error.strerror})",)
    return ()


def _day(at_ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()


def _ago(age_ms: int) -> str:
    minutes = age_ms // 60_000
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
