"""What the detector is worth on prompts that it never learned from: the floors that docs/scenario.md promises."""

from collections import Counter
from pathlib import Path

import pytest

from tests.prompts import asked
from tokenwise.scenario import lexicon, phrases, weights
from tokenwise.scenario.detector import detect

PROMPTS = tuple(asked())
# Some points below what was measured.
FLOORS = {"everyday.txt": 0.85, "newcomers.txt": 0.85, "strangers.txt": 0.78, "tricks.txt": 0.5}
LANGUAGES = ("de", "en", "es", "fr", "ja", "ru", "zh")
ENOUGH = 20  # prompts of a language or a label, below which a share says nothing

WRAPPED = (
    "{}",
    "Hi there! Could you please help me with this?\n\n{}\n\nThanks in advance,\nJo",
    "<context>\nThe user's name is Kim. Today is 3 May.\n</context>\n\n{}",
    "{}\n\nAnswer in JSON.",
)


def found(text):
    return detect(text).primary.name.lower()


def macro_f1(pairs):
    """Mean over labels of 2 TP / (2 TP + FP + FN), of (right, found) pairs."""
    right, named, hits = Counter(), Counter(), Counter()
    for truth, guess in pairs:
        right[truth] += 1
        named[guess] += 1
        hits[truth] += truth == guess
    return sum(2 * hits[label] / (right[label] + named[label]) for label in right) / len(right)


def scored(prompts, frame="{}"):
    """What is right and what was found; another label that is right as well counts as the right one."""
    guesses = [found(frame.format(each.text) if frame != "{}" else each.text) for each in prompts]
    return [
        (guess if guess in each.labels else each.labels[0], guess) for each, guess in zip(prompts, guesses, strict=True)
    ]


def common(prompts):
    """Without the labels that occur too seldom for a share of them to say anything."""
    often = Counter(each.labels[0] for each in prompts)
    return [each for each in prompts if often[each.labels[0]] >= ENOUGH]


@pytest.mark.parametrize("file", FLOORS)
@pytest.mark.parametrize("frame", WRAPPED, ids=["bare", "courteous", "with context", "with a wish"])
def test_macro_f1_on_prompts_of_other_hands(file, frame):
    prompts = tuple(asked(file))
    assert macro_f1(scored(common(prompts) if file == "everyday.txt" else prompts, frame)) >= FLOORS[file]


@pytest.mark.parametrize("frame", WRAPPED[1:], ids=["courteous", "with context", "with a wish"])
def test_what_is_wrapped_around_a_prompt_costs_nothing(frame):
    bare = sum(truth == guess for truth, guess in scored(PROMPTS))
    wrapped = sum(truth == guess for truth, guess in scored(PROMPTS, frame))
    assert abs(bare - wrapped) <= 0.02 * len(PROMPTS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_language_is_left_behind(lang):
    prompts = [each for each in PROMPTS if each.lang == lang]
    if len(prompts) >= ENOUGH:
        assert macro_f1(scored(prompts)) >= 0.65


def test_reasoning_is_found_without_lists_of_options():
    prompts = [each for each in PROMPTS if each.labels[0] == "reasoning"]
    assert sum(truth == guess for truth, guess in scored(prompts)) >= 0.6 * len(prompts)


def test_the_shipped_tables_are_small():
    sizes = [Path(each.__file__).stat().st_size for each in (lexicon, phrases, weights)]
    assert sum(sizes) <= 128 * 1024
