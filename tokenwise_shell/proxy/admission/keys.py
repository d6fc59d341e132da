"""Access keys of the proxy: what each may do, and the file in which they are kept beside the ledger.

A secret is `tw-` and 256 random bits, shown once and never stored. The file has its SHA-256. A slow, salted hash is for
passwords, which people choose and others guess; nobody guesses 256 random bits, and a fast hash can be looked up.

The file is replaced as a whole, under a lock, so several processes may change it and a reader never sees half of it. A
running proxy sees each change: `proxy.access` looks for one before every request.
"""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import orjson
from attrs import define, evolve, field, frozen

from tokenwise.budgets.windows import Window
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars
from tokenwise_shell.config.private import private
from tokenwise_shell.config.values import looks_secret, nearest
from tokenwise_shell.ledger.jsonl import iso, ms_of, sync_directory

__all__ = ["Key", "KeyFile", "digest_of", "new_secret"]

_VERSION: Final = 1
_PREFIX: Final = "tw-"
_SECRET_BYTES: Final = 32

# Names stand in the ledger, in metrics and in headers of log lines; they are no place for a secret or a line break.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_GLOB: Final = re.compile(r"[!-~]{1,200}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@frozen(kw_only=True)
class Key:
    """One key, without its secret. Times are Unix ms; None is no limit, and an empty `models` every model.

    Who has the `owner`'s may raise limits, and hears of providers what only their owner should.

    Raises InputError with every problem of its values.
    """

    name: str
    digest: str = field(repr=False)
    created_ms: int
    budget: Nanodollars | None = None
    window: Window = Window.TOTAL
    models: tuple[str, ...] = ()
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    expires_ms: int | None = None
    revoked_ms: int | None = None
    owner: bool = False

    def __attrs_post_init__(self) -> None:
        if problems := tuple(_problems(self)):
            raise InputError(*problems)

    def may_use(self, model_id: str) -> bool:
        """Whether one of its globs matches. `*` matches any characters, `/` too.

        >>> Key(name="a", digest="0" * 64, created_ms=0, models=("openai/*",)).may_use("openai/gpt-6-sol")
        True
        """
        return not self.models or any(fnmatchcase(model_id, glob) for glob in self.models)

    def state(self, now_ms: int) -> str:
        """What the key is worth at this time: "active", "revoked" or "expired"."""
        if self.revoked_ms is not None:
            return "revoked"
        return "expired" if self.expires_ms is not None and now_ms >= self.expires_ms else "active"


