"""Whole stories: the machine, the interpreter, a call, a wire format and a provider, in memory and in virtual time."""

import math
from collections.abc import Mapping
from functools import partial

import orjson
import pytest
import trio
import trio.testing
from attrs import define, evolve, field

from tests.core.worlds import job, model, step
from tests.shell.interrupts import Interrupt
from tests.shell.loopback import CHUNKED, Talk, chunk, in_memory, saying, whole
from tokenwise.budgets import ledger
from tokenwise.budgets.ledger import Charged, Retried
from tokenwise.catalog.models import Catalog
from tokenwise.ids import AttemptId
from tokenwise.machine.books import reservation
from tokenwise.machine.run import Attempt, Ended, Job, Outcome, Run
from tokenwise.machine.straight import closing, opening
from tokenwise.money import parse_usd
from tokenwise.policy import Policy
from tokenwise.routing.health import Health
from tokenwise.routing.request import Wishes, read_request
from tokenwise.traits import Tier
from tokenwise_shell.budgets.holder import Holder
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.embedded import EmbeddedProvider, First, Pace, Reset, Script, Status
from tokenwise_shell.engine.calls import Caller
from tokenwise_shell.engine.interpret import Interpreter
from tokenwise_shell.engine.watch import Watch
from tokenwise_shell.providers import Endpoint
from tokenwise_shell.providers.counting import weigh
from tokenwise_shell.transport import open_transport

SMALL = model("small", Tier.BUDGET, 1, 2, sellers=("direct", "openrouter"))
MID = model("mid", Tier.MID, 3, 9, sellers=("other",))
CATALOG = Catalog([SMALL, MID])
INSTANT = Pace(0, 0)

every_format = pytest.mark.parametrize("kind", ProviderKind)


@define
class Notebook:
    """Books in memory."""

    entries: list = field(factory=list)

    def append(self, run_id: str, *entries: object) -> None:
        self.entries += [(run_id, entry) for entry in entries]

    def hold(self, run_id: str, attempt: Attempt, catalog: Catalog) -> None:
        self.append(run_id, opening(catalog, attempt), reservation(attempt))

    def pay(self, run_id: str, attempt: Attempt, charged: ledger.Charged) -> None:
        self.append(run_id, *closing(attempt, charged))

    async def durable(self) -> None:
        await trio.lowlevel.checkpoint()

    def of(self, kind: type) -> list:
        return [entry for _, entry in self.entries if isinstance(entry, kind)]


def now_ms() -> int:
    return round(trio.current_time() * 1000)


@define
class Stage:
    """Everything but the providers."""

    interpreter: Interpreter
    books: Notebook
    store: ProcessStore

    async def run(self, **fields: object) -> Run:
        return await self.interpreter.run(a_job(**fields))

    @property
    def health(self) -> Health:
        return self.interpreter.watch.health

    @property
    def settled(self) -> bool:
        """Whether no money is held anywhere, and the books say the same."""
        held = self.store["all"].held or self.store.open_holds
        return not held and list(ledger.check(entry for _, entry in self.books.entries)) == []


def a_job(name: str = "run", **fields: object) -> Job:
    made = job(step("answer"), models=("small",), catalog=CATALOG, policy=Policy(**fields))
    return evolve(made, id=name)


def stage(place_call) -> Stage:
    store = ProcessStore()
    store.open("all", parse_usd("1.00"))
    books = Notebook()
    holder = Holder(store, scopes_of=lambda *_: ("all",))
    return Stage(Interpreter(place_call, holder, books, Watch(), now_ms), books, store)


async def played(talks: Mapping[str, Talk], kinds: Mapping[str, ProviderKind], act) -> None:
    """Act on a stage where each provider is a host of its own."""
    async with trio.open_nursery() as nursery:
        streets = {}
        for host, talk in talks.items():
            streets[host] = await enter(nursery, talk)

        async def connect(host: str, port: int) -> trio.abc.Stream:
            return await streets[host].connect(host, port)

        async with open_transport(connect=connect) as transport:
            endpoints = {name: Endpoint(kinds[name], f"http://{name}/v1") for name in talks}
            await act(stage(Caller(transport, endpoints, unix_ms=now_ms).call))
        nursery.cancel_scope.cancel()


async def enter(nursery: trio.Nursery, talk: Talk):
    async def held(task_status) -> None:
        async with in_memory(talk) as server:
            task_status.started(server)
            await trio.sleep_forever()

    return await nursery.start(held)


def failing(*faults: object) -> EmbeddedProvider:
    return EmbeddedProvider(pace=INSTANT, script=Script([First(list(faults))]))


def ended(run: Run) -> Ended:
    return run.steps[0].state


