"""The words that people wrap around any request: greetings, courtesies, wishes for the form of the answer.

Written by hand, in English, German, French, Spanish, Portuguese, Italian, Russian, Chinese, Japanese and Korean. A
phrase is dropped that is made of `FILL` alone and has a word of `CORE`. Words are folded: in small letters, without
accents, "ß" as "ss", parted by apostrophes.
"""

from typing import Final

__all__ = [
    "BEHIND",
    "CLOSING",
    "CLOSING_FILL",
    "CORE",
    "FILL",
    "GREETING",
    "IN_LANGUAGE",
    "LEADING",
    "OPENERS",
    "ORDERS",
    "SMALL_TALK",
    "SPACELESS_CORE",
    "SPACELESS_FILL",
    "SPACELESS_LEADING",
    "SPACELESS_TRAILING",
]

_GREETINGS: Final = """
    hi hello hey heya hiya howdy greetings dear morning afternoon evening hallo moin servus liebe lieber guten
    gruezi bonjour bonsoir salut coucou cher chere hola buenas buenos estimado estimada ola oi bom boa prezado
    caro cara ciao salve buongiorno buonasera gentile egregio привет приветик здравствуйте здравствуй добрый
    доброе уважаемые уважаемый уважаемая hej hoi dag yo sup heyy heyo geehrte geehrter geehrtes verehrte
    allerseits
"""

_COURTESIES: Final = """
    please kindly thanks thank thx ty cheers grateful appreciate appreciated appreciation advance help helping
    helpful bother bothering sorry hope question questions request favor favour assist assistance stuck guys
    bitte danke dank dankeschoen dankbar hilfe helfen hilf frage fragen anliegen voraus entschuldigung hoffe
    merci svp plait aider aide aidez avance remercie excusez desole gracias ayuda ayudar ayudame ayudarme
    ayudeme pregunta antemano disculpa disculpe perdon agradezco agradeceria obrigado obrigada ajuda ajudar
    ajude duvida pergunta antecipadamente agradeco desculpe grazie favore aiuto aiutarmi aiutami domanda
    anticipo scusa scusi piacere cortesia спасибо пожалуйста помоги помогите помочь помощь вопрос заранее
    благодарю благодарен благодарна извините простите будьте добры thankyou regards kind pardon apologies
    apologise entschuldige verzeihung gruss grusse prego gratitude indebted obliged welcome task tasks problem
    exercise assignment aufgabe aufgaben задача задачу задачей задаче задачи вопросом вопросу exercice exercicio
    ejercicio tarea tache probleme problema compito esercizio tia urgent urgently asap quick quickly dringend
    eilig urgente urgence срочно q instruction instructions prompt bunch million gratefully muchisimas tausend
    besoin нужна нужно помощи подскажи подскажите espere espero надеюсь spero
"""

_WISHES: Final = """
    answer answers reply replies respond response responses output format formatted json yaml xml markdown csv
    bullet bullets table short shorter brief briefly concise concisely succinct succinctly detailed sentence
    sentences words paragraph paragraphs english german french spanish russian chinese japanese italian
    portuguese language explanation explanations preamble reasoning thinking step tldr nutshell code_block
    antworte antworten antwort ausgabe kurz knapp deutsch englisch franzoesisch franzosisch spanisch russisch
    stichpunkten stichpunkte stichworten satz satzen tabelle sprache reponds repondez reponse reponses bref
    breve brievement francais anglais allemand espagnol phrase phrases tableau courte court puces responde
    responder responda respuesta contesta conteste espanol ingles aleman frances frase frases tabla brevemente
    corta corto resposta portugues rispondi risponda risposta italiano inglese tedesco frasi tabella ответь
    ответьте отвечай отвечайте ответ ответа кратко коротко русском русски английском немецком таблице таблицы
    предложении предложениях виде формате answering replying bulleted numbered html plain summary verbose polite
    formal informal dutch korean polish arabic italienisch portugiesisch chinesisch japanisch hollandisch
    italien russe chinois japonais ruso chino japones испанском французском китайском итальянском списком списка
    laconic eli5 result results toml latex limit length bulletpoints characters respondas antwortlange ergebnis
"""

