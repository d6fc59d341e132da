"""What is the beginning of a conversation, and what of a request is in no beginning."""

import pytest

from tokenwise.catalog.attachments import NOTHING_ATTACHED, Attachments
from tokenwise_shell.engine.prefixes import Counts
from tokenwise_shell.providers.own import Own, OwnFormat
from tokenwise_shell.providers.prefixes import NO_TRAIL, trail_of_chat, trail_of_own

SEAT = ("anthropic", "anthropic/claude-x")
MARK = {"type": "ephemeral"}

ASKED = {"role": "user", "content": [{"type": "text", "text": "Read it.", "cache_control": MARK}]}
USED = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "read", "input": {"file": "a"}}]}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "words"}
GIVEN = {"role": "user", "content": [{**RESULT, "cache_control": MARK}]}
FIRST = {"model": "claude-x", "max_tokens": 100, "system": "You read.", "messages": [ASKED]}


def own(**changed):
    return trail_of_own(Own(OwnFormat.MESSAGES, {**FIRST, **changed}))


def after(first, second):
    counts = Counts()
    counts.learn(first, SEAT, 1_000)
    return [known.tokens for known in counts.known([second])]


def unmarked(turn):
    return {**turn, "content": [{k: v for k, v in block.items() if k != "cache_control"} for block in turn["content"]]}


NEXT = [unmarked(ASKED), USED, GIVEN]


class TestWhatMayChange:
    def test_an_agents_next_turn_goes_on_from_the_last_though_its_marks_have_moved(self):
        (tokens,) = after(own(), own(messages=NEXT))
        assert 1_000 < tokens < 1_000 + 400

    @pytest.mark.parametrize(
        "changed",
        [
            {"max_tokens": 5},
            {"stream": True},
            {"temperature": 1},
            {"model": "other"},
            {"metadata": {"user_id": "b"}},
        ],
    )
    def test_what_weighs_nothing(self, changed):
        assert after(own(), own(messages=NEXT, **changed))

    def test_what_claude_code_says_of_its_bill_which_counts_by_its_bytes(self):
        def system(code):
            bill = {"type": "text", "text": f"x-anthropic-billing-header: cc_version=2; cch={code};"}
            return [bill, {"type": "text", "text": "You are Claude Code."}]

        (plain,) = after(own(), own(messages=NEXT))
        (tokens,) = after(own(system=system("aa")), own(system=system("bb"), messages=NEXT))
        assert tokens > plain + 50

    def test_one_text_may_be_a_block_while_it_is_marked_and_plain_afterwards(self):
        plain = {"role": "user", "content": "Read it."}
        assert after(own(), own(messages=[plain, USED, GIVEN])) == after(own(), own(messages=NEXT))

    def test_older_thinking_that_is_left_out_only_makes_it_less(self):
        edits = {"context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}}
        assert after(own(**edits), own(messages=NEXT, **edits))


class TestWhatMayNot:
    @pytest.mark.parametrize(
        "changed",
        [
            {"system": "You write."},
            {"tools": [{"name": "read", "input_schema": {"type": "object"}}]},
            {"thinking": {"type": "enabled", "budget_tokens": 2_000}},
            {"tool_choice": {"type": "any"}},
            {"something_new": "x"},
        ],
    )
    def test_whatever_weighs_or_may(self, changed):
        assert after(own(), own(messages=NEXT)) != []
        assert after(own(), own(messages=NEXT, **changed)) == []

    def test_another_form_of_the_same_words_is_counted_apart(self):
        words = {"messages": [{"role": "user", "content": "hello"}]}
        plain = trail_of_own(Own(OwnFormat.MESSAGES, words))
        assert after(trail_of_chat(words), plain) == []
        assert after(trail_of_own(Own(OwnFormat.MESSAGES, words), "a-beta"), plain) == []

    def test_neighbours_on_one_side_may_be_put_together_as_one_text(self):
        more = {"role": "user", "content": "and fast"}
        assert after(own(), own(messages=[ASKED, more])) == []
        assert after(own(messages=[ASKED, USED]), own(messages=[ASKED, USED, USED])) == []

    @pytest.mark.parametrize(
        "field",
        [
            {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}},
            {"transforms": ["middle-out"]},
            {"previous_response_id": "r"},
            {"truncation": "auto"},
        ],
    )
    def test_where_the_provider_changes_the_turns_nothing_adds_up(self, field):
        assert own(**field) is NO_TRAIL

    def test_nor_where_something_attached_is_fetched_anew(self):
        def seeing(source):
            return own(messages=[{"role": "user", "content": [{"type": "image", "source": source}]}])

        assert seeing({"type": "url", "url": "https://example.com/a.png"}) is NO_TRAIL
        assert seeing({"type": "base64", "media_type": "image/png", "data": "iVBO"}) is not NO_TRAIL


class TestResponses:
    def trail(self, *items):
        return trail_of_own(Own(OwnFormat.RESPONSES, {"instructions": "Read.", "input": list(items)}))

    def test_the_output_of_the_model_stands_between(self):
        said = {"role": "user", "content": [{"type": "input_text", "text": "hello"}]}
        thought, call = {"type": "reasoning", "encrypted_content": "x" * 50}, {"type": "function_call", "name": "f"}
        result = {"type": "function_call_output", "output": "words"}
        assert after(self.trail(said), self.trail(said, thought, call, result))
        assert after(self.trail(said), self.trail(said, call, result))
        assert after(self.trail(said), self.trail(said, result)) == []


class TestCounts:
    def test_what_was_attached_when_it_was_counted_is_in_the_count(self):
        counts, more = Counts(), Attachments(images=2, unmeasured=1)
        counts.learn(own(), SEAT, 1_000, Attachments(images=1))
        (same,) = counts.known([own()], Attachments(images=1))
        (fuller,) = counts.known([own()], more)
        assert (same.attachments, fuller.attachments) == (NOTHING_ATTACHED, Attachments(images=1, unmeasured=1))
        assert fuller.tokens == same.tokens + fuller.attachments.usual.bound
        assert counts.known([own()]) == ()

    def test_each_seller_has_its_own_and_the_latest_beginning_counts(self):
        counts, other = Counts(), ("openrouter", "anthropic/claude-x")
        counts.learn(own(), SEAT, 1_000)
        counts.learn(own(), other, 2_000)
        counts.learn(own(messages=NEXT), SEAT, 1_100)
        third = own(messages=[*NEXT, USED, GIVEN])
        found = {known.provider: known.tokens for known in counts.known([third])}
        assert 1_100 < found["anthropic"] < 1_600
        assert found["openrouter"] > 2_000

    def test_a_seller_that_counts_more_than_it_should_is_no_longer_believed(self):
        counts = Counts()
        counts.learn(own(), SEAT, 1_000)
        counts.doubt(SEAT)
        counts.learn(own(), SEAT, 1_000)
        assert counts.known([own()]) == ()

    def test_what_is_warm_cools_at_its_time(self):
        counts = Counts()
        counts.learn(own(), SEAT, 1_000, warm=900, until_ms=5_000)
        assert [counts.known([own()], now_ms=at)[0].warm for at in (0, 4_999, 5_000)] == [900, 900, 0]
        assert counts.known([own()], now_ms=5_000)[0].tokens == counts.known([own()])[0].tokens
