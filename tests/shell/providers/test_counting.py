"""What a written request weighs, in figures.

That nothing escapes is a law (`property_tests/routing/test_weight_laws.py`).
"""

import pytest

from tokenwise.catalog.attachments import NOTHING_ATTACHED, Attachments, largest_image
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import FREE, NOTHING_WRITTEN, Price, Rate, Writes
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import CallSucceeded, Reserved
from tokenwise.machine.run import Choice, Job
from tokenwise.money import Nanodollars, NanoPerMtok, parse_usd
from tokenwise.plan import Plan, Step
from tokenwise.policy import Policy
from tokenwise.routing.bid import Need, longest_bid, make_bid
from tokenwise.routing.choosing import Refusal, Refused, Routed, route
from tokenwise.routing.losers import explain
from tokenwise.routing.request import Wishes, read_request
from tokenwise.routing.verdicts import FinishReason, Reply
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import CALL_FRAME, FORMAT_FRAME, TOOLS_FRAME, TokenCount, Usage
from tokenwise_shell.providers.counting import weigh, words_of

HELLO = {"role": "user", "content": "hello"}
PLAIN = weigh({"messages": [HELLO]}).input.bound
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "iVBO" * 10_000}}
SEARCHING = {"messages": [HELLO], "web_search_options": {}}
PRICE = Price((Rate(*map(NanoPerMtok, (10**9, 10**10, 10**9, 10**9))),))


def model(name, price=PRICE, **more):
    return Model(name, Tier.MID, Capability.GENERAL, 100_000, 8_000, (Offer("p", name, price),), **more)


def bound(**fields):
    return weigh({"messages": [HELLO], **fields}).input.bound


def holding(*parts):
    return weigh({"messages": [{"role": "user", "content": list(parts)}]})


def need(fields, **wishes):
    return read_request("hello", Policy(), Wishes(weight=weigh(fields), **wishes)).need


class TestTheInput:
    def test_tools_are_their_json_each_ones_frame_and_the_prompt_that_explains_them(self):
        tool = {"type": "function", "function": {"name": "f"}}
        assert (
            bound(tools=[tool])
            == PLAIN + len('[{"type":"function","function":{"name":"f"}}]') + TOOLS_FRAME + CALL_FRAME
        )
        assert bound(tools=[]) == PLAIN

    def test_a_schema_is_its_json_what_closes_it_and_the_prompt_that_asks_for_it(self):
        wanted = {"type": "json_schema", "json_schema": {"name": "r", "schema": {"type": "object"}}}
        written = '{"type":"json_schema","json_schema":{"name":"r","schema":{"type":"object"}}}'
        closing = 3 * len('"additionalProperties":false,')
        assert bound(response_format=wanted) == PLAIN + len(written) + FORMAT_FRAME + closing

    @pytest.mark.parametrize(
        "fields",
        [
            {"temperature": 0.5, "seed": 7, "n": 2, "logprobs": True},
            {"stream_options": {"include_usage": True}, "model": "auto:cheapest", "tokenwise": {"budget": 1}},
            {"user": None, "tools": None},
        ],
    )
    def test_numbers_switches_and_what_is_not_sent_are_no_input(self, fields):
        assert bound(**fields) == PLAIN

    def test_arguments_that_another_format_writes_longer_count_as_they_will_be_written(self):
        def calling(arguments):
            call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
            return weigh({"messages": [{"role": "assistant", "tool_calls": [call]}]}).input.bound

        assert calling("1e15") == calling("1234") + len("1000000000000000.0") - len("1e15")

    def test_the_nulls_that_clients_send_back_weigh_nothing(self):
        assert weigh({"messages": [{**HELLO, "refusal": None, "audio": None, "tool_calls": None}]}).input.bound == PLAIN

    def test_what_is_no_request_is_weighed_without_complaint(self):
        assert weigh({"messages": "no list", "tools": 7, "n": "many"}).choices == 1
        assert weigh({"messages": [None, 3, {"content": {"a": 1}}], "n": 0}).input.bound > 0

    def test_parts_count_as_one_text_with_breaks_between_them(self):
        split = [{"type": "text", "text": "he"}, {"type": "text", "text": "llo"}]
        assert weigh({"messages": [{"role": "user", "content": split}]}).input.bound == PLAIN + 2


HOUR = {"type": "ephemeral", "ttl": "1h"}
MINUTES = {"type": "ephemeral"}


