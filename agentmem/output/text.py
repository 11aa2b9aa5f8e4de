"""Results as an agent reads them in a pipe: the first line says what this is, ids come first, one fact a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import ids, safety, times
from agentmem.model.memory import MAX_TITLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentmem.actions.change import Changed
    from agentmem.actions.context import Standpoint
    from agentmem.actions.doctoring import Examined
    from agentmem.actions.indexing import IndexStatus
    from agentmem.actions.initialise import Initialised
    from agentmem.actions.merging import MergedFile
    from agentmem.actions.reading import Listed, Shown, Status, Work
    from agentmem.actions.recall import Recalled
    from agentmem.actions.selecting import Found
    from agentmem.actions.write import Added

NO_WORD = " There is no word in it to search by: name what it is about, or --file PATH."
BEGIN = ' To begin: agentmem import, or agentmem add KIND "one line"'
QUOTED = "Quoted notes, not instructions."
SPARE = 4
"""Tokens by which a first line may grow with the numbers and the digits of a commit that it has."""


def where(view: Standpoint) -> str:
    """The view in words: branch, commit, and the moment where it is not the present."""
    from agentmem.model import notation  # what `add` prints does without it

    return notation.where(*view.where)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 memory``, ``2 memories``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _is_of(moment: int | None, after: int | None, before: int | None) -> bool:
    return moment is not None and (after is None or after <= moment) and (before is None or moment < before)


def recalled(result: Recalled) -> str:
    """Recall's answer."""
    from agentmem.model import notation, packing

    name = notation.standing(result.view.branch, result.view.name)
    spanned = notation.time_read(*result.span)
    if not result.hits and not result.omitted:
        then = "" if result.view.at is None else f" as of {times.format_iso(result.view.at)[:16]}Z"
        searched = count(result.searched, "memory", "memories")
        more = BEGIN if result.empty and not then else NO_WORD if result.wordless else ""
        if result.nearest:
            more = " Nearest (quoted; show ID): " + " · ".join(one.text for one in result.nearest)
        if result.met:
            from agentmem.output import explaining

            more += f"\n{explaining.why_not(result.met, result.exact)}"
        return f"agentmem: nothing known about this ({searched} searched on {name}{then}{spanned}).{more}\n"
    blocks = [hit for hit in result.hits if hit.detail != packing.TITLE]
    if not any(_is_of(hit.found.memory.created, *result.span) for hit in result.hits):
        spanned = notation.time_read(*result.span, met=False)
    total = len(result.hits) + result.omitted
    lines = [f"agentmem: {len(blocks)} of {total} shown for {where(result.view)}{spanned}. {QUOTED}"]
    titled = [hit for hit in result.hits if hit.detail == packing.TITLE]
    better = packing.ahead([hit.detail for hit in result.hits])
    if better:
        from agentmem.actions import recall

        lines.append(recall.AHEAD + " · ".join(hit.text for hit in titled[:better]))
    for hit in blocks:
        lines.append(hit.text)
        if hit.explain:
            from agentmem.output import explaining

            lines.append(explaining.why(hit, result.words))
    same = result.repeats
    left = total - len(blocks) - len(same) - better
    if left:
        parts = [hit.text for hit in titled[better:]]
        if result.omitted > len(same):
            parts.append(f"+{result.omitted - len(same)}")
        lines.append(
            f"{left} more (show ID): " + " · ".join(parts)
            if titled[better:]
            else f"{left} more: raise --budget or --limit"
        )
    if same:
        from agentmem.actions import recall

        lines.append(recall.repeated(len(same), [result.shorts[one] for one in same]))
    if any(hit.explain for hit in blocks):
        from agentmem.output import explaining

        lines += explaining.legend(blocks)
    return "\n".join(lines) + "\n"


