"""Where one looks from: the worktree at hand, another branch, a commit, a moment; and what each memory is, seen from there."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agentmem.actions.context import Context, Standpoint
from agentmem.actions.selecting import Conflict, Found, nearest
from agentmem.errors import NotFound, UsageError
from agentmem.git import settings, state
from agentmem.index.view import Origin
from agentmem.model import ids, notation, safety, times
from agentmem.model.fields import CONFLICTS
from agentmem.model.lifecycle import ARCHIVED, SUPERSEDED
from agentmem.store import layout, overlays

_FILE_ID = re.compile(rf"[-/]([{ids.ALPHABET}]{{{ids.LENGTH}}})\.md$")
_BRANCH = re.compile(r"\w[\w./+-]*")
SAID = 80
"""Characters of what one side of a conflict says, in a line."""


def stand(
    context: Context,
    at: str | None = None,
    branch: str | None = None,
    all_branches: bool = False,
    trusted: bool = False,
) -> None:
    """Look from ``branch`` in place of the one at hand, as of ``at`` (a revision, or a moment on that branch), with or without
    what other branches have; ``trusted``: from what trunk has committed alone; before the first view.

    Raises:
        NotFound: no such branch or revision, no trunk; UsageError: nothing was there yet, ``at`` is neither revision nor moment,
        or other branches are asked for where only trunk is trusted.

    """
    if trusted:
        if branch is not None or all_branches:
            raise UsageError(
                "--trusted keeps to what trunk holds: neither --branch nor --all-branches goes with it"
            )
        _stand_on_trunk(context)
    if branch is not None:
        _stand_on(context, branch)
    if at is not None:
        tip = context.standpoint.commit
        _go_back(context, at)
        if trusted:
            _must_lead_to(context, str(tip))
    if all_branches:
        context.index.include_others()


def _stand_on(context: Context, branch: str) -> None:
    from agentmem.git import revisions

    repository = context.repository
    if branch == state.branch(repository) and not repository.bare:
        return
    found = revisions.branch_tip(repository, branch)
    if found is None:
        names = [
            ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
            for _, ref in revisions.tips_of(repository, ["refs/heads", "refs/remotes"])
        ]
        raise NotFound(f'no branch "{branch}" here', nearest(branch, names) + to_get(context, branch))
    context.index.stand_at(found[1], context.now, branch)
    context.standpoint = Standpoint(branch, found[1], present=context.now)


def demand_trunk_exists(context: Context, name: str) -> None:
    """Refuse what trunk is needed for where the configured one is no branch, as after it was renamed.

    Raises:
        UsageError: neither this clone nor, as it was last fetched, a remote has a branch ``name``.

    """
    from agentmem.git import revisions, trunk

    if revisions.trunk_tips(context.repository, name):
        return
    guessed = trunk.guess(context.repository)
    said = guessed if guessed != name else None
    raise UsageError(
        f'trunk = "{name}" is no branch here' + (f"; is it {said}?" if said else ""),
        f'the branch that others build on: trunk = "{said or "…"}" in {context.place.name}/config.toml',
    )


def _stand_on_trunk(context: Context) -> None:
    """Look from trunk's tip, without what any worktree of it has not committed."""
    from agentmem.git import revisions

    trunk = context.trunk
    found = revisions.branch_tip(context.repository, trunk) if trunk else None
    if trunk is None or found is None:
        raise NotFound(
            f'no branch "{trunk}" here, which is trunk' if trunk else "nothing tells which branch is trunk",
            'set trunk = "main" in .agentmem/config.toml',
        )
    context.index.stand_at(found[1], context.now)
    context.standpoint = Standpoint(trunk, found[1], present=context.now)


def _must_lead_to(context: Context, tip: str) -> None:
    """A revision that ``--at`` names may be any: what is not in trunk's history is not trusted."""
    from agentmem.git import history

    at = context.standpoint
    if not history.comes_before(context.repository, str(at.commit), tip):
        raise UsageError(
            f"--at: {at.name} is not in the history of {context.trunk}, and --trusted keeps to that"
        )


def _go_back(context: Context, at: str) -> None:
    from agentmem.git import revisions

    repository = context.repository
    start = context.standpoint.commit
    try:
        moment: int | None = times.parse_when(at, context.now)
    except ValueError:
        moment = None
    if moment is None:
        commit = revisions.resolve(repository, at)
        if commit is None:
            raise UsageError(
                f"--at: {at!r} is no revision here, and no moment: {times.GRAMMAR}, a branch, tag or commit",
                "git fetch --unshallow" if repository.shallow else None,
            )
        _note_both(context, at, "tag", f"refs/heads/{at}")
        context.index.stand_at(commit.id, commit.time, past=True)
        context.standpoint = Standpoint(None, commit.id, commit.time, at)
        context.set_clock(commit.time)
        return
    found = revisions.at(repository, start, moment) if start else None
    if found is None:
        when = times.format_iso(moment)
        raise UsageError(
            f"nothing was committed here at {when} yet",
            "git fetch --unshallow (this clone lacks the older part of history)"
            if repository.shallow
            else None,
        )
    branch = context.standpoint.branch
    context.index.stand_at(found.id, moment, past=True)
    context.standpoint = Standpoint(branch, found.id, moment)
    context.set_clock(moment)


