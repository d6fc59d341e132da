"""A request and an answer in no vendor's terms: what is read from one wire format and written in another.

OpenAI's format is the widest of the three, so these are its notions with the vendors' own marks beside them. What a
format cannot say is refused or noted as dropped by its writer; nothing is decided here.
"""

import enum
from collections.abc import Mapping
from typing import Final

from attrs import define, field, frozen

from tokenwise.errors import TokenwiseError
from tokenwise.prompt import Role
from tokenwise.routing.verdicts import FinishReason
from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.translate.deltas import Broke

__all__ = [
    "Answer",
    "Asked",
    "Call",
    "Item",
    "Media",
    "MediaKind",
    "Notes",
    "Result",
    "Said",
    "Text",
    "Thought",
    "Tool",
    "Translation",
    "Turn",
    "Untranslatable",
    "is_neutral",
]

# Values that say what is said by saying nothing. In all three formats these are the defaults.
_NEUTRAL: Final[Mapping[str, tuple[object, ...]]] = {
    "temperature": (1,),
    "top_p": (1,),
    "n": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "stop": ("", []),
    "tools": ([],),
    "functions": ([],),
    "modalities": (["text"],),
}


def is_neutral(name: str, value: object) -> bool:
    """Whether this value of an OpenAI parameter is its default; null always is."""
    return value is None or value in _NEUTRAL.get(name, ())


class Untranslatable(TokenwiseError):  # noqa: N818 -- named for what the request is
    """A request holds what the target's format cannot say. The message names each place and the reason."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "; ".join(self.problems)


@frozen
class Translation:
    """A request in another format, and what of it was left out, each with its reason."""

    body: Mapping[str, object]
    dropped: tuple[str, ...] = ()


@define
class Notes:
    """What a translation leaves out, and what it cannot do, collected on the way."""

    dropped: list[str] = field(factory=list)
    refused: list[str] = field(factory=list)

    def drop(self, what: str) -> None:
        """Note something that is left out. Said once, however often it occurs."""
        if what not in self.dropped:
            self.dropped.append(what)

    def refuse(self, path: str, why: str) -> None:
        """Note something that the target cannot say."""
        self.refused.append(f"{path}: {why}")

    def settle(self, body: Mapping[str, object]) -> Translation:
        """The translation. Raises Untranslatable if anything was refused."""
        if self.refused:
            raise Untranslatable(*self.refused)
        return Translation(body, tuple(self.dropped))


class MediaKind(enum.Enum):
    """What an attachment is to the model."""

    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"


@frozen
class Text:
    """Words. `mark` is Anthropic's `cache_control`, which OpenRouter takes too."""

    text: str
    mark: Fields | None = None


@frozen
class Media:
    """An attachment: base64 `data` of a `media_type`, or a `url` where it is to be had."""

    kind: MediaKind
    media_type: str = ""
    data: str = ""
    url: str = ""
    name: str = ""
    mark: Fields | None = None


@frozen
class Call:
    """A call of a tool. `signature` is the thought that Google wants back with it."""

    id: str
    name: str
    arguments: Fields
    signature: str = ""


@frozen
class Result:
    """What a called tool gave. `name` is the tool's, as far as it is known."""

    id: str
    parts: tuple[Text | Media, ...]
    name: str = ""
    failed: bool = False
    mark: Fields | None = None


@frozen
class Thought:
    """Reasoning that was shown, with the signature by which its author knows it again; `sealed` where it was not."""

    text: str
    signature: str = ""
    sealed: str = ""


Item = Text | Media | Call | Result | Thought
"""A part of a turn."""


@frozen
class Turn:
    """What one side says at a time. Results are turns of the role TOOL, one each."""

    role: Role
    items: tuple[Item, ...]


@frozen
class Tool:
    """A function that may be called. `native` is a tool of the vendor's own, which only that vendor understands."""

    name: str
    description: str = ""
    schema: Fields | None = None
    strict: bool | None = None
    mark: Fields | None = None
    native: Fields | None = None


@frozen(kw_only=True)
class Asked:
    """A request. `choice` is "", "auto", "none", "required", or "named" with the name in `only`.

    `schema` is None for text, `{}` for any JSON object. `sampling` holds parameters under OpenAI's names, those with
    neutral values left out; `others` what nobody here knows, which is sent on as it is.
    """

    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...] = ()
    choice: str = ""
    only: str = ""
    parallel: bool = True
    schema: Fields | None = None
    schema_name: str = "reply"
    strict: bool | None = None
    effort: str = ""
    stop: tuple[str, ...] = ()
    sampling: Fields = field(factory=dict)
    user: str = ""
    cap: int | None = None
    others: Fields = field(factory=dict)


@frozen
class Said:
    """One alternative of an answer. `logprobs` is as OpenAI writes them, `stopped_at` the sequence that ended it."""

    items: tuple[Text | Call | Thought, ...]
    finish: FinishReason
    logprobs: Fields | None = None
    stopped_at: str = ""

    @property
    def text(self) -> str:
        """The words of it."""
        return "".join(item.text for item in self.items if isinstance(item, Text))

    @property
    def calls(self) -> tuple[Call, ...]:
        """The tools it calls."""
        return tuple(item for item in self.items if isinstance(item, Call))


@frozen
class Answer:
    """An answer: at least one alternative, unless it says of itself that it `broke`."""

    id: str
    model: str
    choices: tuple[Said, ...]
    usage: Usage | None
    broke: Broke | None = None
