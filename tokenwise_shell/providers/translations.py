"""What comes through Anthropic's door in OpenAI's format, and what goes back, as pure functions.

What a target cannot say raises `Untranslatable`, with every place and reason; what is left out stands in `dropped`.
What is neither understood nor harmless is sent on as it is, so that the provider itself may judge it.
"""

from tokenwise_shell.providers.anthropic.answers import write_message
from tokenwise_shell.providers.anthropic.reading import read_anthropic
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.openai.completions import read_completion
from tokenwise_shell.providers.openai.writing import write_openai
from tokenwise_shell.providers.translate.terms import Notes, Translation

__all__ = ["anthropic_answer", "from_anthropic"]


def from_anthropic(body: Fields) -> Translation:
    """A request of Anthropic's in OpenAI's chat fields, without model and streaming. Raises Untranslatable."""
    notes = Notes()
    return notes.settle(write_openai(read_anthropic(body, notes)))


def anthropic_answer(completion: Fields) -> Fields:
    """A chat completion as Anthropic's message: its first choice."""
    return write_message(read_completion(completion))
