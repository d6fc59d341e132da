"""Rows for what vendors' own lists name, and of which little more than its price is known: asked by name alone.

A program says `gpt-3.5-turbo` for years. Its price is known, so it can be asked; whether it still answers, its vendor
says. The names are read from the SDKs (the literals of their types), for Google, whose SDK has none, from genai-prices.
A name gets a row where none means it, or where the row that means it by leaving its date out has another price.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from catalogue_rows import Row
from host_facts import direct_features, limit
from price_tables import RateRow, Tables, genai_price, litellm_rates, member, one

LISTS = {
    "openai": (
        "openai-*.whl",
        ("types/shared/chat_model.py", "types/shared/all_models.py", "types/shared/responses_model.py"),
    ),
    "anthropic": ("anthropic-*.whl", ("types/model.py", "types/model_param.py")),
}
DATED = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2}|\d{4})$")
GEMINI = re.compile(r"gemini-\d")
NAME = re.compile(r"(?:gpt|chatgpt|o\d|codex|computer|claude)[\w.-]*")

# Goods that the price of a token of text is not the price of.
OTHER_GOODS = re.compile(
    r"audio|image|tts|live|realtime|robotics|omni|transcribe|-search|deep-research|computer-use|vision|embedding|nano-banana|gemma"
)


def listed_names(wheels: Path, tables: Tables) -> dict[str, list[str]]:
    """By vendor, the names of its list, without dates first."""
    found = {vendor: set(_literals(wheels, pattern, paths)) for vendor, (pattern, paths) in LISTS.items()}
    found["google"] = {model["id"] for model in tables.genai["google"] if GEMINI.match(model["id"])}
    return {vendor: sorted(names, key=lambda name: (bool(DATED.search(name)), name)) for vendor, names in found.items()}


def _literals(wheels: Path, pattern: str, paths: Iterable[str]) -> Iterator[str]:
    wheel = one(wheels, pattern)
    package = pattern.partition("-")[0]
    for path in paths:
        for node in ast.walk(ast.parse(member(wheel, f"{package}/{path}"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
                yield node.value


def listed_rows(
    rows: Iterable[Row], names: Mapping[str, list[str]], tables: Tables, ours: Mapping[str, Any], as_of: str
) -> Iterator[Row]:
    """The rows that these names lack."""
    rows = list(rows)
    known = {row.id for row in rows}
    sold = {row.id: rates for row in rows for provider, _, rates, _ in row.offers if row.id.startswith(f"{provider}/")}
    for vendor, listed in names.items():
        priced = {name: found for name in listed if (found := _facts(vendor, name, tables, as_of))}
        apart = _families_apart(vendor, priced, sold)
        for name, (rates, facts, context) in priced.items():
            base, id_ = DATED.sub("", name), f"{vendor}/{name}"
            meant = base != name and base not in apart and (f"{vendor}/{base}" in sold or base in priced)
            if id_ in known or meant:
                continue
            yield Row(
                id=id_,
                context=context,
                max_output=limit(id_, facts.get("max_output_tokens") or min(16384, context // 2), ours),
                features=direct_features(vendor, {"mode": "chat", **facts}),
                reasoning=bool(facts.get("supports_reasoning")),
                offers=[(vendor, name, rates, "")],
                named_only=True,
            )


def _families_apart(
    vendor: str, priced: Mapping[str, tuple[tuple[RateRow, ...], Any, int]], sold: Mapping[str, Any]
) -> set[str]:
    """Names whose snapshots have several prices: there each is a row, since a date left out would not say which."""
    apart = set()
    for name, (rates, _, _) in priced.items():
        base = DATED.sub("", name)
        others = sold.get(f"{vendor}/{base}") or (priced[base][0] if base in priced else rates)
        if base != name and others[0][:2] != rates[0][:2]:
            apart.add(base)
    return apart


def _facts(
    vendor: str, name: str, tables: Tables, as_of: str
) -> tuple[tuple[RateRow, ...], Mapping[str, Any], int] | None:
    """Price, facts and window of a name; None where one is not known, or it is no price of text."""
    if OTHER_GOODS.search(name):
        return None
    key = f"gemini/{name}" if vendor == "google" else name
    facts = tables.litellm.get(key, tables.litellm.get(DATED.sub("", key), {}))
    told = next((model for model in tables.genai[vendor] if _matches(model["match"], name)), None)
    rates = genai_price(told, as_of)[0] if told else ()
    context = facts.get("max_input_tokens") or (told or {}).get("context_window")
    rates = rates or (litellm_rates(facts) if facts else ())
    return (rates, facts, context) if rates and context else None


def _matches(clause: Mapping[str, Any], name: str) -> bool:
    match clause:
        case {"or_": parts}:
            return any(_matches(part, name) for part in parts)
        case {"and_": parts}:
            return all(_matches(part, name) for part in parts)
        case {"equals": text}:
            return name == text
        case {"starts_with": text}:
            return name.startswith(text)
        case {"ends_with": text}:
            return name.endswith(text)
        case {"contains": text}:
            return text in name
        case {"regex": text}:
            return bool(re.search(text, name))
        case _:
            raise SystemExit(f"genai-prices has a clause that is not known here: {clause}")
