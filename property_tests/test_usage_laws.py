"""Laws of token counts."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from tokenwise.usage import MESSAGE_FRAME, REPLY_FRAME, TokenCount, count_messages, count_text

texts = st.text(st.characters(exclude_categories=()), max_size=200)
# Where normalising makes text grow: singletons, composition exclusions, and marks that are put in order.
growing = st.text(
    st.sampled_from("\u0344\u0958\u09df\u0b5c\u0f43\u2adc\ufb1d\ufb4e\U0001d15e\U0001d1c0\u0301\u0327é漢")
)


def utf8(text):
    return len(text.encode("utf-8", "surrogatepass"))


class TestTheBound:
    """'The bytes of the text bound its tokens in every script', in the text's own form and in its NFC form."""

    @given(st.one_of(texts, growing))
    @example("\U0001d1bb\U0001d1c0" * 20)
    def test_no_fewer_than_the_bytes_of_the_text_or_of_its_normal_form(self, text):
        assert count_text(text).bound >= max(utf8(text), utf8(unicodedata.normalize("NFC", text)))

    @given(st.text(st.characters(max_codepoint=127)))
    def test_exactly_the_characters_where_all_are_ascii(self, text):
        assert count_text(text).bound == len(text)

    @given(st.one_of(texts, growing), st.one_of(texts, growing))
    def test_additive(self, one, other):
        assert count_text(one + other).bound == count_text(one).bound + count_text(other).bound

    @given(st.one_of(texts, growing))
    def test_nobody_expects_more_than_the_bound(self, text):
        count = count_text(text)
        assert count.bound == 0 or 0 < count.expected <= count.bound


class TestConversations:
    """'Count a conversation: each message's text and frame, and the frame that opens the reply'."""

    @given(st.lists(texts, max_size=6), st.lists(texts, max_size=6))
    def test_additive_but_for_the_one_frame_that_opens_the_reply(self, before, after):
        together, opening = count_messages(before + after), count_messages([])
        apart = count_messages(before) + count_messages(after)
        assert (together + opening) == apart

    @given(st.lists(texts, max_size=6))
    def test_the_bound_is_the_sum_of_texts_and_frames(self, some):
        bounds = sum(count_text(text).bound for text in some)
        assert count_messages(some).bound == REPLY_FRAME + len(some) * MESSAGE_FRAME + bounds

    @given(st.lists(texts, max_size=6), st.randoms())
    def test_the_order_of_messages_does_not_matter(self, some, random):
        shuffled = random.sample(some, len(some))
        assert count_messages(shuffled) == count_messages(some)

    @given(*(st.integers(0, 10**6) for _ in range(4)))
    def test_adding_counts_adds_both_figures(self, one, more, other, still_more):
        total = TokenCount(one, one + more) + TokenCount(other, other + still_more)
        assert total == TokenCount(one + other, one + more + other + still_more)
