"""Laws of the risk gate, over conversations made of orders, questions, proposals and chatter."""

from hypothesis import given
from hypothesis import strategies as st

from tokenwise.prompt import Message, Role
from tokenwise.scenario.risk import Blocked, Passed, RiskGate, judge
from tokenwise.scenario.risk_reading import ambiguity

ORDERS = ["Drop the production database", "rm -rf /", "Delete all user accounts", "Wire $900 to Bob", "删除生产数据库"]
QUESTIONS = ["What does rm -rf do?", "How do I recover a dropped table?", "Warum löscht jemand eine Datenbank?"]
CHATTER = ["hello", "do the thing", "fix it", "yes", "ja", "no", "Write a poem about the sea", "make it better", ""]
PROPOSALS = ["Shall I drop the production database?", "Shall I write a poem?", "Are you sure?", "Here it is."]

texts = st.one_of(st.sampled_from(ORDERS + QUESTIONS + CHATTER + PROPOSALS), st.text(max_size=80))
conversations = st.lists(st.builds(Message, st.sampled_from(Role), texts), max_size=6)
thresholds = st.floats(0.0, 1.0)
gates = st.builds(RiskGate, st.booleans(), st.booleans(), thresholds)


class TestOff:
    """'Off unless a policy turns it on'."""

    @given(conversations, thresholds, st.booleans())
    def test_a_gate_that_is_off_never_blocks(self, conversation, threshold, irreversible):
        assert judge(conversation, RiskGate(False, irreversible, threshold)) == Passed()

    @given(conversations)
    def test_a_gate_that_looks_for_nothing_never_blocks(self, conversation):
        assert judge(conversation, RiskGate(True, irreversible_block=False, ambiguity_threshold=1.0)) == Passed()


class TestThreshold:
    """'Blocks what is more ambiguous than the threshold (0 to 1; at 1 nothing is)'."""

    @given(conversations, thresholds, thresholds, st.booleans())
    def test_a_higher_threshold_never_blocks_more(self, conversation, one, other, irreversible):
        low, high = sorted((one, other))
        if judge(conversation, RiskGate(True, irreversible, low)) == Passed():
            assert judge(conversation, RiskGate(True, irreversible, high)) == Passed()

    @given(conversations)
    def test_ambiguity_is_a_share(self, conversation):
        assert 0.0 <= ambiguity(conversation) <= 1.0

    @given(conversations, thresholds)
    def test_ambiguous_is_exactly_above_the_threshold(self, conversation, threshold):
        blocked = isinstance(judge(conversation, RiskGate(True, False, threshold)), Blocked)
        assert blocked == (ambiguity(conversation) > threshold)


class TestSwitches:
    """'Irreversible comes before ambiguous'."""

    @given(conversations, thresholds)
    def test_switching_the_irreversible_check_on_never_unblocks(self, conversation, threshold):
        without = judge(conversation, RiskGate(True, False, threshold))
        with_it = judge(conversation, RiskGate(True, True, threshold))
        assert isinstance(with_it, Blocked) or without == Passed()
        if isinstance(with_it, Blocked) and with_it.code == "ambiguous":
            assert with_it == without

    @given(conversations, gates)
    def test_every_block_says_what_was_matched(self, conversation, gate):
        match judge(conversation, gate):
            case Blocked(code=code, message=message, signals=signals):
                assert code in ("irreversible", "ambiguous")
                assert message
                assert all(signals)
                assert signals
            case Passed():
                pass


class TestWhoseWords:
    """'It judges neither the system prompt nor what a tool returned, which are not the user's requests'."""

    @given(
        conversations, gates, st.builds(Message, st.sampled_from([Role.SYSTEM, Role.TOOL]), texts), st.integers(0, 6)
    )
    def test_system_prompts_and_tool_results_change_nothing(self, conversation, gate, message, place):
        assert judge([*conversation[:place], message, *conversation[place:]], gate) == judge(conversation, gate)

    @given(conversations, st.sampled_from(ORDERS))
    def test_an_order_is_blocked_whatever_was_said_before(self, conversation, order):
        judgement = judge([*conversation, Message(Role.USER, order)], RiskGate(enabled=True))
        assert isinstance(judgement, Blocked)
        assert judgement.code == "irreversible"

    @given(conversations, st.sampled_from(QUESTIONS))
    def test_a_question_about_danger_is_never_irreversible(self, conversation, question):
        judgement = judge([*conversation, Message(Role.USER, question)], RiskGate(enabled=True))
        assert judgement == Passed()

    @given(texts, gates)
    def test_a_text_is_one_user_message(self, text, gate):
        assert judge(text, gate) == judge([Message(Role.USER, text)], gate)
