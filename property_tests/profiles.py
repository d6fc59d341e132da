"""How hard hypothesis searches: one profile for every test run, named by the variable HYPOTHESIS_PROFILE.

    ci       60 examples, the same ones every time: a build does not fail by luck (the default)
    dev      20 examples, drawn anew: while writing a law
    long     2,000 examples, drawn anew: before a release
    longest  50,000 examples, drawn anew: for one law at a time, over a night

A test that sets `max_examples` itself is deaf to all of them, so it should not. No database of earlier failures is
kept: a failure that matters becomes an `@example`, where the next reader sees it. No profile has a deadline, and none
minds slow data: clocks never fail a build.
"""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = {"ci": 60, "dev": 20, "long": 2_000, "longest": 50_000}


def load_profile() -> None:
    """Register the profiles and load the chosen one. Raises InvalidArgument for an unknown name."""
    for name, examples in EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=examples,
            derandomize=name == "ci",
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
