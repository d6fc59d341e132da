"""A greedy provider: every answer is as long as it may be, and its own count is what everybody is held against."""

from attrs import define, field

from tokenwise.usage import Usage
from tokenwise_shell.embedded import EmbeddedProvider
from tokenwise_shell.embedded.billing import Tab
from tokenwise_shell.embedded.chat import ChatRequest, Choice, Finish, Reply
from tokenwise_shell.embedded.draws import Draw
from tokenwise_shell.embedded.faults.scripts import Playback, Script

# Nano-dollars a token: $2.50 and $10 per million, what gpt-4o costs. The model of unknown price bills the same.
INPUT_NANO, OUTPUT_NANO = 2_500, 10_000

# What a request gets that names no cap of its own.
LONGEST = 4096

# OpenAI's formula for a picture of 512 by 512 in high detail: 85 and 170 for its one tile.
PICTURE_TOKENS = 255

# A gateway may take a stream that says one word over and over for a fault, and break it off.
_WORDS = (" sea", " moon", " sand")


def tokens_of(text: str) -> int:
    """By a byte-level tokenizer with an English vocabulary: four letters a token, other scripts by the byte."""
    plain = sum(map(str.isascii, text))
    return -(-plain // 4) + sum(len(each.encode()) for each in text if not each.isascii())


@define
class Call:
    """A call that has begun: its bill so far, and whether it goes on."""

    tab: Tab
    runs: bool = True

    @property
    def billed_nano(self) -> int:
        """What it costs at list prices."""
        usage = self.tab.entry.usage
        return usage.prompt_tokens * INPUT_NANO + usage.output_tokens * OUTPUT_NANO


@define
class Greedy(EmbeddedProvider):
    """The embedded provider with another appetite. `calls` has every call that was begun, in order."""

    calls: list[Call] = field(factory=list, init=False)

    def plays(self, script: Script) -> None:
        """Commit the faults of this script from here on."""
        self._playback = Playback(script, self.seed)

    def reply(self, asked: ChatRequest) -> Reply:
        cap = min(asked.max_output_tokens or LONGEST, LONGEST)
        prompt = sum(tokens_of(message.text) + 4 for message in asked.messages) + 3 + asked.overhead_bytes // 3
        usage = Usage(prompt + PICTURE_TOKENS * len(asked.attachments), output_tokens=cap * asked.choices)
        words = tuple(_WORDS[place % len(_WORDS)] for place in range(cap))
        choices = (Choice(words, Finish.LENGTH),) * asked.choices
        return Reply(Draw.of(self.seed, asked.content).hex("id"), asked.model, choices, usage)

    def respond(self, request):
        acts, tab = super().respond(request)
        if tab is None:
            return acts, tab
        self.calls.append(call := Call(tab))
        return _followed(acts, call), tab

    def billed_nano(self, since: int, *, over: bool = False) -> int:
        """What the calls from that number on have been billed so far; or only those that are over."""
        return sum(call.billed_nano for call in self.calls[since:] if not (over and call.runs))

    def running(self, since: int) -> int:
        """How many of them go on."""
        return sum(call.runs for call in self.calls[since:])


def _followed(acts, call: Call):
    try:
        yield from acts
    finally:
        call.runs = False
