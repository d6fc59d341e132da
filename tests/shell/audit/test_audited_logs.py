"""Logs of every format, made up from known calls: what they cost is told to the nano-dollar, and nobody's words are."""

import csv
import gzip
import io
import random
import tracemalloc

import orjson
import pytest

from tests.shell.audit.logs import CANARY, KINDS, Made, calls_for, claude_code, codex, cost_of, litellm_row, made
from tests.shell.commands import program, tw
from tokenwise.usage import Usage
from tokenwise_shell.audit.opening import Intake, calls_of
from tokenwise_shell.audit.values import model_name, safe_name

__all__ = ["tw"]

SEEDS = (1, 2, 3)


def truth(kind, calls) -> int:
    return sum(cost_of(call.model, call.usage, kind.provider) for call in calls)


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", KINDS)
def test_every_format_is_recognised_and_priced_to_the_nano_dollar(name: str, seed: int, logs, tw) -> None:
    kind = KINDS[name]
    calls = calls_for(kind, seed)
    (logs / f"log.{kind.suffix}").write_bytes(kind.write(calls))
    done = tw("audit", str(logs), "--json")
    assert done.code == 0, done.err
    found, total = done.json, done.json["total"]
    assert found["formats"] == {kind.format: len(calls)}
    assert (total["cost_nano"], total["assumed_nano"], total["unpriced"]) == (truth(kind, calls), 0, 0)
    assert total["recorded_nano"] == (sum(call.recorded for call in calls) if kind.records else 0)
    assert total["output_tokens"] == sum(call.usage.output_tokens for call in calls)
    assert total["cache_read_tokens"] == sum(call.usage.cache_read_tokens for call in calls)
    for model in {call.model for call in calls}:
        assert found["by_model"][model]["cost_nano"] == truth(kind, [call for call in calls if call.model == model])
    if kind.format != "openrouter":  # whose export knows no sessions
        assert found["sessions"] == len({call.session for call in calls})
        dearest = found["dearest"][0]
        own = [call for call in calls if call.session.replace("-", "") == dearest["name"].replace("-", "")]
        assert dearest["sum"]["cost_nano"] == truth(kind, own)
    if kind.format == "claude-code":
        helped = [call for call in calls if call.agent]
        assert found["by_agent"].get("sub-agents", {"cost_nano": 0})["cost_nano"] == truth(kind, helped)


@pytest.mark.parametrize("name", KINDS)
def test_no_word_of_a_log_and_no_secret_is_told(name: str, logs, tw) -> None:
    """The law of docs/audit.md: words, people, keys and addresses never leave a log, in any report."""
    kind = KINDS[name]
    raw = kind.write(calls_for(kind, 4))
    (logs / "log.jsonl").write_bytes(raw + b'{"canary": the canary\'s\n')  # a torn last line is told by number alone
    page = logs.parent / "page.html"
    told = [tw("audit", str(logs), *how) for how in ((), ("--json",), ("--html", str(page)))]
    drawn = page.read_text(encoding="utf-8")
    assert [part for part in ("://", "<script", "@import") if part in drawn] == []
    for text in (*(part for done in told for part in (done.out, done.err)), drawn):
        assert "canary" not in text.lower()
        assert "4242" not in text


def test_names_are_shown_only_where_a_machine_made_them() -> None:
    shown = ("0197f3ab-12cd-7000-8000-0123456789ab", "deadbeef01")
    assert [safe_name(name) for name in shown] == list(shown)
    for name in ("anna@example.org", "sk-ant-api03-abc", "Customer 7", "my-secret"):
        assert safe_name(name) == safe_name(name) != name
        assert name not in safe_name(name)
    assert model_name("some-lab/new-model:free") == "some-lab/new-model:free"
    for name in ("sk-or-v1-0123456789", "two words", "a/" + "x9" * 30):
        assert model_name(name).startswith("~")


