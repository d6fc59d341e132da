"""The common story of a plan told without its runs and commands: each step asked, held, called, answered, paid.

As long as every step gets the model that was planned for it, or an upgrade that others' savings pay, with all that its
parents found, and is called once, a `Smooth` goes from event to event in place. What follows from the plan and its
choices is known from an `Outline`, which equal plans share. Where a move says None, the story is another one: the
`Smooth` is of no use any more, and the machine tells it from its beginning, by the events that there were. So nothing
is decided here that it does not decide.

That both ways are one, at every event, is a law, in `property_tests/machine/test_smooth_laws.py`.
"""

from collections.abc import Iterator
from typing import Final

from attrs import define, evolve, field, frozen

from tokenwise.budgets import ledger
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Writes
from tokenwise.ids import AttemptId
from tokenwise.machine.aims import First
from tokenwise.machine.books import charge
from tokenwise.machine.machine import call_within
from tokenwise.machine.messages import CallModel, CallSucceeded, FirstToken, Reserved
from tokenwise.machine.propose import first_need
from tokenwise.machine.run import Attempt, Choice, Intent, Job, Outcome
from tokenwise.plan import Plan
from tokenwise.policy import Policy
from tokenwise.prompt import Finding
from tokenwise.routing.bid import Bid, Need, input_bound, writes_of
from tokenwise.routing.shortlist import least_output, obstacle
from tokenwise.routing.verdicts import verdict
from tokenwise.usage import TokenCount, text_bound

__all__ = ["Attempts", "Outline", "Paid", "Smooth", "outline_of"]

_OK: Final = Outcome.OK.value
_NO_INPUT: Final = TokenCount(0, 0)

# Where a step is.
_PENDING, _RESERVING, _CALLING, _STREAMING, _OVER = range(5)

Attempts = tuple[Attempt, ...]
"""Steps that ask for their money, in plan order. The need of each is that of a step whose parents have said nothing."""


@frozen
class _Quote:
    """The bids of one model for one need, by the length of the input alone: those of `fitting.bid_of`."""

    model: Model
    offer: Offer
    price: Price
    longest: int
    least: int
    beyond: int
    writes: Writes

    def bid(self, expected: int, bound: int) -> Bid | None:
        """The bid for so many tokens of input; None where there is no room for them, or for an answer."""
        model = self.model
        room = min(self.longest, model.context_tokens - expected)
        if room < self.least or expected > model.max_input_tokens:
            return None
        tokens = bound + self.beyond
        amount = self.price.worst(input_tokens=tokens, output_tokens=room, writes=self.writes)
        return Bid(model.id, self.offer.provider, self.offer.native_id, tokens, room, amount)


def _quote_of(model: Model | None, need: Need, policy: Policy) -> _Quote | None:
    """Of a need without input; None where this model is never asked for it, however short that is."""
    if model is None or obstacle(model, need, policy) is not None:
        return None
    offer, beyond = model.offers[0], input_bound(model, need)
    assert isinstance(offer.price, Price)  # or there was an obstacle
    longest = min(need.max_output_tokens, model.max_output_tokens)
    return _Quote(model, offer, offer.price, longest, least_output(need, policy), beyond, writes_of(model, need))


