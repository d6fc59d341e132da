"""Drive the machine from asyncio with an HTTP client of your own. No key, no network: the embedded provider answers."""

import asyncio
import time

import httpx
from anyio.from_thread import start_blocking_portal

import tokenwise as tw
from tokenwise_shell.embedded import EmbeddedProvider, serve

FAULTS = {401: tw.Fault.UNAUTHORIZED, 429: tw.Fault.RATE_LIMITED, 503: tw.Fault.OVERLOADED}


class Driver:
    """Performs each command in order, and answers each Reserve, CallModel and Wait with one event."""

    def __init__(self, http: httpx.AsyncClient, group: asyncio.TaskGroup) -> None:
        self.http, self.group = http, group
        self.inbox: asyncio.Queue[tw.Event] = asyncio.Queue()
        self.calls: dict[tw.AttemptId, asyncio.Task[None]] = {}

    async def run(self, job: tw.Job) -> tw.Run:
        run, commands = tw.start(job, at_ms=now_ms())
        while True:
            for command in commands:
                self.perform(command)
            if run.finished:
                return run
            run, commands = tw.step(run, await self.inbox.get())

    def perform(self, command: tw.Command) -> None:
        match command:
            case tw.Reserve(attempt=attempt):  # a budget shared with others would be asked here
                self.inbox.put_nowait(tw.Reserved(attempt, now_ms()))
            case tw.CallModel(attempt=attempt):
                self.calls[attempt] = self.group.create_task(self.call(command))
            case tw.AbandonCall(attempt=attempt):
                self.calls[attempt].cancel()
            case tw.Wait():
                self.group.create_task(self.wait(command))
            case tw.Record() | tw.Settle() | tw.Finish():
                print(command)  # a ledger and that budget would hear of it here

    async def wait(self, pause: tw.Wait) -> None:
        await asyncio.sleep(pause.ms / 1000)
        self.inbox.put_nowait(tw.Woke(pause.attempt, now_ms()))

    async def call(self, call: tw.CallModel) -> None:
        try:
            outcome = await self.answer(call)
        except httpx.TransportError as trouble:
            outcome = tw.Failure(tw.Fault.UNREACHABLE, str(trouble))
        self.inbox.put_nowait(tw.call_ended(call.attempt, now_ms(), outcome))

    async def answer(self, call: tw.CallModel) -> tw.Reply | tw.Failure:
        messages = [{"role": each.role.value, "content": each.text} for each in call.prompt or ()]
        body = {"model": call.native_id, "messages": messages, "max_completion_tokens": call.max_output_tokens}
        answer = await self.http.post("/chat/completions", json=body, timeout=call.timeout_ms / 1000)
        if answer.status_code != 200:
            return tw.Failure(FAULTS.get(answer.status_code, tw.Fault.SERVER_ERROR), answer.text)
        (choice,), used = answer.json()["choices"], answer.json()["usage"]
        usage = tw.Usage(input_tokens=used["prompt_tokens"], output_tokens=used["completion_tokens"])
        return tw.Reply(choice["message"]["content"] or "", tw.FinishReason(choice["finish_reason"]), usage)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def main(address: str) -> None:
    catalog, policy, limit = tw.embedded_catalog().only(["openai"]), tw.Policy(), tw.parse_usd("0.05")
    plan = tw.decompose_by_rules("Name two colours, then compare them")
    assigned = tw.assign(plan, catalog, policy, limit)
    assert isinstance(assigned, tw.Assigned)
    job = tw.Job(id="mine", plan=plan, choices=assigned.choices, catalog=catalog, policy=policy, limit=limit)
    async with httpx.AsyncClient(base_url=address) as http, asyncio.TaskGroup() as group:
        run = await Driver(http, group).run(job)
    print(f"{run.status}, {tw.format_usd(run.books.spent)} of {tw.format_usd(limit)}")
    assert run.status == "completed"
    assert 0 < run.books.spent <= limit


if __name__ == "__main__":
    with (
        start_blocking_portal(backend="trio") as portal,
        portal.wrap_async_context_manager(serve(EmbeddedProvider())) as served,
    ):
        asyncio.run(main(str(served)))
