"""Translation of requests and answers between OpenAI's format and the others, as pure functions.

What a target cannot say raises `Untranslatable`, with every place and reason; what is left out stands in `dropped`.
What is neither understood nor harmless is sent on as it is, so that the provider itself may judge it.
"""

from tokenwise_shell.providers.anthropic.answers import read_message, write_message
from tokenwise_shell.providers.anthropic.reading import read_anthropic
from tokenwise_shell.providers.anthropic.writing import write_anthropic
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.google.answers import read_answer
from tokenwise_shell.providers.google.reading import read_google
from tokenwise_shell.providers.google.writing import write_candidates, write_google
from tokenwise_shell.providers.openai.completions import read_completion, write_completion
from tokenwise_shell.providers.openai.reading import read_openai
from tokenwise_shell.providers.openai.writing import write_openai
from tokenwise_shell.providers.translate.terms import Notes, Translation

__all__ = [
    "anthropic_answer",
    "from_anthropic",
    "from_anthropic_answer",
    "from_google",
    "from_google_answer",
    "google_answer",
    "to_anthropic",
    "to_google",
]


def to_anthropic(fields: Fields, *, native_id: str, cap: int) -> Translation:
    """A request in OpenAI's chat fields as Anthropic's, with at most `cap` output tokens. Raises Untranslatable."""
    notes = Notes()
    return notes.settle(write_anthropic(read_openai(fields, notes), notes, native_id=native_id, cap=cap))


def from_anthropic(body: Fields) -> Translation:
    """A request of Anthropic's in OpenAI's chat fields, without model and streaming. Raises Untranslatable."""
    notes = Notes()
    return notes.settle(write_openai(read_anthropic(body, notes)))


def to_google(fields: Fields, *, native_id: str, cap: int) -> Translation:
    """A request in OpenAI's chat fields as Google's, with at most `cap` output tokens. Raises Untranslatable."""
    notes = Notes()
    return notes.settle(write_google(read_openai(fields, notes), notes, native_id=native_id, cap=cap))


def from_google(body: Fields) -> Translation:
    """A request of Google's in OpenAI's chat fields, without model and streaming. Raises Untranslatable."""
    notes = Notes()
    return notes.settle(write_openai(read_google(body, notes)))


def anthropic_answer(completion: Fields) -> Fields:
    """A chat completion as Anthropic's message: its first choice."""
    return write_message(read_completion(completion))


def from_anthropic_answer(message: Fields, *, created_s: int) -> Fields | None:
    """Anthropic's message as a chat completion, None where it is none. `created_s` is Unix time."""
    answer = read_message(message)
    return None if answer is None else write_completion(answer, created_s=created_s)


def google_answer(completion: Fields) -> Fields:
    """A chat completion as Google's answer. Google has no count of tokens written to a cache: they are input there."""
    return write_candidates(read_completion(completion))


def from_google_answer(body: Fields, *, created_s: int) -> Fields | None:
    """Google's answer as a chat completion, None where it is none. `created_s` is Unix time."""
    answer = read_answer(body)
    return None if answer is None else write_completion(answer, created_s=created_s)
