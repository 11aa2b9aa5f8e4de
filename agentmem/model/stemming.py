"""The Porter stemmer for English (M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980), but for words that
it takes for others: to it "business" is "busy" and "production" a "product".
"""

import re

from agentmem.model.variants import american

_C = "[^aeiou]"
_V = "[aeiouy]"
_CS = f"{_C}[^aeiouy]*"
_VS = f"{_V}[aeiou]*"
# Porter's measure m counts the vowel-consonant groups of a stem: [C](VC)^m[V].
_M_GT_0 = re.compile(f"^({_CS})?{_VS}{_CS}").search
_M_EQ_1 = re.compile(f"^({_CS})?{_VS}{_CS}({_VS})?$").search
_M_GT_1 = re.compile(f"^({_CS})?{_VS}{_CS}{_VS}{_CS}").search
_HAS_VOWEL = re.compile(f"^({_CS})?{_V}").search
_CVC = re.compile(f"^{_CS}{_V}[^aeiouwxy]$").search
_DOUBLE = re.compile(r"([^aeiouylsz])\1$").search

_STEP2 = {
    "ational": "ate",
    "tional": "tion",
    "enci": "ence",
    "anci": "ance",
    "izer": "ize",
    "bli": "ble",
    "alli": "al",
    "entli": "ent",
    "eli": "e",
    "ousli": "ous",
    "ization": "ize",
    "ation": "ate",
    "ator": "ate",
    "alism": "al",
    "iveness": "ive",
    "fulness": "ful",
    "ousness": "ous",
    "aliti": "al",
    "iviti": "ive",
    "biliti": "ble",
    "logi": "log",
}
_STEP3 = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
_SUFFIX2 = re.compile(f"^(.+?)({'|'.join(_STEP2)})$").match
_SUFFIX3 = re.compile(f"^(.+?)({'|'.join(_STEP3)})$").match
_SUFFIX4 = re.compile(
    "^(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize|(?<=[st])ion)$"
).match


_OWN = """
animal animals
authority authorities authoritative
authorization authorizations authorize authorizes authorized authorizing authorizer
business businesses
community communities
contention
conversation conversations conversational conversationally
critical critically
customer customers
department departments departmental
directive directives
edition editions
engineer engineers engineered engineering
exception exceptions exceptional exceptionally
executive executives
experiment experiments experimental experimentally experimented experimenter experimenting experimentation
expression expressions
general generally generality generalize generalized generalization
generic generics generically
harness harnesses
important importance importantly
integral integrals
integrity
international internationally internationalize internationalized internationalization
locale locales
news
objective objectives
organization organizations organize organized organizing organizer
paste pastes pasted pasting
policy policies
position positions positional positioned positioning
positive positives positively
probability probabilities
production productions
projection projections
publication publications
several
subscription subscriptions
terminal terminals
universal universally
university universities
"""
"""Words whose stem another has that says something else, each with its forms; the first is the stem."""
_STEMS = {form: line.split()[0] for line in _OWN.strip().split("\n") for form in line.split()}


def stem(word: str) -> str:
    """The stem of ``word``, lower-case ASCII letters; a word of one or two letters is its own stem."""
    word = american(word)
    return _STEMS.get(word) or (word if len(word) < 3 else _porter(word))


def _porter(word: str) -> str:
    first_y = word[0] == "y"
    if first_y:  # a leading y is a consonant, which the patterns take a capital for
        word = "Y" + word[1:]
    word = _endings(_plural(word))
    match = _SUFFIX2(word)
    if match and _M_GT_0(match[1]):
        word = match[1] + _STEP2[match[2]]
    match = _SUFFIX3(word)
    if match and _M_GT_0(match[1]):
        word = match[1] + _STEP3[match[2]]
    match = _SUFFIX4(word)
    if match and _M_GT_1(match[1]):
        word = match[1]
    if word[-1] == "e":
        cut = word[:-1]
        if _M_GT_1(cut) or (_M_EQ_1(cut) and not _CVC(cut)):
            word = cut
    if word.endswith("ll") and _M_GT_1(word):
        word = word[:-1]
    return "y" + word[1:] if first_y else word


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word[-1] == "s" and word[-2] != "s" else word


def _endings(word: str) -> str:
    if word.endswith("eed"):
        if _M_GT_0(word[:-3]):
            word = word[:-1]
    elif word.endswith(("ed", "ing")):
        cut = word[:-2] if word[-1] == "d" else word[:-3]
        if _HAS_VOWEL(cut):
            word = cut
            if word.endswith(("at", "bl", "iz")):
                word += "e"
            elif _DOUBLE(word):
                word = word[:-1]
            elif _CVC(word):
                word += "e"
    if word[-1] == "y" and _HAS_VOWEL(word[:-1]):
        word = word[:-1] + "i"
    return word
