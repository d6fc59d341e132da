"""A streamed chat completion read chunk by chunk, as blocks: its first choice, which is what other formats can tell."""

from attrs import define, field

from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, count, entries, first_text, text
from tokenwise_shell.providers.openai.blocks import BlockEvent, BlockReader
from tokenwise_shell.providers.openai.completions import finish_word
from tokenwise_shell.providers.openai.errors import read_error
from tokenwise_shell.providers.openai.streams.chunks import DONE
from tokenwise_shell.providers.openai.usage import read_report
from tokenwise_shell.providers.openai.words import ended_by, ending, finish_of
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["ChunkReader"]


@define
class ChunkReader:
    """The stream so far. `finish` is OpenAI's word for why it ended, `stopped_at` the sequence if it was one.

    `error` is the message of an error within the stream, `bill` what the proxy has added to the chunk with the usage.
    """

    id: str = field(default="", init=False)
    model: str = field(default="", init=False)
    created_s: int = field(default=0, init=False)
    opened: bool = field(default=False, init=False)
    finish: str = field(default="", init=False)
    stopped_at: str = field(default="", init=False)
    usage: Usage | None = field(default=None, init=False)
    done: bool = field(default=False, init=False)
    error: str | None = field(default=None, init=False)
    service_tier: str = field(default="", init=False)
    bill: Fields = field(factory=dict, init=False)
    _blocks: BlockReader = field(factory=BlockReader, init=False)

    def read(self, chunk: SseEvent) -> list[BlockEvent]:
        """The blocks' events in this chunk. With `[DONE]`, which sets `done`, what is open ends."""
        if chunk.data.strip() == DONE.data:
            return self._end()
        value = as_json(chunk.data)
        if problem := read_error(value):
            self.error = problem.message or "the provider broke off"
            return []
        fields = as_fields(value)
        self._account(fields)
        choices = [choice for choice in map(as_fields, entries(fields.get("choices"))) if not choice.get("index")]
        return [event for choice in choices for event in self._choice(choice)]

    def _end(self) -> list[BlockEvent]:
        self.done = True
        if self._blocks.nameless:
            self.error = "the model called a tool and did not say which"
            return []
        if self._blocks.has_called:
            self.finish = finish_word(ended_by(finish_of(self.finish), calls=True))
        return self._blocks.end()

    def _account(self, chunk: Fields) -> None:
        self.id, self.model = self.id or text(chunk.get("id")), first_text(chunk.get("model"), self.model)
        self.created_s = self.created_s or count(chunk.get("created")) or 0
        self.usage = read_report(chunk).usage or self.usage
        self.service_tier = first_text(chunk.get("service_tier"), self.service_tier)
        self.bill = as_fields(chunk.get("tokenwise")) or self.bill

    def _choice(self, choice: Fields) -> list[BlockEvent]:
        self.opened = True
        self.finish = ending(choice) or self.finish
        self.stopped_at = first_text(choice.get("stop_reason"), self.stopped_at)
        return self._blocks.read(as_fields(choice.get("delta")), as_fields(choice.get("logprobs")))
