"""Laws of the scenario detector, over any text and any conversation."""

import re

from hypothesis import assume, example, given
from hypothesis import strategies as st

from tokenwise.prompt import Message, Role
from tokenwise.scenario.detector import MAX_SIGNALS, detect
from tokenwise.scenario.features import FEATURES, known, read
from tokenwise.scenario.lexicon import terms_by_word
from tokenwise.scenario.phrases import BEHIND, FILL
from tokenwise.scenario.signs import _COUNTED, _PATTERNS, MAX_LEVEL, counts_of_signs
from tokenwise.scenario.weights import BASE, DAMPING, FEATURE_POINTS, points_of, word_rows
from tokenwise.scenario.wrapping import request_in
from tokenwise.traits import Capability

VOCABULARY = """
    prove write solve the a of function class def return ( ) = 3 17 % ? . all no if therefore poem email прошу
    コード 代码 证明 ``` { } wie viel combien $x^2$ drop please thanks ok algorithm theorem customer
    """
words = st.sampled_from([*VOCABULARY.split(), "\n"])
texts = st.one_of(st.text(max_size=300), st.lists(words, max_size=60).map(" ".join))
messages = st.builds(Message, st.sampled_from(Role), texts)
conversations = st.lists(messages, max_size=12)


class TestAnswer:
    """'GENERAL alone, or whatever of CODE, REASONING and MATH is needed'; 'Never fails'."""

    @given(conversations)
    def test_every_conversation_has_an_answer_in_range(self, conversation):
        scenario = detect(conversation)
        assert 0.0 <= scenario.difficulty <= 1.0
        assert scenario.primary in scenario.capabilities
        assert scenario.capabilities == Capability.GENERAL or Capability.GENERAL not in scenario.capabilities
        assert len(scenario.signals) <= MAX_SIGNALS

    @given(st.text(alphabet=st.characters(categories=["L", "M", "N", "S", "P", "Z", "C"]), max_size=200))
    def test_no_character_of_unicode_upsets_it(self, text):
        assert detect(text).primary in Capability

    @given(texts)
    def test_every_feature_that_a_text_shows_is_a_known_one_with_a_small_level(self, text):
        levels = read(text).levels
        assert set(levels) <= set(FEATURES)
        assert all(0 <= level <= MAX_LEVEL for name, level in levels.items() if name != "length")
        assert 0 <= levels.get("length", 0) <= 44


POINTS = {word: points_of(row) for word, row in word_rows().items()}
TERMS = sorted(term for term in {*POINTS, *terms_by_word()} if not term.startswith("^"))
signs = st.sampled_from([part for _, parts in _COUNTED for part in parts])
pieces = st.lists(st.one_of(signs, words, st.text("ab1 =(.-_|:;{<\n", max_size=3)), max_size=20).map("".join)
knowing = st.lists(st.one_of(st.sampled_from(TERMS), words), max_size=40)


class TestVocabulary:
    """'`features.read` gives the same without a vocabulary, term by term'."""

    @given(st.one_of(texts, knowing.map(" ".join), knowing.map("".join)))
    def test_what_is_looked_for_is_found_as_if_everything_were_made(self, text):
        worth = {word: points[-1] for word, points in POINTS.items()}
        vocabulary = known(worth)
        found, every = read(text, vocabulary), read(text)
        assert (found.levels, found.size) == (every.levels, every.size)
        assert found.terms == every.terms & vocabulary.rows.keys()
        assert found.worth == sum(worth.get(term, 0) for term in every.terms)

    @given(st.from_regex(f" ({BEHIND})", fullmatch=True))
    def test_no_thanks_are_left_because_of_their_last_word(self, thanks):
        assume(thanks.split()[-1] in FILL)
        assert request_in(f"prove the theorem{thanks}") == "prove the theorem"


class TestSigns:
    """'A sign that does not occur costs one look, not one search'; what does occur is counted."""

    @example("return\n")  # a statement by nothing but its line's end
    @given(st.one_of(texts, pieces))
    def test_everything_is_counted_that_is_there(self, text):
        counts = counts_of_signs(text)
        plain = {name: sum(map(text.count, parts)) for name, parts in _COUNTED}
        plain |= {
            name: 0 if needed.isdisjoint(text) else len(re.findall(pattern, text))
            for name, needed, pattern in _PATTERNS
        }
        assert {name: counts.get(name, 0) for name in plain} == plain


class TestScore:
    """'An additive score: every feature of a text and every known word gives points'; in whole numbers alone."""

    @given(st.one_of(texts, knowing.map(" ".join)))
    def test_difficulty_is_the_sum_of_what_a_text_shows(self, text):
        reading, words = read(text), POINTS
        shown = sum(FEATURE_POINTS[name][-1] * level for name, level in reading.levels.items())
        said = sum(words[term][-1] for term in reading.terms & words.keys())
        thousandths = BASE[-1] + (1024 * shown + said * (1024 * DAMPING // (DAMPING + reading.size))) // 1024
        assert detect(text).difficulty == (min(max(thousandths, 0), 1000) / 1000 if reading.levels else 0.0)


class TestSameAnswer:
    """'Every machine and every Python version gives the same answer'."""

    @given(conversations)
    def test_difficulty_is_a_whole_number_of_thousandths(self, conversation):
        thousandths = round(detect(conversation).difficulty * 1000)
        assert detect(conversation).difficulty == thousandths / 1000

    @given(texts)
    def test_a_text_is_one_user_message(self, text):
        assert detect(text) == detect([Message(Role.USER, text)])


class TestWhatCounts:
    """'The whole conversation is the input. The last request of the user counts most'."""

    @given(
        conversations,
        st.sampled_from([Role.USER, Role.TOOL, Role.ASSISTANT, Role.SYSTEM]),
        st.text(" \n\t", max_size=5),
    )
    def test_a_message_that_says_nothing_changes_nothing(self, conversation, role, blank):
        assert detect([*conversation, Message(role, blank)]) == detect(conversation)

    @given(texts, st.integers(1, 8))
    def test_saying_the_same_thing_again_changes_little(self, text, times):
        once, often = detect(text), detect([Message(Role.USER, text)] * times)
        # Each message's share is rounded down to a whole point, so six may lose six thousandths.
        assert abs(once.difficulty - often.difficulty) <= 0.006

    @given(conversations, texts, texts)
    def test_only_the_last_tool_result_is_read(self, conversation, old, new):
        task = Message(Role.USER, "Sort this list in Python")
        last = Message(Role.TOOL, f"result {new}")
        with_old = [*conversation, task, Message(Role.TOOL, f"result {old}"), last]
        assert detect(with_old) == detect([*conversation, task, last])

    @given(texts, texts)
    def test_a_tool_result_moves_difficulty_less_than_a_request_of_the_same_text(self, task, said):
        request = Message(Role.USER, f"Prove the theorem. {task}")
        alone = detect([request]).difficulty
        as_tool = detect([request, Message(Role.TOOL, f"ok {said}")]).difficulty
        # A sixteenth of a text's points; no text has more than 4,000 of them.
        assert abs(as_tool - alone) <= 0.25
