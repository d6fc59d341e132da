"""pydantic-ai as a client, at a proxy whose address is the argument: prints what came back as JSON.

Runs in an environment of its own, with `pydantic-ai-slim[openai,anthropic]` in it.
"""

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator

import anthropic
import anyio
import openai
from pydantic import BaseModel
from pydantic_ai import Agent, NativeOutput, ToolOutput
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider


class Weather(BaseModel):
    city: str
    degrees: int


def look_up(word: str) -> str:
    """Look a word up."""
    return f"{word} is water"


async def seen(model) -> AsyncIterator[tuple[str, bool]]:
    """Each thing that a client can do, and whether it did."""
    yield "text", bool((await Agent(model).run("What is rain?")).output)
    yield "stream", bool(await streamed(Agent(model)))
    ran = await Agent(model, tools=[look_up]).run("Please look_up rain")
    yield "tools", any(part.part_kind == "tool-return" for message in ran.all_messages() for part in message.parts)
    shapes = [("schema by tool", ToolOutput(Weather))]
    if model.profile.get("supports_json_schema_output"):
        shapes.append(("schema", NativeOutput(Weather)))
    for name, output in shapes:
        shaped = await Agent(model, output_type=output).run("The weather of Bern")
        yield name, isinstance(shaped.output, Weather)


async def streamed(agent) -> str:
    async with agent.run_stream("What is rain?") as ran:
        pieces = [piece async for piece in ran.stream_text(delta=True)]
        return "".join(pieces) if "".join(pieces) == await ran.get_output() else ""


async def refused(model) -> str:
    """What the user reads of a refusal."""
    try:
        await Agent(model).run("What is rain?")
    except ModelHTTPError as error:
        return f"{error.status_code} {error}"
    return ""


def models_at(url: str, headers: dict[str, str]) -> Iterator[tuple[str, Callable[[str], object]]]:
    """A maker of models for each door."""
    at_openai = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0, default_headers=headers)
    at_anthropic = anthropic.AsyncAnthropic(base_url=url, api_key="any", max_retries=0, default_headers=headers)
    by_openai = OpenAIProvider(openai_client=at_openai)
    yield "chat", lambda name: OpenAIChatModel(name, provider=by_openai)
    yield "responses", lambda name: OpenAIResponsesModel(name, provider=by_openai)
    yield "messages", lambda name: AnthropicModel(name, provider=AnthropicProvider(anthropic_client=at_anthropic))


async def found_at(url: str, models: list[str]) -> dict[str, dict[str, bool]]:
    poor = dict(models_at(url, {"x-tokenwise-budget": "0.0000001"}))
    found = {}
    for name in models:
        for door, made in models_at(url, {}):
            shown = {what: worked async for what, worked in seen(made(name))}
            shown["402"] = "budget" in await refused(poor[door](name))
            shown["404"] = "does not exist" in await refused(made("house/nowhere"))
            found[f"{door} {name}"] = shown
    return found


if __name__ == "__main__":
    print(json.dumps(anyio.run(found_at, sys.argv[1], sys.argv[2:])))
