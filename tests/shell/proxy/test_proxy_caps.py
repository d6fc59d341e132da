"""A cap of nothing, which OpenAI's description of its interface allows: it must not become no cap at all."""

import orjson
import pytest

from tests.shell.proxy_world import chat, proxy


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_a_cap_of_0_is_sent_as_1_and_billed_as_such(tmp_path, name):
    async with proxy(tmp_path) as world:
        answer = await world.post(chat(**{name: 0}))
        sent = orjson.loads(world.one.received[-1].request.body)
        assert world.one.billed[-1].completion_tokens == 1
    assert (answer.status, sent["max_tokens"]) == (200, 1)


async def test_a_cap_below_0_is_an_error_that_names_it(tmp_path):
    async with proxy(tmp_path) as world:
        answer = await world.post(chat(max_tokens=-1))
    assert (answer.status, answer.error["param"]) == (400, "max_tokens")
