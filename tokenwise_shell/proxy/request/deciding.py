"""Which model a request gets: the core's own decision, on everything that the request holds.

The same for a request that is carried out and for `POST /v1/route`, which only wants to know.
"""

from fnmatch import fnmatchcase
from functools import partial
from typing import Final

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog
from tokenwise.machine.messages import CallModel
from tokenwise.policy import Policy, Streams
from tokenwise.routing.bid import Known, bound_known, has_paused
from tokenwise.routing.choosing import Refusal, Refused, Routed
from tokenwise.routing.request import Wishes
from tokenwise.routing.shortlist import obstacle
from tokenwise.routing.warmth import WARMTH_MS, warmed
from tokenwise.scenario.risk import Blocked
from tokenwise.usage import Usage
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.plans.decision import Decision, decide
from tokenwise_shell.providers.fields import text
from tokenwise_shell.providers.own import speaks
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.made import Maker
from tokenwise_shell.proxy.request.asked import Asked
from tokenwise_shell.proxy.request.conversation import plain_texts
from tokenwise_shell.proxy.request.names import unsold
from tokenwise_shell.proxy.request.work import CHAT, Work
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.troubles import blocked, refused, unknown_model, unknown_response

__all__ = ["LEAST_SHARED_BYTES", "Order", "ask_others", "decided", "learn", "ordered"]


@frozen
class Order:
    """A request that may be carried out: by whom, what, and with which model first.

    `ungoverned` where nobody knows what it costs, so that no budget can hold it.
    """

    admitted: Admitted
    asked: Asked
    decision: Decision
    routed: Routed
    ungoverned: bool = False

    @property
    def decision_id(self) -> str:
        """The decision's name."""
        return self.decision.decision_id

    @property
    def tokens(self) -> int:
        """How many tokens its first call may use at most."""
        return self.routed.bid.input_tokens + self.routed.bid.max_output_tokens * self.decision.request.need.choices


def ordered(service: Service, admitted: Admitted, asked: Asked, work: Work = CHAT) -> Order | Trouble:
    """The order that a request amounts to, or why it is not carried out."""
    if asked.model and not admitted.may_use(asked.model):
        return unknown_model(asked.model)
    if asked.model and not _is_sold(service, asked.model):
        return unsold(asked.model, service.client.workspace.catalog)
    if (maker := _maker(service, asked)) and maker.key != admitted.who:
        return unknown_response("previous_response_id")
    if asked.barred and not _has_sellers(_catalog(service, admitted, asked), asked.model):
        return asked.barred
    decision = decided(service, admitted, asked, work)
    match decision.outcome:
        case Routed(model=model) if work.pinned and not asked.model:
            return ordered(service, admitted, evolve(asked, model=model.id), work)
        case Routed():
            return Order(admitted, asked, decision, decision.outcome)
        case Refused():
            return refused(decision.outcome, _obstacle(decision))
        case Blocked():
            return blocked(decision.outcome)


def _is_sold(service: Service, model: str) -> bool:
    """Whether somebody who can be called sells this model. A catalogue that is shown for want of any sells nothing."""
    workspace = service.client.workspace
    offers = workspace.reachable[model].offers if model in workspace.reachable else ()
    return any(offer.provider in workspace.providers for offer in offers)


def decided(service: Service, admitted: Admitted, asked: Asked, work: Work = CHAT) -> Decision:
    """The decision for a request: an answer in full if the money allows, else the longest that it pays."""
    if not asked.mark:
        return _decided(service, admitted, asked, work)
    said = asked.mark, work, asked.options, asked.model, asked.barred is None, asked.spent_models
    place = said, admitted.globs, service.counts.doubts
    return service.memory.recall(service.client.workspace, place, partial(_decided, service, admitted, asked, work))


def _decided(service: Service, admitted: Admitted, asked: Asked, work: Work) -> Decision:
    workspace = service.client.workspace
    wishes, gate = work.wishes(asked), workspace.gate
    if workspace.settings.exact_tokens:
        wishes = evolve(wishes, counted=workspace.counted(plain_texts(asked.fields)))
    if known := _known(service, asked, wishes):
        wishes = evolve(wishes, known=known)
    decision = decide(
        work.words(asked.fields, whole=gate.enabled),
        catalog=_catalog(service, admitted, asked),
        policy=_policy(workspace.policy(asked.options.strategy), asked),
        budget=workspace.settings.request_budget(asked.options.budget),
        wishes=wishes,
        gate=gate if gate.enabled else None,
    )
    short = isinstance(decision.outcome, Refused) and decision.outcome.code is Refusal.BUDGET
    return decision.as_far_as_it_goes() if short else decision


_THINKS_FROM: Final = 4_096

