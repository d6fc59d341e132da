"""Whether a reported usage can be true, given what was asked for and what was heard.

A count that cannot be true is no count: the hold stands for it, as for silence. Within these limits a provider that
bills more than it was allowed is believed, and the excess is an overrun; beyond them a single wrong answer would use up
a budget for good.
"""

from typing import Final

from tokenwise.catalog.models import Model
from tokenwise.routing.bid import Bid
from tokenwise.routing.worth import thinks
from tokenwise.usage import Usage

__all__ = ["implausible"]

# A server that leaves the cap out of account, or counts what ends a turn, stays within twice the cap or within the
# bytes of what it has said, since no token is shorter than one.
_OUTPUT_FACTOR: Final = 2
_OUTPUT_MARGIN: Final = 64

# The bound of the input is sound but for words that a provider adds of its own: a hidden prompt of some thousand
# tokens, and what a template says anew with each message.
_INPUT_FACTOR: Final = 4
_INPUT_MARGIN: Final = 4_096


def implausible(usage: Usage, bid: Bid, model: Model | None, *, said: str = "") -> str:
    """Why this usage cannot be that of this bid's call, "" where it can. `said` is the text that came back.

    Thinking that is billed but not counted against the cap is allowed for: a model that thinks, or an answer that says
    it has thought, may bill the model's whole output once more for each choice.

    >>> from tokenwise.money import Nanodollars
    >>> implausible(Usage(20, output_tokens=10**12), Bid("m", "p", "m", 29, 100, Nanodollars(1)), None)
    '1,000,000,000,000 output tokens reported, where 264 are the most that can be'
    """
    most_in = _INPUT_FACTOR * bid.input_tokens + _INPUT_MARGIN
    if usage.prompt_tokens > most_in:
        return f"{usage.prompt_tokens:,} input tokens reported, where {most_in:,} are the most that can be"
    most_out = _OUTPUT_FACTOR * bid.max_output_tokens * bid.choices + _OUTPUT_MARGIN
    if usage.output_tokens <= most_out:  # nearly always
        return ""
    if model is not None and (usage.reasoning_tokens > 0 or thinks(model)):
        most_out += model.max_output_tokens * bid.choices
    if usage.output_tokens > most_out and usage.output_tokens > len(said.encode("utf-8", "surrogatepass")):
        return f"{usage.output_tokens:,} output tokens reported, where {most_out:,} are the most that can be"
    return ""
