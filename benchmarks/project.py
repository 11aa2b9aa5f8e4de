"""A generated project: what a team knows of its components, with questions whose evidence is known.

Each note is a thing that can be said of a component; the same is said of many components with other values, so that the words of
a question are found in many memories and only one of them answers it. Questions come in the words of the note (``same``)
and in other ones (``other``); ``untold``: nobody said this of the component, asked in either way; ``unknown``: there is no such
component. Where an ``other`` question shares nothing with its note but the component's name, no rule that looks at words
alone can tell it from an untold one.
"""
# ruff: noqa: E501 (a note in a few lines, as it is read)

import random
import time
from collections.abc import Sequence
from typing import NamedTuple

THINGS = (
    "invoice",
    "customer",
    "parcel",
    "contract",
    "ticket",
    "meter",
    "vehicle",
    "recipe",
    "lesson",
    "patient",
)
DEEDS = ("import", "export", "pricing", "matching", "archive", "reminder")
COMPONENTS = tuple(f"{thing}-{deed}" for thing in THINGS for deed in DEEDS)
UNKNOWN = ("satellite-tracking", "auction-bidding", "podcast-upload", "warranty-claims", "orchard-planning", "museum-tours", "ferry-booking", "quiz-ranking")  # fmt: skip
PEOPLE = ("Priya", "Marco", "Yuki", "Lena", "Tomas", "Ines")
LAYERS = ("api", "worker", "schema", "client", "cache")


class Note(NamedTuple):
    """``{c}`` is the component, ``{n}`` and ``{m}`` numbers, ``{p}`` a person."""

    kind: str
    title: str
    body: str
    same: str
    other: str


NOTES = (
    Note("fact", "{c} retries a failed call {n} times", "The wait doubles after each attempt, {m} seconds at most. After that the row goes to the dead letters.", "how often does {c} retry a failed call", "after how many attempts does {c} give up on a request"),
    Note("decision", "{c} keeps its state in Postgres, not in Redis", "Redis lost {n} rows when the node was replaced in a failover. A transaction costs {m} ms and that is fine.", "why does {c} keep its state in Postgres", "which store did we choose for the state of {c}"),
    Note("deadend", "{c}: batching by customer does not work", "One customer has {n} percent of all rows, so one batch takes an hour. Hash by row instead.", "batching by customer in {c}", "what went wrong when {c} grouped its rows"),
    Note("convention", "Errors of {c} are problem+json with a code", "The code begins with {n}. Clients switch on it and never on the text.", "how are errors of {c} reported", "what do clients of {c} switch on when a call fails"),
    Note("procedure", "Replay the dead letters of {c}", "1. Stop the worker. 2. Run the replay script with a limit of {n}. 3. Watch the lag for {m} minutes.", "how do I replay the dead letters of {c}", "steps to process the rows again that {c} could not handle"),
    Note("fact", "The rate limit of {c} is {n} requests a minute", "A partner with a broken loop made it necessary. The header says how many are left.", "what is the rate limit of {c}", "how many calls may a partner make to {c}"),
    Note("decision", "Dates in {c} are UTC at midnight", "Local time gave {n} duplicates in the night of the change to summer time.", "which time zone do dates in {c} have", "how does {c} treat the change to summer time"),
    Note("fact", "{p} owns {c}", "Reviews go to her or him; the platform team only looks after the pipeline. {n} open issues were handed over.", "who owns {c}", "who reviews changes to {c}"),
    Note("deadend", "An index on the text column does not speed up {c}", "The planner prefers the sequential scan up to {n} million rows. The trigram index took {m} gigabytes.", "does an index on the text column help {c}", "what did we try against slow search in {c}"),
    Note("procedure", "Rotate the key of {c}", "Both keys hold for {n} hours. Write the new one to the vault, restart the worker, then revoke the old one.", "how is the key of {c} rotated", "changing the secret of {c} without an outage"),
    Note("log", "{c}: the flaky test of the worker is fixed", "It slept {n} ms and hoped. Now it waits for the event and takes {m} ms.", "what was wrong with the flaky test of {c}", "how did we make the unreliable suite of {c} stable"),
    Note("fact", "Uploads to {c} are limited to {n} megabytes", "The load balancer cuts longer ones after a minute; chunks are planned for week {m}.", "how large may uploads to {c} be", "maximum size of a file sent to {c}"),
    Note("decision", "{c} speaks gRPC inside and REST at the edge", "Phones cannot do gRPC without a proxy. Translating costs {n} ms.", "why does {c} speak REST at the edge", "which protocol do phones use with {c}"),
    Note("convention", "Feature flags of {c} live {n} days at most", "Older ones are removed by whoever is on call; the list is printed by the pipeline.", "how long do feature flags of {c} live", "when must a toggle in {c} be cleaned up"),
    Note("log", "{c}: memory leak of the listener closed", "A listener was added on each request and never removed. It stays at {n} megabytes now.", "what leaked in {c}", "why did {c} use more and more heap"),
    Note("fact", "Backups of {c} are kept for {n} days", "The lawyers asked for it after the audit. Restoring takes {m} minutes.", "how long are backups of {c} kept", "retention of saved copies of {c}"),
    Note("decision", "No cache in front of {c}", "Hits were {n} percent, and a stale price cost more than {m} slow pages.", "why is there no cache in front of {c}", "could we make {c} faster by remembering its results"),
    Note("procedure", "Roll back a release of {c}", "Revert the tag, not the schema: the last {n} migrations can be read by both versions.", "how do I roll back a release of {c}", "what to do when a deployment of {c} goes bad"),
    Note("deadend", "Running {c} on spot machines", "They were taken away {n} times a night, and a start takes {m} minutes.", "can {c} run on spot machines", "did cheaper hosts work for {c}"),
    Note("log", "{c}: schema version {n} is out", "Column names follow the partner's. The old view stays until week {m}.", "when did {c} get its new schema version", "what became of the old view in {c}"),
    Note("fact", "{c} answers in {n} ms at the median", "Most of that is JSON. The 99th percentile is {m} times as slow.", "how fast does {c} answer", "typical latency of {c}"),
    Note("convention", "Every table of {c} has a tenant column", "The policy refuses a query without it. Tests run with {n} tenants.", "what column does every table of {c} have", "how are tenants kept apart in {c}"),
    Note("decision", "{c} is written in Rust", "The garbage collector paused for {n} ms under load. Only the admin page is still Python.", "why is {c} written in Rust", "what language did {c} move to and what for"),
    Note("log", "{c}: certificate renewed", "It ran out at noon and {n} customers saw errors. An alarm rings {m} days before the end now.", "when was the certificate of {c} renewed", "why could customers not connect to {c}"),
)  # fmt: skip


