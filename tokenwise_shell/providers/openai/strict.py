"""What stands in OpenAI's chat fields by agreement of others, and which OpenAI itself refuses.

Answers of other providers bring such fields to a client, which sends them back with the conversation; the next model to
be asked may be one of OpenAI's.
"""

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from tokenwise_shell.providers.fields import Fields

__all__ = ["OPENAI_HOSTS", "VENDOR_HOSTS", "is_openais_own", "is_strict", "without_extensions"]

# OpenRouter's marks for caching and its reasoning, the failure of a tool as Anthropic has it, Google's signatures.
_EXTENSIONS: Final = frozenset(("cache_control", "reasoning_details", "is_error", "extra_content"))

# Where extensions can stand: in the request itself, in a message or tool, in a part or call of a message.
_LISTS: Final = ("messages", "tools", "content", "tool_calls")

VENDOR_HOSTS: Final = ("api.openai.com", "*.api.openai.com")
"""OpenAI's own hosts; those of a region (`eu.`, `us.`) keep its data there."""

OPENAI_HOSTS: Final = (
    *VENDOR_HOSTS,
    "*.openai.azure.com",
    "*.openai.azure.us",
    "*.openai.azure.cn",
    "*.cognitiveservices.azure.com",
    "*.services.ai.azure.com",
)
"""Hosts at which OpenAI's models are served by OpenAI's own rules, Azure's among them. (Looked at in November 2026.)"""


@lru_cache(maxsize=256)
def is_strict(host: str) -> bool:
    """Whether this host refuses fields that it does not know."""
    return any(fnmatchcase(host, hosts) for hosts in OPENAI_HOSTS)


def is_openais_own(host: str) -> bool:
    """Whether OpenAI itself serves there, so that its `/responses` is known to be there and its prices hold."""
    return any(fnmatchcase(host, hosts) for hosts in VENDOR_HOSTS)


def without_extensions(fields: Fields, *, levels: int = 2) -> dict[str, object]:
    """The fields without what OpenAI would refuse, in the request and so many levels of lists; the rest as it was."""
    bare = {name: value for name, value in fields.items() if name not in _EXTENSIONS}
    for name in _LISTS if levels else ():
        if isinstance(found := bare.get(name), list):
            bare[name] = [_bare(each, levels - 1) for each in found]
    return bare


def _bare(value: object, levels: int) -> object:
    return without_extensions(value, levels=levels) if isinstance(value, dict) else value
