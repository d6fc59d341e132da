"""litellm as a client, at a proxy whose address is the argument: prints what came back as JSON.

Runs in an environment of its own, with `litellm` in it.
"""

import json
import sys
from collections.abc import Iterator

import litellm

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
TOOL = {
    "type": "function",
    "function": {
        "name": "look_up",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}


def seen(said: dict) -> Iterator[tuple[str, bool]]:
    """Each thing that a client can do, and whether it did. `said` names the model and the address."""
    asked = [{"role": "user", "content": "What is rain?"}]
    answer = litellm.completion(messages=asked, **said)
    text = answer.choices[0].message.content
    yield "text", bool(text) and answer.usage.completion_tokens > 0
    pieces = list(litellm.completion(messages=asked, stream=True, **said))
    yield "stream", "".join(each.choices[0].delta.content or "" for each in pieces) == text
    yield "tools", ends_in_text(said)
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    content = [{"type": "text", "text": "What is this?"}, image]
    described = litellm.completion(messages=[{"role": "user", "content": content}], **said)
    yield "image", bool(described.choices[0].message.content)


def ends_in_text(said: dict) -> bool:
    """Whether a tool is called, and its result answered."""
    messages = [{"role": "user", "content": "Please look_up rain"}]
    call = litellm.completion(messages=messages, tools=[TOOL], **said).choices[0].message
    results = [{"role": "tool", "tool_call_id": each.id, "content": "water"} for each in call.tool_calls or ()]
    last = litellm.completion(messages=[*messages, call.model_dump(), *results], tools=[TOOL], **said)
    return bool(call.tool_calls) and bool(last.choices[0].message.content)


def responses(said: dict) -> Iterator[tuple[str, bool]]:
    """The Responses interface, whole and streamed."""
    answer = litellm.responses(input="What is rain?", **said)
    yield "text", bool(answer.output_text)
    events = list(litellm.responses(input="What is rain?", stream=True, **said))
    yield "stream", events[-1].type == "response.completed" and events[-1].response.output_text == answer.output_text


if __name__ == "__main__":
    litellm.telemetry = False
    url, *models = sys.argv[1:]
    found = {}
    for model in models:
        chat = {"model": f"openai/{model}", "api_base": f"{url}/v1", "api_key": "any"}
        found[f"chat {model}"] = dict(seen(chat))
        found[f"messages {model}"] = dict(seen({"model": f"anthropic/{model}", "api_base": url, "api_key": "any"}))
        found[f"responses {model}"] = dict(responses(chat))
    print(json.dumps(found))
