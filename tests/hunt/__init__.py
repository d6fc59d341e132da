"""The laws, checked themselves: each seeded bug in `bugs/` must make the law that it names fail.

    python -m tests.hunt [WORD …] [--workers 2]

runs them all, as every night, or those whose name or place holds a word, and prints the survivors. CI hunts a few.
"""
