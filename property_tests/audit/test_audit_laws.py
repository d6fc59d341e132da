"""Laws of the audit: rows are the same however they are laid out, sums however calls are ordered, ends in one order."""

import io
import json

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tokenwise.audit.audits import Audit
from tokenwise.audit.choices import Trial, equals
from tokenwise.audit.findings import Findings, findings
from tokenwise.audit.pricing import Prices
from tokenwise.audit.records import Call
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy
from tokenwise.simulation.workload import Variant
from tokenwise.usage import Usage
from tokenwise_shell.audit.rows import rows_of

CATALOG = embedded_catalog()
LIMIT = Nanodollars(10**15)
HELD = (Limit(Nanodollars(10**8), Window.DAY), Limit(Nanodollars(10**7), Window.TOTAL, each="session"))

words = st.text(st.sampled_from('ab{}[]",\\\n é\t:'), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
objects = st.lists(st.dictionaries(st.sampled_from("abc"), values, min_size=1, max_size=3), min_size=1, max_size=6)
layouts = st.sampled_from(("lines", "list", "tall list", "tall objects", "in data"))

calls = st.builds(
    Call,
    model=st.sampled_from(("openai/gpt-5.5", "anthropic/claude-opus-5-5", "openai/gpt-4.1-mini", "nobody/knows")),
    at_ms=st.integers(1_795_392_000_000, 1_795_700_000_000) | st.none(),
    usage=st.builds(Usage, st.integers(0, 9_000), st.integers(0, 90_000), st.just(0), st.integers(1, 900)) | st.none(),
    session=st.sampled_from(("", "s", "t", "u")),
    agent=st.sampled_from(("main", "helper")),
    recorded=st.none() | st.integers(0, 10**9).map(Nanodollars),
)


class Trickle(io.RawIOBase):
    """Bytes that come as slowly as a pipe may give them."""

    def __init__(self, raw: bytes, size: int) -> None:
        super().__init__()
        self.raw, self.size = raw, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        some = self.raw[: min(self.size, len(buffer))]
        self.raw = self.raw[len(some) :]
        buffer[: len(some)] = some
        return len(some)


def laid_out(rows: list[dict], layout: str) -> bytes:
    match layout:
        case "lines":
            return b"".join(orjson.dumps(row) + b"\n" for row in rows)
        case "list":
            return orjson.dumps(rows)
        case "tall list":
            return json.dumps(rows, indent=2).encode()
        case "in data":
            return json.dumps({"data": rows, "meta": {"page": 1}}, indent=1).encode()
        case _:
            return "\n".join(json.dumps(row, indent=1, ensure_ascii=False) for row in rows).encode()


class TestRows:
    """'However the rows of a log are laid out, and in whatever pieces they come, they are the same rows'."""

    @given(objects, layouts, st.integers(1, 40))
    def test_rows_are_what_was_written(self, rows, layout, size):
        raw = laid_out(rows, layout)
        told = list(rows_of(io.BufferedReader(Trickle(raw, size)), raw[:65_536]))
        assert [row for row in told if not isinstance(row, tuple)] == []
        assert [row for _, row in told] == rows

    @given(objects, st.binary(max_size=30))
    def test_what_is_no_row_is_told_and_harms_no_other_line(self, rows, noise):
        noise = noise.replace(b"\n", b" ").replace(b"\r", b" ")
        raw = laid_out(rows, "lines") + noise + b"\n" + laid_out(rows, "lines")
        told = list(rows_of(io.BytesIO(raw), raw))
        read = [row[1] for row in told if isinstance(row, tuple)]
        assert read[: len(rows)] == rows
        assert read[-len(rows) :] == rows
        assert len(told) - len(read) <= 1


def audited(told: list[Call]) -> Findings:
    variant = Variant(name="tried", policy=Policy(), limit=LIMIT, limits=HELD)
    audit = Audit(Prices(CATALOG, lambda _, name: name), [Trial(equals(LIMIT), CATALOG), Trial(variant, CATALOG)])
    for call in told:
        audit.add(call)
    return findings(audit)


class TestSums:
    """'Calls may come in any order'."""

    @given(st.lists(calls, max_size=25).flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
    def test_no_sum_depends_on_the_order(self, orders):
        one, other = map(audited, orders)
        assert (one.total, one.by_model, one.by_day, one.by_agent) == (
            other.total,
            other.by_model,
            other.by_day,
            other.by_agent,
        )
        assert [(each.name, each.sum, each.line) for each in one.dearest] == [
            (each.name, each.sum, each.line) for each in other.dearest
        ]
        for ours, theirs in zip(one.policies, other.policies, strict=True):
            assert (ours.alike, ours.easy, ours.cold, ours.limits) == (
                theirs.alike,
                theirs.easy,
                theirs.cold,
                theirs.limits,
            )

    @given(st.lists(calls, max_size=25))
    def test_parts_are_parts_and_ends_are_in_order(self, told):
        found = audited(told)
        total = found.total
        assert total.calls == len(told)
        assert sum(one.cost for one in found.by_model.values()) == total.cost
        assert sum(one.cost for one in found.by_agent.values()) == total.cost
        assert total.assumed + total.as_recorded <= total.cost
        for one in found.policies:
            assert one.easy <= one.alike <= one.cold
            assert one.base <= total.cost
            for paid, instead in one.limits:
                assert 0 <= paid.least <= paid.most <= one.base
                assert 0 <= instead.least <= instead.most <= one.alike
