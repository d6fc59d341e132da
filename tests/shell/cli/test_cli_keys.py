"""`tw keys`: what it makes, shows and refuses."""

import re
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from tests.shell.commands import tw
from tokenwise_shell.ledger.jsonl import ms_of

__all__ = ["tw"]

DAY_MS = 86_400_000


def keys_file(tw):
    return tw.keys


class TestDeleting:
    def test_a_deleted_key_is_forgotten_and_its_name_is_free(self, tw):
        tw("keys", "create", "alice")
        tw("keys", "create", "bob")
        tw("keys", "revoke", "alice")
        done = tw("keys", "delete", "alice")
        assert (done.code, done.out, done.err) == (0, "alice is deleted\n", "")
        assert [key["name"] for key in tw("keys", "list", "--json").json] == ["bob"]
        assert tw("keys", "create", "alice").code == 0

    def test_without_any_left_it_is_said_when_none_is_asked_for(self, tw):
        tw("keys", "create", "alice")
        done = tw("keys", "delete", "alice")
        assert "no key is left: a proxy that is started now asks for none on loopback" in done.err
        assert tw("keys", "list", "--json").json == []

    def test_an_unknown_name_is_told_with_the_nearest(self, tw):
        tw("keys", "create", "alice")
        done = tw("keys", "delete", "alise")
        assert done.code == 2
        assert "no key has this name; there are alice; did you mean 'alice'?" in done.err


class TestRaising:
    def test_a_raised_budget_is_listed_as_it_holds(self, tw):
        tw("keys", "create", "alice", "--budget", "1")
        assert tw("limits", "raise", "key:alice", "--to", "5").code == 0
        assert "$1.00, raised to $5.00" in tw("keys", "list").out
        (key,) = tw("keys", "list", "--json").json
        assert (key["budget_nano"], key["raised_to_nano"]) == (10**9, 5 * 10**9)

    def test_a_voucher_cannot_be_raised_and_that_is_said(self, tw):
        tw("keys", "create", "alice", "--budget", "1")
        scope = tw("keys", "voucher", "--budget", "0.9", "--key", "alice", "--json").json["scope"]
        assert "vouchers cannot be raised" in tw("limits", "raise", scope, "--to", "5").err
        more = tw("keys", "voucher", "--budget", "0.5", "--key", "alice")
        assert (more.code, "$0.90 of it is held by vouchers" in more.err, "waiting" in more.err) == (3, True, False)
        assert "quotes around it" in tw("limits", "raise", "key:alice", "total", "--to", "5").err


class TestCreating:
    def test_the_secret_alone_is_on_stdout(self, tw):
        done = tw("keys", "create", "alice")
        assert done.code == 0
        assert re.fullmatch(r"tw-[\w-]{43}\n", done.out)
        assert "the only time that the secret is shown" in done.err
        assert done.out.strip() not in keys_file(tw).read_text()

    def test_every_limit_is_kept(self, tw):
        done = tw(
            "keys", "create", "alice", "--budget", "2.50", "--window", "month",
            "--models", "openai/*", "--models", "x/y", "--requests-per-minute", "60", "--tokens-per-minute", "100_000",
            "--expires-in", "30d", "--json",
        )  # fmt: skip
        shown = done.json
        assert shown.pop("secret").startswith("tw-")
        begun, ends = (ms_of(shown.pop(name)) for name in ("created_at", "expires_at"))
        assert ends - begun == 30 * DAY_MS
        assert shown == {
            "name": "alice", "state": "active", "budget_nano": 2_500_000_000, "window": "month", "spent_nano": 0,
            "owner": False, "models": ["openai/*", "x/y"], "requests_per_minute": 60, "tokens_per_minute": 100_000,
            "revoked_at": None,
        }  # fmt: skip
        (listed,) = tw("keys", "list", "--json").json
        assert "secret" not in listed
        assert listed["models"] == ["openai/*", "x/y"]

    def test_a_date_is_the_beginning_of_its_day(self, tw):
        done = tw("keys", "create", "alice", "--expires", "2999-12-31", "--json")
        assert done.json["expires_at"] == "2999-12-31T00:00:00.000Z"

    def test_a_name_that_is_taken(self, tw):
        tw("keys", "create", "alice")
        done = tw("keys", "create", "alice")
        assert (done.code, done.out) == (2, "")
        assert "alice: there is a key of this name; choose another" in done.err

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--budget", "ten"], "--budget: 'ten': expected US dollars such as 0.50"),
            (["--window", "day"], "--window: says when a budget is renewed; give --budget too"),
            (["--budget", "1", "--window", "dya"], "expected one of total, day, week, month; did you mean 'day'?"),
            (["--models", "a b"], "models: 'a b': expected a model's id or a pattern such as openai/*"),
            (["--requests-per-minute", "0"], "--requests-per-minute: '0': expected a whole number from 1"),
            (["--tokens-per-minute", "1.5"], "--tokens-per-minute: '1.5': expected a whole number from 1"),
            (["--expires-in", "30"], "--expires-in: '30': expected how long, such as 90m, 12h, 30d or 8w"),
            (["--expires-in", "999999w"], "--expires-in: '999999w': expected how long"),
            (["--expires", "tomorrow"], "--expires: 'tomorrow': expected a date or time such as 2026-12-31"),
            (["--expires", "2020-01-01"], "--expires: '2020-01-01' has passed; expected a time to come"),
            (["--expires", "2999-01-01", "--expires-in", "1d"], "cannot be used together"),
        ],
    )
    def test_bad_values_make_no_key(self, tw, options, said):
        done = tw("keys", "create", "alice", *options)
        assert (done.code, done.out) == (2, "")
        assert said in done.err
        assert not keys_file(tw).exists()


