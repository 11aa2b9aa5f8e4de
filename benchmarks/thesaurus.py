"""Print ``agentmem/model/thesaurus.py`` anew: which words say nearly the same, as a sentence model sees them one by one.

    python benchmarks/thesaurus.py [--words /usr/share/dict/words] > agentmem/model/thesaurus.py

Needs numpy, a model (``git-agentmem[semantic]``) and a list of English words (Debian's wamerican); 20 seconds. What is printed
needs none of them.

The words are the model's most common ones that the list spells small, and those that stand in small letters in docstrings, of the
library of the Python that runs it and of what is installed beside it, so they differ a little between environments. Names of
people and places stand with a capital, and one is never said for another; nor is a number, a day, or an opposite.

A stem's vector is the mean of its words', less the mean of all. Each line is a stem, then the most common words of the stems
nearest to it, nearest first, each with a digit: 9 for a cosine of ``SAME`` and more, 2 for ``LEAST``.
"""

import argparse
import itertools
import os
import re
import sys
import sysconfig
from collections import defaultdict
from typing import Any

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import background
import numpy as np
import numpy.typing as npt

from agentmem.model import analysis
from agentmem.semantic import minilm

SHORTEST = 3
COMMON = 8_000
"""Pieces of the model's vocabulary, which is in the order of their use."""
USED = 3
"""Packages that use a word which the model knows in pieces only: others are names of one's own."""
MOST = 8
LEAST, FROM, SAME = 0.4, 0.3, 0.7
BATCH = 512

_SMALL = re.compile("[a-z]+").fullmatch
_IN_TEXT = re.compile(r"(?<![\w.'`])[a-z]+(?![\w(=`]|[.']\w)").findall
_LISTS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen hundreds thousands dozens
first second third fourth fifth sixth seventh eighth ninth tenth
monday tuesday wednesday thursday friday saturday sunday weekday january february march april may june july august september
october november december day days daily night midnight morning noon afternoon evening tonight today yesterday tomorrow
before beforehand after afterwards thereafter earlier earliest early later late ago soon previously
north south east west red green blue yellow pink purple orange brown grey gray white black
all every everything any anything each none much many more most few fewer some several plenty lot lots same other another
someone somebody anyone anybody everyone everybody nobody myself yourself himself herself itself ourselves themselves
need want get make take give put keep let use go come
bert billy bob bobby brian charlie frank fred jack jim jimmy joe john jon jonathan josh luke martin matt mike nick pete peter rex
rick rob robin roger seth ted tom tony
"""
LISTED = frozenset(_LISTS.split())
"""Members of lists, of which one is not said for another, and words that say too little to have a like."""
_OPPOSITES = """
accept reject|accept refuse|add remove|add subtract|advance retreat|allow deny|allow forbid|allow prohibit|allow prevent
always never|ancient modern|appear disappear|arrive depart|arrive leave|asleep awake|attach detach|backward forward|bad good
begin end|best worst|better worse|big small|bottom top|bright dark|buy sell|cheap expensive|clean dirty|client server
closed opened|close open|cold hot|cold warm|compress uncompressed|connect disconnect|cool warm|create destroy|create delete
dangerous safe|day night|dead alive|decode encode|decrease increase|deep shallow|different identical|different same
difficult easy|disable enable|disagree agree|download upload|dry wet|dynamic static|early late|easy hard|empty full
encrypt decrypt|enter exit|enter leave|even odd|exclude include|export import|external internal|fail succeed|fail pass
failure success|false true|far near|fast slow|fat thin|female male|few many|final initial|first last|fresh stale|front back
future past|gain loss|global local|happy sad|happy unhappy|hard soft|head tail|heavy light|hidden visible|high low
horizontal vertical|idle busy|immutable mutable|inner outer|input output|inside outside|install uninstall|junior senior
known unknown|large small|left right|less more|load save|load unload|local remote|lock unlock|long short|loose tight|lose win
loss profit|loud quiet|lower upper|major minor|manual automatic|maximum minimum|max min|merge split|mount unmount
narrow wide|negative positive|new old|noisy quiet|offline online|older younger|old young|optional mandatory|optional required
parent child|patient doctor|pause resume|permanent temporary|plural singular|poor rich|powerful weak|prefix suffix
presence absence|present absent|present past|private public|producer consumer|pull push|question answer|raise lower|rare common
read write|receive send|request response|reward punish|rise fall|rough smooth|sender receiver|show hide|shrink grow
sick healthy|simple complex|source destination|start end|start finish|start stop|strength weakness|strong weak|sync async
tall short|teacher student|thick thin|unable able|up down|upgrade downgrade|vertical horizontal|weak powerful|wrong right
wrong correct|war peace|victory defeat|guilty innocent|remember forget|encourage discourage|defend attack|float sink
multiply divide|ascend descend|upstream downstream|inbound outbound|incoming outgoing|insert delete|grant revoke|help hinder
love hate|friend enemy|supply demand|dense sparse|commit rollback|expand contract|borrow lend|married single|entrance exit
"""
OPPOSITES = frozenset(
    frozenset(analysis.terms(pair)) for line in _OPPOSITES.strip().split("\n") for pair in line.split("|")
)
"""Of these one is said of the other's subject and is never meant by it."""
DENYING = ("un", "in", "im", "ir", "il", "dis", "non", "mis", "anti", "de")
"""What makes a word its opposite where it stands before it."""
_SHORT = """
admin administrator|app application|args arguments|async asynchronous|auth authentication authorization|cfg config configuration
cmd command|ctx context|db database|deps dependencies|dev development developer|dir directory folder|docs documentation
env environment|err error|fn func function|gh github|i18n internationalization|id identifier|impl implementation
info information|init initialize|js javascript|k8s kubernetes|l10n localization|lib library|login signin|logout signout
max maximum|mem memory|min minimum|msg message|num number|param parameter|perf performance|pg postgres postgresql|pkg package
prev previous|prod production|py python|ref reference|regex regexp|repo repository|req request|resp response|spec specification
stats statistics|str string|svc service|sync synchronization|sys system|temp tmp temporary|ts typescript|tx txn transaction
util utility|val value|var variable|ver version
"""
SHORT = [group.split() for line in _SHORT.strip().split("\n") for group in line.split("|")]
"""What programmers cut short, by ear and not by the model, each as near as can be."""


