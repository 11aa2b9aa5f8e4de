"""What `add` says against a memory: how often of good ones, which it must not, and how often of junk.

    python benchmarks/admission.py [--data DIR] [--seed 3] [--show]

Good: the example store, the demonstration's, a generated project (``project.py``) and the team's history
(``team_history.py``), each memory judged as it was added, against those before it. Junk, with words and paths of the project
and of the team: that of ``noise.py``, which was known as the rules were written, and ``LATER``, written down afterwards by
the same hand (28 % of it was thin then). The rules were mended by every other pattern of those (``MENDED``) and not by the rest
(``HELD_OUT``). Exits 1 where 1 % of the team's history is thin, anything of the example's or the demonstration's is in doubt, or
less than 80 % of a sort of junk is thin.
"""

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import noise
import sets

from agentmem.actions import admitting, demonstration, selecting, write
from agentmem.actions.context import Context
from agentmem.model.memory import Memory

THIN_AT_MOST = 0.01
JUNK_AT_LEAST = 0.80

LATER = (
    "HEARTBEAT_OK",
    "NO_REPLY",
    "ack",
    "lgtm",
    "sounds good, thanks!",
    "2026-02-{d:02} 1{m}:4{m}Z",
    "Got it.",
    "Understood, I will do that.",
    "I'll start by reading {f} to understand the structure.",
    "Let me check {f} first.",
    "Working on {w} now, will update soon",
    "tests passing, {n}/{n}",
    "all {n} tests passed in {m}.2s",
    "build succeeded",
    "CI is green",
    "WIP: {w}",
    "checkpoint {n}",
    "fix typo",
    "Merge branch 'main' into feature/{w}",
    "{n:x}4f{n:x}9c{n:x}",
    "{f}:{n}",
    "2026-02-{d:02} 1{m}:4{m}:00 [INFO] {w}: started in {n} ms",
    "DEBUG {w}.{w2}: cache hit",
    "You are an expert {w} engineer. Your task is to implement {w2} in {f}.",
    "System: context compacted, {n} tokens left",
    "System prompt: You are an AI assistant for {w}",
    "Please implement {w} in {f} and run the tests.",
    "Agent {n} started",
    "worker-{n} online",
    "ran pytest: {n} passed, {m} failed",
    "npm install finished in {m} s",
    "Task {n} complete. Moving on to the next one.",
    "Read {f} ({n} lines)",
    "Edited {f}",
    "opened {f}, closed {f}",
    "Bash: ls {f}",
    "progress: {n}%",
    "step {m} of {n} finished",
    "no changes since last run",
    "nothing to report",
    "The session response contains only metadata.",
    "I don't have any information about {w}.",
    "test {n}",
    "asdf",
    "update",
    "notes",
    "misc changes",
    "end of session {n}",
)

MENDED, HELD_OUT = LATER[::2], LATER[1::2]


def junk(patterns: Sequence[str], one: sets.Set, count: int, seed: int) -> list[Memory]:
    """``count`` entries made of ``patterns``, a line or a few each, with the words and paths of ``one``."""
    chance = random.Random(seed)
    source = noise.Noise(one.records, seed)
    made = []
    for _ in range(count):
        lines = []
        for pattern in chance.choices(patterns, k=chance.choice((1, 1, 2, 4))):
            w, w2 = chance.choice(source.words), chance.choice(source.words)
            n, m, d = chance.randint(20, 900), chance.randint(1, 9), chance.randint(1, 28)
            lines.append(pattern.format(w=w, w2=w2, f=chance.choice(source.paths), n=n, m=m, d=d))
        made.append(Memory("", "log", lines[0], body="\n".join(lines[1:])))
    return made


def known_junk(one: sets.Set, count: int, seed: int) -> list[Memory]:
    """The same of ``noise.py``."""
    source = noise.Noise(one.records, seed)
    records = [source.junk() for _ in range(count)]
    return [Memory("", "log", str(record["title"]), body=str(record["body"])) for record in records]


def doubts(context: Context) -> list[tuple[Memory, str | None]]:
    """Every memory in force of the store at hand, and what `add` would have said of it."""
    index = context.index
    view = index.view()
    found = []
    for one in selecting.fetch(index, view, view.in_force(None)):
        new = one.memory
        near = [
            other
            for other in write.candidates(context, view, new)
            if other.memory.id != new.id
            and other.memory.id not in new.supersedes
            and (other.memory.created or 0) <= (new.created or 0)
        ]
        added = write.Added(
            new, one.path, "base", tuple(write.similar(new, near)), view.shorts, near=tuple(near)
        )
        judged = admitting.judge(context, added, whole=False)
        found.append((new, judged.doubt if judged else None))
    return found


def told(name: str, found: Sequence[tuple[Memory, str | None]], show: bool) -> Counter[str]:
    """Print what was said of a store; how often each."""
    counts = Counter(doubt for _, doubt in found if doubt)
    parts = ", ".join(f"{doubt} {number}" for doubt, number in sorted(counts.items())) or "no doubt"
    print(f"{name:<30} {len(found):5} memories: {parts}", flush=True)
    for memory, doubt in found if show else ():
        if doubt:
            print(f"    {doubt}: {memory.kind} {memory.title}")
    return counts


def thin_share(name: str, made: Iterable[Memory], show: bool) -> bool:
    """Print how much of ``made`` is called thin; whether that is enough."""
    said = [(memory, admitting.thin(memory)) for memory in made]
    share = sum(why is not None for _, why in said) / len(said)
    print(f"{name:<30} {len(said):5} junk: {share:.1%} thin{'' if share >= JUNK_AT_LEAST else '  TOO FEW'}")
    for memory, why in said if show else ():
        if why is None:
            print(f"    missed: {memory.title!r} {memory.body!r}")
    return share >= JUNK_AT_LEAST


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", default=os.environ.get("AGENTMEM_BENCH_DATA", ""))
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--show", action="store_true", help="each memory in doubt, and each junk that is not")
    options = parser.parse_args()
    held = True
    team = sets.team(options.data)
    with tempfile.TemporaryDirectory() as folder:
        held &= not told("example", doubts(Context(sets.ROOT, ".agentmem.example")), options.show)
        demo = os.path.join(folder, "demo")
        demonstration.run(lambda text: 0, demo)
        held &= not told("demo", doubts(Context(demo)), options.show)
        project = sets.of_project()
        for one in (project, team):
            if one is None:
                print("without the team's history: name its folder with --data or AGENTMEM_BENCH_DATA")
                continue
            found = doubts(Context(sets.filled(os.path.join(folder, one.name), one)))
            counts = told(one.name, found, options.show)
            held &= counts["thin"] < THIN_AT_MOST * len(found)
    for one in filter(None, (project, team)):
        made = known_junk(one, options.count, options.seed)
        held &= thin_share(f"junk of noise.py, {one.name}", made, options.show)
        for name, patterns in (("mended by", MENDED), ("held out", HELD_OUT)):
            made = junk(patterns, one, options.count, options.seed)
            held &= thin_share(f"junk {name}, {one.name}", made, options.show)
    print("held" if held else "NOT held")
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
