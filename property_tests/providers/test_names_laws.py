"""Laws of names: which rows of a catalogue a name may mean."""

from hypothesis import given
from hypothesis import strategies as st

from tokenwise_shell.providers.names import names_of, undated

stems = st.sampled_from(["x", "x-mini", "y-2", "acme/x", "other/x"])
dates = st.sampled_from(["", "-2025-04-14", "-20251101", "-0731", "-2512", "-08-2024", "-05-06", "-latest"])
suffixes = st.sampled_from(["", ":free", ":batch", ":thinking"])
names = st.builds(lambda stem, date, suffix: stem + date + suffix, stems, dates, suffixes)
rows = st.lists(names, max_size=8, unique=True)


def has_date(name):
    return "-latest" not in name and undated(name) != name


class TestNames:
    """The name itself goes first; two dates are two models; what stands behind a colon is never looked through."""

    @given(rows, names)
    def test_a_name_that_is_sold_means_itself_alone(self, sold, name):
        assert names_of([(each, each) for each in [*sold, name]])(name) == (name,)

    @given(rows, names)
    def test_what_is_meant_has_the_same_suffix_and_no_other_date(self, sold, name):
        for found in names_of([(each, each) for each in sold])(name):
            assert found.partition(":")[2] == name.partition(":")[2]
            if has_date(found) and has_date(name):
                assert found.rpartition("/")[2] == name.rpartition("/")[2]

    @given(rows, names)
    def test_the_order_of_the_rows_changes_nothing(self, sold, name):
        pairs = [(each, each) for each in sold]
        assert names_of(pairs)(name) == names_of(pairs[::-1])(name)