def vocabulary(path: str, listed: str) -> tuple[list[str], list[str]]:
    """The words that the model in the folder ``path`` knows whole, the most common first, then those that it knows in pieces;
    ``listed`` is a file of English words, one a line.
    """
    with open(os.path.join(path, "vocab.txt"), encoding="utf-8") as file:
        known = {line.strip(): place for place, line in enumerate(file)}
    with open(listed, encoding="utf-8") as file:
        english = {line.strip() for line in file}
    places = sysconfig.get_paths()
    users: defaultdict[str, set[str]] = defaultdict(set)
    for folder in dict.fromkeys((places["stdlib"], places["purelib"])):
        for package, text in background.docstrings(folder):
            for word in _IN_TEXT(text):
                users[word].add(package)
    for word in list(known)[:COMMON]:
        if word in english and _SMALL(word):
            users[word].add("English")
    used = {w: len(found) for w, found in users.items() if len(w) >= SHORTEST and w not in LISTED}
    in_pieces = [word for word, count in used.items() if count >= USED and word not in known]
    return sorted(used.keys() & known, key=known.__getitem__), sorted(in_pieces, key=lambda w: (-used[w], w))


def denies(one: str, other: str) -> bool:
    """Whether one of two words or stems is the other and what denies it."""
    short, long = sorted((one, other), key=len)
    denied = len(short) >= SHORTEST and any(long == prefix + short for prefix in DENYING)
    return denied or (long.endswith("less") and long.removesuffix("less") == short.removesuffix("ful"))


def opposites(stems: list[str], said: dict[str, list[str]]) -> list[set[int]]:
    """For each stem, of which ``said`` has the words, the places of its opposites."""
    found: list[set[int]] = [set() for _ in stems]
    places = {form: place for place, stem in enumerate(stems) for form in (stem, *said[stem])}
    pairs = [(places[a], places[b]) for a, b in map(tuple, OPPOSITES) if a in places and b in places]
    for form, place in places.items():
        denied = [prefix + form for prefix in DENYING] + [form.removesuffix("ful") + "less"]
        pairs += [(place, places[one]) for one in denied if one in places and denies(form, one)]
    for one, other in pairs:
        found[one].add(other)
        found[other].add(one)
    return found


def unit(vectors: "npt.NDArray[Any]") -> "npt.NDArray[Any]":
    """``vectors`` at length 1."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--words", default="/usr/share/dict/words")
    options = parser.parse_args()
    path = minilm.folder(None, "")
    model = minilm.SentenceModel(path)
    known, in_pieces = vocabulary(path, options.words)
    words = known + in_pieces
    vectors = unit(np.concatenate([model.embed(words[i : i + BATCH]) for i in range(0, len(words), BATCH)]))
    of: defaultdict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(words):
        terms = analysis.terms(word)
        if len(terms) == 1:
            of[terms[0]].append(place)
    stems = sorted(of)
    means = unit(np.stack([vectors[of[stem]].mean(axis=0) for stem in stems]))
    means = unit(means - means.mean(axis=0))
    whole = [of[stem][0] < len(known) for stem in stems]
    opposed = opposites(stems, {stem: [words[place] for place in of[stem]] for stem in stems})
    said: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for group in SHORT:
        terms = [analysis.terms(word)[0] for word in group]
        for term in terms:
            said[term] |= {o: f"{w}9" for o, w in zip(terms, group, strict=True) if o != term}
    for place, stem in enumerate(stems):
        cosines = means @ means[place]
        cosines[place] = -1
        for other in np.argsort(-cosines, kind="stable"):
            if cosines[other] < LEAST or len(said[stem]) >= MOST:
                break
            if stem[:2] == stems[other][:2] and not (whole[place] and whole[other]):
                continue  # words in pieces are near each other by a piece that they share
            against = list(opposed[place])
            if against and (other in against or max(means[against] @ means[other]) > cosines[other]):
                continue  # an opposite, or nearer to one
            level = min(9, round(9 * (float(cosines[other]) - FROM) / (SAME - FROM)))
            said[stem].setdefault(stems[other], f"{words[of[stems[other]][0]]}{level}")
    print(
        '"""Words that say nearly the same: a stem, then words with their nearness, 9 the nearest; by the first'
    )
    print(
        "letter of stems. Generated by ``benchmarks/thesaurus.py`` from the weights of all-MiniLM-L6-v2 (Apache License 2.0)."
    )
    print('"""\n\nLINES = {')
    for letter, some in itertools.groupby(sorted(stem for stem in said if said[stem]), lambda stem: stem[0]):
        print(f'    "{letter}": """')
        for stem in some:
            print(stem, *said[stem].values())
        print('""",')
    print("}")


if __name__ == "__main__":
    sys.exit(main())
