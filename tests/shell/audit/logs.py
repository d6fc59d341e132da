"""Logs as other programs write them, made up from calls that are known: by seed, in every format.

Shapes are those that the readers' modules name the sources of. Every field that holds words in a real log holds
`CANARY`.
"""

import csv
import io
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal

import orjson
from attrs import frozen

from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.usage import Usage

CANARY = "the canary's secret words sk-live-4242424242424242424242424242"
MONDAY_MS = 1_795_392_000_000  # 2026-11-23, when the shipped prices are known
NANO = 10**9


@frozen
class Made:
    """One call as it was: what it used, whose it is, what its log says it cost (None where the format says nothing)."""

    at_ms: int
    model: str
    usage: Usage
    session: str
    agent: str = ""
    recorded: int | None = None

    @property
    def name(self) -> str:
        return self.model.partition("/")[2]

    @property
    def id(self) -> str:
        return f"{self.session[:8]}{self.at_ms:x}"


def cost_of(model: str, usage: Usage, provider: str | None = None) -> int:
    """The price times tokens, summed and rounded up to the nano-dollar: written down once more, for truth."""
    row = embedded_catalog()[model]
    offer = row.offered_by[provider] if provider else row.offers[0]
    rate = [each for each in offer.price.rates if each.above_input_tokens < max(1, usage.prompt_tokens)][-1]
    parts = (
        (usage.input_tokens, rate.input),
        (usage.cache_read_tokens, rate.cache_read),
        (usage.cache_write_tokens, rate.cache_write),
        (usage.cache_write_5m_tokens, rate.cache_write_5m),
        (usage.output_tokens, rate.output),
    )
    total = sum(Decimal(tokens) * Decimal(price) / 10**6 for tokens, price in parts)
    return int(total.to_integral_value(rounding=ROUND_CEILING))


def made(seed: int, models: Sequence[str], *, sessions: int = 8, calls: int = 12, writes: bool = False) -> list[Made]:
    """Sessions of calls in order of time, each growing as an agent's do; some have a sub-agent."""
    dice = random.Random(seed)
    found: list[Made] = []
    for _ in range(sessions):
        session, at_ms = str(uuid.UUID(int=dice.getrandbits(128))), MONDAY_MS + dice.randrange(4 * 86_400_000)
        model, said = dice.choice(models), dice.randrange(200, 20_000)
        helper = f"{dice.getrandbits(32):08x}" if dice.random() < 0.5 else ""
        for nth in range(dice.randrange(1, calls)):
            at_ms += dice.randrange(2_000, 60_000)
            read = said if nth and dice.random() < 0.8 else 0
            new = dice.randrange(50, 3_000)
            written = new + said - read if writes else 0
            short = written if dice.random() < 0.7 else 0
            output = dice.randrange(20, 2_000)
            usage = Usage(
                new if not writes else dice.randrange(1, 20),
                read,
                written - short,
                output,
                dice.randrange(output // 2 + 1) if "gpt" in model else 0,
                short,
            )
            recorded = dice.randrange(10_000, 90_000_000) * 100
            found.append(Made(at_ms, model, usage, session, helper if nth % 4 == 3 else "", recorded))
            said += new + output
    return sorted(found, key=lambda one: one.at_ms)


def iso(at_ms: int, *, z: str = "Z") -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}{z}"