_FILL: Final = """
    a about all an and any am are as at attached be been below better bit but can could d day do doing don t
    everyone everybody team folks folk there sir madam mr mrs ms dr claude chatgpt gpt assistant ai bot friend
    friends buddy mate pal everything else few fine finds find following for from get give great good got had
    happy have having hand her here how if i ill im in into is it its just keep let like little ll look looking
    lot m matter may maybe me might mind minute moment much my nice need of on one only or other our out over
    own plain possible problem provide put quick quickly re really return s second should so some somebody
    something someone task text that the them then these thing things this those time tiny to today trying two
    three up us use using valid ve very via want wanted was way we well were what when while will wish with
    without wondering work working would yes you your yours under less than more max maximum most no not point
    points list object form style tone simple lines line hundred fifty twenty 1 2 3 4 5 10 20 50 100 150 200 by
    first nothing extra additional ich du sie es ihr euch ihnen mir mich uns wir kann kannst konntest koennen
    konnen konnten konntet wurde wuerde wurden wurdest mochte moechte hatte haette habe hab haben eine einen
    einer einem ein kurze kleine bei mit dabei hier zu zum der die das den dem diese dieser dieses diesem
    folgende folgenden folgender folgendes aufgabe ist und auf als nur fur fuer von alle zusammen herr frau tag
    morgen abend leute gut geht wie schon vielen lieben besten herzlichen sehr moglich gerne mal doch ganz bitte
    meiner meinem geben gib mache mach halte dich ohne erklarung drei zwei maximal hochstens nutze verwende
    gerade wenn dafur deine ihre zeit je j tu te vous nous moi peux peut pouvez pourriez pourrais voudrais
    aimerais avez une un petite avec ce ca ceci cela cette ces suivant suivante la le les l de des en au pour
    par si il et est sur tout tous toute monsieur madame jour matin besoin ne pas seulement sous forme liste
    fait faire sans explication votre ton dans quelqu qu chose probleme trois deux grand beaucoup infiniment
    bien yo usted ustedes mi con este esta esto el los las una lo puedes puede podrias podria pueden quisiera
    quiero tengo tenemos necesito hay que siguiente para del dias tardes noches muchas mucho muchos todo todos
    equipo senor senora sea favor como formato lista solo solamente sin explicacion por y su al eu voce voces
    podem pode poderia com isso isto esse essa uma um o os na nos dia tarde noite preciso gostaria tenho muito
    tudo seguinte ajudar apenas somente sem explicacao em io lei puoi puo potresti potrebbe questo questa questi
    gli uno di da per ho avrei bisogno seguente tutti tutto giorno molte mille tante sotto senza spiegazione e
    come forma elenco я ты вы мы мне меня нам у есть с со в во на и по это этим этой этого вот можете можешь
    могли бы мог не нужна нужен нужно хочу хотел хотела был была очень большое огромное всем все день утро вечер
    команда коллеги следующим следующее задачей проблемой такой один ли вас вам тебя за вашу помощь буду только
    без объяснений пояснений одном двух трех again afternoon tomorrow tonight week ages hours since before after
    already always ever still new old third issue issues topic topics stuff both each every same such too also
    because however though although case long weekend gonna wanna able unable seem seems tried try struggling
    struggle bear patience busy reading message messages email mail post note dear sirs colleague colleagues
    support staff people model system expert genius back noch immer wieder nochmal leider beim letzten alles
    klar wohlauf hoffentlich melde meldung nachricht lese encore toujours vais va allez allais espere bonne
    journee soiree semaine otra vez espero estes buen semana ancora bene spero sia снова опять ещё еще надеюсь
    дела хорошо всё хорошего дня недели reaching assistance earlier previous previously forward hearing hear
    tons bunch damen herren dir euer eure deiner aurais aurait auriez avais ta tes tuyo tuya твоя твой твою ваша
    вашей ваше rapidamente mil miles real super awesome lovely amazing kid year five result longer wall
    currently wonderful rest sunny schedule taking considering consideration soon earliest convenience act tell
    experienced sure right place ask word final silly stupid dumb буду признателен признательна доброго времени суток
    quedo atento atenta senores senoras podrian schonen
"""