@frozen
class _Part:
    """One step: what it asks for, and of whom. `size` is what it sends at most, in bytes, if nothing is found."""

    id: AttemptId
    choice: Choice
    intent: Intent
    size: int
    parents: tuple[int, ...]
    children: tuple[int, ...]
    planned: _Quote
    upgrades: tuple[_Quote, ...]

    def bid(self, found: int, left: int, floors: int, worsts: int) -> Bid | None:
        """What it asks money for first, with so many bytes found; None where that is neither planned nor better.

        So much money is `left`, of which the steps that have not begun need so much, at the least and as planned.
        """
        known = self.intent.need.input
        expected, bound = known.expected - -(-self.size // 4) + -(-(self.size + found) // 4), known.bound + found
        for quote in self.upgrades:
            bid = quote.bid(expected, bound)
            if bid is not None and bid.amount <= left - worsts:
                return bid
        bid = self.planned.bid(expected, bound)
        return bid if bid is not None and bid.amount <= left - floors else None


@frozen
class Outline:
    """What is known of a plan's common story before it begins, whoever runs it, for however much money."""

    parts: tuple[_Part, ...]
    floors: int
    worsts: int


def outline_of(plan: Plan, choices: tuple[Choice, ...], catalog: Catalog, policy: Policy) -> Outline | None:
    """None where the story is never the common one: in a cascade, or with a model that nobody can ask."""
    parts: list[_Part] = []
    for index, choice in enumerate(choices):
        part = None if choice.cascade else _part_of(plan, index, choice, catalog, policy)
        if part is None:
            return None
        parts.append(part)
    return Outline(
        tuple(parts),
        floors=sum(each.floor for each in choices),
        worsts=sum(each.worst for each in choices),
    )


def _part_of(plan: Plan, index: int, choice: Choice, catalog: Catalog, policy: Policy) -> _Part | None:
    spec = plan.steps[index]
    prompt, need = first_need(plan, index, choice, [Finding(parent, "") for parent in spec.after])
    preferred, unread = spec.model or choice.model, evolve(need, input=_NO_INPUT)
    planned = _quote_of(catalog.by_id.get(preferred), unread, policy)
    if planned is None:
        return None
    return _Part(
        id=AttemptId(spec.id, 0),
        choice=choice,
        intent=Intent(need, None, First(preferred, choice.upgrades)),
        size=text_bound(prompt[-1].text),
        parents=plan.parents[index],
        children=tuple(child for child, parents in enumerate(plan.parents) if index in parents),
        planned=planned,
        upgrades=tuple(_quotes(choice.upgrades, unread, catalog, policy)),
    )


def _quotes(names: tuple[str, ...], need: Need, catalog: Catalog, policy: Policy) -> Iterator[_Quote]:
    for name in names:
        if quote := _quote_of(catalog.by_id.get(name), need, policy):
            yield quote


@frozen
class Paid:
    """What an answer cost, and the steps that ask for their money next."""

    charged: ledger.Charged
    attempts: Attempts


@define(eq=False)
class Smooth:
    """A plan under way that has met nothing but what the common story has. It goes on in place.

    `spent`, `held` and `overrun` are its books, in nano-dollars.
    """

    job: Job
    outline: Outline
    started_ms: int
    now_ms: int = field(init=False)
    spent: int = field(default=0, init=False)
    held: int = field(default=0, init=False)
    overrun: int = field(default=0, init=False)
    # By step, in plan order: where it is, how many parents are not over, what it has asked for, the bytes of its reply.
    _places: list[int] = field(init=False)
    _unheard: list[int] = field(init=False)
    _attempts: list[Attempt | None] = field(init=False)
    _said: list[int] = field(init=False)
    # The steps that have not begun, what they need at the least and as planned, and how many are under way.
    _pending: list[int] = field(init=False)
    _floors: int = field(init=False)
    _worsts: int = field(init=False)
    _busy: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        size = len(self.outline.parts)
        self.now_ms = self.started_ms
        self._floors, self._worsts = self.outline.floors, self.outline.worsts
        self._places, self._pending = [_PENDING] * size, list(range(size))
        self._unheard = [len(part.parents) for part in self.outline.parts]
        self._attempts, self._said = [None] * size, [0] * size

    @property
    def over(self) -> bool:
        """Whether every step is over, and so the run."""
        return not self._busy and not self._pending

    def opening(self) -> Attempts | None:
        """Open every step that can be, in plan order; None where one of them would be opened otherwise."""
        most, unheard = self.job.policy.parallelism, self._unheard
        opened: list[Attempt] = []
        for index in self._pending:
            if self._busy >= most:
                break
            if unheard[index]:
                continue
            part = self.outline.parts[index]
            self._floors -= part.choice.floor
            self._worsts -= part.choice.worst
            found = sum([self._said[parent] for parent in part.parents])
            bid = part.bid(found, self.job.limit - self.spent - self.held, self._floors, self._worsts)
            if bid is None:
                return None
            attempt = self._attempts[index] = Attempt(part.id, bid, part.intent)
            self._places[index] = _RESERVING
            self._busy += 1
            self.held += bid.amount
            opened.append(attempt)
        if opened:
            self._pending = [index for index in self._pending if not self._places[index]]
        return tuple(opened)

    def calling(self, event: Reserved) -> CallModel | None:
        """The call once this money is held, without its prompt; None where there is no time left, or nobody asked."""
        index, attempt = self._under_way(event)
        if attempt is None or self._places[index] != _RESERVING:
            return None
        self._places[index] = _CALLING
        return call_within(self.job, index, attempt, started_ms=self.started_ms, at_ms=self.now_ms)

    def streaming(self, event: FirstToken) -> bool:
        """Let somebody read this answer; False where that cannot be."""
        index, attempt = self._under_way(event)
        if attempt is None or self._places[index] != _CALLING:
            return False
        self._places[index] = _STREAMING
        return True

    def paying(self, event: CallSucceeded) -> Paid | None:
        """Take this answer; None where it is not taken, or what follows is not the story."""
        index, attempt = self._under_way(event)
        place, reply = self._places[index], event.reply
        if attempt is None or place not in (_CALLING, _STREAMING):
            return None
        if place == _CALLING and self.job.judged and verdict(reply) is not None:
            return None
        charged, held = charge(self.job.catalog, attempt, _OK, reply), attempt.bid.amount
        self.spent += charged.amount
        self.held -= held
        self.overrun += max(0, charged.amount - held)
        self._places[index], self._said[index] = _OVER, text_bound(reply.text)
        self._busy -= 1
        for child in self.outline.parts[index].children:
            self._unheard[child] -= 1
        opened = self.opening()
        return None if opened is None else Paid(charged, opened)

    def _under_way(self, event: Reserved | FirstToken | CallSucceeded) -> tuple[int, Attempt | None]:
        """The step whose attempt this event is of, and what it has asked for, if that is so."""
        self.now_ms = max(self.now_ms, event.at_ms)
        index = self.job.plan.position.get(event.attempt.step)
        return (0, None) if index is None or event.attempt.ordinal else (index, self._attempts[index])
