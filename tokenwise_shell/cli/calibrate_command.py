"""`tw calibrate`: cuts, weights of difficulty and a cascade's facts from one's own traffic, and what they are worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import orjson
from attrs import asdict, evolve, frozen

from tokenwise.calibration.accepting import LEAST_ACCEPTED, Pairing, Share, pairing_of, rates_by, shares_of
from tokenwise.calibration.cuts import Cuts, cuts_for_cost, cuts_for_share
from tokenwise.calibration.evidence import Difference, Evidence, weigh_evidence
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise.policy import Calibration, Policy
from tokenwise.routing.choosing import Routed, route
from tokenwise.routing.worth import expected_cost
from tokenwise.scenario.numbers import NUMBERS, chance_by
from tokenwise_shell.cli.declared import Parameter, spread
from tokenwise_shell.cli.edge import Exit, write, write_json
from tokenwise_shell.cli.options import Common, count, refuse_unwritable
from tokenwise_shell.config.values import USD, fraction
from tokenwise_shell.plans.outcomes import outcomes_file
from tokenwise_shell.simulate.calibrating import Pair, Seen, need_at, outcomes_of, read_seen
from tokenwise_shell.workspace import Workspace

__all__ = ["Aims", "Cheaply", "calibrate"]

_COMMON = Common()
_TODAY: Final = NUMBERS.index("difficulty")
_PLENTY: Final = Nanodollars(10**15)


@spread
@frozen(kw_only=True)
class Aims:
    """What the cuts are to bring about; without any, the shares of today's policy."""

    flagship_share: Annotated[
        str | None, Parameter(metavar="SHARE", help="Which part of the requests goes to flagships, from 0 to 1.")
    ] = None
    max_cost_per_1k: Annotated[
        str | None, Parameter(metavar="USD", help="What a thousand requests may cost, in US dollars, as expected.")
    ] = None
    cuts_only: Annotated[bool, Parameter(help="Leave the weights alone, whatever the outcomes say.")] = False
    cheap: Annotated[str, Parameter(metavar="MODEL", help="The model whose outcomes are those of cheap answers.")] = ""
    strong: Annotated[
        str, Parameter(metavar="MODEL", help="The model whose outcomes are those of going straight up.")
    ] = ""
    seed: Annotated[str, Parameter(metavar="N", help="Equal seeds give equal reports.")] = "0"


_AIMS: Final = Aims()


@frozen
class Cheaply:
    """What was measured of cheap answers first: the pair that was chosen, None where there is none, and how often."""

    strong: str
    pairing: Pairing | None
    shares: tuple[Share, ...]

    @property
    def known(self) -> bool:
        """Whether there is anything to write down."""
        return bool(self.shares)


def calibrate(
    workload: Annotated[
        Path | None, Parameter(help="Requests with outcomes, one JSON object a line. Without it: the log of outcomes.")
    ] = None,
    /,
    *,
    out: Annotated[Path, Parameter(metavar="FILE", help="The policy file to write.")],
    aims: Aims = _AIMS,
    common: Common = _COMMON,
) -> int:
    """Learn from outcomes which requests are hard here, and set the cuts between the tiers.

    Weights are written only where they beat both length and today's policy on requests that they were not fitted on;
    without outcomes, or with --cuts-only, the cuts alone are set. How often cheap answers were accepted is written
    where enough is known of it. Exit code 1 where there is nothing to write.
    """
    refuse_unwritable(out, "--out")
    workspace = common.workspace()
    ledger = workspace.settings.ledger_path
    source = workload or outcomes_file(ledger)
    try:
        seen = read_seen(source, Pair(aims.cheap, aims.strong), ledger=ledger if workload is None else None)
    except OSError as error:
        raise InputError(Problem(str(source), f"cannot be read: {error.strerror}")) from error
    outcomes = () if aims.cuts_only else outcomes_of(seen)
    seed = count(aims.seed, "--seed", least=0) or 0
    evidence = weigh_evidence(outcomes, seed=seed) if outcomes else None
    learned = evidence.calibration if evidence and evidence.better else None
    policy = evolve(workspace.policy(), calibration=learned or workspace.policy().calibration)
    cuts = _cuts(seen, workspace, policy, aims)
    cheaply = _cheaply(seen, aims.strong, seed)
    judged = evidence is None or evidence.better
    made = _policy_file(policy, cuts) if judged else {}
    if cheaply.known:
        made["cascade"] = _cascade(cheaply, policy)
    if made:
        out.write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    document = _document(len(seen), evidence, cuts, out if made else None) | {"cascade": _told(cheaply)}
    if common.json:
        write_json(document)
    else:
        write("".join(f"{line}\n" for line in _text(len(seen), evidence, cuts if judged else None, cheaply, out, made)))
    return Exit.DONE if made else Exit.UNSUCCESSFUL


