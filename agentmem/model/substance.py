"""Whether a text says anything that another could use, told from its words alone.

Only what is plainly nothing is called so: reports of how work goes, lines of logs, prompts, chatter, bare places, words that fit
any subject. Plain string operations: what `add` asks on each call is not worth compiling patterns for.
"""

from agentmem.model.analysis import STOP_WORDS
from agentmem.model.stemming import stem

STATUS, CHATTER, LOG_LINE, PROMPT, PLACE, VAGUE = "status", "chatter", "log line", "prompt", "place", "vague"
NOISE = frozenset((STATUS, CHATTER, LOG_LINE, PROMPT))
"""What even an entry of a log is not to be."""

MASS = 0.6
"""What its one word must say (``background.SAYS``), with what it names: a name of the project says 1."""
FEW = 2
"""Other words from which on a text is not vague, whichever they are: nothing is looked up for most of what is added."""
NAMED = 0.5
"""What a place says by itself: which file, and of what sort."""
IN_REPORT = 2
"""Other words that a report may have, as names of what it reports on; one more where it names a file besides."""
IN_CHATTER = 8
"""The same of chatter, which says what somebody is about to do."""
SEVERAL, BESIDE = 3, 8
"""Places that a listing names at least, and words that it may have beside them."""

_PUNCTUATION = "\"'`’“”()[]{}<>*_#.,:;!?…-–—=|~"
_SIGNS = frozenset(":,.;!")
_HEX = frozenset("0123456789abcdef")
_LEVEL = "TRACE DEBUG INFO NOTICE WARN WARNING ERROR FATAL CRITICAL"
_LEVELS = frozenset(_LEVEL.split())
_QUIET = frozenset(["TRACE", "DEBUG", "INFO"])
_REASON = "because since so else otherwise never must why therefore hence lest cause weil damit"
_REASONS = frozenset(_REASON.split())
_CLAIM = """
is are was were be has have need needs should cannot can can't don't doesn't isn't aren't won't not without only
but if unless when while whenever until before after instead than how always requires require lacks means costs
breaks use uses every each
"""
_CLAIMS = _REASONS | frozenset(_CLAIM.split())
_REPORT = """
ok okay yes done finish finished complete completed start starts started starting begin begins began run running
runs ran still progress wip todo continue continues continued continuing resume resumed resuming work working
works worked status heartbeat ping pong alive test tests testing tested pass passes passed passing fail fails
failed failing green session end ends ended exit exited push pushed pull pulled commit commits committed merge
merged file files modified change changes changed unchanged update updates updated fix fixes fixed misc minor
cleanup temp tmp checkpoint save saved wait waits waiting idle ready good great fine nice thanks thank hello hi
hey all everything something anything nothing stuff thing things now again later soon today yesterday far more
next left remaining step steps task tasks debug seconds minutes hours sec min ms percent going got get made make
making did some many few other another also just see look looks looking looked read reading write writing wrote
check checks checked checking verify verified review reviewed reviewing clean built compiled
compiling git branch successfully success successful currently nearly almost already please among time
times ack acked acknowledged roger understood noted agreed lgtm sounds cool perfect awesome welcome sorry bye
online offline up down stopped booted connected spawned launched paused opened closed edited created deleted listed
searched viewed succeeded queued install installed installing typo note notes report reports reporting nits lines line ci
pipeline bash ls cat grep npm pip yarn pnpm pytest cargo agent agents moving asdf foo bar baz qux lorem ipsum
"""
_REPORTING = frozenset(_REPORT.split())
_LABELS = frozenset(
    ["status", "heartbeat", "progress", "session", "summary", "context", "done", "ok", "okay", "next"]
)
"""With a sign after them, what follows is a report; without it, it may be about a status or a session."""
_OPENINGS = frozenset(["still", "wip", "todo", "continue", "continuing", "resuming"])
_BEGUN = frozenset(
    [
        "working on",
        "worked on",
        "looking at",
        "looking into",
        "moving on",
        "moving to",
        "starting on",
        "starting with",
    ]
)
"""What reports of work begin with, before the names of what is worked on."""
_NUMBERED = frozenset(["agent", "worker", "bot", "session", "task", "job", "step", "run", "thread"])
"""Before a number: one of many, and no name."""
_CHATTING = (
    ("please",),
    ("system",),
    ("let", "me"),
    ("i'll",),
    ("i’ll",),
    ("i", "will"),
    ("i", "am", "going"),
    ("i'm", "going"),
    ("now", "i"),
    ("sure",),
    ("certainly",),
    ("of", "course"),
    ("here", "is"),
    ("here's",),
    ("user",),
    ("assistant",),
    ("human",),
)
_ROLES = ("user", "assistant", "human", "system")
_REFUSING = (
    "i don't have ",
    "i do not have ",
    "i'm sorry",
    "i am sorry",
    "i apologize",
    "i apologise",
    "unfortunately, i ",
    "i cannot help",
    "i can't help",
)
_MERGING = ("merge branch ", "merge pull request ", "merge remote-tracking ", "initial commit")
_ADDRESSED = (
    "you are a ",
    "you are an ",
    "you are the ",
    "you're a ",
    "you're an ",
    "act as a ",
    "act as an ",
    "as an ai ",
    "i am an ai ",
    "i'm an ai ",
    "your task is to ",
    "your job is to ",
    "your goal is to ",
    "ignore all previous ",
    "ignore previous ",
    "<system>",
    "system: you ",
    "respond only with ",
    "answer only with ",
    "think step by step",
)