def test_a_folder_of_all_formats_counts_every_call_once(logs, tw) -> None:
    """LiteLLM's rows stand in two exports here, Langfuse's too, and OpenTelemetry's spans are the same ones twice."""
    expected = 0
    for name, kind in KINDS.items():
        calls = calls_for(kind, 5)
        raw = kind.write(calls)
        packed = name in ("codex", "litellm-csv")
        (logs / f"{name}.{kind.suffix}{'.gz' if packed else ''}").write_bytes(gzip.compress(raw) if packed else raw)
        expected += 0 if name in ("litellm-csv", "langfuse-csv") else truth(kind, calls)
    (logs / "notes.log").write_text("nothing of the kind\n")
    done = tw("audit", str(logs), "--json")
    spans = truth(KINDS["opentelemetry"], calls_for(KINDS["opentelemetry"], 5))
    assert (done.code, done.json["unrecognised"]) == (0, 1)
    assert tw("audit", str(logs / "notes.log"), str(logs / "codex.jsonl.gz")).code == 1
    assert done.json["total"]["cost_nano"] in (expected, expected - spans)
    assert done.json["repeated"] > 0


def test_lines_that_are_none_are_counted_and_named_by_number(logs, tw) -> None:
    calls = calls_for(KINDS["openai"], 6)
    rows = KINDS["openai"].write(calls).splitlines(keepends=True)
    rows[2:2] = [b"{not json\n", b"17\n", b"\n", b'{"unknown": "row"}\n']
    (logs / "log.jsonl").write_bytes(b"".join(rows) + b'{"response": {"usage": {"prompt_tokens": -1}}}\n')
    done = tw("audit", str(logs), "--json")
    assert done.code == 0
    assert done.json["malformed"] == 2
    assert "line 3: is not JSON" in done.err
    assert "line 4: is no JSON object" in done.err
    assert done.json["total"]["cost_nano"] == truth(KINDS["openai"], calls)
    assert done.json["total"]["unpriced"] == 1


def test_a_table_with_torn_rows_and_a_quoted_line_break(logs, tw) -> None:
    calls = calls_for(KINDS["openrouter"], 6)
    rows = KINDS["openrouter"].write(calls).splitlines(keepends=True)
    rows[3:3] = [b"a,b\r\n"]
    (logs / "log.csv").write_bytes(b"\xef\xbb\xbf" + b"".join(rows).replace(b",stop,", b',"st\r\nop",', 1))
    done = tw("audit", str(logs), "--json")
    assert done.json["malformed"] == 1
    assert "has 2 fields" in done.err
    assert done.json["total"]["calls"] == len(calls)


def read(path, raw: bytes) -> tuple[list, Intake]:
    path.write_bytes(raw)
    intake = Intake(frozenset({path}))
    return [(call.at_ms, call.model, call.usage, call.session) for call in calls_of([path], intake)], intake


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Each format's bytes, and what is read of them as they are."""
    raws = {name: kind.write(calls_for(kind, 7)) for name, kind in KINDS.items()}
    return {name: (raw, read(tmp_path_factory.mktemp("plain") / name, raw)[0]) for name, raw in raws.items()}


def respaced(raw: bytes, mark: str) -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=mark).writerows(csv.reader(io.StringIO(raw.decode())))
    return file.getvalue().encode()


AS_SAVED = {
    "with a mark of its encoding": lambda raw: b"\xef\xbb\xbf" + raw,
    "with Windows' ends of lines": lambda raw: raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "by PowerShell": lambda raw: raw.decode().encode("utf-16"),
    "by PowerShell, packed": lambda raw: gzip.compress(raw.decode().encode("utf-16")),
    "with words in Latin-1": lambda raw: raw.replace(b"secret words", "geheime Wörter".encode("latin-1")),
    "before a power cut": lambda raw: raw + b"\n" + bytes(4096) + b"\n",
    "by a spreadsheet": lambda raw: raw if raw[:1] in b"{[" else respaced(raw, ";"),
    "with tabs": lambda raw: raw if raw[:1] in b"{[" else respaced(raw, "\t"),
    "twice": lambda raw: raw if raw[:1] == b"[" or b"," in raw.partition(b'"')[0] else raw + raw,
}


@pytest.mark.slow  # each file has a table of its own, to know what it repeats
@pytest.mark.parametrize("how", AS_SAVED)
def test_a_log_says_the_same_however_it_was_saved(how: str, plain, tmp_path) -> None:
    for name, (raw, whole) in plain.items():
        found, intake = read(tmp_path / name, AS_SAVED[how](raw))
        assert (name, found, intake.unrecognised) == (name, whole, [])
        assert intake.malformed == (how == "before a power cut" and raw[:1] != b"[")


