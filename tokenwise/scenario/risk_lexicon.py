"""What the risk gate looks for: deeds that cannot be undone, and the words that make talk of them a request.

Six languages: English, German, French, Spanish, Italian and Chinese. A deed is a verb and, within a few words, what it
is done to; "delete" alone is an editor's daily work. English and the Romance languages put an imperative first, so the
verb has to open its clause; German may put it last and Chinese anywhere, so there the two may stand in either order.

Patterns are texts here and are compiled when the gate first needs them: compiling all takes longer than importing all of
the rest of the core, and the gate is usually off.
"""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

__all__ = [
    "AFFIRMATIVE",
    "ANYWHERE",
    "BY_OPENER",
    "COMMANDS",
    "DEEDS",
    "DOUBTS",
    "LESSONS",
    "NEGATIONS",
    "OPENERS",
    "POLITE",
    "PROPOSALS",
    "RUNNERS",
    "TALK",
    "Deed",
]


@frozen
class Deed:
    """Something irreversible: `asked` finds it in a user's clause, `offered` in an assistant's sentence.

    Quick looks come before slow ones: the clause has to open with one of `openers`, or else to hold one of `verbs`.
    """

    name: str
    asked: str
    offered: str
    openers: frozenset[str] = frozenset()
    verbs: tuple[str, ...] = ()


# Up to three words between a verb and what it is done to; a word that makes the target mere text ends the match.
_FEW: Final = (
    r"(?:(?!words?\b|phrases?\b|sentences?\b|mentions?\b|lines?\b|columns?\b|rows?\b|comments?\b)[^\s.,;!?]+\s+){0,3}?"
)
_MONEY: Final = r"(?:money|funds|cash|bitcoin|btc|payment|(?:[$€£]|usd|eur)\s?\d|\d[\d.,]*\s?(?:k|m|[$€£]|dollars?|euros?|pounds?|usd|eur|gbp|btc)\b)"


def _first(name: str, verbs: str, targets: str) -> Deed:
    """A deed whose verb opens the clause. In an offer the verb may stand anywhere, and may end in -ing or -s."""
    return Deed(
        name,
        (rf"^(?:{verbs})\s+{_FEW}(?:{targets})"),
        (
            rf"\b(?:{verbs})(?:s|ing|ting|ping|ring)?\s+{_FEW}(?:{targets})"
            rf"|\b(?:{_gerunds(verbs)})\s+{_FEW}(?:{targets})"
        ),
        frozenset(verb.replace("-", " ").split()[0] for verb in verbs.split("|")),
    )


def _gerunds(verbs: str) -> str:
    return "|".join(f"{verb[:-1]}ing" if verb.endswith("e") else f"{verb}ing" for verb in verbs.split("|"))


def _anywhere(name: str, verbs: str, targets: str) -> Deed:
    """A deed whose verb and target may stand in either order. Chinese has no word boundaries to ask for."""
    edge = "" if verbs[0] > "\u2fff" else r"\b"
    verb = rf"{edge}(?:{verbs}){edge}"
    pattern = rf"{verb}.{{0,40}}?(?:{targets})|(?:{targets}).{{0,40}}?{verb}"
    return Deed(name, pattern, pattern, verbs=tuple(verbs.split("|")))


_ALL_EN: Final = r"(?:all|every|everyone|everybody|entire|whole)"
_DATA_EN: Final = (
    r"(?:databases?|db|tables?(?! of contents)|schemas?|production|prod|backups?|user accounts?"
    r"|customer accounts?|buckets?"
    r"|disks?|(?:hard |system )drives?|repository|repo|repos|volumes?|clusters?|namespaces?|partitions?|servers?|s3"
    rf"|{_ALL_EN} (?:\w+ ){{0,2}}(?:accounts?|users?|customers?|files?|data|records?|e-?mails?|photos?|messages?"
    rf"|branches|logs"
    r"|servers?|invoices?|orders?|documents?|contacts?)|everything|home directory|main branch|master branch)\b"
)

