"""Why a hit stands where it does: the words it shares with the question, the terms of its score, and what these mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import analysis, query, safety

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agentmem.actions.recall import Hit
    from agentmem.model.scoring import Term

SAYS = {
    "newest": "one divided by its place, newest first; nothing was asked to match",
    "oldest": "one divided by its place, oldest first; nothing was asked to match",
    "words": "how well its words match what is asked, against the best match",
    "first": "1 for the best match by words, 1/2 for the second, and so on",
    "covered": "the share of the question's words that it has, rare ones counting more",
    "names and paths": "it is, has or is about what the question or --file names outright",
    "areas": "a path of its scope or evidence has words of the question",
    "related": "it shares a place or an entity with the best matches, or is linked with one",
    "time": "it falls into the time that the question names",
    "meaning": "what it says is near the question, as the sentence model sees it",
    "recency": "its age, by how fast its kind grows old; what does not age has the mean",
    "fresh": "written within the last days",
    "outside the span": "written before or after what the question names by a date, a month, a tag or a commit",
    "kind of answer": "it has what the question asks for: a moment, a duration, how often, a number",
    "your role": "written by the asker's own role",
    "dead end": "a dead end comes first among equals",
    "log entry": "a log entry comes last among equals",
    "importance": "as its author set it; 3 of 5 is neutral",
    "pinned": "pinned",
    "evidence": "whether the code still says what it cites",
    "use": "whether it helped or misled in earlier work",
    "not merged here": "another branch's, not merged here",
    "in place of": "it stands where one would that says the same, but less",
    "says nothing": "a log entry of a status line, a heartbeat or a pasted prompt, as `add` would call it",
    "a newer differs": "a newer memory says the same with another number, or denies it",
}
"""What each term of a score means, to who has never seen one."""

KEEPS = {
    "bias": "what every memory has to begin with",
    "prior": "its kind: what holds until it is revoked over what happened",
    "activation": "how often and how lately it was of use, in commits",
    "used": "how many tasks say that it helped",
    "misled": "how many tasks say that it misled",
    "cited": "how many memories in force link to it",
    "evidence": "whether the code still says what it cites",
    "worked": "how much its paths are worked on",
    "fresh": "1 when written, half of it after each half-life of its kind",
    "idle": "how long nobody has used it",
    "importance": "as its author set it; 3 of 5 is neutral",
    "pin": "pinned",
}
"""What each feature means that decides what is forgotten."""

MOST = 12
"""Words of the question that are named for one hit."""


def why(hit: Hit, words: str) -> str:
    """Two lines: which of the ``words`` that are asked for it has, and how its score adds up."""
    shared, asked = _shared(hit, words)
    found = ""
    if asked:
        named = " ".join(shared[:MOST]) + (" …" if len(shared) > MOST else "")
        found = f"  has {len(shared)} of {asked} words asked{': ' if shared else ''}{named}\n"
    return f"{found}  score {hit.score:.4f} = {explained(hit.explain)}"


def why_not(met: Sequence[tuple[str, int]], exact: bool) -> str:
    """Two lines: how many memories have each of the words that are asked for, and that this was too little; ``exact``: that what
    is quoted stands in none.
    """
    said = " · ".join(f"{safety.one_line(word)} {count:,}" for word, count in met)
    why = "No one memory has enough of them; what few have counts more. Ask with other words, or for fewer."
    if exact:
        why = "What is quoted must stand in one memory as it is; it does in none. Without the quotes its words are asked for."
    return f"  words asked, and how many memories have each: {said}\n  {why}"


def _shared(hit: Hit, asked_for: str) -> tuple[list[str], int]:
    """The words of ``asked_for`` that the memory of ``hit`` has, whatever their form, and how many it asks for."""
    memory = hit.found.memory
    cited = (part for cite in memory.cites for part in (cite.path, cite.symbol or ""))
    texts = (
        memory.title,
        memory.body,
        *memory.tags,
        *memory.entities,
        *memory.aliases,
        *memory.scope,
        *cited,
    )
    held = {term for text in texts for term in analysis.written(text)}
    words = dict.fromkeys(word.strip(".,:;!?\"'()[]`") for word in asked_for.split())
    asked = [
        (word, [query.word_of(chunk, terms) for chunk, terms in chunks])
        for word in words
        if (chunks := analysis.chunks(word))
    ]
    has = [safety.one_line(word) for word, parts in asked if all(part.is_in(held) for part in parts)]
    return has, len(asked)


def explained(terms: Sequence[Term]) -> str:
    """The terms of a score: what is added, and what the sum is multiplied by."""
    sums = [_named(term, 4) for term in terms if term.adds]
    factors = [_named(term, 3) for term in terms if not term.adds]
    total = " + ".join(sums)
    return " × ".join((f"({total})" if factors and len(sums) > 1 else total, *factors))


def _named(term: Term, digits: int) -> str:
    detail = f" ({safety.one_line(term.detail)})" if term.detail else ""
    return f"{term.name}{detail} {term.value:.{digits}f}"


def legend(hits: Iterable[Hit]) -> list[str]:
    """What the terms of the scores of ``hits`` mean, a line each."""
    terms = [term for hit in hits for term in hit.explain]
    if not terms:
        return []
    names = dict.fromkeys(term.name for term in terms)
    signs = " (below 0 speaks against it)" if any(term.adds and term.value < 0 for term in terms) else ""
    if not all(term.adds for term in terms):
        signs = " (× above 1 speaks for it, below 1 against)"
    return [
        f"The highest score is first. Its terms{signs}:",
        *(f"  {name}: {SAYS[name]}" for name in names if name in SAYS),
    ]
