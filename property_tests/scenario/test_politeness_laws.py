"""Laws of what a request is wrapped in: none of it changes what the detector says."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenwise.prompt import Message, Role
from tokenwise.scenario.detector import detect
from tokenwise.scenario.wrapping import HEAD, TAIL, request_in

REQUESTS = st.sampled_from(
    [
        "Write a function in Rust that merges two sorted lists",
        "Where is my parcel? It should have come on 12 May.",
        "What is 15% of 240?",
        "All wugs are daxes. No dax sings. Can a wug sing?",
        "```python\nfor x in range(3):\n    print(x)\n```\nWhy does this stop at 2?",
        "SELECT name FROM users WHERE id = 3;",
        "Prove that there are infinitely many primes, and estimate how many lie below n",
        "Schreibe eine kurze Geschichte über einen Fuchs, der das Meer sucht",
        "Wie berechne ich die Ableitung von x^2 + 3x?",
        "Quelle est la capitale de l'Australie ?",
        "Un train roule à 90 km/h pendant 2 h 30. Quelle distance parcourt-il ?",
        "¿Por qué mi consulta SQL tarda dos minutos?",
        "Ana es más alta que Luis y Luis es más alto que Eva. ¿Quién es la más baja?",
        "Почему листья осенью желтеют?",
        "Напиши программу, которая сортирует список имён",
        "用Python写一个快速排序",
        "小红有12个苹果，送给小明5个，还剩几个？",
        "カレーのレシピを探しています。材料は4人分",
        "太郎は次郎より年上、次郎は三郎より年上。一番若いのは誰",
        "Qual è la capitale della Norvegia?",
        "Resolva a equação 2x - 7 = 15",
        "hello world in fortran",
        "hi",
        "Rewrite this so that it sounds kinder:\nYour application was not successful.\n\nWe wish you well.",
    ]
)

BEFORE = st.sampled_from(
    [
        "Hello, ",
        "Hi there!\n",
        "Hey Claude, quick question: ",
        "Dear all,\n\n",
        "Good afternoon,\nI hope you are well.\n\n",
        "Please help me with this: ",
        "Could you please help me with the following question?\n",
        "I was wondering if you could help me. ",
        "Sorry to bother you again. ",
        "Guten Morgen zusammen, ",
        "Hallo!\nKannst du mir bitte bei dieser Aufgabe helfen?\n",
        "Bonjour, ",
        "Salut !\nPeux-tu m'aider avec ceci : ",
        "Buenas tardes, ",
        "Hola, ¿me puedes ayudar con esto, por favor? ",
        "Здравствуйте! ",
        "Добрый день,\nпомогите, пожалуйста, с этой задачей:\n",
        "你好，",
        "您好！请帮我看看这个问题：",
        "こんにちは。",
        "お世話になっております。質問があります。\n",
        "Olá, tudo bem? ",
        "Buongiorno, ",
        "In German: ",
        "Answer in one sentence: ",
        "Bonjour, j'espère que vous allez bien. ",
        "Привет! Подскажи, пожалуйста: ",
        "Buenas, una consulta: ",
        "お忙しいところすみません。",
        "想问下，",
        "Act as an experienced expert. ",
        "Could you tell me: ",
        "Hallo zusammen, ich hoffe, es geht euch gut. ",
        "Sorry for the silly question, but ",
        "As an AI assistant, answer the following: ",
    ]
)

BEHIND = st.sampled_from(
    [
        "\nThanks!",
        "\n\nThank you so much in advance for your help!",
        "\n\nBest regards,\nMaria Lopez",
        "\n\nCheers, Tom",
        "\n-- \nJo Meier\nAccounts",
        "\nSent from my iPhone",
        "\nDanke im Voraus!",
        "\nMit freundlichen Grüßen\nMax Meier",
        "\nMerci beaucoup !",
        "\n\nCordialement,\nAnne Petit",
        "\nMuchas gracias de antemano.",
        "\nUn saludo,\nLuis",
        "\nСпасибо заранее!",
        "\n\nС уважением,\nОльга",
        "\n谢谢！",
        "\nよろしくお願いします。",
        "\nGrazie mille!",
        "\nObrigado!",
        "\nAnswer in JSON.",
        "\nRespond only with valid JSON, no explanation.",
        "\nKeep it short.",
        "\nauf Deutsch",
        "\nAntworte kurz und auf Deutsch.",
        "\nRéponds en français.",
        "\nResponde en español, por favor.",
        "\nОтветь кратко.",
        "\n请用中文回答。",
        "\n日本語で答えてください。",
        "\nPlease use bullet points.",
    ]
)

HEADINGS = st.sampled_from(
    """
    note notes context background system memory info information environment metadata history reminder attachment
    attachments kontext hintergrund notizen contexte contexto contesto nota notas контекст заметки 上下文 背景 メモ
    """.split()  # noqa: SIM905 -- words that are only ever read by eye
)
CONTEXT = "def area(w, h):\n    return w * h\nProve that 3 + 4 = 7. All wugs are daxes. My order 4711 is late."
BLOCKS = st.sampled_from(
    [
        f"<system-reminder>\n{CONTEXT}\n</system-reminder>\n",
        f"<context>{CONTEXT}</context>\n\n",
        f'<document index="1">\n{CONTEXT}\n</document>\n<notes>\nnone\n</notes>\n',
        f"[Notes]\n{CONTEXT}\n\n",
        "[Context: the user is on a phone]\n",
        f"### Context\n{CONTEXT}\n\n",
        f"Background: {CONTEXT}\n\n",
    ]
)


def quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.split("\n"))


def without_fence(text: str) -> bool:
    return "```" not in text


class TestWrapping:
    """'Greetings, thanks, signatures, context blocks and wishes for the form of the answer change nothing'."""

    @given(BEFORE, REQUESTS)
    def test_a_greeting_or_a_courtesy_before_a_request_changes_nothing(self, before, request):
        assert detect(before + request) == detect(request)

    @given(REQUESTS, BEHIND)
    def test_thanks_a_signature_or_a_wish_behind_a_request_changes_nothing(self, request, behind):
        assert detect(request + behind) == detect(request)

    @given(BLOCKS, REQUESTS)
    def test_a_block_of_context_before_a_request_changes_nothing(self, block, request):
        assert detect(block + request) == detect(request)

    @given(st.lists(BEFORE, max_size=2).map("".join), BLOCKS, REQUESTS, st.lists(BEHIND, max_size=2).map("".join))
    def test_all_of_it_together_changes_nothing(self, before, block, request, behind):
        assert detect(block + before + request + behind) == detect(request)

    @given(HEADINGS, st.sampled_from(["{}: ", "## {}\n", "[{}]\n"]), REQUESTS)
    def test_notes_under_any_heading_change_nothing(self, heading, form, request):
        for name in (heading, heading.upper(), heading.title()):
            assert detect(f"{form.format(name)}{CONTEXT}\n\n{request}") == detect(request)

    @given(REQUESTS)
    def test_a_tag_around_the_request_itself_changes_nothing(self, request):
        assert detect(f"<question>\n{request}\n</question>") == detect(request)
        assert detect(f"<data>{CONTEXT}</data>\n<task>{request}</task>") == detect(request)

    @given(REQUESTS)
    def test_marks_of_quotation_change_nothing(self, request):
        assert detect(quoted(request)) == detect(request)

    @given(REQUESTS.filter(without_fence))
    def test_a_fence_around_prose_changes_nothing(self, request):
        assert detect(f"```\n{request}\n```") == detect(f"```text\n{request}\n```") == detect(request)

    @given(REQUESTS, st.sampled_from(["\n", "\n\n", " "]))
    def test_saying_it_twice_changes_nothing(self, request, between):
        assert detect(request + between + request) == detect(request)

    @given(REQUESTS, st.sampled_from([str.upper, str.lower, str.swapcase, str.title]))
    def test_capitals_and_small_letters_are_the_same(self, request, change):
        assert detect(change(request)) == detect(request)

    @given(st.text(max_size=200))
    def test_any_text_reads_the_same_in_capitals(self, text):
        # Where writing in capitals and back is the same text: not for letters that only one of the two scripts has.
        assert request_in(text.upper()) == request_in(text.upper().lower())


class TestBlocks:
    """'The last block of a message that is not context; what a client puts before and behind it is background'."""

    @given(st.lists(BLOCKS, min_size=1, max_size=3), REQUESTS)
    def test_blocks_of_context_before_the_request_change_nothing(self, before, request):
        starts = [len("".join(before[:place])) for place in range(len(before) + 1)]
        message = Message(Role.USER, "".join(before) + request, tuple(starts))
        assert detect([message]) == detect(request)

    @given(REQUESTS)
    def test_a_reminder_behind_the_request_is_not_the_request(self, request):
        reminder = f"<system-reminder>{CONTEXT}</system-reminder>"
        message = Message(Role.USER, request + reminder, (0, len(request)))
        assert detect([message]) == detect(request)

    @given(REQUESTS, REQUESTS)
    def test_the_last_text_block_is_the_request(self, document, request):
        message = Message(Role.USER, document + request, (0, len(document)))
        assert detect([message]) == detect(request)


class TestWhatIsLeft:
    """'What is asked ...; empty where nothing is said but a courtesy. Never longer than 1,501 characters'."""

    @given(st.text(max_size=400))
    def test_what_is_asked_of_what_is_asked_is_the_same(self, text):
        once = request_in(text)
        assert request_in(once) in (once, "")

    @given(st.text(min_size=1, max_size=60), st.integers(1, 4000))
    def test_it_is_bounded_for_any_length(self, text, times):
        assert len(request_in(text * times)) <= HEAD + TAIL + 1

    @given(BEFORE, BEHIND.filter(lambda text: "--" not in text and "iPhone" not in text))
    def test_courtesies_alone_ask_nothing(self, before, behind):
        assert request_in(before + behind) == ""
        assert detect(before + behind).difficulty == 0.0

    @given(REQUESTS.filter(lambda text: text != "hi"))
    def test_a_request_is_not_taken_for_a_courtesy(self, request):
        kept = set(re.findall(r"\w+", request_in(request)))
        assert len(kept) >= len(set(re.findall(r"\w+", request.lower()))) - 3


@pytest.mark.parametrize(
    "text", ["<div class='card'><p>Hello</p></div> make the text red", "<svg></svg> draw a circle"]
)
def test_a_tag_of_a_page_is_somebodys_code_and_stays(text):
    assert request_in(text).startswith("<")
