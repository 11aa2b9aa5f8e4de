"""LongMemEval-S as stores: what 500 users said to an assistant in some 50 sessions, one history of 490 turns for each question.

Source: Wu and others, *LongMemEval: Benchmarking Chat Assistants on Long-Term Interactive Memory* (2025).
"""

import calendar
import hashlib
import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import release_history
import sets
from sets import Asked

NAME = "LongMemEval"
PACKAGE, VERSION, MEMBER = "coremem", "0.9.1", "data/longmemeval_s_cleaned.json"
"""Where a copy is that a registry has."""

SEED = 7
TITLE = 120
"""Characters of a turn that are its title: it has none of its own."""

HOUR = 3600
OTHERS = 4
"""Questions of other users that a history is asked, each of which it cannot know."""


def load(path: str = "") -> list[Mapping[str, Any]]:
    """The questions with their histories, from ``path``, or from the package's source where that is empty.

    Raises:
        Unavailable: the package is neither in the cache nor to be had.

    """
    return release_history.json_in(PACKAGE, VERSION, MEMBER, path)  # type: ignore[no-any-return]


def half(one: Mapping[str, Any]) -> int:
    """0 or 1, by the question's id."""
    return hashlib.sha1(one["question_id"].encode()).digest()[0] % 2


def is_unanswerable(one: Mapping[str, Any]) -> bool:
    """Whether the set asks for what the user never told: it has turns that come near, and no answer."""
    return str(one["question_id"]).endswith("_abs")


def moment(text: str) -> int:
    """Seconds UTC of a date as the set writes it: ``2023/05/30 (Tue) 23:40``."""
    return calendar.timegm(time.strptime(re.sub(r" \(\w+\)", "", text), "%Y/%m/%d %H:%M"))


def entry(number: int, text: str, by: str, created: int) -> dict[str, object]:
    """A turn as a record for `import jsonl`; one without words says so."""
    text = text.strip() or "(nothing)"
    title = text.split("\n", 1)[0][:TITLE]
    return {
        "id": f"t{number:011}",  # valid, so it is kept
        "kind": "log",
        "title": title,
        "body": text if text != title else "",
        "by": by,
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(created)),
    }


def turns(one: Mapping[str, Any]) -> tuple[list[dict[str, object]], frozenset[str]]:
    """The turns of a history, half a minute apart, as records; the ids of those that have the answer."""
    records: list[dict[str, object]] = []
    evidence = []
    whole = zip(one["haystack_session_ids"], one["haystack_dates"], one["haystack_sessions"], strict=True)
    for session, date, spoken in whole:
        begun = moment(date)
        for place, turn in enumerate(spoken):
            records.append(entry(len(records), turn["content"], turn["role"], begun + 30 * place))
            if turn.get("has_answer") and session in one["answer_session_ids"]:
                evidence.append(str(records[-1]["id"]))
    return records, frozenset(evidence)


def histories(whole: Sequence[Mapping[str, Any]], count: int) -> Iterator[sets.Set]:
    """Of each half ``count`` questions that have an answer, and all that have none, each with its history as a set.

    It is asked that question, and some of other users': of their sessions it has none.
    """
    chance = random.Random(SEED)
    mixed = list(whole)
    chance.shuffle(mixed)
    for part in (0, 1):
        mine = [one for one in mixed if half(one) == part]
        told = ((one, *turns(one)) for one in mine if not is_unanswerable(one))
        none = ((one, turns(one)[0], frozenset[str]()) for one in mine if is_unanswerable(one))
        for one, records, evidence in chain(islice((each for each in told if each[2]), count), none):
            # some are dated before what answers them
            opened = max(map(moment, (one["question_date"], *one["haystack_dates"]))) + HOUR
            kind = one["question_type"] if evidence else "no answer"
            asked = [Asked(kind, part, one["question"], evidence, opened)]
            known = set(one["haystack_session_ids"])
            strange = [
                o for o in chance.sample(mixed, 2 * OTHERS) if known.isdisjoint(o["answer_session_ids"])
            ]
            asked += [Asked("another's", part, o["question"], frozenset(), opened) for o in strange[:OTHERS]]
            yield sets.Set(one["question_id"], records, tuple(asked))
