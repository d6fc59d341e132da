"""The body of a request that is passed on: which model it names, and the same body with the provider's own name in it.

JSON is read as elsewhere. A form with files is left as it came but for its field `model`.
"""

import re
from typing import Final

import orjson
from attrs import field, frozen

from tokenwise_shell.providers.fields import Fields, count, text
from tokenwise_shell.proxy.fronts import BadRequest
from tokenwise_shell.proxy.request.options import OBJECT

__all__ = ["FORM", "Body", "form_in", "json_in"]

FORM: Final = "multipart/form-data"

_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_HEAD_END: Final = b"\r\n\r\n"

# No name of a model is longer.
_LONGEST_VALUE: Final = 500


@frozen
class Body:
    """A body. `model` is what it names, "" for none; `fields` are its JSON, empty for a form.

    `before` and `after` are the bytes of a form around the name.
    """

    model: str = ""
    fields: Fields = field(factory=dict, repr=False)
    before: bytes = field(default=b"", repr=False)
    after: bytes = field(default=b"", repr=False)

    def naming(self, native_id: str) -> bytes:
        """The bytes to be sent, with this name in the place of the model's."""
        if self.before or self.after:
            return self.before + native_id.encode() + self.after if self.model else self.before
        if not self.fields:
            return b""
        named = {"model": native_id} if self.model else {}
        return orjson.dumps({name: value for name, value in self.fields.items() if name != OBJECT} | named)


def json_in(fields: Fields) -> Body:
    """A body that is this object. Raises BadRequest where it does not say how often it asks."""
    if fields.get("n") is not None and not count(fields["n"]):
        raise BadRequest("n: expected a whole number from 1", "n", "invalid_value")
    return Body(text(fields.get("model")), fields)


def form_in(body: bytes, content_type: str) -> Body:
    """A form. Raises BadRequest where its parts cannot be told apart, or it says twice what concerns us."""
    stated = _BOUNDARY.search(content_type)
    if stated is None:
        raise BadRequest("the header content-type names no boundary of the form's parts", code="invalid_form")
    mark = b"--" + (stated[1] or stated[2]).encode()
    parts = body.split(mark)
    if len(parts) < 3 or not parts[-1].startswith(b"--"):
        raise BadRequest("the body is no form with the boundary that its header names", code="invalid_form")
    times = _field(parts, "n")
    fields = {} if times is None else {"n": _count(times[1])}
    model = _field(parts, "model")
    if model is None:
        return Body(fields=fields, before=body)
    place, name = model
    if not name:
        raise BadRequest("model: expected a name", "model", "invalid_value")
    head, _, rest = parts[place].partition(_HEAD_END)
    before = mark.join([*parts[:place], head + _HEAD_END])
    after = mark.join([rest[len(name) :], *parts[place + 1 :]])
    return Body(name.decode("utf-8", "replace"), fields, before, after)


def _field(parts: list[bytes], name: str) -> tuple[int, bytes] | None:
    """Where a form's field stands, and its value. Raises BadRequest where there are several, or it is a file."""
    form = re.compile(rb'content-disposition:[^\r\n]*[;\s]name="?%b"?(?=[;\s\r]|$)' % name.encode(), re.IGNORECASE)
    found = [(place, part.partition(_HEAD_END)[2]) for place, part in enumerate(parts) if form.search(_head(part))]
    if not found:
        return None
    place, value = found[0][0], found[0][1].removesuffix(b"\r\n")
    if len(found) > 1 or len(value) > _LONGEST_VALUE:
        raise BadRequest(f"{name}: expected one value", name, "invalid_value")
    return place, value


def _head(part: bytes) -> bytes:
    return part.partition(_HEAD_END)[0]


def _count(value: bytes) -> int:
    if not value.isdigit() or not int(value):
        raise BadRequest("n: expected a whole number from 1", "n", "invalid_value")
    return int(value)
