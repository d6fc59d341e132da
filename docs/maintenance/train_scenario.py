"""Learn the points of the scenario detector, and measure what they are worth on sources that were not learned from.

    python docs/maintenance/train_scenario.py DATA [--write]

DATA is a folder with `capability/sources.jsonl.gz`, `capability/everyday_tricks.jsonl.gz` and `routing/*.jsonl.gz`
(what they hold is in docs/scenario.md); the prompts written by hand stand beside this script. `--write` replaces
`tokenwise/scenario/weights.py`. Needs numpy, scipy and scikit-learn, which the project itself does not.

Texts are read by `tokenwise.scenario.features`, the detector's own eyes. Everything is seeded: the same data and the
same versions of the libraries give the same file.
"""

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import confusion_matrix, f1_score

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from tokenwise.scenario.features import FEATURES, read  # noqa: E402
from tokenwise.scenario.lexicon import TERMS  # noqa: E402

LABELS = ["general", "code", "math", "reasoning"]
COLUMN = {name: column for column, name in enumerate(FEATURES)}

# A word in a text of n words counts DAMPING / (DAMPING + n): in a long article some word of every kind occurs.
DAMPING = 60
WORD_SCALE = 0.5  # a word is regularised four times as hard as a feature of structure
MIN_SOURCES, MIN_ROWS, MAX_WORDS = 5, 8, 1000
CAPABILITY_C, DIFFICULTY_ALPHA = 0.05, 40.0

# How hard a source's prompts are, as judged by hand: 0.15 simple, 0.5 moderate, 0.85 complex.
SOURCE_DIFFICULTY = {
    "triviaqa": 0.2, "clinc150": 0.1, "cnn_dailymail_3_0_0_tldr_summary": 0.35, "self-instruct-user": 0.35,
    "multi_news_what_are_the_key_points": 0.45, "svamp": 0.25, "gsm8k-train": 0.42, "cmath": 0.25, "college_math": 0.6,
    "math-l5": 0.85, "humaneval": 0.5, "mbpp": 0.4, "conala": 0.35, "nl2bash": 0.35, "folio": 0.6,
    "arc-challenge": 0.4, "commonsenseqa": 0.35, "winogrande": 0.42,
}  # fmt: skip
FAMILY_DIFFICULTY = {"humaneval": 0.5, "mgsm": 0.42, "bbh": 0.5}
BENCHES = [
    "routellm_mmlu", "mmlu_pro", "routellm_gsm8k", "zeroeval_gsm", "zeroeval_math-l5", "zeroeval_crux",
    "routerbench_arc-challenge", "routerbench_mbpp", "routerbench_winogrande",
]  # fmt: skip
LEVEL = {"1": 0.15, "2": 0.5, "3": 0.85, "simple": 0.15, "moderate": 0.5, "hard": 0.85}


def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def public_rows(data):
    for row in rows_of(data / "capability" / "sources.jsonl.gz"):
        hard = SOURCE_DIFFICULTY.get(row["source"]) or FAMILY_DIFFICULTY[re.split(r"[-_]", row["source"])[0]]
        yield as_row(row["prompt"], row["label"], row["source"], row["lang"], hard)


