"""How the turns of a request reach the detector: in order, with the blocks that each came in."""

from tokenwise.prompt import Message, Role
from tokenwise.scenario.detector import detect
from tokenwise_shell.providers.translations import from_anthropic
from tokenwise_shell.proxy.request.conversation import conversation_in

REMINDER = "<system-reminder>\ndef f(x): return x + 1\nProve that f is continuous.\n</system-reminder>"


def asked(*texts: str) -> dict[str, object]:
    blocks = [{"type": "text", "text": text} for text in texts]
    return {"model": "auto", "max_tokens": 10, "messages": [{"role": "user", "content": blocks}]}


def test_a_text_is_one_block() -> None:
    assert conversation_in({"messages": [{"role": "user", "content": "hi"}]}) == (Message(Role.USER, "hi"),)


def test_several_texts_are_one_turn_that_knows_where_each_begins() -> None:
    assert conversation_in(asked("one", "", "two")) == (Message(Role.USER, "onetwo", (0, 3, 3)),)


def test_a_reminder_before_a_greeting_leaves_it_a_greeting_through_messages_too() -> None:
    conversation = conversation_in(from_anthropic(asked(REMINDER, "hi")).body)
    assert detect(conversation) == detect("hi")
    assert detect(conversation).difficulty == 0.0
