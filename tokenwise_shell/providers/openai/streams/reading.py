"""A streamed chat completion, event by event, in no vendor's terms."""

from collections.abc import Iterator
from typing import Final

from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, first_text, text
from tokenwise_shell.providers.openai.blocks import thoughts_of
from tokenwise_shell.providers.openai.usage import read_report
from tokenwise_shell.providers.openai.words import ending, finish_of, text_of
from tokenwise_shell.providers.translate.deltas import (
    Calls,
    Counted,
    Declined,
    Delta,
    Opened,
    Shows,
    Stopped,
    Thinks,
    Wrote,
)

__all__ = ["plain", "read_chunk"]


def read_chunk(chunk: Fields) -> Iterator[Delta]:
    """What this chunk adds. Usage is told last: what a chunk counts includes what it says."""
    choices = list(map(as_fields, entries(chunk.get("choices"))))
    if choices:
        yield Opened(text(chunk.get("id")), text(chunk.get("model")))
    for choice in choices:
        yield from _added(choice, count(choice.get("index")) or 0)
    if (report := read_report(chunk)).counts:
        yield Counted(report.usage, report.cost, report.notice, report.tier)


def plain(chunk: object) -> tuple[str, str, str] | None:
    """The model, the text and the word for the end of a chunk that says nothing else of the first choice.

    None for any other: whatever has a field beside those that say nothing more is another.
    """
    if type(chunk) is not dict or not chunk.keys() <= _SILENT or chunk.get("usage") is not None:
        return None
    choices, model = chunk.get("choices"), chunk.get("model")
    if type(choices) is not list or len(choices) != 1 or type(model) is not str or chunk.get("object") == "error":
        return None
    choice = choices[0]
    if type(choice) is not dict or not choice.keys() <= _OF_TEXT:
        return None
    delta, index = choice.get("delta"), choice.get("index")
    if type(delta) is not dict or type(index) is not int or index:
        return None
    said = ""
    for name, value in delta.items():
        if name == "content" and type(value) is str:
            said = value
        elif value is not None and name != "role":
            return None
    return model, said, ending(choice) if choice.get("finish_reason") else ""


_SILENT: Final = frozenset(
    """
    id object created model choices usage system_fingerprint obfuscation provider service_tier
    """.split()  # noqa: SIM905 -- words that are only ever read by eye
)
_OF_TEXT: Final = frozenset(
    """
    index delta finish_reason native_finish_reason stop_reason logprobs content_filter_results content_filter_offsets
    """.split()  # noqa: SIM905 -- words that are only ever read by eye
)


def _added(choice: Fields, index: int) -> Iterator[Delta]:
    delta = as_fields(choice.get("delta"))
    # Not all output has a name here; whatever it is, a client gets it, so nobody else may be asked any more.
    if any(value for name, value in delta.items() if name != "role"):
        yield Shows(index)
    for thought in thoughts_of(delta):
        said = first_text(thought.get("text"), thought.get("summary"))
        yield Thinks(said, text(thought.get("signature")), text(thought.get("data")), index)
    if said := text_of(delta.get("content")):
        yield Wrote(said, index)
    if said := text(delta.get("refusal")):
        yield Declined(said, index)
    if as_fields(delta.get("function_call")):
        yield Calls(0, "", "", choice=index)
    for call in map(as_fields, entries(delta.get("tool_calls"))):
        yield Calls(count(call.get("index")) or 0, text(call.get("id")), "", choice=index)
    if reason := ending(choice):
        yield Stopped(finish_of(reason), index, text(choice.get("stop_reason")))
