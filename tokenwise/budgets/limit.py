"""One limit as a value: whom it holds, for how long it lasts, and whose budget a call therefore draws on.

    process 2026-11-21              everybody together, that day
    key:alice 2026-11               one key, that month
    tag:nightly total               one tag, ever
    model:anthropic/* 2026-11-21    the calls of some models
    session:5f3a total              each session by itself: one limit, and a budget for every value

What stands there is a scope: the owner of a budget, and its window. Which limits are in force is `limits`' affair.
"""

import hashlib
import re
from typing import Final

from attrs import field, frozen
from attrs.validators import ge

from tokenwise.budgets.windows import Lasting, Span
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars

__all__ = ["EVERYBODY", "NOBODY", "NONE", "VOUCHER", "Account", "Limit", "glob_matches", "shown_value"]

EVERYBODY: Final = "process"
"""What scopes of limits that hold for everybody begin with."""

VOUCHER: Final = "voucher"
"""The mark of calls that are paid with a voucher; no limit reads it off a request."""

NONE: Final = "none"
"""The one value under which all requests count that do not say what a limit reads."""

_LONGEST_VALUE: Final = 64
_PLAIN: Final = re.compile(rb"[A-Za-z0-9._@:+=-]")


def shown_value(text: str) -> str:
    r"""A value that a stranger sent, as a part of a name: printable, at most 64 characters, different where it differs.

    Other bytes are written as in URLs, and what is too long is told by its hash, which nothing else can look like.

    >>> shown_value("7f3e-21"), shown_value("a b%\n"), shown_value("x" * 65)[:9], shown_value("")
    ('7f3e-21', 'a%20b%25%0A', '~9537c5fd', 'none')
    """
    raw = text.encode("utf-8", "surrogatepass")
    if not raw:
        return NONE
    if len(raw) <= _LONGEST_VALUE:
        shown = "".join(chr(byte) if _PLAIN.match(bytes((byte,))) else f"%{byte:02X}" for byte in raw)
        if len(shown) <= _LONGEST_VALUE:
            return shown
    return f"~{hashlib.sha256(raw).hexdigest()[:40]}"


def _in_order(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(tags)) if len(tags) > 1 else tags)


def glob_matches(glob: str, model: str) -> bool:
    """Whether a model's id is one of those meant: `*` stands for any characters, `/` too, and `?` for one."""
    return _compiled(glob).fullmatch(model) is not None


def _compiled(glob: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char) or re.escape(char) for char in glob), re.DOTALL)


@frozen(cache_hash=True)  # every call is looked up by its account
class Account:
    """Who pays: a run's access key, "" for none, and its tags, each once and sorted. Each of them may have limits.

    `marks` are what limits `each` read off a request, by name, as `shown_value` writes it.
    """

    key: str = ""
    tags: tuple[str, ...] = field(default=(), converter=_in_order)
    marks: tuple[tuple[str, str], ...] = ()

    def mark(self, name: str) -> str | None:
        """What was read under this name; None where nobody looked, as for a plan's run."""
        return next((value for known, value in self.marks if known == name), None)

    @property
    def voucher(self) -> str:
        """The voucher that pays, by name; "" for none."""
        return (self.marks and self.mark(VOUCHER)) or ""


NOBODY: Final = Account()
"""Runs without a key and without tags."""


@frozen
class Limit:
    """So much in each window: for one key, for one tag, for the models that a glob names, or for everybody.

    Runs without a key have the key "". With `each`, every value of what is named so has a budget of its own of this
    size: "key", "model", or a mark of requests. `name` is what its budgets are called, where that is not to be whom it
    limits. Where it `pauses`, a call waits for somebody to raise it, and is refused only when that takes too long.
    """

    amount: Nanodollars = field(validator=ge(Nanodollars(0)))
    window: Lasting
    key: str | None = None
    tag: str | None = field(default=None)
    model: str | None = field(default=None, kw_only=True)
    each: str | None = field(default=None, kw_only=True)
    name: str = field(default="", kw_only=True)
    pauses: bool = field(default=False, kw_only=True)
    _models: re.Pattern[str] = field(init=False, eq=False, repr=False)

    @tag.validator
    def _belongs_to_one(self, _: object, tag: str | None) -> None:
        if tag is not None and self.key is not None:
            raise InputError(Problem(tag, "a limit is for a key or for a tag, not for both"))

    @_models.default
    def _models_named(self) -> re.Pattern[str]:
        return _compiled(self.model or "*")

    @property
    def owner(self) -> str:
        """Whom it limits, as the names of its budgets begin; with `each`, `*` stands for the value.

        >>> Limit(Nanodollars(5), 86_400_000, "alice", each="session").owner
        'key:alice&session:*'
        """
        return self._owner("*")

    def owner_of(self, account: Account, model: str = "") -> str | None:
        """Whose budget a call of this account to this model draws on here; None where it draws on none."""
        if self.key not in (None, account.key) or (self.tag is not None and self.tag not in account.tags):
            return None
        if self.model is not None and not (model and self._models.fullmatch(model)):
            return None
        value = self._value(account, model)
        return None if value is None else self._owner(value)

    def scope(self, span: Span) -> str:
        """The name of its budget in one window, where it has but one."""
        return f"{self.owner} {span.label}"

    @property
    def is_plain(self) -> bool:
        """Whether it has one owner that an account names: everybody, a key or a tag."""
        return self.each is None and self.model is None and not self.name

    def _value(self, account: Account, model: str) -> str | None:
        match self.each:
            case None:
                return ""
            case "key":
                return account.key or NONE
            case "model":
                return model or None
            case _:
                return account.mark(self.each)

    def _owner(self, value: str) -> str:
        if self.name:
            return self.name if self.each is None else f"{self.name}:{value}"
        whom = (("key", self.key), ("tag", self.tag), ("model", self.model))
        parts = [f"{kind}:{name}" for kind, name in whom if name is not None]
        if self.each is not None:
            parts.append(f"{_EACH.get(self.each, self.each)}:{value}")
        return "&".join(parts) or EVERYBODY


# Where a value is a key's or a model's name, its budget must not be called as that of a limit for this one alone.
_EACH: Final = {"key": "each-key", "model": "each-model"}
