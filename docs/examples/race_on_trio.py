"""Ask two strategies at once on trio, take the first good answer, and let go of the other one's money.

Needs no key and no network with `offline=True`. Run it with `python docs/examples/race_on_trio.py`.
"""

import trio

from tokenwise_shell import Completion, TrioClient, open_client


async def first(tw: TrioClient, prompt: str, strategies: tuple[str, ...]) -> Completion:
    send, receive = trio.open_memory_channel[Completion](len(strategies))

    async def ask(strategy: str) -> None:
        answer = await tw.complete(prompt, strategy=strategy, budget="0.05")
        if answer.success:
            await send.send(answer)

    async with trio.open_nursery() as nursery:
        for strategy in strategies:
            nursery.start_soon(ask, strategy)
        answer = await receive.receive()
        nursery.cancel_scope.cancel()  # the slower one is charged what it may still be billed, and no more
    return answer


async def main() -> None:
    async with open_client(offline=True) as tw:
        answer = await first(tw, "Why is the sky blue?", ("cheapest", "best_quality"))
        print(f"{answer.model} was first, for ${answer.total_cost}")
        print(answer.output)


if __name__ == "__main__":
    trio.run(main)
