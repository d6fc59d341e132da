"""Simon Willison's llm as a client, at a proxy whose address is the argument: prints what came back as JSON.

Runs in an environment of its own, with `llm` in it. Its models are described in a file, as its users do.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
    "required": ["city", "degrees"],
}
POOR = {"x-tokenwise-budget": "0.0000001"}


def described(folder: Path, url: str, names: list[str]) -> None:
    """The file that tells llm of models at an address."""
    rows = []
    for name in [*names, "house/nowhere"]:
        row = {"model_name": name, "api_base": f"{url}/v1", "supports_tools": True, "supports_schema": True}
        rows += [{"model_id": name, **row}, {"model_id": f"poor/{name}", **row, "headers": POOR}]
    folder.joinpath("extra-openai-models.yaml").write_text(json.dumps(rows))


def look_up(word: str) -> str:
    """Look a word up."""
    return f"{word} is water"


def seen(model) -> Iterator[tuple[str, bool]]:
    """Each thing that a client can do, and whether it did."""
    text = model.prompt("What is rain?", stream=False).text()
    yield "text", bool(text)
    yield "stream", "".join(model.prompt("What is rain?")) == text
    yield "tools", bool(model.chain("Please look_up rain", tools=[look_up]).text())
    yield "schema", {"city", "degrees"} <= json.loads(model.prompt("The weather of Bern", schema=SCHEMA).text()).keys()


def refused(model) -> str:
    """What the user reads of a refusal."""
    try:
        model.prompt("What is rain?", key="any").text()
    except Exception as error:  # noqa: BLE001 -- its plug-ins raise what their clients raise
        return str(error)
    return ""


if __name__ == "__main__":
    url, *models = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"LLM_USER_PATH": folder, "OPENAI_API_KEY": "any"}
        described(Path(folder), url, models)
        import llm  # reads its folder once

        found = {}
        for name in models:
            shown = dict(seen(llm.get_model(name)))
            shown["402"] = "budget" in refused(llm.get_model(f"poor/{name}"))
            shown["404"] = "does not exist" in refused(llm.get_model("house/nowhere"))
            found[name] = shown
        print(json.dumps(found))
