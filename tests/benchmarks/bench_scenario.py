"""How long it takes to say what a request needs, and to judge whether it is a risk. Texts are this project's own."""

import time

from tokenwise.prompt import Message, Role
from tokenwise.scenario.detector import detect
from tokenwise.scenario.risk import RiskGate, judge

SENTENCE = "The council met on Tuesday to discuss the new bus lines, and members argued for two hours about the stop. "
CODE = "def area(width, height):\n    return width * height\n\nassert area(2, 3) == 6  # why does this fail?\n"
LOOP = [
    Message(Role.USER, "Sort this list in Python"),
    *[Message(Role.TOOL, SENTENCE * 80), Message(Role.USER, "ok")] * 20,
]

REQUESTS = {
    "a line of 27 characters": "how much does a llama weigh",
    "prose of 106 characters": SENTENCE.strip(),
    "prose of 212 characters": (SENTENCE * 2).strip(),
    "code of 99 characters": CODE,
    "Chinese of 31 characters": "为什么我的网页点击按钮没有反应？控制台显示 undefined",
    "prose of 8,560 characters": SENTENCE * 80,
    "code of 8,000 characters": CODE * 80,
    "an agent's loop of 41 messages": LOOP,
}


def main() -> None:
    """Print the best of ten rounds for each request, with the gate's time beside the detector's."""
    gate = RiskGate(enabled=True)
    for name, request in REQUESTS.items():
        detecting = best_us(lambda request=request: detect(request))
        judging = best_us(lambda request=request: judge(request, gate))
        print(f"{name:32} detect {detecting:7.1f} us   judge {judging:7.1f} us")


def best_us(work, rounds=10, times=200) -> float:
    return min(timed(work, times) for _ in range(rounds)) / times * 1e6


def timed(work, times) -> float:
    started = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - started
