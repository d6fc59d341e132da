"""Who may come in: keys, what each may use, and how fast it may ask.

Where there are keys, every request needs one, on loopback too. Where there are none, a proxy on loopback takes requests
without; on any other interface it does not start (`server`). The file of keys is looked at before each request, so a
key that is made or revoked counts at once; where it cannot be read, the keys stay as they were, and that is said.
"""

import hmac
import os
import time
from collections.abc import Callable, Mapping
from typing import Final

from attrs import define, evolve, field, frozen

from tokenwise.budgets.limit import NONE, VOUCHER, Account
from tokenwise.budgets.voucher import Voucher, voucher_scope
from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError
from tokenwise.machine.run import Job
from tokenwise_shell.engine.interpret import Listener
from tokenwise_shell.ledger.jsonl import iso
from tokenwise_shell.proxy.admission.keys import Key, KeyFile, digest_of
from tokenwise_shell.proxy.admission.rates import Rates
from tokenwise_shell.proxy.admission.tokens import TOKEN
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.troubles import unauthorized

__all__ = ["Access", "Admitted", "secret_in"]

_Stamp = tuple[int, int, int, int]

_NO_FILE: Final[_Stamp] = (0, 0, 0, 0)


@define(eq=False)
class Admitted:
    """Whoever is making a request: a key, or nobody in particular, whose name is "".

    One object serves all the requests of its key; what was used up before counts for the next. The `owner` has a key
    that says so, or is whoever asks where only this machine can and no key is asked for. Its runs are booked under
    `tags` besides the request's own, and `follow` is asked of each who shall hear what becomes of it. What `outer` may
    not use, this one may not either. Where a `voucher` pays, it is booked under its name too.
    """

    name: str
    key: Key | None
    _rates: Rates
    _clock: Callable[[], float]
    _catalogs: "_Catalogs"
    owner: bool = False
    tags: tuple[str, ...] = ()
    follow: Callable[[Job], Listener] | None = None
    outer: "Admitted | None" = None
    voucher: str = ""
    session: str = ""
    _plain: Account | None = field(default=None, init=False)

    @classmethod
    def alone(cls, key: Key, tags: tuple[str, ...], outer: "Admitted | None" = None) -> "Admitted":
        """A key of this process alone, which may use what `outer` may. Whoever has it is not the owner.

        Its requests are one session, that of the outermost, where they do not say which.
        """
        session = outer.session if outer else key.name
        return cls(key.name, key, Rates(), time.monotonic, _Catalogs(), tags=tags, outer=outer, session=session)

    def account(self, tags: tuple[str, ...] = (), marks: tuple[tuple[str, str], ...] = ()) -> Account:
        """Who pays for a request with these tags and marks, which is of the key's session where it says of none."""
        if not (tags or marks or self.tags or self.voucher):  # nearly always
            if self._plain is None:
                self._plain = Account(self.name)
            return self._plain
        paid = ((VOUCHER, self.voucher),) if self.voucher else ()
        if self.session:
            unsaid = ("session", NONE)
            marks = tuple((mark[0], self.session) if mark == unsaid else mark for mark in marks)
        return Account(self.name, (*self.tags, *tags), (*marks, *paid))

    @property
    def who(self) -> str:
        """Whose the responses are that a provider keeps: a key's, and not those of who has a voucher of that key's."""
        return voucher_scope(self.voucher) if self.voucher else self.name

    @property
    def globs(self) -> tuple[tuple[str, ...], ...]:
        """The lists of models, each of which must allow one; those that allow all are left out."""
        own = (self.key.models,) if self.key and self.key.models else ()
        return (*own, *(self.outer.globs if self.outer else ()))

    def may_use(self, model_id: str) -> bool:
        """Whether this model may answer."""
        return (self.key is None or self.key.may_use(model_id)) and (not self.outer or self.outer.may_use(model_id))

    def catalog(self, catalog: Catalog) -> Catalog:
        """The models of this catalogue that may answer: all that routing may choose from, or be asked for by name."""
        within = self.outer.catalog(catalog) if self.outer else catalog
        return within if self.key is None else self._catalogs.of(self.key, within)

    def take(self, *, requests: int = 1, tokens: int = 0) -> Trouble | None:
        """Count a request, and tokens that it may use at most, against the rates; None where they allow it."""
        return self._rates.take(self._clock(), requests=requests, tokens=tokens) if self._rates.buckets else None

    def give_back(self, tokens: int) -> None:
        """Tokens that were taken for a request and that it did not use after all."""
        if self._rates.buckets:
            self._rates.give_back(tokens, self._clock())

    def headers(self) -> dict[str, str]:
        """`x-ratelimit-…` headers: what is left of the rates. None for what has no rate."""
        return self._rates.headers(self._clock()) if self._rates.buckets else {}


