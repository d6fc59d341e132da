"""Bytes as rows: JSON lines, JSON values of any layout, CSV. One row is in memory at a time, whatever the file's size.

A line that is no row is named by its number with what is wrong, never with what stands in it.
"""

import csv
import re
from collections.abc import Iterator
from typing import IO, Final

import orjson
from attrs import define, field, frozen

from tokenwise_shell.providers.fields import Fields, entries

__all__ = ["Malformed", "Row", "rows_of"]

_LONGEST: Final = 1 << 28  # bytes of one row: a conversation with pictures has some megabytes
_CHUNK: Final = 1 << 20
_SAMPLE: Final = 1 << 16
# Strings as a whole, so that brackets in them are none; one that is not closed yet is a quote alone.
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|"|[{}\[\]]', re.DOTALL)


@frozen
class Malformed:
    """A line that is no row, and why."""

    line: int
    why: str


Row = tuple[int, Fields]
"""The number of a line, from 1, and what stands there."""


def rows_of(file: IO[bytes], sample: bytes) -> Iterator[Row | Malformed]:
    """The rows of a file that begins with this sample. Raises OSError, and what an archive raises that is broken."""
    start = sample.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"[" or (start[:1] == b"{" and not _is_line(start)):
        return _values(file)
    heads = start.partition(b"\n")[0]
    mark = max(",;\t", key=lambda one: heads.count(one.encode()))  # spreadsheets write what their country does
    return _lines(file) if start[:1] == b"{" or mark.encode() not in heads else _table(file, mark)


def _is_line(start: bytes) -> bool:
    """Whether the first line is a value by itself, or too long to tell."""
    line, end, _ = start.partition(b"\n")
    if not end:
        return len(start) >= _SAMPLE or _is_json(line) or b"}" not in line
    return _is_json(line) or line.rstrip() != b"{"


def _loaded(raw: bytes) -> object:
    """The value; where words are in another encoding than UTF-8, its counts are read all the same."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        mended = raw.decode("utf-8", "replace")
        if "\ufffd" not in mended:
            raise
        return orjson.loads(mended)


def _is_json(raw: bytes) -> bool:
    try:
        _loaded(raw)
    except orjson.JSONDecodeError:
        return False
    return True


def _lines(file: IO[bytes]) -> Iterator[Row | Malformed]:
    number = 0
    while line := file.readline(_LONGEST):
        number += 1
        if len(line) >= _LONGEST:
            yield Malformed(number, f"is longer than {_LONGEST >> 20} MB")
            while line and not line.endswith(b"\n"):
                line = file.readline(_LONGEST)
        elif line.strip():
            yield from _inside(_parsed(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, number))


def _parsed(raw: bytes, number: int) -> Row | Malformed:
    try:
        value = _loaded(raw)
    except orjson.JSONDecodeError as error:
        return Malformed(number, f"is not JSON: {error.msg} at column {error.colno}")
    return (number, value) if isinstance(value, dict) else Malformed(number, "is no JSON object")


def _values(file: IO[bytes]) -> Iterator[Row | Malformed]:
    """The objects of a list, or objects one after the other, however they are laid out; those in `data` of one."""
    splitter = _Splitter()
    while chunk := file.read(max(_CHUNK, len(splitter.buffer))):
        for number, raw in splitter.feed(chunk):
            yield from _inside(_parsed(raw, number))
        if len(splitter.buffer) > _LONGEST:
            yield Malformed(splitter.line, f"is longer than {_LONGEST >> 20} MB, or has a string without an end")
            return
    if splitter.depth or splitter.begun is not None:
        yield Malformed(splitter.line, "begins a value that has no end")


@define
class _Splitter:
    """Cuts bytes into objects: those at the top, or those of a list there. `line` is where the buffer begins."""

    buffer: bytearray = field(factory=bytearray)
    line: int = 1
    depth: int = 0
    begun: int | None = None
    _place: int = 0
    _in_list: int = 0

    def feed(self, chunk: bytes) -> Iterator[tuple[int, bytes]]:
        """The objects that end in this chunk, each with its line."""
        self.buffer += chunk
        while (found := _TOKEN.search(self.buffer, self._place)) and (token := found[0]) != b'"':
            self._place = found.end()
            if token in b"{[":
                self._open(token, found.start())
            elif token in b"}]":
                yield from self._close()
        self._place = found.start() if found else len(self.buffer)
        if self.begun is None:
            self._drop(self._place)

    def _open(self, token: bytes, start: int) -> None:
        if self.depth == 0 and token == b"[":
            self._in_list = 1
        elif self.depth == self._in_list and token == b"{":
            self.begun = start
        self.depth += 1

    def _close(self) -> Iterator[tuple[int, bytes]]:
        self.depth = max(0, self.depth - 1)
        if self.depth == self._in_list and self.begun is not None:
            number = self.line + self.buffer.count(b"\n", 0, self.begun)
            yield number, bytes(self.buffer[self.begun : self._place])
            self.begun = None
            self._drop(self._place)
        if self.depth == 0:
            self._in_list = 0

    def _drop(self, size: int) -> None:
        self.line += self.buffer.count(b"\n", 0, size)
        del self.buffer[:size]
        self._place -= size


def _inside(row: Row | Malformed) -> Iterator[Row | Malformed]:
    """The row, or what an API put around its rows; an answer with embeddings has `data` too, and counts."""
    if isinstance(row, tuple) and isinstance(row[1].get("data"), list) and "usage" not in row[1]:
        yield from ((row[0], one) for one in entries(row[1]["data"]) if isinstance(one, dict))
    else:
        yield row


def _decoded(file: IO[bytes]) -> Iterator[str]:
    first = True
    while line := file.readline(_LONGEST):
        yield (line.removeprefix(b"\xef\xbb\xbf") if first else line).decode("utf-8", "replace")
        first = False


def _table(file: IO[bytes], mark: str) -> Iterator[Row | Malformed]:
    csv.field_size_limit(_LONGEST)
    lines = csv.reader(_decoded(file), delimiter=mark)
    names = next(lines, [])
    while True:
        try:
            row = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield Malformed(lines.line_num, f"is not CSV: {error}")
            continue
        if len(row) == len(names):
            yield lines.line_num, dict(zip(names, row, strict=True))
        elif row:
            yield Malformed(lines.line_num, f"has {len(row)} fields, expected {len(names)}")
