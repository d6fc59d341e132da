"""Prints what the core decides, on whatever Python runs this: hashes, books and transcripts, which must be equal."""

import hashlib
import json
import sys

import tokenwise as tw
from tokenwise.simulation.answers import RandomWorld
from tokenwise.simulation.simulation import Arrival, Driver

PROMPTS = (
    "Say hi",
    "Prove that the square root of 2 is irrational",
    "Écris une fonction qui trie — 排序 🧮",
    "x" * 5000,
)
TASK = "Research three vector databases, compare their pricing, then write a recommendation and a Python example"
catalog, limit, said = tw.embedded_catalog(), tw.parse_usd("0.05"), []
for strategy in tw.Strategy:
    policy = tw.Policy(strategy=strategy)
    for prompt in PROMPTS:
        need = tw.read_request(prompt, policy).need
        said.append([str(tw.route(need, catalog, policy, limit)), tw.decision_id(need, catalog, policy, limit)])
    plan = tw.decompose_by_rules(TASK)
    assigned = tw.assign(plan, catalog, policy, limit)
    assert isinstance(assigned, tw.Assigned)
    for seed in range(5):
        job = tw.Job(
            id=f"r{seed}", plan=plan, choices=assigned.choices, catalog=catalog, policy=policy, limit=limit, seed=seed
        )
        world = RandomWorld(seed, {tw.Fault.OVERLOADED: 200, tw.Fault.EMPTY: 100})
        moments: list[tw.Moment] = []
        driver = Driver(lambda _, __, moment, moments=moments: moments.append(moment))
        driver.admit(Arrival(job, world=world))
        driver.finish()
        said.append(tw.transcript(moments))
shape = hashlib.sha256(json.dumps(said).encode()).hexdigest()
print(json.dumps({"python": list(sys.version_info[:2]), "on": sys.platform, "said": len(said), "hash": shape}))
