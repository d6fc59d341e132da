"""What is remembered of a conversation changes nothing of what is made of it, however it grows and is told anew."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers.counting import weigh
from tokenwise_shell.providers.openai.chat import build
from tokenwise_shell.providers.prefixes import trail_of_chat
from tokenwise_shell.providers.translate.features import features_of
from tokenwise_shell.providers.turns import MEMORY, each_of
from tokenwise_shell.providers.wire import Ask, Endpoint
from tokenwise_shell.proxy.request.asked import chat_problems
from tokenwise_shell.proxy.request.conversation import conversation_in

# The second takes no field that it does not know.
ENDPOINTS = [Endpoint(ProviderKind.OPENAI, url) for url in ("http://127.0.0.1:9/v1", "https://api.openai.com/v1")]

texts = st.sampled_from(["", "  ", "yes", "Prove it.", "日本語", "\u0958", "a longer text " * 9])
plain = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["user", "assistant", "assistant", "user", "system", "developer"]),
    texts,
)
odd = st.sampled_from(
    [
        {"role": "tool", "tool_call_id": "1", "content": "found"},
        {"role": "user", "content": [{"type": "text", "text": "look"}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}]},
        {"role": "user", "content": "named", "name": "bob"},
        {"role": "nobody", "content": "?"},
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "aa", "format": "wav"}}]},
        {
            "role": "user",
            "content": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        },
        {"role": "user", "content": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]},
        {"role": "system", "content": [{"type": "text", "text": "x-anthropic-billing-header: 7"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": [1, true]}'}}],
        },
        "no message",
    ]
)
turns = st.one_of(
    st.builds(lambda one, other: [*one, *other], st.lists(odd, max_size=4), st.lists(plain, min_size=8, max_size=16)),
    st.lists(st.one_of(plain, plain, plain, plain, odd), min_size=2, max_size=12),
)
edits = st.lists(
    st.tuples(
        st.sampled_from(["grow", "grow", "last", "cut", "head", "same", "middle"]), st.one_of(plain, odd), st.booleans()
    ),
    max_size=6,
)


def told_anew(messages, edit, turn, known):
    """The conversation as a client sends it next: what stays is the same object where it is `known`."""
    kept = list(messages) if known else copy.deepcopy(messages)
    match edit:
        case "grow":
            return [*kept, turn, {"role": "user", "content": "And then?"}]
        case "last":
            return [*kept[:-1], turn]
        case "cut":
            return kept[: max(2, len(kept) // 2)]
        case "head":
            return [turn, *kept[1:]]
        case "middle":
            return [*kept[: len(kept) // 2], turn, *kept[len(kept) // 2 + 1 :]]
        case _:
            return kept


def made_of(messages, least_turns):
    before, MEMORY.least_turns = MEMORY.least_turns, least_turns
    try:
        fields = {"model": "auto", "messages": messages, "temperature": 1}
        trail = trail_of_chat(fields)
        beginnings = (
            trail.ends,
            trail.labels,
            list(trail.continued()),
            [trail.behind(k) for k in range(len(messages))],
        )
        problems = list(map(str, chat_problems(fields)))
        sound = not problems
        return (
            problems,
            weigh(fields),
            features_of(fields),
            beginnings if sound else None,
            conversation_in(fields, whole=False) if sound else None,
            each_of(messages, repr),
            [build(endpoint, Ask("gpt", fields, 5)).body for endpoint in ENDPOINTS],
        )
    finally:
        MEMORY.least_turns = before


class TestOpenings:
    """'What follows from the turns before is kept': it is what follows from all of them."""

    @given(turns, edits)
    def test_what_is_made_of_a_conversation_is_what_is_made_without_a_memory(self, messages, changes):
        for edit, turn, known in [("same", {}, False), *changes]:
            messages = told_anew(messages, edit, turn, known)
            assert made_of(messages, 2) == made_of(messages, 10**9)