def thin(title: str, body: str, rule: bool = False) -> str | None:
    """Why the text says nothing that another could use: ``STATUS``, ``CHATTER``, ``LOG_LINE``, ``PROMPT``, ``PLACE``, ``VAGUE``;
    None where it may. Of a ``rule`` or a recipe, general words may be all of it: run the tests, review each change.
    """
    if title.lstrip(_PUNCTUATION + " ").casefold().startswith(_ADDRESSED):
        return PROMPT
    lines = [title, *(line for line in body.split("\n") if any(map(str.isalnum, line)))]
    empty: list[str] = []
    rest: list[list[str]] = []
    places: set[str] = set()
    measured = False
    for line in lines:
        kind, words, named, counts = _read(line, rule)
        places |= named
        measured = measured or counts
        if kind:
            empty.append(kind)
        else:
            rest.append(words)
    if not rest:
        return empty[0]
    if empty:
        # a few words among many empty lines are names in passing
        passing = all(len(words) <= IN_REPORT + 1 and _CLAIMS.isdisjoint(words) for words in rest)
        return empty[0] if passing and 2 * len(rest) <= len(empty) else None
    return None if measured or rule else _vague({word for words in rest for word in words}, places)


def is_listing(text: str) -> bool:
    """Whether ``text`` names several places and has few words beside them: a look at the tree may tell that it says no more."""
    places, words = set[str](), 0
    for token in text.split():
        core = token.strip(_PUNCTUATION)
        if is_place(core):
            places.add(core)
        elif core.casefold() not in STOP_WORDS:
            words += any(map(str.isalpha, core))
    return len(places) >= SEVERAL and words <= BESIDE


def gives_reason(text: str) -> bool:
    """Whether ``text`` gives a reason or a rule, which no code shows."""
    low = text.casefold()
    words = {word.strip(_PUNCTUATION) for word in low.split()}
    return not _REASONS.isdisjoint(words) or "in order to" in low or "due to" in low


def _vague(words: set[str], places: set[str]) -> str | None:
    if len(words) >= FEW:
        return None
    from agentmem.model.background import SAYS

    stems = {stem(word) if word.isascii() and word.isalpha() else word for word in words}
    mass = sum(SAYS.get(one, 1.0) for one in stems) + NAMED * len(places)
    return VAGUE if mass < MASS else None


