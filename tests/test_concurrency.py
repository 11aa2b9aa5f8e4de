"""Many agents in one worktree at once: nothing that was acknowledged is lost, no read fails, and a kill leaves no half file."""

import json
import os
import random
import signal
import subprocess
import sys

import pytest

from tests import support

WRITERS, EACH, READERS = 8, 12, 2
KILLS = 20

WRITER = """
import sys
from agentmem.cli import main
folder, me, count, log = sys.argv[1], sys.argv[2], int(sys.argv[3]), open(sys.argv[4], "a")
for number in range(count):
    title = f"Writer {me} has found thing {number} zebra{me}x{number}"
    body = f"Thing {number} of writer {me}. " * (1 + number % 5)
    code = main.run(["-C", folder, "-q", "add", "fact", title, "--body", body, "--force"])
    assert code == 0, code
    log.write(f"{me} {number}\\n")
    log.flush()
"""

READER = """
import io, json, os, sys
from agentmem.cli import main
folder, stop, log = sys.argv[1], sys.argv[2], sys.argv[3]

def ask(*words):
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    kept, sys.stdout = sys.stdout, out
    try:
        code = main.run(["-C", folder, *words])
    finally:
        sys.stdout = kept
    assert code == 0, (code, words)
    return json.loads(out.buffer.getvalue())

rounds = 0
while True:
    last = os.path.exists(stop)
    acknowledged = [tuple(line.split()) for line in open(log) if line.endswith("\\n")]
    listed = {one["title"] for one in ask("list", "--json", "--limit", "0")["memories"]}
    for me, number in acknowledged:
        assert f"Writer {me} has found thing {number} zebra{me}x{number}" in listed, ("missing in list", me, number)
    for me, number in acknowledged[-3:]:
        hits = ask("recall", f"zebra{me}x{number}", "--json")["hits"]
        assert any(one["title"].endswith(f"zebra{me}x{number}") for one in hits), ("missing in recall", me, number)
    rounds += 1
    if last:
        break
print(rounds)
"""


