"""Google's wire format: the `generationConfig` of a request."""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from tokenwise_shell.embedded.chat import BadRequest
from tokenwise_shell.embedded.documented import GOOGLES
from tokenwise_shell.embedded.fields import as_mapping, boolean, integer, texts
from tokenwise_shell.embedded.google.fields import known, proto
from tokenwise_shell.embedded.google.tools import standard_schema

__all__ = ["Config", "read_config"]

# Not acted upon here, under the names that OpenAI has for the same.
_OTHERS: Final[Mapping[str, str]] = {
    "temperature": "temperature",
    "topP": "top_p",
    "topK": "top_k",
    "seed": "seed",
    "presencePenalty": "presence_penalty",
    "frequencyPenalty": "frequency_penalty",
    "logprobs": "top_logprobs",
    "enableEnhancedCivicAnswers": "enable_enhanced_civic_answers",
    "imageConfig": "image_config",
    "mediaResolution": "media_resolution",
    "responseModalities": "modalities",
    "speechConfig": "speech_config",
}
_UNDERSTOOD: Final = frozenset(
    (
        "candidateCount", "maxOutputTokens", "responseJsonSchema", "responseLogprobs", "responseMimeType",
        "responseSchema", "stopSequences", "thinkingConfig",
    )
)  # fmt: skip

_ALL: Final = _UNDERSTOOD | _OTHERS.keys()
_THINKING: Final = frozenset(("includeThoughts", "thinkingBudget", "thinkingLevel"))


@frozen
class Config:
    """What `generationConfig` says, in the terms of `ChatRequest`."""

    cap: int | None
    choices: int
    stop: tuple[str, ...]
    schema: Mapping[str, object] | None
    reasons: bool
    thinking_cap: int | None
    shows_thoughts: bool
    logprobs: bool
    others: Mapping[str, object]


def read_config(asked: Mapping[str, object]) -> Config:
    """The generation config of a request. Raises BadRequest."""
    config = known(proto(asked.get("generationConfig", {}), "generationConfig"), _ALL, "generation_config")
    GOOGLES.check(config)
    thinking = known(proto(config.get("thinkingConfig", {}), "thinkingConfig"), _THINKING, "thinking_config")
    if thinking.get("thinkingBudget") is not None and thinking.get("thinkingLevel") is not None:
        raise BadRequest("You can only set only one of thinking budget and thinking level.")
    budget = integer(thinking, "thinkingBudget", least=-1)
    return Config(
        cap=integer(config, "maxOutputTokens", least=1),
        choices=integer(config, "candidateCount", least=1, most=8) or 1,
        stop=texts(config, "stopSequences", most=5),
        schema=_schema(config),
        reasons=bool(thinking) and budget != 0 and str(thinking.get("thinkingLevel")).upper() != "MINIMAL",
        # -1 leaves the budget to the model.
        thinking_cap=None if budget == -1 else budget,
        shows_thoughts=boolean(thinking, "includeThoughts"),
        logprobs=boolean(config, "responseLogprobs"),
        others={_OTHERS[name]: value for name, value in config.items() if name in _OTHERS},
    )


def _schema(config: Mapping[str, object]) -> Mapping[str, object] | None:
    """The schema that the text conforms to, `{}` for any JSON object, None for text."""
    schema = config.get("responseJsonSchema", standard_schema(config.get("responseSchema")))
    match config.get("responseMimeType", "text/plain"):
        case "application/json":
            return {} if schema is None else as_mapping(schema, "generationConfig.responseSchema")
        case "text/plain" if schema is None:
            return None
        case "text/plain":
            raise BadRequest("generationConfig: a response schema needs responseMimeType application/json")
        case kind:
            raise BadRequest(f"generationConfig.responseMimeType: {kind!r} is neither text/plain nor application/json")
