"""Laws of ids: structural, and the same on every machine."""

from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import plain_needs, rivals, spending
from tokenwise.ids import AttemptId, canonical, fingerprint, jitter

leaves = st.one_of(st.integers(), st.text(max_size=5), st.booleans(), st.none())
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=8)
attempts = st.builds(AttemptId, st.text(max_size=8), st.integers(0, 9))


class TestFingerprints:
    """'A text that equal values share, on every machine and every Python', and that different ones do not."""

    @given(values, values)
    def test_different_values_have_different_texts(self, one, other):
        same = repr(one) == repr(other)  # Python's own equality holds True and 1 for the same
        assert (canonical(one) == canonical(other)) == same

    @given(st.lists(values, max_size=4), st.lists(values, max_size=4))
    def test_different_arguments_have_different_fingerprints(self, some, others):
        assert (fingerprint(*some) == fingerprint(*others)) == (repr(some) == repr(others))

    @given(st.frozensets(st.text(max_size=4), max_size=6), st.randoms())
    def test_a_set_has_no_order(self, some, random):
        assert canonical(frozenset(random.sample(sorted(some), len(some)))) == canonical(some)

    @given(plain_needs(), plain_needs(), spending, spending)
    def test_equal_needs_and_policies_share_theirs_and_others_do_not(self, need, other, policy, changed):
        assert (fingerprint(need) == fingerprint(other)) == (need == other)
        assert (fingerprint(policy) == fingerprint(changed)) == (policy == changed)

    @given(rivals(), rivals())
    def test_equal_catalogues_share_theirs_and_others_do_not(self, one, other):
        assert (one.fingerprint == other.fingerprint) == (one == other)


class TestJitter:
    """'A number from 0 to `upto` that looks random and is not'."""

    @given(st.integers(), attempts, st.integers(0, 10**9))
    def test_in_range_and_always_the_same(self, seed, attempt, upto):
        drawn = jitter(seed, attempt, upto)
        assert 0 <= drawn <= upto
        assert drawn == jitter(seed, attempt, upto)

    @given(st.integers(), attempts)
    def test_ordinals_of_one_step_do_not_wait_in_step(self, seed, attempt):
        drawn = {jitter(seed, AttemptId(attempt.step, ordinal), 10**9) for ordinal in range(20)}
        assert len(drawn) == 20
