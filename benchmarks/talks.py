"""Conversations of agents cut into entries, with questions whose evidence is known.

Generated: two agents talk about one service; the first entry names it, those that answer it do not ("That is because …"). Several
such threads run through one day at the same time, with chatter between. The same is said of many services with other
values, so that an entry that answers in the right words mostly answers for another service. ``named`` questions ask for the first
entry, which names its subject itself, so that neighbours can only hurt; ``elided`` ones for an answer that does not.
"""
# ruff: noqa: E501 (a thread in a few lines, as it is read)

import random
from collections.abc import Sequence
from typing import NamedTuple

SERVICES = ("billing", "search", "gateway", "scheduler", "thumbnail", "ledger", "mailer", "catalog", "signup", "export", "invoice", "webhook")  # fmt: skip
AGENTS = ("ada", "bo", "cleo", "dan", "eve")
NEVER_TOLD = ("telemetry", "payroll", "chat", "map", "coupon", "survey")
PEOPLE = ("Priya", "Marco", "Yuki", "Lena", "Tomas", "Ines")
FILLERS = ("", "", "", "Hm. ", "Yes: ", "Right, ", "Ok so ", "For the record: ")
CHATTER = (
    "Good morning, picking up where we stopped yesterday.",
    "Sounds good to me.",
    "One moment, I look at the logs first.",
    "I pushed what I have, the tests are still running.",
    "Agreed, let us keep it simple for now.",
    "Lunch, back in half an hour.",
    "Thanks, that was quick.",
    "Can you look at that again when you have time?",
    "Done. What is next?",
    "The build is green again.",
)


class Thread(NamedTuple):
    """``{s}`` is the service, ``{n}`` and ``{m}`` numbers, ``{p}`` a person; each answer has the question that it answers."""

    opening: str
    named: str
    answers: tuple[tuple[str, str], ...]


THREADS = (
    Thread("The {s} worker hangs after a deploy.", "what happens to the {s} worker after a deploy", (("It waits for a lock that the old process never gave back.", "which lock does the hanging {s} worker wait for"), ("Then we let it expire after {n} seconds.", "after how many seconds does the lock of the {s} worker expire"), ("{p} wrote the change, it is in review.", "who wrote the change for the hanging {s} worker"))),
    Thread("I measured {s}: one call takes {n} ms.", "how long does one call of {s} take", (("Most of that is JSON, we parse everything twice.", "where does the time of a {s} call go, is it parsing"), ("A second parser in Rust brought it down by {m} percent.", "what did the second parser bring for {s}"), ("Not worth it, says {p}; nobody complained so far.", "who thinks a faster {s} is not worth it"))),
    Thread("We need another database for {s}.", "does {s} need another database", (("The one we have is full, {n} gigabytes are left.", "how many gigabytes are left in the database of {s}"), ("I would partition the table by month before we buy anything.", "how should the table of {s} be partitioned"), ("Fine. {p} has the migration ready by Friday.", "who prepares the migration of {s}"))),
    Thread("Customers see errors in {s} since noon.", "since when do customers see errors in {s}", (("A certificate ran out, nobody had it in the calendar.", "which certificate caused the errors customers saw in {s}"), ("Renewed. It holds for {n} days now.", "for how many days is the renewed certificate of {s} good"), ("I added an alarm that rings two weeks before.", "when does the alarm before the end of the {s} certificate ring"))),
    Thread("The test suite of {s} takes {n} minutes.", "how many minutes does the test suite of {s} take", (("Half of that is starting a browser for each file.", "what is slow in the {s} suite, the browser"), ("We could share one and clear the cookies between.", "how do we share the browser among {s} test files"), ("Tried it, now it is {m} seconds and nothing flaps.", "how many seconds did sharing a browser give for {s}"))),
    Thread("Should {s} keep deleted users?", "should {s} keep deleted users", (("The lawyers say {n} days and not one more.", "how many days do the lawyers allow {s}"), ("Then a nightly job has to scrub them, backups as well.", "what scrubs the backups of {s}"), ("{p} does not like it, restoring gets harder.", "who dislikes scrubbing {s} backups"))),
    Thread("{p} wants {s} to speak gRPC.", "who wants {s} to speak gRPC", (("Mobile cannot do that without a proxy.", "what does mobile need to talk to {s}"), ("So we keep REST at the edge and translate inside.", "where is REST kept for {s}"), ("That costs {n} ms per hop, I can live with it.", "what does translating cost {s} per hop"))),
    Thread("The queue in front of {s} grows over night.", "when does the queue in front of {s} grow", (("A partner sends everything at {n} past three.", "when does the partner send everything to {s}"), ("Doubling the consumers did not help, the disk is the limit.", "did doubling the consumers help {s}"), ("Batches of {m} rows do, it is flat since.", "what size of batches made the {s} queue flat"))),
    Thread("Somebody committed a token for {s}.", "was a token committed for {s}", (("It was in a fixture, pushed {n} hours ago.", "in which fixture was the committed {s} token"), ("Revoked, and the new one sits in the vault.", "where does the new token of {s} sit"), ("The scanner skips that folder, {p} opened a ticket.", "who opened a ticket about the scanner and {s}"))),
    Thread("Translations in {s} are out of date.", "are the translations in {s} out of date", (("The agency wants {n} cents a word.", "what does the agency want for {s} per word"), ("Let us drop Danish, hardly anybody reads it.", "which language do we drop in {s}"), ("{p} checks the rest by hand.", "who checks the rest of the languages of {s} by hand"))),
    Thread("Memory of {s} climbs until it is killed.", "what does the memory of {s} do", (("A listener is added on each request and never taken off.", "which listener leaks in {s}"), ("With a weak reference it stays at {n} megabytes.", "at how many megabytes does {s} stay with a weak reference"), ("Keep the heap dump, {p} wants to write about it.", "who wants the heap dump of {s}"))),
    Thread("We rename the API of {s} in the next release.", "when do we rename the API of {s}", (("Old paths answer for {n} more weeks, with a warning header.", "how many weeks do the old paths of {s} answer"), ("Two clients are still hard-wired, I wrote to them.", "how many clients of {s} are hard-wired"), ("One replied: not before summer.", "what did the hard-wired client of {s} reply"))),
    Thread("The dashboard shows {s} as red though it works.", "how does the dashboard show {s}", (("The probe follows a redirect and lands on the login page.", "where does the probe of {s} land"), ("It gets its own path now, without a session.", "what path does the probe of {s} get"), ("Since {n} o'clock everything is as it should be.", "since what hour is the dashboard right about {s}"))),
    Thread("Sorting in {s} is wrong for umlauts.", "for what letters is sorting in {s} wrong", (("The collation of the column is plain ASCII.", "which collation does the column in {s} have"), ("Changing that rebuilds an index of {n} million rows.", "how many million rows does rebuilding the index of {s} touch"), ("We do it on Sunday with the site in read-only mode.", "when is the site read-only for {s}"))),
    Thread("{s} should not send mail from staging.", "should {s} send mail from staging", (("It did: {n} people got a test message.", "how many people got a test message from {s}"), ("I put a sink there that swallows everything.", "what swallows the messages of {s}"), ("{p} wrote the apology.", "who wrote the apology for {s}"))),
    Thread("Uploads to {s} break beyond {n} megabytes.", "beyond how many megabytes do uploads to {s} break", (("The load balancer cuts them after a minute.", "what cuts uploads to {s} after a minute"), ("Chunks would solve it and give us resuming for free.", "what would chunks give {s}"), ("{p} starts with that next sprint.", "who starts with chunks for {s}"))),
)  # fmt: skip


