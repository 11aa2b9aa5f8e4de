"""The sets of questions that recall is measured on, each with its store: one place, so that no benchmark leaves one out.

``team`` is a real team's history (skipped where its folder is not there), ``black`` and ``httpx`` are the changelogs of two
packages (skipped where they cannot be had), ``dialogues``, ``talks`` and ``project`` are generated, ``example`` is the
project's own example store. Each question belongs to a half: constants are chosen on the first, the second
is reported.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import changelogs
import dialogues
import project
import release_history
import talks
import team_history
import unanswered

from agentmem.actions import ranked, recall
from agentmem.actions.context import Context
from agentmem.index.columns import NO_TIME
from agentmem.model import analysis, metrics, query, ranking
from agentmem.model.ranking import Weights

NEVER = 2_000_000_000
"""A moment (seconds UTC) after all of them."""

TITLE_TERMS = 4

TASKS = ("notes", "first lines", "names")
"""A task of the team's in three lengths."""

DIALOGUES_SEED, TALKS_SEED, PROJECT_SEED = 5, 11, 23

MEANING = "\n[semantic]\nenabled = true\n"
"""What is added to a store's config.toml to have the arm on."""

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Asked(NamedTuple):
    """A question put at ``opened`` (seconds UTC); ``relevant`` has the ids that answer it, none where nothing does."""

    kind: str
    half: int
    text: str
    relevant: frozenset[str]
    opened: int = NEVER


class Set(NamedTuple):
    """A store, as records for `import jsonl` or as a folder to copy, and what it is asked."""

    name: str
    records: Sequence[Mapping[str, object]]
    asked: tuple[Asked, ...]
    folder: str = ""

    def kinds(self, answered: bool) -> list[str]:
        """The kinds of questions that have an answer, or that have none, in order."""
        return list(dict.fromkeys(one.kind for one in self.asked if bool(one.relevant) == answered))


PHRASED = (
    (re.compile(r"^(?:fix|fixed|fixes)\b:?", re.IGNORECASE), "what was wrong with"),
    (re.compile(r"^(?:add|added|implement|support|enable)\b:?", re.IGNORECASE), "how did we get"),
    (re.compile(r"^(?:remove|drop|delete)\b:?", re.IGNORECASE), "why is there no longer"),
    (re.compile(r"^(?:refactor|move|split|extract|clean up)\b:?", re.IGNORECASE), "reorganisation of"),
    (re.compile(r"^(?:optimi[sz]e|improve|speed up|reduce)\b:?", re.IGNORECASE), "what makes better"),
    (re.compile(r"^(?:update|document)\b:?", re.IGNORECASE), "where do we describe"),
)


def paraphrased(title: str) -> str:
    """``title`` as it may be asked for: the verb in other words, what is in brackets and after a dash or a colon left out."""
    text = re.sub(r"\([^)]*\)", " ", title)
    for pattern, words in PHRASED:
        text, changed = pattern.subn(words, text, count=1)
        if changed:
            break
    text = re.split(r" - |: |; | \u2014 ", text, maxsplit=1)[0]
    return " ".join(text.split()[:12])


