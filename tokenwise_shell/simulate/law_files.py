"""Laws as a file: sentences below `laws:`. See `tokenwise.simulation.laws` for what a sentence can say.

laws:
  - max cost <= $0.05
  - success >= 95%
  - misplaced calls for capability=code = 0
"""

from pathlib import Path
from typing import Final

from tokenwise.errors import InputError, Problem
from tokenwise.simulation.laws import Law, parse_law
from tokenwise_shell.simulate.yaml_forms import Reading, listed, read_file, record

__all__ = ["read_laws"]


def read_laws(path: Path) -> tuple[Law, ...]:
    """The laws of a file. Raises InputError with every problem; a file without laws would pass whatever happens."""
    laws: tuple[Law, ...] | None = read_file(path, _laws)
    if not laws:
        raise InputError(Problem(str(path), "has no laws; expected a list such as `- success >= 95%`"))
    return laws


def _law(raw: object, path: str, reading: Reading) -> Law | None:
    try:
        return parse_law(str(raw), path)
    except InputError as error:
        reading.problems += error.problems
        return None


_laws: Final = record(lambda laws=(): laws, {"laws": listed(_law)})
