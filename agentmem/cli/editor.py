"""Writing in $EDITOR, for people at a terminal."""

import os
import shlex
import subprocess
import tempfile

from agentmem.actions import placing, saving, selecting
from agentmem.actions.change import Changed
from agentmem.actions.context import Context
from agentmem.errors import UsageError
from agentmem.model import document
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
        raise UsageError(f"not added: line {parsed.problems[0].line}: {parsed.problems[0].message}")
    if text == template.encode("utf-8"):
        raise UsageError("not added: nothing was written")
    return str(parsed.meta.get("title") or ""), parsed.body


def edit_file(context: Context, reference: str, branch: str | None = None) -> Changed:
    """Let a person edit a memory's file.

    Raises:
        UsageError: what came back is no memory, or others changed the file meanwhile; the text is kept, and its place told.

    """
    view = context.index.view()
    found = selecting.fetch(context.index, view, [selecting.by_reference(context.index, view, reference)])[0]
    path = found.path.removeprefix(context.place.name + "/")
    old = placing.text_of(context, found)
    new = _edited(old, os.path.basename(path))
    if new == old:
        return Changed(found.memory, found.path, changed=False)
    parsed = document.parse(new)
    if parsed.problems:
        raise UsageError(
            f"not saved: line {parsed.problems[0].line}: {parsed.problems[0].message}", _kept(new)
        )
    saving.refuse_unsafe(parsed.text, path)

    def make(data: bytes) -> bytes:
        if data != old:
            raise UsageError("not saved: somebody else changed this memory meanwhile", _kept(new))
        return new

    before = document.parse(old)
    named = {key for key in {**before.meta, **parsed.meta} if before.meta.get(key) != parsed.meta.get(key)}
    if before.body != parsed.body:
        named.add("body")
    placed = placing.rewrite(context, found, make, named, branch, f"edit {reference}")
    if placed is None:
        return Changed(found.memory, found.path, changed=False)
    return Changed(found.memory, f"{context.place.name}/{placed.path}", changed=True, layer=placed.layer)


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