DEEDS: Final[tuple[Deed, ...]] = (
    _first("destroys data", "delete|erase|wipe|purge|drop|truncate|destroy|nuke|shred|hard-delete", _DATA_EN),
    _first(
        "destroys data",
        "remove|clear|reset|overwrite|format|reformat|empty",
        rf"(?:production|prod|live) (?:database|db|data|server|environment|tables?)|{_ALL_EN} (?:\w+ )?(?:users"
        rf"|accounts|backups)\b"
        r"|backups\b|(?:hard |system )drive\b|disk\b|main branch|c:",
    ),
    _first(
        "shuts down production",
        "shut down|terminate|kill|destroy|decommission|take down",
        r"(?:production|prod|cluster|all (?:\w+ )?(?:servers|instances|nodes|pods))\b",
    ),
    _first("moves money", "wire|transfer|send|pay|withdraw|remit", _MONEY),
    _first(
        "moves money",
        "sell|liquidate|short",
        r"(?:all|everything|shares?|stocks?|holdings|portfolio|position|bitcoin)\b",
    ),
    _first(
        "cannot be unsent",
        "send|email|e-mail|mail|blast|publish|post|text|message|notify|forward",
        rf"(?:{_ALL_EN} (?:\w+ )?(?:customers?|users?|clients?|subscribers?|employees?|contacts|staff|list)|everyone"
        rf"|everybody|the (?:whole|entire) \w+)\b",
    ),
    _first(
        "cannot be unsent",
        "send|email|e-mail|publish",
        r"(?:[^\s.,;!?]+\s+){0,4}to (?:all|every|everyone|everybody|the whole|the entire|our (?:customers|users"
        r"|clients|mailing list))\b",
    ),
    _first(
        "rewrites history",
        "force-push|force push|push --force|push -f|rewrite",
        r"(?:main|master|production|release|history|origin)\b",
    ),
    _first(
        "ends an account",
        "close|cancel|terminate|delete|deactivate",
        r"(?:my|our|the|his|her|their) (?:\w+ )?(?:accounts?|contracts?|policy|mortgage|leases?)\b",
    ),
    _first(
        "binds in law",
        "sign|accept|submit|file",
        r"(?:the|this|that|my|our) (?:\w+ )?(?:contract|lease|settlement|lawsuit|tax return|resignation|merger"
        r"|agreement)\b",
    ),
    _first(
        "revokes access",
        "revoke|rotate|invalidate",
        rf"{_ALL_EN} (?:\w+ ){{0,2}}(?:keys|tokens|access|certificates|credentials|permissions)\b",
    ),
    _anywhere(
        "destroys data",
        "lösch|lösche|löschen|löscht|löschst|vernichte|vernichten|formatiere|formatieren|überschreibe"
        "|überschreiben|leere|leeren|verwirf",
        r"datenbank|tabelle|benutzerkont|nutzerkont|kundenkont|kundendaten|backup|sicherung|festplatte|produktiv"
        r"|produktions|alle (?:\w+ )?(?:nutzer|benutzer|konten|kunden|dateien|daten|e-mails)|laufwerk|repository",
    ),
    _anywhere(
        "moves money",
        "überweise|überweisen|überweist|transferiere|transferieren|bezahle|bezahlen",
        r"geld|betrag|\d[\d.,]*\s?(?:euro|€|eur|dollar|\$|franken)|[€$]\s?\d",
    ),
    _anywhere(
        "cannot be unsent",
        "sende|senden|sendet|schick|schicke|schicken|schickt|verschicke|verschicken|versende|versenden"
        "|veröffentliche|veröffentlichen",
        r"alle (?:\w+ )?(?:kunden|nutzer|mitarbeiter|abonnenten|empfänger)|allen (?:\w+ )?(?:kunden|nutzern"
        r"|mitarbeitern|abonnenten)|ganze firma",
    ),
    _first(
        "destroys data",
        "supprimer|supprime|supprimez|efface|effacez|effacer|détruis|détruisez|détruire|vide|videz|formate|formatez",
        r"(?:base de données|bases de données|tables?|production|prod|sauvegardes?|disque|serveurs?|dépôt"
        r"|tous les (?:\w+ )?(?:comptes|utilisateurs|fichiers|clients)|toutes les (?:\w+ )?(?:données|tables"
        r"|bases))",
    ),
    _first(
        "moves money",
        "vire|virez|transfère|transférez|envoie|envoyez|paie|payez|verse|versez",
        r"(?:argent|fonds|\d[\d., ]*\s?(?:euros?|€|dollars?|\$|francs))",
    ),
    _first(
        "cannot be unsent",
        "envoie|envoyez|publie|publiez|envoyer",
        r"(?:[^\s.,;!?]+\s+){0,4}(?:à tous|à toutes|tous les|toute l)",
    ),
    _first(
        "destroys data",
        "elimina|eliminar|elimine|borra|borrar|borre|destruye|destruir|vacía|formatea|suprime",
        r"(?:bases? de datos|tablas?|producción|copias? de seguridad|respaldos?|disco|servidor(?:es)?|repositorio"
        r"|tod[oa]s l[oa]s (?:\w+ )?(?:cuentas|usuarios|archivos|clientes|datos|tablas))",
    ),
    _first(
        "moves money",
        "transfiere|transfiera|transferir|envía|envíe|paga|pague|gira",
        r"(?:dinero|fondos|\d[\d., ]*\s?(?:euros?|€|dólares|\$|pesos)|[€$]\s?\d)",
    ),
    _first(
        "cannot be unsent",
        "envía|envíe|enviar|manda|mande|publica",
        r"(?:[^\s.,;!?]+\s+){0,4}(?:a todos|a todas|todos los)",
    ),
    _first(
        "destroys data",
        "elimina|eliminare|cancella|cancellare|distruggi|svuota|formatta",
        r"(?:database|tabell[ae]|produzione|backup|disco|server|repository|tutt[ie] (?:gli |i "
        r"|le )?(?:\w+ )?(?:account|utenti|file|clienti|dati))",
    ),
    _first(
        "moves money",
        "trasferisci|invia|bonifica|paga|versa",
        r"(?:denaro|soldi|fondi|\d[\d., ]*\s?(?:euro|€|dollari|\$))",
    ),
    _anywhere(
        "destroys data",
        "删除|删掉|删库|清空|清除|销毁|格式化|抹掉",
        "数据库|生产环境|生产库|所有(?:的)?(?:用户|账户|账号|客户|文件|数据|表|备份)|全部(?:用户|账户|数据|文件)|备份|硬盘|服务器",
    ),
    _anywhere("moves money", "转账|汇款|打款|转给|付款|汇给", r"\d[\d,.]*\s?(?:元|万|美元|欧元|块)|钱|资金"),
    _anywhere("cannot be unsent", "发送给|发给|群发|发布给|寄给", "所有客户|所有用户|全体|全部客户|所有人|每个客户"),
)