class Question(NamedTuple):
    """``kind`` is named, elided, untold (nobody said this of the service; two of them) or unknown (nobody spoke of the service)."""

    kind: str
    thread: int
    text: str
    evidence: str


def talks(seed: int = 11, share: float = 0.6) -> tuple[list[dict[str, object]], list[Question]]:
    """``(records as `import jsonl` takes them, questions)``; ``share`` of all pairs of thread and service are talked about."""
    chance = random.Random(seed)
    pairs = [(number, service) for number in range(len(THREADS)) for service in SERVICES]
    chance.shuffle(pairs)
    spoken, silent = pairs[: int(share * len(pairs))], pairs[int(share * len(pairs)) :]
    said: list[tuple[int, str, str, list[Question]]] = []
    for place, (number, service) in enumerate(spoken):
        day, turn = divmod(place, 5)
        # five threads a day, a new one every 15 minutes; one takes some 40, so that about three run at once
        moment = day * 86_400 + 32_400 + turn * 900 + chance.randint(0, 600)
        values = {"s": service, "n": chance.randint(2, 90), "m": chance.randint(2, 90), "p": chance.choice(PEOPLE)}  # fmt: skip
        two = chance.sample(AGENTS, 2)
        thread = THREADS[number]
        lines = [(thread.opening, thread.named, "named"), *((a, q, "elided") for a, q in thread.answers)]
        for turn_in, (line, question, kind) in enumerate(lines):
            text = line.format(**values)
            text = text if not turn_in else chance.choice(FILLERS) + text
            # mostly they take turns; now and then one writes twice
            by = two[turn_in % 2 if chance.random() < 0.85 else (turn_in + 1) % 2]
            said.append((moment, by, text, [Question(kind, number, question.format(**values), "")]))
            moment += chance.randint(60, 1200)
            if chance.random() < 0.3:
                said.append((moment - 30, chance.choice(AGENTS), chance.choice(CHATTER), []))
    records: list[dict[str, object]] = []
    asked: list[Question] = []
    for moment, by, text, questions in sorted(said, key=lambda one: one[0]):
        identity = f"t{len(records):011}"  # valid, so it is kept
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
        asked += [question._replace(evidence=identity) for question in questions]
    for number, service in silent:
        thread = THREADS[number]
        kind, text = chance.choice(
            [("untold, named", thread.named), *(("untold, elided", q) for _, q in thread.answers)]
        )
        asked.append(Question(kind, number, text.format(s=service, p="", n="", m=""), ""))
    for number, thread in enumerate(THREADS):
        for service in chance.sample(NEVER_TOLD, 3):
            text = chance.choice([thread.named, *(q for _, q in thread.answers)])
            asked.append(Question("unknown", number, text.format(s=service), ""))
    return records, asked


def halves(asked: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """The questions of the first half of the threads, and of the second: no wording is in both."""
    middle = len(THREADS) // 2
    return [q for q in asked if q.thread < middle], [q for q in asked if q.thread >= middle]