def lines(rows: Iterator[object] | Sequence[object]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def table(rows: Sequence[dict[str, object]]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def dollars(nano: int | None) -> float | None:
    return None if nano is None else nano / NANO


def claude_code(calls: Sequence[Made]) -> bytes:
    """Every answer on two or three lines that share its id, and people's words between."""
    return lines(_claude_lines(calls))


def _claude_lines(calls: Sequence[Made]) -> Iterator[object]:
    yield {"type": "summary", "summary": CANARY, "leafUuid": "c0ffee00-0000"}
    for call in calls:
        place = {"sessionId": call.session, "isSidechain": bool(call.agent), "cwd": CANARY, "gitBranch": CANARY}
        place |= {"agentId": call.agent} if call.agent else {}
        stamp = {"timestamp": iso(call.at_ms), "version": "2.1.0", "uuid": call.id}
        yield {"type": "user", "message": {"role": "user", "content": CANARY}, **place, **stamp}
        for part in range(2):
            last = part == 1
            usage = {
                "input_tokens": call.usage.input_tokens,
                "cache_read_input_tokens": call.usage.cache_read_tokens,
                "cache_creation_input_tokens": call.usage.written_tokens,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": call.usage.cache_write_5m_tokens,
                    "ephemeral_1h_input_tokens": call.usage.cache_write_tokens,
                },
                "output_tokens": call.usage.output_tokens if last else 1,
                "service_tier": "standard",
                "speed": "standard",
            }
            used = {"type": "tool_use", "name": CANARY, "input": {CANARY: CANARY}}
            content = [{"type": "text", "text": CANARY}, used]
            message = {"id": f"msg_{call.id}", "role": "assistant", "model": call.name, "content": content}
            message |= {"usage": usage, "stop_reason": "tool_use" if last else None}
            stamp["timestamp"] = iso(call.at_ms + part)
            yield {"type": "assistant", "requestId": f"req_{call.id}", "message": message, **place, **stamp}


def codex(calls: Sequence[Made]) -> bytes:
    """One session's file: totals that grow, each told twice, and how much of two windows is used."""
    return lines(_codex_lines(calls))


def _codex_lines(calls: Sequence[Made]) -> Iterator[object]:
    session = calls[0].session
    meta = {"id": session, "cwd": CANARY, "instructions": CANARY, "cli_version": "0.140.0", "source": "cli"}
    yield {"timestamp": iso(calls[0].at_ms), "type": "session_meta", "payload": meta}
    names = "input_tokens cached_input_tokens cache_write_input_tokens output_tokens reasoning_output_tokens"
    totals = dict.fromkeys(names.split(), 0)
    for nth, call in enumerate(calls):
        used, stamp = call.usage, iso(call.at_ms)
        context = {"model": call.name, "cwd": CANARY, "user_instructions": CANARY}
        yield {"timestamp": stamp, "type": "turn_context", "payload": context}
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": CANARY}]}
        yield {"timestamp": stamp, "type": "response_item", "payload": item}
        last = {
            "input_tokens": used.prompt_tokens,
            "cached_input_tokens": used.cache_read_tokens,
            "cache_write_input_tokens": used.cache_write_tokens,
            "output_tokens": used.output_tokens,
            "reasoning_output_tokens": used.reasoning_tokens,
        }
        totals = {name: totals[name] + last[name] for name in totals}
        limits = {
            "limit_id": CANARY,
            "primary": {"used_percent": min(100, 10 + 5 * nth), "window_minutes": 300, "resets_at": 1_795_500_000},
            "secondary": {"used_percent": 10.0, "window_minutes": 10080, "resets_at": 1_795_900_000},
            "plan_type": "pro",
        }
        info = {"total_token_usage": totals, "last_token_usage": last, "model_context_window": 258400}
        for after in (0, 900):
            payload = {"type": "token_count", "info": info, "rate_limits": limits}
            yield {"timestamp": iso(call.at_ms + after), "type": "event_msg", "payload": payload}


def litellm(calls: Sequence[Made]) -> bytes:
    return orjson.dumps([litellm_row(call) for call in calls], option=orjson.OPT_INDENT_2)


def litellm_csv(calls: Sequence[Made]) -> bytes:
    rows = [litellm_row(call) for call in calls]
    return table([{**row, "metadata": orjson.dumps(row["metadata"]).decode()} for row in rows])


def litellm_row(call: Made) -> dict[str, object]:
    usage = call.usage
    details = {"cached_tokens": usage.cache_read_tokens, "cache_creation_tokens": usage.written_tokens}
    counted = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.prompt_tokens + usage.output_tokens,
        "prompt_tokens_details": details,
    }
    return {
        "request_id": f"chatcmpl-{call.id}",
        "call_type": "acompletion",
        "api_key": CANARY,
        "spend": dollars(call.recorded),
        "total_tokens": usage.prompt_tokens + usage.output_tokens,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.output_tokens,
        "startTime": iso(call.at_ms, z="+00:00"),
        "endTime": iso(call.at_ms + 900, z="+00:00"),
        "model": call.name,
        "custom_llm_provider": call.model.partition("/")[0],
        "user": CANARY,
        "metadata": {"usage_object": counted, "user_api_key_alias": CANARY, "user_agent": CANARY},
        "cache_hit": "False",
        "request_tags": CANARY,
        "end_user": CANARY,
        "requester_ip_address": CANARY,
        "messages": [{"role": "user", "content": f"{CANARY} {call.id}"}],
        "response": {"text": CANARY},
        "session_id": call.session,
        "status": "success",
    }


