"""What vendors take for each call of a tool that they run themselves, beside the tokens that it brings.

A tool that is not in this table has no price here: tools billed by time, by storage or by another model's tokens
(Anthropic's code execution, image generation), and servers that a provider asks. A request with one of these is refused
under a budget.

Source: OpenAI's and Anthropic's pages of prices as litellm 1.110.2 carries them (MIT), read in November 2026: a web
search $10 a thousand, $25 with OpenAI's models before GPT-5; file search $2.50 a thousand; a container of the code
interpreter $0.03. Anthropic takes nothing for fetching a page.
"""

import re
from collections.abc import Mapping
from typing import Final

from attrs import field, frozen
from attrs.validators import ge

from tokenwise.money import Nanodollars

__all__ = ["DEFAULT_CALLS", "Hosted", "fee_of", "kind_of"]

DEFAULT_CALLS: Final = 5
"""How often such tools may be called in one answer where the request does not say; it is then asked of the provider."""


@frozen
class Hosted:
    """Tools that the provider runs, of these kinds, which together may be called so often in one answer."""

    kinds: tuple[str, ...]
    most: int = field(validator=ge(0))


_KINDS: Final = (
    ("web_search", re.compile(r"web_search(_preview)?(_\d{4}_\d\d_\d\d)?|web_search_\d{8}")),
    ("web_fetch", re.compile(r"web_fetch_\d{8}")),
    ("file_search", re.compile(r"file_search")),
    ("code_interpreter", re.compile(r"code_interpreter")),
)

# In nano-dollars a call.
_FEES: Final[Mapping[tuple[str, str], int]] = {
    ("openai", "web_search"): 10_000_000,
    ("openai", "file_search"): 2_500_000,
    ("openai", "code_interpreter"): 30_000_000,
    ("anthropic", "web_search"): 10_000_000,
    ("anthropic", "web_fetch"): 0,
}
_EARLIER: Final = ("openai/gpt-4", "openai/gpt-3", "openai/chatgpt-4")
_EARLIER_SEARCH: Final = Nanodollars(25_000_000)


def kind_of(tool_type: str) -> str:
    """What kind of tool a request's type of it names, "" for one that has no fee for each call.

    >>> kind_of("web_search_preview_2025_03_11"), kind_of("web_search_20250305"), kind_of("mcp")
    ('web_search', 'web_search', '')
    """
    return next((kind for kind, name in _KINDS if name.fullmatch(tool_type)), "")


def fee_of(kind: str, *, model: str, provider: str) -> Nanodollars | None:
    """What one call of it costs with this model at this provider; None where none is published.

    >>> fee_of("web_search", model="openai/gpt-5.4", provider="openai")
    10000000
    """
    if provider == "openai" and kind == "web_search" and model.startswith(_EARLIER):
        return _EARLIER_SEARCH
    fee = _FEES.get((provider, kind))
    return None if fee is None else Nanodollars(fee)
