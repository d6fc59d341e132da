"""The proxy from outside, as a process: whatever is sent to it, it answers or hangs up, and nothing stays behind.

`TOKENWISE_FUZZ_SECONDS=600 python -m pytest -s tests/shell/proxy/test_proxy_fuzz.py -k as_long` goes on for ten
minutes, with other requests each time, and prints its figures.
"""

import os
import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.fuzzing import Target, attack, described, request_bytes, serving

pytestmark = pytest.mark.slow  # starts a whole program, and sends it hundreds of requests

SECONDS = float(os.environ.get("TOKENWISE_FUZZ_SECONDS", "0"))
ATTACKERS = 4

# Connections to the simulated models are kept for the next request, and both of their ends are in this process.
KEPT = 4 * ATTACKERS


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("proxy")) as target:
        yield target
        check_sound(target)


def check_sound(target: Target) -> None:
    """Still there, still answering, nothing of its own gone wrong, and no connection left."""
    assert target.process.poll() is None
    assert b"200" in target.say(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")[:20]
    assert "Traceback" not in target.log.read_text()
    assert not re.search(rb'status="500"\} [1-9]', target.say(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"))


def check_answer(said: bytes) -> None:
    assert not said or said.startswith(b"HTTP/1.1 ")
    assert not re.search(rb"^HTTP/1\.1 500 ", said, re.MULTILINE)


@given(draw=st.randoms(use_true_random=False), cuts=st.sampled_from([1, 1, 2, 7]))
def test_whatever_bytes_come_are_answered_or_hung_up_on(target, draw, cuts):
    check_answer(target.say(attack(draw), cuts=cuts))


def test_every_endpoint_keeps_to_its_description(target):
    ran = described(target.origin, "--max-examples", "20", "--phases", "examples,fuzzing", "--seed", "20261122")
    check_described(ran.stdout)


def check_described(told: str) -> None:
    """Every case that was generated has passed. An error of schemathesis itself, which it has now and then, is none."""
    found = re.search(r"^\s+(\d+) generated, (\d+) passed", told, re.MULTILINE)
    assert found, told[-6_000:]
    assert int(found[1]) == int(found[2]) >= 100, told[-6_000:]


def test_nothing_is_left_open(target):
    def ask(_: int) -> None:
        draw = random.Random(_)
        target.say(request_bytes(draw))

    with ThreadPoolExecutor(ATTACKERS) as attackers:
        list(attackers.map(ask, range(20)))
        before = settled(target)
        list(attackers.map(ask, range(60)))
    assert settled(target) <= before + KEPT


def settled(target: Target) -> int:
    """How many files are open once the number has stopped falling."""
    fewest, patience, moment = target.open_files, 20, threading.Event()
    while patience:
        moment.wait(0.05)
        patience = 20 if target.open_files < fewest else patience - 1
        fewest = min(fewest, target.open_files)
    return fewest


@pytest.mark.skipif(not SECONDS, reason="TOKENWISE_FUZZ_SECONDS says for how many seconds; without it, not at all")
def test_for_as_long_as_is_asked(tmp_path):
    with serving(tmp_path) as target:
        end, seed = time.monotonic() + SECONDS, random.SystemRandom().getrandbits(32)
        warm(target)
        rss, files = target.rss_mib, settled(target)

        def besiege(number: int) -> int:
            draw, sent = random.Random(f"{seed}/{number}"), 0
            while time.monotonic() < end:
                check_answer(target.say(attack(draw), cuts=draw.choice((1, 1, 2, 7))))
                sent += 1
            return sent

        with ThreadPoolExecutor(ATTACKERS + 1) as attackers:
            description = attackers.submit(
                described, target.origin, "--max-time", str(int(SECONDS)), "--seed", str(seed)
            )
            sent = sum(attackers.map(besiege, range(ATTACKERS)))
            ran = description.result()
        print(f"\nseed {seed}: {sent} connections with bytes, statuses {dict(sorted(target.statuses.items()))}")
        print("\n".join(re.findall(r"^.* generated.*$|^=+ .* in .*=+$", ran.stdout, re.MULTILINE)))
        print(f"memory {rss:.1f} MiB before, {target.rss_mib:.1f} after; files {files} before, {settled(target)} after")
        check_described(ran.stdout)
        check_sound(target)
        assert settled(target) <= files + KEPT


def warm(target: Target) -> None:
    """What is built once is built before anything is measured."""
    draw = random.Random(0)
    for _ in range(200):
        target.say(request_bytes(draw))
