"""Whether recall says nothing when nothing answers, and still answers when something does.

    python benchmarks/abstaining.py [--data DIR] [--show N]

On every set of ``sets.py``, by kind of question and half: *false* is the share of the questions without an answer that get one,
*lost* the share of those with an answer that recall keeps back though it has one among its first ten when it never abstains.
For thresholds of evidence from .05 to .15, then as the tool has it; of its own lost, those that are not told as nearest either.
``--show`` prints so many false answers of each kind, and the words that they share with the question.

The team's store is also asked what readers have read (``sets.read``), and each other store what was asked of the team's, of which
it knows nothing: notes on tasks of a hundred words, names of three.

Names each set on whose second half more than 5 in 100 are false or more than 2 in 100 lost, and exits 1 where there is one.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import NamedTuple

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import sets
from sets import Asked

from agentmem.model import analysis, query, ranking
from agentmem.model.metrics import mean

FALSE, LOST = 0.05, 0.02
THRESHOLDS = (0.05, 0.075, 0.1, 0.125, 0.15)

RULES = [ranking.DEFAULT._replace(abstain=threshold) for threshold in THRESHOLDS]
NEVER = ranking.DEFAULT._replace(abstain=0.0)
ALL = "ALL"

Answer = Callable[[Asked], Sequence[str]]


def false_share(answer: Answer, part: Sequence[Asked]) -> float:
    """The share of ``part``, questions without an answer, that get one."""
    return mean([float(bool(answer(one))) for one in part])


def lost_share(answer: Answer, always: Answer, part: Sequence[Asked]) -> float:
    """The share of ``part``, questions with an answer, that get nothing though ``always``, which never abstains, has it."""
    return mean([float(not answer(one) and bool(one.relevant & set(always(one)))) for one in part])


def untold_share(recall: sets.Recall, part: Sequence[Asked]) -> float:
    """The same of ``recall`` where what comes nearest has no answer either."""

    def told_or_shown(one: Asked) -> Sequence[str]:
        return recall(one) or sorted(one.relevant & set(recall.nearest(one)))

    return lost_share(told_or_shown, lambda one: recall(one, NEVER), part)


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


def share(recall: sets.Recall, part: Sequence[Asked], weights: ranking.Weights) -> float:
    """What is lost of ``part``, or false, by whether its questions have an answer."""
    if not part[0].relevant:
        return false_share(lambda one: recall(one, weights), part)
    return lost_share(lambda one: recall(one, weights), lambda one: recall(one, NEVER), part)


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


def told(one: sets.Set, recall: sets.Recall, show: int) -> Shares:
    """Print the table of one set; its shares."""
    shares = Shares()
    for answered in (False, True):
        name = "lost " if answered else "false"
        asked = [q for q in one.asked if bool(q.relevant) == answered]
        for kind in (*one.kinds(answered), ALL):
            for half in (0, 1):
                part = [q for q in asked if kind in (q.kind, ALL) and q.half == half]
                if not part:
                    continue
                line = "  ".join(f"{share(recall, part, rule):.3f}" for rule in RULES)
                own = share(recall, part, ranking.DEFAULT)
                untold = untold_share(recall, part) if answered else 0.0
                which = ("first", "second")[half]
                print(
                    f"  {name} {kind:<19} {which:<6} {len(part):4}   {line}   own {own:.3f}"
                    + (f", nor told {untold:.3f}" if answered else ""),
                    flush=True,
                )
                if kind == ALL and half:
                    shares = (
                        shares._replace(lost=own, untold=untold) if answered else shares._replace(false=own)
                    )
                if show and not answered and kind != ALL:
                    for q in [q for q in part if recall(q)][:show]:
                        print(f"      {shared_words(recall, q)}")
    return shares


def of_strangers(one: sets.Set, team: sets.Set) -> sets.Set:
    """The store of ``one``, asked what the team's was, of which it knows nothing; without what is of one word or two."""
    enough = (q for q in team.asked if len(analysis.terms(q.text)) > 2)
    unanswered = (q._replace(relevant=frozenset(), opened=sets.NEVER) for q in enough)
    return one._replace(name=f"{one.name}, asked by the team", asked=tuple(unanswered))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", default=os.environ.get("AGENTMEM_BENCH_DATA", ""))
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    found: dict[str, Shares] = {}
    with tempfile.TemporaryDirectory() as folder:
        every = sets.every(options.data)
        team = next((one for one in every if one.name == "team"), None)
        for one in every:
            recall = sets.Recall(sets.filled(os.path.join(folder, one.name), one))
            more = [sets.read(one) if one is team else of_strangers(one, team)] if team else []
            for asked in (one, *more):
                print(
                    f"{asked.name}: {len(recall.view)} memories; at {' '.join(map(str, THRESHOLDS))}, and as it is"
                )
                shares = told(asked, recall, options.show)
                if any(q.half for q in asked.asked):
                    found[asked.name] = shares
    for name, shares in found.items():
        print(f"{name:<28} {f'over: {shares.over}' if shares.over else 'within'}")
    return int(any(shares.over for shares in found.values()))


if __name__ == "__main__":
    sys.exit(main())