def saying(words, mark=None, role="user"):
    part = {"type": "text", "text": words, **({"cache_control": mark} if mark else {})}
    return {"role": role, "content": [part]}


class TestWhatIsMarkedForACache:
    def writes(self, *turns, **beside):
        return weigh({"messages": list(turns), **beside}).writes

    def test_without_a_mark_nothing_is_written(self):
        assert self.writes(HELLO, saying("x" * 100)) is NOTHING_WRITTEN

    def test_a_mark_has_everything_before_it_written_and_nothing_behind(self):
        behind = saying("x" * 100)
        whole = weigh({"messages": [saying("hello", MINUTES), behind]}).input.bound
        alone = weigh({"messages": [saying("hello", MINUTES)]}).input.bound
        assert self.writes(saying("hello", MINUTES), behind) == Writes(minutes=alone)
        assert whole > alone + 100

    def test_what_stands_before_a_mark_for_an_hour_may_stay_an_hour(self):
        first, second = saying("hello", HOUR), saying("x" * 100, MINUTES)
        hour = weigh({"messages": [first]}).input.bound
        assert self.writes(first, second) == Writes(hour, weigh({"messages": [first, second]}).input.bound - hour)

    @pytest.mark.parametrize("mark", [HOUR, {"type": "ephemeral", "ttl": "a day"}, "ephemeral"])
    def test_a_time_that_nobody_knows_is_the_longest(self, mark):
        assert self.writes(saying("hello", mark)).hour

    @pytest.mark.parametrize(
        "beside",
        [
            {"cache_control": MINUTES},
            {"extra_content": {"anthropic": {"cache_control": MINUTES}}},
            {"cache_control_injection_points": [{"location": "message", "role": "system"}]},
        ],
    )
    def test_a_mark_of_the_whole_request_covers_it(self, beside):
        weight = weigh({"messages": [HELLO, HELLO], **beside})
        assert weight.writes.hour + weight.writes.minutes == weight.input.bound

    def test_a_mark_on_a_tool_covers_what_the_system_says_wherever_it_says_it(self):
        tool = {"type": "function", "function": {"name": "f"}, "cache_control": MINUTES}
        late = saying("x" * 100, role="system")
        least = self.writes(HELLO, tools=[tool])
        assert self.writes(HELLO, late, tools=[tool]).minutes > least.minutes + 100
        assert least.minutes < weigh({"messages": [HELLO], "tools": [tool]}).input.bound

    def test_with_something_attached_before_it_a_mark_may_cover_all_that_a_model_makes_of_it(self):
        picture = {"role": "user", "content": [PICTURE]}
        assert self.writes(picture, saying("hello", MINUTES)).minutes > 10**9

    def test_a_property_of_that_name_in_a_schema_is_taken_for_a_mark_which_only_costs(self):
        tool = {"type": "function", "function": {"name": "f", "parameters": {"cache_control": {"type": "string"}}}}
        assert self.writes(HELLO, tools=[tool]).minutes


class TestTheDearestInput:
    DEAR = Price((Rate(*map(NanoPerMtok, (10**9, 10**10, 10**8, 2 * 10**9)), cache_write_5m=NanoPerMtok(12 * 10**8)),))

    def held(self, name, *turns):
        asked = need({"messages": list(turns)})
        sold = model(name, self.DEAR)
        bid = make_bid(sold, sold.offers[0], asked, output_tokens=1)
        return (bid.amount - 10_000) / bid.input_tokens  # less one token of output; per token, in micro-dollars / 1000

    def test_an_unmarked_request_is_held_for_at_the_price_of_input(self):
        assert self.held("anthropic/claude-x", HELLO) == 1000

    def test_marks_cost_what_they_are_marked_for(self):
        assert self.held("anthropic/claude-x", saying("hello", MINUTES)) == 1200
        assert self.held("anthropic/claude-x", saying("hello", HOUR)) == 2000

    def test_who_writes_unasked_and_bills_it_is_held_for_at_the_price_of_a_write(self):
        assert self.held("openai/gpt-x", HELLO) == 2000
        assert self.held("nobody-knows/it", HELLO) == 2000


