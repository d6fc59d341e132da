"""Google's wire format: the conversation of a request, with its function calls and their results."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from attrs import define, field, frozen

from tokenwise.prompt import Message, Role
from tokenwise_shell.embedded.asked import call_text, canonical
from tokenwise_shell.embedded.chat import BadRequest
from tokenwise_shell.embedded.fields import as_list, as_mapping, text
from tokenwise_shell.embedded.google.fields import proto

__all__ = ["Contents", "read_contents"]

_Part: TypeAlias = Mapping[str, object]
_Turn: TypeAlias = tuple[Role, Sequence[_Part]]

_ROLES: Final[Mapping[object, Role]] = {"user": Role.USER, "model": Role.ASSISTANT, "function": Role.USER}

# What a part may hold; exactly one of them.
_DATA: Final = frozenset(
    (
        "text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult",
        "toolCall", "toolResponse",
    )
)  # fmt: skip

_STANDARD_BASE64: Final = str.maketrans("-_", "+/")

# The names under which a result without a structure of its own is sent.
_PLAIN_RESULTS: Final = ({"result"}, {"output"}, {"content"})


@frozen
class Contents:
    """The messages, and the addresses of what is attached to them."""

    messages: tuple[Message, ...]
    attachments: tuple[str, ...]


def read_contents(asked: Mapping[str, object]) -> Contents:
    """The system instruction and the contents. Raises BadRequest."""
    reader = _Reader()
    if "systemInstruction" in asked:
        reader.read(Role.SYSTEM, _parts(proto(asked["systemInstruction"], "systemInstruction"), "systemInstruction"))
    contents = as_list(asked.get("contents"), "contents")
    if not contents:
        raise BadRequest("* GenerateContentRequest.contents: contents is not specified")
    turns = [_turn(content, f"contents[{index}]") for index, content in enumerate(contents)]
    _check_results(turns)
    for role, parts in turns:
        reader.read(role, parts)
    return Contents(tuple(reader.messages), tuple(reader.attachments))


@define
class _Reader:
    """What was read so far."""

    messages: list[Message] = field(factory=list)
    attachments: list[str] = field(factory=list)

    def read(self, role: Role, parts: Sequence[_Part]) -> None:
        """A turn: its functions' results as messages of their own, then the rest of it as one."""
        results = [part for part in parts if "functionResponse" in part]
        others = [part for part in parts if "functionResponse" not in part]
        self.messages.extend(Message(Role.TOOL, _result(part["functionResponse"])) for part in results)
        if others or not results:
            self.messages.append(Message(role, self._text(others)))

    def _text(self, parts: Sequence[_Part]) -> str:
        """The text of these parts, calls included; what is neither is attached. Earlier thoughts are not read again."""
        said: list[str] = []
        calls: list[tuple[object, object]] = []
        for part in parts:
            match part:
                case {"thought": True}:
                    continue
                case {"text": str(words)}:
                    said.append(words)
                case {"functionCall": call}:
                    called = proto(call, "functionCall")
                    calls.append((text(called, "name", path="functionCall.name"), called.get("args", {})))
                case _:
                    self.attachments.append(_address(part))
        return "\n".join(said) + call_text(calls)


def _turn(value: object, path: str) -> _Turn:
    content = proto(value, path)
    role = content.get("role", "user")
    if not isinstance(role, str) or role not in _ROLES:
        raise BadRequest("Please use a valid role: user, model.")
    return _ROLES[role], _parts(content, path)


def _parts(content: Mapping[str, object], path: str) -> Sequence[_Part]:
    parts = [
        proto(part, f"{path}.parts[{index}]")
        for index, part in enumerate(as_list(content.get("parts"), f"{path}.parts"))
    ]
    if not parts:
        raise BadRequest(f"* GenerateContentRequest.{path}.parts: contents.parts must not be empty.")
    for index, part in enumerate(parts):
        if len(_DATA & part.keys()) != 1 or not isinstance(part.get("text", ""), str):
            raise BadRequest(f"{path}.parts[{index}].data: required oneof field 'data' must have one initialized field")
    return parts


def _address(part: _Part) -> str:
    """Where an attachment is to be had: its address, or itself."""
    if "inlineData" in part:
        blob = proto(part["inlineData"], "inlineData")
        # Google's own client writes the alphabet of base64 that is safe in addresses.
        data = text(blob, "data", path="inlineData.data").translate(_STANDARD_BASE64)
        return f"data:{text(blob, 'mimeType', path='inlineData.mimeType')};base64,{data}"
    if "fileData" in part:
        return text(proto(part["fileData"], "fileData"), "fileUri", path="fileData.fileUri")
    return canonical(part).decode()


def _result(value: object) -> str:
    """A function's result as text: what stands alone under one of the usual names, else the whole as JSON."""
    response = as_mapping(proto(value, "functionResponse").get("response", {}), "functionResponse.response")
    said = next(iter(response.values())) if set(response) in _PLAIN_RESULTS else response
    return said if isinstance(said, str) else canonical(said).decode()


def _check_results(turns: Sequence[_Turn]) -> None:
    """The turn after a turn with calls has as many results, and no other turn has any."""
    due = 0
    for from_model, group in groupby(turns, key=lambda turn: turn[0] is Role.ASSISTANT):
        parts = [part for _, parts in group for part in parts]
        given = sum("functionResponse" in part for part in parts)
        if given and not due:
            raise BadRequest("Please ensure that function response turn comes immediately after a function call turn.")
        if given != due:
            raise BadRequest(
                "Please ensure that the number of function response parts is equal to the number of function call "
                "parts of the function call turn."
            )
        due = sum("functionCall" in part for part in parts) if from_model else 0