_CLOSINGS: Final = """
    regards sincerely best cheers warmly faithfully respectfully thanks thank thx kind yours wishes truly grusse
    gruesse grussen gruessen gruss hochachtungsvoll danke lg mfg vg dank cordialement salutations amicalement
    bien sinceres respectueusement merci bises saludos atentamente cordialmente cordial gracias abrazo
    atenciosamente abracos cumprimentos obrigado obrigada saluti cordiali distinti grazie уважением наилучшими
    пожеланиями спасибо благодарностью greetings love hugs xoxo bye goodbye later ciao adieu tschuss tschau bis
    bald gute beste bisous amitie bonne tchau adios saludo beijos beijo baci saluto pozdrav looking
"""

_CLOSING_FILL: Final = """
    and in advance with kind kindest warm warmest best very many so much again you your help for all the yours
    mit freundlichen freundliche viele liebe herzliche schonen vielen im voraus besten beste bien cordialement
    sinceres meilleures mes nos a d avance beaucoup vous tres un cordial saludo muchas mil de antemano com os
    melhores muito con i migliori molte mille anticipo piu с наилучшими большое заранее искренне ваш ваша from
    to talk see soon speak day nice have good one great evening weekend week einen tag noch abend woche journee
    soiree bonne une buen dia tenga tengas bom буду благодарен благодарна помощь una uns forward hearing reply
    response earlier bunch million ton dir ihnen euch
"""

# Words that a wish or thanks open with, where no stop parts them from the request.
_OPENERS: Final = """
    answer reply respond output format return give keep use please just no without be explain think show provide
    in as with only auf antworte antworten bitte gib halte ohne nur als en reponds repondez sous sans avec svp
    merci responde responda contesta por sin con rispondi per senza ответь ответьте отвечай на по в без только
    кратко thanks thank danke gracias obrigado obrigada grazie спасибо пожалуйста cheers thx many vielen muchas
    write make using limit include avoid don formatted summarise step let schreib schreibe formatiere erklare
    mach mache fais evite usa utiliza evita explica напиши объясни используй дай looking much super bunch fasse
    fass buenos mil muchisimas буду eli5 tia big tausend herzlichen
"""


_ORDERS: Final = """
    answer reply respond output format return give keep use write provide limit make explain think show schreib schreibe
    antworte antworten gib halte fasse fass nutze verwende formatiere reponds repondez donne ecris utilise fais responde
    responda contesta usa escribe escreva da dame utiliza rispondi scrivi ответь ответьте отвечай напиши используй дай
    looking many vielen muchas muchisimas mil thanks thank much
"""