def process(code, *args):
    words = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.Popen(words, env=support.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("known", [0, 230])
def test_writers_and_readers_at_once(store, tmp_path, known):
    """Eight writers and two readers in one worktree: every file is readable, no recall fails or misses what was acknowledged."""
    for number in range(known):
        store.remember(number)
    store.commit()
    log, stop = support.put(tmp_path / "log", ""), tmp_path / "stop"
    readers = [process(READER, store.path, stop, log) for _ in range(READERS)]
    writers = [process(WRITER, store.path, me, EACH, log) for me in range(WRITERS)]
    errors = [writer.communicate()[1].decode() for writer in writers]
    stop.write_text("")
    for reader in readers:
        out, err = reader.communicate()
        assert reader.returncode == 0, err.decode()
        assert int(out) >= 1
    assert [writer.returncode for writer in writers] == [0] * WRITERS, errors
    assert len(log.read_text().splitlines()) == WRITERS * EACH
    assert len(store.json("list", "--limit", "0")["memories"]) == known + WRITERS * EACH
    assert len(list((store.store / "facts").glob("*.md"))) == known + WRITERS * EACH
    assert not list(store.store.rglob(".tmp-*"))
    checked = store.call("check", "--json").json
    assert (checked["counts"]["error"], checked["counts"]["memories"]) == (0, known + WRITERS * EACH)


KILLED = """
import sys
from agentmem.cli import main
folder, me, log = sys.argv[1], sys.argv[2], open(sys.argv[3], "a")
print("ready", flush=True)
number = 0
while True:
    title = f"Writer {me} has found thing {number} zebra{me}x{number}"
    if main.run(["-C", folder, "-q", "add", "fact", title, "--body", "Text. " * 300, "--force"]) == 0:
        log.write(title + "\\n")
        log.flush()
    if main.run(["-C", folder, "-q", "edit", "7k3m9q", "--set", f"tags+=w{me}x{number}"]) == 0:
        log.write(f"tag w{me}x{number}\\n")
        log.flush()
    number += 1
"""


def test_killed_writers_leave_no_half_file(store, tmp_path):
    """`kill -9` at random moments: no half file is visible, the next recall is right, and all that was acknowledged is there."""
    store.write("facts/one-7k3m9qwpdx2v.md", support.memory("7k3m9qwpdx2v", title="One"))
    for number in range(60):
        store.remember(number)
    store.commit()
    log = support.put(tmp_path / "log", "")
    chance = random.Random(20260222)
    for me in range(KILLS):
        writer = process(KILLED, store.path, me, log)
        assert writer.stdout
        writer.stdout.readline()
        try:
            writer.wait(timeout=chance.uniform(0.02, 0.35))
            pytest.fail(writer.communicate()[1].decode())
        except subprocess.TimeoutExpired:
            os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
        acknowledged = log.read_text().split("\n")[:-1]
        titles = {line for line in acknowledged if not line.startswith("tag ")}
        listed = store.call("list", "--json", "--limit", "0")
        assert listed.code == 0, listed.err
        there = {one["title"] for one in listed.json["memories"]}
        assert titles <= there, titles - there
        assert {title for title in there if "number" in title} >= {
            f"{support.WORDS[n % 30]} number {n}" for n in range(60)
        }
        if titles:
            last = [line for line in acknowledged if not line.startswith("tag ")][-1]
            hits = store.json("recall", last.split()[-1])["hits"]
            assert hits[0]["title"] == last
    checked = store.call("check", "--json").json
    assert not [one for one in checked["findings"] if one["severity"] == "error"]
    tags = set(store.json("show", "7k3m9q")["memories"][0]["tags"])
    assert {line[4:] for line in acknowledged if line.startswith("tag ")} <= tags
    store.git("add", "-A")
    assert ".tmp-" not in store.git("diff", "--cached", "--name-only")
    journal = store.path / ".git" / "agentmem" / "journal"
    texts = "".join(path.read_text() for path in journal.glob("*.jsonl"))
    for title in titles:
        assert json.dumps(title)[1:-1] in texts


INDEXER = """
import sys
from agentmem.cli import main
print("ready", flush=True)
while True:
    main.run(["-C", sys.argv[1], "-q", "index", "rebuild"])
    main.run(["-C", sys.argv[1], "-q", "recall", "worker"])
"""


def test_killed_indexers_break_nothing(store):
    """`kill -9` while an index is written: the next recall is right and the index is whole or made anew."""
    for number in range(120):
        store.remember(number)
    store.commit()
    expected = store.found("worker number 1")
    chance = random.Random(7)
    for _ in range(8):
        writer = process(INDEXER, store.path)
        assert writer.stdout
        writer.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(timeout=chance.uniform(0.02, 0.4))
        writer.kill()
        writer.communicate()
        assert store.found("worker number 1") == expected
        assert len(store.titles("--limit", "0")) == 120
    assert store.json("index", "status")["missing"] == 0


def test_first_reads_at_once(store):
    """Six first reads of an unknown store at once, each of which would make the caches, all answer rightly."""
    for number in range(300):
        store.remember(number)
    store.commit()
    readers = [
        support.start("recall", "worker number 1", "--format", "ids", "--budget", "0", cwd=store.path)
        for _ in range(6)
    ]
    answers = set()
    for reader in readers:
        out, err = reader.communicate()
        assert reader.returncode == 0, err
        answers.add(out)
    assert len(answers) == 1
    assert support.identity(1).encode() in answers.pop()
    assert store.json("index", "status")["missing"] == 0


def test_inits_at_once(repo):
    """Four `init` at once make one whole store."""
    running = [support.start("init", cwd=repo.path) for _ in range(4)]
    for one in running:
        _, err = one.communicate()
        assert one.returncode == 0, err
    assert sorted(path.name for path in repo.store.iterdir()) == [
        ".gitattributes",
        ".gitignore",
        "README.md",
        "config.toml",
    ]
    assert repo.titles() == set()


def test_imports_at_once(store, tmp_path):
    """Four imports of the same records at once give each memory once."""
    source = support.put(
        tmp_path / "m.jsonl", "".join(f'{{"id": "r{i}", "title": "Record {i}"}}\n' for i in range(60))
    )
    running = [support.start("import", "jsonl", str(source), cwd=store.path) for _ in range(4)]
    for one in running:
        _, err = one.communicate()
        assert one.returncode == 0, err
    assert len(store.json("list", "--limit", "0")["memories"]) == 60
    assert store.call("check").code == 0