def openrouter(calls: Sequence[Made]) -> bytes:
    return table(
        [
            {
                "generation_id": f"gen-{call.at_ms // 1000}-{call.id}",
                "created_at": iso(call.at_ms, z="").replace("T", " "),
                "cost_total": dollars(call.recorded),
                "cost_web_search": "",
                "cost_cache": "",
                "byok_usage_inference": "0",
                "tokens_prompt": call.usage.prompt_tokens,
                "tokens_completion": call.usage.output_tokens,
                "tokens_reasoning": call.usage.reasoning_tokens,
                "tokens_cached": call.usage.cache_read_tokens,
                "model_permaslug": embedded_catalog()[call.model].offered_by["openrouter"].native_id,
                "provider_name": CANARY,
                "variant": "standard",
                "cancelled": "False",
                "finish_reason_normalized": "stop",
                "app_name": CANARY,
                "api_key_name": CANARY,
                "user": CANARY,
            }
            for call in calls
        ]
    )


def langfuse(calls: Sequence[Made]) -> bytes:
    return lines(_langfuse_rows(calls))


def langfuse_csv(calls: Sequence[Made]) -> bytes:
    rows = [row for row in _langfuse_rows(calls) if row["type"] == "GENERATION"]
    for row in rows:
        row |= {name: orjson.dumps(row[name]).decode() for name in ("usageDetails", "costDetails")}
    return table(rows)


def _langfuse_rows(calls: Sequence[Made]) -> Iterator[dict[str, object]]:
    for call in calls:
        usage = call.usage
        details = {
            "input": usage.input_tokens,
            "input_cached_tokens": usage.cache_read_tokens,
            "output": usage.output_tokens - usage.reasoning_tokens,
            "output_reasoning_tokens": usage.reasoning_tokens,
            "total": usage.prompt_tokens + usage.output_tokens,
        }
        common = {"traceId": f"{call.id}ff", "startTime": iso(call.at_ms), "name": CANARY, "sessionId": call.session}
        yield {"id": f"{call.id}00", "type": "SPAN", **common}
        yield {
            "id": call.id,
            "type": "GENERATION",
            **common,
            "model": call.name,
            "input": [{"role": "user", "content": f"{CANARY} {call.id}"}],
            "output": CANARY,
            "metadata": {CANARY: CANARY},
            "statusMessage": CANARY,
            "level": "DEFAULT",
            "userId": CANARY,
            "usageDetails": details,
            "costDetails": {"total": dollars(call.recorded)},
        }


def opentelemetry(calls: Sequence[Made]) -> bytes:
    """A batch of OTLP a line, three spans each; agents' spans repeat their calls' counts."""
    spans = [_span(call) for call in calls]
    repeated = {"key": "gen_ai.operation.name", "value": {"stringValue": "invoke_agent"}}
    spans += [
        {**span, "spanId": f"{nth:016x}", "attributes": [*span["attributes"], repeated]}
        for nth, span in enumerate(spans)
    ]
    batches = [spans[first : first + 3] for first in range(0, len(spans), 3)]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": CANARY}}]}
    return lines([{"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": batch}]}]} for batch in batches])


def opentelemetry_spans(calls: Sequence[Made]) -> bytes:
    """One span a line, as the SDK's console exporter writes it."""
    return lines(
        {
            "name": CANARY,
            "context": {"trace_id": f"0x{call.session}", "span_id": f"0x{call.id}"},
            "start_time": iso(call.at_ms),
            "attributes": _told(call),
            "status": {"status_code": "UNSET"},
        }
        for call in calls
    )


def _told(call: Made) -> dict[str, object]:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": call.model.partition("/")[0],
        "gen_ai.request.model": call.name,
        "gen_ai.usage.input_tokens": call.usage.prompt_tokens,
        "gen_ai.usage.cache_read.input_tokens": call.usage.cache_read_tokens,
        "gen_ai.usage.output_tokens": call.usage.output_tokens,
        "gen_ai.conversation.id": call.session,
        "gen_ai.input.messages": CANARY,
        "gen_ai.agent.name": CANARY if call.agent else "",
        "user.id": CANARY,
    }


