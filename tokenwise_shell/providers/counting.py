"""What a request in OpenAI's chat fields weighs: a bound of its input tokens that nothing in it can exceed.

Every text anywhere counts by its bytes, in fields that nobody here knows too, since the server they are passed on to
may read them. What is said in numbers alone (a temperature, a seed) is no input. Images count by the vendors' formulas,
documents by the model's window. What a provider bills by another price than that of tokens is named, not guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import orjson
from attrs import frozen

from tokenwise.catalog.attachments import NOTHING_ATTACHED, Attachments
from tokenwise.catalog.prices import NOTHING_WRITTEN
from tokenwise.catalog.service_tiers import LISTED
from tokenwise.catalog.tool_fees import Hosted, kind_of
from tokenwise.money import Nanodollars
from tokenwise.routing.request import Weight
from tokenwise.usage import (
    CALL_FRAME,
    FORMAT_FRAME,
    MESSAGE_FRAME,
    REPLY_FRAME,
    TOOLS_FRAME,
    TokenCount,
    count_text,
    text_bound,
)
from tokenwise_shell.providers.anthropic.client_tools import CLIENT_RUN
from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, text
from tokenwise_shell.providers.marks import marked_writes, unlimited
from tokenwise_shell.providers.openai.reading import data_url
from tokenwise_shell.providers.turns import over

__all__ = ["ROLES", "Turns", "bound_of_turn", "turns_in", "weigh", "words_of"]

# Set by whoever sends the request, or stripped before.
_NOT_SENT: Final = frozenset({"model", "messages", "stream_options", "tokenwise"})

# What makes a provider fetch, search or call something by itself, or let another model answer: fees and input that
# nobody can know before. The fields of OpenRouter, Anthropic and Google pass through by their own names.
_UNPRICED: Final[Mapping[str, str]] = {
    "plugins": "plugins, which search and read at their own price",
    "models": "models that OpenRouter may ask instead",
    "route": "models that OpenRouter may ask instead",
    "mcp_servers": "servers that the provider asks for more input",
    "cachedContent": "input that the provider keeps",
    "cached_content": "input that the provider keeps",
    "enable_search": "a search at its own price, Qwen's word for it",
    "search_options": "a search at its own price, Qwen's word for it",
    "search_settings": "a search at its own price, Groq's word for it",
    "preset": "what OpenRouter keeps of models, hosts and words",
}

# The roles of plain turns. What a tool says is for others to look into.
_SPEAKERS: Final = frozenset({"system", "developer", "user", "assistant"})

ROLES: Final = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
"""What a message's role can be; "function" is OpenAI's word of 2023 for a tool's result. Other text there is input."""

# Beside these fields nothing in a request can make it dearer than its tokens are.
_AT_LIST_PRICE: Final = frozenset(
    """
    model messages max_tokens max_completion_tokens n stop stream stream_options temperature top_p seed user
    frequency_penalty presence_penalty logit_bias logprobs top_logprobs response_format tool_choice tokenwise
    """.split()  # noqa: SIM905 -- words that are only ever read by eye
)

# What is said by these is never more input.
_PRICELESS: Final = frozenset((int, float, bool, type(None)))

# How many answers are written and billed, by OpenAI, its Completions and vLLM (of which it shows `n`), Hugging Face,
# Cohere and Google. The others' words are obeyed by servers that pass on what they know.
_MULTIPLIERS: Final = ("n", "best_of", "num_return_sequences", "num_generations", "candidate_count", "candidateCount")

# By which OpenRouter asks other hosts than the one whose price is listed.
_HOSTS: Final = frozenset({"order", "only", "sort", "ignore", "quantizations"})

# A search before the answer, as some models of OpenAI's make it: at most $50 a thousand (the dearest that was published
# by November 2026), and what it finds is input, which may fill the window.
_SEARCH: Final = "web_search_options"
_SEARCH_FEE: Final = Nanodollars(50_000_000)

# A tool that Anthropic's models know by its type is described to them by Anthropic: in 245 tokens (bash), 700 (the
# editor) or 1,234 (the computer), by its pages of November 2026; nothing is said of the others.
_DESCRIBED: Final = 2_000

# What a translation writes into each object of a schema that was left open: `"additionalProperties":false,`.
_CLOSING: Final = 29

# orjson writes no deeper than this, so what is below is never sent.
_DEEPEST: Final = 254

