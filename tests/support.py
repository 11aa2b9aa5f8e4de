"""What many tests need: git, the command line as a process and in this process, memories as text."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import agentmem

ROOT = Path(agentmem.__file__).resolve().parent.parent
NOW = "2026-02-22T10:42:00Z"
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
FILE_ID = re.compile(rf"(?:^|[-/.])([{ALPHABET}]{{12}})\.md$")


@dataclass(frozen=True)
class Ran:
    """What one command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on stdout."""
        return json.loads(self.out)

    @property
    def objects(self) -> list[Any]:
        """The objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def lines(self) -> list[str]:
        """The lines on stdout."""
        return self.out.splitlines()


def command(*args: str) -> list[str]:
    """The words that start the command line as a process of its own."""
    return [sys.executable, "-m", "agentmem", *args]


def environment(env: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment of a process, with ``env`` over it; None takes a name away."""
    merged = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", **(env or {})}
    return {key: value for key, value in merged.items() if value is not None}


def start(*args: str, cwd: Any, env: Mapping[str, str | None] | None = None) -> subprocess.Popen[bytes]:
    """Start the command line and return at once."""
    return subprocess.Popen(
        command(*args),
        cwd=cwd,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(
    *args: str,
    cwd: Any,
    input: str | bytes | None = None,
    env: Mapping[str, str | None] | None = None,
    prefix: Iterable[str] = (),
) -> Ran:
    """Run the command line as a process of its own; ``prefix`` are words to start it by."""
    data = input.encode() if isinstance(input, str) else input
    done = subprocess.run(
        [*prefix, *command(*args)],
        cwd=cwd,
        env=environment(env),
        input=data if data is not None else b"",
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


@contextmanager
def _process_state(cwd: Any, env: Mapping[str, str | None] | None, input: str | bytes | None):
    data = (input.encode() if isinstance(input, str) else input) or b""
    before, saved = os.getcwd(), (sys.stdin, sys.stdout, sys.stderr)
    variables = dict(os.environ)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    try:
        os.chdir(cwd)
        for key, value in (env or {}).items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        sys.stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
        sys.stdout, sys.stderr = out, err
        yield out, err
    finally:
        sys.stdin, sys.stdout, sys.stderr = saved
        os.environ.clear()
        os.environ.update(variables)
        os.chdir(before)


def call(
    *args: str, cwd: Any, input: str | bytes | None = None, env: Mapping[str, str | None] | None = None
) -> Ran:
    """Run the command line in this process: twenty times faster, for tests that are not about the process."""
    from agentmem.cli import main

    with _process_state(cwd, env, input) as (out, err):
        code = main.run(list(args))
        out.flush()
        err.flush()
        return Ran(code, out.buffer.getvalue().decode("utf-8"), err.buffer.getvalue().decode("utf-8"))


def git(cwd: Any, *args: str, input: bytes | None = None, check: bool = True) -> str:
    """Run git; what it prints."""
    done = subprocess.run(["git", *args], cwd=cwd, input=input, capture_output=True, check=False)
    if check and done.returncode:
        raise AssertionError(f"git {' '.join(args)}: {done.stderr.decode('utf-8', 'replace')}")
    return done.stdout.decode("utf-8", "surrogateescape")


class Project:
    """One folder of a repository, and the command line in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def store(self) -> Path:
        """The store's folder."""
        return self.path / ".agentmem"

    def git(self, *args: str, input: bytes | None = None, check: bool = True) -> str:
        """Run git here."""
        return git(self.path, *args, input=input, check=check)

    def run(self, *args: str, **options: Any) -> Ran:
        """Run the command line here, as a process."""
        return run(*args, **{"cwd": self.path, **options})

    def call(self, *args: str, **options: Any) -> Ran:
        """Run the command line here, in this process."""
        return call(*args, **{"cwd": self.path, **options})

    def ok(self, *args: str, **options: Any) -> str:
        """What a command prints that must succeed."""
        done = self.call(*args, **options)
        assert done.code == 0, f"agentmem {' '.join(args)}: exit {done.code}\n{done.out}{done.err}"
        return done.out

    def json(self, *args: str, **options: Any) -> Any:
        """The object that a command gives that must succeed."""
        return json.loads(self.ok(*args, "--json", **options))

    def commit(self, message: str = "work") -> str:
        """Commit all there is; the commit's id."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def write(self, path: str, text: str | bytes) -> Path:
        """A file below the store."""
        return put(self.store / path, text)

    def remember(
        self, number: int, title: str | None = None, body: str | None = None, kind: str = "fact", **meta: str
    ) -> str:
        """Write a memory's file by hand; its id."""
        name = identity(number)
        title = title or f"{WORDS[number % len(WORDS)]} number {number}"
        text = memory(name, kind=kind, title=title, body=body or f"About {title}, in {number} words.", **meta)
        folder = {"entity": "entities"}.get(kind, kind + "s")
        self.write(f"{folder}/m{number}-{name}.md", text)
        return name

    def titles(self, *args: str) -> set[str]:
        """The titles that ``list`` gives."""
        return {one["title"] for one in self.json("list", *args)["memories"]}

    def found(self, question: str, *args: str) -> list[str]:
        """The ids that ``recall`` gives, best first."""
        return self.ok("recall", question, "--format", "ids", "--budget", "0", *args).split()


WORDS = tuple(
    word
    for line in (
        "queue worker lock lease retry backoff schema index migration cache token budget parser lexer socket",
        "timeout replica shard cursor batch stream buffer commit rebase branch overlay digest header cookie session",
    )
    for word in line.split()
)


def put(path: Path, text: str | bytes) -> Path:
    """Write one file, its folders with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def lose(project: Project, name: str, left: bytes | None = None) -> str:
    """Take the loose object ``name`` away, as a crash does (``left``: but for these bytes); its id."""
    oid = project.git("rev-parse", name).strip()
    path = project.path / ".git" / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.unlink()
    if left is not None:
        path.write_bytes(left)
    return oid


def identity(number: int) -> str:
    """A stable id: every one starts differently."""
    digits = ""
    value = number * 2654435761 % 2**30
    for _ in range(6):
        digits += ALPHABET[value % 32]
        value //= 32
    return f"{digits}{number:06d}"


def memory(
    identity: str,
    kind: str = "fact",
    title: str = "A title",
    body: str = "A body.",
    created: str = "2026-02-10T14:03:22Z",
    **meta: str,
) -> str:
    """A memory's file."""
    lines = ["---", f"id: {identity}", f"kind: {kind}", f"title: {title}", f"created: {created}"]
    lines += [f"{key}: {value}" for key, value in meta.items()]
    return "\n".join((*lines, "---", body, ""))


def is_root() -> bool:
    """Whether permission bits do not bind us."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


@contextmanager
def mounted(*words: str, at: Path):
    """A mount at ``at`` for the time of a test; skips where the sandbox has none."""
    import pytest

    if not (is_root() and shutil.which("mount")):
        pytest.skip("mounting needs root")
    done = subprocess.run(["mount", *words, str(at)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"this sandbox does not mount: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(at)], check=False)


@contextmanager
def read_only(path: Path):
    """``path`` where nothing can be written, whoever asks; skips where the sandbox cannot do that."""
    import pytest

    if not is_root():
        folders = [path, *(p for p in path.rglob("*") if p.is_dir())]
        for folder in folders:
            folder.chmod(0o555)
        try:
            yield
        finally:
            for folder in folders:
                folder.chmod(0o755)
        return
    with mounted("--bind", str(path), at=path):
        done = subprocess.run(["mount", "-o", "remount,ro,bind", str(path)], capture_output=True, check=False)
        if done.returncode:
            pytest.skip("this sandbox does not remount read-only")
        yield
