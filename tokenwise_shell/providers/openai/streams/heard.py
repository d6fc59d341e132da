"""How much output an event of a stream can hold at most, in whichever format, by the texts that stand in it."""

from typing import Final

from tokenwise.usage import text_bound

__all__ = ["tokens_said"]

# What names an answer and says of what kind it is, what Azure's filters found in it, and a whole response, which
# repeats the request and what was said.
_FRAME: Final = frozenset(
    """
    id object model type role finish_reason native_finish_reason stop_reason system_fingerprint service_tier provider
    item_id call_id obfuscation signature encrypted_content response usage error status responseId modelVersion
    thoughtSignature finishReason usageMetadata content_filter_results content_filter_offsets prompt_filter_results
    """.split()  # noqa: SIM905 -- words that are only ever read by eye
)


def tokens_said(value: object) -> int:
    """The bytes of every text in it, since no token is shorter than one; what frames the answer aside.

    >>> tokens_said({"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Rain"}}]})
    4
    """
    tokens, left = 0, [value]
    while left:  # without recursion: an event may nest more deeply than Python calls
        each = left.pop()
        if isinstance(each, str):
            tokens += text_bound(each)
        elif isinstance(each, dict):
            left += [inner for name, inner in each.items() if name not in _FRAME]
        elif isinstance(each, list):
            left += each
    return tokens
