"""The file of access keys: what is in it, who may change it at the same time, and what is refused."""

import hashlib
import re
import stat
import threading
from contextlib import nullcontext

import orjson
import pytest
from attrs import evolve

from tests.core.worlds import CATALOG
from tests.shell.proxy_world import furnished
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.errors import InputError
from tokenwise.money import Nanodollars
from tokenwise_shell.config.paths import keys_file
from tokenwise_shell.config.values import ALONE
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.admission.budgets import limits_of_keys, refuse_unshared
from tokenwise_shell.proxy.admission.keys import Key, KeyFile, digest_of

NOON_MS = 1_795_262_400_000


def named(name: str, **fields: object):
    return lambda digest: Key(name=name, digest=digest, created_ms=NOON_MS, **fields)


@pytest.fixture
def file(tmp_path):
    return KeyFile(keys_file(tmp_path / "books" / "ledger.jsonl"))


class TestSecrets:
    def test_a_secret_has_256_random_bits_and_is_nowhere_in_the_file(self, file):
        secrets = {file.create(named(f"k{number}")) for number in range(20)}
        assert len(secrets) == 20
        assert all(re.fullmatch(r"tw-[A-Za-z0-9_-]{43}", secret) for secret in secrets)
        assert not any(secret.removeprefix("tw-") in file.path.read_text() for secret in secrets)

    def test_what_is_kept_is_the_sha_256_of_the_secret(self, file):
        secret = file.create(named("alice"))
        (key,) = file.read()
        assert key.digest == digest_of(secret) == hashlib.sha256(secret.encode()).hexdigest()
        assert key.digest not in repr(key)

    def test_only_the_owner_may_read_the_file_and_its_folder(self, file):
        file.create(named("alice"))
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
        assert sorted(path.name for path in file.path.parent.iterdir()) == ["keys.json", "keys.json.lock"]


class TestReading:
    def test_no_file_is_no_keys(self, file):
        assert file.read() == ()

    def test_every_field_comes_back(self, file):
        limits = {
            "budget": Nanodollars(5), "window": Window.MONTH, "models": ("openai/*", "a"), "requests_per_minute": 3,
            "tokens_per_minute": 4, "expires_ms": NOON_MS + 1,
        }  # fmt: skip
        file.create(named("alice", **limits))
        file.revoke("alice", NOON_MS + 2)
        (key,) = file.read()
        assert key == Key(name="alice", digest=key.digest, created_ms=NOON_MS, revoked_ms=NOON_MS + 2, **limits)

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            (lambda text: text[:-20], "is no file of keys (JSONDecodeError"),
            (lambda _: "[]", "is no file of keys (TypeError"),
            (lambda text: text.replace('"v": 1', '"v": 2'), "v: 2: expected 1"),
            (lambda text: text.replace('"budget_nano": null', '"budget_nano": "5"'), "a whole number is none"),
            (lambda text: text.replace('"budget_nano": null', '"budget_nano": true'), "a whole number is none"),
            (lambda text: text.replace('"budget_nano": null,', ""), "KeyError: 'budget_nano'"),
            (lambda text: text.replace('"total"', '"year"'), "'year' is not a valid Window"),
            (lambda text: text.replace('"models": []', '"models": "*"'), "models is no list"),
            (lambda text: text.replace('"sha256": "', '"sha256": "x'), "expected 64 hexadecimal digits"),
        ],
    )
    def test_a_damaged_file_is_refused_as_a_whole(self, file, damage, said):
        file.create(named("alice"))
        file.path.write_text(damage(file.path.read_text()))
        with pytest.raises(InputError) as refused:
            file.read()
        assert said in str(refused.value)
        assert str(file.path) in str(refused.value)

    def test_a_name_that_stands_twice_is_refused(self, file):
        file.create(named("alice"))
        document = orjson.loads(file.path.read_bytes())
        file.path.write_bytes(orjson.dumps(document | {"keys": document["keys"] * 2}))
        with pytest.raises(InputError, match="alice: stands twice"):
            file.read()


