"""Which counts are bills: the shapes of public reports, and others of the same kinds, each with what is right."""

import orjson
import pytest

from tests.shell.proxy.test_proxy_hosted_tools import SAID
from tokenwise.faults import Fault
from tokenwise.money import parse_usd
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.providers.openai import chat, embeddings, responses
from tokenwise_shell.providers.openai.usage import parse_cost, parse_usage
from tokenwise_shell.transport.exchange import HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent

CUT = TransportTrouble(TroubleKind.DISCONNECTED, "the connection was lost")
DONE = "[DONE]"


def used(output=2, **more):
    return {"prompt_tokens": 3, "completion_tokens": output, **more}


def said(index=0, finish=None, usage=None, **delta):
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {"choices": [choice], **({"usage": usage} if usage is not None else {})}


COUNT = {"choices": [], "usage": used()}
FINAL = Usage(3, output_tokens=2)


def heard(*chunks, choices=1, trouble=None):
    stream = chat.open_stream(native_id="m", choices=choices)
    for each in chunks:
        stream.feed(SseEvent(each.encode() if isinstance(each, str) else orjson.dumps(each)))
    return stream.end(trouble)


@pytest.mark.parametrize(
    ("chunks", "choices", "trouble", "bill", "why"),
    [
        ([said(content="a", usage=used(1)), said(content="b", usage=used(2))], 1, CUT, None, "counted so far, and cut"),
        ([said(content="a"), COUNT, said(content="b")], 1, CUT, None, "more came behind the count"),
        ([said(content="a"), said(finish="stop", usage=used())], 1, CUT, FINAL, "counted with the end"),
        ([said(content="a"), said(finish="stop"), COUNT], 1, CUT, FINAL, "counted behind the end"),
        ([said(content="a"), said(finish="", usage=used())], 1, CUT, None, "an empty reason is none"),
        ([said(content="a"), said(finish="null", usage=used())], 1, CUT, None, "a null in quotes is none"),
        ([said(content="a"), said(finish="stop"), {"choices": [], "usage": used(0)}], 1, None, None, "none counted"),
        ([said(content="a"), said(finish="stop"), {"choices": [], "usage": {}}, DONE], 1, None, None, "an empty count"),
        ([said(content="a"), said(finish="stop"), {"usage": None}, DONE], 1, None, None, "a null"),
        ([said(content="a"), said(finish="stop"), COUNT, {"choices": [], "usage": used(7)}], 1, None,
         Usage(3, output_tokens=7), "the last count there is, before the stream is said to be done"),
        ([said(content="a"), said(finish="stop", usage=used(1)), said(1, content="b")], 2, CUT, None, "one goes on"),
        ([said(content="a"), said(finish="stop", usage=used(1))], 2, CUT, None, "one had not begun"),
        ([said(content="a"), said(finish="stop"), said(1, content="b"), said(1, finish="stop"), COUNT], 2, CUT, FINAL,
         "both have ended, then it is counted"),
        ([said(content="a"), said(finish="stop"), COUNT, DONE], 3, None, FINAL, "a server that gives one for three"),
        ([said(content="a"), said(finish="stop"), COUNT, DONE, said(1, content="b")], 2, CUT, None, "done too early"),
        ([said(1, content="b"), said(1, finish="stop"), said(0, content="a"), said(0, finish="stop"), COUNT], 2, None,
         FINAL, "in another order"),
        ([said(content="a", finish="stop"), {"choices": [{"index": 0, "usage": used()}]}, DONE], 1, None, FINAL,
         "Moonshot's place"),
        ([said(content="a", finish="stop"), {"choices": [], "x_groq": {"usage": used()}}, DONE], 1, None, FINAL,
         "Groq's place"),
    ],
)  # fmt: skip
def test_of_a_stream_only_a_final_count_is_its_bill(chunks, choices, trouble, bill, why):
    assert heard(*chunks, choices=choices, trouble=trouble).usage == bill, why


