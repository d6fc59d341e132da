"""Every name in the lists of the vendors' installed SDKs can be asked for, or the refusal says what can be done."""

from collections.abc import Iterator
from typing import get_args

import pytest
from anthropic.types.model import Model as AnthropicModel
from anthropic.types.model_param import ModelParam
from openai.types.shared.all_models import AllModels
from openai.types.shared.chat_model import ChatModel
from openai.types.shared.responses_model import ResponsesModel

from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.request.names import Wanted, wanted
from tokenwise_shell.proxy.troubles import REMEDY

CATALOG = embedded_catalog()

# Goods that no price of text covers, and what no table of prices had on the catalogue's day.
WITHOUT = {
    "computer-use-preview": "a tool's pictures",
    "gpt-4-vision-preview": "pictures at prices of their own",
    "gpt-4o-audio-preview": "sound",
    "gpt-4o-mini-audio-preview": "sound",
    "gpt-audio-mini": "sound",
    "gpt-4o-search-preview": "a fee for each search",
    "gpt-4o-mini-search-preview": "a fee for each search",
    "o3-deep-research": "a fee for each search",
    "o4-mini-deep-research": "a fee for each search",
    "gpt-6-cyber": "no window stated",
    "gpt-rosalind-research": "no window stated",
    "gpt-6.2-astra": "no price",
    "gpt-6.2-sol": "no price",
}


def literals(kind: object) -> Iterator[str]:
    for part in get_args(kind):
        yield from [part] if isinstance(part, str) else literals(part)


OPENAIS = sorted({*literals(ChatModel), *literals(AllModels), *literals(ResponsesModel)})
ANTHROPICS = sorted({*literals(AnthropicModel), *literals(ModelParam)})


def test_the_lists_are_whole():
    assert (len(OPENAIS) > 100, len(ANTHROPICS) > 20) == (True, True)


@pytest.mark.parametrize("name", [*OPENAIS, *ANTHROPICS])
def test_a_listed_name_means_a_model_with_a_price_or_is_refused_with_the_remedy(name):
    match wanted(name, CATALOG, {}):
        case Wanted(model=found):
            vendor = "anthropic" if name in ANTHROPICS else "openai"
            assert CATALOG[found].id.startswith(f"{vendor}/")
            assert not any(name.startswith(plain) for plain in WITHOUT)
        case Trouble() as refused:
            assert (refused.status, refused.code) == (404, "model_not_found")
            assert REMEDY in refused.message
            assert any(name.startswith(plain) for plain in WITHOUT), "a name of the vendor's list without a row"


def test_most_can_be_asked_for():
    known = [name for name in (*OPENAIS, *ANTHROPICS) if isinstance(wanted(name, CATALOG, {}), Wanted)]
    assert len(known) / len((*OPENAIS, *ANTHROPICS)) > 0.8