@every_format
async def test_a_rate_limit_then_a_reset_then_a_reply(autojump_clock, kind):
    """429 with `Retry-After: 2`, then a reset, then it works: one reply, three attempts, waits as told."""
    provider = failing(Status(429, headers={"Retry-After": "2"}), Reset())

    async def act(stage: Stage) -> None:
        began = trio.current_time()
        run = await stage.run()
        took = trio.current_time() - began
        assert ended(run).outcome is Outcome.OK
        charged = stage.books.of(Charged)
        assert [each.attempt for each in charged] == [AttemptId("answer", number) for number in range(3)]
        assert [each.outcome for each in charged] == ["rate_limited", "disconnected", "ok"]
        # NotHeld work is free; what was cut off may be billed, so its reservation stands; the rest is as reported.
        assert (charged[0].amount, charged[1].estimated, charged[2].estimated) == (0, True, False)
        assert charged[2].usage == provider.billed[-1].usage
        waits = [each.after_ms for each in stage.books.of(Retried)]
        assert waits[0] == 2000
        assert 1000 <= waits[1] <= 1500  # 500 ms doubled, with up to half of it as jitter
        assert math.isclose(took, sum(waits) / 1000)
        assert (len(provider.received), len(provider.billed)) == (3, 1)
        assert stage.settled
        assert stage.health == Health()

    await played({"direct": provider.converse}, {"direct": kind}, act)


@every_format
async def test_direct_first_then_openrouter_then_the_ladder(autojump_clock, kind):
    direct, openrouter, other = failing(Status(401)), failing(Status(404)), failing()
    talks = {"direct": direct.converse, "openrouter": openrouter.converse, "other": other.converse}

    async def act(stage: Stage) -> None:
        run = await stage.run()
        assert ended(run).outcome is Outcome.OK
        places = [(each.provider, each.model, each.outcome) for each in stage.books.of(Charged)]
        assert places == [
            ("direct", "small", "unauthorized"),
            ("openrouter", "small", "model_missing"),
            ("other", "mid", "ok"),
        ]
        assert stage.settled
        # A bad key speaks against the provider, a missing model against that model there alone.
        assert set(stage.health.seats) == {("direct", "*"), ("openrouter", "small")}

    kinds = {"direct": kind, "openrouter": ProviderKind.OPENAI, "other": ProviderKind.GOOGLE}
    await played(talks, kinds, act)


async def test_retries_failover_and_escalation_share_one_budget_of_attempts(autojump_clock):
    down = [Status(503)] * 20
    talks = {name: failing(*down).converse for name in ("direct", "openrouter", "other")}

    async def act(stage: Stage) -> None:
        run = await stage.run(max_attempts=4)
        assert ended(run).outcome is not Outcome.OK
        assert [each.provider for each in stage.books.of(Charged)] == ["direct"] * 3 + ["openrouter"]
        assert stage.settled

    await played(talks, dict.fromkeys(talks, ProviderKind.ANTHROPIC), act)


@every_format
async def test_one_callers_bad_request_says_nothing_about_anybodys_health(autojump_clock, kind):
    direct = failing(Status(400, message="messages: at least one message is required"))

    async def act(stage: Stage) -> None:
        first = await stage.interpreter.run(a_job("first"))
        assert ended(first).outcome is Outcome.FAILED
        assert [each.outcome for each in stage.books.of(Charged)] == ["rejected"]
        assert stage.health == Health()
        second = await stage.interpreter.run(a_job("second"))
        assert ended(second).outcome is Outcome.OK
        assert stage.books.of(Charged)[-1].provider == "direct"

    await played({"direct": direct.converse}, {"direct": kind}, act)


# A bias that only OpenAI's format has words for.
BIASED = {"messages": [{"role": "user", "content": "Rain?"}], "logit_bias": {"50256": -100}}


def as_written(fields: Mapping[str, object], **policy: object) -> Job:
    """A job whose request arrived already written."""
    weight = weigh(fields)
    need = read_request("Rain?", Policy(), Wishes(weight=weight, model="small", max_output_tokens=100)).need
    return evolve(a_job(**policy), request=need, judged=False)


async def test_what_one_format_cannot_say_is_asked_where_another_can(autojump_clock):
    """Google's format has no `logit_bias`: the same model is asked at a seller that speaks OpenAI's."""
    direct, openrouter = failing(), failing()
    talks = {"direct": direct.converse, "openrouter": openrouter.converse}

    async def act(stage: Stage) -> None:
        place_call = partial(stage.interpreter.place_call, written=BIASED)
        run = await evolve(stage.interpreter, place_call=place_call).run(as_written(BIASED))
        assert ended(run).outcome is Outcome.OK
        charged = stage.books.of(Charged)
        assert [(each.provider, each.outcome) for each in charged] == [("direct", "unsupported"), ("openrouter", "ok")]
        assert (charged[0].amount, len(direct.received), len(openrouter.received)) == (0, 0, 1)
        assert orjson.loads(openrouter.received[0].request.body)["logit_bias"] == BIASED["logit_bias"]
        assert stage.health == Health()
        assert stage.settled

    await played(talks, {"direct": ProviderKind.GOOGLE, "openrouter": ProviderKind.OPENAI}, act)


