"""Memories with evidence written by hand, and what is said of it."""

import json

from agentmem.model import citing
from tests.support import Project, identity, put

CODE = """\
import os


def begin(path):
    handle = open(path, "rb")
    return handle


def read_all(handle):
    chunks = list(iter(lambda: handle.read(4096), b""))
    return b"".join(chunks)


def finish(handle):
    handle.close()
    os.remove(handle.name)
"""
OTHER = """\
def unrelated(first, second):
    total = first * second + len(str(first))
    return total, "nothing to do with files"
"""
READ_ALL = "9-11"
"""Lines of ``read_all`` in CODE."""


def code(project: Project, path: str, text: str | bytes) -> None:
    """A file of code."""
    put(project.path / path, text)


def lines_of(text: str, lines: str) -> str:
    """The lines of a text, as a citation would have them."""
    first, last = citing.read_range(lines)
    return "\n".join(citing.split(text)[first - 1 : last])


def evidence(text: str, lines: str, path: str = "src/files.py", **more: str) -> dict[str, str]:
    """A citation of ``lines`` of ``text``, true in every part but for ``more``."""
    cited = citing.split(lines_of(text, lines))
    return {"path": path, "lines": lines, "hash": citing.digest(cited), "quote": citing.quote(cited), **more}


def remember(
    project: Project, number: int, *cites: dict[str, str] | str, kind: str = "fact", **meta: str
) -> str:
    """A memory with these citations, as they are; its id."""
    items = json.dumps(list(cites))
    return project.remember(number, kind=kind, cites=items, **meta)


def verdicts(project: Project, *words: str, **options) -> list[str]:
    """The verdict on each citation, in order."""
    done = project.call("verify", *words, "--json", **options)
    assert done.code in (0, 1) and not done.err, done
    return [one["verdict"] for one in done.json["citations"]]


def places(project: Project, *words: str) -> list[tuple[str, str | None] | None]:
    """Where each citation is found."""
    done = project.call("verify", *words, "--json")
    found = [one["found"] for one in done.json["citations"]]
    return [one and (one["path"], one["lines"]) for one in found]


def findings(project: Project, *words: str, **options) -> list[tuple[str, str]]:
    """Rule and severity of what ``check`` says of evidence."""
    done = project.call("check", "--json", *words, **options)
    assert done.code in (0, 1), done
    return [
        (one["rule"], one["severity"]) for one in done.json["findings"] if one["rule"].startswith("cite-")
    ]


def identities(count: int) -> list[str]:
    """The ids of the first memories."""
    return [identity(number) for number in range(1, count + 1)]
