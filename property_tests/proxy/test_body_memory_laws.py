"""A body that begins as an earlier one did is read as it would be without a memory, or refused in the same words."""

import json
from functools import partial

from hypothesis import event, example, given
from hypothesis import strategies as st

from tokenwise_shell.proxy.admission.bodies import Bodies, object_in
from tokenwise_shell.proxy.fronts import BadRequest

texts = st.text(alphabet='ab"\\,:[]{} \n水\u0958😀\x7f', max_size=6)
scalars = st.one_of(texts, st.integers(), st.floats(allow_nan=False), st.none(), st.booleans(), st.just(10**300))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
turn = st.one_of(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": texts}),
    values,
)
# As written: names that come twice, the list first, last, twice, by another name or within another object.
names = st.sampled_from(['"messages"', '"messages"', '"input"', r'"mess\u0061ges"'])
others = st.one_of(names, *[st.sampled_from(['"x"', '"model"', '"stream"', '"tools"'])] * 4)
blank = st.sampled_from(["", "", " ", "\n\t"])


@st.composite
def written(draw, turns):
    """A body as some client would write it: list of turns, and what stands around."""
    escaped, around = draw(st.booleans()), draw(blank)
    said = [json.dumps(each, ensure_ascii=escaped) for each in turns]
    listed = "[" + around + f"{around},{around}".join(said) + around + "]"
    member = st.tuples(others, values.map(json.dumps))
    before, after = draw(st.lists(member, max_size=2)), draw(st.lists(member, max_size=2))
    members = [*before, (draw(names), listed), *after]
    return ("{" + ",".join(f"{key}{around}:{around}{value}" for key, value in members) + "}").encode()


@st.composite
def grown(draw):
    """Bodies of one conversation, as it goes on, is edited, shortened, cut off, or written anew."""
    turns = draw(st.lists(turn, min_size=3, max_size=8))
    bodies = [draw(written(turns))]
    for _ in range(draw(st.integers(1, 4))):
        last = bodies[-1]
        match draw(st.sampled_from(["tail", "tail", "cut", "edit", "anew", "break"])):
            case "tail":  # the same bytes up to some place in the list, then other turns
                at = last.rfind(b",", 0, draw(st.integers(len(last) // 2, len(last)))) + 1
                more = draw(st.lists(turn, max_size=3).flatmap(written))
                bodies.append(last[:at] + more[more.find(b"[") + 1 :])
            case "cut":
                bodies.append(last[: draw(st.integers(0, len(last)))])
            case "edit":
                at = draw(st.integers(0, len(last)))
                bodies.append(last[:at] + draw(st.sampled_from([b"1", b",", b'"', b"]", b"\\", b"\xff"])) + last[at:])
            case "anew":
                turns = [*turns[: draw(st.integers(0, len(turns)))], *draw(st.lists(turn, max_size=3))]
                bodies.append(draw(written(turns)))
            case _:
                bodies.append(last.replace(b"]", draw(st.sampled_from([b"]]", b"}", b"", b',"messages":[1]'])), 1))
    return bodies


def outcome(read):
    """What was read, the order of names included, or in which words it was refused."""
    try:
        return json.dumps(read())
    except BadRequest as problem:
        return problem.trouble


TWICE = b'{"messages":[%b],"messages":[7,8,9]}'


class TestBodies:
    """'The same JSON as parsing the whole gives', however a conversation goes on, and nothing that is read changes."""

    @given(grown(), st.sampled_from([10**6, 60, 70, 80, 90, 100, 110, 120]))
    @example([b'{"messages":[1,2,3,4]}', b'{"messages":[1,2,34]}', b'{"messages":[1,2,3,4,"x"]}'], 10**6)
    @example([TWICE % b"1,2,3", TWICE % b"1,2,3,4", b'{"messages":[1,2,3,4]}'], 10**6)
    @example([b'{"messages":[1,2,3,4]}', b'{"messages":[1,2,3,4],"messages":[]}', b'{"messages":[1,2,3,4]]}'], 10**6)
    @example([b'{"messages":[1,2,3,4]}', b'{"messages":[1,2,3,4],"a":"\xff"}', b'{"messages":[1,2,3,"\xff"]}'], 10**6)
    def test_a_body_is_what_it_is_without_a_memory(self, bodies, most_values):
        memory = Bodies(least_bytes=0, most_bytes=10**6)
        for body in bodies:
            known = memory.beginning(body)
            event("goes on" if known else "is new")
            found = outcome(partial(memory.read, body, most_values, known))
            assert found == outcome(partial(object_in, body, most_values))

    @given(st.lists(turn, min_size=4, max_size=10))
    def test_earlier_turns_are_the_same_values_and_no_more_than_allowed_is_kept(self, turns):
        memory = Bodies(least_bytes=0, most=2, most_bytes=4000)
        before: list[object] = []
        for count in range(3, len(turns) + 1):
            body = json.dumps({"model": "auto", "messages": turns[:count], "stream": True}).encode()
            fields = memory.read(body, 10**6, memory.beginning(body))
            messages = fields["messages"]
            assert isinstance(messages, list)
            if 4 * len(body) <= memory.most_bytes:
                assert all(one is other for one, other in zip(before[:-1], messages, strict=False))
                before = messages
            assert memory.held_bytes <= memory.most_bytes