def _set(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


GREETING: Final = _set(_GREETINGS)
CORE: Final = _set(_GREETINGS, _COURTESIES, _WISHES)
ORDERS: Final = _set(_ORDERS)
FILL: Final = CORE | _set(_FILL, _CLOSINGS)
CLOSING: Final = _set(_CLOSINGS)
CLOSING_FILL: Final = CLOSING | _set(_CLOSING_FILL)
OPENERS: Final = ORDERS | _set(_OPENERS)

# Questions that nobody wants answered.
_SMALL_TALK: Final = """
    i m new here | i am new here | i m new to this | ich bin neu hier | je suis nouveau ici | soy nuevo aqui |
    я здесь новичок |
    how are you | how are you doing | how are you today | how are you doing today | how s it going | how is it
    going | what s up | hope all is well | all good | wie geht s | wie geht es dir | wie geht es ihnen | wie
    gehts | alles klar | ca va | comment ca va | comment vas tu | comment allez vous | tu vas bien | que tal |
    como estas | como esta | como estan | todo bien | tudo bem | como vai | tudo bom | come stai | come va |
    come sta | tutto bene | tell me | act as an expert | act as an experienced expert | you are an expert |
    as an expert | as an ai | as an ai assistant | not sure if this is the right place to ask | but |
    es geht dir gut | es geht euch gut | es geht ihnen gut | schonen tag noch | bonne journee |
    bonne journee a vous | una consulta | tengo una consulta |
    buen dia | доброго времени суток | хорошего дня | как дела | как ваши дела | как поживаете | как ты
"""
SMALL_TALK: Final = frozenset(" ".join(phrase.split()) for phrase in _SMALL_TALK.split("|"))

# Openings that are followed by the request itself, without a stop between.
LEADING: Final = (
    r"(?:please|pls|plz|kindly|hi|hello|hey|yo|but|(?:ok|okay|alright)(?: so)?|tell me(?= (?:wh|how |if ))|"
    r"(?:can|could|would|will) (?:you|u|someone|somebody|anyone|anybody|we)(?: (?:please|kindly|maybe"
    r"|possibly|quickly|just))*(?: (?:help|assist) (?:me|us)(?: (?:with|to|out))?)?|"
    r"(?:help|assist) (?:me|us)(?: (?:with|to|out))?|"
    r"i(?: am|'m| was)? (?:just )?wondering (?:if|whether) (?:you|someone|anyone) (?:can|could|would)|"
    r"i (?:need|want|would like|wanted) (?:you|your help) (?:to|with|in)|"
    r"i(?:'d| would) (?:really )?(?:like|love) (?:you|your help) (?:to|with)|"
    r"i(?:'d| would) appreciate (?:it )?if you (?:can|could|would)|i need (?:some )?help (?:with|to)|"
    r"(?:do|would) you mind|is it possible to|bitte|hallo|"
    r"(?:kannst|koenntest|konntest|wurdest) du(?: mir| uns)?(?: bitte| mal| kurz| vielleicht)*(?: helfen,?(?:"
    r" zu)?| sagen,?)?|"
    r"(?:konnen|konnten|wurden) sie(?: mir| uns)?(?: bitte| mal| kurz| vielleicht)*(?: helfen,?(?: zu)?|"
    r" sagen,?)?|ich (?:brauche|hatte gerne|mochte) (?:deine |ihre |bitte )?hilfe(?: bei| mit)?|"
    r"hilf mir(?: bitte)?(?: bei| mit)?|"
    r"(?:peux[- ]tu|tu peux|pouvez[- ]vous|vous pouvez|pourriez[- ]vous|pourrais[- ]tu)(?: m'aider a| m'aider"
    r"| me dire| s'il (?:te|vous) plait)*|s'il (?:te|vous) plait|"
    r"est[- ]ce que (?:tu|vous) (?:peux|pouvez|pourriez|pourrais)|"
    r"(?:me )?(?:puedes|puede|podrias|podria)(?: ayudarme| decirme| usted| por favor)*(?: a| con)?|por favor|"
    r"ayudame(?: a| con)?|necesito ayuda (?:con|para)|"
    r"(?:voce )?(?:pode|poderia)(?: me)?(?: ajudar| dizer)?(?: a| com)?|me ajude(?: a| com)?|"
    r"(?:mi )?(?:puoi|potresti|puo|potrebbe)(?: aiutarmi| dirmi| per favore)*(?: a| con)?|per favore|"
    r"per piacere|пожалуйста|помоги(?:те)?(?: мне)?(?: пожалуйста)?(?: с)?|"
    r"(?:не )?(?:могли|можете|можешь|мог)(?: бы)?(?: вы| ты)?(?: мне| нам)?(?: пожалуйста)?(?: помочь(?:"
    r" с)?)?|подскажите(?: пожалуйста)?|будьте добры)"
)

# Thanks behind a request, without a stop between.
BEHIND: Final = (
    r"please|pls|thanks|thank you|thx|bitte|(?:vielen )?(?:danke|dank)|merci|svp|s'il (?:te|vous) plait|gracias|"
    r"por favor|¡?(?:mil|muchas) gracias|obrigado|obrigada|grazie|per favore|(?:заранее |большое )?спасибо|пожалуйста"
)

IN_LANGUAGE: Final = (
    r"(?:in|auf|en|em) (?:plain |simple |einfachem )?(?:english|german|french|spanish|russian|chinese"
    r"|mandarin|japanese|italian|portuguese|korean|dutch|polish|arabic|deutsch|englisch|franzosisch"
    r"|franzoesisch|spanisch|russisch|francais|anglais|allemand|espagnol|italien|espanol|ingles|aleman"
    r"|frances|portugues|italiano|inglese|tedesco)|"
    r"(?:на|по)[- ](?:русском(?: языке)?|русски|английском(?: языке)?|английски|немецком|немецки)"
)

# Chinese, Japanese and Korean put no space between words: a phrase is dropped that is made of these alone.
SPACELESS_CORE: Final = (
    r"想问|请教|急ぎ|至急|"
    r"问题|問題|在吗|在么|手数|待ち|お返事|お答え|你好|您好|大家好|早上好|下午好|晚上好|请问|麻烦|拜托|谢谢|多谢|感谢|辛苦|帮我|帮忙|帮助|帮个忙|请教|回答|回复|作答|答复|输出|返回|格式|简短|简洁|简要|简单|中文|英文|英语|德语|"
    r"德文|法语|日语|日文|此致|敬礼|祝好|请|こんにちは|こんばんは|おはよう|はじめまして|初めまして|お世話|お疲れ様|すみません|失礼|ありがとう|感謝|お願い|よろしく|宜しく|教えて|助けて|"
    r"手伝って|質問|答えて|回答|返答|出力|日本語|英語|ドイツ語|短く|簡潔|手短|形式|ください|下さい|くださ|頂け|いただけ|敬具|안녕|감사|고마|부탁|도와|질문|대답|답변|한국어|영어|짧게|"
    r"간단"
)
SPACELESS_FILL: Final = (
    r"下|お忙しい|ところ|"
    r"你|您|我|们|的|了|吗|吧|呢|啊|一下|一个|这个|这|那个|有|个|问题|以下|下面|下列|先|想|问|能|能不能|可以|可否|是否|解决|看看|看|处理|用|以|按|只|要|就|即可|尽量|一点|"
    r"些|非常|很|十分|提前|万分|大家|老师|朋友|各位|如下|关于|给|一句话|不要|不用|解释|说明|表格|列表|json|markdown|和|与|地|得|之|点|为|ございます|ございました|ます|"
    r"です|でしょうか|ですか|か|が|を|に|で|の|は|と|も|て|し|い|致します|いたします|いたし|致し|します|して|どうぞ|どうか|こちら|この|次|以下|問題|件|について|少々|少し|ちょっと|"
    r"あり|聞き|たい|こと|よう|お|ご|なって|おります|様|先|もし|よければ|前もって|申し訳|せん|ありません|恐れ入|りますが|もらえ|くれ|みて|下|上|解いて|一文|表|箇条書き|하세요|합니다|"
    r"드립니다|드려요|해요|해|주세요|줘|세요|요|습니다|이|그|저|좀|문제|로|으로|를|을|에|미리|워|와|하나|있어|있습니다|다음"
)
SPACELESS_LEADING: Final = (
    r"(?:你好|您好|请问一下|请问|麻烦(?:你|您)?(?:帮我)?|能不能(?:帮我)?|可以(?:帮我)|能(?:帮我)|请(?:你|您)?(?:帮我|帮忙)?|帮我|拜托|こんにちは|すみません(?:が)?|"
    r"どうか|안녕하세요)"
)
SPACELESS_TRAILING: Final = (
    r"(?:谢谢(?:你|您|大家)?(?:了|啦)?|多谢(?:了)?|感谢(?:你|您)?|拜托了|麻烦了|辛苦了|吗谢谢|(?:どうぞ)?(?:よろしく|宜しく)?お願い(?:します|致します|いたします)|"
    r"ありがとう(?:ございます|ございました)?|(?:て)?(?:ください|下さい)|감사합니다|부탁드립니다|부탁해요)"
)
