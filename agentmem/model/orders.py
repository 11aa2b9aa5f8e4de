"""Phrases, in several languages, that order whoever reads them to forget their instructions, to keep quiet, to give secrets away.

Texts come in small letters (``str.casefold``); what is found are places in them. An order stands at the start of a clause:
"users type ignore all previous instructions" tells of one, and gives none.
"""

import re
from collections.abc import Iterator

from agentmem.model.quantities import words_of

WINDOW = 160
"""Characters after a verb in which the rest of the order is sought."""
FEW = 7
"""Words between a verb and what it is about."""

STEMS = tuple(
    sorted(
        words_of("""
ignor disregard forget overrid bypass vergiss vergess missacht oubli olvid dimentic esque desconsider negeer vergeet игнорир забуд
""")
    )
)
"""What a text has one of that orders to ignore something, but for those written without spaces."""
_VERBS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|ignorier(?:e|en|t)|vergiss|vergesst|vergessen|missachten?"
    r"|ignorez|ignorer|oublie[rz]?|ignora|ignoren|ignorad|olvid(?:a|e|en|ad)|ignorate|dimentica(?:te)?"
    r"|ignorem|esqueç(?:a|am)|esquece|desconsider(?:e|em|a)|negeer|vergeet|(?:про)?игнорируй(?:те)?|забудь(?:те)?)\b"
)
_NOUNS = words_of("""
instruction instructions prompt prompts guideline guidelines anweisung anweisungen instruktionen vorgaben systemprompt
consigne consignes instrucciones indicaciones istruzioni instruções instrucoes instructies
инструкции инструкций инструкцию указания указаний
""")
_OWN_NOUNS = words_of(
    "rules training programming directives constraints regeln règles reglas regole regras правила"
)
"""What rules and directives are is said by whose they are: a parser may well ignore the previous directive."""
_PRIOR = words_of("""
previous previously prior preceding earlier above foregoing former past initial original system your
vorherigen vorherige bisherigen bisherige vorigen vorangegangenen vorangehenden früheren obigen obenstehenden ursprünglichen
deine deinen ihre précédentes précédents précédente antérieures ci-dessus tes vos anteriores previas previos tus sus
precedenti tue prévias suas vorige eerdere bovenstaande jouw
предыдущие предыдущих предыдущую прежние вышеуказанные свои твои ваши
""")
_OWN = words_of("your deine deinen tes vos tus tue suas jouw свои твои ваши")
_EVERYTHING = re.compile(
    r"(?:everything|anything|all)(?: that)? (?:(?:said|written|that came) (?:above|before)|above\b|before this"
    r"|you(?: were|['’]ve| have)?(?: been)? (?:told|taught|know|learned|learnt)\b)"
)
_WORDS = re.compile(r"[\w'’-]+").findall
_SENTENCE = re.compile(r"[.!?。！？](?=\s|$)|\n[ \t]*\n")

_UNSPACED = re.compile(
    r"(?:忽略|无视|無視|忽视|忽視|忘记|忘記|忘掉|不要理会|不要理會).{0,10}"
    r"(?:之前|以上|先前|前面|上述|上面|此前|以前|原来|你的|系统).{0,8}(?:指令|指示|提示|命令|规则|規則)"
    r"|(?:以前|これまで|上記|前|先ほど)の?.{0,8}(?:指示|命令|プロンプト|ルール).{0,4}(?:無視|忘れ)"
    r"|(?:이전|위의|앞의|앞선|지금까지).{0,8}(?:지시|명령|프롬프트|지침).{0,6}(?:무시|잊)"
)

_NOT = r"\b(?:do not|don['’]t|never|must not|may not)\s{1,3}(?:ever\s{1,3})?"
_WHOM = r"(?:users?|humans?|(?:human )?operators?|anyone|anybody)"
_HUSHES = tuple(
    (words, re.compile(pattern))
    for words, pattern in (
        (
            ("user", "human", "operator", "anyone", "anybody", "instruction", "prompt"),
            # of what else a user is not told, programs are written: whether an account exists, which retry failed
            rf"{_NOT}(?:tell|inform|notify|alert|warn)\s{{1,3}}(?:(?:the|your|any)\s{{1,3}})?{_WHOM}\b"
            r"(?=\s{0,3}(?:[.!;,)\n]|$|about (?:this|these|it\b|your)|of (?:this|these|it\b)|that you|what you"
            r"|(?:this|anything|and)\b))"
            rf"|{_NOT}(?:mention|reveal|disclose|repeat|say)\s{{1,3}}(?:(?:your|these|this) (?:system )?(?:instructions?|prompt)"
            r"|(?:this|these|it|them|any of this|the (?:instructions?|prompt|message|note))(?: \w{1,12}){0,2}\s{1,3}to"
            rf"\s{{1,3}}(?:the\s{{1,3}}|your\s{{1,3}})?{_WHOM})\b",
        ),
        (
            ("nutzer", "user", "anwender"),
            r"\b(?:sage?|sagen sie|sagt|verrate|verraten sie|erzähle?)\s{1,3}(?:(?:es|das|dies|davon)\s{1,3})?"
            r"(?:dem|den|der)\s{1,3}(?:be)?(?:nutzern?|user|anwendern?)\s{1,3}(?:(?:davon|das|dies|hiervon)\s{1,3})?"
            r"(?:nichts|nicht)\b",
        ),
        (
            ("utilisateur",),
            r"\bne\s{1,3}(?:(?:le|la|lui)\s{1,3})?(?:dis|dites|révèle|révélez|parle|parlez)\s{1,3}(?:pas|rien|jamais)\b"
            r"[^.\n]{0,30}\bl['’]utilisateur",
        ),
        (
            ("usuario", "usuário"),
            r"\b(?:no|não)\s{1,3}(?:(?:se lo|le|lhe)\s{1,3})?(?:digas|diga|reveles|revele|cuentes|conte)\b"
            r"[^.\n]{0,30}\ba[lo]\s{1,3}usu[aá]rio",
        ),
        (("utente",), r"\bnon\s{1,3}(?:dire|dirlo|rivelare|dica)\b[^.\n]{0,30}\ball['’]utente"),
        (("пользовател",), r"\bне\s{1,3}(?:говори|сообщай|рассказывай)(?:те)?\b[^.\n]{0,30}\bпользовател"),
        (
            ("用户", "用戶", "使用者"),
            r"(?:不要|别|勿|不得|請勿)(?:告诉|告知|告訴|透露给)(?:用户|用戶|使用者)",
        ),
        (("ユーザ",), r"ユーザー?(?:に|へ)は?(?:言わない|伝えない|教えない|知らせない)で"),
    )
)
KEEPERS = tuple(word for words, _ in _HUSHES for word in words)
"""Words for those from whom something is to be kept."""