# Where data is attached, by the type of what has it. A text that only looks like data is words like any other.
_DATA: Final[Mapping[str, str]] = {
    "base64": "data",
    "input_image": "image_url",
    "computer_screenshot": "image_url",
    "input_file": "file_data",
}

# As long as the head of a data URL may be: a media type with its parameters.
_LONGEST_HEAD: Final = 200


def weigh(fields: Fields, turns: "Turns | None" = None) -> Weight:
    """The weight of a request. What is no request at all weighs something too; to judge it is the provider's affair.

    `turns` are what is known of its messages (see `turns_in`).

    A plain conversation counts as `count_messages` counts it.

    >>> weigh({"messages": [{"role": "user", "content": "hello"}], "n": 3, "temperature": 0})
    Weight(input=TokenCount(expected=10, bound=29), choices=3, attachments=Attachments(images=0, small_images=0, \
unmeasured=0), unpriced='', surcharge=0, writes=Writes(hour=0, minutes=0), tier='', hosted=())
    """
    turns = turns or turns_in(fields)
    if not turns.odd and _says_no_more(fields):
        return Weight(input=turns.counted, choices=max(1, count(fields.get("n")) or 1))
    return _with_all(fields, turns)


def _with_all(fields: Fields, turns: "Turns") -> Weight:
    """The weight where messages have more to them than words, or something is said beside them all."""
    searches, counted = fields.get(_SEARCH) is not None, turns.counted
    hosted = tuple(_hosted(fields))
    attached = _attachments(turns, unmeasured=int(searches or bool(hosted)))
    if attached is not NOTHING_ATTACHED:
        counted += attached.usual
    for each in _beside(fields):
        counted += each
    writes = NOTHING_WRITTEN
    if turns.odd or not fields.keys() <= _AT_LIST_PRICE:
        writes = marked_writes(fields, "messages", most=counted.bound, least_of=bound_of_turn)
    return Weight(
        input=counted,
        choices=max(1, *(count(fields.get(name)) or 1 for name in _MULTIPLIERS)),
        attachments=attached,
        unpriced=", ".join(dict.fromkeys(_unpriced(fields, turns))),
        surcharge=_SEARCH_FEE if searches else Nanodollars(0),
        tier=_tier(fields),
        hosted=hosted,
        writes=writes if attached is NOTHING_ATTACHED else unlimited(writes),
    )


def _says_no_more(fields: Fields) -> bool:
    """Whether there is nothing to a request but its messages and some numbers, none of which has a price."""
    for name, value in fields.items():
        if name not in _AT_LIST_PRICE or not (type(value) in _PRICELESS or name in _NOT_SENT):
            return False
    return True


