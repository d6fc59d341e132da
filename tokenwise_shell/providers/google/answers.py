"""Google's answers and the events of its streams, read into common terms."""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson
from attrs import define, evolve, field

from tokenwise.faults import Fault
from tokenwise.routing.verdicts import FinishReason
from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, first_text, text
from tokenwise_shell.providers.final_usage import CONTRADICTED, Report
from tokenwise_shell.providers.google.names import UNSIGNED
from tokenwise_shell.providers.openai.blocks import made_up_id
from tokenwise_shell.providers.openai.errors import ProviderError, read_error
from tokenwise_shell.providers.openai.words import ended_by
from tokenwise_shell.providers.status import retry_after_ms
from tokenwise_shell.providers.translate.deltas import (
    Argues,
    Broke,
    Calls,
    Counted,
    Delta,
    Opened,
    Stopped,
    Thinks,
    Wrote,
)
from tokenwise_shell.providers.translate.terms import Answer, Call, Said, Text, Thought

__all__ = ["FINISH_REASONS", "GoogleEvents", "asked_pause_ms", "error_of", "parse_usage", "read_answer", "read_report"]

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "CONTINUATION": FinishReason.LENGTH,
    **dict.fromkeys(
        (
            "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "MODEL_ARMOR", "ESCALATION",
            "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
        ),
        FinishReason.CONTENT_FILTER,
    ),
}  # fmt: skip
"""Why a candidate ended; a candidate that calls functions ends with STOP as well."""

# The model made something that Google could not deliver.
_MALFORMED: Final = frozenset(("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE"))

# One day's quota is not had by waiting for seconds.
_FOR_TODAY: Final = "PerDay"


def parse_usage(value: object) -> Usage | None:
    """The usage, None where it was not reported in full or a part of it is larger than the whole.

    The prompt includes what was read from a cache; the candidates do not include thoughts, which are billed as output.
    Google leaves out what is zero. What the total holds beyond the prompt is output.

    >>> parse_usage({"promptTokenCount": 100, "cachedContentTokenCount": 64, "thoughtsTokenCount": 5,
    ...              "candidatesTokenCount": 15, "totalTokenCount": 120}) == Usage(36, 64, 0, 20, 5)
    True
    """
    given = as_fields(value)
    prompt, total = count(given.get("promptTokenCount")), count(given.get("totalTokenCount"))
    said, thought = count(given.get("candidatesTokenCount")), count(given.get("thoughtsTokenCount")) or 0
    if prompt is None or (said is None and total is None):
        return None
    prompt += count(given.get("toolUsePromptTokenCount")) or 0
    cached = _cached(given)
    if cached > prompt:
        return None
    return Usage(
        input_tokens=prompt - cached,
        cache_read_tokens=cached,
        output_tokens=max((said or 0) + thought, (total or 0) - prompt),
        reasoning_tokens=thought,
    )


def read_report(value: object) -> Report:
    """What this usage says of the bill, with the tier of service that answered."""
    given = as_fields(value)
    usage = parse_usage(given)
    contradicted = usage is None and _cached(given) > (count(given.get("promptTokenCount")) or 0)
    return Report(
        usage,
        notice=CONTRADICTED if contradicted else "",
        tier=first_text(given.get("trafficType"), given.get("serviceTier")),
    )


def _cached(given: Fields) -> int:
    return count(given.get("cachedContentTokenCount")) or 0


def error_of(value: object) -> ProviderError | None:
    """The error in an answer or an event, None where there is none; its codes are the reasons in its details."""
    error = read_error(value)
    if not error:
        return None
    details = _details(value)
    codes = [text(detail.get("reason")) for detail in details]
    quotas = (as_fields(one) for detail in details for one in entries(detail.get("violations")))
    if any(_FOR_TODAY in text(quota.get("quotaId")) for quota in quotas):
        codes.append("insufficient_quota")
    return evolve(error, codes=tuple(filter(None, codes)))


def asked_pause_ms(value: object) -> int | None:
    """The pause that an error asks for in its details, such as "34.07s"; None where it asks for none."""
    for detail in _details(value):
        seconds = text(detail.get("retryDelay")).removesuffix("s")
        if seconds and not seconds.strip("0123456789."):
            return retry_after_ms((("retry-after", seconds),), now_ms=0)
    return None


def _details(value: object) -> list[Fields]:
    listed = entries(value)
    error = as_fields(as_fields(listed[0] if listed else value).get("error"))
    return list(map(as_fields, entries(error.get("details"))))


def read_answer(body: Fields) -> Answer | None:
    """An answer, None where this is none."""
    candidates = list(map(as_fields, entries(body.get("candidates"))))
    usage = parse_usage(body.get("usageMetadata"))
    id_, model = text(body.get("responseId")), text(body.get("modelVersion"))
    broke = _blocked(body) or (_broken(candidates[0]) if candidates else None)
    if not candidates and not broke:
        return None
    choices = tuple(_said(candidate, id_) for candidate in candidates)
    return Answer(id_, model, choices, usage, broke)


