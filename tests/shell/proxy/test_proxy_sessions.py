"""A long session of an agent under the default budget: what it is held for is close to what it is billed.

`python -m tests.benchmarks agent_session` prints the figures.
"""

import orjson
import pytest
import trio

from tests.shell.agent_session import CATALOG, MODEL, Session, played, turn_of
from tests.shell.loopback import next_request, whole
from tests.shell.proxy_world import SMALL, proxy, proxy_of
from tokenwise.money import parse_usd

# Above what is worth remembering.
LONG = "a word or two " * 600


class TestAnAgentsSession:
    @pytest.mark.slow  # sixty turns of up to 200 kB
    async def test_sixty_turns_under_a_dollar_each_with_room_for_a_long_answer(self, tmp_path):
        session = Session()
        async with proxy(tmp_path, catalog=CATALOG, kind="anthropic", default_budget=parse_usd("1")) as world:
            turns = await played(world, session)
            assert world.balances()
        assert session.size > 200_000
        assert [turn.status for turn in turns] == [200] * 60
        assert min(turn.cap for turn in turns) >= 16_000
        assert max(turn.looseness for turn in turns[1:]) <= 1.5
        assert min(turn.looseness for turn in turns) >= 1
        assert not any(turn.overran for turn in turns)
        assert all(turn.held_nano >= turn.cost_nano for turn in turns)

    async def test_without_a_mark_no_token_is_held_for_as_written_to_a_cache(self, tmp_path):
        async with proxy(tmp_path, catalog=CATALOG, kind="anthropic", default_budget=parse_usd("1")) as world:
            marked, plain = [(await played(world, Session(marked=marks), turns=1))[0] for marks in (True, False)]
        assert plain.held_nano == plain.bound * 5_000 + plain.cap * 25_000
        assert plain.cap > marked.cap + 4_000


def conversation(*texts, **fields):
    roles = ("user", "assistant")
    return {
        "model": SMALL,
        "messages": [{"role": roles[place % 2], "content": text} for place, text in enumerate(texts)],
        **fields,
    }


class TestEveryDoor:
    @pytest.mark.parametrize("stream", [True, False])
    @pytest.mark.parametrize("kind", ["openai", "anthropic", "google"])
    async def test_a_second_turn_is_bounded_by_the_count_of_the_first(self, tmp_path, kind, stream):
        async with proxy(tmp_path, kind=kind) as world:

            async def asked(*texts):
                answer = await world.post(conversation(*texts, stream=stream))
                return turn_of(answer.status, world.lines_of(answer.headers["x-request-id"]))

            first = await asked(LONG)
            second = await asked(LONG, "Well.", "And then?")
            other = await asked(LONG + "!", "Well.", "And then?")
        assert first.looseness > 3
        assert first.billed < second.bound < first.billed + 200
        assert other.bound > len(LONG)


class TestASellerWhoseCountsDoNotAddUp:
    async def test_it_is_believed_once_and_then_no_more(self, tmp_path):
        """Its template says the whole conversation twice from the second turn on."""
        counts = iter([3_000, 7_000, 7_000])

        async def talk(stream: trio.abc.Stream) -> None:
            while await next_request(stream):
                usage = {"prompt_tokens": next(counts), "completion_tokens": 1}
                choice = {"index": 0, "message": {"role": "assistant", "content": "Well."}, "finish_reason": "stop"}
                await stream.send_all(whole(orjson.dumps({"model": "small-1", "choices": [choice], "usage": usage})))

        turns, texts = [], [LONG]
        async with proxy_of(tmp_path, talk) as world:
            for _ in range(3):
                answer = await world.post(conversation(*texts, max_tokens=100))
                turns.append(turn_of(answer.status, world.lines_of(answer.headers["x-request-id"])))
                texts += ["Well.", "And then?"]
        first, second, third = turns
        assert (first.overran, second.overran, third.overran) == (False, True, False)
        assert second.bound < 3_200
        assert third.bound > first.bound


def test_the_generated_session_is_the_one_that_is_described():
    session = Session()
    assert len(session.body()["tools"]) == 25
    assert 60_000 < len(orjson.dumps(session.body()["tools"])) <= 75_000
    assert orjson.dumps(session.body()).count(b'"cache_control"') == 2
    assert MODEL in CATALOG
