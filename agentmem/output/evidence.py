"""What ``cite`` and ``verify`` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.checks import cite_changed, cite_gone, cite_unverifiable
from agentmem.checks import evidence as rules
from agentmem.checks.frame import Subject
from agentmem.model import findings, safety
from agentmem.output import findings_text, jsonout
from agentmem.output.text import count, titled

if TYPE_CHECKING:
    from agentmem.actions.mending import CitedAnew
    from agentmem.actions.verifying import Verified
    from agentmem.checks.evidence import Evidence
    from agentmem.model.memory import Citation

Record = dict[str, object]
BROKEN = (cite_changed.RULE, cite_gone.RULE)
"""What ``verify`` calls an error, whoever asks."""


def verified(result: Verified) -> str:
    """The findings, each with what mends it, and the sum of them."""
    subject = Subject((), (), "", evidence=result.evidence)
    lines = [f"re-anchored {count(result.fixed, 'citation')}"] if result.fixed else []
    errors = [one._replace(severity=findings.ERROR) for rule in BROKEN for one in rule.run(subject)]
    warnings = list(cite_unverifiable.RULE.run(subject))
    for finding in findings.ordered([*errors, *warnings]):
        lines += findings_text.lines_of(finding)
    counts = result.counts
    parts = [count(len(n), word) for n, word in ((errors, "error"), (warnings, "warning")) if n]
    if moved := counts["moved"]:
        how = f"; {result.left} of trunk's memories, there" if result.left else ""
        parts.append(
            f"{moved} moved (agentmem verify --fix re-anchors {'it' if moved == 1 else 'them'}{how})"
        )
    total = f"{count(result.memories, 'memory', 'memories')}, {count(len(result.evidence), 'citation')}"
    return "\n".join([*lines, f"{', '.join(parts) or 'all evidence holds'}; {total}"]) + "\n"


def verified_record(result: Verified) -> Record:
    """The same for programs: every citation, whatever its verdict."""
    return {
        "schema": "agentmem/verify/1",
        "view": jsonout.view(result.view),
        "citations": [_record(one) for one in result.evidence],
        "counts": {**result.counts, "memories": result.memories, "fixed": result.fixed},
    }


def _record(one: Evidence) -> Record:
    where = one.found
    return {
        "memory": one.memory,
        "path": safety.one_line(one.citation.path),
        "symbol": one.citation.symbol,
        "lines": one.citation.lines,
        "verdict": where.verdict,
        "ambiguous": where.ambiguous,
        "found": jsonout.place(where.path, where.first, where.last),
        "similarity": round(where.similarity, 3),
        "candidates": [jsonout.place(*candidate) for candidate in where.candidates],
        "text": safety.clean(where.text) if where.text and not safety.secrets(where.text) else None,
    }


def cited(result: CitedAnew) -> str:
    """What a memory rests on now."""
    if not result.path:
        return f"{result.short} rests on that already: nothing changed\n"
    lines = [f"cited for {result.short} {result.memory.kind} {titled(result.memory.title)}"]
    lines += [f"@ {_cite(one)}" for one in result.citations]
    kept = {rules.place(one) for one in result.citations}
    gone = [
        place for one in result.dropped if (place := rules.place(one)) not in kept
    ]  # else it was read anew
    if gone:
        lines.append("no longer: " + ", ".join(gone))
    return "\n".join(lines) + "\n"


def _cite(cite: Citation) -> str:
    from agentmem.model import notation

    return notation.place(cite)


def cited_record(result: CitedAnew) -> Record:
    """The same for programs."""
    return {
        "schema": "agentmem/cite/1",
        "id": result.memory.id,
        "path": safety.one_line(result.path) or None,
        "cites": [_plain(one) for one in result.citations],
        "dropped": [_plain(one) for one in result.dropped],
        "warnings": [safety.one_line(warning) for warning in result.warnings],
    }


def _plain(cite: Citation) -> Record:
    return {key: safety.clean(value) if value else None for key, value in cite._asdict().items()}
