"""A JSON value that conforms to a JSON schema, drawn by seed: what a model with structured output would send.

Covers what structured outputs and tool declarations use: types, properties, required, enum, const, items, anyOf, oneOf,
allOf, $ref into the same document, and the bounds on numbers, strings and arrays. `pattern`, `not` and conditions are
not read, so a schema that relies on them may get a value that fails it.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from tokenwise_shell.embedded.draws import Draw

__all__ = ["synthesise"]

# From this depth on only what is required is filled in, so that recursive schemas end.
_SPARSE_FROM: Final = 4
# A schema that still requires more at this depth cannot be satisfied at all.
_DEEPEST: Final = 24
_MOST_VISITS: Final = 2000

_WORDS: Final = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "islet", "juniper")

_BY_FORMAT: Final[Mapping[str, str]] = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "duration": "PT1H",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


@frozen
class _Place:
    """Where in the document the work is: the whole schema for references, the source of draws, and the depth.

    `fuel` gives out after a number of schemas visited, over all places: a few lines of schema can ask for millions.
    """

    root: Mapping[str, object]
    draw: Draw
    fuel: Iterator[int]
    depth: int = 0

    def into(self, name: object) -> "_Place":
        return evolve(self, draw=self.draw.sub(name), depth=self.depth + 1)

    @property
    def sparse(self) -> bool:
        return self.depth >= _SPARSE_FROM


def synthesise(schema: Mapping[str, object], draw: Draw) -> object:
    """A value that conforms to the schema; the same draw gives the same value."""
    return _value(schema, _Place(schema, draw, iter(range(_MOST_VISITS))))


def _value(schema: object, place: _Place) -> object:
    if not isinstance(schema, Mapping) or place.depth > _DEEPEST or next(place.fuel, None) is None:
        return None
    schema = _resolved(schema, place)
    if "const" in schema:
        return schema["const"]
    if options := _items(schema.get("enum")):
        return options[place.draw.below(len(options), "enum")]
    if branches := _items(schema.get("anyOf")) or _items(schema.get("oneOf")):
        return _value(_branch(branches, place), place.into("branch"))
    return _MAKERS.get(_type_of(schema, place), _string)(schema, place)


def _resolved(schema: Mapping[str, object], place: _Place) -> Mapping[str, object]:
    """The schema with its reference followed and its allOf merged in."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            break
        schema = {**_pointed(reference, place.root), **{k: v for k, v in schema.items() if k != "$ref"}}
    merged = dict(schema)
    for part in _items(merged.pop("allOf", None)):
        if isinstance(part, Mapping) and place.depth <= _DEEPEST and next(place.fuel, None) is not None:
            merged = _merged(merged, _resolved(part, place.into("all")))
    return merged


def _merged(one: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    both = {**one, **other}
    properties = {**_mapping(one.get("properties")), **_mapping(other.get("properties"))}
    required = [*_items(one.get("required")), *_items(other.get("required"))]
    return both | ({"properties": properties} if properties else {}) | ({"required": required} if required else {})


def _pointed(reference: str, root: Mapping[str, object]) -> Mapping[str, object]:
    target: object = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        if part:
            target = _mapping(target).get(part.replace("~1", "/").replace("~0", "~"))
    return _mapping(target)


def _branch(branches: Sequence[object], place: _Place) -> object:
    if not place.sparse:
        return branches[place.draw.below(len(branches), "branch")]
    plain = [branch for branch in branches if "$ref" not in _mapping(branch)]
    return (plain or branches)[0]


def _type_of(schema: Mapping[str, object], place: _Place) -> str:
    kind = schema.get("type")
    if isinstance(kind, str):
        return kind
    if kinds := _items(kind):
        return str(kinds[-1] if place.sparse and "null" not in kinds else "null" if place.sparse else kinds[0])
    hints = {"properties": "object", "required": "object", "items": "array", "minimum": "number", "maximum": "number"}
    return next((hints[key] for key in hints if key in schema), "string")


def _object(schema: Mapping[str, object], place: _Place) -> object:
    properties = _mapping(schema.get("properties"))
    required = [str(name) for name in _items(schema.get("required"))]
    names = [name for name in properties if name in required or not place.sparse]
    names += [name for name in required if name not in properties]
    return {name: _value(properties.get(name, {}), place.into(name)) for name in names}


def _array(schema: Mapping[str, object], place: _Place) -> object:
    prefix = _items(schema.get("prefixItems"))
    least = max(_bound(schema, "minItems", 0), len(prefix))
    most = _bound(schema, "maxItems", least + 2)
    length = least if place.sparse else min(most, least + 1 + place.draw.below(2, "length"))
    items = [*prefix, *[schema.get("items", {})] * (length - len(prefix))]
    return [_value(item, place.into(index)) for index, item in enumerate(items)]


def _string(schema: Mapping[str, object], place: _Place) -> object:
    made = _BY_FORMAT.get(str(schema.get("format")), _WORDS[place.draw.below(len(_WORDS), "word")])
    least = _bound(schema, "minLength", 0)
    made = made if len(made) >= least else made.ljust(least, "x")
    return made[: _bound(schema, "maxLength", len(made))]


def _integer(schema: Mapping[str, object], place: _Place) -> object:
    low, high = _range(schema, 1)
    step = max(1, _bound(schema, "multipleOf", 1))
    first, last = -(-math.ceil(low) // step), math.floor(high) // step
    return step * (first + place.draw.below(max(1, last - first + 1), "integer"))


def _number(schema: Mapping[str, object], place: _Place) -> object:
    if "multipleOf" in schema:
        return _integer(schema, place)
    low, high = _range(schema, 1e-6)
    return low + (high - low) * place.draw.chance("number")


def _range(schema: Mapping[str, object], margin: float) -> tuple[float, float]:
    """The closed range of a number; an exclusive bound is moved inwards by the margin."""
    low = max(_figure(schema, "minimum", -math.inf), _figure(schema, "exclusiveMinimum", -math.inf) + margin)
    high = min(_figure(schema, "maximum", math.inf), _figure(schema, "exclusiveMaximum", math.inf) - margin)
    if low == -math.inf:
        low = min(0.0, high)
    return low, min(high, max(low, 0.0) + 100)


def _boolean(_: Mapping[str, object], place: _Place) -> object:
    return place.draw.below(2, "boolean") == 1


def _null(_: Mapping[str, object], __: _Place) -> object:
    return None


_MAKERS: Final[Mapping[str, Callable[[Mapping[str, object], _Place], object]]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "null": _null,
}


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _figure(schema: Mapping[str, object], key: str, default: float) -> float:
    value = schema.get(key)
    return default if isinstance(value, bool) or not isinstance(value, int | float) else value


def _bound(schema: Mapping[str, object], key: str, default: int) -> int:
    # A schema may ask for a million items; what comes back stays small enough to send.
    return min(10_000, max(0, math.floor(_figure(schema, key, default))))
