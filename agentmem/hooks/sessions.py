"""What an agent's program calls at the start of a session, after an edit, before a compaction and at the end.

Nothing here breaks a session: what goes wrong is left out, the exit code is 0, and stdout holds what the program expects, or
nothing.
"""

import json
import os
from collections.abc import Mapping
from typing import NamedTuple

from agentmem.actions.context import Context
from agentmem.errors import NoRepository, NoStore
from agentmem.model import safety, sessions
from agentmem.model.sessions import EDIT, START, STOP

TOLD = "agentmem-session.json"
"""Where what is remembered of a worktree lies: what the session there was told."""
EDIT_BUDGET, EDIT_LIMIT = 300, 3
"""Tokens and memories that are told of a file after an edit: an edit is one of hundreds."""


class Told(NamedTuple):
    """What one session was told already: the memories, and the last line about what is not committed."""

    session: str = ""
    memories: tuple[str, ...] = ()
    left: str = ""


def run(directory: str, store: str | None, agent: str, event: str, given: bytes) -> str:
    """What to print for ``agent`` at ``event``, which came with the JSON ``given``; empty where there is nothing to say."""
    try:
        message = json.loads(given.decode("utf-8", "replace") or "{}")
        message = message if isinstance(message, dict) else {}
    except (ValueError, RecursionError):
        message = {}
    text = ""
    for place in _places(directory, event, message):
        try:
            text = _of_store(place, store, agent, event, message)
        except (NoStore, NoRepository, _Elsewhere):
            continue
        except Exception:  # whatever it is, the session goes on; who asks by hand is told what is wrong
            text = ""
        break
    said = sessions.answer(agent, event, text)
    return json.dumps(said) + "\n" if said else ""


def _of_store(
    directory: str, store: str | None, agent: str, event: str, message: Mapping[str, object]
) -> str:
    """What is said of the store seen from ``directory``; where there is none, of the one that ``init --store`` has made."""
    context = Context(directory, store)
    try:
        text = _said(context, agent, event, message)
        _renew(context)
        return text
    except NoStore:
        from agentmem.store import place

        known = place.others(directory) if store is None else []
        if len(known) != 1:
            raise
    finally:
        context.close()
    return _of_store(directory, known[0], agent, event, message)


def _renew(context: Context) -> None:
    """Renew what the session holds where that is due: who edits for an hour may ask for nothing meanwhile."""
    from agentmem.store import cache

    moment = cache.claims_due(context.repository.git_dir)
    if moment is None or moment > context.now:
        return
    from agentmem.actions import claiming

    try:
        claiming.renew_due(context)
    except Exception:  # a lease that is not renewed just ends; what is to be said is said
        return


class _Elsewhere(Exception):
    """None of the files of an edit is in the repository at hand."""


def _places(directory: str, event: str, message: Mapping[str, object]) -> list[str]:
    """Where to look: where the session works; for a file that is elsewhere (a worktree of another) beside that."""
    where = sessions.folder(message, directory)
    places = [where if "\0" not in where and os.path.isdir(where) else directory]
    if event == EDIT:
        places += [os.path.dirname(path) for path in sessions.paths(message)[:1] if os.path.isabs(path)]
    return places


def _said(context: Context, agent: str, event: str, message: Mapping[str, object]) -> str:
    session = sessions.identity(message)
    if event == START:
        return _brief(context, agent, session)
    if event == EDIT:
        return _about(context, session, sessions.paths(message))
    return _left(context, session, event)


def _brief(context: Context, agent: str, session: str) -> str:
    from agentmem.actions import briefing
    from agentmem.output import briefs

    if not context.is_named:
        from agentmem.actions import identity
        from agentmem.actions.board import Board

        # who holds a claim under the worktree's name goes on under it
        name = context.agent if Board(context).mine else f"{agent}-{context.agent}"
        identity.remember(context, name, context.role)
        context.learn_name()
    result = briefing.brief(context)
    _remember(context, Told(session, tuple(result.digest.memories)))
    return briefs.brief(result)


def _about(context: Context, session: str, paths: list[str]) -> str:
    """What is known of the files that were edited, and was not told in this session yet."""
    from agentmem.actions import nearby
    from agentmem.errors import UsageError
    from agentmem.output.text import QUOTED

    files = []
    for path in paths:
        try:
            files.append(context.from_top(path))
        except UsageError:
            continue  # a file elsewhere
    if paths and not files:
        raise _Elsewhere
    files = [path for path in files if not path.startswith(f"{context.store_path}/")]
    if not files:
        return ""
    known = _told(context, session)
    new, texts = nearby.about(context, files, known.memories, EDIT_LIMIT, EDIT_BUDGET)
    if not new:
        return ""
    _remember(context, known._replace(session=session, memories=(*known.memories, *new)))
    named = ", ".join(safety.one_line(path) for path in files[:3])
    return f"agentmem: known of {named}. {QUOTED}\n" + "\n".join(texts) + "\n"


def _left(context: Context, session: str, event: str) -> str:
    """What would be lost with the session, kept on the claims it holds; told where it is not what was told last."""
    from agentmem.actions import leaving

    left = leaving.left(context)
    line = leaving.line(left)
    known = _told(context, session)
    if line == known.left and event == STOP:
        return ""
    leaving.keep(context, left)
    _remember(context, known._replace(session=session, left=line))
    return line


def _folders(context: Context) -> list[str]:
    from agentmem.store import cache

    repository = context.repository
    return cache.worktree_folders(repository.git_dir, repository.common_dir, context.environment)


def _told(context: Context, session: str) -> Told:
    for folder in _folders(context):
        try:
            with open(os.path.join(folder, TOLD), encoding="utf-8") as file:
                record = json.load(file)
            known = Told(str(record["session"]), tuple(map(str, record["memories"])), str(record["left"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if known.session == session:
            return known
    return Told(session)


def _remember(context: Context, told: Told) -> None:
    from agentmem.errors import NotWritable
    from agentmem.store import writing

    try:
        path = os.path.join(_folders(context)[0], TOLD)
        writing.replace(path, json.dumps(told._asdict()).encode("ascii"))
    except NotWritable:
        pass  # no folder at all can be written: it is told again
