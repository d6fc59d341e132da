"""Laws of counts that are gone on from: what a seller has counted, and the bytes of what was added, are enough."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property_tests.routing.test_bound_laws import FAMILIES, TEXTS, tokenizer
from tokenwise_shell.engine.prefixes import Counts
from tokenwise_shell.providers.own import Own, OwnFormat
from tokenwise_shell.providers.prefixes import trail_of_chat, trail_of_own

SEAT = ("seller", "model")


# How chat templates set turns apart: a number stands for a token that no text makes.
def chatml(role, text):
    return [1, f"{role}\n{text}", 2, "\n"]


def llama3(role, text):
    return [1, role, 2, f"\n\n{text}", 3]


def deepseek(role, text):
    return [1 if role == "user" else 2, text, 3]


TEMPLATES = ((chatml, [1, "assistant\n"]), (llama3, [1, "assistant", 2, "\n\n"]), (deepseek, [2]))


def counted(encode, template, opening, turns):
    """What a server counts: each turn in its frame, and what opens the reply."""
    pieces = [piece for role, text in turns for piece in template(role, text)] + opening
    return sum(1 if isinstance(piece, int) else len(encode(piece)) for piece in pieces)


def talk(turns):
    """The same as a request in chat fields, and as one of Anthropic's."""
    messages = [{"role": role, "content": text} for role, text in turns]
    own = Own(OwnFormat.MESSAGES, {"messages": messages, "max_tokens": 10})
    return trail_of_chat({"messages": messages}), trail_of_own(own)


def alternating(texts):
    return [("user" if place % 2 == 0 else "assistant", text) for place, text in enumerate(texts)]


@pytest.mark.skipif(not FAMILIES, reason="no tokenizer that carries its vocabulary is installed")
@pytest.mark.slow  # loads vocabularies, and tries many texts on each
@pytest.mark.parametrize("family", FAMILIES)
class TestRealTokenizers:
    """In chat formats each turn stands between tokens that no text makes, so counts add up."""

    @given(texts=st.lists(TEXTS, min_size=3, max_size=7).filter(lambda texts: len(texts) % 2))
    def test_a_conversation_that_goes_on_has_no_more_tokens_than_the_bound(self, family, texts):
        encode, turns = tokenizer(*family), alternating(texts)
        for template, opening in TEMPLATES:
            for form in (0, 1):
                counts = Counts()
                for before, after in pairwise(range(1, len(turns) + 1, 2)):
                    earlier = counted(encode, template, opening, turns[:before])
                    counts.learn(talk(turns[:before])[form], SEAT, earlier)
                    (known,) = counts.known([talk(turns[:after])[form]])
                    assert counted(encode, template, opening, turns[:after]) <= known.tokens


words = st.text(max_size=12)
turns_of = st.lists(st.tuples(st.sampled_from(["user", "assistant"]), words), min_size=1, max_size=6)


class TestWhatIsTheSameBeginning:
    """A count is gone on from only where everything before it is unchanged, and the assistant speaks next."""

    @given(turns=turns_of, more=turns_of, place=st.integers(0, 5), word=words)
    def test_one_word_changed_is_another_beginning(self, turns, more, place, word):
        counts, place = Counts(), place % len(turns)
        counts.learn(talk(turns)[0], SEAT, 10)
        changed = [*turns[:place], (turns[place][0], turns[place][1] + "x" + word), *turns[place + 1 :]]
        assert counts.known([talk([*changed, *more])[0]]) == ()

    @given(turns=turns_of, more=turns_of)
    def test_it_is_gone_on_from_exactly_where_the_turn_passes_to_the_assistant(self, turns, more):
        counts = Counts()
        counts.learn(talk(turns)[0], SEAT, 10)
        passes = turns[-1][0] == "user" and more[0][0] == "assistant"
        assert bool(counts.known([talk([*turns, *more])[0]])) == passes

    @given(turns=turns_of, more=turns_of)
    def test_what_is_added_counts_by_its_bytes_at_least(self, turns, more):
        for form in (0, 1):
            counts = Counts()
            counts.learn(talk(turns)[form], SEAT, 10)
            for known in counts.known([talk([*turns, *more])[form]]):
                assert known.tokens >= 10 + sum(len(text.encode()) for _, text in more)

    @given(many=st.lists(turns_of, max_size=20, unique_by=str))
    def test_memory_is_bounded(self, many):
        counts = Counts(most=5)
        for turns in many:
            counts.learn(talk(turns)[0], SEAT, 10)
        assert sum(bool(counts.known([talk(turns)[0]])) for turns in many) <= 5
        assert all(counts.known([talk(turns)[0]]) for turns in many[-5:])
