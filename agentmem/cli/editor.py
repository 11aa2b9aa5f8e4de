"""Writing in $EDITOR, for people at a terminal."""

import os
import shlex
import subprocess
import tempfile

from agentmem.actions import change, placing, saving
from agentmem.actions.change import Changed
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import AgentmemError, UsageError
from agentmem.model import document, memory
from agentmem.model.document import Document
from agentmem.store import resources


def new_memory(kind: str) -> tuple[str, str]:
    """The title and body that a person writes into the template of ``kind``.

    Raises:
        UsageError: the template came back as it was, or no longer is a memory.

    """
    template = resources.read(f"kinds/{kind}.md")
    text = _edited(template.encode("utf-8"), f"{kind}.md")
    parsed = document.parse(text)
    if parsed.problems:
        problem = parsed.problems[0]
        raise UsageError(f"not added: line {problem.line}: {problem.message}", _kept(text))
    if text == template.encode("utf-8"):
        raise UsageError("not added: nothing was written")
    return str(parsed.meta.get("title") or ""), parsed.body


def edit_file(context: Context, reference: str, branch: str | None = None) -> Changed:
    """Let a person edit a memory's file.

    Raises:
        UsageError: what came back is not this memory, or others changed it meanwhile; Refused: a secret. Either tells where the
            text is kept.

    """
    found = change.editable(context, reference)
    path = found.path.removeprefix(context.place.name + "/")
    old = placing.text_of(context, found)
    new = _edited(old, os.path.basename(path))
    if new == old:
        return Changed(found.memory, found.path, changed=False)
    try:
        placed = _placed(context, found, path, old, new, branch, f"edit {reference}")
    except AgentmemError as error:
        error.hint = "; ".join(filter(None, [error.hint, _kept(new)]))
        raise
    if placed is None:
        return Changed(found.memory, found.path, changed=False)
    now = document.memory_of(path, placed.data)
    return Changed(now, f"{context.place.name}/{placed.path}", changed=True, layer=placed.layer)


def _placed(
    context: Context, found: Found, path: str, old: bytes, new: bytes, branch: str | None, verb: str
) -> placing.Placed | None:
    before, after = document.parse(old), document.parse(new)
    _demand_same(found.memory.id, before, after)
    saving.refuse_large(new, "a memory")
    saving.refuse_unsafe(after.text, path)

    def make(data: bytes) -> bytes:
        if data != old:
            raise UsageError("not saved: somebody else changed this memory meanwhile")
        return new

    named = {key for key in {**before.meta, **after.meta} if before.meta.get(key) != after.meta.get(key)}
    if before.body != after.body:
        named.add("body")
    return placing.rewrite(context, found, make, named, branch, verb)


def _demand_same(identity: str, before: Document, after: Document) -> None:
    """Refuse what is not the memory ``identity`` any more, or has values that no reader takes."""
    if after.problems:
        raise UsageError(f"not saved: line {after.problems[0].line}: {after.problems[0].message}")
    if not after.text.strip():
        raise UsageError(
            "not saved: nothing is left of it", f"it is wrong: agentmem retract {identity} --reason TEXT"
        )
    held, left = before.meta.get("id"), after.meta.get("id")
    if left != held and (held is not None or left != identity):
        lacks = "its id is gone" if left is None else f"its id would be {left}"
        raise UsageError(
            f"not saved: {lacks}, so it would be another memory", f"it needs the line id: {identity}"
        )
    was, were = memory.read(before.meta, before.body, before.lines)
    now, problems = memory.read(after.meta, after.body, after.lines)
    known = {one.message for one in were}
    for problem in problems:
        if problem.message not in known:  # one that was there may be mended another time
            raise UsageError(f"not saved: line {problem.line}: {problem.message}")
    if was.title and not now.title:
        raise UsageError("not saved: a memory needs a title")


def _edited(data: bytes, name: str) -> bytes:
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="agentmem-") as folder:
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(data)
        try:
            code = subprocess.run([*shlex.split(command), path], check=False).returncode
        except OSError as error:
            raise UsageError(f"cannot start the editor {command}: {error.strerror}", "set EDITOR") from None
        if code:
            raise UsageError(f"nothing changed: the editor {command} ended with {code}")
        with open(path, "rb") as file:
            return file.read()


def _kept(data: bytes) -> str:
    with tempfile.NamedTemporaryFile("wb", prefix="agentmem-kept-", suffix=".md", delete=False) as file:
        file.write(data)
    return f"what you wrote is kept in {file.name}"
