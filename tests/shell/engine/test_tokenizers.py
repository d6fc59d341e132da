"""Exact counts: what they save, for whom, and what they leave alone."""

import sys

import pytest

from tests.shell.commands import Tw, tw  # noqa: F401 -- a fixture
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.errors import InputError
from tokenwise.policy import Policy
from tokenwise.routing.bid import make_bid
from tokenwise.routing.request import Wishes, read_request
from tokenwise.usage import MESSAGE_FRAME, REPLY_FRAME
from tokenwise_shell.engine import tokenizers
from tokenwise_shell.engine.tokenizers import MODELS, counted

quicktok = pytest.importorskip("quicktok", reason="needs the extra `exact`")

ENGLISH = "The tide rises where the moon pulls, and twelve hours later it rises on the other side. " * 40


def input_of(model: str, text: str) -> int:
    """The input bound that this model is bid for with."""
    need = read_request(text, Policy(), Wishes(counted=counted([text]))).need
    known = embedded_catalog()[model]
    return make_bid(known, known.offers[0], need, output_tokens=100).input_tokens


@pytest.mark.slow  # the vocabularies are loaded, once
class TestCounts:
    @pytest.mark.parametrize(
        "text", [ENGLISH, "潮は月に引かれて満ちる。" * 30, "🌊" * 50, "a" * 5000, "<|endoftext|>" * 9, "\ud800x"]
    )
    def test_the_bound_of_a_known_model_is_its_tokens_and_the_frames(self, text):
        exact = len(quicktok.get_encoding("o200k_base").encode_ordinary(text.encode("utf-8", "replace").decode()))
        assert input_of("openai/gpt-5-mini", text) == exact + MESSAGE_FRAME + REPLY_FRAME

    @pytest.mark.parametrize("model", ["openai/gpt-5.1", "openai/gpt-6-sol", "anthropic/claude-haiku-5-5"])
    def test_other_models_are_bid_for_with_the_bytes(self, model):
        assert input_of(model, ENGLISH) == len(ENGLISH.encode()) + MESSAGE_FRAME + REPLY_FRAME

    def test_more_than_a_million_characters_are_left_to_the_bytes(self):
        assert counted(["a" * 1_000_001]) == ()

    def test_nothing_is_saved_where_there_is_nothing(self):
        assert counted([]) == ()

    def test_no_count_is_above_the_bound(self):
        saved = counted(["\u0344" * 100, ENGLISH])  # a character that grows when it is normalised
        assert {one.model for one in saved} == {model for models in MODELS.values() for model in models}
        assert all(one.saves >= 0 for one in saved)


@pytest.mark.slow  # likewise
class TestTheCommand:
    def test_the_setting_reaches_the_decision(self, tw: Tw, monkeypatch):  # noqa: F811
        loose = tw("route", ENGLISH, "--json", "--budget", "1", "--verbose").json
        monkeypatch.setenv("TOKENWISE_EXACT_TOKENS", "true")
        tight = tw("route", ENGLISH, "--json", "--budget", "1", "--verbose").json
        assert loose["decision_id"] != tight["decision_id"]

    def test_without_the_package_the_remedy_is_named(self, tw: Tw, monkeypatch):  # noqa: F811
        monkeypatch.setenv("TOKENWISE_EXACT_TOKENS", "true")
        monkeypatch.setitem(sys.modules, "quicktok", None)
        tokenizers._encodings.cache_clear()
        done = tw("route", "hi")
        assert done.code == 2
        assert "'.[exact]'" in done.err
        with pytest.raises(InputError, match="exact"):
            counted([])
