"""Whether recall says nothing when nothing answers, and still answers when something does.

    python benchmarks/abstaining.py [--data DIR] [--show N] [--count 60] [--longmemeval FILE] [--locomo FILE]

On every set of ``sets.py``, by kind of question and half: *false* is the share of the questions without an answer that get one,
*lost* the share of those with an answer that recall keeps back though it has one among its first ten when it never abstains.
For thresholds of evidence from .05 to .15, then as the tool has it; of its own lost, those that are not told as nearest either.
``--show`` prints so many false answers of each kind, and the words that they share with the question.

The team's store is also asked what readers have read (``sets.read``), and each other store what was asked of the team's, of which
it knows nothing: notes on tasks of a hundred words, names of three. The sets of ``conversations.py`` are asked their own; of
LongMemEval as many of each half as ``--count`` says.

Names each set on whose second half more than 5 in 100 are false or more than 2 in 100 lost, and exits 1 where there is one.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import conversations
import sets
from sets import Asked

from agentmem.model import analysis, query, ranking
from agentmem.model.metrics import mean

FALSE, LOST = 0.05, 0.02
THRESHOLDS = (0.05, 0.075, 0.1, 0.125, 0.15)

RULES = [ranking.DEFAULT._replace(abstain=threshold) for threshold in THRESHOLDS]
NEVER = ranking.DEFAULT._replace(abstain=0.0)
ALL = "ALL"


class Outcome(NamedTuple):
    """What becomes of one question: under each of ``RULES``, then as the tool is, whether it is false or lost; whether what is
    lost is not told as nearest either.
    """

    kind: str
    half: int
    answered: bool
    wrong: tuple[bool, ...]
    untold: bool


def outcome(recall: sets.Recall, one: Asked) -> Outcome:
    """What becomes of ``one``: false is an answer where there is none, lost is none where its first ten have one."""
    if not one.relevant:
        wrong = tuple(bool(recall(one, rule)) for rule in (*RULES, ranking.DEFAULT))
        return Outcome(one.kind, one.half, answered=False, wrong=wrong, untold=False)
    has = bool(one.relevant & set(recall(one, NEVER)))
    wrong = tuple(has and not recall(one, rule) for rule in (*RULES, ranking.DEFAULT))
    untold = wrong[-1] and one.relevant.isdisjoint(recall.nearest(one))
    return Outcome(one.kind, one.half, answered=True, wrong=wrong, untold=untold)


def shared_words(recall: sets.Recall, one: Asked) -> str:
    """The title of the first answer to ``one``, and the terms of the question with those that it has in capitals."""
    first = recall(one)[0]
    view = recall.view
    position = view.columns.ids.index(first)
    terms = query.parse(one.text, recall.clock(one)).terms
    postings = recall.context.index.postings(list(terms))
    row = view.columns.rows[position]
    words = [t.upper() if any(r == row for r, _ in postings.get(t, ())) else t for t in terms]
    found = next(iter(recall.context.index.knowledge.memories([row]).values()))
    return f"{' '.join(words)}  <- {found.title[:70]}"


class Shares(NamedTuple):
    """Of all questions of the second half: what is false, what is lost, and what of that is not told as nearest either."""

    false: float = 0.0
    lost: float = 0.0
    untold: float = 0.0

    @property
    def over(self) -> str:
        """Which of them are over what is allowed, in words; empty where none is."""
        said = [f"{self.false:.1%} false"] if self.false > FALSE else []
        said += [f"{self.lost:.1%} lost, {self.untold:.1%} untold"] if self.lost > LOST else []
        return ", ".join(said)


def told(outcomes: Sequence[Outcome]) -> Shares:
    """Print the table of one set; its shares."""
    shares = Shares()
    for answered in (False, True):
        name = "lost " if answered else "false"
        asked = [one for one in outcomes if one.answered == answered]
        for kind in (*dict.fromkeys(one.kind for one in asked), ALL):
            for half in (0, 1):
                part = [one for one in asked if kind in (one.kind, ALL) and one.half == half]
                if not part:
                    continue
                *others, own = (
                    mean([*map(float, column)]) for column in zip(*(o.wrong for o in part), strict=True)
                )
                untold = mean([float(one.untold) for one in part])
                print(
                    f"  {name} {kind:<26} {('first', 'second')[half]:<6} {len(part):4}   "
                    + "  ".join(f"{value:.3f}" for value in others)
                    + f"   own {own:.3f}"
                    + (f", nor told {untold:.3f}" if answered else ""),
                    flush=True,
                )
                if kind == ALL and half:
                    shares = (
                        shares._replace(lost=own, untold=untold) if answered else shares._replace(false=own)
                    )
    return shares


def shown_falsely(recall: sets.Recall, asked: Sequence[Asked], most: int) -> None:
    """Print so many false answers of each kind and half, and the words that they share with the question."""
    counts: Counter[tuple[str, int]] = Counter()
    for one in asked:
        if not one.relevant and counts[one.kind, one.half] < most and recall(one):
            counts[one.kind, one.half] += 1
            print(f"      {one.kind}: {shared_words(recall, one)}")


def of_strangers(one: sets.Set, team: sets.Set) -> sets.Set:
    """The store of ``one``, asked what the team's was, of which it knows nothing; without what is of one word or two."""
    enough = (q for q in team.asked if len(analysis.terms(q.text)) > 2)
    unanswered = (q._replace(relevant=frozenset(), opened=sets.NEVER) for q in enough)
    return one._replace(name=f"{one.name}, asked by the team", asked=tuple(unanswered))


def of_every(folder: str, data: str, show: int) -> Iterator[tuple[str, str, list[Outcome]]]:
    """``(name, size, outcomes)`` of each set of ``sets.py``, in stores in ``folder``."""
    every = sets.every(data)
    team = next((one for one in every if one.name == "team"), None)
    for one in every:
        recall = sets.Recall(sets.filled(os.path.join(folder, one.name), one))
        more = [sets.read(one) if one is team else of_strangers(one, team)] if team else []
        for asked in (one, *more):
            yield asked.name, f"{len(recall.view)} memories", [outcome(recall, q) for q in asked.asked]
            if show:
                shown_falsely(recall, asked.asked, show)


def of_stores(folder: str, stores: Iterable[sets.Set]) -> list[Outcome]:
    """The outcomes on ``stores``, each in turn in ``folder``."""
    found = []
    place = os.path.join(folder, "store")
    for one in stores:
        recall = sets.Recall(sets.filled(place, one))
        found += [outcome(recall, q) for q in one.asked]
        shutil.rmtree(place)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", default=os.environ.get("AGENTMEM_BENCH_DATA", ""))
    parser.add_argument("--show", type=int, default=0)
    options = conversations.options(parser, 60).parse_args()
    found: dict[str, Shares] = {}

    def add(name: str, size: str, outcomes: Sequence[Outcome]) -> None:
        print(f"{name}: {size}; at {' '.join(map(str, THRESHOLDS))}, and as it is")
        shares = told(outcomes)
        if any(one.half for one in outcomes):
            found[name] = shares

    with tempfile.TemporaryDirectory() as folder:
        for name, size, outcomes in of_every(folder, options.data, options.show):
            add(name, size, outcomes)
        for name, stores in conversations.every(options):
            add(name, "stores of some 500 turns", of_stores(folder, stores))
    for name, shares in found.items():
        print(f"{name:<28} {f'over: {shares.over}' if shares.over else 'within'}")
    return int(any(shares.over for shares in found.values()))


if __name__ == "__main__":
    sys.exit(main())