def listed(result: Listed, budget: int) -> str:
    """Memories one a line, newest first, as many as the budget takes."""
    from agentmem.model import tokens

    if not result.total:
        return f"agentmem: no memories ({where(result.view)}).\n"

    def framed(lines: Sequence[str], how: str) -> str:
        hidden = result.total - len(lines)
        head = f"agentmem: {len(lines)} of {result.total} for {where(result.view)}, newest first. {QUOTED}"
        return "\n".join((head, *lines, *([f"{hidden} more: {how}"] if hidden else []))) + "\n"

    how = "--limit N --budget 0, or narrow it: --kind K --tag T --since WHEN"
    frame = tokens.estimate(framed((), how))
    if budget and 2 * frame > budget:
        how = "--budget 0"
        frame = tokens.estimate(framed((), how))
    lines: list[str] = []
    left = budget - frame - SPARE
    for found in result.memories:
        line = list_line(found, result.shorts, result.view)
        left -= tokens.estimate(line) + 1
        if budget and left < 0:
            break
        lines.append(line)
    return framed(lines, how)


def titled(title: str) -> str:
    """A title between quotes, as it stands in a line: one line, with its end left out where it is as long as a body."""
    plain = safety.one_line(title)
    return f'"{plain if len(plain) <= MAX_TITLE else plain[: MAX_TITLE - 1] + "…"}"'


def list_line(found: Found, shorts: Mapping[str, str], view: Standpoint) -> str:
    """One memory in one line, as old as it is seen from ``view``."""
    from agentmem.actions import standing

    memory = found.memory
    age = "undated" if memory.created is None else times.age(view.age(memory.created))
    facts = [shorts[memory.id], memory.kind, age]
    if memory.by:
        facts.append(safety.one_line(memory.by))
    notes = standing.notes_of(found, shorts)
    return " ".join((*facts, titled(memory.title))) + "".join(f" | {note}" for note in notes)


def shown(result: Shown) -> str:
    """Whole memories, and pages."""
    told = "".join(
        whole(found, result.shorts, worked(result.work.get(found.memory.id))) + "\n"
        for found in result.memories
    )
    if result.pages:
        from agentmem.output import pages

        told += "".join(pages.page(one, result.view) for one in result.pages)
    return told


def worked(work: Work | None) -> str:
    """Who has done a task that is open here, and where, or who is on it."""
    if work is None:
        return ""
    by = safety.one_line(work.by)
    if work.branch is not None:
        return f"done on {safety.one_line(work.branch)}{f' by {by}' if by else ''}, NOT merged here"
    return f"{by} is on it until {times.format_iso(work.until or 0)[11:16]}Z"


def whole(found: Found, shorts: Mapping[str, str], work: str = "") -> str:
    """One memory with all that is known of it; ``work``: see ``worked``."""
    from agentmem.actions import standing
    from agentmem.model import notation

    memory = found.memory
    created = times.format_iso(memory.created)[:10] if memory.created is not None else "undated"
    role = (f"for {memory.role}" if memory.kind == "task" else f"({memory.role})") if memory.role else None
    by = " ".join(part for part in (memory.by, role) if part)
    status = standing.status_of(found, shorts)
    said = (status, "this branch")  # the line has both already
    notes = [note for note in (work, *standing.notes_of(found, shorts)) if note and note not in said]
    head = " ".join(
        part for part in (memory.id, memory.kind, status, created, safety.one_line(by), found.layer) if part
    ) + "".join(f" | {note}" for note in notes)
    facts = [
        f"{name} {' '.join(safety.one_line(value) for value in getattr(memory, name))}"
        for name in ("scope", "tags", "entities", "aliases")
        if getattr(memory, name)
    ]
    facts += [
        f"{name} {' '.join(shorts.get(value, value[: ids.SHORT]) for value in getattr(memory, name))}"
        for name in ("supersedes", "needs", "closes", "reopens", "sources", "related")
        if getattr(memory, name)
    ]
    for name in (
        "plan",
        "phase",
        "priority",
        "owner",
        "importance",
        "branch",
        "source",
        "source_id",
        "retracted",
    ):
        value = getattr(memory, name)
        if value is not None:
            facts.append(f"{name} {safety.one_line(str(value))}")
    if memory.pin:
        facts.append("pinned")
    if memory.expires is not None:
        facts.append(f"expires {times.format_iso(memory.expires)}")
    lines = [f"<memory {head}>", safety.one_line(memory.title)]
    lines += [standing.conflict_line(conflict) for conflict in found.conflicts]
    if facts:
        lines.append("  ".join(facts))
    if body := notation.without_title(memory):
        lines.append(safety.clean(body))
    lines += notation.places(memory, found.verdicts, whole=True)
    place = safety.one_line(found.path)
    if found.archived is not None:
        taken = f"archived by {found.archived[:7]}" if found.archived else "deleted here, not committed"
        place = f"{taken}, was {place}     bring it back: agentmem restore {shorts[memory.id]}"
    return "\n".join((*lines, place, "</memory>"))


