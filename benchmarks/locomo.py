"""LoCoMo as stores: ten conversations of two friends over months, some 590 short turns each, and 200 questions about each.

Source: Maharana and others, *Evaluating Very Long-Term Conversational Memory of LLM Agents* (2024).
"""

import calendar
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import release_history
import sets
from longmemeval import entry
from sets import Asked

NAME = "LoCoMo"
PACKAGE, VERSION = "cognitive-memory-layer", "1.5.1"
MEMBER = "evaluation/locomo_plus/data/locomo10.json"
"""Where a copy is that a registry has."""

KINDS = {1: "several turns", 2: "when", 3: "inferred", 4: "one turn", 5: "of the wrong one"}
"""Of the categories of the set: the last asks of one friend what the other has told, which has no answer."""

_TURN = re.compile(r"D\d+:\d+")


def load(path: str = "") -> list[Mapping[str, Any]]:
    """The conversations, from ``path``, or from the package's source where that is empty.

    Raises:
        Unavailable: the package is neither in the cache nor to be had.

    """
    return release_history.json_in(PACKAGE, VERSION, MEMBER, path)  # type: ignore[no-any-return]


def moment(text: str) -> int:
    """Seconds UTC of a date as the set writes it: ``1:56 pm on 8 May, 2023``."""
    return calendar.timegm(time.strptime(text.replace(",", ""), "%I:%M %p on %d %B %Y"))


def turns(spoken: Mapping[str, Any]) -> tuple[list[dict[str, object]], dict[str, str]]:
    """The turns of a conversation, a minute apart, as records; the id of each by how the set names it."""
    records: list[dict[str, object]] = []
    named = {}
    sessions = sorted(int(key[8:]) for key in spoken if re.fullmatch(r"session_\d+", key))
    for session in sessions:
        begun = moment(spoken[f"session_{session}_date_time"])
        for place, turn in enumerate(spoken[f"session_{session}"]):
            text = " ".join(turn["text"].split())
            if turn.get("blip_caption"):
                text += f" [shares {turn['blip_caption']}]"
            records.append(entry(len(records), text, turn["speaker"].lower(), begun + 60 * place))
            named[turn["dia_id"]] = str(records[-1]["id"])
    return records, named


def talks(whole: Sequence[Mapping[str, Any]]) -> Iterator[sets.Set]:
    """Each conversation as a set; the questions of the first half of them belong to the first half."""
    for number, one in enumerate(whole):
        records, named = turns(one["conversation"])
        part = int(number >= len(whole) // 2)
        asked = []
        for question in one["qa"]:
            told = (turn for said in question.get("evidence", ()) for turn in _TURN.findall(said))
            evidence = frozenset(named[turn] for turn in told if turn in named)
            kind = KINDS[question["category"]]
            if question["category"] == max(KINDS):
                asked.append(Asked(kind, part, question["question"], frozenset()))
            elif evidence:
                asked.append(Asked(kind, part, question["question"], evidence))
        yield sets.Set(f"{NAME}{number}", records, tuple(asked))
