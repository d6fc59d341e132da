"""Processes that share a listener share what comes in: here as two servers of one process, each with its own place."""

import trio
from attrs import evolve

from tests.shell.commands import STUCK_SECONDS
from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.proxy.http.sockets import listen
from tokenwise_shell.proxy.http.swift import serve_swiftly
from tokenwise_shell.proxy.workers import Shares

CLIENTS = 40


async def silent(scope, receive, send):
    raise AssertionError("nobody asks anything here")


async def test_of_many_who_come_at_once_each_takes_as_many_as_the_other():
    settings, stop, one = ProxySettings(port=0), trio.Event(), Shares.of(2)
    listener = listen(settings)
    with trio.fail_after(STUCK_SECONDS):
        async with trio.open_nursery() as nursery:
            clients = [trio.socket.socket() for _ in range(CLIENTS)]
            for client in clients:
                await client.connect(listener.getsockname())
            for place in range(2):
                own = evolve(one, place=place)
                nursery.start_soon(serve_swiftly, silent, settings, listener.dup(), stop, own)
            while sum(one.counts) != CLIENTS:  # noqa: ASYNC110 -- memory that processes share tells nobody
                await trio.sleep(0.001)
            assert max(one.counts) - min(one.counts) <= 3
            for client in clients:
                client.close()
            stop.set()
            listener.close()


def test_whoever_has_ended_is_waited_for_by_nobody():
    one = Shares.of(2)
    one.begin()
    one.add(9)
    assert not one.has_more
    other = evolve(one, place=1)
    other.begin()
    assert one.has_more
    one.end(1)
    assert not one.has_more
