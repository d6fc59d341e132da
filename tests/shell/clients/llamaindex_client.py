"""LlamaIndex as a client, at a proxy whose address is the argument: prints what came back as JSON.

Runs in an environment of its own, with `llama-index-llms-openai-like` in it.
"""

import json
import sys
from collections.abc import Iterator

import openai
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel


class Weather(BaseModel):
    """The weather of a city."""

    city: str
    degrees: int


def look_up(word: str) -> str:
    """Look a word up."""
    return f"{word} is water"


def at(url: str, model: str, headers: dict[str, str]) -> OpenAILike:
    return OpenAILike(
        model=model,
        api_base=f"{url}/v1",
        api_key="any",
        is_chat_model=True,
        is_function_calling_model=True,
        context_window=100_000,
        max_retries=0,
        default_headers=headers,
    )


def seen(llm: OpenAILike) -> Iterator[tuple[str, bool]]:
    """Each thing that a client can do, and whether it did."""
    text = llm.complete("What is rain?").text
    yield "text", bool(text)
    yield "stream", "".join(piece.delta or "" for piece in llm.stream_complete("What is rain?")) == text
    tool = FunctionTool.from_defaults(fn=look_up)
    ran = llm.predict_and_call([tool], "Please look_up rain")
    yield "tools", "water" in str(ran)
    asked = [ChatMessage(role="user", content="The weather of Bern")]
    shaped = llm.as_structured_llm(Weather).chat(asked)
    yield "schema", isinstance(shaped.raw, Weather)


def refused(llm: OpenAILike) -> str:
    """What the user reads of a refusal."""
    try:
        llm.complete("What is rain?")
    except openai.APIStatusError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    url, *models = sys.argv[1:]
    found = {}
    for model in models:
        shown = dict(seen(at(url, model, {})))
        shown["402"] = "budget" in refused(at(url, model, {"x-tokenwise-budget": "0.0000001"}))
        shown["404"] = "does not exist" in refused(at(url, "house/nowhere", {}))
        found[model] = shown
    print(json.dumps(found))