def own_rows():
    for line in (HERE / "scenario_prompts.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, text = line.split("\t")
            label, level, lang = head.split()
            source = f"own-{label}-{'en' if lang == 'en' else 'xx'}"
            yield as_row(text.replace("\\n", "\n"), label, source, lang, LEVEL[level])


def trick_rows(data):
    for row in rows_of(data / "capability" / "everyday_tricks.jsonl.gz"):
        difficulty = LEVEL[row["complexity"]]
        yield {**as_row(row["prompt"], row["label"], "tricks", row["lang"], difficulty), "alt": row["alt"]}


def routing_rows(data):
    """Benchmark prompts with what a weak and a strong model made of each, from 0 wrong to 1 right."""
    for bench in BENCHES:
        for row in rows_of(data / "routing" / f"{bench}.jsonl.gz"):
            weak, strong = (row["q"].get(model) for model in row["pair"])
            if not row.get("contaminated") and weak is not None and strong is not None:
                yield {**as_row(row["prompt"], None, bench, "en", None), "weak": weak, "strong": strong}


def as_row(text, label, source, lang, difficulty):
    row = {"text": text, "label": label, "source": source, "lang": lang, "difficulty": difficulty}
    return {**row, "reading": read(text)}


def family(source):
    """Sources that are translations or extensions of one another are held out together."""
    if source.startswith("humaneval"):
        return "humaneval"
    return "gsm8k" if source.startswith(("mgsm", "gsm8k")) else source


WORD = re.compile(r"[^\W\d_]+")


def scrambler(rows):
    """Replace most words by pseudo-words: what is left to learn from is structure, small words and some terms."""
    seen = Counter(word for row in rows for word in set(WORD.findall(row["text"].lower())))
    common = {word for word, _ in seen.most_common(120)}

    def scramble(text, rng):
        def pseudo(match):
            word = match.group()
            if word.lower() in common or len(word) < 3 or not word.isascii():
                return word
            if rng.random() < (0.35 if word.lower() in TERMS else 0.1):
                return word
            made = "".join(rng.choice("bcdfghjklmnpqrstvwz") + rng.choice("aeiou") for _ in range((len(word) + 1) // 2))
            return made.capitalize() if word[0].isupper() else made

        return WORD.sub(pseudo, text)

    return scramble


def with_scrambled(rows, scramble, seed=1):
    rng = random.Random(seed)
    half = [row for row in rows if row["lang"] == "en" and rng.random() < 0.5]
    return rows + [{**row, "reading": read(scramble(row["text"], rng))} for row in half]


def vocabulary(rows):
    """English words and pairs that several sources share.

    Other languages stand in the lexicon: their few sources are all mathematics or all code here, and would teach that
    German is arithmetic.
    """
    sources, seen = defaultdict(set), Counter()
    for row in rows:
        if row["lang"] == "en":
            for term in row["reading"].terms:
                if term.isascii() and len(term) > 1:
                    sources[term].add(family(row["source"]))
                    seen[term] += 1
    kept = [term for term in seen if len(sources[term]) >= MIN_SOURCES and seen[term] >= MIN_ROWS]
    kept.sort(key=lambda term: (-len(sources[term]), -seen[term], term))
    return {term: len(FEATURES) + place for place, term in enumerate(kept[:MAX_WORDS])}


def matrix(rows, words):
    places, columns, values = [], [], []
    for place, row in enumerate(rows):
        reading = row["reading"]
        cells = {COLUMN[name]: level for name, level in reading.levels.items() if level}
        weight = WORD_SCALE * DAMPING / (DAMPING + reading.size)
        cells.update((words[term], weight) for term in reading.terms if term in words)
        places += [place] * len(cells)
        columns += cells.keys()
        values += cells.values()
    return sp.csr_matrix((values, (places, columns)), shape=(len(rows), len(FEATURES) + len(words)))


def row_weights(rows):
    """A source counts by the root of its rows, so that the largest do not speak for all; each label counts the same."""
    size = Counter(row["source"] for row in rows)
    return np.array([size[row["source"]] ** -0.5 * (1.6 if is_own(row) else 1.0) for row in rows])


def is_own(row):
    return row["source"].startswith("own") or row["source"] == "tricks"


def fit_capability(rows, words, scramble):
    rows = with_scrambled(rows, scramble)
    labels = np.array([LABELS.index(row["label"]) for row in rows])
    weights = row_weights(rows)
    for label in range(len(LABELS)):
        weights[labels == label] /= weights[labels == label].sum()
    model = LogisticRegression(C=CAPABILITY_C, max_iter=500, tol=1e-3)
    return model.fit(matrix(rows, words), labels, sample_weight=weights * len(rows) / len(LABELS))


def fit_difficulty(rows, words):
    weights = row_weights(rows)
    weights[[is_own(row) for row in rows]] *= 4
    weights *= len(rows) / weights.sum()
    target = np.array([row["difficulty"] for row in rows])
    return Ridge(alpha=DIFFICULTY_ALPHA).fit(matrix(rows, words), target, sample_weight=weights)


def held_out_capability(public, own, seeds=(0, 1, 2), folds=6):
    """Predictions for every public row by models that saw none of its family, one set for each partition."""
    scramble = scrambler(public)
    for seed in seeds:
        fold_of = deal_families(public, folds, random.Random(seed))
        predicted = np.zeros(len(public), dtype=int)
        for fold in range(folds):
            train = [row for row in public if fold_of[family(row["source"])] != fold] + own
            asked = [place for place, row in enumerate(public) if fold_of[family(row["source"])] == fold]
            words = vocabulary(train)
            model = fit_capability(train, words, scramble)
            predicted[asked] = model.predict(matrix([public[place] for place in asked], words))
        yield predicted


def deal_families(rows, folds, rng):
    by_label = defaultdict(set)
    for row in rows:
        by_label[row["label"]].add(family(row["source"]))
    fold_of = {}
    for families in by_label.values():
        dealt = sorted(families)
        rng.shuffle(dealt)
        first = rng.randrange(folds)
        fold_of.update((name, (place + first) % folds) for place, name in enumerate(dealt))
    return fold_of


def report_capability(public, own, tricks):
    truth = np.array([LABELS.index(row["label"]) for row in public])
    size = Counter(row["source"] for row in public)
    even = np.array([1 / size[row["source"]] for row in public])
    for predicted in held_out_capability(public, own):
        by_row = f1_score(truth, predicted, average="macro")
        by_source = f1_score(truth, predicted, average="macro", sample_weight=even)
        print(f"sources held out: macro-F1 {by_row:.3f} by row, {by_source:.3f} by source")
    print(confusion_matrix(truth, predicted))
    for name in sorted(size):
        share = np.mean([p == t for p, t, row in zip(predicted, truth, public, strict=True) if row["source"] == name])
        if share < 0.8:
            print(f"  {name}: {share:.2f} right")
    words = vocabulary(public + own)
    model = fit_capability(public + own, words, scrambler(public))
    report_tricks("tricks, none learned from", tricks, model.predict(matrix(tricks, words)))


def report_tricks(title, tricks, predicted):
    truth = [LABELS.index(row["label"]) for row in tricks]
    right = np.mean([LABELS[p] in (row["label"], *row["alt"]) for p, row in zip(predicted, tricks, strict=True)])
    print(f"{title}: macro-F1 {f1_score(truth, predicted, average='macro'):.3f}, {right:.3f} right or also right")


def report_cross_validation(public, everyday):
    """The prompts written by hand and the tricks, in five random parts: the nearest to a user's own words."""
    everyday = everyday.copy()
    random.Random(3).shuffle(everyday)
    right, total, truth, guess = 0, 0, [], []
    for part in range(5):
        train = public + [row for place, row in enumerate(everyday) if place % 5 != part]
        words = vocabulary(train)
        predicted = fit_capability(train, words, scrambler(public)).predict(matrix(everyday[part::5], words))
        truth += [LABELS.index(row["label"]) for row in everyday[part::5]]
        guess += list(predicted)
        right, total = right + sum(a == b for a, b in zip(truth[total:], guess[total:], strict=True)), len(truth)
    print(
        f"by hand and tricks, five parts: macro-F1 {f1_score(truth, guess, average='macro'):.3f}, {right / total:.3f}"
    )


def report_difficulty(labelled, everyday, routed):
    everyday = everyday.copy()
    random.Random(3).shuffle(everyday)
    truth, guess = [], []
    for part in range(5):
        train = labelled + [row for place, row in enumerate(everyday) if place % 5 != part]
        words = vocabulary(train)
        asked = everyday[part::5]
        guess += list(fit_difficulty(train, words).predict(matrix(asked, words)))
        truth += [row["difficulty"] for row in asked]
    truth, guess = np.array(truth), np.array(guess)
    low, high = best_bounds(truth, guess)
    classes = np.digitize(guess, (low, high))
    expected = np.digitize(truth, (0.3, 0.7))
    print(f"difficulty by hand and tricks: macro-F1 {f1_score(expected, classes, average='macro'):.3f}", end=", ")
    print(f"{np.mean(expected == classes):.3f} right, correlation {np.corrcoef(truth, guess)[0, 1]:.3f}")
    print(confusion_matrix(expected, classes))
    report_routing(labelled + everyday, routed)


def best_bounds(truth, guess):
    """The two bounds between simple, moderate and complex that agree best with the labels."""
    expected = np.digitize(truth, (0.3, 0.7))
    grid = np.linspace(0.15, 0.8, 53)
    pairs = [(low, high) for low in grid for high in grid if low < high]
    return max(pairs, key=lambda pair: f1_score(expected, np.digitize(guess, pair), average="macro"))


def report_routing(labelled, routed):
    """Area under the performance gap recovered, each benchmark by a model that saw no source of its kind.

    Outcomes are only measured against, not learned from: with them in the training the mean rose by .005 and the
    agreement with the labels fell by .02.
    """
    areas = {"difficulty": [], "length": []}
    for bench in BENCHES:
        words = vocabulary(labelled)
        asked = [row for row in routed if row["source"] == bench]
        model = fit_difficulty([row for row in labelled if kind_of(row["source"]) != kind_of(bench)], words)
        areas["difficulty"].append(area(asked, model.predict(matrix(asked, words))))
        areas["length"].append(area(asked, np.array([len(row["text"]) for row in asked])))
        print(f"  {bench}: {areas['difficulty'][-1]:.3f}, length {areas['length'][-1]:.3f}")
    print("APGR, mean: " + ", ".join(f"{name} {np.mean(values):.3f}" for name, values in areas.items()))


def kind_of(source):
    for kind in ("gsm", "math-l5", "mmlu", "arc", "mbpp", "winogrande"):
        if kind in source:
            return kind
    return source


def area(rows, score):
    """Calls go to the strong model from the highest score down; the mean share of the gap recovered on the way."""
    order = np.argsort(-score, kind="stable")
    gain = np.array([rows[place]["strong"] - rows[place]["weak"] for place in order])
    return float(np.cumsum(gain).mean() / gain.sum())


def integers(capability, difficulty, words, bounds):
    """Points: hundredths of a log-odd for a capability; thousandths for difficulty, its bounds moved to 1/3 and 2/3."""
    low, high = bounds
    stretch = (1 / 3) / (high - low)
    points = np.vstack([capability.coef_ * 100, difficulty.coef_ * 1000 * stretch])
    base = [*(capability.intercept_ * 100), 1000 * (1 / 3 + (difficulty.intercept_ - low) * stretch)]
    points[:, len(FEATURES) :] *= WORD_SCALE
    table = np.rint(points).astype(int).T
    structure = {name: tuple(map(int, table[COLUMN[name]])) for name in FEATURES}
    learned = {word: tuple(map(int, table[column])) for word, column in words.items()}
    heavy = {w: p for w, p in learned.items() if max(map(abs, p[:4])) >= 4 or abs(p[4]) >= 8}
    return [round(float(value)) for value in base], structure, dict(sorted(heavy.items()))


HEADER = '''"""Learned points of the scenario detector. Made by docs/maintenance/train_scenario.py; do not edit.

A row is (general, code, math, reasoning, difficulty). The first four are hundredths of a log-odd, the last is in
thousandths of the whole range. A feature gives its points once per level; a word gives them times DAMPING / (DAMPING +
words in the text). Sources, licences and what was measured are in docs/scenario.md.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["BASE", "DAMPING", "FEATURE_POINTS", "WORD_POINTS", "Points"]

Points = tuple[int, int, int, int, int]

'''


def write(base, structure, words):
    lines = [f"DAMPING: Final = {DAMPING}\n", f"BASE: Final[Points] = ({', '.join(map(str, base))})\n"]
    for name, table in (("FEATURE_POINTS", structure), ("WORD_POINTS", words)):
        rows = "".join(f'    "{key}": ({", ".join(map(str, points))}),\n' for key, points in table.items())
        lines.append(f"{name}: Final[Mapping[str, Points]] = {{\n{rows}}}\n")
    target = HERE.parent.parent / "tokenwise" / "scenario_weights.py"
    target.write_text(HEADER + "\n".join(lines), encoding="utf-8")
    print(f"wrote {target.name}: {len(structure)} features, {len(words)} words, {target.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description="Learn and measure the points of the scenario detector.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help="replace tokenwise/scenario/weights.py")
    options = parser.parse_args()
    public, own, tricks = list(public_rows(options.data)), list(own_rows()), list(trick_rows(options.data))
    if options.write:
        learn_and_write(public, own + tricks)
    report_capability(public, own, tricks)
    report_cross_validation(public, own + tricks)
    report_difficulty(public, own + tricks, list(routing_rows(options.data)))


def learn_and_write(public, everyday):
    """Learn from everything at once, the tricks included: what ships has no reason to hold data out."""
    words = vocabulary(public + everyday)
    capability = fit_capability(public + everyday, words, scrambler(public))
    difficulty = fit_difficulty(public + everyday, words)
    guess = difficulty.predict(matrix(everyday, words))
    bounds = best_bounds(np.array([row["difficulty"] for row in everyday]), guess)
    write(*integers(capability, difficulty, words, bounds))


if __name__ == "__main__":
    main()
