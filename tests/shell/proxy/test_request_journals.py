"""Requests at the proxy keep journals where somebody asks for them, and are decided again as they were."""

import re

import orjson
import pytest

from tests.shell.proxy_world import LARGE, chat, proxy, until
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.errors import InputError
from tokenwise.policy import Policy, Strategy
from tokenwise_shell.embedded import First, Pace, Script, Status
from tokenwise_shell.engine.replays import replay_run, what_if
from tokenwise_shell.engine.request_journals import RequestJournals, last_request, request_record

TURNED = ["reserved", "call_failed", "woke", "reserved", "call_failed", "reserved", "call_succeeded"]
SECRET = "Nobody shall read these words"


def journalled(world, folder, **options):
    world.service.journals = RequestJournals(folder, **options)
    return folder


def replayed(world, folder, request_id):
    ledger = world.client.journal.file.path
    return replay_run(ledger.parent, ledger, request_id, kept=request_record(folder, request_id, print))


def id_of(answer):
    return answer.headers["x-tokenwise-request-id"]


@pytest.mark.parametrize(
    ("asked", "faults", "limit", "status", "kinds"),
    [
        (chat(SECRET), [], 10**9, 200, ["reserved", "call_succeeded"]),
        (chat(SECRET, stream=True), [], 10**9, 200, ["reserved", "first_token", "call_succeeded"]),
        (chat(SECRET), [Status(500)] * 2, 10**9, 200, TURNED),
        (chat(SECRET, model=LARGE), [], 1000, 402, ["reserve_refused"]),
        (chat(SECRET, model="auto"), [], 10**9, 200, ["reserved", "call_succeeded"]),
    ],
    ids=["unary", "stream", "failover", "refused", "auto"],
)  # fmt: skip
async def test_a_request_is_decided_again_as_it_was(tmp_path, asked, faults, limit, status, kinds):
    shared = (Limit(limit, Window.TOTAL),)
    async with proxy(tmp_path, one=Script((First(faults),)) if faults else None, limits=shared) as world:
        folder = journalled(world, tmp_path / "journals")
        answer = await world.post(asked)
        assert answer.status == status, answer.body
        again = replayed(world, folder, id_of(answer))
    assert again.identical
    assert again.decision_id == again.recorded_id != ""
    events = [orjson.loads(line)["type"] for line in (folder / "requests.jsonl").read_bytes().splitlines() if line]
    assert [each for each in events if each != "models_cooling"] == [
        "job",
        *(k for k in kinds if k != "models_cooling"),
    ]
    assert SECRET.encode() not in (folder / "requests.jsonl").read_bytes()


async def test_a_client_that_leaves_is_in_the_journal_with_what_it_cost(tmp_path):
    async with proxy(tmp_path, pace=Pace(latency_ms=0, token_us=20_000)) as world:
        folder = journalled(world, tmp_path / "journals")
        async with world.opened(chat(stream=True)) as connection:
            await connection.chunk()
        await until(lambda: b'"cancelled"' in (folder / "requests.jsonl").read_bytes())
        again = replayed(world, folder, world.lines[-1]["run"])
    assert again.identical
    assert again.replayed.run.status == "cancelled"
    assert again.replayed.run.books.spent > 0


async def test_beside_the_range_stands_what_the_recorded_tokens_cost_elsewhere(tmp_path):
    async with proxy(tmp_path) as world:
        folder = journalled(world, tmp_path / "journals")
        again = replayed(world, folder, id_of(await world.post(chat())))
    job, (charged,) = again.record.job, [each for each in again.recorded if type(each).__name__ == "Charged"]
    other = what_if(again, policy=job.policy, catalog=job.catalog, limit=job.limit, model=LARGE).outcome
    assert other.alike == charged.usage.prompt_tokens * 10_000 + charged.usage.output_tokens * 20_000
    assert other.least < other.alike < other.most
    with pytest.raises(InputError, match="--model"):
        what_if(again, policy=job.policy, catalog=job.catalog, limit=job.limit, model="nobody")
    cheap = what_if(again, policy=Policy(strategy=Strategy.CHEAPEST), catalog=job.catalog, limit=job.limit).outcome
    assert cheap.least == cheap.most == cheap.alike == charged.amount  # the same model, which is known


