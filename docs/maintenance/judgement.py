"""Tiers, capabilities and the quality prior: the rule and the exceptions that tiers.toml states."""

import re
import statistics
from collections.abc import Mapping
from typing import Any

from catalogue_rows import Row
from host_facts import plain

# Overall, then what else a model is rated for, in the order of embedded_models.py.
PAGES = ("text/overall", "text/coding", "text/math", "text/hard_prompts")
Page = Mapping[str, tuple[float, float]]


def judged(row: Row, arena: Mapping[str, Page], ours: Mapping[str, Any]) -> Row:
    rule = ours["rule"]
    if "EMBEDDINGS" in row.features:
        row.tier = "budget"
        return row
    stand_in = ours["stand_ins"].get(row.id)
    found = {page: best_rating(row.id, arena[page], stand_in) for page in PAGES}
    rating = {page: points for page, (points, _) in found.items()}
    row.ratings = ratings_of(found, arena)
    row.tier = tier_of(row, ours)
    strong = row.reasoning and row.tier != "budget"
    code = rating["text/coding"] >= rule["code_rating"] or bool(re.search(r"code|codex|devstral|grok-build", row.id))
    math = rating["text/math"] >= rule["math_rating"]
    row.capabilities = "".join(
        letter
        for letter, has in (
            ("g", True),
            ("c", code or (strong and not rating["text/coding"])),
            ("r", row.reasoning or row.tier == "flagship"),
            ("m", math or (strong and not rating["text/math"])),
        )
        if has
    )
    return row


def tier_of(row: Row, ours: Mapping[str, Any]) -> str:
    if line := next((line["tier"] for line in ours["lines"] if re.fullmatch(line["match"], row.id)), None):
        return str(line)
    rule = ours["rule"]
    rate = row.offers[0][2][0]
    blend = (3 * rate[0] + rate[1]) / 4 / 10**9
    if not row.overall:
        return (
            "flagship"
            if blend >= rule["unrated_flagship_blend"]
            else "mid"
            if blend >= rule["unrated_mid_blend"]
            else "budget"
        )
    band = "dear" if blend >= rule["dear_blend"] else "cheap" if blend < rule["cheap_blend"] else "middling"
    if row.overall >= rule["flagship_rating"].get(band, 10_000):
        return "flagship"
    return "mid" if row.overall >= rule["mid_rating"][band] else "budget"


# What Arena appends to a model's name: effort, thinking budget, snapshot date.
VARIANT = re.compile(
    r"(-(max|xhigh|high|medium|low|minimal|thinking|no-thinking|reasoning|preview|instruct|it|beta|\d{1,2}k|\d{8}|\d{4}-\d{2}-\d{2}|\d{2}-\d{4}))*"
)


def ratings_of(found: Mapping[str, tuple[float, float]], arena: Mapping[str, Page]) -> tuple[int, ...]:
    """Points and margins on the scale of the overall page: the zero of each page says nothing of a model."""
    if not found[PAGES[0]][0]:
        return ()
    shifts = {page: shift(arena[page], arena[PAGES[0]]) for page in PAGES}
    known = [(round(points - shifts[page]), round(off)) if points else (0, 0) for page, (points, off) in found.items()]
    while not known[-1][0]:
        known.pop()
    return tuple(figure for pair in known for figure in pair)


def shift(page: Page, overall: Page) -> float:
    """The median of what the ratings of a page differ by from those of the overall one."""
    return statistics.median(page[name][0] - overall[name][0] for name in page if name in overall)


def best_rating(model_id: str, page: Page, stand_in: str | None) -> tuple[float, float]:
    """The best rating among a model's variants on one Arena page, and half its interval; zeros where it has none."""
    if stand_in:
        return page.get(stand_in, (0, 0))
    names = {name: re.sub(r"[ ().]+", "-", name.lower()).strip("-") for name in page}
    for base in (plain(model_id), re.sub(r"-\d{4}$", "", plain(model_id))):  # Arena often leaves a snapshot's date out
        found = [
            page[name] for name, tidy in names.items() if tidy.startswith(base) and VARIANT.fullmatch(tidy[len(base) :])
        ]
        if found:
            return max(found)
    return 0, 0