def _cheaply(seen: tuple[Seen, ...], strong: str, seed: int) -> Cheaply:
    """The pair by the answers of several models, and how often its two agree; else what the log knows of cascades."""
    rows = [one.compared for one in seen if one.compared and strong in one.compared.scores]
    pairing = pairing_of(rows, strong, seed=seed) if len(rows) >= 2 * LEAST_ACCEPTED else None
    if pairing and pairing.pays:
        agreed = [(row.kind, row.agreed(pairing.first, pairing.second)) for row in rows]
        return Cheaply(strong, pairing, tuple(shares_of(agreed)))
    told = [(one.kind, one.accepted) for one in seen if one.accepted is not None]
    return Cheaply("", pairing, tuple(shares_of(told)))


def _cascade(cheaply: Cheaply, policy: Policy) -> dict[str, object]:
    rates = rates_by(cheaply.shares, policy.cascade.accept_rate)
    told: dict[str, object] = {"accept_rate": {share.kind: getattr(rates, share.kind) for share in cheaply.shares}}
    if cheaply.strong and cheaply.pairing:
        told |= {"first": cheaply.pairing.first, "second": cheaply.pairing.second, "strong": cheaply.strong}
    return told


def _told(cheaply: Cheaply) -> dict[str, object]:
    pairing = cheaply.pairing and asdict(cheaply.pairing) | {"strong": cheaply.strong or None}
    return {"pair": pairing, "accepted": [asdict(share) for share in cheaply.shares]}


def _cuts(seen: tuple[Seen, ...], workspace: Workspace, policy: Policy, aims: Aims) -> Cuts:
    today = workspace.policy()
    before = [_difficulty(one, today.calibration) for one in seen]
    after = [_difficulty(one, policy.calibration) for one in seen]
    upper = sum(value >= today.mid_from for value in before) / len(before)
    share = sum(value >= today.flagship_from for value in before) / len(before)
    if aims.flagship_share is not None:
        share = _share(aims.flagship_share)
    elif aims.max_cost_per_1k is not None:
        return _affordable(seen, after, workspace, policy, _usd(aims.max_cost_per_1k))
    mid_from = cuts_for_share(after, max(share, upper), mid_from=1.0).flagship_from
    return cuts_for_share(after, share, mid_from=mid_from)


def _difficulty(one: Seen, calibration: Calibration | None) -> float:
    return one.numbers[_TODAY] if calibration is None else chance_by(calibration, one.numbers)


