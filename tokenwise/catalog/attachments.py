"""What a conversation carries beside text, and how many tokens a model may be billed for it.

A picture's tokens depend on its size, which nobody has looked at, and on the vendor's formula. Each formula first
shrinks what is too large, so each has a maximum, and the maxima stand here. They are as the vendors published them by
November 2026, of the dearest model of each row. A document's pages cannot be counted without reading it: it may fill
the model's window, beyond which a provider refuses it and bills nothing.
"""

from collections.abc import Iterator
from typing import Final

from attrs import field, frozen
from attrs.validators import ge

from tokenwise.usage import TokenCount

__all__ = ["LARGEST_IMAGE", "NOTHING_ATTACHED", "Attachments", "largest_image"]

_IMAGE: Final = 1000
_SMALL_IMAGE: Final = 85
_DOCUMENT: Final = 3000

LARGEST_IMAGE: Final = (
    # 8 tiles of 5,667 tokens and 2,833 for the whole; the smallest of that family, and by far the dearest in tokens.
    ("gpt-4o-mini", 48_169, 2_833),
    # 8 tiles of 170 and 85 for the whole.
    ("gpt-4o", 1_445, 85),
    # 1,536 patches of 32 pixels, times 2.46 for the smallest model; 256 of them at low detail.
    ("gpt-4.1", 3_779, 3_779),
    # 8 tiles of 150 and 75 for the whole, but the mini models count patches, times 1.72.
    ("openai/o", 2_642, 2_642),
    # The newest take 10,000 patches of an original, times 2.46.
    ("openai/", 24_600, 3_779),
    # 2,576 pixels along the longer edge, 28 to a patch.
    ("claude", 4_784, 4_784),
    # 36 tiles of 258, before Gemini 3; from there on 2,240 at most.
    ("gemini", 9_288, 9_288),
    # Whoever else: the largest that was found is 16,384 patches, for the largest of Qwen's.
    ("", 16_384, 16_384),
)
"""A part of the catalogue's id, and the most tokens of one image, in full and at low detail; the first row that fits.

Low detail is OpenAI's word. Other vendors look as closely as they like, and so is it counted.
"""


@frozen
class Attachments:
    """How many images a request holds, how many of them at low detail, and how many things that cannot be measured."""

    images: int = field(default=0, validator=ge(0))
    small_images: int = field(default=0, validator=ge(0))
    unmeasured: int = field(default=0, validator=ge(0))

    @property
    def usual(self) -> TokenCount:
        """What they come to with no model in mind, as part of the input that all models are compared at.

        >>> Attachments(images=2, small_images=1).usual
        TokenCount(expected=2085, bound=2085)
        """
        tokens = self.images * _IMAGE + self.small_images * _SMALL_IMAGE + self.unmeasured * _DOCUMENT
        return TokenCount(tokens, tokens)

    def beyond_usual(self, model: str, *, window_tokens: int) -> int:
        """How many more tokens than `usual` this model may count, at most.

        >>> Attachments(images=1).beyond_usual("anthropic/claude-opus-4.5", window_tokens=200_000)
        3784
        """
        return max(0, sum(self._at_most(model, window_tokens)) - self.usual.bound)

    def _at_most(self, model: str, window_tokens: int) -> Iterator[int]:
        large, small = largest_image(model)
        yield self.images * large
        yield self.small_images * small
        yield window_tokens if self.unmeasured else 0


NOTHING_ATTACHED: Final = Attachments()


def largest_image(model: str) -> tuple[int, int]:
    """The most tokens of one image for a model by its catalogue id, in full and at low detail."""
    return next((full, low) for part, full, low in LARGEST_IMAGE if part in model)
