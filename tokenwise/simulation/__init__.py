"""The same machine in virtual time: worlds that answer, workloads that ask, and what came of it, told and judged.

It decides nothing that a real run would not decide; only here is chance drawn, from a seed.
"""
