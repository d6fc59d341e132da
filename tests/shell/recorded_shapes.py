"""What stands in vendors' answers and requests beside the words: the shapes of recorded interactions, as strategies.

Read for them, in November 2026, from the cassettes of source distributions: 2,434 different interactions with model
endpoints (1,510 chat completions, 352 of OpenAI's Responses, 298 of Anthropic's Messages, 274 of Google's
generateContent). 1,182 are of crewai 1.15.30, 543 of pydantic-ai 1.24.0, 179 of langchain-openai 1.7.4, 65 of
langchain-anthropic 1.7.10; of opentelemetry-instrumentation 283 for openai 0.62.4, 33 for openai-v2 2.4b0, 45 for
langchain, 41 for anthropic, 13 for groq, 12 for mistralai and 2 for google-generativeai, each 0.62.4; and of
openinference-instrumentation 23 for google-genai 1.4.14, 7 for langchain 0.1.80 and 6 for mistralai 2.2.2.

A field that was met with several kinds of value has them all. Texts are drawn; none is a vendor's or anybody's.
"""

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

__all__ = [
    "ANTHROPIC_AROUND",
    "ANTHROPIC_BESIDE",
    "CHAT_BESIDE",
    "GOOGLE_AROUND",
    "GOOGLE_BESIDE",
    "REQUESTS",
    "RESPONSES_AROUND",
    "RESPONSES_BESIDE",
    "some_of",
]

Shape = Mapping[str, st.SearchStrategy[Any]]

word: Final = st.text("abcxyz", min_size=1, max_size=4)
count: Final = st.integers(0, 9)
seconds: Final = st.floats(0, 9)
flag: Final = st.booleans()
null: Final = st.none()


def of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


def some_of(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    """Any few of these fields."""
    names = st.lists(st.sampled_from(sorted(shape)), max_size=3, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: shape[name] for name in chosen}))


