"""openai-agents as a client, at a proxy whose address is the argument: prints what came back as JSON.

Runs in an environment of its own, with `openai-agents` in it.
"""

import json
import sys
from collections.abc import AsyncIterator

import anyio
import openai
from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from pydantic import BaseModel


class Weather(BaseModel):
    city: str
    degrees: int


@function_tool
def look_up(word: str) -> str:
    """Look a word up."""
    return f"{word} is water"


async def seen(model) -> AsyncIterator[tuple[str, bool]]:
    """Each thing that a client can do, and whether it did."""
    agent = Agent(name="a", instructions="Be brief.", model=model)
    yield "text", bool((await Runner.run(agent, "What is rain?")).final_output)
    yield "stream", bool(await streamed(agent))
    helped = Agent(name="b", model=model, tools=[look_up])
    ran = await Runner.run(helped, "Please look_up rain")
    kinds = [item.type for item in ran.new_items]
    yield "tools", "tool_call_output_item" in kinds and bool(ran.final_output)
    shaped = await Runner.run(Agent(name="c", model=model, output_type=Weather), "The weather of Bern")
    yield "schema", isinstance(shaped.final_output, Weather)


async def streamed(agent) -> str:
    ran, text = Runner.run_streamed(agent, "What is rain?"), ""
    async for event in ran.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            text += event.data.delta
    return text if text == ran.final_output else ""


async def refused(model) -> str:
    """What the user reads of a refusal."""
    try:
        await Runner.run(Agent(name="d", model=model), "What is rain?")
    except openai.APIStatusError as error:
        return f"{error.status_code} {error}"
    return ""


async def found_at(url: str, models: list[str]) -> dict[str, dict[str, bool]]:
    client = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0)
    poor = client.with_options(default_headers={"x-tokenwise-budget": "0.0000001"})
    found = {}
    for name in models:
        for door, kind in (("chat", OpenAIChatCompletionsModel), ("responses", OpenAIResponsesModel)):
            shown = {what: worked async for what, worked in seen(kind(model=name, openai_client=client))}
            shown["402"] = "budget" in await refused(kind(model=name, openai_client=poor))
            shown["404"] = "does not exist" in await refused(kind(model="house/nowhere", openai_client=client))
            found[f"{door} {name}"] = shown
    return found


if __name__ == "__main__":
    set_tracing_disabled(True)
    print(json.dumps(anyio.run(found_at, sys.argv[1], sys.argv[2:])))
