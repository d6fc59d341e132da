"""Which provider made which response, for requests that come back to it; and runs that outlast their answers.

A provider keeps what it made, and tells it by an id that nobody else knows. The ids are remembered in this process, the
last of them; an older one, or one of another process, is looked for where only one provider could have made it.
"""

from typing import Final

import trio
from attrs import define, field, frozen

__all__ = ["MadeHere", "Maker"]

# An id has a hundred bytes, with what stands beside it.
_MOST: Final = 10_000


@frozen(eq=False)
class Maker:
    """Who made a response, and under which key it was asked for. `news` is set when its client has seen it change."""

    provider: str
    key: str
    news: trio.Event = field(factory=trio.Event)


@define(eq=False)
class MadeHere:
    """The responses made through this process, by id."""

    _makers: dict[str, Maker] = field(factory=dict)

    def remember(self, id_: str, provider: str, key: str) -> None:
        """This provider has made it, for this key."""
        if id_ and id_ not in self._makers:
            self._makers[id_] = Maker(provider, key)
            if len(self._makers) > _MOST:
                del self._makers[next(iter(self._makers))]

    def maker(self, id_: str) -> Maker | None:
        """Who made it, None where nobody here remembers."""
        return self._makers.get(id_)
