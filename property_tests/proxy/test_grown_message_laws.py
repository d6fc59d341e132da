"""What Anthropic's door makes of a conversation that goes on is what it makes of one that it hears first."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tokenwise_shell.catalogs.loading import embedded_catalog
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers.own import OWN
from tokenwise_shell.providers.turns import MEMORY
from tokenwise_shell.providers.wire import Ask, Endpoint
from tokenwise_shell.proxy.admission.bodies import Bodies, object_in
from tokenwise_shell.proxy.doors.messages.front import MessagesFront
from tokenwise_shell.proxy.fronts import BadRequest, OnlyAsItIs
from tokenwise_shell.proxy.request.asked import read_asked
from tokenwise_shell.proxy.request.work import CHAT

CATALOG = embedded_catalog()
ENDPOINT = Endpoint(ProviderKind.ANTHROPIC, "http://127.0.0.1:9")
IDS = st.sampled_from(["toolu_1", "toolu_2", "of another"])
MARKS = st.sampled_from([{}, {}, {"cache_control": {"type": "ephemeral"}}, {"cache_control": {"ttl": "1h"}}])
SAID = st.sampled_from(["go on", "日本語", "ends in a blank ", "a" * 99])

block = st.one_of(
    st.builds(lambda said, mark: {"type": "text", "text": said, **mark}, SAID, MARKS),
    st.builds(lambda id_: {"type": "tool_use", "id": id_, "name": "f", "input": {"a": [1, True, 1.0]}}, IDS),
    st.builds(
        lambda id_, said, mark: {"type": "tool_result", "tool_use_id": id_, "content": said, **mark}, IDS, SAID, MARKS
    ),
    st.sampled_from(
        [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "thinking", "thinking": "hm", "signature": ""},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        ]
    ),
)
odd = st.sampled_from(
    [
        {"role": "user", "content": 3},
        *[{"role": "nobody", "content": "?"}] * 3,
        {"role": "system", "content": "of the middle"},
        {"role": "user", "content": [{"type": "server_tool_use", "id": "x", "name": "web_search", "input": {}}]},
        {"role": "user", "content": [{"type": "document", "source": {"type": "file", "file_id": "f"}}]},
    ]
)
usual = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]), "content": SAID | st.lists(block, max_size=3)}
)
turn = st.integers(0, 9).flatmap(lambda one: usual if one else odd)
step = st.tuples(st.sampled_from(["grow", "grow", "grow", "last", "cut"]), st.lists(turn, min_size=2, max_size=2))


def told_on(turns, way, new):
    """The conversation as it is sent next."""
    match way:
        case "grow":
            return [*turns, *new]
        case "last":
            return [*turns[:-2], *new]
        case _:
            return turns[: max(2, len(turns) - 3)]


def made_of(said):
    """Everything that follows from a body before it is decided, and what is sent on as it is."""
    front = MessagesFront()
    try:
        try:
            fields, barred = front.read(said), None
        except OnlyAsItIs as problem:
            fields, barred = problem.fields, problem.trouble
        own = front.own(said)
        asked = read_asked(fields, {}, CATALOG, beside={"own": own, "barred": barred})
    except BadRequest as problem:
        return problem.trouble
    trails = [(one.ends, one.labels, list(one.continued()), one.behind(1)) for one in (asked.trail, asked.own_trail)]
    wire = own and OWN[own.format]
    sent = wire and wire.build(ENDPOINT, Ask("claude", fields, 9, own=own.body)).body
    return fields, barred, own, CHAT.wishes(asked), trails, CHAT.words(fields, whole=False), sent


class TestGrownMessages:
    """'What is known of earlier turns changes nothing': weights, digests, refusals, what is sent."""

    @given(st.lists(turn, min_size=6, max_size=16), st.lists(step, max_size=4), st.integers(0, 2), SAID)
    def test_what_is_made_of_it_is_what_is_made_without_a_memory(self, turns, steps, systems, system):
        memory, before = Bodies(least_bytes=0), MEMORY.least_turns
        try:
            for number, (way, new) in enumerate([("same", []), *steps]):
                turns = told_on(turns, way, new) if new else turns
                blocks = [
                    {"type": "text", "text": f"x-anthropic-billing-header: {number}"},
                    {"type": "text", "text": system},
                ]
                body = orjson.dumps(
                    {
                        "model": "auto",
                        "max_tokens": 9,
                        "messages": turns,
                        **({"system": blocks[-systems:]} if systems else {}),
                    }
                )
                MEMORY.least_turns = 2
                known = made_of(memory.read(body, 10**6, memory.beginning(body)))
                MEMORY.least_turns = 10**9
                assert known == made_of(object_in(body, 10**6))
        finally:
            MEMORY.least_turns = before