def _by_opener() -> Mapping[str, tuple[Deed, ...]]:
    openers = {word for deed in DEEDS for word in deed.openers}
    return {word: tuple(deed for deed in DEEDS if word in deed.openers) for word in openers}


BY_OPENER: Final = _by_opener()
"""The deeds to look for in a clause, by its first word: most clauses open with none of these."""

ANYWHERE: Final = tuple(deed for deed in DEEDS if deed.verbs)
"""The deeds to look for in a clause that holds one of their verbs."""

COMMANDS: Final = (
    r"\brm\s+(?:-\w+\s+)*-\w*(?:rf|fr|r\w*\s+-f)\w*|\brm\s+-r\b|\bdrop\s+(?:database|table|schema"
    r"|user)\s+(?!table)\w|\btruncate\s+table\b"
    r"|\bdelete\s+from\s+\w+\s*(?:;|$)|\bmkfs\b|\bdd\s+if=\S+\s+of=/dev/"
    r"|\bgit\s+push\s+(?:\S+\s+){0,3}(?:--force\b(?!-with)|-f\b)"
    r"|\bterraform\s+destroy\b|\bkubectl\s+delete\s+(?:ns|namespace|pvc?|all|cluster)\b|\bformat\s+c:"
    r"|:\(\)\s*\{|\bshred\s+-"
    r"|\baws\s+s3\s+r[mb]\b.*(?:--recursive|--force)|\bredis-cli\s+flushall|\bflushall\b|\bdropdb\b"
    r"|\bdocker\s+system\s+prune\s+-a"
)
"""Command lines that destroy."""

