"""British and American spellings are one word to the index."""

import pytest

from agentmem.model import analysis
from agentmem.model.stemming import stem
from agentmem.model.variants import american

PAIRS = """
analyser analyzer; analysers analyzers; analysing analyzing; organisation organization; organised organized; serialise serialize
initialisation initialization; optimiser optimizer; customisable customizable; memoise memoize; prioritise prioritize
criticise criticize; colour color; colours colors; behaviour behavior; neighbouring neighboring; centre center; centred centered
kilometres kilometers; catalogue catalog; catalogues catalogs; cataloguing cataloging; dialogue dialog; defence defense
licences licenses; grey gray; programmes programs; discs disks; practised practiced; artefacts artifacts
"""


@pytest.mark.parametrize(
    "pair", [pair.strip() for line in PAIRS.split("\n") for pair in line.split(";") if pair.strip()]
)
def test_both_spellings_have_one_stem(pair):
    """Who asks in one finds what is written in the other."""
    british, other = pair.split()
    assert american(british) == other and stem(british) == stem(other)


def test_what_everybody_writes_with_an_s_stays():
    """An s that belongs to the word, and not to a suffix, is none of the British."""
    words = (
        "promise promised exercise precise raise noise arise likewise revise supervised advertise compromise premises surprise "
        "enterprise franchise expertise merchandise improvised practice visited disease database analysis basis closed "
        "listing missing existing increase phrase bruised poison programmer discuss disk"
    )
    assert [word for word in words.split() if american(word) != word] == []


def test_in_names_too():
    """Of a name written together each part is read so."""
    assert analysis.terms("ColourAnalyser")[:2] == analysis.terms("ColorAnalyzer")[:2]
