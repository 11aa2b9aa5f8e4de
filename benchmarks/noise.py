"""What 90 % noise costs: a clean store of some 1,000 memories against the same one among 9 times as many others.

    python benchmarks/noise.py [--data DIR] [--clean 1000] [--times 9] [--seed 3]

For the team's history (its claims' notes, and their names, each at its moment; ``team_history.py``) and a generated project
(``project.py``, asked in its own words and in others): the share of what is relevant that recall shows with more than its title
within 1,000 tokens, and within the default budget, at the default limit. The noise, by construction: junk (heartbeats, pasted
prompts, log and status lines with the project's own words and paths), near-duplicates of true memories (before or after them;
cut, vaguer, or with another number), older versions that the true one supersedes, and notes on other subjects with its common
words. A near-duplicate is no evidence, however near it is: it is a copy that says less, or something else. Exits 1 where
evidence within 1,000 tokens falls by more than 10 % of what the clean store has, for any kind of question that is one. The
names of claims are printed and not held: they are slugs ("fix dce alloca 7"), and what counts as relevant to them is every
memory that touched one of the task's files, of which they say a fifth; what other memories say weighs their two or three words
anew.
"""

import argparse
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import sets
import unanswered
from sets import Asked, Set

from agentmem.actions import recall
from agentmem.actions.selecting import Filters
from agentmem.model import metrics, packing, times

FALL = 0.10
BUDGET = 1000
MIX = {"junk": 0.45, "near": 0.15, "superseded": 0.15, "foreign": 0.25}
"""How the noise is made up."""

HELD = ("notes", "same", "other")
TOLD = ("names",)

Record = Mapping[str, object]

JUNK = (
    "ok",
    "done",
    "heartbeat {n}",
    "still running, {n} s",
    "[{n}] INFO worker {w} started on {f}",
    "[{n}] WARN slow: {w} {w2} took {n} ms",
    "[{n}] ERROR {w}: {w2} failed in {f}, retry {m}",
    "status: {w} {w2} in progress ({m}/{n})",
    "You are a helpful coding agent. Read {f} and fix {w}.",
    "Continue with {w} {w2}.",
    "pushed {n} files, {f} among them",
    "running the tests of {w}: {m} passed, {n} left",
    "context: {f} {w} {w2} {w3}",
    "TODO look at {w}",
    "{w} {w2} {w3}",
    "session {n} begins; reading {f}",
    "git status: modified {f}",
    "summary: worked on {w} and {w2}, see {f}",
)