@frozen
class Turns:
    """What messages weigh together, their attachments aside, how many are not plain, and what is attached to those.

    `answers` are how many the assistant has given.
    """

    expected: int = 0
    bound: int = 0
    odd: int = 0
    images: int = 0
    small_images: int = 0
    unmeasured: int = 0
    sounds: int = 0
    answers: int = 0

    @property
    def counted(self) -> TokenCount:
        """With the frame of them all."""
        return TokenCount(REPLY_FRAME // 4 + self.expected, REPLY_FRAME + self.bound)


_NO_TURNS: Final = Turns()


def turns_in(fields: Fields) -> Turns:
    """What is to be known of the messages of a request."""
    return over(entries(fields.get("messages")), _with_turns, _NO_TURNS)


def _with_turns(before: Turns, messages: Sequence[object]) -> Turns:
    """With these messages. Nearly all of them are plain: a role and a text, for which no value is made."""
    expected, bound, others, answers = before.expected, before.bound, list[Fields](), before.answers
    for message in messages:
        if type(message) is dict and len(message) == 2:
            role, content = message.get("role"), message.get("content")
            if type(content) is str and type(role) is str and role in _SPEAKERS:
                size = text_bound(content)
                expected += MESSAGE_FRAME // 2 - (-size // 4)
                bound += MESSAGE_FRAME + size
                if role == "assistant":
                    answers += 1
                continue
        others.append(as_fields(message))
    if not others:
        return Turns(
            expected, bound, before.odd, before.images, before.small_images, before.unmeasured, before.sounds, answers
        )
    attached = (before.images, before.small_images, before.unmeasured)
    for each in others:
        answers += each.get("role") == "assistant"
        counted = _of_message(each)
        expected, bound = expected + counted.expected, bound + counted.bound
        attached = _with_attached(attached, each)
    sounds = before.sounds + sum(map(_has_sound, others))
    return Turns(expected, bound, before.odd + len(others), *attached, sounds, answers)


def bound_of_turn(message: Fields) -> int:
    """The most tokens that one turn can have, what is attached to it aside."""
    return _of_message(message).bound


def words_of(value: object) -> str:
    """Everything that is said in a request of any format, as JSON; what is attached to it as data is no word."""
    return _json(_without_data(value))


def _without_data(value: object, depth: int = 0) -> object:
    match value:
        case dict() if depth < _DEEPEST:
            data = _DATA.get(text(value.get("type")), "")
            kept = {name: each for name, each in value.items() if name != data or not _is_data(name, each)}
            return {name: _without_data(each, depth + 1) for name, each in kept.items()}
        case list() if depth < _DEEPEST:
            return [_without_data(each, depth + 1) for each in value]
        case _:
            return value


def _is_data(name: str, value: object) -> bool:
    """Whether this is data, and no words: in a source of that name anything is, elsewhere what says that it is."""
    said = text(value)
    return name == "data" or (said.startswith("data:") and ";base64," in said[:_LONGEST_HEAD])


def _of_message(message: Fields) -> TokenCount:
    """The message's frame, its texts, and whatever else it holds beside one of the known roles."""
    counted = TokenCount(MESSAGE_FRAME // 2, MESSAGE_FRAME) + _of_content(message.get("content"))
    for name, value in message.items():
        if name == "tool_calls":
            for call in map(as_fields, entries(value)):
                counted += _of_call(call)
        elif name != "content" and value is not None and not (name == "role" and text(value) in ROLES):
            counted += _of_json({name: value})
    return counted + _margin(CALL_FRAME) if message.get("role") in ("tool", "function") else counted


def _of_content(content: object) -> TokenCount:
    if isinstance(content, str):
        return count_text(content)
    counted = TokenCount(0, 0)
    for part in entries(content):
        counted += _of_part(part)
    return counted if isinstance(content, list) else _of_json(content)


def _of_part(part: object) -> TokenCount:
    """A part of a message. The data of what is attached is no text, and neither is the word for what it is."""
    match part:
        case {"type": "text", "text": str(said), **more} if not more:
            return count_text(said) + TokenCount(0, 1)  # whoever joins the parts puts a line break between them
        case {"type": "image_url", "image_url": {"url": str(), **more}, **others}:
            return _of_json({**more, **others})
        case {"type": "file", "file": {"file_data": str(), **more}, **others}:
            return _of_json({**more, **others})
        case {"type": "input_audio", "input_audio": {"data": str(), **more}, **others}:
            return _of_json({**more, **others})
        case _:
            return _of_json(part)


def _of_call(call: Fields) -> TokenCount:
    """An earlier call. Its arguments are JSON as text, and a format that takes them as JSON may write them longer."""
    arguments = text(as_fields(call.get("function")).get("arguments"))
    try:
        rewritten = _of_json(orjson.loads(arguments))
    except orjson.JSONDecodeError:
        rewritten = TokenCount(0, 0)
    return _of_json(call) + _margin(CALL_FRAME + max(0, rewritten.bound - len(arguments)))


def _beside(fields: Fields) -> Iterator[TokenCount]:
    """Everything beside the messages."""
    for name, value in fields.items():
        if name in _NOT_SENT or value is None or isinstance(value, int | float):
            continue
        yield _of_json(value)
        if name in ("tools", "functions") and isinstance(value, list) and value:
            known = sum(text(as_fields(tool).get("type")).startswith(CLIENT_RUN) for tool in value)
            yield _margin(TOOLS_FRAME + CALL_FRAME * len(value) + _DESCRIBED * known)
        if name == "response_format":
            yield _margin(FORMAT_FRAME + _CLOSING * _json(value).count("{"))


def _margin(tokens: int) -> TokenCount:
    return TokenCount(tokens // 4, tokens)


def _of_json(value: object) -> TokenCount:
    return count_text(_json(value)) if value not in (None, {}, []) else TokenCount(0, 0)


def _json(value: object) -> str:
    """The value as it would be sent. What cannot be written is not sent, so it costs nothing."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return ""


# --- attachments, and what is billed otherwise -----------------------------------------------------------------------


def _with_attached(before: tuple[int, int, int], message: Fields) -> tuple[int, int, int]:
    """Images, small ones and what nobody can measure, with those of this message."""
    images, small, unmeasured = before
    for part in entries(message.get("content")):
        match part:
            case {"type": "text" | "refusal"} | str():
                pass
            case {"type": "image_url", "image_url": {"url": str(url), **more}} if _is_image(url):
                small += more.get("detail") == "low"
                images += more.get("detail") != "low"
            case _:
                unmeasured += 1
    return images, small, unmeasured


def _attachments(turns: Turns, *, unmeasured: int) -> Attachments:
    images, small, unmeasured = turns.images, turns.small_images, turns.unmeasured + unmeasured
    return Attachments(images, small, unmeasured) if images or small or unmeasured else NOTHING_ATTACHED


def _is_image(url: str) -> bool:
    """Whether this is the address of an image, or of what is not known to be anything else."""
    found = data_url(url)
    return found is None or found[0].startswith("image/")


def _unpriced(fields: Fields, turns: Turns) -> Iterator[str]:
    """What no price per token of text covers."""
    if not turns.odd and fields.keys() <= _AT_LIST_PRICE:
        return
    for name, why in _UNPRICED.items():
        if fields.get(name) not in (None, [], "", False):
            yield f"{name} ({why})"
    yield from _dearer(fields)
    if set(map(str, entries(fields.get("modalities")))) - {"text"}:
        yield "modalities (sound and images have prices of their own)"
    for tool in map(as_fields, entries(fields.get("tools"))):
        kind = tool.get("type", "function")
        ours = kind in ("function", "custom") or text(kind).startswith(CLIENT_RUN)
        if not ours and not _has_fee(tool, fields):
            yield "tools (one that the provider runs itself, with fees and input of its own)"
    if turns.sounds:
        yield "input_audio (sound has a price of its own)"


def _hosted(fields: Fields) -> Iterator[Hosted]:
    """The tools that the provider runs for a fee a call: OpenAI's may be called so often together, Anthropic's each."""
    tools = [tool for tool in map(as_fields, entries(fields.get("tools"))) if _has_fee(tool, fields)]
    together = [kind_of(text(tool.get("type"))) for tool in tools if count(tool.get("max_uses")) is None]
    if together:
        yield Hosted(tuple(sorted(set(together))), count(fields.get("max_tool_calls")) or 0)
    for tool in tools:
        if (most := count(tool.get("max_uses"))) is not None:
            yield Hosted((kind_of(text(tool.get("type"))),), most)


def _has_fee(tool: Fields, fields: Fields) -> bool:
    """Whether this is a hosted tool whose calls have a fee and a bound. A larger container has a fee of its own."""
    small = as_fields(tool.get("container")).get("memory_limit") in (None, "1g")
    bounded = count(tool.get("max_uses")) is not None or count(fields.get("max_tool_calls")) is not None
    return bool(kind_of(text(tool.get("type")))) and small and bounded


def _tier(fields: Fields) -> str:
    """The tier of service that is asked for, where it may be dearer than the listed price."""
    own = as_fields(as_fields(fields.get("extra_content")).get("anthropic"))
    asked = own.get("service_tier", fields.get("service_tier"))
    word = text(asked).strip().lower()
    return "" if asked is None or (isinstance(asked, str) and word in LISTED) else word or "unnamed"


def _dearer(fields: Fields) -> Iterator[str]:
    """What is billed at another price than the listed one, in the words of Anthropic's clients too."""
    said = {**fields, **as_fields(as_fields(fields.get("extra_content")).get("anthropic"))}
    if _HOSTS & as_fields(fields.get("provider")).keys():
        yield "provider (hosts that may be dearer than the listed price)"
    search = as_fields(fields.get("search_parameters"))
    if fields.get("search_parameters") is not None and search.get("mode") != "off":
        yield "search_parameters (a search at its own price, xAI's words for it)"
    if said.get("speed") not in (None, "standard"):
        yield "speed (dearer than the listed price)"
    # The one place that costs more, by Anthropic's pages of November 2026; a place that it does not know it refuses.
    if text(said.get("inference_geo")).lower() == "us":
        yield "inference_geo (dearer than the listed price)"
    edits = map(as_fields, entries(as_fields(said.get("context_management")).get("edits")))
    if not all(text(edit.get("type")).startswith("clear_") for edit in edits):
        yield "context_management (a summary that the provider writes and bills beside the answer)"


def _has_sound(message: Fields) -> bool:
    parts = (as_fields(part).get("type") for part in entries(message.get("content")))
    return message.get("audio") is not None or "input_audio" in parts
