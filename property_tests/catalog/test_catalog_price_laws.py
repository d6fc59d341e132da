"""Laws of prices: the same function reserves and settles."""

from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from property_tests.strategies import amounts, prices, rivals, usages
from tokenwise.catalog.models import Catalog
from tokenwise.usage import Usage

lengths = st.integers(0, 300_000)


@st.composite
def usages_within(draw, input_tokens, output_tokens):
    """Any split of at most so many input tokens into their classes, with at most so much output."""
    prompt = draw(st.integers(0, input_tokens))
    first = draw(st.integers(0, prompt))
    second = draw(st.integers(0, prompt - first))
    written = prompt - first - second
    short = draw(st.integers(0, written))
    output = draw(st.integers(0, output_tokens))
    return Usage(first, second, written - short, output, draw(st.integers(0, output)), short)


class TestTheWorstCase:
    """'The most that a call with at most these tokens can cost: `cost` of no usage within them is above it'."""

    @given(st.data(), prices(), lengths, lengths)
    def test_no_usage_within_the_bounds_costs_more(self, data, price, input_tokens, output_tokens):
        usage = data.draw(usages_within(input_tokens, output_tokens))
        assert price.cost(usage) <= price.worst(input_tokens=input_tokens, output_tokens=output_tokens)

    @given(prices(), lengths, lengths)
    def test_it_is_reached_by_some_usage_so_nothing_is_held_in_vain(self, price, input_tokens, output_tokens):
        worst = price.worst(input_tokens=input_tokens, output_tokens=output_tokens)
        ends = {input_tokens, *(rate.above_input_tokens for rate in price.rates_within(input_tokens)[1:])}
        split = [lambda n: (n, 0, 0), lambda n: (0, n, 0), lambda n: (0, 0, n)]
        dearest = max(price.cost(Usage(*classes(n), output_tokens)) for n in ends for classes in split)
        # Exact where there is one row; with more, a row counts at the whole input though it ends below it.
        assert dearest <= worst
        assert len(price.rates) > 1 or dearest == worst

    @given(prices(), lengths, lengths, lengths, lengths)
    def test_monotone_in_input_and_in_output(self, price, less_in, more_in, less_out, more_out):
        assume(less_in <= more_in and less_out <= more_out)
        less = price.worst(input_tokens=less_in, output_tokens=less_out)
        assert less <= price.worst(input_tokens=more_in, output_tokens=more_out)


class TestTheAffordableOutput:
    """'The largest output cap whose worst case is within `available`; -1 if not even the input is'."""

    @given(prices(), amounts, lengths)
    def test_the_cap_fits_and_one_token_more_does_not(self, price, available, input_tokens):
        cap = price.affordable_output(available, input_tokens=input_tokens)
        if cap >= 0:
            assert price.worst(input_tokens=input_tokens, output_tokens=cap) <= available
        if cap < 2**40:
            assert price.worst(input_tokens=input_tokens, output_tokens=cap + 1) > available

    @given(prices(), amounts, amounts, lengths)
    def test_more_money_never_buys_less(self, price, one, other, input_tokens):
        less, more = sorted((one, other))
        caps = [price.affordable_output(amount, input_tokens=input_tokens) for amount in (less, more)]
        assert caps == sorted(caps)


class TestCost:
    """'Reasoning tokens are output and are not charged twice'; a row applies to the whole request."""

    @given(prices(), usages())
    def test_reasoning_costs_what_output_costs(self, price, usage):
        silent = evolve(usage, reasoning_tokens=0)
        assert price.cost(usage) == price.cost(silent)

    @given(prices(), usages())
    def test_one_row_decides_for_the_whole_request(self, price, usage):
        row = price.rate_at(usage.prompt_tokens)
        assert row == [rate for rate in price.rates if rate.above_input_tokens < max(1, usage.prompt_tokens)][-1]
        exact = (
            usage.input_tokens * row.input
            + usage.cache_read_tokens * row.cache_read
            + usage.cache_write_tokens * row.cache_write
            + usage.cache_write_5m_tokens * row.cache_write_5m
            + usage.output_tokens * row.output
        )
        assert 0 <= price.cost(usage) * 10**6 - exact < 10**6


class TestCatalogues:
    """'Two catalogues with the same rows are equal and decide equally'."""

    @given(st.data())
    def test_the_order_of_rows_changes_neither_value_nor_fingerprint(self, data):
        catalog = data.draw(rivals())
        shuffled = Catalog(data.draw(st.permutations(catalog.models)))
        assert shuffled == catalog
        assert shuffled.fingerprint == catalog.fingerprint

    @given(st.data())
    def test_another_row_is_another_fingerprint(self, data):
        catalog = data.draw(rivals(least=2))
        gone = data.draw(st.sampled_from(catalog.models))
        assert Catalog(model for model in catalog.models if model is not gone).fingerprint != catalog.fingerprint