@pytest.mark.slow  # see above
@pytest.mark.parametrize("kept", [0.0, 0.02, 0.5, 1.0])
def test_a_broken_archive_is_read_as_far_as_it_goes(kept: float, plain, tmp_path) -> None:
    for name in ("claude-code", "litellm", "openrouter"):
        raw, whole = plain[name]
        packed = gzip.compress(raw)
        found, intake = read(tmp_path / name, packed[: 3 + int(kept * (len(packed) - 4))])
        assert found == whole[: len(found) if kept < 1 else None]  # all of it where the last byte alone is lost
        told = [problem.message for problem in intake.shown] + intake.unrecognised
        assert [one for one in told if one.endswith("the archive is broken")]


USAGE = Usage(100, 0, 0, 50)


def call(at_ms: int, session: str = "aaaaaaaa-0001", usage: Usage = USAGE, model: str = "openai/gpt-5.5") -> Made:
    return Made(at_ms, model, usage, session)


def test_a_fork_of_codex_counts_what_it_adds_alone(logs, tw) -> None:
    first = [call(1_795_400_000_000 + 1000 * nth) for nth in range(3)]
    parent = codex(first)
    (logs / "a.jsonl").write_bytes(parent)
    after = codex([*first, call(1_795_500_000_000)]).splitlines()
    meta = orjson.loads(after[0])
    meta["payload"] |= {"id": "bbbbbbbb-0002", "forked_from_id": "aaaaaaaa-0001"}
    (logs / "b.jsonl").write_bytes(b"\n".join([orjson.dumps(meta), *after]))
    found = tw("audit", str(logs), "--json").json
    assert found["total"]["calls"] == 4
    assert found["total"]["cost_nano"] == 4 * cost_of("openai/gpt-5.5", USAGE)


def test_a_sub_agent_of_codex_belongs_to_the_session_that_spawned_it(logs, tw) -> None:
    (logs / "a.jsonl").write_bytes(codex([call(1_795_400_000_000)]))
    own = codex([call(1_795_400_100_000, session="bbbbbbbb-0002")]).splitlines()
    meta = orjson.loads(own[0])
    meta["payload"]["source"] = {"subagent": {"thread_spawn": {"parent_thread_id": "aaaaaaaa-0001", "depth": 1}}}
    (logs / "b.jsonl").write_bytes(b"\n".join([orjson.dumps(meta), *own[1:]]))
    found = tw("audit", str(logs), "--json").json
    assert (found["sessions"], found["total"]["calls"], found["by_agent"]["sub-agents"]["calls"]) == (1, 2, 1)
    assert found["dearest"][0]["agents"]["bbbbbbbb-0002"]["calls"] == 1


def test_a_resumed_session_of_claude_code_and_an_interrupted_answer(logs, tw) -> None:
    calls = [call(1_795_400_000_000 + 1000 * nth, model="anthropic/claude-opus-5-5") for nth in range(3)]
    raw = claude_code(calls)
    stop = {"type": "user", "sessionId": "aaaaaaaa-0001", "uuid": "1"}
    said = [{"type": "text", "text": "[Request interrupted by user for tool use]"}]
    stop |= {"message": {"role": "user", "content": said}}
    (logs / "a.jsonl").write_bytes(raw)
    (logs / "b.jsonl").write_bytes(raw.replace(b"aaaaaaaa-0001", b"bbbbbbbb-0002"))
    left = claude_code([call(1_795_500_000_000, model="anthropic/claude-opus-5-5")])
    (logs / "c.jsonl").write_bytes(left + orjson.dumps(stop))
    found = tw("audit", str(logs), "--json").json
    assert (found["total"]["calls"], found["repeated"]) == (4, 3)
    one = cost_of("anthropic/claude-opus-5-5", USAGE)
    assert found["nothing"]["abandoned"] == {"times": 1, "cost_nano": one}


