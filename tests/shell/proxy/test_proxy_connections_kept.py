"""A connection that ends says so first: whoever uses it again must not find it closed."""

import httpx
import pytest

from tests.shell.proxy_world import chat, proxy


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
