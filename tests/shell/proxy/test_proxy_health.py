"""What one request's failure means for the next: health is shared, and nobody suffers for another's mistake."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.shell.proxy_world import chat, proxy
from tokenwise_shell.embedded import First, Script, Status


async def test_a_bad_request_says_nothing_about_its_provider(tmp_path):
    refused = Script([First([Status(400, message="no")] * 3)])
    async with proxy(tmp_path, one=refused) as world:
        bad = [await world.post(chat()) for _ in range(3)]
        good = await world.post(chat())
    assert [answer.status for answer in bad] == [400] * 3
    assert (good.status, good.headers["x-tokenwise-provider"]) == (200, "one")


async def test_a_provider_that_has_failed_is_left_alone_by_the_next_request(tmp_path):
    async with proxy(tmp_path, one=Script([First([Status(401)] * 9)])) as world:
        first, second = [await world.post(chat()) for _ in range(2)]
        asked = len(world.one.received)
    assert (first.headers["x-tokenwise-attempts"], second.headers["x-tokenwise-attempts"]) == ("2", "1")
    assert (second.headers["x-tokenwise-provider"], asked) == ("two", 1)


async def test_where_everybody_is_left_alone_a_request_is_the_probe_and_hears_the_real_error(tmp_path):
    broken = Script([First([Status(403, message="not in your country")] * 99)])
    async with proxy(tmp_path, one=broken, two=broken) as world:
        await world.post(chat())
        unready = await world.ask("GET", "/readyz")
        answer = await world.post(chat())
    assert (answer.status, answer.error["message"]) == (403, "not in your country")
    assert (unready.status, "left alone" in unready.json["reasons"][0]) == (503, True)


async def test_where_all_fail_no_more_calls_are_lost_to_sellers_than_allowed(tmp_path):
    broken = Script([First([Status(500)] * 99)])
    async with proxy(tmp_path, one=broken, two=broken) as world:
        answer = await world.post(chat(model="auto"))
        asked = len(world.one.received) + len(world.two.received)
    assert asked == int(answer.headers["x-tokenwise-attempts"]) == world.client.workspace.policy().max_seat_faults


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to offer")
async def test_with_books_that_cannot_be_written_nothing_is_sent(tmp_path):
    async with proxy(tmp_path) as world:
        with full_disk(world.client.journal.file.descriptor):
            answer = await world.post(chat())
            unready = await world.ask("GET", "/readyz")
            assert not world.one.received
        better = await world.post(chat())
        assert world.balances()
    assert (answer.status, answer.error["code"]) == (503, "books_unwritable")
    assert (unready.status, "cannot be written" in unready.json["reasons"][0]) == (503, True)
    assert better.status == 200


@contextmanager
def full_disk(descriptor: int) -> Iterator[None]:
    """While the block runs, what this descriptor leads to has no room."""
    kept, full = os.dup(descriptor), os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, descriptor)
    try:
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)
        os.close(full)
