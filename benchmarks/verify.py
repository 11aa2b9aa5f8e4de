"""How long ``agentmem verify`` takes over 1,000 citations in 300 files: whole processes, in a real repository.

    python benchmarks/verify.py [--citations 1000] [--files 300] [--rounds 5]

Prints the median seconds of each case. Exits 1 when a cold one takes over 2 s, or one with nothing changed since over 0.3 s.
Cold: no verdict is kept. The files are indexed before, as any other command would have done it.
"""

import argparse
import glob
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

from agentmem.model import citing, emitting, ids
from agentmem.model.memory import Citation, Memory, as_meta

COLD, UNCHANGED = 2.0, 0.3
GIT = ("git", "-c", "user.name=b", "-c", "user.email=b@example.org", "-c", "commit.gpgsign=false")


def git(folder, *words):
    done = subprocess.run([*GIT, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def source(chance, lines):
    """A file of functions with random names and numbers."""
    out = []
    while len(out) < lines:
        name = "".join(chance.choices("abcdefghijklmnop", k=8))
        out.append(f"def {name}(first, second):")
        out += [
            f"    {chance.choice('xyz')} = first * {chance.randint(1, 9999)} + second  # {name}"
            for _ in range(chance.randint(3, 9))
        ]
        out += ["    return x", ""]
    return out


def build(folder, citations, files, chance):
    git(folder, "init", "-q", "-b", "main")
    texts = {}
    for number in range(files):
        path = f"src/area{number % 12}/module{number}.py"
        texts[path] = source(chance, 200)
        write(folder, path, texts[path])
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "code")
    commit = git(folder, "rev-parse", "HEAD")
    subprocess.run(
        [sys.executable, "-m", "agentmem", "init", "--no-hooks"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    paths = sorted(texts)
    for number in range(citations // 2):
        cites = []
        while len(cites) < 2:
            path = chance.choice(paths)
            first = chance.randint(1, 180)
            last = first + chance.randint(0, 15)
            lines = texts[path][first - 1 : last]
            if citing.normalise(lines):
                cites.append(
                    Citation(
                        path,
                        None,
                        citing.write_range(first, last),
                        commit[:12],
                        citing.digest(lines),
                        citing.quote(lines),
                    )
                )
        memory = Memory(
            id=ids.encode(chance.getrandbits(60)), kind="fact", title=f"What module {number} does", created=1_770_000_000,
            cites=tuple(cites), body="Some words.",
        )  # fmt: skip
        path = os.path.join(folder, ".agentmem", "facts", f"fact-{memory.id}.md")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(emitting.compose(as_meta(memory), memory.body))
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "memory")
    return texts


def write(folder, path, lines):
    whole = os.path.join(folder, path)
    os.makedirs(os.path.dirname(whole), exist_ok=True)
    with open(whole, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def verify(folder):
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "agentmem", "verify"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    spent = time.perf_counter() - begin
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return spent, done.stdout.strip().splitlines()[-1]


def forget(folder):
    for path in glob.glob(os.path.join(folder, ".git", "agentmem", "verdicts-*")):
        os.remove(path)


def case(name, folder, rounds, cold, most, results):
    verify(folder)
    spans = []
    for _ in range(rounds):
        if cold:
            forget(folder)
        spent, said = verify(folder)
        spans.append(spent)
    median = statistics.median(spans)
    results.append(median <= most)
    print(
        f"{name:<44} {median:6.2f} s  (at most {most:g} s){'' if median <= most else '  TOO SLOW'}   {said}"
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--citations", type=int, default=1000)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    chance = random.Random(11)
    results = []
    with tempfile.TemporaryDirectory() as temp:
        folder = os.path.join(temp, "repo")
        os.mkdir(folder)
        texts = build(folder, asked.citations, asked.files, chance)
        case("cold, nothing changed since it was cited", folder, asked.rounds, True, COLD, results)
        case("nothing changed since the last run", folder, asked.rounds, False, UNCHANGED, results)
        for path, lines in texts.items():  # every file shifted, one line of each rewritten, a tenth renamed
            at = chance.randint(0, len(lines) - 1)
            new = ["# new", "", *lines]
            new[at + 2] += "  # changed"
            write(folder, path, new)
            if chance.random() < 0.1:
                git(folder, "mv", path, path.replace("module", "renamed"))
        case("cold, all files edited, a tenth renamed", folder, asked.rounds, True, COLD, results)
        case("the same, nothing changed since the last run", folder, asked.rounds, False, UNCHANGED, results)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "edits")
        shallow = os.path.join(temp, "shallow")
        git(temp, "clone", "-q", "--depth", "1", f"file://{folder}", shallow)
        case("cold, in a clone of depth 1", shallow, asked.rounds, True, COLD, results)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
