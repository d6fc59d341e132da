"""What many sellers of the same weights say about them: limits, and what their interfaces take."""

import re
import statistics
from collections.abc import Mapping
from typing import Any


def plain(name: str) -> str:
    """A model's name without its vendor, host and punctuation, for finding the same weights elsewhere."""
    last = name.rsplit("/", 1)[-1].lower()
    last = re.sub(r"(\d)p(\d)", r"\1.\2", last)  # Fireworks writes 5p3
    last = re.sub(r"^([a-z]+\.)?amazon\.|:0$", "", last)  # Bedrock writes us.amazon.nova-pro-v1:0
    return re.sub(r"-(it|instruct|preview)$", "", last).replace(".", "-").replace("_", "-")


def facts_by_name(table: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for key, facts in sorted(table.items()):
        if facts.get("mode") == "chat":
            found.setdefault(plain(key), []).append(facts)
    return found


def middle(values: list[int]) -> int:
    return statistics.median_low(values) if values else 0


def stated_output(hosts: list[Mapping[str, Any]], context: int) -> int:
    """The middle of what hosts state, 0 where none does. A limit equal to the window is the window copied: unstated.

    The caller then takes a quarter of the window, at most 16384: too little harms less than a cap that hosts refuse,
    and OpenRouter's live list knows better.
    """
    stated = [
        row.get("max_output_tokens") for row in hosts if row.get("max_output_tokens") != row.get("max_input_tokens")
    ]
    return middle([value for value in stated if isinstance(value, int) and value < context])


def limit(model_id: str, stated: int, ours: Mapping[str, Any]) -> int:
    return ours["limits"].get(model_id, {}).get("max_output_tokens", stated)


def agreed(hosts: list[Mapping[str, Any]], flag: str) -> bool:
    """Whether at least half of the hosts say so: OpenRouter sends a request to those that can."""
    return bool(hosts) and 2 * sum(bool(row.get(flag)) for row in hosts) >= len(hosts)


FLAGS = {
    "TOOLS": "supports_function_calling",
    "JSON_SCHEMA": "supports_response_schema",
    "IMAGES": "supports_vision",
    "DOCUMENTS": "supports_pdf_input",
    "AUDIO": "supports_audio_input",
    "REASONING_EFFORT": "supports_reasoning",
}
SAMPLING = frozenset({"TEMPERATURE", "SEED", "STOP", "PENALTIES"})

# What each vendor's chat endpoint takes beside the flags above, from its API reference; REFUSED is what its models
# that reason turn down.
ENDPOINT = {
    "openai": frozenset({"JSON_OBJECT", "CHOICES", "LOGPROBS"}) | SAMPLING,
    "anthropic": frozenset({"TEMPERATURE", "STOP"}),
    "google": frozenset({"JSON_OBJECT", "CHOICES"}) | SAMPLING,
}
REFUSED_REASONING = {
    "openai": frozenset({"TEMPERATURE", "STOP", "LOGPROBS", "PENALTIES"}),
    "x-ai": frozenset({"STOP", "PENALTIES"}),
}


def direct_features(vendor: str, facts: Mapping[str, Any]) -> frozenset[str]:
    if facts["mode"] == "embedding":
        return frozenset({"EMBEDDINGS"})
    found = {name for name, flag in FLAGS.items() if facts.get(flag)} | ENDPOINT[vendor]
    if facts.get("supports_reasoning"):
        found -= REFUSED_REASONING.get(vendor, frozenset())
    return frozenset(found - refused(facts))


def resold_features(model_id: str, hosts: list[Mapping[str, Any]]) -> frozenset[str]:
    found = {name for name, flag in FLAGS.items() if agreed(hosts, flag)} | SAMPLING | {"JSON_OBJECT"}
    if "REASONING_EFFORT" in found:
        found -= REFUSED_REASONING.get(model_id.partition("/")[0], frozenset())
    return frozenset(found - frozenset[str]().union(*map(refused, hosts)))


def refused(facts: Mapping[str, Any]) -> frozenset[str]:
    """Features a row rules out. Sound dearer than text has no price in a Rate, so it is not offered at all."""
    out = set()
    if facts.get("supports_sampling_params") is False:
        out.add("TEMPERATURE")
    if (facts.get("input_cost_per_audio_token") or 0) > (facts.get("input_cost_per_token") or 0):
        out.add("AUDIO")
    return frozenset(out)
