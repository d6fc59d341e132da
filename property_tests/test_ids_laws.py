"""Laws of ids: structural, and the same on every machine."""

from hashlib import sha256

from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import plain_needs, rivals, spending
from tokenwise.catalog.attachments import Attachments
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import Writes
from tokenwise.catalog.tool_fees import Hosted
from tokenwise.ids import AttemptId, canonical, fingerprint, jitter
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy
from tokenwise.routing.bid import Counted, Horizon, Known, Need
from tokenwise.routing.choosing import decision_id
from tokenwise.traits import Capability, Feature
from tokenwise.usage import TokenCount

EMPTY = Catalog(())
NEED = Need(Capability(0), TokenCount(1, 2), max_output_tokens=4, output_tokens=4)

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


CHANGES = {
    "capabilities": Capability.CODE,
    "input": TokenCount(1, 3),
    "max_output_tokens": 5,
    "output_tokens": 3,
    "difficulty": 0.25,
    "features": Feature.SEED,
    "model": "a/é",
    "choices": 2,
    "attachments": Attachments(unmeasured=1),
    "unpriced": "sound",
    "surcharge": Nanodollars(1),
    "counted": (Counted("a/b", 1),),
    "likely": Capability.CODE,
    "open_ended": True,
    "writes": Writes(minutes=1),
    "known": (Known("p", "a/b", 1),),
    "streamed": True,
    "tier": "fast",
    "hosted": (Hosted(("web_search",), 1),),
    "horizon": Horizon(1, 1),
}


class TestDecisionIds:
    """'Over all that was decided from: every field of the need in its order'."""

    @given(rivals(), spending, st.sampled_from(sorted(CHANGES)), st.sampled_from(sorted(CHANGES)))
    def test_two_decisions_share_an_id_only_where_all_is_equal(self, catalog, policy, one, other):
        needs = [evolve(NEED, **{name: CHANGES[name]}) for name in (one, other)]
        ids = [decision_id(need, catalog, policy, Nanodollars(9)) for need in (NEED, *needs)]
        assert len(set(ids)) == (2 if one == other else 3)
        rest = [(catalog, policy, 8, False), (catalog, policy, 9, True), (EMPTY, policy, 9, False)]
        rest += [(catalog, evolve(policy, max_retries=9), 9, False)]
        found = {decision_id(NEED, c, p, Nanodollars(left), best_effort=short) for c, p, left, short in rest}
        assert len(found - {ids[0]}) == 4

    def test_every_field_of_a_need_can_be_changed_here(self):
        assert set(CHANGES) == {spec.name for spec in fields(Need)}

    def test_it_is_the_same_on_every_machine(self):
        said = (0, 1, 2, 4, 4, 0.5, 0, "", 1, 0, 0, 0, "", 0, (), 0, False, 0, 0, (), False, "", (), None)
        text = ascii((*said, EMPTY.fingerprint, Policy().fingerprint, 9, False))
        assert decision_id(NEED, EMPTY, Policy(), Nanodollars(9)) == sha256(text.encode()).hexdigest()[:16]


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
