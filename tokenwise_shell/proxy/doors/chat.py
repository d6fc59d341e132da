"""OpenAI's Chat Completions: the door through which everything passes as it is."""

from collections.abc import Sequence

from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.own import Own
from tokenwise_shell.proxy.fronts import Trouble, Writer
from tokenwise_shell.proxy.troubles import openai_error
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["Chat"]


class Chat:
    """See `fronts.Front`."""

    def read(self, body: Fields) -> Fields:
        """The body itself."""
        return body

    def own(self, body: Fields) -> Own | None:
        """Nothing: what is in between is this very format."""
        del body
        return None

    def answer(self, completion: bytes) -> bytes:
        """The completion as the provider sent it."""
        return completion

    def open_stream(self, asked: Fields) -> Writer:
        """A writer that changes nothing."""
        del asked
        return _AsItIs()

    def error(self, trouble: Trouble) -> bytes:
        """OpenAI's error object."""
        return openai_error(trouble)


class _AsItIs:
    as_it_is = True

    def write(self, chunk: SseEvent) -> Sequence[SseEvent]:
        return (chunk,)

    def failed(self, trouble: Trouble) -> Sequence[SseEvent]:
        """An event with an error, after which the stream ends without `[DONE]`: OpenAI's clients raise on it."""
        return (SseEvent(openai_error(trouble)),)
