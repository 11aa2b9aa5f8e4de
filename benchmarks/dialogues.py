"""Dialogues of agents about a project, cut into entries, with questions whose evidence is known.

Generated: each schema is a thing that is said of one of the services, an answer to it that does not name the service, and
three questions: in the words of the statement, in other words, and about the answer. The same is said of many services with
other values, so that what is alike in meaning is mostly the wrong entry. Evidence of a question is the id of one entry.
"""
# ruff: noqa: E501 (a schema a line, as it is read)

import random
from collections.abc import Sequence
from typing import NamedTuple

SERVICES = ("billing", "search", "gateway", "scheduler", "thumbnail", "ledger", "mailer", "catalog", "signup", "export")  # fmt: skip
AGENTS = ("ada", "bo", "cleo", "dan")
PEOPLE = ("Priya", "Marco", "Yuki", "Lena", "Tomas", "Ines")
THINGS = (
    "a lock table",
    "two replicas",
    "a nightly cron",
    "a feature flag",
    "plain polling",
    "a shared queue",
)
CHATTER = (
    "Good morning, picking up where we stopped yesterday.",
    "Sounds good to me.",
    "Let me look at the logs first, one moment.",
    "I pushed what I have, the tests are still running.",
    "Agreed, let us keep it simple for now.",
    "Lunch, back in half an hour.",
    "Nothing new from my side today.",
    "Thanks, that was quick.",
)


class Schema(NamedTuple):
    """``{s}`` is the service, ``{n}`` a number, ``{p}`` a person, ``{t}`` a thing."""

    said: str
    answer: str
    same: str
    other: str
    about_answer: str


SCHEMAS = (
    Schema("The {s} job retries {n} times before it gives up.", "Right, and the wait doubles after each attempt.", "how many times does the {s} job retry before it gives up", "after how many failures does {s} stop trying again", "how long is the pause between attempts of {s}"),
    Schema("I raised the timeout of {s} to {n} seconds.", "That should calm the on-call pager at night.", "what is the timeout of {s}", "how long does {s} wait for a response until it aborts", "why was the deadline of {s} changed"),
    Schema("{p} owns {s} from now on.", "Then reviews go there and not to the platform team.", "who owns {s}", "which person is responsible for {s}", "where do pull requests of {s} go for approval"),
    Schema("We drop MySQL in {s} and move to Postgres in week {n}.", "The migration script copies rows in chunks.", "when do we move {s} from MySQL to Postgres", "in which week does {s} switch its database", "how does the data of {s} get transferred"),
    Schema("Tests of {s} are flaky because they depend on the wall clock, {n} failures today.", "I froze the time in a fixture and they pass.", "why are the tests of {s} flaky", "what makes the {s} suite unreliable", "how was the unstable suite of {s} repaired"),
    Schema("For {s} we decided against {t}.", "It lost messages whenever a worker died halfway.", "what did we decide against for {s}", "which approach was rejected in {s}", "what went wrong with the rejected approach of {s}"),
    Schema("The cache of {s} is limited to {n} megabytes.", "Beyond that the container is killed by the kernel.", "what limits the cache of {s}", "how much memory may {s} use to keep results", "what happens to {s} when it takes more memory"),
    Schema("Deploys of {s} only happen on day {n} of the month.", "Finance closes its books before, so nothing may change.", "when do deploys of {s} happen", "on which date is {s} released to production", "why can {s} not be released any day"),
    Schema("{s} logs are kept for {n} days.", "The lawyers asked for that after the audit.", "how long are {s} logs kept", "what is the retention of {s} records", "who wanted the retention period of {s}"),
    Schema("The password for the {s} staging account is in the vault, entry {n}.", "Ask {p} for access if the door stays shut.", "where is the password of the {s} staging account", "where do I find the credentials of {s} for the test environment", "who gives permission to see the credentials of {s}"),
    Schema("{s} fails with ECONNRESET under more than {n} clients.", "The proxy in front drops idle sockets.", "when does {s} fail with ECONNRESET", "at which load do connections to {s} break", "what causes the broken connections of {s}"),
    Schema("Pagination in {s} returns {n} items a page.", "The phone app chokes on anything larger.", "how many items a page does pagination in {s} return", "what is the batch size of listings in {s}", "which consumer limits the listing size of {s}"),
    Schema("{s} uses {t} to pick the leader.", "Elections took too long otherwise.", "what does {s} use to pick the leader", "how does {s} choose the primary node", "why does {s} choose its primary that way"),
    Schema("Prices in {s} are rounded to {n} digits.", "Half a cent was lost on each refund otherwise.", "how are prices in {s} rounded", "with what precision does {s} store money", "what went missing on refunds in {s}"),
    Schema("{s} is written in Rust since sprint {n}.", "The garbage collector paused too long for us.", "since when is {s} written in Rust", "when did {s} change its programming language", "why did {s} abandon its former language"),
    Schema("Images that {s} uploads are scaled to {n} pixels.", "Browsers on old tablets crash on bigger pictures.", "to how many pixels are images scaled that {s} uploads", "what is the resolution of pictures in {s}", "which devices cannot show large pictures of {s}"),
    Schema("The rate limit of {s} is {n} requests a minute.", "A customer hammered us with a broken loop.", "what is the rate limit of {s}", "how often may a client call {s}", "who made throttling in {s} necessary"),
    Schema("{p} found a race in {s} between two writers.", "An advisory lock around the update closes it.", "who found a race in {s}", "who discovered the concurrency bug of {s}", "how was the concurrency bug in {s} fixed"),
    Schema("The nightly backup of {s} starts at {n} minutes past two.", "Disks are idle then and users asleep.", "when does the nightly backup of {s} start", "at what time is the data of {s} saved", "why is the data of {s} saved at that hour"),
    Schema("{s} answers in {n} milliseconds since the index was added.", "Before, every query walked the whole table.", "how fast does {s} answer since the index was added", "what is the latency of {s} now", "what made {s} slow before"),
)  # fmt: skip


