"""What each strategy buys for ten tasks at four budgets, and what a point of quality costs at other exchange rates.

The tables of docs/routing-quality.md come from here. They depend on the shipped catalogue and on no clock. A model is
shown by its name, its tier (b, m, f) and the room it gets where that is more than the step's own cap.
"""

from collections.abc import Iterator

from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.money import Nanodollars, format_usd, parse_usd
from tokenwise.plan import Plan
from tokenwise.planner.assignment import Assigned, assign
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.worth import quality, strength
from tokenwise_shell.plans.planning import by_rules

TASKS = (
    "Say hi",
    "Fix the typos in the README",
    "Translate the release notes into French and German",
    "Summarise the attached minutes, then write a mail to the team with the decisions",
    "Research three vector databases, compare their pricing, then write a recommendation and a Python example",
    "Write a Python script that renames photos by their date, then write tests for it and a short manual",
    "Find out why the nightly import is slow, propose a fix, and estimate the work",
    "Prove that the greedy schedule is never longer than twice the optimum, then write the proof up in LaTeX",
    "Design a rate limiter for a multi-region API, analyse its failure modes, and write the design document",
    "Analyse the sales figures by region, forecast the next quarter, and write a report for the board",
)
BUDGETS = ("0.01", "0.05", "0.50", "5")
RATES = ("0", "0.0001", "0.0003", "0.001", "0.003", "0.01", "0.1")

CATALOG = embedded_catalog()


def main() -> None:
    """Print the plans, then the exchange rates."""
    plans = [by_rules(task, max_steps=12).plan for task in TASKS]
    for plan in plans:
        print(f"\n{plan.task}\n  difficulty {', '.join(f'{step.difficulty:.2f}' for step in plan.steps)}")
        for strategy in Strategy:
            for line in told(plan, strategy):
                print(f"  {strategy.value:18} {line}")
    print("\nbalanced at $5, all ten tasks: dollars a point, expected cost, mean quality, what the last point cost")
    rates(plans)


def told(plan: Plan, strategy: Strategy) -> Iterator[str]:
    """A line for each plan that differs from the one at the budget before."""
    shown: dict[str, list[str]] = {}
    for usd in BUDGETS:
        shown.setdefault(described(plan, Policy(strategy=strategy), parse_usd(usd)), []).append(f"${usd}")
    for description, budgets in shown.items():
        yield f"{', '.join(budgets):24} {description}"


def described(plan: Plan, policy: Policy, budget: Nanodollars) -> str:
    """The models in plan order, and what they will probably cost together."""
    assigned = assign(plan, CATALOG, policy, budget)
    if not isinstance(assigned, Assigned):
        return "no plan"
    rows = zip(plan.steps, assigned.choices, strict=True)
    models = [named(choice.model, choice.max_output_tokens // step.max_output_tokens) for step, choice in rows]
    return f"{', '.join(models)}; about {cents(sum(assigned.expected))}, {cents(assigned.worst)} at most"


def named(model: str, room: int) -> str:
    roomy = f" x{room}" if room > 1 else ""
    return f"{model.partition('/')[2]} ({CATALOG[model].tier.name[0].lower()}){roomy}"


def cents(amount: int) -> str:
    return f"{amount / 10**7:.3g} ct"


def rates(plans: list[Plan]) -> None:
    """A line for each rate: what the plans cost, how good they are, and what each point beyond the last rate's cost."""
    cost, points = 0, 0.0
    for usd in RATES:
        assigned = [assign(plan, CATALOG, Policy(willingness_to_pay=parse_usd(usd)), parse_usd("5")) for plan in plans]
        rows = [
            row
            for plan, each in zip(plans, assigned, strict=True)
            for row in zip(plan.steps, each.choices, strict=True)
        ]
        dearer = sum(sum(each.expected) for each in assigned)
        better = sum(quality(strength(CATALOG[choice.model]), step.difficulty) for step, choice in rows) / 1000
        paid = format_usd(Nanodollars(round((dearer - cost) / (better - points)))) if cost and better > points else ""
        print(f"  ${usd:>6}  {cents(dearer):>9}  {better / len(rows):6.2f}  {paid}")
        cost, points = dearer, better


if __name__ == "__main__":
    main()