class Question(NamedTuple):
    """``kind`` is same, other, untold (two of them) or unknown; ``evidence`` the id of the memory, empty where there is none."""

    kind: str
    note: int
    text: str
    evidence: str


def project(count: int = 1000, seed: int = 23) -> tuple[list[dict[str, object]], list[Question]]:
    """``count`` memories (1,440 at most) as `import jsonl` takes them, and questions."""
    chance = random.Random(seed)
    # a small project has few components and not little of each
    components = COMPONENTS[: max(4, round(count / len(NOTES) / 0.7))]
    pairs = [(number, component) for number in range(len(NOTES)) for component in components]
    chance.shuffle(pairs)
    records: list[dict[str, object]] = []
    asked: list[Question] = []
    for place, (number, component) in enumerate(pairs[:count]):
        note = NOTES[number]
        values = {"c": component, "n": chance.randint(2, 90), "m": chance.randint(2, 90), "p": chance.choice(PEOPLE)}  # fmt: skip
        identity = f"p{place:011}"  # valid, so it is kept
        thing, deed = component.split("-")
        created = time.gmtime(1_767_225_600 + place * 86_400 * 60 // count)
        records.append(
            {
                "id": identity,
                "kind": note.kind,
                "title": note.title.format(**values),
                "body": note.body.format(**values),
                "by": f"agent-{chance.randint(1, 9)}",
                "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", created),
                "scope": [f"src/{thing}/{deed}_{chance.choice(LAYERS)}.py"],
            }
        )
        for kind, text in (("same", note.same), ("other", note.other)):
            asked.append(Question(kind, number, text.format(c=component), identity))
    for number, component in pairs[count:]:
        note = NOTES[number]
        kind, text = chance.choice((("untold, same", note.same), ("untold, other", note.other)))
        asked.append(Question(kind, number, text.format(c=component), ""))
    asked += [
        Question("unknown", number, chance.choice((note.same, note.other)).format(c=component), "")
        for number, note in enumerate(NOTES)
        for component in chance.sample(UNKNOWN, 4)
    ]
    return records, asked


def halves(asked: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """The questions of every other note, and of the others: no wording is in both."""
    return [q for q in asked if not q.note % 2], [q for q in asked if q.note % 2]
