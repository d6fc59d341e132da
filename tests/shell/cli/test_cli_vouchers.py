"""Vouchers of real processes: minted by one, spent at another, which is killed with a call under way."""

import json
from http.client import HTTPConnection

import orjson
import pytest

from tests.shell.cli.test_cli_serving import chat, serving, verified
from tests.shell.commands import STUCK_SECONDS, in_process

STALL = "rules: [{every: 1, fault: {fault: stall, after_chunks: 3, ms: 60000}}]"
USD = 10**9


def stands(home):
    shown = json.loads(in_process("limits", "--offline", "--json", home=home).out)
    return {one["limit"]: (one["spent_nano"], one["held_nano"], one["left_nano"]) for one in shown}


@pytest.mark.slow  # starts the program four times
def test_a_voucher_outlives_the_sigkill_of_the_proxy_that_spends_it(tmp_path):
    (tmp_path / "faults.yaml").write_text(STALL)
    in_process("keys", "create", "alice", "--budget", "1", home=tmp_path)
    with serving(tmp_path, "--offline", "--faults", "faults.yaml") as server:
        made = in_process(
            "keys", "voucher", "--budget", "0.5", "--key", "alice", "--json", "--offline", home=tmp_path
        ).json
        name, token = made["scope"].removesuffix(" total"), {"authorization": f"Bearer {made['token']}"}
        connection = HTTPConnection("127.0.0.1", server.port, timeout=STUCK_SECONDS)
        body = orjson.dumps(chat("Tell me a very long story about the sea", stream=True, max_tokens=50))
        connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json", **token})
        assert connection.getresponse().readline()
        held = stands(tmp_path)[name][1]
        assert held > 0
        server.process.kill()
        server.process.wait(STUCK_SECONDS)
        connection.close()
    assert verified(tmp_path)["left_attempts"] == 1
    with serving(tmp_path, "--offline") as server:
        rest = USD // 2 - held
        assert stands(tmp_path) == {"key:alice": (held, rest, USD // 2), name: (held, 0, rest)}
        status, _ = server.ask("/chat/completions", chat(max_tokens=50), **token)
        assert status == 200
        assert server.ask("/chat/completions", chat(), authorization="Bearer tw-no")[0] == 401
        assert in_process("keys", "return", made["token"], "--offline", home=tmp_path).code == 0
        assert server.ask("/chat/completions", chat(), **token)[0] == 401
        spent, held, left = stands(tmp_path)["key:alice"]
        assert (held, left) == (0, USD - spent)
        server.stop()
    assert verified(tmp_path)["held_nano"] == 0
