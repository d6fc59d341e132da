"""A real browser for tests: headless Chromium that opens one page, or is led through one.

It is killed at the end of the block. On a laptop without it the tests are skipped and say so; on a build machine (`CI`
is set) they fail.
"""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
import trio
from playwright.sync_api import Page, sync_playwright

__all__ = ["CHROMIUM", "led_through", "needs_chromium", "opened_page"]

T = TypeVar("T")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

needs_chromium = pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium is installed")
"""For tests that open a page."""

# It may run as root in a container, has no screen, and shall look up nobody and fetch nothing.
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
)  # fmt: skip


@asynccontextmanager
async def opened_page(url: str, folder: Path, *rules: str) -> AsyncIterator[None]:
    """A browser with an empty profile that opens this page. `rules` say where names lead: `MAP name 127.0.0.1`."""
    assert CHROMIUM, "Chromium is not installed; the package is called chromium"
    command = [CHROMIUM, *_OPTIONS, f"--user-data-dir={folder / 'profile'}", "--remote-debugging-port=0"]
    resolver = f"--host-resolver-rules={', '.join(rules)}"
    async with trio.open_nursery() as nursery:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        nursery.start_soon(partial(trio.run_process, [*command, resolver, url], **quiet))
        yield
        nursery.cancel_scope.cancel()


async def led_through(walk: Callable[[Page], T], **context: Any) -> T:
    """What `walk` finds in a page of a new profile, whose window is as `context` says. It runs in a thread."""
    assert CHROMIUM, "Chromium is not installed; the package is called chromium"

    def work() -> T:
        with sync_playwright() as player:
            browser = player.chromium.launch(executable_path=CHROMIUM, args=list(_OPTIONS[1:]))
            try:
                return walk(browser.new_context(**context).new_page())
            finally:
                browser.close()

    return await trio.to_thread.run_sync(work)
