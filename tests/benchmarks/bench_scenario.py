"""How right it is to say what a request needs, how long that takes, and to judge whether it is a risk.

The prompts are those of `tests/prompts`, which nothing was learned from; the texts that are timed are our own.
"""

import time
from itertools import count

from tests.core.scenario.test_measured import FLOORS, LANGUAGES, WRAPPED, common, macro_f1, scored
from tests.prompts import asked
from tokenwise.prompt import Message, Role
from tokenwise.scenario.detector import detect
from tokenwise.scenario.risk import RiskGate, judge

SENTENCE = "The council met on Tuesday to discuss the new bus lines, and members argued for two hours about the stop. "
CODE = "def area(width, height):\n    return width * height\n\nassert area(2, 3) == 6  # why does this fail?\n"
PROSE = (
    "My landlord says that the heating will be off until the fourteenth because a part has to come from abroad. We "
    "have two small children and it is nine degrees in the kitchen this morning. The contract promises warm rooms from "
    "October on. Can I pay less rent, and what should I write to him before I do?"
)
CODE_300 = """\
def totals(rows, key="region"):
    found = {}
    for row in rows:
        found.setdefault(row[key], []).append(row["amount"])
    return {name: sum(amounts) / len(amounts) for name, amounts in found.items()}

print(totals(load("sales.csv")))
# KeyError: 'region' in line 4. But it is there?
"""
CHINESE = (
    "我上个月在网上买了一台洗衣机，安装师傅来了以后说阳台的水龙头不合适，要另外收一百二十块钱换一个接头。我觉得页面上"
    "明明写着免费安装，就没有同意，结果他把机器放在门口就走了。客服说安装费和材料费是两回事，让我自己找人装。现在已经"
    "过了十天，机器还没有用过，我想退货，可是卖家说超过七天不能无理由退货，而且包装已经拆了。我手里有聊天记录、付款"
    "截图和师傅的收据照片。请问这种情况我应该先找平台还是先打消费者热线？投诉的时候要写清楚哪些内容，才能让他们承担"
    "来回的运费？另外，如果平台也不管，我可以去哪个部门反映，大概要等多久才会有结果，需要准备什么材料？如果最后还是要打官司，小额的案子自己去可以吗，要花多少钱？"
)
LOOP = [
    Message(Role.USER, "Sort this list in Python"),
    *[Message(Role.TOOL, SENTENCE * 80), Message(Role.USER, "ok")] * 20,
]

REQUESTS = {
    "a line of 27 characters": "how much does a llama weigh",
    "prose of 106 characters": SENTENCE.strip(),
    "prose of 300 characters": PROSE,
    "code of 300 characters": CODE_300,
    "Chinese of 300 characters": CHINESE,
    "Chinese of 31 characters": "为什么我的网页点击按钮没有反应？控制台显示 undefined",
    "prose of 8,560 characters": SENTENCE * 80,
    "code of 8,000 characters": CODE * 80,
    "an agent's loop of 41 messages": LOOP,
}


def shares() -> None:
    """Print macro-F1 bare and wrapped, by file and by language; reasoning found, support found, and what is twofold."""
    prompts = {file: list(asked(file)) for file in FLOORS}
    every = [each for file in prompts.values() for each in file]
    for file, rows in prompts.items():
        told = [macro_f1(scored(common(rows) if file == "everyday.txt" else rows, frame)) for frame in WRAPPED]
        right = sum(truth == guess for truth, guess in scored(rows))
        print(
            f"{file:14} {right:3} of {len(rows):3} right, macro-F1 bare and wrapped", *[f"{each:.3f}" for each in told]
        )
    by_lang = {lang: macro_f1(scored([each for each in every if each.lang == lang])) for lang in LANGUAGES}
    print("by language", *[f"{lang} {value:.2f}" for lang, value in by_lang.items()])
    reasoning = [each for each in every if each.labels[0] == "reasoning" and "\n(a)" not in each.text.lower()]
    support = prompts["strangers.txt"][:10]  # its kinds are of ten prompts each, and this is the first
    for name, rows in (("reasoning without options", reasoning), ("support chat", support)):
        print(f"{name}: {sum(truth == guess for truth, guess in scored(rows))} of {len(rows)} found")
    twofold = sum(len(detect(each.text).capabilities.names) > 1 for each in every)
    print(f"a second capability: {twofold} of {len(every)}")


def main() -> None:
    """Print the shares, then the best of ten rounds for each request, with the gate's time beside the detector's."""
    shares()
    gate = RiskGate(enabled=True)
    for name, request in REQUESTS.items():
        detecting = best_us(lambda request=request: detect(unheard(request)))
        judging = best_us(lambda request=request: judge(request, gate))
        print(f"{name:32} detect {detecting:7.1f} us   judge {judging:7.1f} us")


_counted = count()


def unheard(request):
    """The request with other last words than ever before, since what is asked again is remembered."""
    return f"{request} {next(_counted)}" if isinstance(request, str) else request


def best_us(work, rounds=10, times=200) -> float:
    return min(timed(work, times) for _ in range(rounds)) / times * 1e6


def timed(work, times) -> float:
    started = time.process_time()
    for _ in range(times):
        work()
    return time.process_time() - started