class TestWhatIsAttached:
    def test_the_data_of_an_image_is_no_text(self):
        assert holding(PICTURE) == holding({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}})
        assert holding(PICTURE).attachments == Attachments(images=1)

    def test_low_detail_is_told_from_any_other(self):
        low = {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}}
        assert holding(low, PICTURE).attachments == Attachments(images=1, small_images=1)

    @pytest.mark.parametrize(
        "part",
        [
            {"type": "file", "file": {"file_id": "file-7"}},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBE"}},
            {"type": "image_url", "image_url": {"url": "data:application/pdf;base64,JVBE"}},
            {"type": "video_url", "video_url": {"url": "https://example.com/film.mp4"}},
        ],
    )
    def test_what_cannot_be_measured_may_fill_the_window(self, part):
        weight = holding(part)
        assert weight.attachments == Attachments(unmeasured=1)
        asked = need({"messages": [{"role": "user", "content": [part]}]})
        assert make_bid(model("m"), model("m").offers[0], asked, output_tokens=1).input_tokens >= 100_000

    def test_text_attaches_nothing(self):
        assert holding({"type": "text", "text": "hello"}).attachments is NOTHING_ATTACHED

    @pytest.mark.parametrize(
        ("name", "tokens"),
        [
            ("openai/gpt-4o", (1_445, 85)),
            ("openai/gpt-4o-mini", (48_169, 2_833)),
            ("azure/our-gpt-4o-mini", (48_169, 2_833)),
            ("anthropic/claude-opus-4.5", (4_784, 4_784)),
            ("google/gemini-3-flash-preview", (9_288, 9_288)),
            ("qwen/qwen3-vl-8b-instruct", (16_384, 16_384)),
        ],
    )
    def test_an_image_is_held_for_by_its_vendors_formula(self, name, tokens):
        assert largest_image(name) == tokens
        asked = need({"messages": [{"role": "user", "content": [PICTURE]}]})
        bid = make_bid(model(name), model(name).offers[0], asked, output_tokens=1)
        assert bid.input_tokens == asked.input.bound + max(0, tokens[0] - Attachments(images=1).usual.bound)


class TestSeveralChoices:
    def test_are_held_and_expected_once_each_and_their_input_once(self):
        asked = need({"messages": [HELLO], "n": 3}, max_output_tokens=100)
        bid = make_bid(model("m"), model("m").offers[0], asked, output_tokens=100)
        assert bid.max_output_tokens == 100
        assert bid.amount == PRICE.worst(input_tokens=asked.input.bound, output_tokens=300)


class TestASearch:
    """Some models of OpenAI's search before they answer, for a fee per call and with whatever they find as input."""

    def test_is_held_for_at_its_fee_and_a_full_window(self):
        asked = need(SEARCHING, max_output_tokens=100)
        assert need({**SEARCHING, "web_search_options": None}).surcharge == 0
        bid = make_bid(model("m"), model("m").offers[0], asked, output_tokens=100)
        assert bid.input_tokens >= 100_000
        assert bid.surcharge == parse_usd("0.05")
        assert bid.amount == PRICE.worst(input_tokens=bid.input_tokens, output_tokens=100) + bid.surcharge
        shorter = longest_bid(model("m"), model("m").offers[0], asked, Nanodollars(bid.amount - 1))
        assert shorter.max_output_tokens == 99
        assert shorter.amount < bid.amount

    def test_costs_nothing_where_the_model_does(self):
        free = model("free", FREE)
        assert make_bid(free, free.offers[0], need(SEARCHING), output_tokens=100).amount == 0

    def test_is_charged_beside_the_tokens_since_no_usage_tells_of_it(self):
        asked, catalog = need(SEARCHING, max_output_tokens=100), Catalog([model("m")])
        plan = Plan("hello", (Step("answer", "hello"),))
        choice = Choice("m", Nanodollars(0), Nanodollars(0))
        limit = parse_usd("10")
        job = Job(id="r", plan=plan, choices=(choice,), catalog=catalog, policy=Policy(), limit=limit, request=asked)
        run, (*_, reserve) = start(job, at_ms=0)
        run, _ = step(run, Reserved(reserve.attempt, 1))
        used = Usage(input_tokens=10, output_tokens=5)
        run, _ = step(run, CallSucceeded(reserve.attempt, 2, Reply("Rain.", FinishReason.STOP, used)))
        assert run.books.spent == PRICE.cost(used) + parse_usd("0.05")


