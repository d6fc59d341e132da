"""Answers that pass as they came: where the bill goes in them, and how their streams end.

Everything else is the provider's own bytes.
"""

from collections.abc import Mapping
from typing import Final

import orjson
from attrs import frozen

from tokenwise_shell.providers.fields import Fields, as_fields, as_json
from tokenwise_shell.providers.own import OwnFormat
from tokenwise_shell.proxy.answer.chunks import with_bill
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["OWN_ANSWERS", "OwnAnswer"]


@frozen
class OwnAnswer:
    """One format's streams: the types of event from which on they wait for the bill, and where it stands in those.

    `within` is the object of the event that has the bill, "" for the event itself.
    """

    last: frozenset[str]
    within: str = ""

    def is_last(self, event: SseEvent) -> bool:
        """Whether this event ends what the model says."""
        return _type_of(event) in self.last

    def billed(self, event: SseEvent, bill: Fields) -> SseEvent:
        """The event with the bill in it, if it is where the bill goes."""
        if not self.is_last(event):
            return event
        if not self.within:
            return SseEvent(with_bill(event.data, bill), event.name)
        fields = as_fields(as_json(event.data))
        inner = {**as_fields(fields.get(self.within)), "tokenwise": bill}
        return SseEvent(orjson.dumps({**fields, self.within: inner}), event.name)


def _type_of(event: SseEvent) -> str:
    """The type of an event, which its name says too in most streams."""
    kind = as_fields(as_json(event.data)).get("type") if not event.name else event.name
    return kind if isinstance(kind, str) else ""


OWN_ANSWERS: Final[Mapping[OwnFormat, OwnAnswer]] = {
    OwnFormat.MESSAGES: OwnAnswer(frozenset(("message_delta",))),
    OwnFormat.RESPONSES: OwnAnswer(
        frozenset(("response.completed", "response.incomplete", "response.failed")), within="response"
    ),
}
"""By the format in which an answer passes."""
