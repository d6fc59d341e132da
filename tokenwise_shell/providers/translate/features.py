"""Which features of a model's interface a request uses: what `route` must find in a model before it may be asked.

A parameter at its default value asks for nothing, and null never does.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from tokenwise.traits import Feature
from tokenwise_shell.providers.fields import Fields, as_fields, entries, text
from tokenwise_shell.providers.translate.terms import is_neutral
from tokenwise_shell.providers.turns import over

__all__ = ["features_of"]

_BY_PARAMETER: Final[Mapping[str, Feature]] = {
    "tools": Feature.TOOLS,
    "functions": Feature.TOOLS,
    "temperature": Feature.TEMPERATURE,
    "top_p": Feature.TEMPERATURE,  # the models that refuse the one refuse the other
    "seed": Feature.SEED,
    "stop": Feature.STOP,
    "n": Feature.CHOICES,
    "logprobs": Feature.LOGPROBS,
    "top_logprobs": Feature.LOGPROBS,
    "logit_bias": Feature.LOGPROBS,  # there is no feature of its own; who shows logits lets them be shifted
    "presence_penalty": Feature.PENALTIES,
    "frequency_penalty": Feature.PENALTIES,
    "reasoning_effort": Feature.REASONING_EFFORT,
    "reasoning": Feature.REASONING_EFFORT,  # OpenRouter's name for it
    "audio": Feature.AUDIO,
}

_BY_FORMAT: Final[Mapping[str, Feature]] = {
    "json_object": Feature.JSON_OBJECT,
    "json_schema": Feature.JSON_SCHEMA,
}

_BY_PART: Final[Mapping[str, Feature]] = {
    "image_url": Feature.IMAGES,
    "file": Feature.DOCUMENTS,
    "input_audio": Feature.AUDIO,
}


def features_of(fields: Fields, *, plain: bool = False) -> Feature:
    """The features that a request in OpenAI's chat fields uses. `plain` messages are known to be words alone.

    >>> features_of({"messages": [], "n": 1, "seed": 7}).names
    ('seed',)
    """
    found = Feature.NONE
    if "response_format" in fields:
        found = _BY_FORMAT.get(text(as_fields(fields["response_format"]).get("type")), found)
    for name, value in fields.items():
        if name in _BY_PARAMETER and not is_neutral(name, value):
            found |= _BY_PARAMETER[name]
    said = Feature.NONE if plain else over(entries(fields.get("messages")), _with_messages, Feature.NONE)
    return found | said if said is not Feature.NONE else found  # nearly always, and an operation on flags takes long


def _with_messages(found: Feature, messages: Sequence[object]) -> Feature:
    """With what these messages use."""
    for message in map(as_fields, messages):
        if len(message) == 2 and isinstance(message.get("content"), str) and message.get("role") != "tool":
            continue  # nothing but a text
        if message.get("role") == "tool" or entries(message.get("tool_calls")):
            found |= Feature.TOOLS
        for part in map(as_fields, entries(message.get("content"))):
            if (kind := text(part.get("type"))) in _BY_PART:
                found |= _BY_PART[kind]
    return found
