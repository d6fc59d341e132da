"""Spans for whoever collects them, under the names of OpenTelemetry's GenAI conventions. Never what was said.

Loaded only where `tracing` is on: what is traced are classes of their own, so whoever does not trace has no condition
in the way. A program that has set up its own provider of tracers is heard there; elsewhere spans are sent by OTLP over
HTTP, where the standard environment (`OTEL_EXPORTER_OTLP_ENDPOINT` …) says.

Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

import trio
from attrs import define, evolve, field, frozen

from tokenwise.errors import InputError, Problem
from tokenwise.machine.messages import CallModel
from tokenwise.machine.run import Job, Run
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.engine.calls import Caller
from tokenwise_shell.engine.interpret import Interpreter

try:
    from opentelemetry import trace
    from opentelemetry.context import Context
    from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError:
    raise InputError(Problem("tracing", "needs OpenTelemetry: pip install '.[otel]'")) from None

__all__ = ["TracedCaller", "TracedInterpreter", "open_tracer", "served"]

P = ParamSpec("P")

_CONTEXT: Final = TraceContextTextMapPropagator()

# The conventions' own words for these sellers; others go by the names that the configuration gives them.
_SELLERS: Final = {"google": "gcp.gemini"}


@asynccontextmanager
async def open_tracer() -> AsyncIterator[Tracer]:
    """A tracer, while the block runs; what it has not sent by then is sent at the end. Raises InputError."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        yield provider.get_tracer("tokenwise")
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise InputError(Problem("tracing", "needs an exporter: pip install '.[otel]'")) from None
    named = Resource({SERVICE_NAME: "tokenwise"}).merge(OTELResourceDetector().detect())
    own = TracerProvider(resource=named, shutdown_on_exit=False)
    own.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    try:
        yield own.get_tracer("tokenwise")
    finally:
        with trio.CancelScope(shield=True):  # its own limit is OTEL_EXPORTER_OTLP_TIMEOUT
            await trio.to_thread.run_sync(own.shutdown)


def _attempted(
    operation: str, method: Callable[Concatenate[Caller, P], Coroutine[Any, Any, Reply | Failure]]
) -> Callable[Concatenate["TracedCaller", P], Coroutine[Any, Any, Reply | Failure]]:
    """The method within a span of its own."""

    @wraps(method)
    async def traced(self: "TracedCaller", /, *given: P.args, **named: P.kwargs) -> Reply | Failure:
        call = next(each for each in (*given, *named.values()) if isinstance(each, CallModel))
        attributes = {"gen_ai.operation.name": operation, **_asked(call)}
        with _span(self.tracer, f"{operation} {call.native_id}", SpanKind.CLIENT, attributes) as span:
            return _told(span, await method(self.within(call), *given, **named))

    return traced


@frozen
class TracedCaller(Caller):
    """A caller with a span for each attempt, whose context its provider is told."""

    tracer: Tracer = field(kw_only=True)

    call = _attempted("chat", Caller.call)
    embed = _attempted("embeddings", Caller.embed)

    def within(self, call: CallModel) -> Caller:
        """This caller, by which the call's provider is told of the current span."""
        headers: dict[str, str] = {}
        _CONTEXT.inject(headers)
        endpoint = self.endpoints.get(call.provider)
        if endpoint is None or not headers:
            return self
        return evolve(self, endpoints={call.provider: evolve(endpoint, headers=(*endpoint.headers, *headers.items()))})


def _performed(
    method: Callable[Concatenate[Interpreter, P], Coroutine[Any, Any, Run]],
) -> Callable[Concatenate["TracedInterpreter", P], Coroutine[Any, Any, Run]]:
    """The method within a span that says what its run came to."""

    @wraps(method)
    async def traced(self: "TracedInterpreter", /, *given: P.args, **named: P.kwargs) -> Run:
        work = next(each for each in (*given, *named.values()) if isinstance(each, Job | Run))
        run_id = work.id if isinstance(work, Job) else work.job.id
        with _span(self.tracer, "tokenwise.run", SpanKind.INTERNAL, {"tokenwise.run_id": run_id}) as span:
            run = await method(self, *given, **named)
            span.set_attribute("tokenwise.status", run.status or "unfinished")
            span.set_attribute("tokenwise.cost_usd", run.books.spent / 1_000_000_000)
            return run

    return traced


@define
class TracedInterpreter(Interpreter):
    """An interpreter with a span for each run of a plan or a prompt. A proxy's requests have spans of their own."""

    tracer: Tracer = field(kw_only=True)

    run = _performed(Interpreter.run)
    resume = _performed(Interpreter.resume)


@contextmanager
def served(tracer: Tracer, method: str, route: str, headers: Mapping[str, str]) -> Iterator[Span]:
    """The span of one request of a client's, within the trace that its headers name. The path is the table's."""
    asked = {"http.request.method": method, "http.route": route}
    with _span(tracer, f"{method} {route}".strip(), SpanKind.SERVER, asked, _CONTEXT.extract(headers)) as span:
        yield span


@contextmanager
def _span(
    tracer: Tracer, name: str, kind: SpanKind, attributes: Mapping[str, str | int], context: Context | None = None
) -> Iterator[Span]:
    # Exceptions hold what people wrote: that there was one is told, and not which.
    started = tracer.start_as_current_span(
        name, context, kind, attributes, record_exception=False, set_status_on_exception=False
    )
    with started as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise


def _told(span: Span, outcome: Reply | Failure) -> Reply | Failure:
    """The outcome, which the span has heard of."""
    if isinstance(outcome, Failure):
        span.set_attribute("error.type", outcome.fault.value)
        span.set_status(StatusCode.ERROR)
    else:
        span.set_attribute("gen_ai.response.finish_reasons", (outcome.finish.value,))
        if outcome.served_model:
            span.set_attribute("gen_ai.response.model", outcome.served_model)
    if outcome.usage is not None:
        span.set_attributes(_counted(outcome.usage))
    return outcome


def _asked(call: CallModel) -> dict[str, str | int]:
    return {
        "gen_ai.provider.name": _SELLERS.get(call.provider, call.provider),
        "gen_ai.request.model": call.native_id,
        "gen_ai.request.max_tokens": call.max_output_tokens,
        "tokenwise.attempt": str(call.attempt),
        "tokenwise.model": call.model,
    }


def _counted(usage: Usage) -> dict[str, int]:
    """The classes of a usage: the conventions' input has what was read from a cache or written to one in it."""
    return {
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens + usage.cache_write_5m_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
    }
