"""A request that its money is short for is counted by the vendor that would be asked, where the owner wants that.

Its bytes bound its tokens four times too high as a rule, so what was refused or cut may fit after all. The count costs
nothing and has a deadline; where there is none, the decision stands.
"""

from functools import partial
from typing import Final

from attrs import frozen

from tokenwise.catalog.models import Offer
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel
from tokenwise_shell.config.settings import CountTokens
from tokenwise_shell.engine.calls import Said
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.request.asked import Asked
from tokenwise_shell.proxy.request.deciding import Order, ordered
from tokenwise_shell.proxy.request.work import CHAT, Work
from tokenwise_shell.proxy.service import Service

__all__ = ["Placed", "placed", "recounted"]

# Nobody waits longer for an answer to begin because of a count.
_WITHIN_MS: Final = 3_000

# Of less, the bound is a cent too high at most.
_LONG: Final = 16_384


@frozen
class Placed:
    """A request that was understood, who asks, and what it amounts to."""

    admitted: Admitted
    asked: Asked
    outcome: Order | Trouble


def placed(service: Service, admitted: Admitted, asked: Asked, work: Work) -> Placed:
    """See `ordered`."""
    return Placed(admitted, asked, ordered(service, admitted, asked, work))


async def recounted(service: Service, before: Placed, work: Work) -> Order | Trouble:
    """What the request amounts to once its seller has counted it; what it did before, where it has not."""
    offer = _short_of(service, before) if work is CHAT else None
    if offer is None or not await _count(service, before.asked, *offer, work):
        return before.outcome
    return await service.aside(partial(ordered, service, before.admitted, before.asked, work))


def _short_of(service: Service, before: Placed) -> tuple[str, Offer] | None:
    """Whose count would help: the model and the offer that the money is short for; None where it is not."""
    workspace, outcome = service.client.workspace, before.outcome
    if workspace.settings.count_tokens is not CountTokens.WHEN_SHORT:
        return None
    if isinstance(outcome, Order):
        model = outcome.routed.model
        return (model.id, model.offered_by[outcome.routed.bid.provider]) if outcome.decision.best_effort else None
    named = workspace.reachable.by_id.get(before.asked.model)
    return (named.id, named.offers[0]) if outcome.code == "budget_exceeded" and named and named.offers else None


async def _count(service: Service, asked: Asked, model: str, offer: Offer, work: Work) -> bool:
    """Have it counted, and remember the count. Whether there is one."""
    weight = work.wishes(asked).weight
    if weight is None or weight.input.bound < _LONG:
        return False
    call = CallModel(
        attempt=AttemptId("count", 0),
        model=model,
        provider=offer.provider,
        native_id=offer.native_id,
        prompt=None,
        checks=(),
        input_tokens=weight.input.bound,
        max_output_tokens=asked.max_output_tokens or service.client.workspace.policy().default_output_tokens,
        timeout_ms=_WITHIN_MS,
    )
    caller = service.client.caller
    tokens = await caller.count(call, written=asked.fields, said=Said(asked.own, asked.betas))
    if tokens is None:
        return False
    trail = asked.own_trail if caller.own_wire(call, asked.own) else asked.trail
    service.counts.learn(trail, (offer.provider, model), tokens, weight.attachments)
    return bool(trail.ends)
