"""Tools that Anthropic declares and its clients run: for other models, functions with the same name and arguments.

Anthropic's models know them by their type alone; what each takes is in its documentation, looked at in November 2026
(https://platform.claude.com/docs/en/agents-and-tools/tool-use). The computer, whose pictures and actions no other model
was taught, is none of them here.
"""

from collections.abc import Mapping
from typing import Final

from tokenwise_shell.providers.fields import Fields, as_fields, text
from tokenwise_shell.providers.translate.terms import Tool

__all__ = ["CLIENT_RUN", "function_of"]

CLIENT_RUN: Final = ("bash_", "text_editor_", "memory_", "computer_", "tool_search_tool_")
"""What the types of tools begin with that cost nothing beside their tokens: nobody but the client runs them.

The search for tools is Anthropic's own, and finds only what is in the request.
"""


def _object(required: tuple[str, ...], **properties: Fields) -> Fields:
    return {"type": "object", "properties": properties, "required": list(required)}


_TEXT: Final[Fields] = {"type": "string"}
_LINE: Final[Fields] = {"type": "integer"}
_LINES: Final[Fields] = {"type": "array", "items": {"type": "integer"}}


def _one_of(*words: str) -> Fields:
    return {"type": "string", "enum": list(words)}


_EDITS: Final = {
    "path": _TEXT, "view_range": _LINES, "old_str": _TEXT, "new_str": _TEXT, "file_text": _TEXT, "insert_line": _LINE,
    "insert_text": _TEXT,
}  # fmt: skip

# By the beginning of a tool's type: what it does, and what it takes.
_FUNCTIONS: Final[Mapping[str, tuple[str, Fields]]] = {
    "bash_": (
        "Run a command in a persistent bash session of the user's. `restart` begins a new session instead.",
        _object((), command=_TEXT, restart={"type": "boolean"}),
    ),
    "text_editor_": (
        (
            "View, create and edit text files of the user's. `view` shows a file or a directory, `view_range` lines of "
            "it; `create` writes `file_text`; `str_replace` replaces the one place of `old_str` by `new_str`; `insert` "
            "puts `insert_text` behind line `insert_line`."
        ),
        _object(("command", "path"), command=_one_of("view", "create", "str_replace", "insert"), **_EDITS),
    ),
    "memory_": (
        (
            "Keep notes in files under /memories, and read them again in later conversations. `view`, `create`, "
            "`str_replace` and `insert` as with a text editor; `delete` a path; `rename` `old_path` to `new_path`."
        ),
        _object(
            ("command",),
            command=_one_of("view", "create", "str_replace", "insert", "delete", "rename"),
            **_EDITS,
            old_path=_TEXT,
            new_path=_TEXT,
        ),
    ),
}


def function_of(tool: Fields) -> Tool | None:
    """The tool as a function, for a model that knows no other; None where it is none that a client runs alone."""
    kind = text(tool.get("type"))
    for prefix, (does, takes) in _FUNCTIONS.items():
        if kind.startswith(prefix):
            mark = as_fields(tool.get("cache_control")) or None
            return Tool(text(tool.get("name")) or prefix.rstrip("_"), does, takes, mark=mark)
    return None
