"""A step's cascade: which of its answers are cheap ones still to be accepted, and where those lead that are not.

    an answer that nothing speaks against      a second opinion is asked for; without one in the cascade, accepted
    a second one that agrees                   accepted
    a second one that does not, an unusable one, nobody to ask      the model that the forecast climbs to

Answers of stronger models are judged as without a cascade. Where the climb comes to nothing, for want of money, time or
sellers, the first answer stands: `books.end` sees to that.
"""

from attrs import evolve

from tokenwise.machine.aims import Beside, Opinion
from tokenwise.machine.propose import propose
from tokenwise.machine.run import Attempt, Choice, Run, Transition
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import Bid
from tokenwise.routing.choosing import Routed
from tokenwise.routing.fitting import bids_of
from tokenwise.routing.shortlist import obstacle
from tokenwise.routing.verdicts import Reply

__all__ = ["beside", "choice_of", "disputed", "second", "tentative", "wants_second"]


def choice_of(routed: Routed) -> Choice:
    """A routing decision as the choice of a plan's only step."""
    forecast, strong = routed.forecast, routed.strong
    if forecast is None or strong is None:
        return Choice(routed.model.id, routed.bid.amount, Nanodollars(0), routed.bid.max_output_tokens)
    return Choice(routed.model.id, forecast.worst, Nanodollars(0), cascade=forecast.cascade(strong))


def tentative(run: Run, index: int, bid: Bid) -> bool:
    """Whether an answer of this bid's model is a cheap one: not yet that of the model climbed to, or one as strong."""
    choice, catalog = run.job.choices[index], run.job.catalog
    if choice.cascade is None or bid.model == choice.cascade.strong:
        return False
    strong = catalog.by_id.get(choice.cascade.strong)
    cheap = bid.model in (choice.model, choice.cascade.second)
    return strong is not None and (cheap or catalog[bid.model].tier < strong.tier)


def wants_second(run: Run, index: int) -> bool:
    """Whether an answer that nothing speaks against needs another one beside it."""
    choice, each = run.job.choices[index], run.steps[index]
    return choice.cascade is not None and bool(choice.cascade.second) and each.opinion is None and not each.answered


def beside(run: Run, index: int, attempt: Attempt) -> str | None:
    """The answer that this attempt's is to be compared with; None where there is none."""
    opinion = run.steps[index].opinion
    return opinion.text if opinion and not opinion.disputed and tentative(run, index, attempt.bid) else None


def second(run: Run, index: int, attempt: Attempt, reply: Reply) -> Transition | None:
    """Keep an answer and ask for a second opinion on it; None where nobody can give one."""
    job, choice, each = run.job, run.job.choices[index], run.steps[index]
    assert choice.cascade is not None
    model = job.catalog.by_id.get(choice.cascade.second)
    need = attempt.intent.need
    if model is None or obstacle(model, need, job.policy) or each.calls >= job.policy.max_attempts:
        return None
    failed = each.tried - {(attempt.bid.provider, attempt.bid.model)}
    bids = tuple(bids_of(model, need, job.policy, run.avoid | failed))
    if not bids:
        return None
    run = run.put(index, evolve(each, opinion=Opinion(attempt.id, reply.text)))
    return propose(run, index, evolve(attempt.intent, aim=Beside(bids)))


def disputed(run: Run, index: int, attempt: Attempt, reply: Reply) -> Run:
    """The step when no second opinion confirms its first answer, which is kept for want of a better one."""
    each = run.steps[index]
    first = each.opinion or Opinion(attempt.id, reply.text)
    return run.put(index, evolve(each, opinion=evolve(first, disputed=True)))
