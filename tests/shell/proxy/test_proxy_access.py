"""Who is let in: keys, their models and rates, and keys that change while the proxy runs."""

import os

import pytest

from tests.shell.proxy_world import CATALOG, LARGE, SMALL
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars
from tokenwise_shell.proxy.admission.access import Access, Admitted
from tokenwise_shell.proxy.admission.keys import Key, KeyFile
from tokenwise_shell.proxy.fronts import Trouble

NOW_MS = 1_795_262_400_000


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def file(tmp_path):
    return KeyFile(tmp_path / "keys.json")


def create(file, name="alice", **fields):
    return file.create(lambda digest: Key(name=name, digest=digest, created_ms=NOW_MS, **fields))


def bearer(secret):
    return {"authorization": f"Bearer {secret}"}


class TestTheDoor:
    def test_without_keys_everybody_is_let_in_without_a_name(self, file):
        admitted = Access(file).admit(bearer("anything"), NOW_MS)
        assert (admitted.name, admitted.key) == ("", None)
        assert admitted.may_use(SMALL)
        assert admitted.catalog(CATALOG) is CATALOG
        assert admitted.take(tokens=10**9) is None

    def test_a_key_is_taken_as_openai_and_as_anthropic_send_it(self, file):
        secret = create(file)
        access = Access(file)
        for headers in (bearer(secret), {"authorization": f"bearer  {secret} "}, {"x-api-key": secret}):
            assert access.admit(headers, NOW_MS).name == "alice"
        other_scheme = {"authorization": "Basic abc", "x-api-key": secret}
        assert access.admit(other_scheme, NOW_MS).name == "alice"

    @pytest.mark.parametrize(
        ("headers", "said"),
        [
            ({}, "no key was given"),
            ({"authorization": "Bearer "}, "no key was given"),
            (bearer("tw-wrong"), "this key is not known here"),
            (bearer("tw-\udcff\xff"), "this key is not known here"),
        ],
    )
    def test_with_keys_nobody_comes_in_without_one(self, file, headers, said):
        create(file)
        trouble = Access(file).admit(headers, NOW_MS)
        assert (trouble.status, trouble.code) == (401, "invalid_api_key")
        assert said in trouble.message

    def test_the_stored_hash_is_no_key(self, file):
        create(file)
        assert Access(file).admit(bearer(file.read()[0].digest), NOW_MS).status == 401

    def test_no_answer_has_the_key_that_was_sent(self, file):
        create(file)
        assert "tw-secret-text" not in Access(file).admit(bearer("tw-secret-text"), NOW_MS).message

    def test_keys_can_be_ignored(self, file):
        create(file)
        access = Access(file, ignored=True)
        assert not access.required
        assert access.admit({}, NOW_MS).name == ""

    def test_an_expired_key_is_told_so(self, file):
        secret = create(file, expires_ms=NOW_MS)
        access = Access(file)
        assert access.admit(bearer(secret), NOW_MS - 1).name == "alice"
        assert access.admit(bearer(secret), NOW_MS).message == "this key was good until 2026-11-21T12:00:00.000Z"


