"""Which trade a model is made for, where that is not conversation: told by its name and by what it puts out.

Lists of models mix generators of music, guards and mergers of patches with models that answer; their prices look alike,
and some cost nothing by the token. A model of another trade is called by its name and never chosen.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["trade_of"]

# Words of a name that say what the model is made for, read off OpenRouter's list of April 2026.
_WORDS: Final[Mapping[str, str]] = {
    word: trade
    for trade, words in {
        "judging whether a text is safe": "guard safeguard shield shieldgemma moderation moderator safety",
        "merging patches": "apply fastapply relace morph",
        "searching": "search research deepresearch sonar",
        "images": "image images imagen dalle flux diffusion recraft inpainting upscale",
        "music": "music lyria suno",
        "speech and sound": "audio speech tts asr whisper transcribe transcription voice realtime",
        "video": "video veo sora",
        "embedding": "embed embedding embeddings rerank reranker",
        "reading scans": "ocr",
        "translating": "translate translation",
        "choosing another model": "router bodybuilder",
    }.items()
    for word in words.split()
}

_CUT: Final = re.compile(r"[^a-z]+")


def trade_of(name: str, outputs: Iterable[str] = ("text",)) -> str:
    """What this model is made for, "" for conversation. `outputs` are the modalities of what it gives.

    >>> trade_of("meta-llama/llama-guard-4-12b")
    'judging whether a text is safe'
    >>> trade_of("vendor/singer-3", ["text", "audio"])
    'audio'
    >>> trade_of("openai/gpt-5.2-codex")
    ''
    """
    if other := sorted(set(outputs) - {"text"}):
        return " and ".join(other)
    if name.startswith("openrouter/auto"):
        return _WORDS["router"]
    return next((_WORDS[word] for word in _CUT.split(name.lower()) if word in _WORDS), "")
