"""Laws of money: the one rounding function, and the edges where text becomes money."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokenwise.errors import InputError
from tokenwise.money import MAX_USD, Nanodollars, format_usd, parse_price, parse_usd, round_up

products = st.integers(0, 10**24)
dollars = st.integers(0, MAX_USD * 10**9).map(Nanodollars)
decimals = st.decimals(0, MAX_USD, allow_nan=False, allow_infinity=False, places=40)
limits = st.just(Decimal(0)) | st.decimals(Decimal("1e-9"), MAX_USD, allow_nan=False, allow_infinity=False, places=40)


def read_or_refused(text):
    try:
        return parse_usd(text, path="limit")
    except InputError as refused:
        return refused


class TestRounding:
    """'Products are summed first and rounded once: at most one nano-dollar above the exact figure'."""

    @given(products)
    def test_never_below_the_exact_figure_and_less_than_one_above(self, product):
        assert 0 <= round_up(product) * 10**6 - product < 10**6

    @given(st.lists(products, max_size=20))
    def test_additive_up_to_one_nano_dollar_for_each_part(self, parts):
        apart = sum(map(round_up, parts))
        assert round_up(sum(parts)) <= apart <= round_up(sum(parts)) + len(parts)

    @given(products, products)
    def test_monotone(self, one, other):
        less, more = sorted((one, other))
        assert round_up(less) <= round_up(more)


class TestReading:
    """'Digits below a nano-dollar are cut, so a limit never grows'; those of a price are rounded up."""

    @given(dollars)
    def test_what_is_shown_reads_as_the_same_amount(self, amount):
        assert parse_usd(format_usd(amount)) == amount
        assert parse_price(format_usd(amount)) == amount

    @given(limits)
    @example(Decimal("0." + "9" * 40))
    def test_a_limit_never_grows_and_loses_less_than_a_nano_dollar(self, usd):
        read = Decimal(parse_usd(f"{usd:f}")).scaleb(-9)
        assert read.compare(usd) <= 0
        assert (read + Decimal("1e-9")).compare(usd) > 0

    @given(decimals)
    @example(Decimal("0.0000000010000000000000000000000000000001"))
    def test_a_price_never_shrinks_and_gains_less_than_a_nano_dollar(self, usd):
        read = Decimal(parse_price(f"{usd:f}")).scaleb(-9)
        assert read.compare(usd) >= 0
        assert (read - Decimal("1e-9")).compare(usd) < 0

    @given(limits, limits)
    def test_monotone(self, one, other):
        less, more = sorted((one, other))
        assert parse_usd(f"{less:f}") <= parse_usd(f"{more:f}")

    @given(st.text())
    def test_any_text_is_an_amount_in_range_or_refused_with_its_path(self, text):
        read = read_or_refused(text)
        if isinstance(read, InputError):
            assert [problem.path for problem in read.problems] == ["limit"]
        else:
            assert 0 <= read <= MAX_USD * 10**9

    @given(st.decimals(allow_nan=True).filter(lambda usd: not (usd.is_finite() and 0 <= usd <= MAX_USD)))
    def test_negative_endless_or_huge_is_refused(self, usd):
        with pytest.raises(InputError):
            parse_usd(str(usd))
        with pytest.raises(InputError):
            parse_price(str(usd))