def team(folder: str) -> Set | None:
    """The team's claims in four lengths, and what its store cannot know; None where ``folder`` has not the files."""
    if not os.path.isfile(os.path.join(folder, "memories.jsonl")):
        return None
    with open(os.path.join(folder, "memories.jsonl"), encoding="utf-8") as file:
        memories = [json.loads(line) for line in file]
    with open(os.path.join(folder, "claims.jsonl"), encoding="utf-8") as file:
        names = {claim["note"]: claim["name"].replace("_", " ") for claim in map(json.loads, file)}
    claims = team_history.questions(folder)
    asked = []
    for place, one in enumerate(claims):
        half = int(place >= len(claims) // 2)
        line = next(line for line in one.text.split("\n") if line.strip()).removeprefix("Task:").strip()
        for kind, text in zip(TASKS, (one.text, line, names[one.text]), strict=True):
            asked.append(Asked(kind, half, text, one.relevant, one.opened))
    # "Lock" or "Idea" asks for nothing
    titled = [m for m in memories if len(analysis.terms(m["title"])) >= TITLE_TERMS][::4]
    for place, memory in enumerate(titled):
        half = int(place >= len(titled) // 2)
        asked.append(Asked("titles", half, paraphrased(memory["title"]), frozenset([memory["id"]])))
    asked += [Asked("other fields", n % 2, text, frozenset()) for n, text in enumerate(unanswered.OTHERS)]
    told = "\n".join(f"{m['title']}\n{m['body']}" for m in memories).lower()
    own = [text for text, word in unanswered.SAME_FIELD if word not in told]
    asked += [Asked("same field", n % 2, text, frozenset()) for n, text in enumerate(own)]
    records = [
        {key: value for key, value in m.items() if key != "files"} | {"scope": m["files"]} for m in memories
    ]
    return Set("team", records, tuple(asked))


READ = os.path.join(os.path.dirname(os.path.abspath(__file__)), "team_read.jsonl")


def read(team: Set) -> Set:
    """The store of ``team``, asked by those tasks of which readers have read the older notes.

    Who read did not know what recall says: a note answers that tells something about the very thing; a task of which none is
    even on the topic has no answer, though the store is about its neighbours.
    """
    with open(READ, encoding="utf-8") as file:
        found = {one["note"]: one for one in map(json.loads, file)}
    tasks = [q for q in team.asked if q.kind in TASKS]
    asked = []
    for begin in range(0, len(tasks), len(TASKS)):
        lengths = tasks[begin : begin + len(TASKS)]
        one = found.get(hashlib.sha1(lengths[0].text.encode()).hexdigest()[:12])
        for q in lengths:
            if one and one["answers"]:
                asked.append(q._replace(relevant=frozenset(one["answers"])))
            elif one and not one["on_topic"]:
                asked.append(q._replace(kind=f"none, {q.kind}", relevant=frozenset()))
    return team._replace(name="team, read", asked=tuple(asked))


def of_dialogues(seed: int = DIALOGUES_SEED) -> Set:
    """Short exchanges of two lines."""
    records, questions = dialogues.dialogues(seed)
    middle = len(dialogues.SCHEMAS) // 2
    return Set(
        "dialogues",
        records,
        tuple(
            Asked(q.kind, int(q.schema >= middle), q.text, frozenset(filter(None, [q.evidence])))
            for q in questions
        ),
    )


def of_talks(seed: int = TALKS_SEED) -> Set:
    """Conversations of several threads at once."""
    records, questions = talks.talks(seed)
    middle = len(talks.THREADS) // 2
    return Set(
        "talks",
        records,
        tuple(
            Asked(q.kind, int(q.thread >= middle), q.text, frozenset(filter(None, [q.evidence])))
            for q in questions
        ),
    )


def of_project(count: int = 1000, seed: int = PROJECT_SEED) -> Set:
    """A generated project of ``count`` memories; every fourth question, so that a run takes seconds."""
    records, questions = project.project(count, seed)
    chosen = questions if count < 400 else questions[::4] + questions[1::4]
    found = [Asked(q.kind, q.note % 2, q.text, frozenset(filter(None, [q.evidence]))) for q in chosen]
    return Set("project", records, tuple(found))


def of_example() -> Set:
    """The example store that the project ships, asked by hand."""
    folder = os.path.join(ROOT, ".agentmem.example")
    asked = [
        Asked("by hand" if ids else "by hand, none", n % 2, text, frozenset(ids.split()))
        for n, (text, ids) in enumerate(unanswered.EXAMPLE)
    ]
    return Set("example", (), tuple(asked), folder)


def of_changelogs() -> list[Set]:
    """The changelogs of packages; all that is asked of one belongs to the second half where it is held out, else to the first.

    Raises:
        Unavailable: a package is neither in the cache nor to be had.

    """
    return [
        Set(
            one.name,
            changelogs.records(one),
            tuple(Asked(kind, int(one.held_out), text, ids) for kind, text, ids in changelogs.questions(one)),
        )
        for one in changelogs.CHANGELOGS
    ]


def every(team_folder: str) -> list[Set]:
    """All of them, their seeds printed; says so where the team's history is missing."""
    print(f"seeds: dialogues {DIALOGUES_SEED}, talks {TALKS_SEED}, project {PROJECT_SEED}")
    found = [team(team_folder), of_dialogues(), of_talks(), of_project(), of_example()]
    if found[0] is None:
        print("without the team's history: name its folder with --data or AGENTMEM_BENCH_DATA")
    try:
        found += of_changelogs()
    except release_history.Unavailable as problem:
        print(f"without the changelogs: {problem}")
    return [one for one in found if one is not None]


def agentmem(directory: str, *words: str, may: int = 0) -> None:
    """Run a command of the tool on the store in ``directory``; its exit code may be ``may``."""
    command = [sys.executable, "-m", "agentmem", "-C", directory, *words]
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    if done.returncode not in (0, may):
        raise subprocess.CalledProcessError(done.returncode, command)


def filled(directory: str, one: Set, meaning: bool = False) -> str:
    """A repository in ``directory`` with the store of ``one``; ``meaning``: with the arm by meaning on, and embedded.

    Raises:
        AgentmemError: there is no model for that.

    """
    subprocess.run(["git", "init", "-q", "-b", "main", directory], check=True)
    agentmem(directory, "init", "--no-hooks")
    store = os.path.join(directory, ".agentmem")
    if one.folder:
        shutil.copytree(one.folder, store, dirs_exist_ok=True)
    else:
        source = directory + ".jsonl"
        with open(source, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in one.records)
        agentmem(directory, "import", "jsonl", source, may=1)  # turns with hidden characters are left out
    if meaning:
        with open(os.path.join(store, "config.toml"), "a", encoding="utf-8") as file:
            file.write(MEANING)
        from agentmem.actions import meaning as arm

        arm.for_filling(Context(directory))
        agentmem(directory, "index", "embed")
    return directory


class Recall:
    """The tool's own ranking of the store in ``directory``: ids, best first, none where it abstains."""

    def __init__(self, directory: str, weights: Weights = ranking.DEFAULT, fused: bool = False) -> None:
        self.context = Context(directory)
        self.view = self.context.index.view()
        self.weights = weights
        self._meaning = self.context.meaning if fused else None
        self._kept: dict[tuple[Asked, Weights], tuple[list[str], list[str]]] = {}
        newest = max((m for m in self.view.columns.created if m != NO_TIME), default=NEVER)
        self._today = newest + 86_400

    def clock(self, one: Asked) -> int:
        """The moment that ``one`` is asked at: a day after the newest memory where it has none."""
        return min(one.opened, self._today)

    def __call__(self, one: Asked, weights: Weights | None = None) -> list[str]:
        return self._answer(one, weights)[0]

    def nearest(self, one: Asked) -> list[str]:
        """The ids that are told as nearest where it abstains."""
        return self._answer(one, None)[1]

    def _answer(self, one: Asked, weights: Weights | None) -> tuple[list[str], list[str]]:
        weights = weights or self.weights
        if (one, weights) not in self._kept:
            view, clock = self.view, self.clock(one)
            ids = view.columns.ids
            eligible = [i for i in view.in_force(None) if self.knows(i, one.opened)]
            found = ranked.rank(
                self.context, self.context.index, view, query.parse(one.text, clock), eligible, (), weights, clock, self._meaning
            )  # fmt: skip
            self._kept[one, weights] = (
                [ids[hit.position] for hit in found.shown[: metrics.DEPTH]],
                [ids[position] for position in found.nearest[: recall.MOST_NEAREST]],
            )
        return self._kept[one, weights]

    def knows(self, position: int, opened: int) -> bool:
        """Whether the memory at ``position`` was there at ``opened`` (seconds UTC)."""
        created = self.view.columns.created[position]
        return created == NO_TIME or created < opened
