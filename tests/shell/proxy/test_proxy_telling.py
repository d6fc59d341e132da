"""`tell_budget`: a model and its client are told what is left, and no cache of a prompt is the worse for it."""

import pytest

from tests.shell.agent_session import CATALOG, MODEL
from tests.shell.proxy_world import chat, proxy
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.money import Nanodollars, parse_usd
from tokenwise_shell.budgets.answers import Left
from tokenwise_shell.providers.own import Own, OwnFormat
from tokenwise_shell.proxy.request.telling import line_for, own_with, with_line

LIMIT = Limit(parse_usd("5"), Window.TOTAL, each="session")
LINE = "[budget session:none: $5.00 of $5.00 is left]"
MARKED = {"type": "text", "text": "Rain?", "cache_control": {"type": "ephemeral"}}
FOUND = {"type": "function_call_output", "call_id": "1", "output": "42"}


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ({"role": "user", "content": "Rain?"}, {"role": "user", "content": "Rain?\n\nLINE"}),
        (
            {"role": "user", "content": [MARKED]},
            {"role": "user", "content": [MARKED, {"type": "text", "text": "LINE"}]},  # behind the mark
        ),
        ({"role": "tool", "content": "42"}, {"role": "tool", "content": "42\n\nLINE"}),
        ({"role": "assistant", "content": "It"}, {"role": "assistant", "content": "It"}),  # which it is to go on with
        ({"role": "user", "content": 5}, {"role": "user", "content": 5}),
    ],
)
def test_the_line_is_the_end_of_the_last_turn(last, told):
    before = {"messages": [{"role": "system", "content": "Be brief."}, last]}
    assert with_line(before, "LINE") == {"messages": [before["messages"][0], told]}
    assert before["messages"][1] is last


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Rain?", "Rain?\n\nLINE"),
        ([FOUND], [FOUND, {"role": "user", "content": "LINE"}]),
        (
            [{"role": "user", "content": [{"type": "input_text", "text": "Rain?"}]}],
            [
                {
                    "role": "user",
                    "content": [{"type": "input_text", "text": "Rain?"}, {"type": "input_text", "text": "LINE"}],
                }
            ],
        ),
        ([], []),
    ],
)
def test_so_it_is_in_responses(said, told):
    assert own_with(Own(OwnFormat.RESPONSES, {"input": said}), "LINE").body == {"input": told}


def test_cents_are_whole_until_few_are_left():
    lines = [
        line_for(Left("process total", Nanodollars(nano), Nanodollars(10**9))) for nano in (123_456_789, 12_345_678)
    ]
    assert lines == ["[budget process: $0.12 of $1.00 is left]", "[budget process: $0.012345678 of $1.00 is left]"]


def bound_of(world, answer):
    lines = world.lines_of(answer.headers["x-request-id"])
    return next(line["input_tokens"] for line in lines if line["type"] == "reserved")


async def bounds(folder, **settings):
    """Of an agent's two turns, the first of 20 kB: how much input was held for, and what was told."""
    folder.mkdir()
    turns = [{"role": "user", "content": [{**MARKED, "text": "a line of the file\n" * 1_000}]}]
    async with proxy(folder, catalog=CATALOG, kind="anthropic", limits=(LIMIT,), **settings) as world:
        body = {"model": MODEL, "max_tokens": 500, "messages": turns}
        first = await world.post(body, path="/v1/messages")
        said = {"role": "assistant", "content": "It does."}
        body = {**body, "messages": [*turns, said, {"role": "user", "content": "And?"}]}
        second = await world.post(body, path="/v1/messages")
        assert (first.status, second.status) == (200, 200)
        assert world.balances()
        return bound_of(world, first), bound_of(world, second), first.headers.get("x-tokenwise-budget-left")


async def test_it_is_counted_in_the_bound_and_the_sellers_count_of_the_turn_before_still_holds(tmp_path):
    plain, told = await bounds(tmp_path / "a"), await bounds(tmp_path / "b", tell_budget=True)
    assert plain[2] is None
    assert told[2] == "session:none total $5.00"
    assert len(LINE) <= told[0] - plain[0] <= len(LINE) + 40  # in a block of its own
    assert plain[1] < plain[0] / 2  # since the seller has counted the file
    assert plain[1] < told[1] < plain[1] + 3 * len(LINE)


async def test_without_a_limit_there_is_nothing_to_tell(tmp_path):
    async with proxy(tmp_path, tell_budget=True) as world:
        assert "x-tokenwise-budget-left" not in (await world.post(chat(max_tokens=50))).headers


async def test_the_tightest_budget_is_told_to_whoever_streams_too(tmp_path):
    limits = (LIMIT, Limit(parse_usd("2"), Window.DAY))
    async with proxy(tmp_path, tell_budget=True, limits=limits) as world:
        answer = await world.post(chat(max_tokens=50, stream=True))
        assert answer.headers["x-tokenwise-budget-left"].startswith("process 2")
        assert answer.headers["x-tokenwise-budget-left"].endswith(" $2.00")
