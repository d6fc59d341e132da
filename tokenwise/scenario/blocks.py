"""What surrounds a whole request: context in tags, a first paragraph of notes, marks of quotation, a second copy.

A tag that web pages and drawings do not know is context of whoever put the prompt together. It is dropped where
something else is left; where it says that it holds the question, what it holds is left.
"""

import re
from functools import cache
from typing import Final

__all__ = ["is_context", "unwrapped", "without_marks"]

# Elements of web pages, drawings and build files, which are somebody's code.
_MARKUP: Final = frozenset(
    """
    a abbr article aside audio b bean beans blockquote body br button canvas catalog center code configuration
    dependency dict div dl em fieldset figure font footer form g h1 h2 h3 h4 h5 h6 head header hr html i iframe img
    input label layout li linearlayout link main manifest meta nav object ol option p path pre project relativelayout
    resources root rss script section select small span strong style svg table tbody td template textarea tfoot th
    thead title tr u ul urlset video xml
    """.split()  # noqa: SIM905 -- eighty quoted strings would be harder to read
)
_ASKING: Final = frozenset(
    """
    ask instruction instructions message problem prompt query question request task user_message user_query
    user_request user-query
    """.split()  # noqa: SIM905 -- as above
)
_OPENED: Final = r"<([A-Za-z][\w:.-]*)(?: [^<>\n]{0,200})?>"
_CLOSED: Final = r"</([A-Za-z][\w:.-]*)>\s*\Z"
_HEADING: Final = (
    r"(?i)(?:#+ *|\*\*)?[\[(]?(?P<name>notes?|context|background|system|memory|info|information|environment|metadata"
    r"|history|reminder|attachments?|kontext|hintergrund|notizen|contexte|contexto|contesto|notas?|контекст|заметки"
    r"|上下文|背景情報|背景|备注|コンテキスト|メモ)(?!\w)(?P<rest>[^\n\]]*)"
)
# How such a heading begins where it begins with two letters of ASCII.
_NOTED: Final = frozenset({"no", "co", "ba", "sy", "me", "in", "en", "hi", "re", "at", "ko"})
_RULES: Final = ("\n---\n", "\n***\n", "\n\n")
_FENCE: Final = r"(?mi)^[ \t]*(?:```+|~~~+)[ \t]*(?:text|txt|plain|plaintext|markdown|md|quote)?[ \t]*$"
_QUOTE: Final = r"(?m)^[ \t]*>(?!>)[ \t]?(?!=)"
_EYES: Final = (":)", ":-", ":(", ";)", ";-", ":d", ":p")
_FACE: Final = r"(?:(?<=\s)|(?<=[.!?]))[:;]-?[)(dp](?=\s|$)"
_ASKED: Final = (
    r"(?i)\n(?:#+ *)?"
    r"(?:question|task|request|query|frage|aufgabe|pregunta|tarea|tache|вопрос|задача|问题|質問)[ :：]*(?=\W)"
)
_HEAD: Final = 4
_PAIRS: Final = {'"': '"', "'": "'", "“": "”", "«": "»", "„": "“", "`": "`", "*": "*", "(": ")"}


def without_marks(text: str) -> str:
    """Without the marks of quoted lines, faces, and fences that do not name a programming language."""
    if (":" in text or ";" in text) and any(map(text.__contains__, _EYES)):
        text = _compiled(_FACE).sub(".", text)
    if ">" in text:
        text = _compiled(_QUOTE).sub("", text)
    return _compiled(_FENCE).sub("", text) if "```" in text or "~~~" in text else text


def is_context(text: str) -> bool:
    """Whether a block of text is nothing but blocks of context in tags, or blank."""
    text = text.strip()
    while text:
        opened = _compiled(_OPENED).match(text)
        if not opened or opened[1].lower() in _MARKUP | _ASKING:
            return False
        end = text.find(f"</{opened[1]}>", opened.end())
        if end < 0:
            return False
        text = text[end + len(opened[1]) + 3 :].strip()
    return True


def unwrapped(text: str) -> str:
    """Without what surrounds or repeats the whole. Takes off one layer of each kind; what remains may have more."""
    text = text.strip()
    begins = text[:2]
    if begins.isascii() and begins.isalpha() and begins.lower() not in _NOTED and text[-1] != ">":  # nearly always
        return _once(text)
    text = _once(text)
    if text.startswith("<"):
        text = _after_tag(text)
    if text.endswith(">"):
        text = _before_tag(text)
    if text.startswith("**"):
        text = text.replace("**", "", 2)
    elif text[:1] in _PAIRS and len(text) > 2 and text.endswith(_PAIRS[text[0]]) and text.count(text[0]) <= 2:
        text = text[1:-1]
    if text.startswith("---\n") and (end := text.find("\n---\n", 3)) > 0:
        text = text[end + 5 :].strip() or text
    return _after_notes(text).strip()


def _once(text: str) -> str:
    """A text that is the same thing twice or thrice, once."""
    # Then its first letters come again. They are all in its first third, which ends with no space.
    if len(text) > 3 * _HEAD and not text[_HEAD - 1].isspace() and text.find(text[:_HEAD], _HEAD) < 0:
        return text
    for times in (2, 3):
        while (once := _part(text, times)) != text:
            text = once
    return text


def _part(text: str, times: int) -> str:
    part = text[: len(text) // times].strip()
    size = len(part)
    if not part or text[-size:] != part:
        return text
    between = text[size:-size].strip()
    return part if between == ("" if times == 2 else part) else text


def _after_tag(text: str) -> str:
    opened = _compiled(_OPENED).match(text)
    if not opened or opened[1].lower() in _MARKUP:
        return text
    end = text.find(f"</{opened[1]}>", opened.end())
    if end < 0:
        return text
    inside, rest = text[opened.end() : end].strip(), text[end + len(opened[1]) + 3 :].strip()
    return inside if not rest or opened[1].lower() in _ASKING else rest


def _before_tag(text: str) -> str:
    closed = _compiled(_CLOSED).search(text, max(0, len(text) - 80))
    if not closed or closed[1].lower() in _MARKUP:
        return text
    start = text.rfind(f"<{closed[1]}", 0, closed.start())
    if start < 0:
        return text
    before, inside = text[:start].strip(), text[text.find(">", start) + 1 : closed.start()].strip()
    return inside if not before or closed[1].lower() in _ASKING else before


def _after_notes(text: str) -> str:
    """What follows notes under a heading: their closing mark, a rule or an empty line ends them."""
    heading = _compiled(_HEADING).match(text)
    if not heading:
        return text
    if not text.startswith("["):
        sign = (heading["rest"] or text[heading.end() : heading.end() + 1]).lstrip()[:1]
        return _after_rule(text, heading.end()) if sign in (":", ")", "*", "") else text
    closing = text.find(f"[/{heading['name'][:3]}", heading.end())
    if closing >= 0:
        return text[text.find("]", closing) + 1 :].strip() or text
    if heading["rest"].strip(" :"):
        return text[heading.end() + 1 :].strip() or text
    return _after_rule(text, heading.end())


def _after_rule(text: str, start: int) -> str:
    if asked := _compiled(_ASKED).search(text, start):
        return text[asked.end() :].strip() or text
    for rule in _RULES:
        if (end := text.find(rule, start)) >= 0:
            return text[end + len(rule) :].strip() or text
    return text


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed, so that importing costs nothing."""
    return re.compile(pattern)
