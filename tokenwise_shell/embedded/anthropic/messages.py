"""Anthropic's wire format: the conversation of a request, with its tool results and its marks for caching."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from attrs import define, field, frozen

from tokenwise.prompt import Message, Role
from tokenwise_shell.embedded.asked import call_text, canonical
from tokenwise_shell.embedded.chat import BadRequest
from tokenwise_shell.embedded.fields import as_list, as_mapping, text

__all__ = ["Conversation", "read_conversation"]

_Block: TypeAlias = Mapping[str, object]
_Turn: TypeAlias = tuple[str, Sequence[_Block]]

_ROLES: Final[Mapping[object, Role]] = {"user": Role.USER, "assistant": Role.ASSISTANT, "system": Role.SYSTEM}


@frozen
class Conversation:
    """The messages, the addresses of what is attached to them, and how many of them stand before the last mark."""

    messages: tuple[Message, ...]
    attachments: tuple[str, ...]
    marked: int
    for_an_hour: bool


def read_conversation(asked: Mapping[str, object]) -> Conversation:
    """The system prompt and the messages. Raises BadRequest."""
    reader = _Reader()
    if system := _blocks(asked.get("system"), "system"):
        if isinstance(asked["system"], list) and not all(str(block.get("text")).strip() for block in system):
            raise BadRequest("system: text content blocks must contain non-whitespace text")
        reader.read("system", system)
    parts = as_list(asked.get("messages"), "messages")
    if not parts:
        raise BadRequest("messages: at least one message is required")
    turns = [_turn(part, f"messages.{index}") for index, part in enumerate(parts)]
    _check_results(turns)
    _check_texts(turns)
    for role, blocks in turns:
        reader.read(role, blocks)
    if asked.get("cache_control") is not None:
        reader.mark(asked)
    return Conversation(tuple(reader.messages), tuple(reader.attachments), reader.marked, reader.for_an_hour)


@define
class _Reader:
    """What was read so far."""

    messages: list[Message] = field(factory=list)
    attachments: list[str] = field(factory=list)
    marked: int = 0
    for_an_hour: bool = False

    def read(self, role: str, blocks: Sequence[_Block]) -> None:
        """A turn: its tool results as messages of their own, then the rest of it as one."""
        results = [block for block in blocks if block.get("type") == "tool_result"]
        others = [block for block in blocks if block.get("type") != "tool_result"]
        for result in results:
            self.messages.append(Message(Role.TOOL, self._text(_result_blocks(result))))
        if others or not results:
            self.messages.append(Message(_ROLES[role], self._text(others)))
        for block in blocks:
            if block.get("cache_control") is not None:
                self.mark(block)

    def mark(self, block: _Block) -> None:
        """A mark for caching, on everything read so far."""
        self.marked = len(self.messages)
        lasts = as_mapping(block["cache_control"], "cache_control").get("ttl", "5m")
        if lasts not in ("5m", "1h"):
            raise BadRequest(f"cache_control.ttl: Input should be '5m' or '1h', got {str(lasts)[:40]!r}")
        if lasts == "1h":
            self.for_an_hour = True

    def _text(self, blocks: Sequence[_Block]) -> str:
        """The text of these blocks, calls included; what is neither is attached. Earlier thinking is not read again."""
        said: list[str] = []
        calls: list[tuple[object, object]] = []
        for block in blocks:
            match block:
                case {"type": "text", "text": str(words)}:
                    said.append(words)
                case {"type": "document", "source": {"type": "text", "data": str(words)}}:
                    said.append(words)
                case {"type": "thinking" | "redacted_thinking"}:
                    continue
                case {"type": "tool_use" | "server_tool_use", "name": str(name)}:
                    calls.append((name, block.get("input")))
                case _:
                    self.attachments.append(_address(block))
        return "\n".join(said) + call_text(calls)


def _turn(part: object, path: str) -> _Turn:
    message = as_mapping(part, path)
    role = message.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise BadRequest(f"{path}.role: {role!r} is not one of {', '.join(map(str, _ROLES))}")
    if message.get("content") is None:
        raise BadRequest(f"{path}.content: Field required")
    return role, _blocks(message["content"], f"{path}.content")


def _blocks(content: object, path: str) -> Sequence[_Block]:
    """Content as blocks: a string is short for one block of text."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    blocks = [as_mapping(block, f"{path}.{index}") for index, block in enumerate(as_list(content, path))]
    for index, block in enumerate(blocks):
        text(block, "type", path=f"{path}.{index}.type")
    return blocks


def _result_blocks(result: _Block) -> Sequence[_Block]:
    return _blocks(result.get("content"), "tool_result.content")


def _address(block: _Block) -> str:
    """Where an attachment is to be had: its address, or itself."""
    match block.get("source"):
        case {"type": "base64", "media_type": str(kind), "data": str(data)}:
            return f"data:{kind};base64,{data}"
        case {"type": "url", "url": str(address)}:
            return address
        case _:
            return canonical({key: value for key, value in block.items() if key != "cache_control"}).decode()


_PICTURES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp")
_MOST_MARKS: Final = 4


def _check_texts(turns: Sequence[_Turn]) -> None:
    """No text is blank, nor ends in blanks where the model is to go on; pictures and marks are such as are taken."""
    blocks = [block for _, each in turns for block in each]
    for block in blocks:
        match block:
            case {"type": "text", "text": str(said)} if not said.strip():
                raise BadRequest("messages: text content blocks must contain non-whitespace text")
            case {"type": "image", "source": {"type": "base64", "media_type": kind}} if kind not in _PICTURES:
                raise BadRequest(f"messages: image.source.base64.media_type: expected one of {', '.join(_PICTURES)}")
    if sum("cache_control" in block for block in blocks) > _MOST_MARKS:
        raise BadRequest(f"A maximum of {_MOST_MARKS} blocks with cache_control may be provided.")
    role, last = turns[-1]
    said = str(last[-1].get("text", "")) if last else ""
    if role == "assistant" and said != said.rstrip():
        raise BadRequest("messages: final assistant content cannot end with trailing whitespace")


def _check_results(turns: Sequence[_Turn]) -> None:
    """Every call has its result in the turn right after it, and every result its call right before it."""
    due: set[str] = set()
    for role, group in groupby(turns, key=lambda turn: turn[0]):
        blocks = [block for _, blocks in group for block in blocks]
        given = set(_ids(blocks, "tool_result", "tool_use_id"))
        if stray := sorted(given - due):
            raise BadRequest(
                f"messages: unexpected `tool_use_id` found in `tool_result` blocks: {', '.join(stray)}. Each "
                "`tool_result` block must have a corresponding `tool_use` block in the previous message."
            )
        _check_none_missing(due - given)
        due = set(_ids(blocks, "tool_use", "id")) if role == "assistant" else set()
    _check_none_missing(due)


def _check_none_missing(missing: set[str]) -> None:
    if missing:
        raise BadRequest(
            "messages: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(sorted(missing))}. Each `tool_use` block must have a corresponding `tool_result` block in "
            "the next message."
        )


def _ids(blocks: Sequence[_Block], kind: str, name: str) -> Iterator[str]:
    return (text(block, name, path=f"{kind}.{name}") for block in blocks if block.get("type") == kind)
