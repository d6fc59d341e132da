"""Which commands there are, and the overview that `tw --help` prints, without loading what parses a command."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

__all__ = ["BELOW", "COMMANDS", "EXAMPLES", "GROUPS", "HELP", "PLACES", "overview"]

HELP: Final = """Get this done, for at most this much: route, plan and run LLM calls within a budget.

Without a network or a key, add --offline: models are then simulated, and everything else is as it will be."""

COMMANDS: Final = {
    "route": ("route_command:route", "Choose a model for a query, and say why and what it may cost. Calls nobody."),
    "ask": ("ask_command:ask", "Route one prompt, answer it, and say what it cost."),
    "plan": ("plan_command:plan", "Cut a task into steps, give each a model within the budget; run it with -x."),
    "run": ("run_command:run", "Run a saved plan, or go on with a run that was interrupted."),
    "runs": ("runs_command:runs", "List the newest runs: how they ended, what they cost."),
    "replay": ("replay_command:replay", "Decide a recorded run again, and compare; or under another policy."),
    "models": ("models_command:models", "List the models with prices, capabilities, and who would serve each."),
    "ledger": ("ledger_command:ledger", "Show what was spent, and prove that the books balance."),
    "limits": ("limits_command:show", "Show each limit with spent, held and left; `tw limits raise` raises one."),
    "simulate": (
        "simulate_command:simulate",
        "Try policies on a workload in virtual time: cost, success, latency. Calls nobody.",
    ),
    "audit": (
        "audit_command:audit",
        "Say what logs of others cost, what bought nothing, and what a policy would have cost.",
    ),
    "calibrate": (
        "calibrate_command:calibrate",
        "Learn from outcomes which requests are hard here; set the share of flagships.",
    ),
    "rate": ("rate_command:rate", "Say whether an answer was good or bad, for calibrate."),
    "guard": ("guard_command:guard", "Run any command with its calls to models under a hard cap: -- claude."),
    "serve": ("serve_command:serve", "Serve the proxy: OpenAI's and Anthropic's clients, within your budgets."),
    "completion": ("completion_command:completion", "Complete commands and models behind Tab, in bash, zsh or fish."),
    "doctor": ("doctor_command:doctor", "Look for what would keep tokenwise from working here."),
}

GROUPS: Final = {
    "keys": (
        "Make, list or withdraw access keys of the proxy.",
        {
            "create": ("keys_command:create", "Make a key, and show its secret once."),
            "list": ("keys_command:list_keys", "List the keys with their limits, and what was spent under each."),
            "revoke": ("keys_command:revoke", "Withdraw a key; running proxies refuse it at once."),
            "voucher": ("voucher_command:give", "Mint a part of a budget for somebody else, and show it once."),
            "return": ("voucher_command:give_back_one", "Give back what is left of a voucher."),
            "delete": ("keys_command:delete", "Forget a key; without any, loopback asks for none again."),
        },
    ),
    "config": (
        "Show, check or write the settings.",
        {
            "show": ("config_command:show", "Show the settings in force, and where each comes from."),
            "check": ("config_command:check", "Check every setting, and name every problem."),
            "init": ("config_command:init", "Write a configuration file in which every key is explained."),
            "import": ("config_command:bring", "Make one of LiteLLM's, or of TokenWise 0.5's."),
        },
    ),
}
"""Commands that have commands of their own."""

BELOW: Final = {
    ("ledger", "reconcile"): ("reconcile_command:reconcile_export", "Compare with a provider's export of costs."),
    ("ledger", "correct"): ("correct_command:correct", "Put a wrong charge right, by one more line."),
    ("limits", "raise"): ("limits_command:raise_one", "Raise one budget until its window ends."),
}
"""Commands below one that is itself a command."""

PLACES: Final[Mapping[tuple[str, ...], str]] = {
    **{(name,): place for name, (place, _) in COMMANDS.items()},
    **{(group, name): place for group, (_, inner) in GROUPS.items() for name, (place, _) in inner.items()},
    **{names: place for names, (place, _) in BELOW.items()},
}
"""The function of each, by the words that name it."""

EXAMPLES: Final = {
    "route": ('tw route "Explain monads" --strategy cheapest --budget 0.01', "tw route - --json < question.txt"),
    "ask": ('tw ask "What is rain?" --budget 0.02', 'git diff | tw ask - --system "Write a commit message"'),
    "plan": ('tw plan "Compare three databases" --budget 0.50 --out plan.json', "tw plan - -x < task.txt"),
    "run": ("tw run plan.json", "tw run --resume last"),
    "replay": ("tw replay last", "tw replay last --policy cheaper.yaml"),
    "models": ("tw models --tier budget --capability code", "tw models --all", "tw models --explain gpt-4.1-mini"),
    "ledger": ("tw ledger --summary --by model --since 7d", "tw ledger --verify", "tw ledger --run last"),
    "ledger correct": ('tw ledger correct 01m8p9 4 --to 0.31 --why "the invoice says so"',),
    "ledger reconcile": ("tw ledger reconcile costs.csv",),
    "limits raise": ("tw limits raise session:5f3a --to 10",),
    "simulate": ("tw simulate work.jsonl --policy today.yaml --policy cheaper.yaml --seed 7",),
    "audit": (
        "tw audit ~/.claude/projects ~/.codex/sessions",
        "tw audit spend.csv --policy cheaper.yaml --html audit.html",
    ),
    "calibrate": ("tw calibrate --flagship-share 0.2 --out policy.json",),
    "rate": ("tw rate last good",),
    "guard": ("tw guard --budget 5 -- claude", "tw guard --budget 2 --on-limit pause -- python agent.py"),
    "serve": ("tw serve --port 8000", "tw serve --offline"),
    "completion": ('eval "$(tw completion bash)"', "tw completion fish > ~/.config/fish/completions/tw.fish"),
    "keys create": ("tw keys create alice --budget 20 --window month --models 'openai/*'",),
}
"""Lines that do something with each command, for its `--help`."""

_INDENT: Final = 13


def overview(width: int) -> str:
    """What the program is for, and each command with its summary, in the order in which they are usually needed."""
    parts = [f"Usage: tw COMMAND ...\n\n{_paragraphs(width)}\n\nCommands:"]
    parts += _rows(width)
    parts.append("\n`tw COMMAND --help` shows what a command takes; `tw --version` the version.\n")
    return "\n".join(parts)


def _paragraphs(width: int) -> str:
    return "\n\n".join(textwrap.fill(paragraph, width) for paragraph in HELP.split("\n\n"))


def _rows(width: int) -> Iterator[str]:
    summaries = [(name, summary) for name, (_, summary) in COMMANDS.items()]
    for name, summary in (*summaries, *((name, summary) for name, (summary, _) in GROUPS.items())):
        yield textwrap.fill(f"  {name:<{_INDENT - 2}}{summary}", width, subsequent_indent=" " * _INDENT)
