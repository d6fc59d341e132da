"""Which models there are at all, by patterns of their ids: what `models.allow` and `models.deny` say.

A model that is not permitted is not in the catalogue: it is not routed to, not listed, and not found by its name.
"""

from fnmatch import fnmatchcase
from typing import Final

from attrs import frozen

from tokenwise.catalog.models import Catalog

__all__ = ["ANY_MODEL", "Permitted"]


@frozen
class Permitted:
    """Globs over whole ids, case-sensitive. Nothing in `allow` is everything; `deny` wins over `allow`."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def of(self, catalog: Catalog) -> Catalog:
        """What is left of a catalogue."""
        if not self.allow and not self.deny:
            return catalog
        return Catalog(model for model in catalog.models if self.has(model.id))

    def has(self, model_id: str) -> bool:
        """Whether this model may be used."""
        allowed = not self.allow or any(fnmatchcase(model_id, glob) for glob in self.allow)
        return allowed and not any(fnmatchcase(model_id, glob) for glob in self.deny)


ANY_MODEL: Final = Permitted()