@define
class _Catalogs:
    """Catalogues cut down to what some globs allow, one for all the keys with equal globs.

    A catalogue keeps what routing has worked out about it, so making it anew for each request would cost 20 ms.
    Each stands beside the whole that it is a part of: several threads ask.
    """

    _parts: dict[tuple[str, ...], tuple[Catalog, Catalog]] = field(factory=dict)

    def of(self, key: Key, catalog: Catalog) -> Catalog:
        if not key.models:
            return catalog
        whole, part = self._parts.get(key.models, (None, catalog))
        if whole is not catalog:
            part = Catalog(tuple(model for model in catalog.models if key.may_use(model.id)))
            self._parts[key.models] = catalog, part
        return part


@frozen
class _Ring:
    """The keys in force, by digest, as they were when the file had this stamp.

    `shown` has those that somebody has shown since then, by their secrets: to hash one costs as much as to read a small
    body. Providers' keys are in this memory too. A dictionary compares whole secrets only where its own hash of them,
    salted for each process, is the same; so whoever times the look-up learns nothing that helps.
    """

    stamp: _Stamp
    required: bool
    admitted: Mapping[str, Admitted]
    shown: dict[str, Admitted] = field(factory=dict)


@define(eq=False)
class Access:
    """The door. `open` where no key is needed as long as there are none; `ignored` where none is ever looked at.

    `in_force` is told the keys that have not been revoked, whenever they change, and puts their budgets in force; where
    it raises InputError or OSError, nothing changes. `share` is how many processes share the rates. `redeem` gives the
    voucher that a text is, or says why it pays nothing.
    """

    file: KeyFile
    in_force: Callable[[tuple[Key, ...]], None] = lambda _: None
    notice: Callable[[str], None] = lambda _: None
    ignored: bool = False
    share: int = 1
    redeem: Callable[[str], Voucher | str] = lambda _: "vouchers are not taken here"
    clock: Callable[[], float] = time.monotonic
    _catalogs: _Catalogs = field(factory=_Catalogs, init=False)
    _ring: _Ring = field(init=False)
    _refused: _Stamp | None = field(default=None, init=False)
    _name: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Read the keys. Raises InputError for a damaged file, OSError for one that cannot be read."""
        self._name = os.fspath(self.file.path)
        self._ring = _Ring(_NO_FILE, required=False, admitted={})
        stamp = _stamp(self._name)
        self._ring = self._loaded(stamp)

    @property
    def required(self) -> bool:
        """Whether requests need a key now."""
        return self._ring.required and not self.ignored

    def admit(self, headers: Mapping[str, str], now_ms: int) -> Admitted | Trouble:
        """Whoever the headers (names in lower case) prove to be. `now_ms` is Unix time."""
        if _stamp(self._name) != self._ring.stamp:
            self.refresh()
        secret = secret_in(headers)
        if (found := self._ring.shown.get(secret)) is not None and not self.ignored:
            return _refusal(found.key, now_ms) or found
        if secret.startswith(TOKEN):
            return self._with_voucher(secret, now_ms)
        if not self.required:
            return self._nobody
        if not secret:
            return unauthorized("no key was given; send one as `Authorization: Bearer tw-…` or `x-api-key: tw-…`")
        digest = digest_of(secret)
        found = self._ring.admitted.get(digest)
        # By its hash a key is found without comparing secrets; whoever times the look-up learns nothing that helps.
        if found is None or found.key is None or not hmac.compare_digest(found.key.digest, digest):
            return unauthorized("this key is not known here; `tw keys list` shows those that are")
        self._ring.shown[secret] = found
        return _refusal(found.key, now_ms) or found

    def _with_voucher(self, secret: str, now_ms: int) -> Admitted | Trouble:
        """Whoever has a voucher: what its models allow of what the key may use that minted it."""
        voucher = self.redeem(secret)
        if isinstance(voucher, str):
            return unauthorized(voucher)
        minter: Admitted | None = self._nobody
        if name := voucher.account.key:
            minter = next((one for one in self._ring.admitted.values() if one.name == name), None)
        if minter is None or _refusal(minter.key, now_ms):
            return unauthorized("the key that minted this voucher is good no more")
        found = evolve(minter, owner=False, tags=voucher.account.tags, voucher=voucher.name)
        for globs in voucher.models:
            key = Key(name=VOUCHER, digest=digest_of(secret), created_ms=voucher.minted_ms, models=globs)
            found = evolve(found, key=key, outer=found)
        return found

    def refresh(self) -> None:
        """Read the keys again if the file has changed."""
        stamp = _stamp(self._name)
        if stamp in (self._ring.stamp, self._refused):
            return
        try:
            self._ring = self._loaded(stamp)
            self._refused = None
        except (InputError, OSError) as error:
            # Somebody has changed who may come in. Until it is known how, nobody new does.
            self._refused, self._ring = stamp, evolve(self._ring, required=True)
            self.notice(f"the keys stay as they were: {error}")

    def _loaded(self, stamp: _Stamp) -> _Ring:
        keys = self.file.read()
        self.in_force(tuple(key for key in keys if key.revoked_ms is None))
        before = {one.name: one for one in self._ring.admitted.values()}
        admitted = {key.digest: self._admitted(key, before.get(key.name)) for key in keys}
        # Once asked for, keys stay asked for: whoever deletes their file does not thereby open the door to everybody.
        return _Ring(stamp, bool(keys) or self._ring.required, admitted)

    def _admitted(self, key: Key, before: Admitted | None) -> Admitted:
        """What was used up before still counts, unless the key's rates are others now."""
        if before is not None and before.key is not None and _rates_of(before.key) == _rates_of(key):
            rates = before._rates  # noqa: SLF001 -- of the same class's making
        else:
            rates = Rates.of(*_rates_of(key), share=self.share, now_s=self.clock())
        return Admitted(key.name, key, rates, self.clock, self._catalogs, owner=key.owner)

    @property
    def _nobody(self) -> Admitted:
        return Admitted("", None, Rates(), self.clock, self._catalogs, owner=not self.ignored)


def _rates_of(key: Key) -> tuple[int | None, int | None]:
    return key.requests_per_minute, key.tokens_per_minute


def _stamp(path: str) -> _Stamp:
    """What changes whenever the file is replaced or written."""
    try:
        found = os.stat(path)  # noqa: PTH116 -- `Path.stat` takes twice as long, and this is asked before each request
    except OSError:
        return _NO_FILE
    # An inode may be used again, and a time of change set back; the time of the status is the system's own.
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size


def secret_in(headers: Mapping[str, str]) -> str:
    """The key that a client sends: OpenAI's as a bearer, Anthropic's so or in a header of its own."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and given.strip():
        return given.strip()
    return headers.get("x-api-key", "").strip()


def _refusal(key: Key | None, now_ms: int) -> Trouble | None:
    if key is None or (key.revoked_ms is None and key.expires_ms is None):  # nearly always
        return None
    match key.state(now_ms):
        case "revoked":
            return unauthorized("this key was revoked")
        case "expired":
            return unauthorized(f"this key was good until {iso(key.expires_ms or 0)}")
        case _:
            return None