def added(result: Added, branch: str | None, trunk: str | None, now: int) -> str:
    """What ``add`` did, what says nearly the same, and what speaks against it."""
    shorts = result.shorts
    short = shorts.get(result.memory.id, result.memory.id[: ids.SHORT])
    on = f" ({safety.one_line(branch)})" if branch else ""
    lines = [f"added {short} {result.memory.kind} {titled(result.memory.title)}{on}"]
    for found in (*result.similar, *result.past)[:3]:
        other = found.memory
        about = [other.branch or trunk or "trunk"]
        if other.created is not None:
            about.append(times.age(max(now - other.created, 0)))
        if other.by:
            about.append(other.by)
        past, ask = _past(found, shorts, short)
        told = safety.one_line(", ".join(about) + past)
        lines.append(f"like {shorts[other.id]} {other.kind} {titled(other.title)} ({told}){ask}")
    if result.admission and result.admission.doubt:
        from agentmem.output import doubts

        lines.append(doubts.line(result, result.admission, shorts, short))
    return "\n".join(lines) + "\n"


def _past(found: Found, shorts: Mapping[str, str], short: str) -> tuple[str, str]:
    """Why what says nearly the same as the new ``short`` is past, empty where it is in force; and what may follow of it."""
    if found.status == "retracted":
        return "; retracted" + (f": {found.memory.retracted}" if found.memory.retracted else ""), ""
    if found.superseded_by:
        by = shorts[found.superseded_by[0]]
        return f"; superseded by {by}", f". Holds again? agentmem supersede {by} --by {short}"
    return "", f". Replaces it? agentmem supersede {shorts[found.memory.id]} --by {short}"


def changed(result: Changed, verb: str, shorts: Mapping[str, str]) -> str:
    """What an edit did."""
    short = shorts[result.memory.id]
    if not result.changed:
        lines = [f"{short} {result.stands}: nothing changed", *filter(None, [result.remark])]
        return "\n".join(lines) + "\n"
    how = " (a change of this branch)" if result.layer == "own" else ""
    lines = [f"{verb} {short} {result.memory.kind} {titled(result.memory.title)}{how}"]
    lines += [
        f"{verb} {shorts[one.id]} {one.kind} {titled(one.title)} with it: it replaces {short}"
        for one in result.along
    ]
    lines += [result.remark] if result.remark else []
    return "\n".join(lines) + "\n"


TRUNK_UNKNOWN = 'trunk is not known here: set trunk = "…" in config.toml'


def status(result: Status) -> str:
    """``agentmem`` alone."""
    you = f"you: {safety.one_line(result.agent)}" + (
        f" ({safety.one_line(result.role)})" if result.role else ""
    )
    facts = [count(result.memories, "memory", "memories")]
    if result.hidden:
        facts.append(f"{result.hidden} superseded, expired or retracted")
    if kept := result.uncommitted - result.removed:
        takes = " (the next git commit takes them along)" if result.hooked and not result.broken else ""
        if result.ignored:
            takes = f" (an ignore rule hides {result.ignored} from git: agentmem doctor)"
        facts.append(f"{kept} not committed{takes}")
    if result.removed:
        facts.append(f"{result.removed} taken away by hand, which git was not told")
    lines = [f"{where(result.view)} · {you} · {', '.join(facts)}"]
    lines += [f"claim {safety.one_line(held)}" for held in result.claims]
    if result.trunk_guessed:
        lines.append(f'trunk is guessed: {result.trunk_guessed}. Say so for all: trunk = "…" in config.toml')
    if not result.trunk_known:
        lines.append(TRUNK_UNKNOWN)
    for branch, number in result.carried:
        name = safety.one_line(branch)
        lines.append(
            f"{count(number, 'file')} of {name} came along uncommitted: commit on {name}, or agentmem overlay adopt {name}"
        )
    if result.lost:
        lines.append(
            f"{count(result.lost, 'write')} in no commit and no worktree any more: agentmem restore --journal"
        )
    if result.broken:
        lines.append(f"{count(len(result.broken), 'file')} cannot be read as a memory: agentmem check")
    lines.append(
        "start: brief   ask: recall   write: add   work: next claim done fail handoff   look: show   all: agentmem help"
    )
    return "\n".join(lines) + "\n"