class TestWhatNoPriceCovers:
    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({"search_parameters": {"mode": "auto"}}, "search_parameters"),
            ({"search_parameters": {"mode": "off"}}, ""),
            ({"enable_search": True}, "enable_search"),
            ({"enable_search": False}, ""),
            ({"search_options": {"forced_search": True}}, "search_options"),
            ({"preset": "dear"}, "preset"),
            ({"plugins": [{"id": "web"}]}, "plugins"),
            ({"provider": {"order": ["dear"]}}, "provider"),
            ({"provider": {"data_collection": "deny"}}, ""),
            ({"speed": "fast"}, "speed"),
            ({"modalities": ["text", "audio"]}, "modalities"),
            ({"modalities": ["text"], "audio": {"voice": "ash", "format": "wav"}}, ""),
            ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools"),
            ({"models": ["openai/gpt-5-pro"]}, "models"),
        ],
    )
    def test_is_named(self, fields, named):
        assert weigh({"messages": [HELLO], **fields}).unpriced.partition(" ")[0] == named

    def test_sound_is_such(self):
        sound = {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}}
        assert holding(sound).unpriced.startswith("input_audio")
        assert weigh({"messages": [{"role": "assistant", "audio": {"id": "a"}}]}).unpriced.startswith("input_audio")

    def test_goes_to_free_models_alone(self):
        asked = need({"messages": [HELLO], "speed": "fast"})
        plenty, dear, free = parse_usd("100"), model("dear"), model("free", FREE)
        assert isinstance(refused := route(asked, Catalog([dear]), Policy(), plenty), Refused)
        assert refused.code is Refusal.UNPRICED
        assert refused.message == (
            "no price in the catalogue covers speed (dearer than the listed price), so no budget could be kept"
        )
        (loser,) = explain(asked, Catalog([dear]), Policy(), plenty)
        assert loser.reason == "its price does not cover speed (dearer than the listed price)"
        assert isinstance(routed := route(asked, Catalog([dear, free]), Policy(), plenty), Routed)
        assert routed.model is not dear
        assert routed.model.id == "free"

    def test_asked_before_or_after_something_priced_is_decided_the_same(self):
        catalog, plenty = Catalog([model("dear", quality=9), model("free", FREE)]), parse_usd("100")
        plain, strange = need({"messages": [HELLO]}), need({"messages": [HELLO], "speed": "fast"})
        for asked, able in ((plain, {"dear", "free"}), (strange, {"free"}), (plain, {"dear", "free"})):
            assert route(asked, catalog, Policy(), plenty).model.id in able
            losers = {each.model: each.reason for each in explain(asked, catalog, Policy(), plenty)}
            assert ("its price does not cover" in losers.get("dear", "")) is (asked is strange)


def test_only_embeddings_have_no_output():
    with pytest.raises(ValueError, match="max_output_tokens is 0"):
        Need(Capability.GENERAL, TokenCount(1, 1), max_output_tokens=0, output_tokens=0)
    assert Need(Capability(0), TokenCount(1, 1), 0, 0, features=Feature.EMBEDDINGS).max_output_tokens == 0


def test_a_role_that_nobody_knows_counts_as_the_text_that_it_is():
    known = weigh({"messages": [{"role": "user", "content": "a"}]}).input.bound
    assert weigh({"messages": [{"role": "x" * 100_000, "content": "a"}]}).input.bound >= known + 100_000


@pytest.mark.parametrize("name", ["n", "best_of", "num_return_sequences", "num_generations", "candidate_count"])
def test_of_the_best_of_many_answers_all_are_paid(name):
    assert weigh({"messages": [], "n": 1, name: 8}).choices == 8


class TestWhatLooksLikeData:
    """Only where data is attached it is no text: a prompt that begins like an address of data is words."""

    SAID = "data:text/plain;base64," + "word " * 1000

    @pytest.mark.parametrize(
        "body",
        [
            {"input": SAID},
            {"input": [{"role": "user", "content": [{"type": "input_text", "text": SAID}]}]},
            {"messages": [{"role": "user", "content": [{"type": "text", "text": SAID}]}]},
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "image_url": SAID}]}]},
        ],
    )
    def test_is_words_elsewhere(self, body):
        assert len(words_of(body)) > 5000

    @pytest.mark.parametrize(
        "part",
        [
            {"type": "input_image", "image_url": SAID},
            {"type": "input_file", "file_data": SAID, "filename": "a.txt"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": SAID}},
        ],
    )
    def test_is_data_where_it_is_attached(self, part):
        assert len(words_of({"content": [part]})) < 200
