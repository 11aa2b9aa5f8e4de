"""``init --agent``: what an agent expects, written into files of the user with nothing of theirs changed, and taken out again."""

import json
import os
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.errors import NotWritable, UsageError
from agentmem.model import marks, outfits
from agentmem.model.marks import Torn
from agentmem.model.outfits import AGENTS, BLOCK, POINTER, WHOLE, Piece
from agentmem.store import resources, writing

EDITED = "edited by hand; take it out, and agentmem init writes it anew"
CREATED, UPDATED, KEPT, LEFT, REMOVED = "created", "updated", "kept", "left", "removed"

NAME = "agentmem"
"""Of the plugin, and of its MCP server."""
POINT = "@AGENTS.md"
"""What Claude Code and Gemini CLI read as: the text of that file."""

SHORT = (
    "This repository has a team's memory in `.agentmem/`; how to use it stands in AGENTS.md. Before you change a file you do not"
    ' know: `agentmem recall "question" --file PATH`.'
)


class Fitted(NamedTuple):
    """What became of one file; ``why`` says of one that was ``LEFT`` what is in the way."""

    path: str
    state: str
    what: str = ""
    why: str = ""


def known(agents: Sequence[str]) -> None:
    """Whether these agents can be set up.

    Raises:
        UsageError: one that nobody knows.

    """
    from agentmem.actions.selecting import nearest

    for agent in agents:
        if agent not in AGENTS:
            raise UsageError(f'no agent "{agent}"', nearest(agent, AGENTS) + f"agents: {' '.join(AGENTS)}")


def fit(top: str, agents: Sequence[str]) -> list[Fitted]:
    """Write into the worktree ``top`` what ``agents`` expect, and bring up to date what others have of ours there.

    Raises:
        UsageError: an agent that nobody knows.

    """
    known(agents)
    wanted = outfits.pieces(tuple(agents))
    present = [
        piece for piece in outfits.pieces(tuple(AGENTS)) if piece not in wanted and _is_there(top, piece)
    ]
    return [_fit(top, piece) for piece in (*wanted, *present)]


def unfit(top: str, agents: Sequence[str]) -> list[Fitted]:
    """Take out of the worktree ``top`` what is ours for ``agents``, all where none is named; what others share stays with them.

    Raises:
        UsageError: an agent that nobody knows.

    """
    known(agents)
    gone = tuple(agents) or tuple(AGENTS)
    stay = [agent for agent in AGENTS if agent not in gone and _is_set_up(top, agent)]
    kept = outfits.pieces(tuple(stay))
    shared = [piece for piece in kept if piece == outfits.AGENTS_MD]
    return [
        _unfit(top, piece)
        for piece in outfits.pieces(gone)
        if piece not in kept
        and _is_there(top, piece)
        and not (shared and _is_agents_md(top, piece, os.path.realpath(_place(top, piece))))
    ]


def outdated(top: str) -> list[str]:
    """The files in the worktree ``top`` that have something of ours, of another version than is written now."""
    old = []
    for piece in outfits.pieces(tuple(AGENTS)):
        path = os.path.realpath(_place(top, piece))
        if not _is_there(top, piece) or _in_the_way(top, path) or _is_agents_md(top, piece, path):
            continue
        text = _read(path)
        try:
            wanted = _wanted(piece, text, [])
            if not isinstance(wanted, Fitted) and wanted != text:
                old.append(piece.path)
        except (Torn, ValueError):
            continue
    return old


def plugin(folder: str) -> list[Fitted]:
    """Write the plugin for Claude Code into ``folder``, where no file of the user's is in its place.

    Raises:
        NotWritable: the disk refuses.

    """
    from agentmem import __version__

    done = []
    for piece in outfits.PLUGIN:
        text = _template(piece).replace("@version@", __version__)
        if piece.path == outfits.PLUGIN_HOOKS:
            text = json.dumps({"hooks": json.loads(text)["hooks"]}, indent=2) + "\n"
        path = os.path.join(folder, *piece.path.split("/"))
        old = _read(path)
        if old == text:
            done.append(Fitted(piece.path, KEPT))
        elif old is None:
            writing.create(path, text.encode())
            done.append(Fitted(piece.path, CREATED))
        elif not _is_of_plugin(piece, old):
            done.append(Fitted(piece.path, LEFT, "plugin", "a file of yours is there"))
        else:
            writing.replace(path, text.encode())
            done.append(Fitted(piece.path, UPDATED))
    return done


def _is_of_plugin(piece: Piece, text: str) -> bool:
    """Whether a file of a plugin's folder was written by us, in any version, and holds nothing of others."""
    if not piece.path.endswith(".json"):
        return marks.is_our_file(text)
    try:
        if piece.path == outfits.PLUGIN_HOOKS:
            return not marks.without_entries(text, marks.settings(_template(piece)))
        there = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(there, dict):
        return False
    servers = there.get("mcpServers")
    is_ours = isinstance(servers, dict) and set(servers) == {NAME} and set(there) == {"mcpServers"}
    return is_ours or there.get("name") == NAME


def _is_set_up(top: str, agent: str) -> bool:
    """Whether files that are of ``agent`` alone are there; of one that has none such: what it reads, and no other agent."""
    own = [piece for piece in AGENTS[agent] if piece not in outfits.SHARED]
    if own:
        return any(_is_there(top, piece) for piece in own)
    others = [other for other in AGENTS if other != agent]
    return all(_is_there(top, piece) for piece in AGENTS[agent]) and not any(
        _is_set_up(top, a) for a in others
    )