_LONG_WARMTH_MS: Final = 3_600_000

# Below this a count would save less than a cent at the dearest price there is.
_WORTH_COUNTING: Final = 4_096

LEAST_SHARED_BYTES: Final = _WORTH_COUNTING
"""Of a shorter body nothing is asked of others: no more tokens than bytes."""


def _known(service: Service, asked: Asked, wishes: Wishes) -> tuple[Known, ...]:
    """What sellers have counted of this conversation at an earlier turn."""
    if wishes.weight is None or wishes.weight.input.bound < _WORTH_COUNTING:
        return ()
    return service.counts.known(asked.trails, wishes.weight.attachments, now_ms=wall_ms())


def learn(service: Service, order: Order, call: CallModel, usage: Usage, *, own: bool) -> None:
    """Keep what the seller has counted of the request that this call sent, in the client's `own` words or in chat's."""
    need, asked, seat = order.decision.request.need, order.asked, (call.provider, call.model)
    if not need.known and need.input.bound < _WORTH_COUNTING:
        return
    bound = bound_known(order.decision.catalog[call.model], call.provider, need)
    if bound is not None and usage.prompt_tokens > bound:
        service.counts.doubt(seat)
    # Below some caps a model is not told to think, and then what it has thought before is no input.
    whole = call.max_output_tokens >= min(_THINKS_FROM, asked.max_output_tokens or _THINKS_FROM)
    if whole and need.input.bound >= _WORTH_COUNTING:
        row = service.counts.learn(
            asked.own_trail if own else asked.trail,
            seat,
            usage.prompt_tokens,
            need.attachments,
            warm=warmed(order.decision.catalog[call.model], call.provider, need, usage),
            until_ms=wall_ms() + (_LONG_WARMTH_MS if need.writes.hour else WARMTH_MS),
            paused=has_paused(need.known),
        )
        if row and service.board:
            service.board.write(row, wall_ms())


async def ask_others(service: Service, asked: Asked, *, takes_long: bool) -> None:
    """Learn what other processes know of this conversation, if anything can be learned of it in time."""
    if service.board is None:
        return
    find = partial(_unknown, service, asked)
    if ends := await service.aside(find) if takes_long else find():
        for row in await service.board.read(ends, wall_ms()):
            service.counts.take(row)


def _unknown(service: Service, asked: Asked) -> tuple[bytes, ...]:
    return service.counts.unknown(asked.trails, wall_ms())


def _policy(policy: Policy, asked: Asked) -> Policy:
    """What is asked in its own words alone, or made in the provider's own time, cannot be kept back till later."""
    if (asked.barred is None and not asked.background) or policy.cascade.streams is Streams.STRAIGHT:
        return policy
    return evolve(policy, cascade=evolve(policy.cascade, streams=Streams.STRAIGHT))


def _catalog(service: Service, admitted: Admitted, asked: Asked) -> Catalog:
    """What may be chosen from: for a request without a translation, the offers of those who take it as it is."""
    catalog = admitted.catalog(service.client.workspace.reachable)
    if asked.spent_models and not asked.model:
        catalog = _unspent(catalog, asked.spent_models)
    if asked.barred is None:
        return catalog
    own, endpoints = asked.own, service.client.caller.endpoints
    able = tuple(name for name, endpoint in endpoints.items() if own is not None and speaks(endpoint, own.format))
    if (maker := _maker(service, asked)) and maker.provider in able:
        able = (maker.provider,)  # nobody else has what the request goes on from
    return catalog.worked_out.of(("only", able), lambda: catalog.only(able))


def _unspent(catalog: Catalog, globs: tuple[str, ...]) -> Catalog:
    """The catalogue without models whose own limits have nothing left; as it is where no other is left."""

    def left() -> Catalog:
        kept = [each for each in catalog.models if not any(fnmatchcase(each.id, glob) for glob in globs)]
        return Catalog(kept) if kept else catalog

    return catalog.worked_out.of(("unspent", globs), left)


def _maker(service: Service, asked: Asked) -> Maker | None:
    """Who made the response that this request goes on from; None where there is none, or nobody remembers."""
    before = text(asked.own.body.get("previous_response_id")) if asked.own is not None else ""
    return service.made.maker(before) if before else None


def _has_sellers(catalog: Catalog, model: str) -> bool:
    """Whether this model, or any where none is named, is sold."""
    return bool(catalog[model].offers) if model else any(each.offers for each in catalog.models)


def _obstacle(decision: Decision) -> str:
    """What hinders the model that the request names, "" if it names none."""
    need = decision.request.need
    found = need.model and obstacle(decision.catalog[need.model], need, decision.policy)
    return f"{need.model}: {found}" if found else ""