def _read(line: str, rule: bool) -> tuple[str | None, list[str], set[str], bool]:
    """Why a line says nothing (None: it may say something), its words but for those of reports, its places, whether it gives a
    number.
    """
    low = line.strip().lstrip(_PUNCTUATION + " ").casefold()
    if low.startswith(_ADDRESSED):
        return PROMPT, [], set(), False
    if low.startswith(_REFUSING):
        return CHATTER, [], set(), False
    tokens = line.split()
    if low.startswith(_MERGING) or _is_logged(tokens):
        return LOG_LINE, [], set(), False
    words: list[str] = []
    places: set[str] = set()
    heads: list[str] = []
    reports = numbers = claims = False
    for token in tokens:
        core = token.strip(_PUNCTUATION)
        if not any(map(str.isalnum, core)):
            continue
        name = core.casefold()
        if _is_code(token):
            claims = True
            words.append(name)
            continue
        if len(heads) < 3:
            heads.append(name)
        if is_place(core):
            places.add(name)
        elif _is_number(name):
            numbers = True
        elif name in _REPORTING or _reports(name):
            reports = True
        elif name in _CLAIMS:
            claims = True
            if name not in STOP_WORDS or name == "not":
                words.append(name)
        elif name not in STOP_WORDS:
            words.append(name)
    measured = claims and numbers
    if not words:
        kind = STATUS if reports or not (places or numbers) else PLACE
        said = measured or (rule and kind == STATUS and (_LABELS | _OPENINGS).isdisjoint(heads[:1]))
        return (None if said else kind), words, places, measured
    opened = None if claims else _opening(low, heads, words, places, numbers)
    return (None if rule and opened == CHATTER else opened), words, places, measured


def _opening(low: str, heads: list[str], words: list[str], places: set[str], numbers: bool) -> str | None:
    """What a line without a claim is by how it begins: a report, chatter; None for neither."""
    if not heads:
        return None
    first = heads[0]
    labelled = first in _LABELS and low[len(first) : len(first) + 1] in _SIGNS
    if (labelled or first in _OPENINGS) and len(words) <= IN_REPORT + bool(places):
        return STATUS
    if first.endswith("ing") and first in _REPORTING and numbers and len(words) <= 1:
        return STATUS
    if " ".join(heads[:2]) in _BEGUN and len(words) <= IN_REPORT + bool(places):
        return STATUS
    for opening in _CHATTING:
        if tuple(heads[: len(opening)]) == opening and len(words) <= IN_CHATTER:
            return None if first in _ROLES and not low.startswith(f"{first}:") else CHATTER
    return None


def _is_logged(tokens: list[str]) -> bool:
    """Whether it is a line of a log: a time or a bracket, then a level in capitals; or a level that no message begins with."""
    if tokens and tokens[0].strip(_PUNCTUATION) in _QUIET:
        return True
    if not tokens or not (tokens[0][0].isdigit() or tokens[0][0] == "["):
        return False
    return any(token.strip(_PUNCTUATION) in _LEVELS for token in tokens[:4])


def _reports(name: str) -> bool:
    """Whether a compound is made of words of reports alone, or numbers one of many: ``heartbeat_ok``, ``worker-3``."""
    first, *others = name.replace("-", "_").split("_")
    if others and first in _NUMBERED and all(map(str.isdigit, others)):
        return True
    return bool(others) and _REPORTING.issuperset([first, *others])


def _is_code(token: str) -> bool:
    """Whether a word is a command, an option, a call or a setting: who writes one down says how something is done."""
    return (
        "`" in token
        or "=" in token
        or "()" in token
        or (token.startswith("-") and token.strip("-") != token[1:])
    )


def _is_number(name: str) -> bool:
    return any(map(str.isdigit, name)) and sum(map(str.isalpha, name)) <= 2


def is_place(core: str) -> bool:
    """Whether a word names a file, an address or a commit and is no word of a language."""
    if "://" in core:
        return True
    if "/" in core:
        return "." in core or core.count("/") > 1 or core[0] == "/"
    stem_, dot, ending = core.rpartition(".")
    if (
        dot
        and stem_
        and stem_[0].isascii()
        and 0 < len(ending) <= 5
        and ending.isalnum()
        and ending[0].isalpha()
    ):
        return any(map(str.isalpha, stem_))
    low = core.casefold()
    return len(low) >= 7 and _HEX.issuperset(low) and any(map(str.isdigit, low))
