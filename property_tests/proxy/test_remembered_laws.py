"""Laws of the short ways: what is read of a conversation, what plain messages weigh, what is remembered."""

from functools import partial
from types import SimpleNamespace

from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from property_tests.scenario.test_politeness_laws import REQUESTS
from tokenwise.scenario.detector import detect
from tokenwise.usage import REPLY_FRAME, TokenCount
from tokenwise_shell.providers.counting import _NO_TURNS, _of_message, _with_all, _with_turns, weigh
from tokenwise_shell.proxy.memory import Memory, mark_of
from tokenwise_shell.proxy.request.conversation import conversation_in

ROLES = st.sampled_from(["user", "user", "user", "assistant", "system", "developer", "tool", "someone", None, 1])
CONTENTS = (
    REQUESTS
    | st.sampled_from(["", " ", "ok", "go on", "e\u0344", "\U0001d15e", None, [], 3])
    | st.lists(REQUESTS.map(lambda text: {"type": "text", "text": text}), max_size=3)
)
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": ROLES, "content": CONTENTS}, optional={"name": st.just("ada")}), max_size=20
)


@frozen
class _Made:
    """What stands for a decision: made of these, and resting on no warm cache."""

    workspace: str
    place: int
    request: object = SimpleNamespace(need=SimpleNamespace(known=()))


class TestWhatIsRead:
    """Only those are made that `detect` reads: the last requests, and of everybody else what was said last."""

    @given(MESSAGES)
    def test_leaving_out_what_is_not_read_changes_nothing(self, messages):
        fields = {"messages": messages}
        short, long = detect(conversation_in(fields, whole=False)), detect(conversation_in(fields))
        assert (short, short.signals) == (long, long.signals)


class TestPlainMessages:
    """No value is made for each of the plain messages, and they weigh what they weigh one by one."""

    @given(MESSAGES)
    def test_together_they_weigh_what_they_weigh_one_by_one(self, messages):
        one_by_one = TokenCount(REPLY_FRAME // 4, REPLY_FRAME)
        for message in messages:
            one_by_one += _of_message(message)
        found = weigh({"messages": messages})
        beside = found.attachments.usual
        assert found.input == one_by_one + beside

    @given(
        MESSAGES,
        st.dictionaries(
            st.sampled_from(["n", "temperature", "seed", "max_tokens", "stream", "stop", "user", "best_of", "tools"]),
            st.none() | st.integers(0, 5) | st.floats(0, 1) | st.booleans() | st.sampled_from(["", "a", ["a"], {}]),
        ),
    )
    def test_numbers_beside_them_weigh_what_they_weigh_looked_at_one_by_one(self, messages, beside):
        fields = {"messages": messages, **beside}
        assert weigh(fields) == _with_all(fields, _with_turns(_NO_TURNS, messages))


class TestMemory:
    """Under equal places stand equal decisions, and with another workspace everything is forgotten."""

    @given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), max_size=60), st.integers(1, 5))
    def test_it_answers_as_if_it_were_not_there(self, asked, most):
        memory, workspaces = Memory(most), ("one", "another")
        for which, place in asked:
            workspace = workspaces[which]
            assert memory.recall(workspace, place, partial(_Made, workspace, place)) == _Made(workspace, place)
            assert len(memory._made) <= most

    @given(st.binary(max_size=50), st.binary(max_size=50))
    def test_other_bodies_and_other_doors_have_other_marks(self, one, other):
        assert (mark_of(one, "Chat") == mark_of(other, "Chat")) == (one == other)
        assert mark_of(one, "Chat") != mark_of(one, "MessagesFront")
