"""Laws of the scenario detector, over any text and any conversation."""

from hypothesis import assume, given
from hypothesis import strategies as st

from tokenwise.prompt import Message, Role
from tokenwise.scenario.detector import MAX_SIGNALS, detect
from tokenwise.scenario.features import FEATURES, known, read
from tokenwise.scenario.lexicon import terms_by_word
from tokenwise.scenario.phrases import BEHIND, FILL
from tokenwise.scenario.signs import MAX_LEVEL
from tokenwise.scenario.weights import word_points
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


TERMS = sorted(term for term in {*word_points(), *terms_by_word()} if not term.startswith("^"))
knowing = st.lists(st.one_of(st.sampled_from(TERMS), words), max_size=40)


class TestVocabulary:
    """'`features.read` gives the same without a vocabulary, term by term'."""

    @given(st.one_of(texts, knowing.map(" ".join), knowing.map("".join)))
    def test_what_is_looked_for_is_found_as_if_everything_were_made(self, text):
        vocabulary = known(word_points())
        found, every = read(text, vocabulary), read(text)
        assert (found.levels, found.size) == (every.levels, every.size)
        assert found.terms == every.terms & vocabulary.terms

    @given(st.from_regex(f" ({BEHIND})", fullmatch=True))
    def test_no_thanks_are_left_because_of_their_last_word(self, thanks):
        assume(thanks.split()[-1] in FILL)
        assert request_in(f"prove the theorem{thanks}") == "prove the theorem"


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
