"""What a deployment's own outcomes are worth: `tokenwise.calibration` on requests and outcomes of public benchmarks.

    python -m tests.benchmarks.bench_calibrate DATA [OUTCOMES]

DATA is a folder with the files named below, rows of `{prompt, pair: [weak, strong], q: {model: score}}`; the variable
TOKENWISE_ROUTING_DATA names it too. Each line is a workload of so many outcomes (500) drawn by a seed: what the weak
model made of each request, as ratings would say it, or what the strong one would have won. Scores are of folds that the
weights were not fitted on. Each workload once more with its outcomes shuffled is there to be refused.
"""

import gzip
import json
import os
import random
import sys
import time
from pathlib import Path

from tokenwise.calibration.evidence import Outcome, weigh_evidence
from tokenwise.scenario.detector import detect
from tokenwise.scenario.numbers import numbers_of

WORKLOADS = {
    "many tasks (llmrouter_mix)": ("llmrouter_mix",),
    "all ten tables": (
        *("routellm_mmlu", "mmlu_pro", "routellm_gsm8k", "zeroeval_gsm", "zeroeval_math-l5", "zeroeval_crux"),
        *("routerbench_arc-challenge", "routerbench_mbpp", "routerbench_winogrande", "llmrouter_mix"),
    ),
    "one exam (mmlu_pro)": ("mmlu_pro",),
    "one kind of problem (routellm_gsm8k)": ("routellm_gsm8k",),
}
SEEDS = (1, 2)


def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if not row.get("contaminated") and all(name in row["q"] for name in row["pair"])]


def outcomes_of(rows, *, rated):
    def one(row):
        weak, strong = (row["q"][name] for name in row["pair"])
        bad = min(1.0, max(0.0, 1.0 - weak))
        return Outcome(numbers_of(row["prompt"], detect(row["prompt"])), bad, None if rated else strong - weak)

    return [one(row) for row in rows]


def line(name, outcomes, seed):
    began = time.process_time()
    found = weigh_evidence(outcomes, seed=seed)
    took = time.process_time() - began
    told = " ".join(
        f"{label} {one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
        for label, one in (("to length", found.to_length), ("to today", found.to_today))
    )
    verdict = "written" if found.better else f"refused{': ' + found.trouble if found.trouble else ''}"
    print(
        f"  {name:<11} seed {seed}: fitted {found.fitted:.3f}, length {found.length:.3f}, today {found.today:.3f}; "
        f"{told}; {verdict} ({took:.1f} s)"
    )


def main(argv=()):
    given = argv[0] if argv else os.environ.get("TOKENWISE_ROUTING_DATA", "")
    if not given:
        print("no data: name its folder, or set TOKENWISE_ROUTING_DATA")
        return
    count = int(argv[1]) if len(argv) > 1 else 500
    for name, files in WORKLOADS.items():
        rows = [row for file in files for row in rows_of(Path(given) / f"{file}.jsonl.gz")]
        print(f"{name}: {count} of {len(rows)}")
        for seed in SEEDS:
            drawn = random.Random(seed).sample(rows, min(count, len(rows)))
            line("rated", outcomes_of(drawn, rated=True), seed)
            line("both known", outcomes_of(drawn, rated=False), seed)
            shuffled = random.Random(seed).sample(drawn, len(drawn))
            mixed = [
                {**row, "q": other["q"], "pair": other["pair"]} for row, other in zip(drawn, shuffled, strict=True)
            ]
            line("at random", outcomes_of(mixed, rated=True), seed)


if __name__ == "__main__":
    main(sys.argv[1:])
