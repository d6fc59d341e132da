"""Vouchers as their holders have them: a text that says what each is worth, and a signature of this ledger's.

    twv-eyJ2b3VjaGVyIjoi….Xk3v…    its terms as JSON, and their HMAC-SHA-256, both in base64url

The secret is beside the ledger, made with the first voucher, and never leaves: so a voucher is redeemed where it was
minted, and nobody can raise its amount. Whether it is still open, the budgets know.
"""

import base64
import binascii
import hmac
import os
import secrets
from pathlib import Path
from typing import Any, Final

import orjson
from attrs import frozen

from tokenwise.budgets.voucher import Voucher
from tokenwise.errors import InputError
from tokenwise_shell.config.private import private
from tokenwise_shell.ledger.booking import booking_of, issue_of, voucher_of
from tokenwise_shell.ledger.jsonl import sync_directory
from tokenwise_shell.ledger.segments import locked

__all__ = ["TOKEN", "Seal"]

TOKEN: Final = "twv-"  # noqa: S105 -- what every voucher begins with
"""What every voucher begins with."""

_LONGEST: Final = 16_384


@frozen
class Seal:
    """What signs the vouchers of one ledger."""

    path: Path

    @classmethod
    def beside(cls, ledger: Path) -> "Seal":
        """That of this ledger."""
        return cls(ledger.with_name(f"{ledger.name}.seal"))

    def sign(self, voucher: Voucher) -> str:
        """The voucher as its holder gets it. Raises OSError where the secret can be neither read nor made."""
        said = orjson.dumps({**booking_of(voucher.account), **issue_of(voucher)})
        return f"{TOKEN}{_text(said)}.{_text(self._mac(said, self._secret(make=True)))}"

    def read(self, token: str) -> Voucher | None:
        """The voucher that this signs; None where it is none of ours."""
        said, _, signature = token.removeprefix(TOKEN).partition(".")
        try:
            if len(token) > _LONGEST:
                return None
            terms, given = _bytes(said), _bytes(signature)
            if not hmac.compare_digest(self._mac(terms, self._secret()), given):
                return None
            told: dict[str, Any] = orjson.loads(terms)
            return voucher_of(told)
        except (OSError, ValueError, KeyError, TypeError, binascii.Error, InputError):
            return None

    def _mac(self, said: bytes, secret: bytes) -> bytes:
        return hmac.digest(secret, said, "sha256")

    def _secret(self, *, make: bool = False) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            if not make:
                raise
        with locked(self.path):
            if not self.path.exists():
                temporary = self.path.with_name(f".{self.path.name}.{os.urandom(6).hex()}")
                with open(temporary, "xb", opener=private) as file:
                    file.write(secrets.token_bytes(32))
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(self.path)
                sync_directory(self.path.parent)
        return self.path.read_bytes()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
