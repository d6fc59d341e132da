"""Exact counts of words, where a model's tokenizer is known: OpenAI's, by the package quicktok (extra `exact`).

The bound that holds for everybody counts bytes and is some four times too high for English and code. What a request may
cost one of these models at most is lower by what an exact count saves. Framing stays as it is, and so does everything
in a request that is no message's plain text. Other vendors do not publish theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final, Protocol

from tokenwise.errors import InputError, Problem
from tokenwise.routing.bid import Counted
from tokenwise.usage import count_text

__all__ = ["MODELS", "counted"]

# Which encoding reads which model: tiktoken's own table (tiktoken/model.py, November 2026). A name stands for its
# variants too (`gpt-5-mini`), and not for its successors: `gpt-5.1` has no entry there.
MODELS: Final[Mapping[str, tuple[str, ...]]] = {
    "o200k_base": (
        "openai/gpt-4.1",
        "openai/gpt-4o",
        "openai/gpt-5",
        "openai/o1",
        "openai/o3",
        "openai/o4-mini",
    ),
    "cl100k_base": ("openai/gpt-3.5-turbo", "openai/gpt-4"),
}

# An English page is 3,000 characters. Some 10 ms are spent on a million of them; beyond, the bytes are bound enough.
_LONGEST: Final = 1_000_000


class _Encoding(Protocol):
    def encode_ordinary(self, text: str) -> Sequence[int]: ...


def counted(texts: Iterable[str]) -> tuple[Counted, ...]:
    """What an exact count of these texts saves, for each model that it is known for; nothing for very long ones.

    The first time, the vocabularies are loaded: half a second, 90 MB. Raises InputError without the package.
    """
    encodings, texts = _encodings(), tuple(texts)
    if not any(texts) or sum(map(len, texts)) > _LONGEST:
        return ()
    bytes_bound = sum(count_text(text).bound for text in texts)
    return tuple(
        Counted(model, max(0, bytes_bound - tokens))
        for name, models in MODELS.items()
        for tokens in [sum(_count(encodings[name], text) for text in texts)]
        for model in models
    )


def _count(encoding: _Encoding, text: str) -> int:
    """The tokens of one text, with marks of control read as words: taken for marks they would be fewer."""
    return len(encoding.encode_ordinary(text.encode("utf-8", "replace").decode()))


@cache
def _encodings() -> Mapping[str, _Encoding]:
    try:
        import quicktok  # type: ignore[import-untyped]
    except ImportError:
        fix = "needs the package quicktok: pip install '.[exact]'"
        raise InputError(Problem("exact_tokens", fix)) from None
    return {name: quicktok.get_encoding(name) for name in MODELS}
