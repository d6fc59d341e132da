"""Point OpenAI's SDK at the embedded provider: an answer, a stream, a scripted fault, and what was billed for them.

Needs no key and no network. Run it with `python docs/examples/point_an_sdk_at_it.py`.
"""

import openai
import trio
from openai.types.chat import ChatCompletionMessageParam

from tokenwise_shell.embedded import EmbeddedProvider, First, Script, Status, serve

ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Explain the tides to a ten-year-old"}]

# The third call is refused once. The SDK waits as it is told, asks again, and never shows it.
SCRIPT = Script([First([None, None, Status(429, headers=(("Retry-After-Ms", "50"),))])])


def talk(base_url: str) -> None:
    """An ordinary program: nothing in it knows that its provider is simulated."""
    with openai.OpenAI(base_url=base_url, api_key="any") as client:
        answer = client.chat.completions.create(model="openai/gpt-6-sol", messages=ASKED)
        print(answer.choices[0].message.content)

        for chunk in client.chat.completions.create(
            model="openai/gpt-6-sol", messages=ASKED, stream=True, max_tokens=20
        ):
            print(chunk.choices[0].delta.content or "", end="", flush=True)
        print(f" … ended by {chunk.choices[0].finish_reason}")

        retried = client.chat.completions.create(model="anthropic/claude-haiku-5-5", messages=ASKED)
        print(retried.choices[0].message.content)


async def main() -> None:
    provider = EmbeddedProvider(seed=1, script=SCRIPT)
    async with serve(provider) as address:
        await trio.to_thread.run_sync(talk, str(address))
    for entry in provider.billed:
        print(f"call {entry.ordinal}: {entry.model}, {entry.prompt_tokens} tokens in, {entry.completion_tokens} out")


if __name__ == "__main__":
    trio.run(main)
