"""Choose a policy for a mixed workload at a budget, before it has cost anything. See docs/simulate.md.

Writes the files of the worked case into the current directory and runs the commands of the page. Nobody is called.
"""

from pathlib import Path

from tokenwise_shell.cli import main

FILES = {
    "traffic.yaml": """\
rate: {shape: diurnal, per_hour: 20, peak_per_hour: 120}
kinds:
  - {name: chat, weight: 6, input_tokens: {p50: 300, p99: 6000}, difficulty: {p0: 0, p50: 0.2, p100: 0.8},
     max_output_tokens: 800}
  - {name: code, weight: 3, capabilities: [code], input_tokens: {p50: 1500, p99: 20000},
     difficulty: {p0: 0.2, p100: 1}, max_output_tokens: 2000, judged: true}
  - {name: proofs, weight: 1, capabilities: [reasoning, math], input_tokens: {p50: 200, p99: 1000},
     difficulty: {p0: 0.5, p100: 1}, max_output_tokens: 4000}
keys: [web, batch]
seed: 1
""",
    "world.yaml": """\
usual:
  latency_ms: {p5: 200, p50: 600, p95: 2s, p99: 6s, p100: 20s}
  token_us: 9000
  troubles:
    - {fault: overloaded, share: 1%}
    - {fault: unreachable, from: 14h, until: 15h, every: day, share: 30%}
quality:
  - {tier: budget, capability: code, easy: 0.93, hard: 0.30}
""",
    "cheapest.yaml": "strategy: cheapest\nbudget: 0.10\n",
    "balanced.yaml": "strategy: balanced\nbudget: 0.10\n",
    "finest.yaml": "strategy: best_quality\nbudget: 0.10\n",
    "finest-daily.yaml": """\
strategy: best_quality
budget: 0.10
budgets:
  - {name: everybody, limit: 2.00, window: day}
""",
    "laws.yaml": """\
laws:
  - max cost <= $0.10
  - success >= 99%
  - quality >= 0.85
  - share of tier flagship <= 60%
  - misplaced calls for capability=code = 0
  - p95 latency for label=chat <= 15 s
""",
}
POLICIES = [
    word for name in ("cheapest", "balanced", "finest", "finest-daily") for word in ("--policy", f"{name}.yaml")
]
TRIAL = ["simulate", "traffic.yaml", "--world", "world.yaml"]


def simulate(*arguments: str, expected: int = 0) -> None:
    """Run one command of the page, which must end with this exit code."""
    print("$ tw", *TRIAL, *arguments)
    code = main([*TRIAL, *arguments])
    assert code == expected, f"exit code {code}"


def choose(requests: int = 1000) -> None:
    """The commands of the page, in its order, on so many requests."""
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")
    with Path("traffic.yaml").open("a", encoding="utf-8") as traffic:
        traffic.write(f"requests: {requests}\n")
    simulate(*POLICIES, "--repeat", "3")
    simulate("--policy", "balanced.yaml", "--assert", "laws.yaml")
    simulate("--policy", "finest.yaml", "--assert", "laws.yaml", expected=1)
    simulate("--diff", "balanced.yaml", "finest.yaml", "--limit", "2")


if __name__ == "__main__":
    choose()
