"""Traces as a collector gets them: one server plays the provider and the collector, `tw` is a program of its own.

Names are those of https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ and of W3C Trace Context.
"""

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.shell.commands import PERSONAL, PROGRAM, ROOT, STUCK_SECONDS, serving

SAID = "what nobody but the provider may read"
ANSWER = {
    "id": "1", "object": "chat.completion", "created": 1, "model": "small",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": SAID}}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17,
              "prompt_tokens_details": {"cached_tokens": 2}},
}  # fmt: skip
CONFIG = """\
tracing: {tracing}
providers: {{here: {{kind: openai, base_url: "{url}/v1"}}}}
models:
  - {{id: here/small, provider: here, native_id: small, tier: mid, capabilities: [general], context_tokens: 100000,
      input_usd_per_mtok: 1, output_usd_per_mtok: 1, cache_read_usd_per_mtok: 1}}
"""
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class House(ThreadingHTTPServer):
    """Answers calls, the first of them with an error of its own, and keeps what it is sent."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.batches, self.failing = [], [], 1

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def spans(self):
        """The spans as (name, kind, attributes, trace, span, parent), in the order of their beginning."""
        found = [
            span
            for batch in self.batches
            for resource in ExportTraceServiceRequest.FromString(batch).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        return sorted(found, key=lambda span: span.start_time_unix_nano)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/v1/traces":
            self.server.batches.append(body)
            self.answer(200, b"")
            return
        self.server.asked.append(dict(self.headers))
        failing, self.server.failing = self.server.failing, 0
        self.answer(
            500 if failing else 200, b'{"error": {"message": "oh"}}' if failing else json.dumps(ANSWER).encode()
        )

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def house():
    with House() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def environ(house, home, *, tracing="true"):
    (home / "config.yaml").write_text(CONFIG.format(url=house.url, tracing=tracing), encoding="utf-8")
    bare = {name: value for name, value in os.environ.items() if not PERSONAL.search(name)}
    said = {"HOME": str(home), "TOKENWISE_CONFIG": str(home / "config.yaml"), "PYTHONPATH": str(ROOT)}
    return {**bare, **said, "OTEL_EXPORTER_OTLP_ENDPOINT": house.url}


def attributes(span):
    values = {each.key: each.value for each in span.attributes}
    return {key: getattr(value, value.WhichOneof("value")) for key, value in values.items()}


def ask(address, **headers):
    body = {"model": "here/small", "messages": [{"role": "user", "content": SAID}], "max_tokens": 20}
    return httpx.post(f"{address}/v1/chat/completions", json=body, headers=headers, timeout=STUCK_SECONDS)


@pytest.mark.slow  # starts the proxy as a program, and its spans are sent when it ends
def test_a_request_is_a_span_within_its_clients_trace_with_one_below_it_for_each_attempt(house, tmp_path):
    with serving(environ(house, tmp_path)) as address:
        answer = ask(address, traceparent=PARENT)
    request, failed, answered = house.spans
    _, trace, above, _ = PARENT.split("-")
    assert {span.trace_id.hex() for span in house.spans} == {trace}
    assert [span.parent_span_id.hex() for span in (request, failed, answered)] == [above, *[request.span_id.hex()] * 2]
    assert (request.name, failed.name, answered.name) == ("POST /v1/chat/completions", "chat small", "chat small")
    assert attributes(request) == {
        "http.request.method": "POST",
        "http.route": "/v1/chat/completions",
        "http.response.status_code": 200,
        "tokenwise.request_id": answer.headers["x-tokenwise-request-id"],
    }
    assert attributes(failed)["error.type"] == "server_error"
    told = attributes(answered)
    assert [value.string_value for value in told.pop("gen_ai.response.finish_reasons").values] == ["stop"]
    assert told == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "here",
        "gen_ai.request.model": "small",
        "gen_ai.request.max_tokens": 20,
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 2,
        "gen_ai.usage.cache_creation.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "tokenwise.attempt": "answer#1",
        "tokenwise.model": "here/small",
    }
    for span, headers in zip((failed, answered), house.asked, strict=True):
        assert headers["traceparent"] == f"00-{trace}-{span.span_id.hex()}-01"
    assert all(SAID.encode() not in batch for batch in house.batches)


@pytest.mark.slow  # likewise
def test_a_run_of_a_plan_is_a_span_that_says_what_it_cost(house, tmp_path):
    command = [*PROGRAM, "plan", "Name a colour", "--planner", "rules", "--budget", "1", "-x", "--json"]
    done = subprocess.run(
        command, env=environ(house, tmp_path), capture_output=True, text=True, check=False, timeout=STUCK_SECONDS
    )
    run = json.loads(done.stdout)["run"]
    whole, *attempts = house.spans
    assert (whole.name, len(attempts)) == ("tokenwise.run", 2)
    assert {attempt.parent_span_id for attempt in attempts} == {whole.span_id}
    told = attributes(whole)
    assert (told["tokenwise.run_id"], told["tokenwise.status"]) == (run["run_id"], "completed")
    assert told["tokenwise.cost_usd"] * 10**9 == pytest.approx(run["spent_nano"])


MINE = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tokenwise_shell import Router

kept, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
trace.set_tracer_provider(provider)
with trace.get_tracer("mine").start_as_current_span("mine"):
    Router().complete("What is rain?")
names = {span.context.span_id: span.name for span in kept.get_finished_spans()}
for span in kept.get_finished_spans():
    print(span.name, "in", names[span.parent.span_id] if span.parent else "nothing")
"""


@pytest.mark.slow  # likewise
def test_a_program_with_a_provider_of_tracers_of_its_own_finds_the_spans_there_below_its_own(house, tmp_path):
    done = subprocess.run(
        [PROGRAM[0], "-c", MINE], env=environ(house, tmp_path), capture_output=True, text=True, check=False
    )
    attempts = ["chat small in tokenwise.run"] * 2
    assert done.stdout.splitlines() == [*attempts, "tokenwise.run in mine", "mine in nothing"], done.stderr
    assert house.batches == []


@pytest.mark.slow  # likewise
def test_off_by_default_nothing_is_sent_to_anybody_and_nothing_is_loaded(house, tmp_path):
    env = environ(house, tmp_path, tracing="false")
    with serving(env) as address:
        assert ask(address, traceparent=PARENT).status_code == 200
    assert house.spans == []
    assert all("traceparent" not in headers for headers in house.asked)
    program = (
        "import sys, tokenwise_shell.proxy.server; sys.exit(any(n.startswith('opentelemetry') for n in sys.modules))"
    )
    assert subprocess.run([PROGRAM[0], "-c", program], env=env, check=False).returncode == 0