async def test_what_no_format_can_say_ends_with_the_place_and_costs_nothing(autojump_clock):
    heard = []

    async def act(stage: Stage) -> None:
        async def place_call(call, *, first_token):
            heard.append(await stage.interpreter.place_call(call, first_token=first_token, written=BIASED))
            return heard[-1]

        run = await evolve(stage.interpreter, place_call=place_call).run(as_written(BIASED))
        assert ended(run).outcome is not Outcome.OK
        assert [each.amount for each in stage.books.of(Charged)] == [0, 0]
        assert [failure.message.partition(": ")[2].partition(":")[0] for failure in heard] == ["logit_bias"] * 2
        assert stage.settled

    talks = {name: failing().converse for name in ("direct", "openrouter")}
    await played(talks, {"direct": ProviderKind.GOOGLE, "openrouter": ProviderKind.ANTHROPIC}, act)


async def unheard(_: object) -> None:
    await trio.lowlevel.checkpoint()


# A short reply in each format, in pieces: whole bodies are written in two.
STREAMED: Mapping[ProviderKind, list[object]] = {
    ProviderKind.OPENAI: [
        {"choices": [{"index": 0, "delta": {"content": "Rain."}}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    ],
    ProviderKind.ANTHROPIC: [
        {"type": "message_start", "message": {"usage": {"input_tokens": 9}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Rain."}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    ],
    ProviderKind.GOOGLE: [
        {"candidates": [{"content": {"parts": [{"text": "Rain."}]}}]},
        {"candidates": [{"content": {"parts": [{"text": ""}]}, "finishReason": "STOP"}]},
    ],
}
WHOLE: Mapping[ProviderKind, object] = {
    ProviderKind.OPENAI: {"choices": [{"message": {"content": "Rain."}, "finish_reason": "stop"}]},
    ProviderKind.ANTHROPIC: {"content": [{"type": "text", "text": "Rain."}], "stop_reason": "end_turn"},
    ProviderKind.GOOGLE: {"candidates": [{"content": {"parts": [{"text": "Rain."}]}, "finishReason": "STOP"}]},
}


def answering(kind: ProviderKind, *, stream: bool) -> Talk:
    if stream:
        return saying(CHUNKED, *(chunk(b"data: %b\n\n" % orjson.dumps(each)) for each in STREAMED[kind]), b"0\r\n\r\n")
    body = whole(orjson.dumps(WHOLE[kind]))
    return saying(body[:40], body[40:])


class TestCancelling:
    """Cancelling during any await of a call leaves no open connection and a settled reservation."""

    @pytest.mark.slow  # one run for each step of a call
    @pytest.mark.parametrize("before", [False, True])
    @pytest.mark.parametrize("stream", [False, True])
    @every_format
    async def test_at_every_step_of_a_call(self, mock_clock, kind, stream, before):
        """Each call is cut one step later than the one before, until one is answered in full."""
        mock_clock.autojump_threshold = 0
        cuts = 0
        async with in_memory(answering(kind, stream=stream)) as server:
            for steps in range(1, 500):
                within, cut = await self.cut_short(server, kind, Interrupt(steps, before=before), stream=stream)
                cuts += within
                if not cut:
                    break
        assert 5 < cuts < 100

    async def cut_short(self, server, kind, interrupt: Interrupt, *, stream: bool) -> tuple[bool, bool]:
        """Whether a run was cut within its call, and whether it was cut at all."""
        returned = []
        async with open_transport(connect=server.connect) as transport:
            caller = Caller(transport, {"direct": Endpoint(kind, "http://direct/v1")}, unix_ms=now_ms)

            async def place_call(call, *, first_token):
                interrupt.task = trio.lowlevel.current_task()
                options = {"relay": unheard} if stream else {}
                try:
                    outcome = await caller.call(call, first_token=first_token, **options)
                    returned.append(outcome)
                    return outcome
                finally:
                    interrupt.task = None

            scene = stage(place_call)
            trio.lowlevel.add_instrument(interrupt)
            try:
                with trio.CancelScope() as interrupt.scope:
                    await scene.run()
            finally:
                trio.lowlevel.remove_instrument(interrupt)
            await trio.testing.wait_all_tasks_blocked()
            assert scene.settled
            assert len(scene.books.of(Charged)) + len(scene.books.of(ledger.Abandoned)) == 1
            # What is left of a call that was cut is nothing; one whose answer has ended may leave an idle connection
            # behind, as a stream's has before it returns.
            assert server.house.present <= (1 if returned or stream else 0)
        await trio.testing.wait_all_tasks_blocked()
        assert server.house.present == 0
        return not returned, interrupt.scope.cancelled_caught