def kind(name: str, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return of(type=st.just(name), **fields)


def some(item: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(item, max_size=2)


FILTERED: Final = st.just({}) | of(hate=of(filtered=flag, severity=word), jailbreak=of(detected=flag, filtered=flag))
FOUND: Final = of(results=some(of(title=word, url=word, content=word, score=seconds)))

CHAT_BESIDE: Final[Mapping[str, Shape]] = {
    "": {
        "system_fingerprint": null | st.just("") | word,
        "service_tier": st.sampled_from(("default", "on_demand")),
        "obfuscation": st.just("") | word,
        "p": word,
        "provider": word,
        "prompt_filter_results": some(of(prompt_index=count, content_filter_results=FILTERED)),
        "x_groq": of(id=word),
        "time_info": of(created=count, queue_time=seconds, total_time=seconds),
        "usage_breakdown": null | of(models=null | some(of(model=word, usage=of(prompt_tokens=count)))),
    },
    "choice": {
        "content_filter_results": FILTERED,
        "native_finish_reason": null | word,
        "stop_reason": null,
        "logprobs": null,
    },
    "message": {
        "annotations": st.just([]),
        "refusal": null,
        "reasoning": null,
        "reasoning_content": null | st.just(""),
        "reasoning_details": st.just([]),
        "function_call": null,
        "channel": word,
        "executed_tools": some(kind("search", index=count, arguments=word, output=word, search_results=FOUND)),
        "thought_signature": word,
        "extra_content": of(google=of(thought=flag, thought_signature=word)),
    },
    "usage": {
        "prompt_tokens_details": null | of(audio_tokens=null | st.just(0), cached_tokens=st.just(0)),
        "completion_tokens_details": null | of(audio_tokens=st.just(0), rejected_prediction_tokens=st.just(0)),
        "prompt_cache_hit_tokens": st.just(0),
        "prompt_cache_miss_tokens": st.just(9),
        "queue_time": seconds,
        "total_time": seconds,
        "is_byok": st.just(False),
        "cost_details": of(upstream_inference_cost=null, upstream_inference_prompt_cost=seconds),
        "pydantic_ai_gateway": of(cost_estimate=seconds),
    },
}
"""Fields of a chat completion or a chunk, of its choice, of the message or delta in that, and of its usage."""

DIRECT: Final = kind("direct") | kind("code_execution_20250825", tool_id=word)
RESULT: Final = {"tool_use_id": word}
SEARCHED: Final = kind("web_search_result", encrypted_content=word, page_age=null | word, title=word, url=word)
PAGE: Final = kind(
    "document", title=null | word, source=kind("text", data=word, media_type=word), citations=null | of(enabled=flag)
)
RAN: Final = of(content=some(of(file_id=word)), return_code=count, stderr=st.just(""), stdout=st.just("") | word)

ANTHROPIC_AROUND: Final = st.one_of(
    kind("server_tool_use", id=word, name=word, input=of(query=word), caller=DIRECT),
    kind("web_search_tool_result", **RESULT, content=some(SEARCHED), caller=DIRECT),
    kind("web_search_tool_result", **RESULT, content=kind("web_search_tool_result_error", error_code=word)),
    kind(
        "web_fetch_tool_result", **RESULT, content=kind("web_fetch_result", url=word, retrieved_at=word, content=PAGE)
    ),
    kind("code_execution_tool_result", **RESULT, content=RAN),
    kind("bash_code_execution_tool_result", **RESULT, content=RAN),
    kind("text_editor_code_execution_tool_result", **RESULT, content=of(error_code=word, error_message=word)),
    kind("tool_search_tool_result", **RESULT, content=of(tool_references=some(kind("tool_reference", tool_name=word)))),
    kind("mcp_tool_use", id=word, name=word, server_name=word, input=of(query=word)),
    kind("mcp_tool_result", **RESULT, is_error=flag, content=some(kind("text", text=word))),
    kind("compaction", content=null | word),
)
"""Blocks among those of a message that are for nobody but Anthropic and its client."""

WRITTEN: Final = of(ephemeral_5m_input_tokens=st.just(0), ephemeral_1h_input_tokens=st.just(0))

ANTHROPIC_BESIDE: Final[Mapping[str, Shape]] = {
    "": {
        "container": null | of(id=word, expires_at=word, skills=some(of(skill_id=word, version=word))),
        "stop_details": null,
        "context_management": of(applied_edits=st.just([])),
    },
    "text": {
        "citations": null | st.just([]) | some(kind("char_location", cited_text=word, document_title=null | word))
    },
    "call": {"caller": DIRECT},
    "usage": {
        "cache_creation": WRITTEN,
        "cache_creation_input_tokens": st.just(0),
        "cache_read_input_tokens": null | st.just(0),
        "inference_geo": word,
        "service_tier": st.just("standard"),
        "server_tool_use": null | of(web_search_requests=st.just(0), web_fetch_requests=st.just(0)),
        "iterations": some(kind("message", input_tokens=count, output_tokens=count, cache_creation=WRITTEN)),
    },
}
"""Fields of a message, of a block of text and of a call in it, and of its usage."""

GOOGLE_AROUND: Final = st.one_of(
    of(executableCode=of(code=word, language=word)),
    of(codeExecutionResult=of(outcome=word, output=word)),
    of(inlineData=of(data=st.just("QQ=="), mimeType=st.just("image/png"))),
    of(text=st.just(""), thoughtSignature=word),
)
"""Parts among those of an answer that have no word in another format."""

PARTS: Final = some(of(modality=word, tokenCount=count))
GROUNDS: Final = of(
    webSearchQueries=some(word),
    groundingChunks=some(of(web=of(title=word, uri=word))),
    searchEntryPoint=of(renderedContent=word),
)

GOOGLE_BESIDE: Final[Mapping[str, Shape]] = {
    "": {"responseId": word, "modelVersion": word, "createTime": word},
    "candidate": {
        "index": st.just(0),
        "avgLogprobs": st.floats(-9, 0),
        "finishMessage": word,
        "groundingMetadata": st.just({}) | GROUNDS,
        "urlContextMetadata": of(urlMetadata=some(of(retrievedUrl=word, urlRetrievalStatus=word))),
        "safetyRatings": some(of(category=word, probability=word, blocked=flag)),
    },
    "part": {"thoughtSignature": word},
    "usage": {
        "promptTokensDetails": PARTS,
        "candidatesTokensDetails": PARTS,
        "cacheTokensDetails": PARTS,
        "trafficType": st.just("ON_DEMAND"),
        "serviceTier": st.just("standard"),
        "toolUsePromptTokenCount": st.just(0),
    },
}
"""Fields of an answer, of its candidate, of a part in that, and of its usage."""

DONE: Final = {"id": word, "status": st.just("completed")}
NAMED: Final = {"id": word, "server_label": word}

RESPONSES_AROUND: Final = st.one_of(
    kind("web_search_call", **DONE, action=kind("search", query=word, sources=some(kind("api", name=word)))),
    kind("file_search_call", **DONE, queries=some(word), results=null),
    kind("code_interpreter_call", **DONE, code=word, container_id=word, outputs=null | some(kind("logs", logs=word))),
    kind("image_generation_call", **DONE, result=word, quality=word, size=word),
    kind("mcp_list_tools", **NAMED, tools=some(of(name=word, annotations=null | of(read_only=flag)))),
    kind(
        "mcp_call", **NAMED, name=word, arguments=word, error=null | kind("http_error", code=count), output=null | word
    ),
    kind("mcp_approval_request", **NAMED, name=word, arguments=word),
    kind("tool_search_output", **DONE, call_id=null | word, execution=word, tools=some(kind("function", name=word))),
    kind("apply_patch_call", **DONE, call_id=word, operation=kind("create_file", path=word, diff=word)),
    kind("compaction", id=word, encrypted_content=word),
    kind("reasoning", id=word, summary=st.just([]), encrypted_content=word),
)
"""Items among those of a response that are for nobody but OpenAI and its client."""

RESPONSES_BESIDE: Final[Mapping[str, Shape]] = {
    "": {
        "access_programs": null | of(cyber=word),
        "billing": of(payer=word),
        "background": st.just(False),
        "completed_at": count,
        "moderation": null,
        "content_filters": some(of(blocked=flag, source_type=word, content_filter_results=FILTERED)),
        "reasoning": null | of(effort=null | word, summary=null | word, mode=word, context=null | word),
        "instructions": null | st.just("") | word,
        "tool_usage": of(web_search=of(num_requests=st.just(0)), image_gen=of(total_tokens=st.just(0))),
        "service_tier": st.just("default"),
        "text": of(format=kind("text"), verbosity=word),
    },
    "message": {"phase": word},
    "text": {"annotations": some(kind("url_citation", url=word, start_index=count)), "logprobs": st.just([])},
    "usage": {
        "input_tokens_details": of(cached_tokens=st.just(0), cache_write_tokens=st.just(0)),
        "output_tokens_details": of(reasoning_tokens=st.just(0)),
        "pydantic_ai_gateway": of(cost_estimate=seconds),
    },
}
"""Fields of a response, of a message and a text in it, and of its usage."""

SCHEMA: Final = st.just({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False})
FUNCTION: Final = of(name=st.just("look_up"), parameters=SCHEMA)
NEAR: Final = kind("approximate", city=word, country=word)
IMAGE: Final = st.just("data:image/png;base64,QQ==")
SAID: Final = of(role=st.just("user"), content=word)
FORMAT: Final = of(name=word, schema=SCHEMA, strict=st.just(True))
EPHEMERAL: Final = kind("ephemeral")


def turn(*parts: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """One turn of the user with one of these parts."""
    return st.one_of(*parts).map(lambda part: [{"role": "user", "content": [part]}])


REQUESTS: Final[Mapping[str, Shape]] = {
    "chat": {
        "messages": turn(
            kind("text", text=word),
            kind("image_url", image_url=of(url=IMAGE)),
            kind("file", file=of(file_data=st.just("data:application/pdf;base64,QQ=="), filename=word)),
            kind("input_audio", input_audio=of(data=st.just("QQ=="), format=st.sampled_from(("mp3", "wav")))),
        ),
        "frequency_penalty": st.just(0.5),
        "functions": st.lists(FUNCTION, min_size=1, max_size=1),
        "logprobs": st.just(True),
        "models": st.lists(word, min_size=1, max_size=1),
        "n": st.integers(2, 3),
        "preset": word,
        "provider": of(only=st.lists(word, min_size=1, max_size=1)),
        "reasoning_effort": st.sampled_from(("low", "high")),
        "reasoning_format": st.sampled_from(("parsed", "raw")),
        "response_format": kind("json_object") | kind("text") | kind("json_schema", json_schema=FORMAT),
        "safe_prompt": flag,
        "seed": count,
        "service_tier": st.just("default"),
        "stop": word | st.lists(word, max_size=2),
        "temperature": st.just(0) | st.just(0.5),
        "tools": null | st.lists(kind("function", function=FUNCTION), min_size=1, max_size=1),
        "top_p": st.just(0.9),
        "transforms": st.lists(word, min_size=1, max_size=1),
        "usage": of(include=flag),
        "user": word,
        "web_search_options": of(
            search_context_size=st.just("low"), user_location=kind("approximate", approximate=of(city=word))
        ),
    },
    "messages": {
        "messages": turn(
            kind("text", text=word, cache_control=EPHEMERAL),
            kind("image", source=kind("base64", media_type=st.just("image/png"), data=st.just("QQ=="))),
            kind("image", source=kind("file", file_id=word)),
            kind("document", source=kind("text", media_type=st.just("text/plain"), data=word)),
            kind("document", source=kind("content", content=some(kind("text", text=word)))),
            kind(
                "document",
                source=kind("url", url=st.just("https://example.com/a.pdf")),
                citations=of(enabled=st.just(True)),
            ),
            kind("search_result", source=word, title=word, content=some(kind("text", text=word))),
            kind("container_upload", file_id=word),
        ),
        "container": word | of(id=word),
        "context_management": of(edits=st.lists(kind("clear_tool_uses_20250919"), max_size=1)),
        "mcp_servers": st.lists(kind("url", name=word, url=st.just("https://example.com")), min_size=1, max_size=1),
        "metadata": of(user_id=word),
        "output_config": of(format=kind("json_schema", schema=SCHEMA)),
        "output_format": kind("json_schema", schema=SCHEMA),
        "stop_sequences": st.lists(word, min_size=1, max_size=2),
        "system": word | st.lists(kind("text", text=word, cache_control=EPHEMERAL), min_size=1, max_size=1),
        "temperature": st.just(0) | st.just(0.5),
        "thinking": kind("enabled", budget_tokens=st.just(1024)),
        "tools": st.lists(
            of(name=st.just("look_up"), input_schema=SCHEMA, defer_loading=flag)
            | kind("code_execution_20250825", name=st.just("code_execution"))
            | kind("memory_20250818", name=st.just("memory"))
            | kind("tool_search_tool_regex_20251119", name=st.just("tool_search_tool_regex"))
            | kind("web_search_20250305", name=st.just("web_search"), max_uses=null | st.just(2))
            | kind("web_fetch_20250910", name=st.just("web_fetch"), citations=of(enabled=flag))
            | kind("mcp_toolset", mcp_server_name=word),
            min_size=1,
            max_size=1,
        ),
    },
    "responses": {
        "input": word
        | turn(kind("input_text", text=word), kind("input_image", image_url=IMAGE, detail=st.just("auto")))
        | st.lists(
            kind("apply_patch_call_output", call_id=word, output=word)
            | kind("code_interpreter_call", id=word, code=word, container_id=word, outputs=null)
            | kind("compaction", id=word, encrypted_content=word)
            | kind("configuration_update", reasoning=of(effort=st.just("high")))
            | kind("file_search_call", id=word, queries=some(word))
            | kind("image_generation_call", id=word)
            | kind("mcp_approval_response", approval_request_id=word, approve=flag)
            | kind("mcp_list_tools", id=word, server_label=word, tools=st.just([]))
            | kind("web_search_call", id=word, action=kind("search", query=word)),
            min_size=1,
            max_size=1,
        ).flatmap(lambda items: SAID.map(lambda said: [said, *items])),
        "context_management": st.lists(kind("compaction", compact_threshold=st.just(9000)), min_size=1, max_size=1),
        "include": st.lists(
            st.sampled_from(
                ("reasoning.encrypted_content", "code_interpreter_call.outputs", "web_search_call.action.sources")
            ),
            min_size=1,
            max_size=1,
        ),
        "instructions": word,
        "max_output_tokens": st.just(300),
        "parallel_tool_calls": flag,
        "previous_response_id": null | word,
        "reasoning": of(effort=null | st.just("low"), summary=null | st.just("auto")),
        "service_tier": st.sampled_from(("flex", "priority")),
        "store": flag,
        "temperature": st.just(0.5),
        "text": of(format=kind("json_object") | kind("json_schema", name=word, schema=SCHEMA)),
        "tools": st.lists(
            kind("function", name=st.just("look_up"), parameters=SCHEMA, strict=flag)
            | kind("apply_patch")
            | kind("code_interpreter", container=kind("auto"))
            | kind("custom", name=word)
            | kind("file_search", vector_store_ids=some(word))
            | kind("image_generation", quality=word, partial_images=count)
            | kind("mcp", server_label=word, server_url=st.just("https://example.com"))
            | kind("web_search", search_context_size=word, user_location=NEAR)
            | kind("web_search_preview"),
            min_size=1,
            max_size=1,
        ),
        "truncation": st.just("auto"),
    },
}
"""Fields of a request by its door."""
