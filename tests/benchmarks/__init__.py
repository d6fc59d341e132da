"""Benchmarks: each `bench_*.py` has a `main()` that prints its figures. `python -m tests.benchmarks` runs them."""
