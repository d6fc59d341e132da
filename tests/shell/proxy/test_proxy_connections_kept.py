"""A connection that ends says so first: whoever uses it again must not find it closed. Nothing else is left."""

import gc

import httpx
import pytest

from tests.shell.proxy_world import HTTP, chat, proxy
from tokenwise_shell.config.settings import HttpParser


async def asked_twice(world, method: str, path: str, **fields) -> tuple[httpx.Response, httpx.Response]:
    """The same request over one client, so over one connection where that stays open."""
    async with httpx.AsyncClient(base_url=world.url) as http:
        return await http.request(method, path, **fields), await http.request(method, path, **fields)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/v2/nowhere", 404), ("POST", "/v1/models", 405), ("DELETE", "/v1/chat/completions", 405)],
)
async def test_an_answer_before_its_request_was_read_ends_the_connection_aloud(tmp_path, method, path, status):
    async with proxy(tmp_path) as world:
        for answer in await asked_twice(world, method, path, json={"input": "x" * 5_000}):
            assert (answer.status_code, answer.headers["connection"]) == (status, "close")


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/models"), ("GET", "/v2/nowhere")])
async def test_a_request_without_a_body_keeps_its_connection(tmp_path, method, path):
    async with proxy(tmp_path) as world:
        for answer in await asked_twice(world, method, path):
            assert "connection" not in answer.headers


async def test_a_request_that_was_read_keeps_its_connection(tmp_path):
    async with proxy(tmp_path) as world:
        for answer in await asked_twice(world, "POST", "/v1/chat/completions", json=chat()):
            assert answer.status_code == 200
            assert "connection" not in answer.headers


@pytest.mark.skipif(HTTP is not HttpParser.HTTPTOOLS, reason="hypercorn's protocol leaves circles of its own")
async def test_a_request_leaves_nothing_for_the_collector(tmp_path):
    """What holds on to itself stays in memory until the collector finds it, prompts and all."""

    async def asked_all() -> None:
        for stream in (False, True):
            async with httpx.AsyncClient(base_url=world.url) as http:
                answer = await http.post("/v1/chat/completions", json=chat(stream=stream))
                assert answer.status_code == 200

    async with proxy(tmp_path) as world:
        await asked_all()  # what is loaded and remembered with the first request
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            await asked_all()
            gc.collect()
            kinds = (type(each) for each in gc.garbage)
            left = {kind.__qualname__ for kind in kinds if kind.__module__.startswith(("tokenwise", "httptools"))}
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
    assert left == set()