def commit_of(context: Context, name: str) -> str:
    """The commit that ``name``, a branch (here or on a remote) or any revision, leads to.

    Raises:
        NotFound: there is none here.

    """
    from agentmem.git import revisions

    tip = revisions.branch_tip(context.repository, name)
    if tip is not None:
        _note_both(context, name, "branch", f"refs/tags/{name}")
        return tip[1]
    commit = revisions.resolve(context.repository, name)
    if commit is None:
        raise NotFound(
            f'no branch or revision "{name}" here',
            to_get(context, name),
        )
    return commit.id


def to_get(context: Context, name: str) -> str:
    """How to bring the branch or revision ``name`` into this clone, which has not got it. A clone of one branch fetches no other,
    shallow or not, unless it is told where to.
    """
    import shlex

    for remote in settings.remotes(context.repository):
        branch = name.removeprefix(f"{remote}/")
        if branch != name and _BRANCH.fullmatch(branch):
            return f"git fetch {shlex.quote(remote)} {branch}:refs/remotes/{shlex.quote(remote)}/{branch}"
    return "git fetch --unshallow" if context.repository.shallow else "git fetch gets what is new"


def _note_both(context: Context, name: str, taken: str, other: str) -> None:
    """Note that ``name`` is a tag and a branch, which of them is ``taken``, and how the ``other`` is named; git warns as well."""
    from agentmem.git import revisions

    if revisions.is_tag_and_branch(context.repository, name):
        context.index.notes.once(
            safety.one_line(f"{name} is a tag and a branch: the {taken} is meant; the other: {other}")
        )


def labelled(context: Context, found: Sequence[Found]) -> list[Found]:
    """``found`` with what each is from where one stands: its layer and branch, whose changes are applied, its conflicts.

    One process for all of them, and none on trunk; a few more for what names no branch and trunk has not.
    """
    view = context.index.view()
    here = state.branch(context.repository)
    here_trunk = is_on_trunk(context)
    asked = [one for one in found if one.position not in view.archived]
    held, known = held_by_trunk(context, [one.path for one in asked])
    if known:
        left = [one for one in asked if one.path not in held and one.position not in view.foreign]
        held |= came_from_trunk(context, [one for one in left if one.memory.branch is None])
    out = []
    for one in found:
        if one.position in view.archived:
            out.append(one._replace(archived=view.archived[one.position]))  # where it was written is past
            continue
        origin = view.foreign.get(one.position)
        layer, branch = _layer(context, one, origin, here, here_trunk or one.path in held, known)
        pending = view.pending.get(one.position)
        out.append(
            one._replace(
                layer=layer,
                branch=branch,
                uncommitted=origin is not None and origin.uncommitted,
                changed_by=pending.branches if pending else (),
                conflicts=(
                    *(_conflicts(pending.conflicts) if pending and pending.conflicts else ()),
                    *_merged_by_hand(one.memory.extra),
                ),
            )
        )
    return out


def is_on_trunk(context: Context) -> bool:
    """Whether one looks from trunk's worktree."""
    trunk = context.trunk
    return trunk is not None and state.branch(context.repository) == trunk and context.index.is_at_hand


def held_by_trunk(context: Context, paths: Sequence[str]) -> tuple[set[str], bool]:
    """Which of ``paths`` (as findings have them) trunk holds, and whether this clone knows trunk; on trunk itself, and without
    one, nobody is asked.
    """
    if not paths or not context.trunk or is_on_trunk(context):
        return set(), False
    from agentmem.git import revisions

    prefix = context.repository.prefix
    whole, known = revisions.on_trunk(context.repository, context.trunk, [prefix + path for path in paths])
    return {path.removeprefix(prefix) for path in whole}, known