_KEPT = r"(?:\.env\b|id_rsa|id_ed25519|\.ssh/|\.aws/credentials|\.netrc|/etc/(?:passwd|shadow))"
_SHELL = re.compile(
    rf"(?:\b(?:env|printenv)[ \t]{{0,4}}|\bcat\b[^|\n]{{0,80}}{_KEPT}[^|\n]{{0,40}})"
    r"\|[^\n]{0,60}\b(?:curl|wget|nc|ncat|netcat)\b"
    rf"|\bcurl\b[^\n]{{0,200}}(?:\$\((?:env|printenv|cat\b[^)\n]{{0,60}}{_KEPT})|@[^\s\"']{{0,60}}{_KEPT})"
)
_SENDS = re.compile(
    r"\b(?:send|post|upload|e-?mail|exfiltrate|transmit|forward|leak|sende|schicke|envoie|envoyez|envía|envia|envíe"
    r"|отправь(?:те)?)\b|发送|上传|送信"
)
_SECRETS = re.compile(
    r"environment variables|\benv(?:ironment)? vars?\b|(?<!\w)\.env\b|\bssh keys?\b|\bprivate keys?\b|\bid_rsa\b"
    r"|\bsystem prompt\b|\b(?:whole|entire|full|this|our) conversation\b|\bchat history\b"
    r"|\b(?:all|any|every|your|their|our|users?['’]s?)\s{1,3}(?:\w{1,20}\s{1,3}){0,2}"
    r"(?:secrets|credentials|api keys|tokens|passwords)\b"
    r"|umgebungsvariablen|zugangsdaten|passwörter|variables d['’]environnement|mots de passe|variables de entorno"
    r"|contraseñas|переменные окружения|пароли|环境变量|密钥|密码|環境変数"
)
_TARGET = re.compile(r"https?://|\b[\w.+-]{1,64}@[\w-]{1,64}\.\w")

_PUNCTUATION = ".!?:;,—–…(-*_>#)]}。！？：、，|"
_POLITE = re.compile(
    r"(?:\b(?:please|kindly|now|just|you (?:must|should|have to|need to|shall|will|can)|bitte|por favor|favore|veuillez"
    r"|vous devez|du musst|sie müssen|пожалуйста|agents? (?:must|should)|assistants? (?:must|should)))$"
)


def overrides(text: str) -> Iterator[int]:
    """Where ``text`` orders to ignore what the reader was told before."""
    if any(map(text.__contains__, STEMS)):
        for match in _VERBS.finditer(text):
            if _starts_clause(text, match.start()) and _is_about_orders(_clause(text, match.end())):
                yield match.start()
    if not text.isascii():
        yield from (match.start() for match in _UNSPACED.finditer(text))


def hushes(text: str) -> Iterator[int]:
    """Where ``text`` orders to keep something from the user."""
    for words, pattern in _HUSHES:
        if any(map(text.__contains__, words)):
            yield from (match.start() for match in pattern.finditer(text))


def discloses(text: str) -> Iterator[int]:
    """Where ``text`` sends secrets to an address, as a command or as an order."""
    if "|" in text or "curl" in text:
        yield from (match.start() for match in _SHELL.finditer(text))
    if "://" in text or "@" in text:
        for match in _SENDS.finditer(text):
            if _starts_clause(text, match.start()):
                clause = _clause(text, match.end())
                secret = _SECRETS.search(clause)
                if secret and _TARGET.search(clause, secret.end()):
                    yield match.start()


def _clause(text: str, at: int) -> str:
    window = text[at : at + WINDOW]
    end = _SENTENCE.search(window)
    return window[: end.start()] if end else window


def _is_about_orders(clause: str) -> bool:
    if _EVERYTHING.match(clause.strip()):
        return True
    words = _WORDS(clause)[: FEW + 3]
    for number, word in enumerate(words[:FEW]):
        around = {*words[:number], *words[number + 1 : number + 3]}
        if (word in _NOUNS and around & _PRIOR) or (word in _OWN_NOUNS and around & _OWN):
            return True
    return False


def _starts_clause(text: str, at: int) -> bool:
    """Whether what begins at ``at`` begins a clause: a text, a paragraph, an item, or after punctuation or a polite word."""
    head = text[max(0, at - 60) : at].rstrip(" \t")
    if not head.endswith("\n"):
        return not head or head[-1] in _PUNCTUATION or _POLITE.search(head) is not None
    before = head.rstrip(" \t\n")
    # a line that merely goes on from the one before begins nothing
    return (
        not before
        or "\n\n" in head[len(before) :].replace(" ", "").replace("\t", "")
        or before[-1] in _PUNCTUATION
    )
