"""LangChain's clients, at a proxy whose address is the argument: prints what came back as JSON.

Runs in an environment of its own, with `langchain-openai` and `langchain-anthropic` in it.
"""

import json
import sys
from collections.abc import Iterator

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


@tool
def look_up(word: str) -> str:
    """Looks a word up."""
    return f"{word} is water"


class City(BaseModel):
    """A city."""

    name: str
    people: int


def clients(url: str, model: str) -> dict:
    """Each of LangChain's ways to ask."""
    openai = {"model": model, "base_url": f"{url}/v1", "api_key": "any", "max_retries": 0, "stream_usage": True}
    return {
        "chat": ChatOpenAI(**openai),
        "responses": ChatOpenAI(**openai, use_responses_api=True),
        "messages": ChatAnthropic(model=model, base_url=url, api_key="any", max_retries=0, max_tokens=1000),
    }


def seen(client) -> Iterator[tuple[str, bool]]:
    """Each thing that a client can do, and whether it did."""
    answer = client.invoke("What is rain?")
    yield "text", bool(answer.text) and answer.usage_metadata["output_tokens"] > 0
    pieces = list(client.stream("What is rain?"))
    whole = sum(pieces[1:], pieces[0])
    yield "stream", whole.text == answer.text and whole.usage_metadata["output_tokens"] > 0
    yield "tools", ends_in_text(client.bind_tools([look_up]))
    data = {"type": "image", "base64": PIXEL, "mime_type": "image/png"}
    yield "image", bool(client.invoke([HumanMessage([{"type": "text", "text": "What is this?"}, data])]).text)
    yield (
        "structured",
        isinstance(client.with_structured_output(City, method="json_schema").invoke("Name a city"), City),
    )


def ends_in_text(client) -> bool:
    """Whether a tool is called, and its result answered."""
    messages = [HumanMessage("Please look_up rain")]
    call = client.invoke(messages)
    messages += [
        call,
        *(ToolMessage(look_up.invoke(each["args"]), tool_call_id=each["id"]) for each in call.tool_calls),
    ]
    return bool(call.tool_calls) and bool(client.invoke(messages).text)


if __name__ == "__main__":
    url, *models = sys.argv[1:]
    found = {f"{name} {model}": dict(seen(client)) for model in models for name, client in clients(url, model).items()}
    print(json.dumps(found))
