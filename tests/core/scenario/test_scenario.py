"""What the detector makes of single requests and of whole conversations."""

import pytest

from tokenwise.prompt import Message, Role
from tokenwise.scenario.detector import MAX_SIGNALS, Complexity, Scenario, detect
from tokenwise.scenario.features import FEATURES, read
from tokenwise.scenario.lexicon import KINDS, false_friends, terms_by_word
from tokenwise.scenario.weights import FEATURE_POINTS
from tokenwise.scenario.wrapping import HEAD, TAIL
from tokenwise.traits import Capability

GENERAL, CODE, MATH, REASONING = Capability.GENERAL, Capability.CODE, Capability.MATH, Capability.REASONING


def user(text: str) -> Message:
    return Message(Role.USER, text)


def assistant(text: str) -> Message:
    return Message(Role.ASSISTANT, text)


def tool(text: str) -> Message:
    return Message(Role.TOOL, text)


@pytest.mark.parametrize(
    "text",
    [
        "Draft a code of conduct for the volunteers",
        "Is there a yoga class near the station?",
        "Are first class flights to Tokyo worth the money?",
        "Write a haiku about Python",
        "Describe a prime minister who loves pie",
        "What should I wear? The dress code says smart casual",
        "How do I get bed bugs out of a mattress?",
        "Which string quartet played at the royal wedding?",
    ],
)
def test_false_friends_are_general_work(text):
    assert detect(text).capabilities == GENERAL


@pytest.mark.parametrize(
    "text",
    [
        "Write a function in C# that reverses a linked list",
        "Schreibe eine Funktion in Java, die zwei Listen zusammenführt",
        "写一个Python函数，计算两个列表的交集",
        "Écris un script bash qui renomme les fichiers d'un dossier",
        "find . -name '*.log' -mtime +7 | xargs rm",
        "```python\nfor x in range(3):\n    print(x)\n```\nwhy is this slow?",
        "public class Main {\n    public static void main(String[] args) {\n        int x = 1;\n    }\n}",
        "SELECT name FROM users WHERE id = 3; returns two rows, why?",
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nKeyError: 'x'",
    ],
)
def test_code_is_recognised_in_several_languages_and_when_merely_pasted(text):
    assert detect(text).primary is CODE


@pytest.mark.parametrize(
    "text",
    [
        "What is 17% of 340?",
        "Solve 3x - 7 = 20",
        "Wie viel sind 15 Prozent von 80?",
        "Combien font 12 × 17 ?",
        "解方程 3x + 4 = 19",
        "Маша купила 3 яблока по 15 рублей. Сколько она заплатила всего?",
        "Find $\\int_0^1 x^2 \\, dx$",
        "A bus carries 40 people and 3 buses leave every hour. How many people travel in 5 hours?",
    ],
)
def test_arithmetic_and_mathematics_are_recognised_in_several_languages(text):
    assert detect(text).primary is MATH


@pytest.mark.parametrize(
    "text",
    [
        "All wugs are daxes. No daxes are feps. Can a wug be a fep?",
        "Tim is older than Sue, and Sue is older than Max. Who is the youngest?",
        "Alle Hunde sind Tiere. Einige Tiere sind weiß. Sind einige Hunde notwendigerweise weiß?",
        "所有的狗都是动物，没有动物会说话。那么狗会说话吗？",
        "Jane says Kim lies. Kim says Lee lies. Lee says both lie. Who tells the truth?",
    ],
)
def test_deduction_is_recognised_in_several_languages(text):
    assert detect(text).primary is REASONING


@pytest.mark.parametrize(
    "text",
    [
        "Formuliere eine freundliche Absage an einen Bewerber",
        "Rédige une invitation pour l'anniversaire de ma fille",
        "Recomiéndame un restaurante para cenar con mi jefe",
        "帮我写一封感谢信给客户",
        "お客様へのお礼のメールを書いて",
        "Посоветуй подарок для мамы",
        "اكتب رسالة شكر إلى العملاء",
        "मेरे दोस्त के जन्मदिन के लिए एक कविता लिखो",
        "Andika barua ya shukrani kwa rafiki",
        "Please tell the customer that the parcel arrives on Monday",
    ],
)
def test_everyday_requests_are_general_in_every_language(text):
    assert detect(text).capabilities == GENERAL


def test_difficulty_is_not_length():
    long_but_simple = "Fix the typos: " + "We had a lovly time at the beech and the wether was grate. " * 20
    hard = detect("Prove the Cayley-Hamilton theorem over a commutative ring")
    assert hard.complexity is Complexity.COMPLEX
    assert hard.difficulty > detect(long_but_simple).difficulty


def test_greetings_and_thanks_are_simple():
    assert {detect(text).complexity for text in ("hello", "thanks!", "ok", "")} == {Complexity.SIMPLE}