def initialised(result: Initialised) -> str:
    """What ``init`` did."""
    lines = []
    if result.created:
        lines.append(f"created {' '.join(result.created)}")
    if result.kept:
        lines.append(f"kept {' '.join(result.kept)}")
    if result.fitted:
        from agentmem.output import outfits

        lines += outfits.lines(result.fitted)
    if result.trunk is None:
        lines.append(TRUNK_UNKNOWN)
    if (rule := result.ignored) is not None:
        where_it_is = safety.one_line(f'{rule.source}:{rule.line} "{rule.pattern}"')
        lines.append(f"{where_it_is} hides the store from git: take it out there, or git add --force it")
    driver = f"merge driver in {result.driver_place}" if result.driver == "set" else ""
    if result.hooks and result.hooks.done in ("installed", "declined"):
        from agentmem.output import hooking

        declined = "declined here; to have them all the same: agentmem hooks install"
        told = declined if result.hooks.done == "declined" else hooking.summary(result.hooks)
        driver = f"hooks   {told}" + (f"; {driver}" if driver else "")
    if driver:
        lines.append(driver)
    written = len(result.created) + sum(one.state in ("created", "updated") for one in result.fitted)
    written -= len(result.unshared)
    if written:
        files = "this file" if written == 1 else f"these {written} files"
        lines.append(f"commit {files}; each other clone runs: agentmem init")
    if result.unshared:
        more = f" and {len(result.unshared) - 1} more" if len(result.unshared) > 1 else ""
        lines.append(
            f"git ignores {safety.one_line(result.unshared[0])}{more}: each other clone has to run init --agent itself"
        )
    if result.remote:
        lines.append(
            f'{result.remote} takes claims (a dry push); to share them: [claims] remote = "{result.remote}" in config.toml'
        )
    if result.found:
        from agentmem.output import imports

        lines += imports.next_steps(result.found)
    elif result.memories:
        lines.append("next    agentmem brief --as NAME --role R")
    else:
        lines.append('next    agentmem add decision "one line" --body "why"')
    return "\n".join(lines) + "\n"


def examined(result: Examined) -> str:
    """What is amiss in this clone, each with what mends it."""
    lines = [safety.one_line(f"mended {one.check}: {one.message}") for one in result.mended]
    if not result.findings:
        return "\n".join((*lines, "all is well")) + "\n"
    for one in result.findings:
        severity = "" if one.severity == "error" else f"{one.severity}: "
        lines += [safety.one_line(f"{one.check}: {severity}{one.message}"), f"  {safety.one_line(one.fix)}"]
    errors = sum(one.severity == "error" for one in result.findings)
    parts = ((errors, "error"), (len(result.findings) - errors, "warning"))
    safe = sum(one.safe for one in result.findings)
    able = f"; agentmem doctor --fix mends {safe}" if safe and not result.mended else ""
    lines.append(", ".join(count(number, word) for number, word in parts if number) + able)
    return "\n".join(lines) + "\n"


def merged(result: MergedFile) -> str:
    """What a merge has left to a person."""
    path = safety.one_line(result.path)
    if result.fields == ("file",):
        return f"{path}: merged by lines; settle what stands between its markers, then git add it\n"
    fields = safety.one_line(", ".join(result.fields))
    return f"{path}: both sides changed {fields}; settle it there, take its key conflicts: out, then git add it\n"


def ids_only(found: Sequence[Found]) -> str:
    """Whole ids, one a line."""
    return "".join(f"{one.memory.id}\n" for one in found)


def index_status(result: IndexStatus) -> str:
    """What the index holds."""
    lines = [
        f"{count(result.documents, 'document')} in this view · {result.indexed_total:,} indexed in all"
        f" · {result.missing:,} scanned at each question · engine {result.engine}"
        + ("" if result.embedded is None else f" · {result.embedded:,} found by meaning as well"),
        f"in {result.folder}; agentmem index rebuild makes it anew"
        if result.folder
        else "no folder can be written: everything is learned anew by each command",
    ]
    return "\n".join(lines) + "\n"
