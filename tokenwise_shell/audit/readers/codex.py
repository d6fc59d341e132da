"""Codex's session files: `~/.codex/sessions/YYYY/MM/DD/rollout-…jsonl`.

`event_msg` lines of `token_count` tell cumulative totals; one is told again, unchanged, wherever the screen is drawn
anew. So a call is what a total adds to the one before. A fork repeats its parent's totals under new times: what tells a
call is its totals, beyond a session's first, which is told by its session or by the one it is forked from. Cached and
written input is part of `input_tokens`, reasoning of `output_tokens`.

Learned from: @ccusage/codex 17.2, its successor's threads on forks and repetitions (ccusage #1288, #897, #1371), and
lines of Codex 0.140 and later in public repositories' tests (`cache_write_input_tokens`, `rate_limits`,
`forked_from_id`, `source.subagent.thread_spawn`, which names the session that a sub-agent works for).
"""

from collections.abc import Iterator
from typing import Final

from attrs import define

from tokenwise.audit.records import MAIN, Allotment, Call
from tokenwise.usage import Usage
from tokenwise_shell.audit.readers.simple import Read
from tokenwise_shell.audit.values import at_ms, digest, duly, model_name, safe_name
from tokenwise_shell.providers.fields import Fields, as_fields, first_text, text

__all__ = ["Codex", "recognises"]

_KINDS: Final = frozenset({"session_meta", "turn_context", "event_msg", "response_item", "compacted"})
_NAMES: Final = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)
_Counts = tuple[int, ...]
_ZERO: Final = (0,) * len(_NAMES)


def recognises(row: Fields) -> bool:
    """A line of one of its kinds, with a payload."""
    return row.get("type") in _KINDS and isinstance(row.get("payload"), dict)


@define
class Codex:
    """What a file has said so far of its session, its model and its totals."""

    _own: str = ""
    _session: str = ""
    _parent: str = ""
    _agent: str = MAIN
    _model: str = ""
    _totals: _Counts = _ZERO

    def read(self, row: Fields) -> Iterator[Read]:
        """The call that these totals add, if any."""
        payload = as_fields(row.get("payload"))
        match row.get("type"):
            case "session_meta" if not self._own:  # a fork repeats its parent's
                self._meet(payload)
            case "turn_context":
                self._model = model_name(payload.get("model")) or self._model
            case "event_msg" if payload.get("type") == "token_count":
                yield from self._count(payload, row)

    def end(self) -> Iterator[Read]:
        """Nothing waits."""
        return iter(())

    def _meet(self, payload: Fields) -> None:
        self._own = self._session = safe_name(first_text(payload.get("id"), payload.get("session_id")))
        self._parent = safe_name(payload.get("forked_from_id"))
        if helper := as_fields(payload.get("source")).get("subagent"):
            spawn = as_fields(as_fields(helper).get("thread_spawn"))
            self._agent = self._own
            self._session = safe_name(spawn.get("parent_thread_id")) or self._parent or self._own

    def _count(self, payload: Fields, row: Fields) -> Iterator[Read]:
        info = as_fields(payload.get("info"))
        totals, last = _counts(info.get("total_token_usage")), _counts(info.get("last_token_usage"))
        if totals is None:
            totals = tuple(map(sum, zip(self._totals, last, strict=True))) if last else self._totals
        if totals == self._totals:
            return
        added = tuple(now - before for now, before in zip(totals, self._totals, strict=True))
        self._totals, first = totals, self._totals == _ZERO
        if min(added) < 0 or (first and last):  # a total that began anew, or one that a resumed session brought along
            added = last or totals
        model = model_name(first_text(info.get("model"), payload.get("model"))) or self._model
        whose = (self._parent or self._own) if added == totals else ""
        yield (
            digest(whose, *totals),
            Call(
                model=model,
                at_ms=at_ms(row.get("timestamp")),
                usage=_usage(added),
                session=self._session,
                agent=self._agent,
                tools=True,
                allotments=tuple(_allotments(as_fields(payload.get("rate_limits")))),
            ),
        )


def _counts(value: object) -> _Counts | None:
    given = as_fields(value)
    return tuple(duly(given.get(name)) or 0 for name in _NAMES) if given else None


def _usage(counts: _Counts) -> Usage:
    whole, read, written, output, thought = counts
    read = min(read, whole)
    written = min(written, whole - read)
    return Usage(whole - read - written, read, written, output, min(thought, output))


def _allotments(limits: Fields) -> Iterator[Allotment]:
    plan = text(limits.get("plan_type"))
    name = f"codex {plan}" if plan.isalpha() and len(plan) < 16 else "codex"  # a word of a list, not of a person
    for kind in ("primary", "secondary"):
        given = as_fields(limits.get(kind))
        minutes, ends, used = duly(given.get("window_minutes")), duly(given.get("resets_at")), given.get("used_percent")
        if minutes and ends and isinstance(used, int | float) and 0 <= used <= 100:
            yield Allotment(name, minutes, ends, float(used))
