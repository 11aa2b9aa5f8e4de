"""British spellings as the American ones: a team writes both, and who asks for analyzers means the analysers."""

LEAST = 4
"""Letters before an ending that is read as a suffix with what it stands on: rise and noise are none."""

_ENDINGS = ("e", "es", "ed", "er", "ers", "ing", "able", "ation", "ations", "ational")
_NO_SUFFIX = (
    "advertis", "ais", "chastis", "chis", "concis", "demis", "excis", "exercis", "expertis", "incis", "merchandis", "nois",
    "paradis", "pois", "precis", "premis", "pris", "promis", "quois", "spis", "surmis", "tois", "treatis", "uis", "vis", "wis",
)  # fmt: skip
"""Ends of words that everybody writes with an s: their "is" is no suffix."""
_SAID_WORDS = """
disc:disk discs:disks grey:gray greys:grays programme:program programmes:programs practise:practice practised:practiced
practises:practices practising:practicing centred:centered
"""
_SAID_PARTS = """
armour:armor behaviour:behavior candour:candor clamour:clamor colour:color demeanour:demeanor endeavour:endeavor favour:favor
flavour:flavor harbour:harbor honour:honor humour:humor labour:labor neighbour:neighbor odour:odor parlour:parlor rigour:rigor
rumour:rumor saviour:savior savour:savor splendour:splendor tumour:tumor vapour:vapor vigour:vigor
centre:center calibre:caliber fibre:fiber litre:liter metre:meter spectre:specter theatre:theater
analogue:analog catalogued:cataloged cataloguing:cataloging catalogue:catalog dialogue:dialog epilogue:epilog monologue:monolog
prologue:prolog defence:defense licence:license offence:offense pretence:pretense
artefact:artifact manoeuvr:maneuver sceptic:skeptic
"""
_WORDS, _PARTS = (dict(pair.split(":") for pair in said.split()) for said in (_SAID_WORDS, _SAID_PARTS))
"""Whole words, and what stands in any word, as the British spell them: as the Americans do."""


def american(word: str) -> str:
    """``word``, in lower case, as Americans spell it: so organise, analyser and colour have one stem with their others."""
    if word in _WORDS:
        return _WORDS[word]
    for british, spelt in _PARTS.items():
        if british in word:
            return word.replace(british, spelt)
    for ending in _ENDINGS:
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) > LEAST and base.endswith(("is", "ys")):
            return word if base.endswith(_NO_SUFFIX) else f"{base[:-1]}z{ending}"
    return word
