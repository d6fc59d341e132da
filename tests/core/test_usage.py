"""Tokens: what was reported, and how many an input can be."""

import unicodedata

import pytest

from tokenwise.usage import TokenCount, Usage, count_messages, count_text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", TokenCount(0, 0)),
        ("hello", TokenCount(2, 5)),
        ("naïve", TokenCount(2, 6)),
        ("你好", TokenCount(2, 6)),
        ("🙂", TokenCount(1, 4)),
        ("\ud800", TokenCount(1, 3)),  # half a surrogate pair, as JSON may carry it
    ],
)
def test_a_text_is_expected_at_a_quarter_of_its_bytes_and_bound_by_all_of_them(text, count):
    assert count_text(text) == count


@pytest.mark.slow  # every character of Unicode is normalised once
def test_the_bound_covers_the_growth_of_every_single_character():
    def normal(text):
        return len(unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass"))

    characters = map(chr, range(0x80, 0x110000))
    assert [hex(ord(each)) for each in characters if count_text(each).bound < normal(each)] == []


def test_a_conversation_has_a_frame_for_each_message_and_one_for_the_reply():
    assert count_messages([]) == TokenCount(4, 16)
    assert count_messages(["hello"]) == TokenCount(10, 29)
    assert count_messages(["hello", "hello"]) == TokenCount(16, 42)


@pytest.mark.parametrize(("expected", "bound"), [(2, 1), (-1, 5)])
def test_a_count_above_its_own_bound_or_below_zero_cannot_be(expected, bound):
    with pytest.raises(ValueError, match="expected"):
        TokenCount(expected, bound)


def test_the_prompt_is_all_input_cached_or_not():
    assert Usage(input_tokens=1, cache_read_tokens=20, cache_write_tokens=300, output_tokens=4).prompt_tokens == 321


def test_reasoning_is_part_of_the_output():
    assert Usage(output_tokens=10, reasoning_tokens=10).reasoning_tokens == 10
    with pytest.raises(ValueError, match="11 reasoning tokens exceed 10 output tokens"):
        Usage(output_tokens=10, reasoning_tokens=11)


@pytest.mark.parametrize("name", ["input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens"])
def test_nobody_uses_less_than_nothing(name):
    with pytest.raises(ValueError, match=name):
        Usage(**{name: -1})
