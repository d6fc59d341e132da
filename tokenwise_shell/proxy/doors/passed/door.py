"""Requests for endpoints that are not known here: passed on as they are to a provider of the client's format.

A request that only looks or deletes costs nothing and is sent as it is. One that has something done is a job of one
step as any other: held for where its price is known, and where it is not, passed on only where nobody has set a limit.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from attrs import evolve, field, frozen

from tokenwise.budgets.limit import Account
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import Price
from tokenwise.errors import Problem
from tokenwise.money import MAX_USD, Nanodollars
from tokenwise.prompt import Message
from tokenwise.routing.choosing import Refused, Routed
from tokenwise.routing.request import Weight, Wishes
from tokenwise.routing.verdicts import Failure
from tokenwise.traits import Capability
from tokenwise.usage import TokenCount
from tokenwise_shell.config.settings import PassThrough, ProviderKind
from tokenwise_shell.engine.passing import fetched, pass_on
from tokenwise_shell.plans.decision import decide
from tokenwise_shell.providers.fields import Fields, count
from tokenwise_shell.providers.passed import Passing, is_passable
from tokenwise_shell.proxy import troubles
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.admission.bodies import object_in
from tokenwise_shell.proxy.admission.budgets import is_limited
from tokenwise_shell.proxy.admission.callers import unreadable_type
from tokenwise_shell.proxy.answer.carrier import Carrier
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.dialects import front_for, is_anthropics
from tokenwise_shell.proxy.doors.passed.delivery import PassedDelivery
from tokenwise_shell.proxy.doors.passed.form import FORM, Body, form_in, json_in
from tokenwise_shell.proxy.doors.passed.target import PROVIDER, Target, find, keeper
from tokenwise_shell.proxy.fronts import BadRequest, Front, Trouble
from tokenwise_shell.proxy.http.asgi import Answer, Request
from tokenwise_shell.proxy.request.asked import Asked
from tokenwise_shell.proxy.request.deciding import Order
from tokenwise_shell.proxy.request.marks import Marks, marks_of
from tokenwise_shell.proxy.request.options import HEADER, Options, read_options
from tokenwise_shell.proxy.request.work import Work
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.serving import numbered

__all__ = ["BELOW", "METHODS", "pass_through"]

BELOW: Final = "/v1/"
"""Where the endpoints of providers are."""

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""What may be done there."""

_LOOKING: Final = frozenset(("GET", "DELETE"))

# What a provider keeps for the client that asked for it, and what may be done with it for nothing.
_KEPT: Final = re.compile(r"responses/([A-Za-z0-9_-]+)(/input_items|/cancel|)")
_DONE_WITH_IT: Final = {"": _LOOKING, "/input_items": frozenset(("GET",)), "/cancel": frozenset(("POST",))}

_ALL_THERE_IS: Final = Nanodollars(MAX_USD * 10**9)

# The account itself is nobody's but its owner's, and what is spoken over sockets has no end that could be paid for.
_NEVER: Final[Mapping[str, str]] = {
    "organization": "it is about the provider's account itself",
    "organizations": "it is about the provider's account itself",
    "realtime": "it is not spoken over plain HTTP",
}


@frozen
class _Asked:
    """A request that may be passed on: by whom, to whom, with which options and words.

    It is `looking` where it has nothing made; `kept` is the id of the response that it is about, if it is about one.
    """

    admitted: Admitted
    target: Target
    options: Options
    passing: Passing
    fields: Fields = field(repr=False)
    marks: Marks = ()
    kept: str = ""

    def account(self, tags: tuple[str, ...]) -> Account:
        """Under whom it is booked, with the tags of this machine."""
        return self.admitted.account((*tags, *self.options.tags), self.marks)

    @property
    def looking(self) -> bool:
        return bool(self.kept) or self.passing.method in _LOOKING


async def pass_through(service: Service, request: Request, answer: Answer) -> None:
    """Answer one request with what a provider answers to it."""
    front = front_for(request.headers)
    request_id = numbered(service, answer)
    if trouble := service.gate.trouble():
        await refuse(answer, front, trouble)
        return
    with service.gate:
        asked = await _heard(service, request)
        if isinstance(asked, Trouble):
            await refuse(answer, front, asked)
        elif asked.looking:
            await _look(service, asked, front, answer)
        else:
            await _work(service, asked, front, answer, request_id)


