"""What the configuration file says of each key, and every way in which it says it wrongly.

The tree is walked once against the names that exist. A secret may stand anywhere by a slip (a key without the space
after its colon, a value one line too low), so nothing under `providers` is ever quoted.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import field, frozen

from tokenwise.errors import Problem
from tokenwise_shell.config.aliases import alias_problems
from tokenwise_shell.config.file import Branch, Leaf, Row, Tree, plain
from tokenwise_shell.config.permitted import ANY_MODEL, Permitted
from tokenwise_shell.config.settings import BUILT_IN
from tokenwise_shell.config.values import HIDDEN, TAG, header_problem, looks_secret, nearest, shown, shown_name

if TYPE_CHECKING:
    from tokenwise_shell.config.limits import LimitRow

__all__ = ["Given", "Sections", "provider_names", "sections", "tag_names"]

# Longer texts without a break are taken for secrets, which must never be named.
_PROVIDER_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,22}")

_TAGS: Final = "budgets.tags"

# Whose content is not made of settings with fixed names.
_READ_ELSEWHERE: Final = ("models", "aliases", "limits")


@frozen
class Given:
    """What one source says of one key. `written` may be quoted (by way of `shown`); `text` may hold a secret.

    `source` is for people who ask where a value comes from, `place` for those who have to mend it. A relative path
    starts from `folder`. `taken_for` is what YAML makes of the text.
    """

    text: str = field(repr=False)
    written: str = field(repr=False)
    source: str
    place: str
    folder: Path | None = None
    taken_for: str = "text"


class Sections(NamedTuple):
    """The file's content by key. `headers` belong to providers, by name; `models` are rows, unchecked.

    `aliases` are names of models, or globs, and what each stands for.
    """

    given: Mapping[str, Given]
    headers: Mapping[str, Mapping[str, str]]
    models: tuple[object, ...]
    permitted: Permitted
    aliases: Mapping[str, str]
    limits: "tuple[LimitRow, ...]"
    problems: tuple[Problem, ...]


def provider_names(tree: Branch) -> tuple[str, ...]:
    """The vendors known by name, those that the file adds, and OpenRouter at the end, since direct goes first."""
    direct = [name for name in BUILT_IN if name != "openrouter"]
    section = tree.items.get("providers")
    named = section.items if isinstance(section, Branch) else {}
    added = [name for name in named if _PROVIDER_NAME.fullmatch(name) and not looks_secret(name)]
    return (*dict.fromkeys([*direct, *(name for name in added if name != "openrouter")]), "openrouter")


def tag_names(tree: Branch) -> tuple[str, ...]:
    """The tags for which the file sets limits."""
    section = _below(_below(tree, "budgets"), "tags")
    named = section.items if isinstance(section, Branch) else {}
    return tuple(name for name in named if TAG.fullmatch(name) and not looks_secret(name))


def sections(tree: Branch, file: Path, known: Mapping[str, str]) -> Sections:
    """Read the tree against the `known` keys, dotted, each with what it accepts. Anything else is a problem."""
    walk = _Walk(file, known, provider_names(tree))
    given = dict(walk.leaves(tree, ""))
    headers = {name: dict(walk.headers(tree, name)) for name in walk.providers}
    models, permitted = walk.models(tree.items.get("models"))
    aliases = dict(walk.aliases(tree.items.get("aliases")))
    walk.problems.extend(alias_problems(aliases))
    limits, wrong = _limits(tree, file)
    kept = {name: pairs for name, pairs in headers.items() if pairs}
    return Sections(given, kept, models, permitted, aliases, limits, (*walk.problems, *wrong))


def _limits(tree: Branch, file: Path) -> "tuple[tuple[LimitRow, ...], tuple[Problem, ...]]":
    if "limits" not in tree.items:
        return (), ()
    from tokenwise_shell.config.limits import limits_in  # most files have none

    return limits_in(tree.items["limits"], file)


@frozen(repr=False, eq=False)
class _Walk:
    file: Path
    known: Mapping[str, str]
    providers: tuple[str, ...]
    problems: list[Problem] = field(factory=list)

    def leaves(self, tree: Branch, prefix: str) -> Iterator[tuple[str, Given]]:
        for name, child in tree.items.items():
            dotted = prefix + name
            within = self.names_in(f"{dotted}.")
            match child:
                case _ if "." in name:  # sections are nested; two ways to write a key could contradict each other
                    self.report_unknown(dotted, child)
                case _ if self.is_read_elsewhere(dotted):
                    continue
                case Leaf() if _is_nothing(child) and (dotted in self.known or within):
                    continue
                case Leaf() if dotted in self.known:
                    source = f"file {self.file}"
                    yield (
                        dotted,
                        Given(child.text, child.written, source, self.at(child), self.file.parent, child.taken_for),
                    )
                case Branch() if within or dotted == _TAGS:
                    yield from self.leaves(child, f"{dotted}.")
                case _ if dotted in self.known or within:
                    self.report_shape(dotted, child, within)
                case _:
                    self.report_unknown(dotted, child)

    def headers(self, tree: Branch, name: str) -> Iterator[tuple[str, str]]:
        """The provider's headers; their values count as secrets."""
        path = f"providers.{name}.headers"
        found = _below(_below(_below(tree, "providers"), name), "headers")
        if found is None or _is_nothing(found):
            return
        if not isinstance(found, Branch):
            self.report(path, f"{HIDDEN} ({self.at(found)}): expected a mapping of names to values")
            return
        for header, value in found.items.items():
            text = value.text if isinstance(value, Leaf) else "\n"  # which no header carries
            if problem := header_problem(header, text):
                self.report(f"{path}.{header}", f"{problem} ({self.at(value)})")
            yield header, text

    def models(self, tree: Tree | None) -> tuple[tuple[object, ...], Permitted]:
        """Rows alone, or a mapping of them and of the patterns that say which models there are at all."""
        match tree:
            case Row():
                return self.rows(tree), ANY_MODEL
            case Branch():
                for name in sorted(tree.items.keys() - {"allow", "deny", "rows"}):
                    where = f"{_told(tree.items[name], 'models')}, {self.at(tree.items[name])}"
                    self.report(f"models.{name}", f"no such setting ({where}); accepted here: allow, deny, rows")
                globs = {name: tuple(self.globs(tree.items.get(name), f"models.{name}")) for name in ("allow", "deny")}
                rows = tree.items.get("rows")
                if rows is not None and not isinstance(rows, Row) and not _is_nothing(rows):
                    self.report("models.rows", f"{_told(rows, 'models')} ({self.at(rows)}): expected a list of models")
                return self.rows(rows) if isinstance(rows, Row) else (), Permitted(**globs)
            case Leaf() if not _is_nothing(tree):
                expected = "expected a list of models, or a mapping of rows, allow, deny"
                self.report("models", f"{_told(tree, 'models')} ({self.at(tree)}): {expected}")
        return (), ANY_MODEL

    def rows(self, tree: Row) -> tuple[object, ...]:
        rows = tuple(map(plain, tree.items))
        self.problems.extend(_unknown_sellers(rows, self.providers))
        return rows

    def globs(self, tree: Tree | None, path: str) -> Iterator[str]:
        """A list of patterns, or one alone."""
        if tree is None or _is_nothing(tree):
            return
        for item in tree.items if isinstance(tree, Row) else (tree,):
            if isinstance(item, Leaf) and item.text.strip():
                yield item.text.strip()
            else:
                self.report(path, f"{_told(item, 'models')} ({self.at(item)}): expected patterns such as 'openai/*'")

    def aliases(self, tree: Tree | None) -> Iterator[tuple[str, str]]:
        """Pairs of texts. A model's name may look like a number or a date to YAML, so nothing is made of its looks."""
        if tree is None or _is_nothing(tree):
            return
        if not isinstance(tree, Branch):
            self.report("aliases", f"{_told(tree, 'aliases')} ({self.at(tree)}): expected a mapping of names to models")
            return
        for name, target in tree.items.items():
            if isinstance(target, Leaf) and not _is_nothing(target):
                yield name, target.text.strip()
            else:
                expected = "expected a model's name, auto or auto:STRATEGY"
                self.report(f"aliases.{name}", f"{_told(target, 'aliases')} ({self.at(target)}): {expected}")

    def is_read_elsewhere(self, dotted: str) -> bool:
        return dotted in _READ_ELSEWHERE or dotted in {f"providers.{name}.headers" for name in self.providers}

    def names_in(self, section: str) -> list[str]:
        """The names that stand directly in a section, such as `proxy.`; in `providers.` those are any."""
        inner = {key.removeprefix(section).partition(".")[0] for key in self.known if key.startswith(section)}
        if section == "budgets.":
            inner.add("tags")
        also = _READ_ELSEWHERE if not section else ("headers",) if re.fullmatch(r"providers\.[^.]+\.", section) else ()
        return sorted(inner | set(also)) if inner else []

    def report_shape(self, dotted: str, tree: Tree, within: list[str]) -> None:
        expected = f"a mapping of {', '.join(within)}" if within else self.known[dotted]
        self.report(dotted, f"{_told(tree, dotted)} ({self.at(tree)}): expected {expected}")

    def report_unknown(self, dotted: str, tree: Tree) -> None:
        section, dot, last = dotted.rpartition(".")
        if dotted in self.known:
            self.report(dotted, f"written with a dot ({self.at(tree)}); expected `{last}` in the mapping `{section}`")
            return
        value = f"{_told(tree, dotted)}, {self.at(tree)}"
        if section == "providers":
            self.report(dotted, f"not a provider's name ({value}); expected up to 23 of a-z, 0-9, - and _")
            return
        if section == _TAGS:
            self.report(dotted, f"not a tag ({value}); expected up to 64 of A-Z, a-z, 0-9, _, : and -")
            return
        from tokenwise_shell.config.importing.predecessor import FORMER  # most files have no such key

        if dotted in FORMER:
            self.report(dotted, f"a setting of TokenWise 0.5 ({value}): {FORMER[dotted]}")
            return
        beside = self.names_in(f"{section}{dot}")
        moved = [key for key in sorted(self.known) if key.endswith(f".{last}") and not key.startswith("providers.")]
        near = nearest(last, beside) or (f"; did you mean {moved[0]!r}?" if moved else "")
        self.report(dotted, f"no such setting ({value}); accepted here: {', '.join(beside)}{near}")

    def report(self, dotted: str, message: str) -> None:
        self.problems.append(Problem(shown_name(dotted), message))

    def at(self, tree: Tree) -> str:
        return f"file {self.file}, line {tree.line}"


def _unknown_sellers(rows: tuple[object, ...], providers: tuple[str, ...]) -> Iterator[Problem]:
    """Rows of models sold by nobody that the settings know; the rest of a row is for the reader of models."""
    for index, row in enumerate(rows):
        name = row.get("provider") if isinstance(row, dict) else None
        if isinstance(name, str) and name.strip() and name not in providers:
            expected = f"expected one of {', '.join(providers)}, or one that is added under `providers`"
            yield Problem(f"models[{index}].provider", f"{shown(name)}: {expected}{nearest(name, providers)}")


def _below(tree: Tree | None, name: str) -> Tree | None:
    return tree.items.get(name) if isinstance(tree, Branch) else None


def _is_nothing(tree: Tree) -> bool:
    """`key:` with nothing after it, `~`, `null` or "": as if the key did not stand there."""
    return isinstance(tree, Leaf) and (tree.taken_for == "nothing" or not tree.text.strip())


def _told(tree: Tree, dotted: str) -> str:
    match tree:
        case Leaf():
            return HIDDEN if dotted.startswith("providers") else shown(tree.written, dotted)
        case Branch():
            return "a mapping"
        case Row():
            return "a list"
