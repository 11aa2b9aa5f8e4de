"""Whether recall says nothing when nothing answers, and still answers when something does.

    python benchmarks/abstaining.py [--data DIR] [--show N]

On every set of ``sets.py``, by kind of question and half: *false* is the share of the questions without an answer that get one,
*lost* the share of those with an answer that recall keeps back though it has one among its first ten when it never abstains.
For thresholds of evidence from .05 to .15, then as the tool has it; of its own lost, those that are not told as nearest either.
``--show`` prints so many false answers of each kind, and the words that they share with the question.

The team's store is also asked those of its questions whose older notes a reader has read (``sets.read``), and each other store
what was asked of the team's, of which it knows nothing: notes on tasks of a hundred words, names of three. Exits 1 where on the
second half of a set more than 5 in 100 are false, or more than 2 in 100 lost.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence

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


def told(one: sets.Set, recall: sets.Recall, show: int) -> bool:
    """Print the table of one set; whether it holds on the second half."""
    held = True
    for answered in (False, True):
        name, most = ("lost ", LOST) if answered else ("false", FALSE)
        asked = [q for q in one.asked if bool(q.relevant) == answered]
        for kind in (*one.kinds(answered), ALL):
            for half in (0, 1):
                part = [q for q in asked if kind in (q.kind, ALL) and q.half == half]
                if not part:
                    continue
                line = "  ".join(f"{share(recall, part, rule):.3f}" for rule in RULES)
                own = share(recall, part, ranking.DEFAULT)
                which = ("first", "second")[half]
                untold = f", nor told {untold_share(recall, part):.3f}" if answered else ""
                print(
                    f"  {name} {kind:<19} {which:<6} {len(part):4}   {line}   own {own:.3f}{untold}",
                    flush=True,
                )
                held &= kind != ALL or not half or own <= most
                if show and not answered and kind != ALL:
                    for q in [q for q in part if recall(q)][:show]:
                        print(f"      {shared_words(recall, q)}")
    return held


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
    missed = []
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
                if not told(asked, recall, options.show):
                    missed.append(asked.name)
    print(
        f"at most {FALSE:.0%} false and {LOST:.0%} lost: "
        + (f"missed on {', '.join(missed)}" if missed else "held")
    )
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
