"""Money: what is read, what is refused, how it is rounded and shown."""

import pytest

from tokenwise.errors import InputError
from tokenwise.money import Nanodollars, NanoPerMtok, format_usd, parse_price, parse_usd


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.50", 500_000_000),
        ("$1", 1_000_000_000),
        (" $0.15 ", 150_000_000),
        ("0", 0),
        ("1e-3", 1_000_000),
        ("0.000000001", 1),
        ("0.0000000019", 1),  # below a nano-dollar is cut
        ("0." + "9" * 40, 999_999_999),  # also where decimal's own context would round it up
        ("1000000000", 10**18),
    ],
)
def test_a_limit_is_read_and_never_grows(text, amount):
    assert parse_usd(text) == Nanodollars(amount)


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("2", 2_000_000_000),
        ("0.075", 75_000_000),
        ("0.0000000011", 2),  # below a nano-dollar is rounded up
        ("0.000000001" + "0" * 40 + "1", 2),
        ("0", 0),
    ],
)
def test_a_price_is_read_and_never_shrinks(text, price):
    assert parse_price(text) == NanoPerMtok(price)


@pytest.mark.parametrize(
    "text",
    [
        *("", "$", "ten", "1,50", "0x10", "--1", "$$1", "1$", "1e99999999999999999999", "nan", "sNaN", "inf", "-inf"),
        # Decimal would read each of these as an amount.
        *("0_5", "1_000", "\uff15", "\u0665", "0.\uff15", "\u2003 1", "Infinity"),
    ],
)
@pytest.mark.parametrize("parse", [parse_usd, parse_price])
def test_what_is_not_an_amount_is_refused_with_an_example(parse, text):
    with pytest.raises(InputError, match=r"expected US dollars such as 0\.50"):
        parse(text)


@pytest.mark.parametrize("text", ["0.0000000009", "1e-10", "1e-9999"])
def test_less_than_a_nano_dollar_is_not_taken_for_nothing(text):
    with pytest.raises(InputError, match="less than a nano-dollar"):
        parse_usd(text)
    assert (parse_price(text), parse_usd("0e9999"), parse_usd("0e-9999")) == (1, 0, 0)


@pytest.mark.parametrize("text", ["-1", "-0.000000001", "1e400", "1000000000.01"])
@pytest.mark.parametrize("parse", [parse_usd, parse_price])
def test_negative_endless_and_huge_amounts_are_refused(parse, text):
    with pytest.raises(InputError, match="out of range; expected from 0 to 1000000000 US dollars"):
        parse(text)


def test_a_refusal_says_where_and_what():
    with pytest.raises(InputError) as refused:
        parse_usd("lots", path="keys[2].budget")
    assert str(refused.value) == "keys[2].budget: 'lots' is not an amount; expected US dollars such as 0.50"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "$0.00"),
        (1, "$0.000000001"),
        (360_000, "$0.00036"),
        (1_500_000_000, "$1.50"),
        (-1, "-$0.000000001"),
        (10**18 - 1, "$999999999.999999999"),
    ],
)
def test_an_amount_is_shown_exactly_with_two_decimals_at_least(amount, shown):
    assert format_usd(Nanodollars(amount)) == shown