RUNNERS: Final = (
    r"(?:run|execute|do|type|enter|apply|issue|perform|launch|start|use|ssh|führe?|starte|lass|exécute[rz]?|lance[rz]?"
    r"|ejecuta|ejecute|corre|lanza|esegui|lancia|运行|执行)\b|运行|执行"
)
"""Words that turn a command in a sentence into a request."""

OPENERS: Final = (
    r"^(?:(?:(?:ok(?:ay)?|yes|yeah|yep|great|right|good|fine|alright|hey|hi|hello|now|so|then|and|also|next"
    r"|first|finally|just|simply"
    r"|quickly|immediately|urgent|permanently|completely|fully|irreversibly|please|kindly|again|bitte|jetzt"
    r"|dann|und|also|ja|nun|sofort|s'il te plaît|s'il vous plaît"
    r"|maintenant|oui|puis|et|por favor|ahora|sí|y|luego|per favore|ora|sì|poi)(?!\w)|请|现在|马上|立刻|好的|然后)[\s,:.!，、-]*)+"
)

POLITE: Final = (
    r"^(?:(?:can|could|would|will) (?:you|we)(?: please| just| kindly| now| go ahead and)*|i(?: want|'d like"
    r"| need| would like)(?: you)? to"
    r"|(?:i|we) (?:want|need) you to|go ahead and|go and|let's|let us|feel free to|you (?:should|must|may"
    r"|can)(?: now)?|be so kind as to|make sure (?:to|you)"
    r"|proceed to|(?:kannst|könntest|würdest) du|(?:können|könnten|würden) sie|ich möchte|ich will|(?:peux|pourrais)-tu"
    r"|(?:pouvez|pourriez)-vous|tu peux|vous pouvez|je veux(?: que tu)?|il faut|(?:puedes|podrías|puede"
    r"|podría)(?: usted)?"
    r"|quiero que|necesito que|hay que|(?:puoi|potresti|può)|voglio che|请(?:你)?|帮我|你能|能不能|可以|麻烦(?:你)?|我要你|我想让你)"
    r"[\s,]*(?:please |bitte |s'il te plaît |por favor |per favore |请|把|帮我)?"
)
"""Ways to put an imperative politely; a question that opens with one of them is a request."""

TALK: Final = (
    r"(?:what|why|how|when|where|who|whose|which|is|are|am|was|were|does|do (?:i|you|we|they)|did|has|have|had"
    r"|should|shall|may|might"
    r"|can i|can we|could i|could it|could this|would it|would this|will (?:it|this|that)|if|suppose|imagine"
    r"|pretend|explain|describe|define|discuss"
    r"|compare|tell|teach|show me how|help me (?:understand|recover|undo|restore)|summari[sz]e|translate"
    r"|proofread|rewrite|rephrase"
    r"|review|analy[sz]e|write|draft|compose|generate|create|suggest|list|give|outline|sketch|design|implement"
    r"|role-?play|act as|recommend|warn|avoid|prevent"
    r"|recover|restore|undo"
    r"|was|warum|wie|wann|wo|wer|welche\w*|ist|sind|soll ich|sollte ich|kann ich|darf ich|wenn|falls|erklär\w*"
    r"|beschreib\w*"
    r"|übersetz\w*|schreib\w*|fass|nenn\w*|zeig\w*|verfass\w*|entwirf"
    r"|que(?:l\w*)?|qu'|pourquoi|comment|quand|où|qui|est-ce|dois-je|puis-je|si|explique\w*|décri\w*|tradui\w*"
    r"|écri\w*|rédige\w*|résume\w*|raconte\w*"
    r"|qué|por qué|cómo|cuándo|dónde|quién|cuál|debo|puedo|¿|explica\w*|describe\w*|traduce\w*|escrib\w*"
    r"|redacta\w*|resume\w*|cuéntame"
    r"|cosa|perché|come|quando|dove|chi|quale|devo|posso|se|spiega\w*|descrivi\w*|traduci\w*|scrivi\w*"
    r"|riassumi\w*)(?![\w])"
    r"|什么|为什么|怎么|如何|怎样|谁|哪|是否|解释|说明|描述|翻译|写|总结|介绍|讲|如果|假如|.{0,20}(?:是什么|什么意思|吗[？?]?$|怎么办|会怎样|会发生什么)"
)
"""Openings of a sentence that asks for words."""