def _span(call: Made) -> dict[str, object]:
    told = _told(call)
    attributes = [
        {"key": name, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for name, value in told.items()
    ]
    return {
        "traceId": call.session.replace("-", ""),
        "spanId": call.id,
        "name": CANARY,
        "startTimeUnixNano": str(call.at_ms * 10**6),
        "attributes": attributes,
        "status": {"message": CANARY},
    }


def openai(calls: Sequence[Made]) -> bytes:
    """Pairs of a request and an answer: Chat Completions, and every third Responses."""
    return lines(_pair(call, responses=nth % 3 == 2) for nth, call in enumerate(calls))


def _pair(call: Made, *, responses: bool) -> dict[str, object]:
    usage = call.usage
    asked, answered = ("input", "output") if responses else ("prompt", "completion")
    counts = {
        f"{asked}_tokens": usage.prompt_tokens,
        f"{answered}_tokens": usage.output_tokens,
        "total_tokens": usage.prompt_tokens + usage.output_tokens,
        f"{asked}_tokens_details": {"cached_tokens": usage.cache_read_tokens},
        f"{answered}_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }
    answer = {"id": f"resp-{call.id}", "model": call.name, "usage": counts, "created": call.at_ms // 1000}
    answer |= {"output": CANARY} if responses else {"choices": [{"message": {"content": CANARY}}]}
    words = [{"role": "user", "content": f"{CANARY} {call.id}"}]
    request = {"model": call.name, "input" if responses else "messages": words, "user": CANARY}
    return {"request": request, "response": answer, "session_id": call.session, "headers": {"authorization": CANARY}}


def ledger(calls: Sequence[Made]) -> bytes:
    return lines(
        {
            "v": 2,
            "at": iso(call.at_ms),
            "run": call.session.replace("-", ""),
            "seq": nth,
            "key": CANARY,
            "type": "charged",
            "step": CANARY,
            "attempt": 0,
            "model": call.model,
            "provider": embedded_catalog()[call.model].offers[0].provider,
            "amount_nano": call.recorded,
            "usage": {
                name: value
                for name in ("input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens")
                if (value := getattr(call.usage, name))
            },
            "outcome": "ok",
        }
        for nth, call in enumerate(calls)
    )


OPENAI = ("openai/gpt-4.1-mini", "openai/gpt-5.5", "openai/gpt-6.1-sol")
ANTHROPIC = ("anthropic/claude-opus-5-5", "anthropic/claude-sonnet-4-5", "anthropic/claude-haiku-4-5")
BOTH = (*OPENAI, "anthropic/claude-haiku-4-5")


@frozen
class Kind:
    """How logs of a format are made, from which models, and what they say: writes to a cache, prices, sub-agents."""

    format: str
    write: Callable[[Sequence[Made]], bytes]
    models: Sequence[str]
    suffix: str = "jsonl"
    writes: bool = False
    records: bool = True
    provider: str | None = None


KINDS = {
    "claude-code": Kind("claude-code", claude_code, ANTHROPIC, writes=True, records=False),
    "codex": Kind("codex", codex, OPENAI[:1], records=False),
    "litellm": Kind("litellm", litellm, BOTH, "json"),
    "litellm-csv": Kind("litellm", litellm_csv, BOTH, "csv"),
    "openrouter": Kind("openrouter", openrouter, OPENAI, "csv", provider="openrouter"),
    "langfuse": Kind("langfuse", langfuse, BOTH),
    "langfuse-csv": Kind("langfuse", langfuse_csv, BOTH, "csv"),
    "opentelemetry": Kind("opentelemetry", opentelemetry, BOTH, records=False),
    "opentelemetry-spans": Kind("opentelemetry", opentelemetry_spans, BOTH, records=False),
    "openai": Kind("openai", openai, OPENAI, records=False),
    "ledger": Kind("ledger", ledger, BOTH),
}


def calls_for(kind: Kind, seed: int) -> list[Made]:
    """The calls of a log of this kind; a file of Codex's is one session."""
    sessions, calls = (1, 60) if kind.format == "codex" else (8, 12)
    return made(seed, kind.models, sessions=sessions, calls=calls, writes=kind.writes)
