"""The configuration file as text in a tree: every scalar as it was typed, with its line, and what YAML took it for.

This module knows YAML, `${NAME}` and the ways in which a file can be unusable; which keys there are is for `config`.
YAML's own constructors are not used: they turn `0.1` into a float, `12:30` into a number and a second `port:` into the
first one's silent end. PyYAML is imported when there is a text to parse.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import define, field, frozen

from tokenwise.errors import InputError, Problem
from tokenwise_shell.config.values import shown_name

if TYPE_CHECKING:
    import yaml

__all__ = ["MAX_BYTES", "Branch", "Leaf", "Row", "Tree", "Unset", "parse", "plain", "read_bytes"]

MAX_BYTES: Final = 262_144
"""A quarter of a mebibyte: some thousand models. PyYAML takes seconds for more, and what is larger is another file."""

# Anchors let a page of text stand for more than memory holds; MAX_BYTES full of models say no more than this.
_MAX_NODES: Final = 50_000
_MAX_DEPTH: Final = 20

_REFERENCE: Final = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}|\$\{")

# What YAML sees without being told. An explicit tag asks for an object to be made, or names somebody else's type.
_SEEN: Final = ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "map", "seq")
_TAGS: Final = frozenset(f"tag:yaml.org,2002:{kind}" for kind in _SEEN)

_KINDS: Final = {"int": "a number", "float": "a number", "bool": "a truth value", "null": "nothing"}


@frozen
class Unset(Problem):
    """A value refers to a variable that there is not: no problem for a process that does not use the value."""


@frozen
class Leaf:
    """A scalar. `written` is the text before `${NAME}` was replaced, which is what a message may quote.

    `taken_for` is "text", or what YAML 1.1 would make of it: "a number", "a truth value", "nothing".
    """

    text: str = field(repr=False)
    written: str = field(repr=False)
    line: int
    taken_for: str = "text"


@frozen
class Branch:
    """A mapping."""

    items: Mapping[str, "Tree"]
    line: int = 0


@frozen
class Row:
    """A list."""

    items: tuple["Tree", ...]
    line: int = 0


Tree: TypeAlias = Leaf | Branch | Row


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises FileNotFoundError where there is none, and InputError where it is no configuration."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(str(path), f"cannot be read: {reason}; expected a YAML file")) from error
    if len(content) > MAX_BYTES:
        raise InputError(Problem(str(path), f"larger than {MAX_BYTES} bytes; a configuration is a short YAML file"))
    return content


def parse(content: bytes, where: str, environ: Mapping[str, str]) -> tuple[Branch, tuple[Problem, ...]]:
    """The tree of a file, and what is wrong with it; what could be read is in the tree. Empty text is an empty tree.

    `where` is how problems name the file. They quote nothing of the line, which may hold a key.
    """
    import yaml  # a command without a configuration file does without the parser

    try:
        root = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        return Branch({}), (Problem(where, f"not UTF-8 text (byte {error.start}); expected a YAML file"),)
    except yaml.YAMLError as error:
        return Branch({}), (Problem(where, _reason(error, content)),)
    except RecursionError:
        return Branch({}), (Problem(where, "nested too deeply for a configuration"),)
    return (Branch({}), ()) if root is None else _top(root, _Reading(where, environ))


def plain(tree: Tree) -> object:
    """The tree as text, lists and dictionaries; what YAML takes for null is None."""
    match tree:
        case Leaf():
            return None if tree.taken_for == "nothing" else tree.text
        case Branch():
            return {name: plain(child) for name, child in tree.items.items()}
        case Row():
            return [plain(child) for child in tree.items]


def _top(root: "yaml.Node", reading: "_Reading") -> tuple[Branch, tuple[Problem, ...]]:
    try:
        tree = reading.tree(root, "", 0)
    except InputError as error:
        return Branch({}), (*reading.problems, *error.problems)
    match tree:
        case Branch():
            return tree, tuple(reading.problems)
        case Leaf(taken_for="nothing"):
            return Branch({}), tuple(reading.problems)
        case _:
            reading.report("", root, "not a mapping; expected lines such as `default_budget: 0.50`")
            return Branch({}), tuple(reading.problems)


@define
class _Reading:
    """One file being read. `budget` is how many more nodes it may have, counting each use of an anchor."""

    where: str
    environ: Mapping[str, str]
    problems: list[Problem] = field(factory=list)
    budget: int = _MAX_NODES

    def tree(self, node: "yaml.Node", path: str, depth: int) -> Tree:
        import yaml

        self.budget -= 1
        if self.budget < 0 or depth > _MAX_DEPTH:
            raise InputError(
                Problem(self.where, "nested too deeply for a configuration, or its anchors repeat too much")
            )
        if node.tag not in _TAGS:
            self.report(
                path, node, "has a tag (`!…`), which means nothing here; a text that begins with `!` needs quotes"
            )
        match node:
            case yaml.MappingNode():
                return Branch(dict(self.pairs(node, path, depth)), _line(node))
            case yaml.SequenceNode():
                below = (self.tree(one, f"{path}[{index}]", depth + 1) for index, one in enumerate(node.value))
                return Row(tuple(below), _line(node))
            case _:
                return self.leaf(node, path)

    def pairs(self, node: "yaml.Node", path: str, depth: int) -> Iterator[tuple[str, Tree]]:
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key.value, str):
                self.report(path, key, "a key is not text")
                continue
            name = f"{path}.{key.value}" if path else key.value
            if key.value in seen:
                self.report(name, key, "stands twice; YAML would silently keep the last one")
            seen.add(key.value)
            yield key.value, self.tree(value, name, depth + 1)

    def leaf(self, node: "yaml.Node", path: str) -> Leaf:
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self.report(
                path, node, "has a tag (`!…`), which means nothing here; a text that begins with `!` needs quotes"
            )
        unquoted = getattr(node, "style", None) is None
        taken_for = _KINDS.get(node.tag.rpartition(":")[2], "text") if unquoted else "text"
        written = str(node.value)
        return Leaf(self.substituted(written, path, node), written, _line(node), taken_for)

    def substituted(self, text: str, path: str, node: "yaml.Node") -> str:
        """The text with each `${NAME}` replaced by the variable's value; `$${` stands for `${` itself."""

        def replaced(found: re.Match[str]) -> str:
            name = found["name"]
            if found[0] == "$${":
                return "${"
            if name is None:
                self.report(
                    path, node, "has `${` without a variable's name and `}` after it; write `$${` for a plain `${`"
                )
            elif name not in self.environ:
                told = f"refers to ${{{name}}}, which the environment does not have; set {name}"
                self.problems.append(Unset(shown_name(path) or self.where, f"{told} ({self.at(node)})"))
            return self.environ.get(name or "", "")

        return _REFERENCE.sub(replaced, text)

    def report(self, path: str, node: "yaml.Node", message: str) -> None:
        name = shown_name(path) or self.where
        self.problems.append(Problem(name, f"{message} ({self.at(node)})"))

    def at(self, node: "yaml.Node") -> str:
        return f"file {self.where}, line {_line(node)}"


def _line(node: "yaml.Node") -> int:
    return int(node.start_mark.line) + 1


# What YAML quotes: a mark or two, or a token of its own such as <stream end>, or a word of the file.
_WORD: Final = re.compile(r"'(?!<[a-z ]+>')([^']{4,})'|'[^']*'")


def _reason(error: "yaml.YAMLError", content: bytes) -> str:
    """Why YAML gave up, and where, in the parser's words; never the line itself, and no word of it: it may be a key."""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be parsed"
    mark = getattr(error, "problem_mark", None)
    place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
    hint = "; inside `{…}` and `[…]`, a value with ${NAME} needs quotes" if b"${" in content else ""
    told = _WORD.sub(lambda quoted: "a word" if quoted[1] else quoted[0], str(problem))
    return f"not readable as YAML{place}: {told}{_context(error)}{hint}"


def _context(error: "yaml.YAMLError") -> str:
    """What YAML was reading, where that begins: the bracket that nothing closes."""
    mark = getattr(error, "context_mark", None)
    if mark is None:
        return ""
    context = getattr(error, "context", None) or ""
    return f", {context} from line {mark.line + 1}, column {mark.column + 1}"
