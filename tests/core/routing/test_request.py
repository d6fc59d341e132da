"""From words to a need: what is detected, and what the caller's own words replace."""

import pytest

from tokenwise.policy import Policy
from tokenwise.prompt import Message, Role
from tokenwise.routing.request import Wishes, expected_output, read_request
from tokenwise.scenario.detector import detect
from tokenwise.traits import Capability, Feature
from tokenwise.usage import count_messages

POLICY = Policy(default_output_tokens=4096)
QUESTION = "Write a Python function that reverses a linked list, and prove that it terminates."


def need(conversation=QUESTION, **wishes):
    return read_request(conversation, POLICY, Wishes(**wishes)).need


def test_what_was_detected_becomes_what_is_likely_needed():
    request, scenario = read_request(QUESTION, POLICY), detect(QUESTION)
    assert request.scenario == scenario
    assert (request.need.capabilities, request.need.likely) == (Capability(0), scenario.capabilities)
    assert request.need.difficulty == scenario.difficulty


def test_the_whole_conversation_is_counted():
    turns = [Message(Role.USER, QUESTION), Message(Role.TOOL, "x" * 4000), Message(Role.USER, "ok")]
    assert need(turns).input == count_messages([QUESTION, "x" * 4000, "ok"])
    assert need().input == count_messages([QUESTION])


def test_a_stated_capability_replaces_detection():
    stated = need(capabilities=Capability.MATH)
    assert (stated.capabilities, stated.likely) == (Capability.MATH, Capability(0))


def test_without_a_cap_the_policys_own_is_sent():
    assert need().max_output_tokens == 4096
    assert need(max_output_tokens=50).max_output_tokens == 50


def test_nobody_expects_more_than_the_cap():
    assert need(max_output_tokens=5).output_tokens == 5


def test_features_and_a_named_model_are_passed_on():
    wished = need(features=Feature.TOOLS, model="vendor/m")
    assert (wished.features, wished.model) == (Feature.TOOLS, "vendor/m")


@pytest.mark.parametrize(("difficulty", "tokens"), [(0.0, 100), (0.5, 800), (1.0, 1500)])
def test_harder_questions_are_expected_to_have_longer_answers(difficulty, tokens):
    assert expected_output(difficulty) == tokens