class Question(NamedTuple):
    """``kind`` is same, other, answer or none; ``evidence`` the id of the entry, empty where there is none."""

    kind: str
    schema: int
    text: str
    evidence: str


def dialogues(seed: int = 5, share: float = 0.6) -> tuple[list[dict[str, object]], list[Question]]:
    """``(records as `import jsonl` takes them, questions)``; ``share`` of all pairs of schema and service are talked about.

    Pairs that nobody talked about give the questions without an answer.
    """
    chance = random.Random(seed)
    pairs = [(number, service) for number in range(len(SCHEMAS)) for service in SERVICES]
    chance.shuffle(pairs)
    spoken = pairs[: int(share * len(pairs))]
    records: list[dict[str, object]] = []
    asked: list[Question] = []

    def entry(text: str, by: str, moment: int) -> str:
        identity = f"d{len(records):011}"  # valid, so it is kept
        day, second = divmod(moment, 86_400)
        records.append(
            {
                "id": identity,
                "kind": "log",
                "title": text,
                "body": "",
                "by": by,
                "created": f"2026-03-{day + 1:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z",
            }
        )
        return identity

    for place, (number, service) in enumerate(spoken):
        schema = SCHEMAS[number]
        values = {"s": service, "n": chance.randint(2, 90), "p": chance.choice(PEOPLE), "t": chance.choice(THINGS)}  # fmt: skip
        day, turn = divmod(place, 8)
        by, moment = AGENTS[day % len(AGENTS)], day * 86_400 + 30_000 + turn * 600
        said = entry(schema.said.format(**values), by, moment)
        answer = entry(schema.answer.format(**values), by, moment + 60)
        if chance.random() < 0.7:
            entry(chance.choice(CHATTER), by, moment + 120)
        for kind, evidence in (("same", said), ("other", said), ("answer", answer)):
            text = {"same": schema.same, "other": schema.other, "answer": schema.about_answer}[kind]
            asked.append(Question(kind, number, text.format(**values), evidence))
    for number, service in pairs[len(spoken) :]:
        asked.append(Question("none", number, SCHEMAS[number].other.format(s=service), ""))
    return records, asked


def halves(asked: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """The questions of the first half of the schemas, and of the second: no wording is in both."""
    middle = len(SCHEMAS) // 2
    return [q for q in asked if q.schema < middle], [q for q in asked if q.schema >= middle]
