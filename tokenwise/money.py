"""Money: integer nano-dollars, the one rounding function, and the edges where text becomes money.

A price is an integer number of nano-dollars per million tokens, which is exact for every published price
(1 USD per million tokens = 1_000_000_000). Floats never hold money: amounts are read from text.
"""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final, NewType

from tokenwise.errors import InputError, Problem

__all__ = ["MAX_USD", "NanoPerMtok", "Nanodollars", "format_usd", "parse_price", "parse_usd", "round_up"]

Nanodollars = NewType("Nanodollars", int)
"""An amount of money, in 10^-9 US dollars."""

NanoPerMtok = NewType("NanoPerMtok", int)
"""A price: nano-dollars per million tokens."""

_NANO_PER_USD: Final = 10**9
_NANO: Final = Decimal("1e-9")
_TOKENS_PER_PRICE: Final = 10**6

# A limit above a billion dollars is a slip of the keyboard. It also keeps every sum inside 64 bits, which is what
# JSON readers (orjson among them) accept.
MAX_USD: Final = 10**9

# What a person writes and what Python writes for a float. `Decimal` reads more: 0_5 is five to it, and the digits of
# every script are digits. A slip in an amount of money must not be read as another amount.
_AMOUNT: Final = re.compile(r"[+-]?\$?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")


def round_up(token_nanos: int) -> Nanodollars:
    """Turn a sum of `tokens × price` products into money, rounding up: the only rounding of money there is.

    Products are summed first and rounded once, so a request costs at most one nano-dollar above the exact figure.

    >>> round_up(400 * 900_000_000)    # 400 tokens at $0.90 per million
    360000
    >>> round_up(1)                    # a millionth of a nano-dollar is still charged as one
    1
    """
    return Nanodollars(-(-token_nanos // _TOKENS_PER_PRICE))


def parse_usd(text: str, *, path: str = "budget") -> Nanodollars:
    """Read a limit such as `0.50` or `$1`. Digits below a nano-dollar are cut, so a limit never grows.

    Raises InputError for anything but a number of dollars from 0 to a billion in plain digits, and for less than a
    nano-dollar that is not nothing: nobody means zero by it.

    >>> parse_usd("$0.15")
    150000000
    """
    return Nanodollars(_scaled(text, path, ROUND_FLOOR))


def parse_price(text: str, *, path: str = "price") -> NanoPerMtok:
    """Read a price in USD per million tokens. Digits below a nano-dollar are rounded up.

    Raises InputError for negative prices too: a provider's sentinel such as "-1" means unknown, and it is for the
    reader of that provider's list to say so.
    """
    return NanoPerMtok(_scaled(text, path, ROUND_CEILING))


def format_usd(amount: Nanodollars) -> str:
    """Show an amount exactly, with at least two decimals.

    >>> format_usd(Nanodollars(360_000))
    '$0.00036'
    >>> format_usd(Nanodollars(-1_500_000_000))
    '-$1.50'
    """
    whole, nano = divmod(abs(amount), _NANO_PER_USD)
    decimals = f"{nano:09d}".rstrip("0").ljust(2, "0")
    return f"{'-' if amount < 0 else ''}${whole}.{decimals}"


def _scaled(text: str, path: str, rounding: str) -> int:
    said = text.strip(" \t\r\n")
    if not _AMOUNT.fullmatch(said):
        raise InputError(Problem(path, f"{text!r} is not an amount; expected US dollars such as 0.50"))
    usd = Decimal(said.replace("$", "", 1))
    if not 0 <= usd <= MAX_USD:
        raise InputError(Problem(path, f"{text!r} is out of range; expected from 0 to {MAX_USD} US dollars"))
    # Multiplied first, an amount of over 28 digits would be rounded by decimal's context before it is rounded here.
    nano = int(usd.quantize(_NANO, rounding=rounding) * _NANO_PER_USD)
    if usd and not nano:
        raise InputError(Problem(path, f"{text!r} is less than a nano-dollar; expected 0, or 0.000000001 and more"))
    return nano
