"""The proxy's endpoints, described by OpenAPI 3.1: what `GET /openapi.json` answers.

Kept by hand. Of requests it says what this proxy itself insists on; whatever else a body holds is passed on, and its
provider judges it.
"""

from collections.abc import Mapping
from typing import Final

import orjson

from tokenwise.policy import Strategy
from tokenwise.traits import Capability
from tokenwise_shell.plans.outcomes import GOOD_OR_BAD
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.service import Service

__all__ = ["DESCRIPTION", "show_description"]

_Schema = Mapping[str, object]

_TEXT: Final[_Schema] = {"type": "string"}
_OBJECT: Final[_Schema] = {"type": "object"}
_COUNT: Final[_Schema] = {"type": "integer", "minimum": 1}
_CAP: Final[_Schema] = {"type": "integer", "minimum": 0}

_ERRORS: Final = {
    400: "The request cannot be understood, or no model can do it.",
    401: "A key is missing, or is not known here.",
    402: "The budget does not pay for it. The message says what was needed and what is left.",
    403: "The provider forbids it.",
    404: "There is no such model.",
    408: "The body did not arrive in time.",
    413: "The body or the conversation is too long.",
    422: "The risk gate has stopped it, or the provider refuses it.",
    429: "A rate is used up, or the money is held by others, or the provider is busy. See `Retry-After`.",
    431: "The head of the request is too long.",
    500: "A bug in this proxy.",
    502: "The provider failed.",
    503: "The provider is overloaded, or this proxy takes nothing at the moment.",
    504: "The provider did not answer in time.",
}
_OF_READING: Final = (401, 404, 431, 500)


def _ref(name: str) -> _Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _nullable(schema: _Schema) -> _Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(required: tuple[str, ...] = (), **properties: _Schema) -> _Schema:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(items: _Schema, **more: object) -> _Schema:
    return {"type": "array", "items": items, **more}


def _content(kind: str, schema: _Schema) -> _Schema:
    return {"content": {kind: {"schema": schema}}}


def _errors(statuses: tuple[int, ...], shape: str) -> dict[str, _Schema]:
    return {str(each): {"description": _ERRORS[each], **_content(JSON, _ref(shape))} for each in statuses}


def _work(summary: str, asked: str, answered: str, *, shape: str = "Error", streams: bool = True) -> _Schema:
    """An endpoint that has a model do something."""
    content = {JSON: {"schema": _ref(answered)}, **({"text/event-stream": {"schema": _TEXT}} if streams else {})}
    return {
        "summary": summary,
        "security": _SECURITY,
        "parameters": _HEADERS,
        "requestBody": {"required": True, **_content(JSON, _ref(asked))},
        "responses": {"200": {"description": "The answer.", "content": content}, **_errors(tuple(_ERRORS), shape)},
    }


def _reading(summary: str, answered: str, *, named: str = "") -> _Schema:
    """An endpoint that only tells."""
    name = {"name": named, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    return {
        "summary": summary,
        "security": _SECURITY,
        **({"parameters": [name]} if named else {}),
        "responses": {
            "200": {"description": "What there is.", **_content(JSON, _ref(answered))},
            **_errors(_OF_READING, "Error"),
        },
    }


def _open(summary: str, kind: str, schema: _Schema, *, may_fail: bool = False) -> _Schema:
    """An endpoint that needs no key."""
    fine = {"description": "How it is.", **_content(kind, schema)}
    unready = {"503": {"description": "Not now.", **_content(kind, schema)}} if may_fail else {}
    return {"summary": summary, "responses": {"200": fine, **unready, **_errors((431, 500), "Error")}}


def _passed(summary: str, *, body: bool) -> _Schema:
    """An endpoint of a provider's."""
    path = {"name": "path", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    content: _Schema = {each: {"schema": {}} for each in (JSON, "multipart/form-data")}
    return {
        "summary": summary,
        "security": _SECURITY,
        "parameters": [path, _PROVIDER, *_HEADERS],
        **({"requestBody": {"required": False, "content": content}} if body else {}),
        "responses": {"default": {"description": "What the provider answers, or why it is not asked."}},
    }


_SPAN: Final[_Schema] = {"type": "string", "pattern": "^[1-9][0-9]{0,2}[mhdw]$"}
_NAMED: Final[_Schema] = {"type": "string", "minLength": 1}
_TAG: Final[_Schema] = {"type": "string", "pattern": "^[a-z]{1,20}$"}
_RUN: Final[_Schema] = {"type": "string", "pattern": r"^[\w./:-]{1,200}$"}
_SECURITY: Final[list[Mapping[str, list[str]]]] = [{}, {"bearer": []}, {"key": []}]

_STRATEGY: Final[_Schema] = {"enum": [strategy.value for strategy in Strategy]}
_CAPABILITIES: Final[_Schema] = {"enum": [str(member.name).lower() for member in Capability]}
_USD: Final[_Schema] = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 10**9}, _TEXT]}