class Noise:
    """Makes noise for the ``clean`` records of a store, the same for the same seed."""

    def __init__(self, clean: Sequence[Record], seed: int) -> None:
        self._clean = clean
        self._chance = random.Random(seed)
        text = " ".join(f"{record['title']} {record.get('body', '')}" for record in clean)
        self.words = re.findall(r"[A-Za-z][\w-]{2,}", text)
        # no names of components: those are no general words
        self._plain = [word for word in self.words if word.isalpha() and word.islower()]
        self.paths = [path for record in clean for path in self._scope(record)] or ["src/main.py"]
        self._made = 0
        # an author makes an entry part of a conversation: where the true ones have none, noise has none
        self._signed = any(record.get("by") for record in clean)

    @staticmethod
    def _scope(record: Record) -> list[str]:
        scope = record.get("scope")
        return list(scope) if isinstance(scope, list) else []

    def _id(self) -> str:
        self._made += 1
        return f"n{self._made:011}"

    def _record(
        self, kind: str, title: str, body: str, created: str, scope: Sequence[str]
    ) -> dict[str, object]:
        by = {"by": f"agent-{self._chance.randint(1, 16)}"} if self._signed else {}
        return {
            "id": self._id(),
            "kind": kind,
            "title": title[:200],
            "body": body,
            "created": created,
            "scope": list(scope),
            **by,
        }

    def _moment(self) -> str:
        return str(self._chance.choice(self._clean)["created"])

    def _filled(self, pattern: str) -> str:
        chance = self._chance
        w, w2, w3 = (chance.choice(self.words) for _ in range(3))
        path, n, m = chance.choice(self.paths), chance.randint(2, 900), chance.randint(1, 9)
        return pattern.format(w=w, w2=w2, w3=w3, f=path, n=n, m=m)

    def junk(self) -> dict[str, object]:
        """A line that nobody should have kept, in the project's own words; one in three names a file of it as its scope."""
        lines = [
            self._filled(pattern)
            for pattern in self._chance.choices(JUNK, k=self._chance.choice((1, 1, 2, 6)))
        ]
        scope = [self._chance.choice(self.paths)] if self._chance.random() < 1 / 3 else []
        return self._record("log", lines[0], "\n".join(lines[1:]), self._moment(), scope)

    def _older(self, record: Record) -> str:
        """A moment before it was written."""
        return self._shifted(record, -self._chance.randint(600, 5 * 86_400))

    def _about(self, record: Record, says_otherwise: bool) -> str:
        """A moment about when it was written. Half of the copies that say less are newer; one that says otherwise is older, as
        nothing could tell else which of the two holds. None is much older: it would be known when the true one is not yet.
        """
        newer = self._chance.random() < 0.5 and not says_otherwise
        return self._shifted(record, self._chance.randint(*((10, 5 * 86_400) if newer else (-90, -10))))

    @staticmethod
    def _shifted(record: Record, seconds: int) -> str:
        moment = times.parse_iso(str(record["created"])) + seconds
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))

    def _altered(self, record: Record) -> tuple[str, str]:
        """Title and body of a copy that is cut, vaguer, or has other numbers."""
        chance = self._chance
        title, body = str(record["title"]), str(record.get("body", ""))
        way = chance.randrange(4)
        if way == 0:  # cut
            words = body.split(" ")
            return title, " ".join(words[: len(words) // 3])
        if way == 1:  # vaguer: one word in three is gone, the long ones first

            def vague(text: str) -> str:
                return " ".join(
                    "something" if len(word) > 6 and chance.random() < 0.5 else word
                    for word in text.split(" ")
                )

            return vague(title), vague(body)
        if way == 2:  # other numbers, or denied
            other = re.sub(
                r"\d+", lambda found: str(int(found[0][:9]) + chance.randint(1, 9)), f"{title}\n{body}"
            )
            title, _, body = other.partition("\n")
            return (
                (title, body)
                if chance.random() < 0.5
                else (f"{title}?", f"Not sure that this is right. {body}")
            )
        lines = body.split("\n")  # a draft: the title shortened, half of the lines
        return " ".join(title.split()[:5]) + " (draft)", "\n".join(
            line for line in lines if chance.random() < 0.5
        )

    def near(self) -> dict[str, object]:
        """A copy of a true memory that says less, or something else; it keeps the scope."""
        record = self._chance.choice(self._clean)
        title, body = self._altered(record)
        whole = f"{record['title']}\n{record.get('body', '')}"
        otherwise = "Not sure" in body or not set(re.findall(r"\d+", f"{title}\n{body}")) <= set(
            re.findall(r"\d+", whole)
        )
        return self._record(
            str(record["kind"]), title, body, self._about(record, otherwise), self._scope(record)
        )

    def foreign(self) -> dict[str, object]:
        """A note on another subject, with general words that the project has too."""
        chance = self._chance
        title = chance.choice(unanswered.OTHERS)
        body = (
            " ".join(chance.sample(unanswered.OTHERS, 2)) + " " + " ".join(chance.choices(self._plain, k=6))
        )
        folder = chance.choice(("shop", "app", "deploy", "payroll", "train", "game"))
        path = f"{folder}/{chance.choice(title.split()).lower()}.ts"
        return self._record("fact", f"{title} {chance.randint(2, 900)}", body, self._moment(), [path])

    def superseded(self) -> tuple[dict[str, object], str]:
        """An older version of a true memory, and the id of the true one, which supersedes it."""
        record = self._chance.choice(self._clean)
        title, body = self._altered(record)
        return self._record(str(record["kind"]), title, body, self._older(record), self._scope(record)), str(
            record["id"]
        )


def noisy(clean: Sequence[Record], count: int, seed: int, sorts: Sequence[str] = tuple(MIX)) -> list[Record]:
    """``clean`` with ``count`` records of noise, mixed by ``MIX``; the true ones supersede their older versions.

    Of ``sorts`` alone, each as often as it would be among all.
    """
    noise = Noise(clean, seed)
    made: list[Record] = []
    replaced: dict[str, list[str]] = {}
    for name in sorts:
        for _ in range(round(MIX[name] * count)):
            if name == "superseded":
                old, true = noise.superseded()
                replaced.setdefault(true, []).append(str(old["id"]))
                made.append(old)
            else:
                made.append({"junk": noise.junk, "near": noise.near, "foreign": noise.foreign}[name]())
    true_ones = [
        {**record, "supersedes": replaced[str(record["id"])]} if str(record["id"]) in replaced else record
        for record in clean
    ]
    return [*true_ones, *made]


def evidence(directory: str, asked: Sequence[Asked], budget: int | None) -> list[float]:
    """Of each question the share of what is relevant that recall shows with more than its title."""
    ranker = sets.Recall(directory)
    context = ranker.context
    shares = []
    for one in asked:
        context.set_clock(ranker.clock(one))
        # what was known then; a later memory supersedes nothing yet
        until = None if one.opened == sets.NEVER else one.opened
        found = recall.recall(context, one.text, Filters(until=until), budget=budget)
        told = {hit.found.memory.id for hit in found.hits if hit.detail in (packing.PARAGRAPH, packing.FULL)}
        shares.append(len(told & one.relevant) / len(one.relevant))
    return shares


def told(folder: str, one: Set, times_: int, seed: int, sorts: Sequence[str]) -> bool:
    """Print what noise costs one set; whether it keeps within ``FALL``."""
    count = times_ * len(one.records)
    records = noisy(one.records, count, seed, sorts)
    clean = sets.filled(os.path.join(folder, f"{one.name}-clean"), one)
    full = sets.filled(os.path.join(folder, f"{one.name}-noisy"), one._replace(records=records))
    print(
        f"{one.name}: {len(one.records):,} memories, and {len(records) - len(one.records):,} of noise"
        f" ({', '.join(sorts)}), seed {seed}"
    )
    held = True
    for kind in one.kinds(answered=True):
        if kind not in HELD + TOLD:
            continue
        part = [q for q in one.asked if q.kind == kind and q.relevant]
        for name, budget in (("1,000 tokens", BUDGET), ("default budget", None)):
            before, after = evidence(clean, part, budget), evidence(full, part, budget)
            differences = [b - a for a, b in zip(before, after, strict=True)]
            [(low, high)] = metrics.bootstrap([differences], random.Random(1))
            was, now = metrics.mean(before), metrics.mean(after)
            fall = (was - now) / was if was else 0.0
            print(
                f"  {kind:<8} {len(part):4}  evidence in {name:<14} {was:.3f} -> {now:.3f}"
                f"  {now - was:+.3f} [{low:+.3f}, {high:+.3f}]  {-fall:+.1%}",
                flush=True,
            )
            held &= budget is None or fall <= FALL or kind in TOLD
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", default=os.environ.get("AGENTMEM_BENCH_DATA", ""))
    parser.add_argument("--clean", type=int, default=1000)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument(
        "--sorts", default=" ".join(MIX), help="some sorts of noise alone, to see what each costs"
    )
    options = parser.parse_args()
    held = True
    with tempfile.TemporaryDirectory() as folder:
        for one in (sets.of_project(options.clean), sets.team(options.data)):
            if one is None:
                print("without the team's history: name its folder with --data or AGENTMEM_BENCH_DATA")
                continue
            held &= told(folder, one, options.times, options.seed, options.sorts.split())
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
