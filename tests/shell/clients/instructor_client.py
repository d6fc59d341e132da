"""instructor as a client, at a proxy whose address is the argument: prints what came back as JSON.

Runs in an environment of its own, with `instructor` and `anthropic` in it.
"""

import json
import sys
from collections.abc import Iterator

import anthropic
import instructor
import openai
from pydantic import BaseModel


class Weather(BaseModel):
    city: str
    degrees: int


ASKED = [{"role": "user", "content": "The weather of Bern"}]
# The others only describe the object in words, which a simulated model does not heed.
BY_OPENAI = (instructor.Mode.TOOLS, instructor.Mode.JSON_SCHEMA)
BY_ANTHROPIC = (instructor.Mode.ANTHROPIC_TOOLS,)


def clients(url: str, headers: dict[str, str]) -> Iterator[tuple[str, object]]:
    """A client for each way in which it asks for an object."""
    for mode in BY_OPENAI:
        at_openai = openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0, default_headers=headers)
        yield mode.value, instructor.from_openai(at_openai, mode=mode)
    for mode in BY_ANTHROPIC:
        at_anthropic = anthropic.Anthropic(base_url=url, api_key="any", max_retries=0, default_headers=headers)
        yield mode.value, instructor.from_anthropic(at_anthropic, mode=mode)


def asked(client, model: str) -> object:
    return client.create(model=model, max_tokens=500, messages=ASKED, response_model=Weather, max_retries=1)


def refused(client, model: str) -> str:
    """What the user reads of a refusal."""
    try:
        asked(client, model)
    except Exception as error:  # noqa: BLE001 -- instructor wraps what its clients raise
        return str(error)
    return ""


if __name__ == "__main__":
    url, *models = sys.argv[1:]
    found = {}
    for model in models:
        shown = {mode: isinstance(asked(client, model), Weather) for mode, client in clients(url, {})}
        tools = dict(clients(url, {}))[instructor.Mode.TOOLS.value]
        stream = list(tools.create_partial(model=model, max_tokens=500, messages=ASKED, response_model=Weather))
        shown["stream"] = bool(stream) and isinstance(stream[-1].degrees, int)
        for mode, poor in clients(url, {"x-tokenwise-budget": "0.0000001"}):
            shown[f"402 {mode}"] = "budget" in refused(poor, model)
        for mode, client in clients(url, {}):
            shown[f"404 {mode}"] = "does not exist" in refused(client, "house/nowhere")
        found[model] = shown
    print(json.dumps(found))
