r"""Transcripts: what the command line prints, to the byte, for every verb and every error.

A transcript is a text file of commands with what they gave. ``UPDATE_TRANSCRIPTS=1 pytest tests/cli/test_transcripts.py``
writes the answers anew; the diff is then the review. The form:

    # a comment                        is kept
    $ agentmem list --kind fact        a command: agentmem, git, or one of write, append, rm, rmdir, link, ls, cat
    $ cd ../db-1                       where the commands after it run; it starts in <repo>
    $ unset AGENTMEM_AGENT             a variable that the commands after it do not see
    $ clock 09:30                      when the next command runs; from then on git's commits are of that day too
    | text                             what the command reads from standard input, or what ``write`` writes
      text                             what it printed on stdout
    ! text                             what it printed on stderr
    = 2                                its exit code, where that is not 0

Each command runs a minute after the one before it. Ids that were drawn at random are shown as ``<id1>``, their short form as
``<id1~>``, and can be used so in later commands; commits and blobs as ``<sha>`` and ``<sha7>``; JSON is laid out over lines.
"""

import json
import os
import re
import shlex
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests import support

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))
EMPTY = "·"
"""What an empty line of an answer is shown as, so that an editor that strips blanks does no harm."""
UPDATE = os.environ.get("UPDATE_TRANSCRIPTS") == "1"

KNOWN = (Path(__file__).parent / "known.jsonl").read_text(encoding="utf-8")
"""What every stage has beside it, to be imported: memories with given ids."""


class Stage:
    """Where one transcript plays: a repository, and the names of what was drawn at random."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.here = path
        self.unset: dict[str, str | None] = {}
        path.mkdir()
        support.put(path.parent / "known.jsonl", KNOWN)
        self.bin = path.parent / "bin"
        script = f'#!/bin/sh\nexec {" ".join(map(shlex.quote, support.command()))} "$@"\n'
        support.put(self.bin / "git-agentmem", script).chmod(0o755)
        self.given = {json.loads(line)["id"] for line in KNOWN.splitlines()}
        self.names: dict[str, str] = {}
        self.minutes = 0
        self.is_dated = False

    def play(self, words: list[str], given: str) -> support.Ran:
        """Run one command."""
        self.given |= set(re.findall(rf"^id: ([{support.ALPHABET}]{{12}})$", given, re.MULTILINE))
        # git finds this agentmem when it starts the merge driver
        env: dict[str, str | None] = {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(support.ROOT),
            **self.unset,
        }
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            key, _, value = words.pop(0).partition("=")
            env[key] = value
        verb, *rest = words
        if verb in ("cd", "unset", "clock"):
            self.set(verb, rest[0])
            return support.Ran(0, "", "")
        clock = datetime.fromisoformat(support.NOW) + timedelta(minutes=self.minutes)
        self.minutes += 1
        env.setdefault("AGENTMEM_NOW", clock.strftime("%Y-%m-%dT%H:%M:%SZ"))
        if self.is_dated:
            env |= {f"GIT_{who}_DATE": env["AGENTMEM_NOW"] for who in ("AUTHOR", "COMMITTER")}
        if verb == "agentmem":
            ran = support.call(*rest, cwd=self.here, input=given, env=env)
        else:
            ran = self.shell(verb, rest, given, env)
        self.learn()
        return ran

    def set(self, verb: str, value: str) -> None:
        """Set where, as whom or when the commands after it run."""
        if verb == "cd":
            self.here = Path(os.path.normpath(self.here / value))
            assert self.here.is_dir(), value
        elif verb == "unset":
            self.unset[value] = None
        else:
            start = datetime.fromisoformat(support.NOW)
            hour, minute = map(int, value.split(":"))
            minutes = int((start.replace(hour=hour, minute=minute) - start).total_seconds()) // 60
            assert minutes >= self.minutes or not self.is_dated, f"{value} is past already"
            self.minutes, self.is_dated = minutes, True

    def shell(self, verb: str, rest: list[str], given: str, env: dict[str, str | None]) -> support.Ran:
        """A command that is not ours."""
        import subprocess

        if verb == "git":
            words = ["git", *rest]
            done = subprocess.run(
                words,
                cwd=self.here,
                env=support.environment(env),
                input=given.encode(),
                capture_output=True,
                check=False,
            )
            return support.Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        path = self.here / rest[0] if rest else self.here
        if verb == "write":
            support.put(path, given)
        elif verb == "append":
            path.write_text(path.read_text() + given)
        elif verb == "rm":
            path.unlink()
        elif verb == "rmdir":
            shutil.rmtree(path)
        elif verb == "mkdir":
            path.mkdir(parents=True)
        elif verb == "link":
            path.symlink_to(rest[1])
        elif verb == "cat":
            return support.Ran(0, path.read_text(), "")
        elif verb == "ls":
            return support.Ran(
                0, "".join(f"{p.relative_to(path)}\n" for p in sorted(path.rglob("*")) if p.is_file()), ""
            )
        else:
            raise AssertionError(f"no command {verb}")
        return support.Ran(0, "", "")

    def learn(self) -> None:
        """Name the ids that the last command drew, in the order of their files' names without them."""
        found = []
        for path in (path for top in sorted({self.path, self.here}) for path in top.rglob("*.md")):
            match = support.FILE_ID.search(path.as_posix())
            if match and match[1] not in self.given and match[1] not in self.names:
                found.append((path.as_posix().replace(match[1], ""), match[1]))
        for _, identity in sorted(found):
            self.names.setdefault(identity, f"id{len(self.names) + 1}")

    def shown(self, text: str) -> str:
        """``text`` with what changes from run to run made plain."""
        for identity, name in self.names.items():
            text = text.replace(identity, f"<{name}>")
            text = re.sub(rf"(?<![0-9a-z]){identity[:6]}(?![0-9a-z])", f"<{name}~>", text)
        head = (
            support.git(self.here, "rev-parse", "-q", "--verify", "HEAD", check=False).strip()
            if (self.here / ".git").exists()
            else ""
        )
        if head:
            text = text.replace(head, "<sha>").replace(head[:12], "<sha12>").replace(head[:7], "<sha7>")
            for commit in support.git(self.here, "rev-list", "--all", "--reflog").split():
                text = re.sub(rf"(?<![0-9a-z]){commit[:12]}(?![0-9a-z])", "<sha12>", text)
                text = re.sub(rf"(?<![0-9a-z]){commit[:7]}(?![0-9a-z])", "<sha7>", text)
        text = re.sub(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])", "<sha>", text)
        text = re.sub(r'"clone": "[0-9a-f]{16}"', '"clone": "<clone>"', text)
        text = re.sub(r"agentmem-\w+-\w+\.(log|md)", r"agentmem-<random>.\1", text)
        text = text.replace(str(self.path), "<repo>").replace(str(self.path.parent), "<tmp>")
        return text.replace(os.environ["TMPDIR"], "<temp>")

    def meant(self, line: str) -> str:
        """``line`` of a transcript with the names in it replaced by what they stand for."""
        for identity, name in self.names.items():
            line = line.replace(f"<{name}>", identity).replace(f"<{name}~>", identity[:6])
        return line.replace("<repo>", str(self.path)).replace("<tmp>", str(self.path.parent))


