"""How many requests a second a simulation takes, where the time goes, and whether memory stays flat.

The figures quoted in docs/simulate.md come from here. Times are the processor's, the best of three rounds; on a machine
that does other things too they vary by a third, so the load is printed beside them. The memory of a long simulation
is watched by `python -m tests.benchmarks.bench_simulate memory REQUESTS`, and `… profile` counts what a request
executes, which no other work on the machine disturbs; neither is part of `python -m tests.benchmarks`.
"""

import os
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from attrs import evolve

from property_tests.seeded import draw, seeded_plan
from tokenwise import embedded_catalog
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy
from tokenwise.routing.bid import Need
from tokenwise.routing.choosing import route
from tokenwise.simulation.surveys import EVERYTHING, Setting, simulate
from tokenwise.simulation.traffic import Kind, Stretch, Traffic
from tokenwise.simulation.workload import Allowance, Asked, Variant
from tokenwise.traits import Capability
from tokenwise.usage import TokenCount

CATALOG = embedded_catalog()
REQUESTS = 5_000

# What attrs calls the files that it writes methods into; a constructor is nearly all that is called there.
MADE = "<attrs generated methods"


def needs(count):
    kinds = (Capability.GENERAL, Capability.CODE, Capability.MATH)
    return [Need(kinds[n % 3], TokenCount(100 + n % 50, 400 + n % 50), 800, 200, n % 10 / 10) for n in range(count)]


def requests(count):
    return [
        Asked(
            id=f"r{n}",
            at_ms=50 * n,
            input=TokenCount(100 + n % 50, 400 + n % 50),
            difficulty=n % 10 / 10,
            max_output_tokens=800,
        )
        for n in range(count)
    ]


def best_us(work, count, rounds=3):
    """Microseconds of processor time for one of `count`, in the best of the rounds."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return 1e6 * min(times) / count


def plans(count):
    """Plans of eight steps, of ten shapes, that do not meet."""
    shapes, money = [seeded_plan(seed, 8) for seed in range(10)], Nanodollars(10**10)
    return [Asked(id=f"p{n}", at_ms=100_000 * n, plan=shapes[n % 10], limit=money) for n in range(count)]


def unlike(count):
    """The same shapes, each time with other lengths."""
    one = lambda what, n, least, most: least + draw(n, what, most - least)  # noqa: E731 -- a word for below

    def with_lengths(plan, n):
        steps = [
            evolve(step, output_tokens=one(f"out{k}", n, 100, 900), difficulty=one(f"hard{k}", n, 0, 100) / 100)
            for k, step in enumerate(plan.steps)
        ]
        return evolve(plan, steps=tuple(steps))

    return [evolve(asked, plan=with_lengths(asked.plan, n)) for n, asked in enumerate(plans(count))]


def strangers(count):
    """Made-up traffic, of which hardly two requests are alike."""
    return list(traffic_of(count).part(0, count))


def traffic_of(count):
    kind = Kind(name="r", pattern=Asked(id="r", max_output_tokens=400))
    return Traffic(requests=count, stretches=(Stretch(3_600_000, 36_000),), kinds=(kind,))


def routing():
    some, policy, limit = needs(REQUESTS), Policy(), Nanodollars(10**9)

    def decide():
        for need in some:
            route(need, CATALOG, policy, limit)

    decide()
    return best_us(decide, REQUESTS)


def both_ways(some, variant):
    """Briefly and at length, in turns, so that other work on the machine slows down both."""
    setting, times = Setting(catalog=CATALOG), {False: [], True: []}
    for _ in range(3):
        for at_length, spent in times.items():
            spent.append(best_us(lambda way=at_length: simulate(some, variant, setting, at_length=way), len(some), 1))
    return tuple(map(min, times.values()))


def main():
    """Print a line for routing, and for each workload what a request takes briefly and at length."""
    budgets = (Allowance("all", Nanodollars(10**15)), Allowance("day", Nanodollars(10**15), 86_400_000, per_key=True))
    alike, used_up = requests(REQUESTS), (Allowance("all", Nanodollars(10)),)
    print(f"route alone, {len(CATALOG)} models {routing():40.1f} µs")
    print(f"{'a request through everything':44} {'briefly':>8} {'at length':>9}")
    for name, some, variant in (
        ("of 50 lengths and 10 difficulties", alike, Variant(name="v")),
        ("the same with two shared budgets", alike, Variant(name="v", allowances=budgets)),
        ("hardly two alike", strangers(REQUESTS), Variant(name="v")),
        ("turned away by a used-up budget", alike[:500], Variant(name="v", allowances=used_up)),
        ("a plan of eight steps, ten shapes assigned", plans(2_000), Variant(name="v")),
        ("the same, each of other lengths", unlike(200), Variant(name="v")),
    ):
        short, long = both_ways(some, variant)
        print(f"{name:44} {short:5.1f} µs {long:6.1f} µs  {1e6 / short:10,.0f} and {1e6 / long:,.0f} a second")
    print("load average", *(f"{load:.1f}" for load in os.getloadavg()))


def memory(count):
    """Made-up traffic, none of it kept: the memory in use every tenth of the way."""
    traffic = traffic_of(count)
    setting, variant, began = Setting(catalog=CATALOG), Variant(name="v"), time.monotonic()

    def watched():
        for index in range(count):
            if index % (count // 10) == 0:
                used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                print(f"{index:>10,} requests, {used} MiB at most, {time.monotonic() - began:.0f} s", flush=True)
            yield traffic.request(index)

    tally = simulate(watched(), variant, setting)[EVERYTHING]
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{tally.sums['requests',]:>10,} requests, {used} MiB at most, {time.monotonic() - began:.0f} s")


def profile(count=500, shown=25):
    """Bytecodes executed and functions called for a request, by function, the most first."""
    some, setting, variant = requests(count), Setting(catalog=CATALOG), Variant(name="v")
    simulate(some, variant, setting)
    executed, called = Counter(), Counter()

    def trace_calls(frame, event, _):
        code = frame.f_code
        name = f"{Path(code.co_filename).name} {code.co_qualname}"
        if event == "call":
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            called[name] += 1
        executed[name] += event == "opcode"
        return trace_calls

    sys.settrace(trace_calls)
    simulate(some, variant, setting)
    sys.settrace(None)
    made = sum(number for name, number in executed.items() if name.startswith(MADE))
    print(f"{executed.total() / count:8,.0f} bytecodes and {called.total() / count:.0f} calls a request")
    print(f"{made / count:8,.0f} bytecodes of them in the constructors of values")
    for name, number in executed.most_common(shown):
        print(f"{number / count:8,.0f} {called[name] / count:6.1f}  {name}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["memory", requested]:
            memory(int(requested))
        case ["profile"]:
            profile()
        case _:
            main()