def _blocked(body: Fields) -> Broke | None:
    """A prompt that was not answered at all."""
    feedback = as_fields(body.get("promptFeedback"))
    reason = text(feedback.get("blockReason"))
    if not reason or entries(body.get("candidates")):
        return None
    said = first_text(feedback.get("blockReasonMessage"), reason)
    return Broke(Fault.CONTENT_FILTERED, f"the prompt was blocked: {said[:300]}")


def _broken(candidate: Fields) -> Broke | None:
    reason = text(candidate.get("finishReason"))
    said = first_text(candidate.get("finishMessage"), reason)[:300]
    if reason == "MISSING_THOUGHT_SIGNATURE":
        return Broke(Fault.REJECTED, said)
    return Broke(Fault.MALFORMED, f"the model's answer cannot be used: {said}") if reason in _MALFORMED else None


def _said(candidate: Fields, id_: str) -> Said:
    items: list[Text | Call | Thought] = []
    # Of what else there is (pictures, Google's own tools) OpenAI's format has no words in an answer.
    for part in map(as_fields, entries(as_fields(candidate.get("content")).get("parts"))):
        match part:
            case {"text": str(thought), "thought": True}:
                items.append(Thought(thought))
            case {"text": str(said)}:
                items.append(Text(said))
            case {"functionCall": dict(call)} if name := text(call.get("name")):
                item = _call_of(call, name, part)
                items.append(item if item.id else evolve(item, id=_call_id(id_, len(items))))
    calls = any(isinstance(item, Call) for item in items)
    return Said(tuple(items), _finish(candidate.get("finishReason"), calls=calls), _logprobs(candidate))


def _call_of(call: Fields, name: str, part: Fields) -> Call:
    signature = text(part.get("thoughtSignature"))
    return Call(text(call.get("id")), name, as_fields(call.get("args")), "" if signature == UNSIGNED else signature)


def _finish(reason: object, *, calls: bool) -> FinishReason:
    return ended_by(FINISH_REASONS.get(text(reason), FinishReason.OTHER), calls=calls)


def _call_id(answer: str, place: int) -> str:
    """An id for a call that came without: OpenAI's clients match results to calls by it."""
    return f"call_{answer}_{place}" if answer else made_up_id()


def _logprobs(candidate: Fields) -> Fields | None:
    """Log-probabilities as OpenAI writes them."""
    result = as_fields(candidate.get("logprobsResult"))
    chosen = list(map(as_fields, entries(result.get("chosenCandidates"))))
    if not chosen:
        return None
    tops = [as_fields(top).get("candidates") for top in entries(result.get("topCandidates"))]
    tops += [None] * (len(chosen) - len(tops))
    content = [
        {**_logprob(token), "top_logprobs": [_logprob(as_fields(other)) for other in entries(top)]}
        for token, top in zip(chosen, tops, strict=False)
    ]
    return {"content": content, "refusal": None}


def _logprob(token: Fields) -> dict[str, object]:
    said, value = text(token.get("token")), token.get("logProbability")
    number = value if isinstance(value, int | float) else None
    return {"token": said, "logprob": number, "bytes": list(said.encode("utf-8", "replace"))}


@define
class GoogleEvents:
    """Reads one stream. Each event is an answer by itself, of what is new since the last one."""

    _opened: bool = field(default=False, init=False)
    _calls: dict[int, int] = field(factory=dict, init=False)

    def read(self, event: Fields) -> Iterator[Delta]:
        """What this event adds."""
        id_, model = text(event.get("responseId")), text(event.get("modelVersion"))
        candidates = list(map(as_fields, entries(event.get("candidates"))))
        if candidates and not self._opened:
            self._opened = True
            yield Opened(id_, model)
        if broke := _blocked(event):
            yield broke
        for candidate in candidates:
            yield from self._added(candidate, count(candidate.get("index")) or 0, id_)
        if (report := read_report(event.get("usageMetadata"))).counts:
            yield Counted(report.usage, notice=report.notice)

    def _added(self, candidate: Fields, choice: int, id_: str) -> Iterator[Delta]:
        for part in map(as_fields, entries(as_fields(candidate.get("content")).get("parts"))):
            match part:
                case {"text": str(thought), "thought": True}:
                    yield Thinks(thought, choice=choice)
                case {"text": str(said)}:
                    yield Wrote(said, choice)
                case {"functionCall": dict(call)} if name := text(call.get("name")):
                    yield from self._called(_call_of(call, name, part), choice, id_)
                case _:
                    continue
        if choice == 0 and (broke := _broken(candidate)):
            yield broke
        elif reason := text(candidate.get("finishReason")):
            yield Stopped(_finish(reason, calls=choice in self._calls), choice)

    def _called(self, call: Call, choice: int, id_: str) -> Iterator[Delta]:
        place = self._calls.get(choice, 0)
        self._calls[choice] = place + 1
        try:
            arguments = orjson.dumps(call.arguments).decode()
        except orjson.JSONEncodeError:  # it reads a thousand levels, and writes a quarter of that
            yield Broke(Fault.MALFORMED, "the arguments of a call nest too deeply")
            return
        yield Calls(place, call.id or _call_id(id_, place), call.name, call.signature, choice)
        yield Argues(place, arguments, choice)