def test_thanks_behind_a_request_take_away_nothing_of_what_stands_behind_it():
    before = [
        Message(Role.SYSTEM, "You are a senior Python engineer. Refactor functions, fix bugs, write unit tests."),
        Message(Role.USER, "Please look at it once more."),
    ]
    assert detect(before) != detect(before[1:])
    assert detect([*before, Message(Role.USER, "Thanks!")]) == detect(before)


def test_a_lock_free_queue_is_harder_than_hello_world():
    hard = detect("Implement a lock-free queue in C++ and prove that it is linearizable")
    easy = detect("Print hello world in Python")
    assert hard.complexity is Complexity.COMPLEX
    assert easy.complexity is Complexity.SIMPLE


@pytest.mark.parametrize(
    ("difficulty", "complexity"),
    [
        (0.0, "simple"),
        (0.333, "simple"),
        (0.334, "moderate"),
        (0.666, "moderate"),
        (0.667, "complex"),
        (1.0, "complex"),
    ],
)
def test_complexity_names_thirds_of_difficulty(difficulty, complexity):
    assert Scenario(GENERAL, difficulty).complexity.value == complexity


def test_an_agents_loop_that_ends_in_ok_is_as_hard_as_its_task():
    task = user("Refactor our Python monolith into microservices without downtime and migrate the database")
    loop = [
        task,
        assistant("I will list the files."),
        tool("main.py\ndb.py"),
        assistant("Running the tests."),
        tool("ok"),
    ]
    alone = detect([task])
    assert detect(loop).primary is CODE
    assert detect(loop).complexity is alone.complexity
    assert detect([tool("ok")]).complexity is Complexity.SIMPLE


def test_a_short_go_on_passes_its_share_to_the_request_before():
    chat = [user("Write a parser for JSON in Rust with error recovery"), assistant("Here is part one."), user("go on")]
    assert detect(chat).primary is CODE
    assert detect("go on").primary is GENERAL


def test_a_new_subject_outweighs_an_old_one():
    chat = [
        user("Fix this bug: my for loop in Python never ends"),
        assistant("Increment the counter."),
        user("Great. Now please write a short poem about the sea for my grandmother's birthday party on Sunday"),
    ]
    assert detect(chat).primary is GENERAL


def test_a_system_prompt_about_code_does_not_make_a_greeting_code():
    system = Message(Role.SYSTEM, "You are an expert Python programmer. Write code with functions and classes.")
    assert detect([system, user("Hello, how are you today?")]).primary is GENERAL


def test_without_a_user_whatever_was_said_is_the_request():
    assert detect([Message(Role.SYSTEM, "Solve 3x + 4 = 19")]) == detect("Solve 3x + 4 = 19")


def test_an_empty_conversation_is_simple_general_work():
    assert detect([]).capabilities == GENERAL
    assert detect([]).complexity is Complexity.SIMPLE
    assert detect([]) == detect("")


def test_signals_name_what_moved_the_score_and_are_few():
    found = detect("```python\nprint(1 + 1)\n```\nWrite unit tests for this function in pytest").signals
    assert "code name" in {signal.name for signal in found}
    assert {signal.capability for signal in found} == {CODE}
    assert len(found) <= MAX_SIGNALS


def test_signals_stand_strongest_first():
    points = [abs(signal.points) for signal in detect("Prove that the sum of two odd integers is even").signals]
    assert points == sorted(points, reverse=True)
    assert len(points) >= 3


def test_several_capabilities_are_named_where_two_are_close():
    scenario = detect("Implement Newton's method in Python for f(x) = x^3 - 2 and prove that it converges")
    assert scenario.capabilities == CODE | MATH
    assert scenario.primary is CODE


def test_primary_defaults_to_the_first_capability():
    assert Scenario(CODE | MATH, 0.5).primary is CODE


def test_the_middle_of_a_long_text_is_not_read():
    edge = "word " * (HEAD // 5)
    assert read(edge + "import numpy " + edge).terms == read(edge + "a poem about " + edge).terms
    assert "numpy" in read(edge + "x " * TAIL + " numpy").terms


def test_false_friends_strike_out_both_words():
    assert not {"prime", "minister"} & read("the prime minister").terms
    assert "prime" in read("a prime number").terms


def test_every_script_is_cut_into_words_or_pairs():
    assert {"代码", "代码错"} <= read("代码错误").terms
    assert "कविता" in read("एक कविता लिखो").terms
    assert {"grosse", "grosse der"} <= read("Größe der").terms


def test_every_feature_has_points_and_every_kind_is_a_feature():
    assert set(FEATURE_POINTS) == set(FEATURES)
    assert set(KINDS) <= set(FEATURES)


def test_every_entry_of_the_lexicon_can_be_found_in_a_text():
    # Between words that are nobody's courtesy, since a courtesy alone is taken off.
    spoken = {term: f"zzz {term.removesuffix('-')}{'xy' * term.endswith('-')} zzz" for term in terms_by_word()}
    assert [term for term, text in spoken.items() if term not in read(text).terms | false_friends()] == []


def test_every_false_friend_is_a_pair_of_words():
    assert [friend for friend in false_friends() if len(friend.split()) != 2] == []