_HEADERS: Final = [
    {"name": f"x-tokenwise-{name}", "in": "header", "required": False, "description": meaning, "schema": schema}
    for name, meaning, schema in (
        ("budget", "The most that this may cost, in US dollars.", {"type": "number", "minimum": 0, "maximum": 10**9}),
        ("strategy", "Which capable model to prefer.", _STRATEGY),
        ("capability", "What kind of work it is.", _CAPABILITIES),
        ("tags", "Words to book it under, with commas between them.", _TEXT),
    )
]

_PROVIDER: Final[_Schema] = {
    "name": "x-tokenwise-provider",
    "in": "header",
    "required": False,
    "description": "Which provider is asked, where the model does not say so.",
    "schema": _TEXT,
}

_OPTIONS: Final = _nullable(
    {
        **_object(
            budget=_nullable(_USD),
            strategy=_nullable(_STRATEGY),
            capability=_nullable({"anyOf": [_CAPABILITIES, _list(_CAPABILITIES, minItems=1)]}),
            tags=_nullable(_list(_TAG, maxItems=20)),
        ),
        "additionalProperties": False,
    }
)

_MODEL_NAME: Final[_Schema] = {
    "type": "string",
    "minLength": 1,
    "description": "`auto`, `auto:STRATEGY`, or a model's id.",
    "examples": ["auto"],
}
_CONTENT: Final = _nullable({"anyOf": [_TEXT, _list({"anyOf": [_OBJECT, _TEXT]})]})
_MESSAGE: Final = {**_object(("role",), role=_TEXT, content=_CONTENT)}
_TURN: Final = _object(
    ("role", "content"), role={"enum": ["user", "assistant"]}, content={"anyOf": [_TEXT, _list(_OBJECT)]}
)
_TEXTS: Final[_Schema] = {"anyOf": [_TEXT, _list({"anyOf": [_TEXT, _CAP, _list(_CAP)]}, minItems=1)]}
_FLAG: Final = _nullable({"type": "boolean"})

_SCHEMAS: Final[Mapping[str, _Schema]] = {
    "Error": _object(
        ("error",),
        error=_object(
            ("message", "type", "param", "code"),
            message=_TEXT,
            type=_TEXT,
            param=_nullable(_TEXT),
            code=_nullable(_TEXT),
        ),
    ),
    "AnthropicError": _object(
        ("type", "error"), type={"const": "error"}, error=_object(("type", "message"), type=_TEXT, message=_TEXT)
    ),
    "ChatRequest": _object(
        ("model", "messages"),
        model=_MODEL_NAME,
        messages=_list(_MESSAGE, minItems=1),
        max_tokens=_nullable(_CAP),
        max_completion_tokens=_nullable(_CAP),
        n=_nullable(_COUNT),
        stream=_FLAG,
        stream_options=_nullable(_object(include_usage=_FLAG)),
        tokenwise=_OPTIONS,
    ),
    "ChatCompletion": _object(("choices",), choices=_list(_OBJECT)),
    "EmbeddingsRequest": _object(("model", "input"), model=_MODEL_NAME, input=_TEXTS, tokenwise=_OPTIONS),
    "Embeddings": _object(("data",), data=_list(_OBJECT)),
    "MessagesRequest": _object(
        ("model", "messages", "max_tokens"),
        model=_MODEL_NAME,
        messages=_list(_TURN, minItems=1),
        max_tokens=_COUNT,
        stream={"type": "boolean"},
    ),
    "Message": _object(("type", "role", "content"), content=_list(_OBJECT)),
    "CountRequest": _object(("model", "messages"), model=_MODEL_NAME, messages=_list(_TURN, minItems=1)),
    "Count": _object(("input_tokens",), input_tokens={"type": "integer", "minimum": 0}),
    "ResponsesRequest": _object(
        ("model", "input"), model=_MODEL_NAME, input={"anyOf": [_TEXT, _list(_OBJECT)]}, stream=_FLAG
    ),
    "Response": _object(("object", "output"), output=_list(_OBJECT)),
    "Model": _object(("id", "object", "created", "owned_by"), id=_TEXT, object={"const": "model"}),
    "Models": _object(("object", "data"), object={"const": "list"}, data=_list(_ref("Model"))),
    "Decision": _object(
        ("decision", "model", "provider", "strategy", "budget_nano", "ladder", "rejected", "refusal", "decision_id"),
        decision={"enum": ["routed", "refused"]},
    ),
    "Feedback": _object(("run", "rating"), run=_RUN, rating={"enum": list(GOOD_OR_BAD)}),
    "Rated": _object(("run", "good"), run=_TEXT, good={"type": "boolean"}),
    "Limits": _object(("data",), data=_list(_object(("scope", "limit_nano", "spent_nano", "held_nano", "left_nano")))),
    "Wanted": _object(
        ("budget",), budget=_USD, expires_in=_SPAN, models=_list(_NAMED, maxItems=20), tags=_list(_TAG, maxItems=20)
    ),
    "Voucher": _object(("token", "name", "scope", "amount_nano", "expires_at"), token=_TEXT),
    "Returned": _object(("name", "returned"), name=_TEXT),
    "Raise": _object(("scope", "budget"), scope=_TEXT, budget=_USD),
    "Raised": _object(("scope", "before_nano", "limit_nano"), scope=_TEXT),
    "Status": _object(("status",), status=_TEXT),
}