async def _look(service: Service, asked: _Asked, front: Front, answer: Answer) -> None:
    """Fetch something, or have it deleted."""
    if too_fast := asked.admitted.take():
        await refuse(answer, front, too_fast)
        return
    answer.extra |= {**asked.admitted.headers(), f"{HEADER}provider": asked.target.offer.provider}
    limit_ms = 1000 * service.settings.request_timeout_s
    delivery = PassedDelivery(front, _as_asked(asked), answer)
    caller, provider = service.client.caller, asked.target.offer.provider
    failed = await fetched(caller, provider, asked.passing, delivery, timeout_ms=limit_ms)
    if isinstance(failed, Failure):
        said = failed if asked.admitted.owner else troubles.discreet(failed)
        await delivery.fail_free(troubles.upstream(said))
    else:
        await delivery.finish_free()
    if (maker := service.made.maker(asked.kept)) is not None:
        maker.news.set()


async def _work(service: Service, asked: _Asked, front: Front, answer: Answer, request_id: str) -> None:
    """Have something done for money."""
    order = _ordered(service, asked)
    if isinstance(order, Trouble):
        await refuse(answer, front, order)
        return
    too_fast = asked.admitted.take()
    answer.extra |= asked.admitted.headers()
    if too_fast:
        await refuse(answer, front, too_fast)
        return
    delivery = PassedDelivery(front, order.asked, answer)
    placed = partial(pass_on, passing=asked.passing, delivery=delivery, priced=asked.target.priced)
    work = Work(_no_problems, _no_words, lambda _: _wishes(asked), placed, pinned=True, watched=False)
    await Carrier(service, request_id, order, delivery, work).carry_out()


def _ordered(service: Service, asked: _Asked) -> Order | Trouble:
    """The order that a request amounts to, or why nobody carries it out."""
    target, client = asked.target, service.client
    settings = client.workspace.settings
    budget = settings.request_budget(asked.options.budget)
    if not target.priced:
        limits = is_limited(client.limits, asked.account(settings.tags), target.model.id)
        if asked.options.budget is not None or limits or settings.states_default_budget or settings.limits:
            return _unpriced(asked)
        asked, budget = evolve(asked, target=target.at_no_price), _ALL_THERE_IS
    # Sent once: what a provider would do twice, nobody here knows.
    policy = evolve(client.workspace.policy(None), max_attempts=1, max_retries=0)
    model = asked.target.model
    decision = decide((), catalog=Catalog((model,)), policy=policy, budget=budget, wishes=_wishes(asked))
    if isinstance(decision.outcome, Refused):
        return troubles.refused(decision.outcome)
    assert isinstance(decision.outcome, Routed)  # no gate was asked
    return Order(asked.admitted, _as_asked(asked), decision, decision.outcome, ungoverned=not target.priced)


def _as_asked(asked: _Asked) -> Asked:
    """The request as others are: whether it is a stream, its answer shows."""
    return Asked(
        fields=asked.fields,
        model=asked.target.model.id,
        options=asked.options,
        max_output_tokens=0,
        stream=True,
        wants_usage=False,
        marks=asked.marks,
    )


def _wishes(asked: _Asked) -> Wishes:
    """What the call may come to: no more is known of it than how long its words are, and how often it is asked for."""
    model, size = asked.target.model, len(asked.passing.body)
    times = count(asked.fields.get("n")) or 1
    fee = model.price.per_request if isinstance(model.price, Price) else Nanodollars(0)
    return Wishes(
        capabilities=Capability(0),
        max_output_tokens=model.max_output_tokens,
        model=model.id,
        weight=Weight(input=TokenCount(size, size), surcharge=Nanodollars(fee * (times - 1))),
    )