def _affordable(
    seen: tuple[Seen, ...], difficulties: list[float], workspace: Workspace, policy: Policy, most: Nanodollars
) -> Cuts:
    tiers = [
        [_expected(one, at, workspace, policy) for one in seen] for at in (0.0, policy.mid_from, policy.flagship_from)
    ]
    places = range(len(seen))

    def cost_per_1k(cuts: Cuts) -> Nanodollars:
        chosen = [(value >= cuts.mid_from) + (value >= cuts.flagship_from) for value in difficulties]
        return Nanodollars(1000 * sum(tiers[chosen[place]][place] for place in places) // len(seen))

    cuts = cuts_for_cost(difficulties, most, cost_per_1k, mid_from=policy.mid_from)
    if cuts is None:
        least = cost_per_1k(Cuts(2.0, 2.0, 0.0))
        told = f"a thousand requests cost about {format_usd(least)} on budget models alone"
        raise InputError(Problem("--max-cost-per-1k", f"{format_usd(most)}: {told}"))
    return cuts


def _expected(one: Seen, difficulty: float, workspace: Workspace, policy: Policy) -> int:
    need = need_at(one, difficulty, policy)
    routed = route(need, workspace.reachable, policy, _PLENTY)
    return expected_cost(routed.model, need, room=routed.bid.max_output_tokens) if isinstance(routed, Routed) else 0


def _share(text: str) -> float:
    form = fraction(0.0, 1.0)
    try:
        return form.read(text)
    except ValueError:
        raise InputError(Problem("--flagship-share", f"{text!r:.40}: expected {form.accepts}")) from None


def _usd(text: str) -> Nanodollars:
    try:
        return USD.read(text)
    except ValueError:
        raise InputError(Problem("--max-cost-per-1k", f"{text!r:.40}: expected {USD.accepts}")) from None


def _policy_file(policy: Policy, cuts: Cuts) -> dict[str, object]:
    """The policy as `tw simulate --policy` and the setting `calibration` read it."""
    written: dict[str, object] = {"mid_from": round(cuts.mid_from, 6), "flagship_from": round(cuts.flagship_from, 6)}
    if policy.calibration is not None:
        weights = dict(policy.calibration.weights)
        written["calibration"] = {"intercept": policy.calibration.intercept, "weights": weights}
    return written


def _document(seen: int, evidence: Evidence | None, cuts: Cuts, out: Path | None) -> dict[str, object]:
    told = evidence and {
        "outcomes": evidence.outcomes,
        "area": {"fitted": evidence.fitted, "length": evidence.length, "today": evidence.today, "random": 0.5},
        "to_length": _difference(evidence.to_length),
        "to_today": _difference(evidence.to_today),
        "better": evidence.better,
        "trouble": evidence.trouble or None,
    }
    shown = {"mid_from": cuts.mid_from, "flagship_from": cuts.flagship_from, "flagship_share": cuts.share}
    return {"requests": seen, "evidence": told or None, "cuts": shown, "written": str(out) if out else None}


def _difference(one: Difference) -> dict[str, float]:
    return {"value": one.value, "low": one.low, "high": one.high}


def _text(
    seen: int, evidence: Evidence | None, cuts: Cuts | None, cheaply: Cheaply, out: Path, made: Mapping[str, object]
) -> Iterator[str]:
    yield f"{seen} requests"
    if evidence is None:
        yield "no outcomes were read: the cuts alone are set"
    elif evidence.trouble:
        yield evidence.trouble
    else:
        yield f"{evidence.outcomes} outcomes; area of what going up wins, on requests not fitted on (random 0.500):"
        yield f"  weights {evidence.fitted:.3f}, length {evidence.length:.3f}, today's policy {evidence.today:.3f}"
        better = f"length by {_shown(evidence.to_length)}, than today's policy by {_shown(evidence.to_today)}"
        yield f"  better than {better}"
    yield from _cascade_text(cheaply)
    if cuts:
        shares = f"flagship from {cuts.flagship_from:.3f} ({cuts.share:.0%} of these requests)"
        yield f"cuts: mid tier from {cuts.mid_from:.3f}, {shares}"
    else:
        yield f"the weights are not surely better than length and today's policy: {'they' if made else 'nothing'} " + (
            "are left out" if made else "was written"
        )
        yield "--cuts-only sets the cuts by today's difficulty all the same"
    if made:
        yield f"written to {out}; set `calibration: {out}` to use it, or try it with tw simulate --policy {out}"


def _cascade_text(cheaply: Cheaply) -> Iterator[str]:
    if pair := cheaply.pairing:
        measured = f"recovers {pair.recovered:.2f} of the gap at {pair.cost:.2f} of the cost on {pair.requests} others"
        yield f"cascade: {pair.first} and {pair.second} first, chosen on one half, {measured}"
    for share in cheaply.shares:
        yield f"  {share.kind}: {share.rate:.2f} accepted [{share.low:.2f}, {share.high:.2f}] of {share.requests}"


def _shown(one: Difference) -> str:
    return f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
