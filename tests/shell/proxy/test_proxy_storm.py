"""Requests that are cut, left and pipelined at random leave nothing behind, and nobody hears another's answer."""

import pytest

from tests.shell.proxy.storm import weather


@pytest.mark.slow  # a server of its own and some hundred requests; the command of `storm` makes a million
@pytest.mark.parametrize("http", ["httptools", "h11"])
def test_a_storm_leaves_nothing_behind(tmp_path, http):
    counts = weather(600, tmp_path, http=http)
    assert counts["status 200"] > 300
    assert counts["left before an answer"] > 50
    assert counts["left within an answer"] > 10
