"""What models and steps are described by, so that both can be compared: capabilities, features of an interface, tiers.

Words alone; `routing` decides which model has enough of them.
"""

import enum

__all__ = ["Capability", "Feature", "Tier"]


class Capability(enum.Flag):
    """The kinds of work a request can be, and a model can be good at. Every model can do GENERAL work."""

    GENERAL = enum.auto()
    CODE = enum.auto()
    REASONING = enum.auto()
    MATH = enum.auto()

    @property
    def names(self) -> tuple[str, ...]:
        """The lower-case names of the members, in the order above."""
        return tuple(str(member.name).lower() for member in self)


class Feature(enum.Flag):
    """What a model's interface carries. A request that needs a feature is never sent to a model without it."""

    NONE = 0
    TOOLS = enum.auto()
    JSON_OBJECT = enum.auto()
    JSON_SCHEMA = enum.auto()
    IMAGES = enum.auto()
    DOCUMENTS = enum.auto()
    AUDIO = enum.auto()
    TEMPERATURE = enum.auto()
    SEED = enum.auto()
    STOP = enum.auto()
    LOGPROBS = enum.auto()
    CHOICES = enum.auto()  # n > 1
    PENALTIES = enum.auto()
    REASONING_EFFORT = enum.auto()
    EMBEDDINGS = enum.auto()

    @property
    def names(self) -> tuple[str, ...]:
        """The lower-case names of the members, in the order above."""
        return tuple(str(member.name).lower() for member in self)


class Tier(enum.IntEnum):
    """Strength, as the escalation ladder climbs it."""

    BUDGET = 0
    MID = 1
    FLAGSHIP = 2