class TestListing:
    def test_without_keys_it_says_how_to_make_one(self, tw):
        done = tw("keys", "list")
        assert (done.code, done.out) == (0, "")
        assert "`tw keys create NAME` makes one" in done.err
        assert tw("keys", "list", "--json").json == []

    def test_what_was_spent_in_the_present_window_is_from_the_ledger(self, tw):
        tw("keys", "create", "alice", "--budget", "1", "--window", "day")
        tw("keys", "create", "bob", "--budget", "1")
        today = datetime.now(UTC)
        days = {"alice": (today, today - timedelta(days=2)), "bob": (today, today - timedelta(days=2))}
        tw.ledger.parent.mkdir()
        tw.ledger.write_bytes(b"".join(_call(key, at) for key, times in days.items() for at in times))
        spent = {key["name"]: key["spent_nano"] for key in tw("keys", "list", "--json").json}
        assert spent == {"alice": 1_000_000, "bob": 2_000_000}
        table = tw("keys", "list").out.splitlines()
        assert table[0].split() == [
            "name",
            "state",
            "budget",
            "spent",
            "requests/min",
            "tokens/min",
            "models",
            "expires",
        ]
        assert table[1].split() == ["alice", "active", "$1.00", "a", "day", "$0.001", "-", "-", "all", "-"]

    def test_a_damaged_file_is_told(self, tw):
        keys_file(tw).parent.mkdir(parents=True)
        keys_file(tw).write_text("{}")
        done = tw("keys", "list")
        assert done.code == 2
        assert f"{keys_file(tw)}: is no file of keys" in done.err


def _call(key: str, at: datetime) -> bytes:
    """The lines of one call that cost a tenth of a cent."""
    run, stamp = f"{key}-{at:%d}", f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
    common = {
        "v": 1,
        "at": stamp,
        "run": run,
        "key": key,
        "step": "answer",
        "attempt": 0,
        "model": "m",
        "provider": "p",
    }
    held = {"type": "reserved", "amount_nano": 1_000_000, "input_tokens": 1, "max_output_tokens": 1}
    paid = {"type": "charged", "amount_nano": 1_000_000, "outcome": "ok", "estimated": False, "usage": None}
    lines = ({**common, "seq": 0, **held}, {**common, "seq": 1, "asked": "m", **paid})
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


class TestRevoking:
    def test_a_revoked_key_stays_in_the_list(self, tw):
        tw("keys", "create", "alice")
        assert tw("keys", "revoke", "alice").out == "alice is revoked\n"
        (listed,) = tw("keys", "list", "--json").json
        assert listed["state"] == "revoked"
        assert listed["revoked_at"] is not None

    def test_a_name_that_is_not_there(self, tw):
        tw("keys", "create", "alice")
        done = tw("keys", "revoke", "alise")
        assert (done.code, done.out) == (2, "")
        assert "alise: no key has this name; there are alice; did you mean 'alice'?" in done.err


def test_a_command_that_is_not_there_names_those_that_are(tw):
    done = tw.online("keys", "lst")
    assert done.code == 2
    assert "expected one of create, list, revoke, voucher, return, delete; did you mean 'list'?" in done.err
