"""Ids: structural names, and fingerprints that hold on every machine."""

import enum

from attrs import frozen

from tokenwise.ids import AttemptId, canonical, fingerprint, jitter
from tokenwise.traits import Capability, Tier


@frozen
class Point:
    x: int
    tags: frozenset[str] = frozenset()


class Colour(enum.Enum):
    RED = "red"


def test_an_attempt_is_named_by_its_step_and_ordinal():
    assert str(AttemptId("research", 2)) == "research#2"
    assert AttemptId("a", 1) < AttemptId("a", 2) < AttemptId("b", 0)


def test_classes_are_told_by_name_and_fields_and_flags_by_number():
    assert canonical(Point(1, frozenset({"b", "a"}))) == "Point(1,{'a','b'})"
    assert canonical(Capability.CODE | Capability.MATH) == "10"
    assert canonical((Tier.MID, Colour.RED, None, "x")) == "(1,red,None,'x')"


def test_a_fingerprint_is_the_same_on_every_machine():
    # SHA-256 of "Point(1,{})", cut to sixteen digits: as sha256sum gives it.
    assert fingerprint(Point(1)) == "691e54cea7ad5fcd"


def test_text_that_is_no_valid_unicode_has_a_fingerprint_too():
    assert fingerprint("\ud800") != fingerprint("\ud801")
    assert 0 <= jitter(0, AttemptId("\ud800", 0), 9) <= 9


def test_jitter_depends_on_seed_step_and_ordinal():
    drawn = [jitter(7, AttemptId("a", 0), 10**9), jitter(8, AttemptId("a", 0), 10**9)]
    drawn += [jitter(7, AttemptId("b", 0), 10**9), jitter(7, AttemptId("a", 1), 10**9)]
    assert len(set(drawn)) == 4