def new_secret() -> str:
    """A secret that nobody has seen yet."""
    return _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def digest_of(secret: str) -> str:
    """The hash under which a secret is kept, in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@define
class KeyFile:
    """The keys in one file. Every method raises OSError where the disk refuses, and InputError for a damaged file."""

    path: Path

    def read(self) -> tuple[Key, ...]:
        """The keys in order of creation, the revoked ones too; none where there is no file."""
        try:
            return _decoded(self.path.read_bytes(), str(self.path))
        except FileNotFoundError:
            return ()

    def create(self, key_of: Callable[[str], Key]) -> str:
        """Add the key that `key_of` makes of a digest, and give its secret: the only time that anybody sees it.

        The name of a revoked key may be given again. What was spent under it stays counted. Raises InputError for
        another name that is taken.
        """
        secret = new_secret()
        key = key_of(digest_of(secret))
        with self._locked():
            others = {one.name: one for one in self.read()}
            known = others.pop(key.name, None)
            if known is not None and known.revoked_ms is None:
                fix = f"choose another, or withdraw that one first: tw keys revoke {key.name}"
                raise InputError(Problem(key.name, f"there is a key of this name; {fix}"))
            self._write((*others.values(), key))
        return secret

    def revoke(self, name: str, now_ms: int) -> Key:
        """Withdraw a key for good. Raises InputError for a name that is not known, or withdrawn already."""
        with self._locked():
            keys = {one.name: one for one in self.read()}
            key = keys.get(name)
            if key is None:
                raise InputError(Problem(name, _unknown(name, keys)))
            if key.revoked_ms is not None:
                raise InputError(Problem(name, f"was revoked at {iso(key.revoked_ms)} already"))
            keys[name] = evolve(key, revoked_ms=now_ms)
            self._write(keys.values())
            return keys[name]

    def delete(self, name: str) -> None:
        """Forget a key, revoked or not. What was spent stays in the ledger. Raises InputError for an unknown name."""
        with self._locked():
            keys = {one.name: one for one in self.read()}
            if keys.pop(name, None) is None:
                raise InputError(Problem(name, _unknown(name, keys)))
            self._write(keys.values())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One change at a time, of all processes. The lock is a file of its own, since the other is replaced."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self.path.with_name(f"{self.path.name}.lock"), "ab", opener=private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, keys: Iterable[Key]) -> None:
        document = {"v": _VERSION, "keys": list(map(_row, keys))}
        temporary = self.path.with_name(f".{self.path.name}.{os.urandom(6).hex()}")
        try:
            with open(temporary, "xb", opener=private) as file:
                file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
            sync_directory(self.path.parent)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()


def _unknown(name: str, keys: Iterable[str]) -> str:
    have = f"there are {', '.join(sorted(keys))}" if keys else "there are none yet"
    return f"no key has this name; {have}{nearest(name, keys)}"


def _problems(key: Key) -> Iterator[Problem]:
    if not _NAME.fullmatch(key.name) or looks_secret(key.name):
        hint = "up to 64 of letters, digits and . _ @ -, beginning with a letter or digit, and unlike a secret"
        yield Problem("name", f"{key.name!r}: expected {hint}")
    if not _HASH.fullmatch(key.digest):
        yield Problem("sha256", "expected 64 hexadecimal digits")
    if key.budget is not None and key.budget < 0:
        yield Problem("budget_nano", f"{key.budget}: expected an amount from 0")
    for glob in key.models:
        if not _GLOB.fullmatch(glob):
            yield Problem("models", f"{glob!r}: expected a model's id or a pattern such as openai/*")
    for name in ("requests_per_minute", "tokens_per_minute"):
        rate = getattr(key, name)
        if rate is not None and rate < 1:
            yield Problem(name, f"{rate}: expected a whole number from 1")


# --- the file ---------------------------------------------------------------------------------------------------------

_TIMES: Final = ("created", "expires", "revoked")


def _row(key: Key) -> dict[str, object]:
    times = {name: getattr(key, f"{name}_ms") for name in _TIMES}
    return {
        "name": key.name,
        "sha256": key.digest,
        "budget_nano": key.budget,
        "window": key.window.value,
        "models": key.models,
        "requests_per_minute": key.requests_per_minute,
        "tokens_per_minute": key.tokens_per_minute,
        "owner": key.owner,
        **{f"{name}_at": None if at_ms is None else iso(at_ms) for name, at_ms in times.items()},
    }


def _decoded(content: bytes, where: str) -> tuple[Key, ...]:
    """The keys of a file. It is refused as a whole if anything in it cannot be: a limit left out would be no limit."""
    try:
        return tuple(_rows(orjson.loads(content)))
    except InputError as error:
        raise InputError(*(Problem(where, str(problem)) for problem in error.problems)) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        told = f"is no file of keys ({type(error).__name__}: {error}); restore it, or move it away and create keys anew"
        raise InputError(Problem(where, told)) from None


def _rows(document: Mapping[str, Any]) -> Iterator[Key]:
    if document["v"] != _VERSION:
        raise InputError(Problem("v", f"{document['v']!r}: expected {_VERSION}; another version wrote it"))
    names: set[str] = set()
    for row in document["keys"]:
        key = _key(row)
        if key.name in names:
            raise InputError(Problem(key.name, "stands twice"))
        names.add(key.name)
        yield key


def _key(row: Mapping[str, Any]) -> Key:
    if not isinstance(row["models"], list):
        raise TypeError("models is no list")
    name, digest, window = (_text(row[one]) for one in ("name", "sha256", "window"))
    budget = _count(row["budget_nano"])
    return Key(
        name=name,
        digest=digest,
        created_ms=ms_of(_text(row["created_at"])),
        budget=None if budget is None else Nanodollars(budget),
        window=Window(window),
        models=tuple(map(_text, row["models"])),
        requests_per_minute=_count(row["requests_per_minute"]),
        tokens_per_minute=_count(row["tokens_per_minute"]),
        expires_ms=_moment(row["expires_at"]),
        revoked_ms=_moment(row["revoked_at"]),
        owner=row.get("owner", False) is True,  # older files do not say
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is none")
    return value


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | None):
        raise TypeError("a whole number is none")
    return value


def _moment(value: object) -> int | None:
    return None if value is None else ms_of(_text(value))