async def test_answers_are_kept_where_that_is_wanted(tmp_path):
    async with proxy(tmp_path) as world:
        folder = journalled(world, tmp_path / "journals", texts=True)
        answer = await world.post(chat(SECRET))
        text = answer.json["choices"][0]["message"]["content"]
        record = request_record(folder, id_of(answer), print)
        assert record.events[-1].reply.text == text
        assert record.beside["asked"]["messages"][0]["content"] == SECRET
        world.service.journals = RequestJournals(folder)
        answer = await world.post(chat(SECRET))
        assert len(request_record(folder, id_of(answer), print).events[-1].reply.text) == len(text.encode())


async def test_what_is_off_or_not_of_the_sample_is_not_written(tmp_path):
    async with proxy(tmp_path) as world:
        await world.post(chat())
        folder = journalled(world, tmp_path / "journals", sample=0.0)
        answer = await world.post(chat())
        assert (folder / "requests.jsonl").read_bytes() == b""
        assert request_record(folder, id_of(answer), print) is None
    half = RequestJournals(folder, sample=0.5)
    drawn = [half.keeping(f"request-{number}", print) is not None for number in range(1000)]
    assert 450 < sum(drawn) < 550  # by their ids, so always the same


async def test_files_are_bounded_private_and_shared_by_processes(tmp_path):
    async with proxy(tmp_path) as world:
        folder = journalled(world, tmp_path / "journals", rotate_bytes=4000)
        writers = [world.service.journals, RequestJournals(folder, rotate_bytes=4000)]
        ids = []
        for number in range(24):
            world.service.journals = writers[number % 2]
            ids.append(id_of(await world.post(chat())))
        files = sorted(path.name for path in folder.glob("requests*"))
        assert files == ["requests-1.jsonl", "requests-2.jsonl", "requests-3.jsonl", "requests.jsonl"]
        assert all(path.stat().st_size < 8000 for path in folder.glob("requests*"))
        assert {path.stat().st_mode & 0o777 for path in folder.rglob("*.json*")} == {0o600}
        kept = [request_record(folder, each, print) is not None for each in ids]
        assert kept[-4:] == [True] * 4
        assert not kept[0]
        assert replayed(world, folder, ids[-1]).identical


async def test_what_cannot_be_decided_again_is_refused_by_name(tmp_path):
    async with proxy(tmp_path) as world:
        folder = journalled(world, tmp_path / "journals")
        first, second = [id_of(await world.post(chat())) for _ in range(2)]
        file = folder / "requests.jsonl"
        whole = file.read_bytes()
        file.write_bytes(whole[: whole.rindex(b'"call_succeeded"')])  # a full disk
        world.service.journals = RequestJournals(folder)
        third = id_of(await world.post(chat()))
        assert replayed(world, folder, first).identical
        assert not replayed(world, folder, second).identical
        assert replayed(world, folder, third).identical
        file.write_bytes(whole.replace(b'{"v":1,"type":"job"', b'{"v":9,"type":"job"'))
        with pytest.raises(InputError, match="journal of version 9; this tokenwise reads 1"):
            request_record(folder, first, print)
        file.write_bytes(re.sub(rb'"decision_id":"[0-9a-f]{4}', b'"decision_id":"0000', whole))
        other = replayed(world, folder, first)
        assert (other.divergence, other.identical) == (None, False)


async def test_the_last_request_is_the_one_written_last_unless_a_run_came_after_it(tmp_path):
    async with proxy(tmp_path) as world:
        folder = journalled(world, tmp_path / "journals")
        assert last_request(folder) is None
        ids = [id_of(await world.post(chat())) for _ in range(3)]
    file = folder / "requests.jsonl"
    written_ns = file.stat().st_mtime_ns
    assert last_request(folder) == last_request(folder, since_ns=written_ns) == ids[-1]
    assert last_request(folder, since_ns=written_ns + 1) is None
    file.rename(folder / "requests-1.jsonl")
    file.write_bytes(b"")
    assert last_request(folder) == ids[-1]  # set aside, and none since
