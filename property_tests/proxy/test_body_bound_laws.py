"""Laws of what may stand in one body."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenwise_shell.proxy.admission.bounds import refuse_crowded
from tokenwise_shell.proxy.fronts import BadRequest

AWKWARD = st.text(alphabet='",\\[]{}:a\n水', max_size=12)
JSON = st.recursive(
    st.one_of(AWKWARD, st.integers(0, 99), st.none()),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(AWKWARD, inner, max_size=5),
    max_leaves=30,
)


def values_in(found: object) -> int:
    """Counted on what was parsed: 8 for an object or a list, 1 for each member but the first."""
    if not isinstance(found, dict | list):
        return 0
    members = found.values() if isinstance(found, dict) else found
    return 8 + max(0, len(found) - 1) + sum(map(values_in, members))


class TestValues:
    """Commas and what opens an object or a list are counted, outside of texts."""

    @given(JSON, st.integers(1, 20), st.booleans())
    def test_the_bytes_are_counted_as_the_parsed_body_is_wherever_pieces_end(self, found, piece_bytes, spaced):
        body = orjson.dumps([found], option=orjson.OPT_INDENT_2 if spaced else None)
        values = values_in([found])
        refuse_crowded(body, values, piece_bytes=piece_bytes)
        with pytest.raises(BadRequest):
            refuse_crowded(body, values - 1, piece_bytes=piece_bytes)