class TestChanging:
    def test_a_name_that_is_taken_is_refused_and_changes_nothing(self, file):
        file.create(named("alice"))
        before = file.path.read_bytes()
        with pytest.raises(InputError, match="there is a key of this name; choose another, or withdraw that one"):
            file.create(named("alice", budget=Nanodollars(7)))
        assert file.path.read_bytes() == before

    def test_the_name_of_a_revoked_key_may_be_given_again(self, file):
        first = file.create(named("alice"))
        file.revoke("alice", NOON_MS)
        second = file.create(named("alice"))
        (key,) = file.read()
        assert key.digest == digest_of(second) != digest_of(first)
        assert key.state(NOON_MS) == "active"

    def test_revoking_what_is_not_there_names_the_nearest(self, file):
        file.create(named("alice"))
        with pytest.raises(InputError, match="no key has this name; there are alice; did you mean 'alice'"):
            file.revoke("alise", NOON_MS)

    def test_revoking_twice_is_refused(self, file):
        file.create(named("alice"))
        file.revoke("alice", NOON_MS)
        with pytest.raises(InputError, match=r"was revoked at 2026-11-21T12:00:00\.000Z already"):
            file.revoke("alice", NOON_MS + 1)

    def test_whoever_changes_it_at_the_same_time_waits_and_nothing_is_lost(self, file):
        # A lock on a file is held by whoever opened it, so threads wait for each other as processes do.
        names = [f"key{number}" for number in range(24)]
        threads = [threading.Thread(target=file.create, args=(named(name),)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(key.name for key in file.read()) == sorted(names)


class TestTheirBudgets:
    def test_a_key_that_was_revoked_or_has_no_budget_is_limited_by_none(self):
        live, gone = (named("k", budget=Nanodollars(5), revoked_ms=at_ms)("0" * 64) for at_ms in (None, NOON_MS))
        assert [limit.owner for limit in limits_of_keys([live, gone, named("free")("0" * 64)])] == ["key:k"]

    @pytest.mark.parametrize(
        ("workers", "store", "refused"), [(1, ALONE, False), (2, ALONE, True), (3, ALONE, True), (2, "local", False)]
    )
    def test_workers_that_would_each_keep_them_alone_are_refused(self, tmp_path, workers, store, refused):
        usual = furnished(tmp_path, CATALOG).settings
        settings = evolve(usual, proxy=evolve(usual.proxy, workers=workers), budget_store=store)
        with pytest.raises(InputError, match="budget_store") if refused else nullcontext():
            refuse_unshared([Limit(Nanodollars(5), Window.TOTAL, key="k")], settings)

    def test_what_an_outer_key_may_not_use_an_inner_one_may_not_either(self):
        outer, inner = (named("k", models=(glob,))("0" * 64) for glob in ("mi*", "*i?"))
        within = Admitted.alone(inner, (), Admitted.alone(outer, ()))
        names = [model.id for model in within.catalog(CATALOG).models]
        assert names == [model.id for model in CATALOG.models if within.may_use(model.id)] == ["mid"]


class TestKeys:
    @pytest.mark.parametrize("name", ["", "a b", "-a", "a\n", "é", "a" * 65, "sk-0123456789abcdef", "key:alice"])
    def test_a_name_that_could_break_a_line_or_hold_a_secret_is_refused(self, name):
        with pytest.raises(InputError, match="name:"):
            named(name)("0" * 64)

    def test_every_problem_is_told_at_once(self):
        with pytest.raises(InputError) as refused:
            named("a b", models=("a b",), requests_per_minute=0, budget=Nanodollars(-1))("short")
        assert [problem.path for problem in refused.value.problems] == [
            "name", "sha256", "budget_nano", "models", "requests_per_minute",
        ]  # fmt: skip

    def test_a_pattern_matches_whole_ids_case_and_all(self):
        key = named("a", models=("openai/*", "local/llama3.?"))("0" * 64)
        allowed = ["openai/gpt-6-sol", "openai/a/b", "local/llama3.2"]
        assert all(map(key.may_use, allowed))
        assert not any(map(key.may_use, ["anthropic/claude", "OpenAI/gpt", "local/llama3.22", "xopenai/gpt"]))

    def test_it_expires_at_its_time_and_not_before(self):
        key = named("a", expires_ms=NOON_MS)("0" * 64)
        assert [key.state(NOON_MS + offset) for offset in (-1, 0, 1)] == ["active", "expired", "expired"]
