"""Which providers stop when nobody listens to a stream any more, and whether a request lets the model think unseen.

The one published list is OpenRouter's (https://openrouter.ai/docs/api-reference/streaming, "Stream Cancellation", read
in November 2026): with those it names as supporting it, "aborting the connection ... immediately stops model processing
and billing". No vendor promises it in its own terms. Who is not on that list (Google, Groq, Mistral, Bedrock and
Perplexity are named as not supporting it), who hands requests on to hosts that cannot be seen (OpenRouter itself), and
whoever nobody knows is taken to make and bill an answer to its end. `providers.NAME.stops_when_left` says otherwise.
"""

from typing import Final
from urllib.parse import urlsplit

from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers.anthropic.names import thinks_by_budget
from tokenwise_shell.providers.fields import Fields, as_fields
from tokenwise_shell.providers.wire import Endpoint

__all__ = ["STOPS", "is_quiet", "stops"]

STOPS: Final = frozenset(
    {
        "api.anthropic.com",
        "api.deepinfra.com",
        "api.deepseek.com",
        "api.fireworks.ai",
        "api.openai.com",
        "api.together.xyz",
        "api.x.ai",
    }
)


def stops(endpoint: Endpoint) -> bool:
    """Whether this provider makes and bills no more of a stream once it notices that nobody listens."""
    if endpoint.stops is not None:
        return endpoint.stops
    return urlsplit(endpoint.base_url).hostname in STOPS


def is_quiet(kind: ProviderKind, body: Fields, *, native_id: str) -> bool:
    """Whether the request as it is sent keeps the model from thinking, by the words of its format."""
    match kind:
        case ProviderKind.ANTHROPIC:
            thinking, effort = as_fields(body.get("thinking")), as_fields(body.get("output_config")).get("effort")
            by_budget = not thinking and effort is None and thinks_by_budget(native_id)
            return by_budget or thinking.get("type") == "disabled"
        case ProviderKind.GOOGLE:
            config = as_fields(as_fields(body.get("generationConfig")).get("thinkingConfig"))
            return config.get("thinkingBudget") == 0
        case ProviderKind.OPENAI:
            reasoning = as_fields(body.get("reasoning"))
            return (
                "none" in (body.get("reasoning_effort"), reasoning.get("effort")) or reasoning.get("enabled") is False
            )