@pytest.mark.parametrize(
    ("usage", "right", "why"),
    [
        (used(2, prompt_tokens=100, cached_tokens=64), Usage(36, 64, 0, 2), "cached is within, and no total says else"),
        ({"prompt_tokens": 36, "completion_tokens": 2, "total_tokens": 102, "cached_tokens": 64}, Usage(36, 64, 0, 2),
         "the total holds 64 more: the prompt was told without them"),
        ({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 45,
          "completion_tokens_details": {"reasoning_tokens": 30}}, Usage(10, 0, 0, 35, 30), "beside the answer"),
        ({"prompt_tokens": 10, "completion_tokens": 35, "total_tokens": 45,
          "completion_tokens_details": {"reasoning_tokens": 30}}, Usage(10, 0, 0, 35, 30), "reasoning within it"),
        ({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 20}, Usage(10, 0, 0, 10), "unknown: the dearer"),
        ({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 3}, Usage(10, 0, 0, 5), "a total too small"),
        ({"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 11}}, None, "a part"),
        ({"prompt_tokens": -1, "completion_tokens": 5}, None, "below nothing"),
        ({"prompt_tokens": 1.5, "completion_tokens": 5}, None, "half a token"),
        ({"prompt_tokens": "10", "completion_tokens": "5"}, None, "texts are no counts"),
        ({"prompt_tokens": True, "completion_tokens": 5}, None, "a truth is no count"),
        ({"prompt_tokens": 10}, None, "half a report"),
    ],
)  # fmt: skip
def test_a_usage_is_read_by_arithmetic(usage, right, why):
    assert parse_usage(usage) == right, why


@pytest.mark.parametrize(
    ("usage", "usd", "why"),
    [
        ({"cost": 0.0052}, "0.0052", "OpenRouter's"),
        ({"cost": 0}, "0", "nothing was taken, and it says so"),
        ({"cost": 0.001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.02}}, "0.021", "and yours"),
        ({"cost": 0.001, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.02}}, "0.001", "within"),
        ({"cost": 0.001, "is_byok": True, "cost_details": None}, "0.001", "nothing itemised"),
        ({"cost": {"total_cost": 0.006, "input_tokens_cost": 0.001}}, "0.006", "Perplexity's"),
        ({"cost": -1}, None, "below nothing"),
        ({"cost": "0.5"}, None, "a text"),
        ({"cost": True}, None, "a truth"),
        ({"cost": 1e12}, None, "more money than there is"),
        ({"cost": 1e-12}, "0.000000001", "rounded up: something was taken"),
    ],
)  # fmt: skip
def test_a_provider_s_own_figure_is_read(usage, usd, why):
    assert parse_cost(usage) == (None if usd is None else parse_usd(usd)), why


def answer(body, kind="application/json"):
    return HttpResponse(200, (("content-type", kind),), body)


RESPONSE = {
    "id": "r", "object": "response", "status": "completed", "model": "m", "error": None, "output": [SAID],
    "usage": {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
}  # fmt: skip


class TestResponsesAsTheyWereNotAskedFor:
    def test_the_last_event_of_a_stream_has_the_response(self):
        event = orjson.dumps({"type": "response.completed", "response": RESPONSE})
        reply = responses.parse(answer(event), native_id="m", now_ms=0)
        assert isinstance(reply, Reply)
        assert (reply.text, reply.usage) == ("Rain.", FINAL)
        assert orjson.loads(responses.in_last_event(event)) == RESPONSE

    def test_a_response_is_itself(self):
        body = orjson.dumps(RESPONSE)
        assert responses.in_last_event(body) == body


class TestEmbeddings:
    def test_a_page_in_their_place_is_asked_once_and_says_what_it_was(self):
        failure = embeddings.parse(answer(b"<html><title>Sign in</title>", "text/html"), native_id="m", now_ms=0)
        assert isinstance(failure, Failure)
        assert failure.fault is Fault.MODEL_MISSING
        assert "Sign in" in failure.message

    @pytest.mark.parametrize("body", [b"{}", b'{"data": []}', b"[]", b"null", b"nonsense", b'{"data": null}'])
    def test_no_answer_is_malformed_and_says_what_it_was(self, body):
        failure = embeddings.parse(answer(body), native_id="m", now_ms=0)
        assert isinstance(failure, Failure)
        assert failure.fault is Fault.MALFORMED
        assert "not embeddings" in failure.message
