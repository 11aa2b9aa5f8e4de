"""What the bytes of one blob say, parsed once and kept by blob id."""

from typing import NamedTuple

from agentmem.model import memory, similarity, words
from agentmem.model.memory import MAX_BYTES, Memory, Problem


class Record(NamedTuple):
    """One blob. ``memory`` is as the bytes alone give it (see ``memory.place``); None where the file is broken."""

    blob: str
    memory: Memory | None
    problems: tuple[Problem, ...]
    sketch: bytes
    topic: bytes
    lengths: words.Lengths
    terms: dict[str, int]


def of_memory(blob: str, found: Memory, problems: tuple[Problem, ...] = ()) -> Record:
    """The record of a blob whose bytes give the memory ``found``."""
    terms, lengths = words.words_of(found)
    return Record(
        blob=blob,
        memory=found,
        problems=problems,
        sketch=similarity.signature(found.title, found.body),
        topic=similarity.topic_signature(found.title),
        lengths=lengths,
        terms=terms,
    )


def learn(blob: str, data: bytes) -> Record:
    """The record of a blob; never fails, whatever the bytes."""
    if len(data) > MAX_BYTES:
        problem = Problem("size", 1, f"{len(data):,} bytes; a memory has at most {MAX_BYTES:,}")
        return Record(blob, None, (problem,), b"", b"", words.Lengths(0, 0, 0, 0), {})
    from agentmem.model import (
        document,  # reads YAML: 30 ms of imports that a memory just written does not need
    )

    parsed = document.parse(data)
    found, problems = memory.read(parsed.meta, parsed.body, parsed.lines)
    if parsed.problems:
        return Record(blob, None, parsed.problems, b"", b"", words.Lengths(0, 0, 0, 0), {})
    return of_memory(blob, found, problems)