def came_from_trunk(context: Context, found: Sequence[Found]) -> set[str]:
    """The paths of those of ``found`` that were on trunk when the branch at hand left it, or are under another name: a person has
    renamed them here, or trunk has archived them since. No branch wrote them.
    """
    if not found or not context.trunk:
        return set()
    from agentmem.git import history, objects, revisions
    from agentmem.model import document

    repository, commit = context.repository, context.standpoint.commit
    tips = revisions.trunk_tips(repository, context.trunk)
    forks = {history.merge_base(repository, commit, tip) for tip in tips} if commit else set()
    commits = {*tips, *(fork for fork in forks if fork)}
    listed = {entry for one in commits for entry in objects.list_tree(repository, one, context.store_path)}
    there = {path: blob for path, blob in listed if layout.is_memory(path)}
    named = {path: _FILE_ID.search(path) for path in there}
    known = {match[1] for match in named.values() if match}
    unnamed = {there[path]: path for path, match in named.items() if not match}  # a person named the file
    for blob, data in objects.read_blobs(repository, unnamed):
        known.add(document.memory_of(unnamed[blob], data).id)
    start = context.place.name + "/"
    return {one.path for one in found if one.path.removeprefix(start) in there or one.memory.id in known}


def _layer(
    context: Context, one: Found, origin: Origin | None, here: str | None, held: bool, known: bool
) -> tuple[str, str | None]:
    if origin is not None:
        return "unmerged", origin.branch
    written = one.memory.branch
    if held or context.trunk is None or (written is None and not known):
        return "base", None
    if not context.index.is_at_hand and context.standpoint.branch is not None:
        return ("unmerged", written or context.standpoint.branch) if known else ("base", None)
    if written is None:  # a person wrote it, or an import, which names no branch wherever it was
        return ("own", here) if context.index.is_at_hand else ("base", None)
    if is_own(context, here, written):
        return "own", written
    return ("merged", written) if known else ("base", None)


def is_own(context: Context, branch: str | None, written: str | None) -> bool:
    """Whether what was written on ``written`` is of ``branch``, which may have been renamed since."""
    return overlays.is_own(context.repository, branch, written)


def _conflicts(text: str) -> tuple[Conflict, ...]:
    import json

    return tuple(
        Conflict(
            record["field"],
            record["base"],
            tuple((p["branch"], p["value"]) for p in record["parties"]),
            record,
        )
        for record in json.loads(text)
    )


def _merged_by_hand(extra: Mapping[str, Any]) -> tuple[Conflict, ...]:
    """The conflicts that the merge driver left in the file itself, until an edit ends them."""
    left = extra.get(CONFLICTS)
    if not isinstance(left, list):
        return ()
    found = []
    for entry in left:
        if isinstance(entry, dict) and isinstance(entry.get("field"), str):
            values = entry.get("values")
            parties = [("", value) for value in (values if isinstance(values, list) else [])]
            record = {
                "field": entry["field"],
                "base": None,
                "note": "",
                "parties": [
                    {"change": None, "branch": None, "by": None, "created": None, "value": value}
                    for _, value in parties
                ],
            }
            found.append(Conflict(entry["field"], None, tuple(parties), record))
    return tuple(found)


def status_of(found: Found, shorts: Mapping[str, str]) -> str:
    """The status of one memory, and of one that is superseded by what, in the ``shorts`` of ids."""
    is_superseded = found.status == SUPERSEDED and found.superseded_by
    return _superseded(found, shorts) if is_superseded else found.status


def _superseded(found: Found, shorts: Mapping[str, str]) -> str:
    return f"{SUPERSEDED} by {', '.join(shorts[one] for one in found.superseded_by)}"


def notes_of(found: Found, shorts: Mapping[str, str]) -> tuple[str, ...]:
    """What deviates from the default about one memory, in print order; ids in their ``shorts``."""
    notes = [] if found.status in ("active", "open") else [status_of(found, shorts)]
    branch = safety.one_line(found.branch or "")
    if found.layer == "own":
        notes.append("this branch")
    elif found.layer == "merged":
        notes.append(f"from {branch}")
    elif found.layer == "unmerged":
        notes.append(f"{branch}{', not committed' if found.uncommitted else ''}, NOT merged here")
    if found.changed_by and found.layer != "unmerged":
        notes.append(f"changed on {safety.one_line(', '.join(found.changed_by))}")
    if found.conflicts:
        notes.append("CONFLICT")
    if note := found.verdicts and notation.evidence_note(found.verdicts):
        notes.append(note)
    if found.status == ARCHIVED and found.superseded_by:
        notes.append(_superseded(found, shorts))
    return tuple(notes)


def conflict_line(conflict: Conflict) -> str:
    """One field of which several say different things, in one line: what is shown, and what each would have."""
    sides = [
        (f"{branch}: " if branch else "") + _shortened(_said(value)) for branch, value in conflict.parties
    ]
    return safety.one_line(f"CONFLICT {conflict.field}: {' | '.join(sides)}")


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SAID else flat[: SAID - 1] + "…"


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_said, value))
    return "nothing" if value is None else str(value)
