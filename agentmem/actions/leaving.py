"""What would be lost if a session ended now, and the note of it on the claims that are held: it survives the worktree."""

from typing import NamedTuple

from agentmem.actions.board import Board, nonce
from agentmem.actions.context import Context
from agentmem.errors import Contended, GitFailed, NotWritable
from agentmem.git import trunk
from agentmem.model import leases, safety
from agentmem.model.leases import Handoff

NAMED = 5
"""Files of code that are named; the others are counted."""
BEGINS = "not committed"
"""How a note that nobody wrote begins: it is never put in the place of one that somebody did."""


class Left(NamedTuple):
    """What is not committed here: files of code, from the repository's top, and how many memories; the tasks that are held."""

    files: tuple[str, ...]
    memories: int
    held: tuple[str, ...]


def left(context: Context) -> Left:
    """What would be lost now."""
    files = trunk.changed_files(context.repository, without=context.store_path)
    memories = context.index.uncommitted()
    return Left(tuple(sorted(files)), memories, tuple(Board(context).mine))


def line(found: Left) -> str:
    """The same in a line; empty where nothing would be."""
    parts = [safety.one_line(path) for path in found.files[:NAMED]]
    if len(found.files) > NAMED:
        parts.append(f"+{len(found.files) - NAMED}")
    said = [" ".join(parts)] if parts else []
    if found.memories:
        said.append(f"{found.memories} memor{'y' if found.memories == 1 else 'ies'}")
    return f"{BEGINS}: {'; '.join(said)}" if said else ""


def keep(context: Context, found: Left) -> None:
    """Put that line on each claim that is held, in the place of an earlier one: whoever goes on finds it in the brief."""
    if not found.held:
        return
    board, text = Board(context), line(found)
    for seen in board.mine.values():
        known = seen.claim.handoff
        if known is not None and not known.text.startswith(BEGINS):
            continue
        if (known.text if known else "") == text:
            continue
        note = Handoff(text[: leases.MAX_TEXT], board.me.agent, context.now) if text else None
        try:
            board.write(seen.claim._replace(nonce=nonce(), handoff=note), seen, "note")
        except (NotWritable, Contended, GitFailed):
            return  # a sandbox, or somebody is faster: the session goes on without a note