def test_failed_repeated_and_cached_calls_of_a_gateway(logs, tw) -> None:
    rows = [litellm_row(call(1_795_400_000_000 + 1000 * nth)) for nth in range(4)]
    rows[0]["status"] = "failure"
    rows[1]["messages"] = rows[2]["messages"] = [{"role": "user", "content": "the same words"}]
    rows[3] |= {"cache_hit": "True", "spend": 0.0}
    (logs / "log.json").write_bytes(orjson.dumps({"data": rows}))
    found = tw("audit", str(logs), "--json").json
    one = cost_of("openai/gpt-5.5", USAGE)
    assert found["total"]["cost_nano"] == 3 * one
    assert found["nothing"]["failed"] == {"times": 1, "cost_nano": one}
    assert found["nothing"]["asked again"] == {"times": 1, "cost_nano": one}


NAMES = {
    "claude-opus-4-5-20251101": "anthropic/claude-opus-4-5",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0": "anthropic/claude-sonnet-4-5",
    "claude-sonnet-4-6[1m]": "anthropic/claude-sonnet-4-6",
    "azure/gpt-4.1-2025-04-14": "openai/gpt-4.1",
    "openrouter/anthropic/claude-opus-5.5": "anthropic/claude-opus-5-5",
    "models/gemini-2.5-pro": "google/gemini-2.5-pro",
    "nobody/knows-this": "nobody/knows-this",
}


def test_models_by_the_names_that_sellers_give_them(logs, tw) -> None:
    """One that nobody knows stays unknown: its calls are counted, and cost what the log says, or nobody knows what."""
    rows = [{**litellm_row(call(1_795_400_000_000 + nth)), "model": name} for nth, name in enumerate(NAMES)]
    rows[-1]["spend"] = None
    (logs / "log.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    found = tw("audit", str(logs), "--json").json
    assert set(found["by_model"]) == set(NAMES.values())
    assert (found["total"]["unpriced"], found["by_model"]["nobody/knows-this"]["cost_nano"]) == (1, 0)


@pytest.mark.slow  # starts a program
def test_standard_input_and_whatever_is_no_log(logs, tw) -> None:
    kind = KINDS["opentelemetry"]
    calls = calls_for(kind, 8)
    piped = program("audit", "-", "--json", "--offline", home=logs.parent, stdin=gzip.compress(kind.write(calls)))
    assert piped.json["total"]["cost_nano"] == truth(kind, calls)
    (logs / "empty.jsonl").touch()
    (logs / "binary.jsonl").write_bytes(random.Random(1).randbytes(4096))
    (logs / "page.json").write_text("<html>", encoding="utf-8")
    assert tw("audit", str(logs)).code == 2
    done = tw("audit", *map(str, sorted(logs.iterdir())))
    assert done.code == 2
    assert all(why in done.err for why in ("is empty", "is binary data", "is of no known format"))
    for wrong in ((), (str(logs / "missing"),), (str(logs), "--format", "xml")):
        assert tw("audit", *wrong).code == 2


def test_a_format_may_be_named_where_nothing_tells_it(logs, tw) -> None:
    (logs / "log.jsonl").write_bytes(b'{"no": "format"}\n' * 300 + KINDS["openai"].write(calls_for(KINDS["openai"], 9)))
    assert tw("audit", str(logs)).code == 2
    assert tw("audit", str(logs), "--format", "openai", "--json").json["total"]["calls"] > 0


@pytest.mark.slow  # twenty megabytes
@pytest.mark.parametrize("name", ["claude-code", "litellm", "openrouter"])
def test_a_large_log_is_read_in_a_bounded_memory(name: str, logs) -> None:
    """20 MB of long rows, as lines, as a list and as a table: beside what repeats are known by, a few rows."""
    kind = KINDS[name]
    calls = made(10, kind.models, sessions=20, calls=20, writes=kind.writes)
    row = kind.write(calls).replace(CANARY.encode(), b"long words " * 90)
    path = logs / "log"
    with path.open("wb") as file:
        file.write(row)
        body = row[row.index(b"\n") + 1 :] if kind.suffix == "csv" else row
        while file.tell() < 20_000_000:
            file.write(body)
    intake = Intake()
    tracemalloc.start()
    try:
        assert sum(1 for _ in calls_of([path], intake)) == len(calls)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert intake.repeated >= len(calls)
    assert peak < 8_000_000
