"""What models, providers and tags say may not steer a terminal; files and pipes get it as it is."""

import os
import pty
import subprocess
import sys

import pytest

from tests.shell.commands import ROOT
from tokenwise_shell.cli.edge import harmless, without_credentials

STEERING = "a\x1b]0;title\x07b\x1b[2Jc\rd\x9b31me\u202ef\tg\n"
SAY = f"from tokenwise_shell.cli.edge import show, write; write({STEERING!r}); show({STEERING!r})"


def said(*, on_terminal: bool) -> tuple[bytes, bytes]:
    """What stdout and stderr got of a program that writes the same to both."""
    if not on_terminal:
        done = subprocess.run([sys.executable, "-c", SAY], cwd=ROOT, capture_output=True, check=True)
        return done.stdout, done.stderr
    (ours, theirs), (ours_too, theirs_too) = pty.openpty(), pty.openpty()
    subprocess.run([sys.executable, "-c", SAY], cwd=ROOT, stdout=theirs, stderr=theirs_too, check=True)
    heard = os.read(ours, 4096), os.read(ours_too, 4096)
    for descriptor in (ours, theirs, ours_too, theirs_too):
        os.close(descriptor)
    return heard


@pytest.mark.slow  # starts the program
def test_a_pipe_gets_every_character():
    assert said(on_terminal=False) == (STEERING.encode(), STEERING.encode())


@pytest.mark.slow  # starts the program
def test_a_terminal_gets_none_that_would_steer_it():
    shown = "a␛]0;title␇b␛[2Jc␍d\ufffd31me\ufffdf\tg\r\n".encode()  # the terminal itself ends lines so
    assert said(on_terminal=True) == (shown, shown)


def test_words_in_any_script_stay_as_they_are():
    text = "naïve Größe, 水, नमस्ते, 👩‍👩‍👧, שלום\n\ttabs"
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://:word@host:6379/0", "redis://…@host:6379/0"),
        ("no http://user:w@rd@proxy:3128, sorry", "no http://…@proxy:3128, sorry"),
        ("see https://api.example/v1?a=b@c", "see https://api.example/v1?a=b@c"),
        ("write to me@example.org", "write to me@example.org"),
        ("HTTPS://A:B@C HTTPS://D:E@F", "HTTPS://…@C HTTPS://…@F"),
    ],
)
def test_no_message_has_credentials_in_an_address(text, shown):
    assert without_credentials(text) == shown
