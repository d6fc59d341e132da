"""Scripts of faults: which calls meet which, how people write them, and what they are told when they misspell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenwise.errors import InputError
from tokenwise_shell.embedded import (
    Chance,
    CutStream,
    Every,
    First,
    GarbageBytes,
    Hang,
    ReportUsage,
    Reset,
    Script,
    Status,
    Truncated,
    load_script,
    read_script,
)
from tokenwise_shell.embedded.faults.faults import FAULT_NAMES, name_of
from tokenwise_shell.embedded.faults.script_files import read_fault, read_header_fault
from tokenwise_shell.embedded.faults.scripts import Playback

BUSY, DOWN = Status(429), Status(503)


def faults_met(script: Script, models: list[str], *, seed: int = 0) -> list:
    playback = Playback(script, seed)
    return [playback.next_fault(model) for model in models]


class TestPlayback:
    """A call is shown to the rules in order until one gives it a fault; each counts the calls it was shown."""

    def test_the_first_calls_meet_the_listed_faults_and_later_ones_none(self):
        script = Script([First([BUSY, None, Reset()])])
        assert faults_met(script, ["m"] * 5) == [BUSY, None, Reset(), None, None]

    def test_every_kth_call_meets_the_fault(self):
        assert faults_met(Script([Every(3, DOWN)]), ["m"] * 7) == [None, None, DOWN, None, None, DOWN, None]

    def test_a_rule_counts_only_the_calls_to_its_models(self):
        script = Script([First([BUSY, DOWN], "openai/*")])
        assert faults_met(script, ["openai/a", "google/b", "openai/c"]) == [BUSY, None, DOWN]

    def test_a_rule_does_not_count_calls_that_an_earlier_rule_took(self):
        script = Script([First([BUSY]), First([DOWN])])
        assert faults_met(script, ["m"] * 3) == [BUSY, DOWN, None]

    def test_chance_meets_about_its_share_of_the_calls(self):
        met = faults_met(Script([Chance(0.2, DOWN)]), ["m"] * 1000)
        assert 150 < met.count(DOWN) < 250

    @pytest.mark.parametrize(("probability", "met"), [(0.0, 0), (1.0, 50)])
    def test_chance_at_its_ends_is_never_and_always(self, probability, met):
        assert faults_met(Script([Chance(probability, DOWN)]), ["m"] * 50).count(DOWN) == met

    @given(st.lists(st.sampled_from(["a", "b/c"]), max_size=30), st.integers())
    def test_the_same_order_of_calls_meets_the_same_faults(self, models, seed):
        script = Script([First([BUSY], "b/*"), Chance(0.5, DOWN), Every(2, Reset())])
        assert faults_met(script, models, seed=seed) == faults_met(script, models, seed=seed)

    def test_another_seed_draws_other_calls(self):
        script = Script([Chance(0.5, DOWN)])
        assert faults_met(script, ["m"] * 30, seed=1) != faults_met(script, ["m"] * 30, seed=2)


class TestReading:
    """A fault is a status, a name, a name and its first figure, or a mapping."""

    @pytest.mark.parametrize(
        ("written", "fault"),
        [
            (429, Status(429)),
            ("503", Status(503)),
            ("reset", Reset()),
            ("hang:250", Hang(250)),
            ("cut-stream: 3", CutStream(3)),
            ("ok", None),
            ({"fault": "truncated"}, Truncated()),
            ({"fault": "report-usage", "prompt_tokens": 7}, ReportUsage(7, 0)),
            (
                {"fault": "status", "code": 429, "headers": {"Retry-After": 2}},
                Status(429, headers=(("Retry-After", "2"),)),
            ),
            ({"fault": "garbage-bytes", "data": "\xff\x00"}, GarbageBytes(b"\xff\x00")),
        ],
    )
    def test_every_form_is_read(self, written, fault):
        assert read_fault(written, "fault") == fault

    @pytest.mark.parametrize("name", FAULT_NAMES)
    def test_every_fault_can_be_asked_for_by_its_name_alone(self, name):
        assert name_of(read_fault(name, "fault")) == name

    @pytest.mark.parametrize(
        ("written", "complaint"),
        [
            ("resett", "did you mean 'reset'?"),
            ("nonsense", "expected a status code, ok, or one of status, redirect"),
            (200, "'code' must be >= 400"),
            (True, "True is not a fault"),
            (None, "None is not a fault"),
            ("hang:soon", "must be <class 'int'>"),
            ("hang:-1", "must be <class 'int'>"),
            ("reset:3", "takes no figure"),
            ({"fault": "hang", "seconds": 3}, "fault.seconds: unknown field; this fault takes ms"),
            ({"fault": "status", "headers": {"Content-Length": "3"}}, "is not a header that a script may set"),
            ({"fault": "status", "headers": {"X": "a\r\nb"}}, "is not a header that a script may set"),
            ({"fault": "redirect", "location": "a b"}, "location"),
        ],
    )
    def test_what_is_wrong_is_said(self, written, complaint):
        with pytest.raises(InputError) as raised:
            read_fault(written, "fault")
        assert complaint in str(raised.value)

    def test_a_header_may_hold_the_mapping_as_json(self):
        assert read_header_fault('{"fault": "hang", "ms": 5}') == Hang(5)

    def test_a_header_with_broken_json_is_refused(self):
        with pytest.raises(InputError, match="is not JSON"):
            read_header_fault('{"fault": ')


class TestFiles:
    SCRIPT = """
    rules:
      - model: "openai/*"
        first: [{fault: status, code: 429, headers: {Retry-After: "2"}}, 429, reset, ok]
      - every: 5
        fault: hang:2000
      - probability: 0.05
        model: "*mini*"
        fault: 503
    """

    def test_a_file_is_read_as_it_is_written(self, tmp_path):
        path = tmp_path / "faults.yaml"
        path.write_text(self.SCRIPT)
        assert load_script(path) == Script(
            [
                First([Status(429, headers=(("Retry-After", "2"),)), BUSY, Reset(), None], "openai/*"),
                Every(5, Hang(2000)),
                Chance(0.05, DOWN, "*mini*"),
            ]
        )

    def test_json_is_read_as_well(self, tmp_path):
        path = tmp_path / "faults.json"
        path.write_text('{"rules": [{"first": [429]}]}')
        assert load_script(path) == Script([First([BUSY])])

    def test_an_empty_file_is_a_script_without_rules(self, tmp_path):
        path = tmp_path / "faults.yaml"
        path.write_text("# nothing yet\n")
        assert load_script(path) == Script()

    def test_a_file_that_is_no_yaml_is_refused_by_name(self, tmp_path):
        path = tmp_path / "faults.yaml"
        path.write_text("rules: [")
        with pytest.raises(InputError, match=r"faults\.yaml: is not YAML or JSON"):
            load_script(path)

    def test_everything_wrong_is_said_at_once_each_with_its_path(self):
        rules = [
            {"first": [429, "resett"]},
            {"every": 0, "fault": "reset", "modle": "*"},
            {"probability": 1.5, "fault": "reset"},
            {"every": True, "fault": "reset"},
            {"every": 2, "probability": 0.5},
            {"every": 2},
            {"every": 2, "fault": "ok"},
            {"first": "reset"},
            {"first": [], "model": 3},
            "reset",
        ]
        with pytest.raises(InputError) as raised:
            read_script({"rules": rules})
        assert [problem.path for problem in raised.value.problems] == [
            "rules[0].first[1]",
            "rules[1].modle",
            "rules[1].every",
            "rules[2].probability",
            "rules[3].every",
            "rules[4]",
            "rules[5].fault",
            "rules[6].fault",
            "rules[7].first",
            "rules[8].model",
            "rules[9]",
        ]

    @pytest.mark.parametrize("document", [[], "rules", {"rules": {}}, {"rules": [], "seed": 3}])
    def test_anything_but_a_mapping_with_rules_is_refused(self, document):
        with pytest.raises(InputError, match="a mapping with one key"):
            read_script(document)