DESCRIPTION: Final[Mapping[str, object]] = {
    "openapi": "3.1.0",
    "info": {"title": "TokenWise", "version": "1", "summary": "LLM calls, routed within a budget."},
    "paths": {
        "/v1/chat/completions": {"post": _work("Answer a conversation.", "ChatRequest", "ChatCompletion")},
        "/v1/messages": {
            "post": _work("The same for Anthropic's clients.", "MessagesRequest", "Message", shape="AnthropicError")
        },
        "/v1/messages/count_tokens": {
            "post": _work("Estimate tokens.", "CountRequest", "Count", shape="AnthropicError", streams=False)
        },
        "/v1/responses": {"post": _work("The same as OpenAI's Responses.", "ResponsesRequest", "Response")},
        "/v1/embeddings": {"post": _work("Embed texts.", "EmbeddingsRequest", "Embeddings", streams=False)},
        "/v1/route": {"post": _work("Decide, and call nobody.", "ChatRequest", "Decision", streams=False)},
        "/v1/feedback": {"post": _work("Say what an answer was worth.", "Feedback", "Rated", streams=False)},
        "/v1/vouchers": {"post": _work("Cut a voucher from a budget.", "Wanted", "Voucher", streams=False)},
        "/v1/vouchers/{voucher}": {"delete": _reading("Give its rest back.", "Returned", named="voucher")},
        "/v1/limits": {"get": _reading("How the limits stand.", "Limits")},
        "/v1/limits/raise": {"post": _work("Raise one, as its owner.", "Raise", "Raised", streams=False)},
        "/v1/models": {"get": _reading("Everything that may be asked for.", "Models")},
        "/v1/models/{model}": {"get": _reading("One of them.", "Model", named="model")},
        "/v1/{path}": {
            "get": _passed("Fetch what a provider keeps.", body=False),
            "post": _passed("Use an endpoint of a provider's that is not known here.", body=True),
            "put": _passed("Likewise.", body=True),
            "patch": _passed("Likewise.", body=True),
            "delete": _passed("Have something deleted that a provider keeps.", body=False),
        },
        "/healthz": {"get": _open("Whether the process answers.", JSON, _ref("Status"))},
        "/readyz": {"get": _open("Whether a request could be served.", JSON, _ref("Status"), may_fail=True)},
        "/metrics": {"get": _open("Figures for Prometheus.", "text/plain", _TEXT)},
        "/openapi.json": {"get": _open("This description.", JSON, _OBJECT)},
    },
    "components": {
        "schemas": _SCHEMAS,
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        },
    },
}
"""The document."""


async def show_description(service: Service, request: Request, answer: Answer) -> None:
    """The description, for whoever generates clients or tests from it. It needs no key."""
    del service, request
    await answer.whole(200, {"content-type": JSON}, orjson.dumps(DESCRIPTION))