class TestChanges:
    def test_the_first_key_closes_the_door_and_revoking_it_does_not_open_it(self, file):
        access = Access(file)
        assert access.admit({}, NOW_MS).name == ""
        secret = create(file)
        assert access.admit({}, NOW_MS).status == 401
        assert access.admit(bearer(secret), NOW_MS).name == "alice"
        file.revoke("alice", NOW_MS)
        assert access.admit(bearer(secret), NOW_MS).message == "this key was revoked"
        assert access.admit({}, NOW_MS).status == 401

    def test_deleting_the_file_does_not_open_the_door(self, file):
        secret = create(file)
        access = Access(file)
        file.path.unlink()
        assert access.admit({}, NOW_MS).status == 401
        assert access.admit(bearer(secret), NOW_MS).status == 401

    def test_a_damaged_file_leaves_things_as_they_were_and_is_told_once(self, file):
        secret, said = create(file), []
        access = Access(file, notice=said.append)
        file.path.write_text("{")
        for _ in range(3):
            assert access.admit(bearer(secret), NOW_MS).name == "alice"
        assert len(said) == 1
        assert "the keys stay as they were" in said[0]
        file.path.unlink()
        create(file, "bob")
        assert access.admit(bearer(secret), NOW_MS).status == 401

    def test_a_damaged_file_is_refused_at_the_start(self, file):
        file.path.write_text("{")
        with pytest.raises(InputError):
            Access(file)

    def test_every_change_is_put_in_force_without_the_revoked(self, file):
        seen = []
        access = Access(file, in_force=lambda keys: seen.append([(key.name, key.budget) for key in keys]))
        create(file, budget=Nanodollars(5))
        create(file, "bob")
        access.refresh()
        file.revoke("alice", NOW_MS)
        access.refresh()
        access.refresh()
        assert seen == [[], [("alice", 5), ("bob", None)], [("bob", None)]]

    def test_a_key_whose_budget_cannot_be_put_in_force_is_not_let_in_and_nobody_else_is(self, file):
        said = []

        def in_force(keys):
            if any(key.budget for key in keys):
                raise InputError(Problem("budget", "cannot be kept here"))

        access = Access(file, in_force, said.append)
        secret = create(file, budget=Nanodollars(5))
        assert access.admit(bearer(secret), NOW_MS).status == 401
        assert access.admit({}, NOW_MS).status == 401
        assert said == ["the keys stay as they were: budget: cannot be kept here"]

    def test_a_file_that_is_replaced_by_one_of_equal_length_is_noticed(self, file):
        first = create(file)
        access = Access(file)
        before = file.path.stat()
        file.revoke("alice", NOW_MS)
        second = create(file)
        os.utime(file.path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert access.admit(bearer(first), NOW_MS).status == 401
        assert access.admit(bearer(second), NOW_MS).name == "alice"


class TestModels:
    def test_routing_sees_only_what_the_key_may_use(self, file):
        secret = create(file, models=("house/s*",))
        admitted = Access(file).admit(bearer(secret), NOW_MS)
        assert (admitted.may_use(SMALL), admitted.may_use(LARGE)) == (True, False)
        assert [model.id for model in admitted.catalog(CATALOG).models] == [SMALL]

    def test_the_part_of_a_catalogue_is_made_once_for_equal_globs(self, file):
        secrets = [create(file, name, models=("house/s*",)) for name in ("alice", "bob")]
        access = Access(file)
        parts = [access.admit(bearer(secret), NOW_MS).catalog(CATALOG) for secret in (*secrets, *secrets)]
        assert all(part is parts[0] for part in parts)
        refreshed = CATALOG.merged(())
        assert access.admit(bearer(secrets[0]), NOW_MS).catalog(refreshed) is not parts[0]


class TestRates:
    def admitted(self, file, clock, *, share=1, **rates) -> Admitted:
        secret = create(file, **rates)
        return Access(file, clock=clock, share=share).admit(bearer(secret), NOW_MS)

    def test_a_minutes_requests_may_come_at_once_and_then_one_at_a_time(self, file):
        clock = Clock()
        admitted = self.admitted(file, clock, requests_per_minute=3)
        assert [admitted.take() for _ in range(3)] == [None] * 3
        trouble = admitted.take()
        assert (trouble.status, trouble.code, trouble.retry_after_s) == (429, "rate_limit_exceeded", 20)
        assert "3 requests a minute" in trouble.message
        clock.now_s += 19.9
        assert isinstance(admitted.take(), Trouble)
        clock.now_s += 0.2
        assert admitted.take() is None

    def test_tokens_that_were_not_used_can_be_given_back(self, file):
        admitted = self.admitted(file, Clock(), tokens_per_minute=1000)
        assert admitted.take(tokens=900) is None
        assert admitted.take(tokens=200).retry_after_s == 6
        admitted.give_back(800)
        assert admitted.take(tokens=200) is None

    def test_a_request_longer_than_the_rate_passes_once_and_is_paid_back(self, file):
        clock = Clock()
        admitted = self.admitted(file, clock, tokens_per_minute=100)
        assert admitted.take(tokens=250) is None
        assert admitted.take(tokens=1).retry_after_s == 91  # 150 are owed, and 1 is wanted
        clock.now_s += 91
        assert admitted.take(tokens=1) is None

    def test_where_one_rate_says_no_nothing_is_taken_of_the_other(self, file):
        clock = Clock()
        admitted = self.admitted(file, clock, requests_per_minute=2, tokens_per_minute=100)
        assert admitted.take(tokens=100) is None
        assert "tokens" in admitted.take(tokens=100).message
        clock.now_s += 60
        assert admitted.take(tokens=10) is None
        assert admitted.headers()["x-ratelimit-remaining-requests"] == "1"

    def test_headers_tell_what_is_left(self, file):
        admitted = self.admitted(file, Clock(), requests_per_minute=60)
        admitted.take(tokens=5)
        assert admitted.headers() == {
            "x-ratelimit-limit-requests": "60",
            "x-ratelimit-remaining-requests": "59",
            "x-ratelimit-reset-requests": "1s",
        }

    def test_several_processes_share_a_rate(self, file):
        admitted = self.admitted(file, Clock(), share=2, requests_per_minute=4)
        assert [admitted.take() for _ in range(2)] == [None] * 2
        assert admitted.take().retry_after_s == 30

    def test_what_was_used_up_counts_after_another_key_has_changed(self, file):
        secret = create(file, requests_per_minute=1)
        access = Access(file, clock=Clock())
        assert access.admit(bearer(secret), NOW_MS).take() is None
        create(file, "bob")
        assert isinstance(access.admit(bearer(secret), NOW_MS).take(), Trouble)
