"""Laws of prices: the same function reserves and settles."""

from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from property_tests.strategies import amounts, prices, rivals, usages
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import Writes
from tokenwise.money import Nanodollars
from tokenwise.usage import Usage

lengths = st.integers(0, 300_000)


written = st.builds(Writes, lengths, lengths)


fees = st.sampled_from([0, 1, 10_000_000]).map(Nanodollars)
priced = st.builds(lambda price, fee: evolve(price, per_request=fee), prices(), fees)


@st.composite
def usages_within(draw, input_tokens, output_tokens, writes):
    """Any split of at most so many input tokens into their classes, with at most these writes and so much output."""
    prompt = draw(st.integers(0, input_tokens))
    hour = draw(st.integers(0, min(prompt, writes.hour)))
    short = draw(st.integers(0, min(prompt, writes.hour + writes.minutes) - hour))
    read = draw(st.integers(0, prompt - hour - short))
    output = draw(st.integers(0, output_tokens))
    return Usage(prompt - hour - short - read, read, hour, output, draw(st.integers(0, output)), short)


class TestTheWorstCase:
    """'The most that a call with at most these tokens can cost: `cost` of no usage within them is above it'."""

    @given(st.data(), priced, lengths, lengths, written)
    def test_no_usage_within_the_bounds_costs_more(self, data, price, input_tokens, output_tokens, writes):
        usage = data.draw(usages_within(input_tokens, output_tokens, writes))
        assert price.cost(usage) <= price.worst(input_tokens=input_tokens, output_tokens=output_tokens, writes=writes)

    @given(priced, lengths, lengths, written)
    def test_it_is_reached_by_some_usage_so_nothing_is_held_in_vain(self, price, input_tokens, output_tokens, writes):
        worst = price.worst(input_tokens=input_tokens, output_tokens=output_tokens, writes=writes)
        ends = {input_tokens, *(rate.above_input_tokens for rate in price.rates_within(input_tokens)[1:])}
        dearest = max(price.cost(each) for end in ends for each in fullest(end, output_tokens, writes))
        # Exact where there is one row; with more, a row counts at the whole input though it ends below it.
        assert dearest <= worst
        assert len(price.rates) > 1 or dearest == worst

    @given(priced, lengths, lengths, lengths, lengths, written, written)
    def test_monotone_in_input_output_and_writes(self, price, less_in, more_in, less_out, more_out, some, more):
        assume(less_in <= more_in and less_out <= more_out)
        less = price.worst(input_tokens=less_in, output_tokens=less_out, writes=some)
        most = Writes(some.hour + more.hour, some.minutes + more.minutes)
        assert less <= price.worst(input_tokens=more_in, output_tokens=more_out, writes=most)

    @given(priced, lengths, lengths)
    def test_what_nothing_asks_to_be_written_is_held_at_no_writes_price(self, price, input_tokens, output_tokens):
        never = [Usage(input_tokens, 0, 0, output_tokens), Usage(0, input_tokens, 0, output_tokens)]
        if len(price.rates) == 1:
            worst = price.worst(input_tokens=input_tokens, output_tokens=output_tokens)
            assert worst == max(price.cost(usage) for usage in never)


def fullest(tokens, output_tokens, writes):
    """Usages of so many tokens in which each class that may be dear has all that it can have."""
    hour = min(tokens, writes.hour)
    short = min(tokens - hour, writes.minutes)
    every = min(tokens, writes.hour + writes.minutes)
    for long, minutes in ((0, 0), (hour, 0), (hour, short), (0, every)):
        rest = tokens - long - minutes
        yield Usage(rest, 0, long, output_tokens, 0, minutes)
        yield Usage(0, rest, long, output_tokens, 0, minutes)


class TestTheAffordableOutput:
    """'The largest output cap whose worst case is within `available`; -1 if not even the input is'."""

    @given(priced, amounts, lengths, written)
    def test_the_cap_fits_and_one_token_more_does_not(self, price, available, input_tokens, writes):
        cap = price.affordable_output(available, input_tokens=input_tokens, writes=writes)
        if cap >= 0:
            assert price.worst(input_tokens=input_tokens, output_tokens=cap, writes=writes) <= available
        if cap < 2**40:
            assert price.worst(input_tokens=input_tokens, output_tokens=cap + 1, writes=writes) > available

    @given(priced, amounts, amounts, lengths)
    def test_more_money_never_buys_less(self, price, one, other, input_tokens):
        less, more = sorted((one, other))
        caps = [price.affordable_output(amount, input_tokens=input_tokens) for amount in (less, more)]
        assert caps == sorted(caps)


class TestCost:
    """'Reasoning tokens are output and are not charged twice'; a row applies to the whole request."""

    @given(priced, usages())
    def test_reasoning_costs_what_output_costs(self, price, usage):
        silent = evolve(usage, reasoning_tokens=0)
        assert price.cost(usage) == price.cost(silent)

    @given(priced, usages())
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
        assert 0 <= (price.cost(usage) - price.per_request) * 10**6 - exact < 10**6


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