NEGATIONS: Final = (
    r"\b(?:not|never|don't|dont|won't|cannot|can't|without|instead of|nicht|kein\w*|niemals|nie|ohne|ne|n'\w+"
    r"|jamais|sans|no|nunca|jamás|sin|non|mai|senza)\b"
    r"|不要|别|不能|不会|切勿|勿|没有"
)

AFFIRMATIVE: Final = (
    r"(?:yes|y|yep|yeah|yup|sure|ok|okay|k|do it|do that|do so|go ahead|go for it|go|proceed|confirm(?:ed)?"
    r"|approved?|agreed|please do"
    r"|absolutely|definitely|of course|fine|alright|right|correct|sounds good|that works|continue|affirmative"
    r"|make it so|ship it"
    r"|ja|jawohl|klar|gerne?|mach(?:e)? (?:das|es)|mach|los|einverstanden|bestätigt|weiter|oui|d'accord|vas-y"
    r"|allez-y|fais-le|faites-le"
    r"|bien sûr|confirme|sí|si|claro|vale|adelante|hazlo|hágalo|dale|de acuerdo|confirmo|procede|sì|certo"
    r"|va bene|procedi|fallo|conferma"
    r"|da|да|давай|sim|はい|お願い\w*)(?!\w)|是的?|好的?|可以|继续|确认|同意|行|执行吧|对|没问题|嗯|👍|✅"
)

PROPOSALS: Final = (
    r"^\w+ing\b|\b(?:shall i|should i|do you want|want me|would you like|may i|can i|i(?: wi|')ll|i am going to"
    r"|i'm going to|i can|i could|we can"
    r"|this (?:will|would)|ready to|about to|proceed|confirm|approve|go ahead|next step|plan|let me|i propose"
    r"|i suggest|are you sure"
    r"|soll ich|möchtest du|möchten sie|willst du|ich werde|ich kann|bestätig\w*|bereit|fortfahren"
    r"|dois-je|veux-tu|voulez-vous|souhaitez-vous|je vais|je peux|confirme\w*|prêt"
    r"|quieres que|desea que|debo|voy a|puedo|procedo|confirma\w*|vuoi che|devo|procedo)\b|要我|是否|需要我|我将|我会|我可以|确认|吗[？?]"
)
"""What makes a sentence of the assistant an offer to act."""

LESSONS: Final = (
    r"\b(?:explain|show|describe|example|how to|teach|walk you through|erklär\w*|zeig\w*|beispiel|wie man"
    r"|expliqu\w*|montr\w*|exemple"
    r"|comment|explic\w*|expliqu\w*|mostr\w*|ejemplo|cómo|spieg\w*|esempio|come)\b|解释|说明|如何|怎么|例子"
)
"""What makes an offer one of words."""

DOUBTS: Final = (
    r"(?i)\b(?:are you sure|really|confirm|certain|bist du sicher|sind sie sicher|wirklich|bestätig\w*"
    r"|es-tu sûr|êtes-vous sûr|vraiment"
    r"|confirme\w*|estás seguro|está seguro|seguro|de verdad|sei sicuro|sicuro)\b|确定|确认|真的"
)
"""What an assistant asks when it was told to do something grave: a yes then stands for the request before."""
