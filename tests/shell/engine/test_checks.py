"""What a step may declare about its reply, and what is found wanting."""

import pytest

from tokenwise.plan import Check, CheckKind
from tokenwise_shell.engine.checks import MAX_CHECKED_CHARS, failed_checks, problem_of

OBJECT = '{"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}'

PASSING = [
    (CheckKind.JSON, "", '{"a": [1, null]}'),
    (CheckKind.JSON, "", '```json\n{"a": 1}\n```'),
    (CheckKind.JSON_SCHEMA, OBJECT, '{"city": "Oslo"}'),
    (CheckKind.JSON_SCHEMA, OBJECT, '\n```\n{"city": "Oslo"}\n```\n'),
    (CheckKind.JSON_SCHEMA, "true", "0"),
    (CheckKind.REGEX, r"\d{4}-\d{2}", "on 2026-11"),
    (CheckKind.REGEX, r"^(?=.*yes)(?!.*no)", "yes"),
    (CheckKind.MIN_CHARS, "3", " abc "),
    (CheckKind.CONTAINS, "rain", "It may rain."),
    (CheckKind.PYTHON_COMPILES, "", "def f():\n    return '\\d'\n"),
    (CheckKind.PYTHON_COMPILES, "", "```python\nprint(1)\n```"),
]

FAILING = [
    (CheckKind.JSON, "", "Here it is: {}", "is not JSON"),
    (CheckKind.JSON, "", "```json\n{}\n```\n```json\n{}\n```", "is not JSON"),
    (CheckKind.JSON, "", "", "is not JSON"),
    (CheckKind.JSON_SCHEMA, OBJECT, "{}", '"city" is a required property'),
    (CheckKind.JSON_SCHEMA, OBJECT, '{"city": 5}', "['city'] 5 is not of type"),
    (CheckKind.JSON_SCHEMA, OBJECT, "no", "is not JSON"),
    (CheckKind.REGEX, r"^\d+$", "12a", "does not match"),
    (CheckKind.MIN_CHARS, "4", " abc ", "has 3 characters, fewer than 4"),
    (CheckKind.CONTAINS, "rain", "Rain", "does not contain 'rain'"),
    (CheckKind.PYTHON_COMPILES, "", "def f(:", "line 1"),
    (CheckKind.PYTHON_COMPILES, "", "return 1", "outside function"),
    (CheckKind.PYTHON_COMPILES, "", "x\0", "null bytes"),
    (CheckKind.PYTHON_COMPILES, "", "-" * 100_000 + "1", "nests too deeply"),
    (CheckKind.PYTHON_COMPILES, "", "1+" * 50_000 + "1", "recursion"),
]

# Each can never be carried out, whatever the reply.
UNUSABLE = [
    (CheckKind.JSON_SCHEMA, "{"),
    (CheckKind.JSON_SCHEMA, "[]"),
    (CheckKind.JSON_SCHEMA, '{"type": "nothing"}'),
    (CheckKind.JSON_SCHEMA, '{"$ref": "http://127.0.0.1:9/schema"}'),
    (CheckKind.JSON_SCHEMA, '{"$ref": "file:///etc/hostname"}'),
    (CheckKind.REGEX, "["),
    (CheckKind.REGEX, "(x{1,50}){1,50}"),
    (CheckKind.MIN_CHARS, "many"),
    (CheckKind.MIN_CHARS, "-1"),
    (CheckKind.CONTAINS, ""),
]


def test_every_kind_of_check_passes_and_fails_somewhere_here():
    assert {kind for kind, *_ in PASSING} == {kind for kind, *_ in FAILING} == set(CheckKind)


@pytest.mark.parametrize(("kind", "argument", "text"), PASSING)
def test_what_was_declared_is_found(kind, argument, text):
    assert failed_checks(text, [Check(kind, argument)]) == ()
    assert problem_of(Check(kind, argument)) == ""


@pytest.mark.parametrize(("kind", "argument", "text", "said"), FAILING)
def test_what_is_wanting_is_said(kind, argument, text, said):
    (finding,) = failed_checks(text, [Check(kind, argument)])
    assert said in finding
    assert problem_of(Check(kind, argument)) == ""


@pytest.mark.parametrize(("kind", "argument"), UNUSABLE)
def test_a_check_that_cannot_be_carried_out_is_a_finding_and_known_beforehand(kind, argument):
    assert problem_of(Check(kind, argument))
    (finding,) = failed_checks('{"a": "1"}', [Check(kind, argument)])
    assert "cannot be carried out" in finding


def test_a_schema_elsewhere_is_not_fetched_even_where_it_could_be(tmp_path):
    (tmp_path / "schema.json").write_text('{"type": "object"}')
    check = Check(CheckKind.JSON_SCHEMA, f'{{"$ref": "{(tmp_path / "schema.json").as_uri()}"}}')
    assert "disabled" in problem_of(check)


def test_findings_come_in_the_order_of_the_checks():
    checks = [Check(CheckKind.CONTAINS, "b"), Check(CheckKind.MIN_CHARS, "1"), Check(CheckKind.CONTAINS, "c")]
    assert [finding[-3:] for finding in failed_checks("a", checks)] == ["'b'", "'c'"]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"^(a+)+$", "a" * 200_000 + "b"), (r"^(?=a)(a|aa)+\1$(?!x)b", "a" * 60), (r"(.*.*)*(?!a)\1z", "ab" * 3000)],
)
def test_a_catastrophic_pattern_ends_as_one_that_does_not_match(pattern, text):
    assert "does not match" in failed_checks(text, [Check(CheckKind.REGEX, pattern)])[0]


def test_a_catastrophic_pattern_within_a_schema_ends_too():
    schema = '{"items": {"pattern": "^(?=a)(a|aa)+\\\\1$(?!x)b"}}'
    assert failed_checks(f'["{"a" * 60}"]', [Check(CheckKind.JSON_SCHEMA, schema)])


def test_a_reply_too_long_to_look_at_has_not_passed():
    text = "1" * (MAX_CHECKED_CHARS + 1)
    assert "too long" in failed_checks(text, [Check(CheckKind.PYTHON_COMPILES)])[0]
    assert failed_checks(text, [Check(CheckKind.MIN_CHARS, "5"), Check(CheckKind.CONTAINS, "11")]) == ()


def test_a_finding_is_short():
    (finding,) = failed_checks("a", [Check(CheckKind.CONTAINS, "b" * 10_000)])
    assert len(finding) <= 300