def _unpriced(asked: _Asked) -> Trouble:
    """Why a request is not passed on whose price nobody knows, where somebody has set a limit."""
    model, path = asked.target.model.id, f"{asked.passing.method} {BELOW}{asked.passing.path}"
    message = (
        f"{path} by {troubles.shortened(model)} has no known price, and this request has a budget; "
        "give the model's row `usd_per_request` under `models`, or ask without any limit"
    )
    return troubles.bad_request(message, "model" if asked.target.named else None, "unpriced")


def _no_words(_: Fields, /, *, whole: bool) -> tuple[Message, ...]:
    del whole
    return ()


def _no_problems(_: Fields) -> Iterator[Problem]:
    return iter(())


# Reading


async def _heard(service: Service, request: Request) -> _Asked | Trouble:
    """The request, if it may be passed on."""
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        return admitted
    path = request.path.removeprefix(BELOW)
    if trouble := _no_way(service, path, request):
        return trouble
    body = await _body(service, request)
    if isinstance(body, Trouble):
        return body
    provider = request.headers.get(PROVIDER, "").strip()
    method = "GET" if request.method == "HEAD" else request.method
    if (kept := _KEPT.fullmatch(path)) and method in _DONE_WITH_IT[kept[2]]:
        id_ = kept[1]
        target = keeper(service, admitted, id_, provider=provider)
        passing = Passing(method, path, request.asked, request.headers, body.naming(""))
        return target if isinstance(target, Trouble) else _Asked(admitted, target, Options(), passing, {}, kept=id_)
    if trouble := _not_theirs(service, admitted, body, request, path):
        return trouble
    problems: list[Problem] = []
    headers = {name: value for name, value in request.headers.items() if name != PROVIDER}
    options = read_options(body.fields, headers, problems)
    if problems:
        return troubles.bad_request("; ".join(map(str, problems)), problems[0].path, "invalid_value")
    kind = ProviderKind.ANTHROPIC if is_anthropics(request.headers) else ProviderKind.OPENAI
    target = find(service, admitted, kind, path=path, name=body.model, provider=provider)
    if isinstance(target, Trouble):
        return target
    passing = Passing(method, path, request.asked, request.headers, body.naming(target.offer.native_id))
    marks = marks_of(service.client.limits.marks, request.headers, body.fields)
    return _Asked(admitted, target, options, passing, body.fields, marks=marks)


def _no_way(service: Service, path: str, request: Request) -> Trouble | None:
    """Why nothing is passed on to this path, from nobody."""
    first = path.partition("/")[0]
    if service.settings.pass_through is PassThrough.NOTHING or not is_passable(path, request.asked):
        return troubles.not_found(request.method, request.path)
    if first in _NEVER:
        return troubles.not_passed(request.method, request.path, _NEVER[first])
    return None


def _not_theirs(service: Service, admitted: Admitted, body: Body, request: Request, path: str) -> Trouble | None:
    """Why this client may not ask it: what a provider keeps, it keeps for the owner of the key there."""
    everything = admitted.owner or service.settings.pass_through is PassThrough.EVERYTHING
    if everything or (body.model and request.method not in _LOOKING):
        return None
    why = "it names no model, and what a provider keeps is its owner's; see `proxy.pass_through`"
    return troubles.not_passed(request.method, f"{BELOW}{path}", why)


async def _body(service: Service, request: Request) -> Body | Trouble:
    """The body, JSON or a form. Pages in a browser may send forms without asking first, so they may not here."""
    if not request.unread():
        return Body()
    said = request.headers.get("content-type", "")
    is_form = said.partition(";")[0].strip().lower() == FORM
    if is_form and not service.access.required and {"origin", "sec-fetch-site"} & request.headers.keys():
        return troubles.bad_request("forms are not taken of pages in a browser", code="unsupported_media_type")
    if not is_form and (trouble := unreadable_type(request.headers)):
        return trouble
    settings = service.settings
    body = await request.body(limit_bytes=settings.max_body_bytes, within_ms=1000 * settings.body_timeout_s)
    if isinstance(body, Trouble):
        return body
    try:
        return form_in(body, said) if is_form else json_in(object_in(body, settings.max_values))
    except BadRequest as problem:
        return problem.trouble