def _is_there(top: str, piece: Piece) -> bool:
    """Whether the file has anything of ours."""
    text = _read(_place(top, piece))
    if text is None:
        return False
    if piece.form in (BLOCK, POINTER):
        return marks.has_block(text)
    if piece.form == WHOLE:
        return marks.is_our_file(text)
    return marks.has_entries(text, marks.settings(_template(piece)))


def _fit(top: str, piece: Piece) -> Fitted:
    path = os.path.realpath(_place(top, piece))  # a link stays one
    if problem := _in_the_way(top, path):
        return Fitted(piece.path, LEFT, piece.what, problem)
    if _is_agents_md(top, piece, path):
        return Fitted(piece.path, KEPT, piece.what)
    old = _read(path)
    if old and "\0" in old:
        return Fitted(piece.path, LEFT, piece.what, "it is no text in UTF-8")
    refused: list[str] = []
    try:
        new = _wanted(piece, old, refused)
    except Torn:
        return Fitted(piece.path, LEFT, piece.what, "half a block of ours is in it: begin or end is missing")
    except ValueError as problem:
        return Fitted(piece.path, LEFT, piece.what, f"no JSON: {problem}")
    if isinstance(new, Fitted):
        return new
    if new == old:
        return Fitted(piece.path, KEPT, piece.what)
    try:
        if old is None:
            writing.create(path, _bytes(new))
        else:
            writing.replace(path, _bytes(new))
    except NotWritable as refusal:
        return Fitted(piece.path, LEFT, piece.what, refusal.message)
    why = f"{', '.join(refused)} is set otherwise there" if refused else ""
    what = piece.what
    if piece.form in (BLOCK, POINTER):
        number = marks.length(new)
        what += f", {number} line{'s' * (number != 1)}"
    return Fitted(piece.path, CREATED if old is None else UPDATED, what, why)


def _wanted(piece: Piece, old: str | None, refused: list[str]) -> str | Fitted:
    """What the file should hold; ``refused`` gets the names of entries that are set otherwise.

    Raises:
        Torn, ValueError: it cannot be told what of it is ours.

    """
    template = _template(piece)
    if old is not None and _is_edited(piece, old, template):
        return Fitted(piece.path, LEFT, piece.what, EDITED)
    if piece.form == BLOCK:
        return marks.with_block(old or "", template)
    if piece.form == POINTER:
        if old is not None and not marks.has_block(old) and POINT in old.split():
            return Fitted(piece.path, KEPT, piece.what)
        own = marks.without_block(old or "").strip()
        # who has a file of rules of its own there may not want those of AGENTS.md as well
        return marks.with_block(old or "", template if own else POINT)
    if piece.form == WHOLE:
        if old is not None and not marks.is_our_file(old):
            return Fitted(piece.path, LEFT, piece.what, "a file of yours is there")
        # git may give line ends of its own to a checkout
        return template.replace("\n", "\r\n") if old is not None and "\r\n" in old else template
    new, others = marks.with_entries(old or "", marks.settings(template))
    refused += others
    return new


def _is_edited(piece: Piece, text: str, template: str) -> bool:
    """Whether somebody wrote into what ``init`` of this version has put there."""
    if piece.form in (BLOCK, POINTER):
        return marks.edited_block(text, [template] if piece.form == BLOCK else [template, POINT])
    return piece.form == WHOLE and marks.edited_file(text, template)


def _unfit(top: str, piece: Piece) -> Fitted:
    path = os.path.realpath(_place(top, piece))
    if problem := _in_the_way(top, path):
        return Fitted(piece.path, LEFT, piece.what, problem)
    old = _read(path) or ""
    if _is_edited(piece, old, _template(piece)):
        return Fitted(piece.path, LEFT, piece.what, "edited by hand: take it out yourself")
    try:
        if piece.form in (BLOCK, POINTER):
            new = marks.without_block(old)
        elif piece.form == WHOLE:
            new = ""
        else:
            new = marks.without_entries(old, marks.settings(_template(piece)))
        if new.strip():
            writing.replace(path, _bytes(new))
        else:
            writing.remove(path)
            _remove_folders(os.path.realpath(top), os.path.dirname(path))
    except Torn:
        return Fitted(piece.path, LEFT, piece.what, "half a block of ours is in it: begin or end is missing")
    except (ValueError, NotWritable) as problem:
        return Fitted(piece.path, LEFT, piece.what, str(problem))
    return Fitted(piece.path, REMOVED, piece.what)


def _remove_folders(top: str, folder: str) -> None:
    """Take away ``folder`` and those above it while they are empty."""
    while folder.startswith(top + os.sep):
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = os.path.dirname(folder)


def _in_the_way(top: str, path: str) -> str:
    """What keeps ``path``, links followed, from being written: it is outside of the worktree, or no file."""
    if not path.startswith(os.path.realpath(top) + os.sep):
        return "it is a link out of the repository"
    return "a folder is there" if os.path.isdir(path) else ""


def _is_agents_md(top: str, piece: Piece, path: str) -> bool:
    """Whether ``piece``, which points to AGENTS.md, is a link to that very file, or that a link to it: it says the same."""
    return piece.form == POINTER and path == os.path.realpath(_place(top, outfits.AGENTS_MD))


def _place(top: str, piece: Piece) -> str:
    return os.path.join(top, *piece.path.split("/"))


def _template(piece: Piece) -> str:
    text = resources.read(f"agents/{piece.template}")
    if piece.form == WHOLE:
        mark = f"# {marks.FILE}" if piece.path.endswith(".rules") else f"<!-- {marks.FILE} -->"
        text = text.replace("@mark@", mark).replace("@block@", SHORT)
    return text


def _read(path: str) -> str | None:
    """The text of a file, its bytes kept through surrogates; None where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