def laid_out(text: str) -> str:
    """``text`` with each line that is a JSON object spread over several."""
    out = []
    for line in text.split("\n"):
        if line.startswith('{"'):
            line = json.dumps(json.loads(line), indent=2, ensure_ascii=True)
        out.append(line)
    return "\n".join(out)


def prefixed(mark: str, text: str) -> list[str]:
    """Each line of ``text`` behind ``mark``; a last line without its end is marked by a backslash."""
    if not text:
        return []
    lines = text.split("\n")
    ended = lines.pop() if lines[-1] == "" else None
    if ended is None:
        lines[-1] += "\\"
    return [f"{mark} {line or EMPTY}" for line in lines]


def replay(path: Path, stage: Stage) -> str:
    """The transcript at ``path`` as it is today."""
    out: list[str] = []
    lines = path.read_text(encoding="utf-8").split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line.startswith("$ "):
            if line.startswith("#"):
                out += ["", line] if out else [line]
            continue
        out.append(line)
        given = []
        while at < len(lines) and lines[at].startswith("|"):
            given.append(lines[at][2:])
            out.append(lines[at])
            at += 1
        ran = stage.play(
            shlex.split(stage.meant(line[2:])), stage.meant("\n".join([*given, ""])) if given else ""
        )
        out += prefixed(" ", laid_out(stage.shown(ran.out))) + prefixed("!", laid_out(stage.shown(ran.err)))
        if ran.code:
            out.append(f"= {ran.code}")
    return "\n".join([*out, ""])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transcript(path, tmp_path):
    """What the command line prints is what its transcript has, to the byte."""
    played = replay(path, Stage(tmp_path / "repo"))
    if UPDATE:
        path.write_text(played, encoding="utf-8")
    assert played == path.read_text(encoding="utf-8")


def test_every_verb_has_a_transcript():
    """There is no verb without a transcript of it and of its help."""
    from agentmem.cli.grammar import VERBS

    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    for verb in set(VERBS) - {"demo"}:
        assert re.search(rf"^\$ (?:\w+=\S+ )*agentmem (?:\S+ )*{verb}\b", text, re.MULTILINE), verb
        assert re.search(rf"^\$ agentmem {verb} (?:-h|--help)$", text, re.MULTILINE), verb


def test_no_transcript_shows_a_bug():
    """No transcript holds exit code 70: a crash is never what is expected."""
    for path in FILES:
        assert "= 70" not in path.read_text(encoding="utf-8").splitlines(), path.name


def test_json_is_one_line_of_ascii(store):
    """What transcripts lay out over lines is one line of ASCII."""
    store.ok("add", "fact", "Größe 队列")
    for words in (
        ("list",),
        ("recall", "größe"),
        ("status",),
        ("check",),
        ("index", "status"),
        ("show", "nothing"),
    ):
        out = store.call(*words, "--json").out
        assert out.isascii() and out.count("\n") == 1 and out.endswith("\n")
