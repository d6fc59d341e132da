"""The terms that anybody will look for, laid out so that those of a text are found without making all of its terms.

Each has a number, its row, for whoever looks it up: what it counts for in columns, so that rows are added as one.

A text of sixty words has a hundred and seventy terms, and forty of them mean something to somebody. So pairs and stems
are looked up as what they are made of, and written out where they are known. `features.read` gives the same without a
vocabulary, term by term; a law in `property_tests/scenario` compares the two.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import Final

from attrs import frozen

__all__ = ["STEM", "Vocabulary"]

STEM: Final = 5
"""Characters of a longer word that stand for all words which begin so, as "funct-"."""


@frozen
class Vocabulary:
    """Known terms as they are looked up: words, pairs of words, stems, and up to three characters in a row."""

    rows: Mapping[str, int]
    pairs: frozenset[tuple[str, ...]]
    stems: frozenset[str]

    @classmethod
    def of(cls, rows: Mapping[str, int]) -> "Vocabulary":
        """The vocabulary of these terms."""
        return cls(
            rows=rows,
            pairs=frozenset([tuple(term.split()) for term in rows if " " in term]),
            stems=frozenset([term[:STEM] for term in rows if len(term) == STEM + 1 and term[-1] == "-"]),
        )

    @cached_property
    def _singles(self) -> tuple[str, ...]:
        return tuple(sorted(term for term in self.rows if len(term) == 1))

    @cached_property
    def _longer(self) -> Mapping[int, tuple[str, ...]]:
        """Terms of two and three characters by the number of the first two: the pair itself before what goes on."""
        found: dict[int, tuple[str, ...]] = {}
        for term in sorted(term for term in self.rows if 2 <= len(term) <= 3):
            for number in _numbers_in(term[:2]):
                found[number] = (*found.get(number, ()), term)
        return found

    def among(self, words: Sequence[str]) -> set[str]:
        """Those of its terms that are made of words."""
        found = self.rows.keys() & words
        found.update(map(" ".join, self.pairs.intersection(pairwise(words))))
        found.update([f"{stem}-" for stem in self.stems.intersection([w[:STEM] for w in words if len(w) > STEM])])
        if words and (first := f"^{words[0]}") in self.rows:
            found.add(first)
        return found

    def in_a_row(self, text: str) -> Iterator[str]:
        """Those of its terms that are characters in a row."""
        yield from [one for one in self._singles if one in text]
        for number in self._longer.keys() & _numbers_in(text):
            yield from [term for term in self._longer[number] if term in text]


def _numbers_in(text: str) -> Iterable[int]:
    """A number for any two characters in a row: their four bytes. A rare character has four of its own, and no pair."""
    units = memoryview(text.encode("utf-16-le", "surrogatepass"))
    return chain(*(units[start : start + (len(units) - start & ~3)].cast("I") for start in (0, 2)))
