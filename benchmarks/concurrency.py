"""Many processes on one store: writers and readers at once, editors of one memory, and kills in the middle.

    python benchmarks/concurrency.py [--writers 32] [--each 100] [--readers 8] [--editors 8] [--edits 100] [--kills 200]
                                   [--rounds 8]

Exits 1 when an acknowledged memory is missing, a recall fails or misses a memory whose ``add`` had ended before it started,
an edit is lost, on trunk or on a branch, or a kill leaves half a file, a broken index or a wrong answer.
"""

import argparse
import concurrent.futures
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

TOOL = [sys.executable, "-m", "agentmem"]
WORDS = (
    "apple",
    "bridge",
    "candle",
    "desert",
    "engine",
    "forest",
    "garden",
    "hammer",
    "island",
    "jacket",
    "kettle",
)


def call(folder: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """One command, to its end."""
    return subprocess.run(
        [*TOOL, "-C", folder, *words], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )


def new_store(folder: str) -> None:
    """An empty repository with a store."""
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    assert call(folder, "init", "--no-hooks").returncode == 0


def marker(writer: int, number: int) -> str:
    """A word that one memory alone has."""
    return f"mark{writer:03d}x{number:04d}"


def writers_and_readers(folder: str, writers: int, each: int, readers: int) -> list[str]:
    """``writers`` × ``each`` adds while ``readers`` recall without pause; what went wrong."""
    new_store(folder)
    wrong: list[str] = []
    acknowledged: list[str] = []
    done = threading.Event()
    recalls = [0]

    def write(writer: int) -> None:
        for number in range(each):
            word = marker(writer, number)
            text = f"{random.choice(WORDS)} {random.choice(WORDS)} {word}"
            result = call(folder, "add", "fact", text, "--agent", f"writer-{writer}", "--force")
            if result.returncode:
                wrong.append(f"add failed ({result.returncode}): {result.stderr.decode()}")
            else:
                acknowledged.append(word)

    def read(reader: int) -> None:
        chance = random.Random(reader)
        while not done.is_set():
            if not acknowledged:
                time.sleep(0.01)
                continue
            word = chance.choice(acknowledged)
            result = call(folder, "recall", word, "--json")
            recalls[0] += 1
            if result.returncode or not any(
                word in hit["title"] for hit in json.loads(result.stdout)["hits"]
            ):
                wrong.append(
                    f"recall {word} ({result.returncode}): {result.stdout.decode()[:300]} {result.stderr.decode()}"
                )

    begin = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(writers + readers) as pool:
        reading = [pool.submit(read, reader) for reader in range(readers)]
        for future in [pool.submit(write, writer) for writer in range(writers)]:
            future.result()
        done.set()
        for future in reading:
            future.result()
    listed = json.loads(call(folder, "list", "--json", "--limit", "0").stdout)["memories"]
    titles = " ".join(memory["title"] for memory in listed)
    wrong += [f"lost: {word}" for word in acknowledged if word not in titles]
    checked = call(folder, "check")
    if checked.returncode:
        wrong.append(f"check: {checked.stdout.decode()[-300:]}")
    spent = time.perf_counter() - begin
    by = f"{len(listed):,} memories by {writers} writers, {recalls[0]:,} recalls by {readers} readers"
    print(f"{by}, {spent:.0f} s: {len(wrong)} wrong")
    return wrong


def editors(folder: str, count: int, each: int) -> list[str]:
    """``count`` processes that edit one memory ``each`` times: every edit must be seen in the end."""
    new_store(folder)
    name = json.loads(call(folder, "--json", "add", "fact", "the memory that all edit").stdout)["id"]
    wrong: list[str] = []

    def edit(editor: int) -> None:
        for number in range(each):
            result = call(folder, "edit", name, "--set", f"tags+=t{editor}n{number}")
            if result.returncode:
                wrong.append(f"edit failed: {result.stderr.decode()}")

    begin = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(edit, editor) for editor in range(count)]:
            future.result()
    tags = json.loads(call(folder, "--json", "show", name).stdout)["memories"][0]["tags"]
    spent = time.perf_counter() - begin
    print(f"{len(set(tags))} effects of {count} × {each} edits, {spent:.0f} s: {len(wrong)} wrong")
    return (
        wrong if len(set(tags)) == count * each else [*wrong, f"{count * each - len(set(tags))} edits lost"]
    )


def kills(folder: str, count: int, seed: int = 5) -> list[str]:
    """``kill -9`` of an add, an import or a recall at ``count`` random moments; after each, the next recall is right."""
    new_store(folder)
    chance = random.Random(seed)
    wrong: list[str] = []
    acknowledged: list[str] = []
    source = os.path.join(folder, ".git", "some.jsonl")
    begin = time.perf_counter()
    landed = 0
    for number in range(count):
        word = marker(999, number)
        kind = number % 4
        if kind == 1:
            with open(source, "w", encoding="utf-8") as file:
                file.writelines(
                    json.dumps({"title": f"{word} {n}", "body": " ".join(WORDS)}) + "\n" for n in range(40)
                )
        if kind == 3:
            call(folder, "index", "rebuild")
        command = (
            ["add", "fact", f"{word} {chance.choice(WORDS)}", "--force"],
            ["import", "jsonl", source],
            ["recall", chance.choice(WORDS)],
            ["recall", chance.choice(WORDS)],
        )[kind]
        process = subprocess.Popen(
            [*TOOL, "-C", folder, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.random() * 0.35)
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0 and kind < 2:
            acknowledged.append(word)
        else:
            landed += 1
        for asked in [word, *chance.sample(acknowledged, min(2, len(acknowledged)))]:
            result = call(folder, "recall", asked, "--json", "--limit", "1")
            found = result.returncode == 0 and any(
                asked in hit["title"] for hit in json.loads(result.stdout)["hits"]
            )
            if result.returncode or (asked in acknowledged and not found):
                wrong.append(
                    f"after kill {number}: recall {asked}: {result.returncode} {result.stderr.decode()[:300]}"
                )
    if call(folder, "check").returncode:
        wrong.append("check finds half a file")
    print(
        f"{count} kills, {landed} before the end of the command, {time.perf_counter() - begin:.0f} s: {len(wrong)} wrong"
    )
    return wrong


def branches(folder: str, editors: int, each: int, count: int, seed: int = 7) -> list[str]:
    """``count`` rounds of: two branches change what trunk holds and are merged; then ``editors`` processes edit it, beside
    promotions of which some are killed. Every effect must be seen in the end, and no reader sees a conflict on the way.
    """
    new_store(folder)
    chance = random.Random(seed)
    wrong: list[str] = []
    said: set[str] = set()
    begin = time.perf_counter()

    def git(*words: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, "-C", folder, *words], check=True, capture_output=True)

    def edit(*words: str) -> None:
        result = call(folder, "edit", name, *words)
        if result.returncode:
            wrong.append(f"edit {words} failed ({result.returncode}): {result.stderr.decode()}")

    git("config", "user.name", "A")
    git("config", "user.email", "a@example.org")
    lines = [f"Line {number}." for number in range(12)]
    name = json.loads(call(folder, "--json", "add", "fact", "shared", "--body", "\n".join(lines)).stdout)[
        "id"
    ]
    git("add", "-A")
    git("commit", "-q", "-m", "begin")
    for number in range(count):
        for side in "ab":
            tag, line = f"{side}{number}", f"{side} has seen {number}."
            git("switch", "-q", "-c", tag, "main")
            body = json.loads(call(folder, "--json", "show", name).stdout)["memories"][0]["text"]
            edit(
                "--set",
                f"tags+={tag}",
                "--body",
                body.replace(lines[0 if side == "a" else 6], f"{line}\n" + lines[0 if side == "a" else 6]),
            )
            said |= {tag, line}
            git("add", "-A")
            git("commit", "-q", "-m", tag)
            git("switch", "-q", "main")
        for side in "ab":
            git("merge", "-q", "--no-ff", "-m", "merge", f"{side}{number}")
        tags = [f"e{number}x{editor}x{n}" for editor in range(editors) for n in range(each)]
        with concurrent.futures.ThreadPoolExecutor(editors + 1) as pool:
            running = [pool.submit(edit, "--set", f"tags+={tag}") for tag in tags]
            while not all(future.done() for future in running):
                promoting = subprocess.Popen(
                    [*TOOL, "-C", folder, "overlay", "promote"],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                if chance.random() < 0.5:
                    time.sleep(chance.random() * 0.4)
                    promoting.kill()
                promoting.wait()
                shown = call(folder, "--json", "show", name)
                if shown.returncode or json.loads(shown.stdout)["memories"][0]["conflicts"]:
                    wrong.append(
                        f"round {number}: {shown.stdout.decode()[:300]} {shown.stderr.decode()[:300]}"
                    )
        said |= set(tags)
        lock = os.path.join(folder, ".git", "index.lock")
        if os.path.exists(lock):  # of a git that was killed with the tool
            os.unlink(lock)
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", "edits")
        memory = json.loads(call(folder, "--json", "show", name).stdout)["memories"][0]
        there = {*memory["tags"], *memory["text"].split("\n")}
        wrong += [f"round {number}: lost {one}" for one in sorted(said - there)]
        if len(memory["text"].split("\n")) != len(set(memory["text"].split("\n"))):
            wrong.append(f"round {number}: a line stands twice")
    if call(folder, "overlay", "promote").returncode or call(folder, "check").returncode:
        wrong.append("promotion or check fails in the end")
    spent = time.perf_counter() - begin
    print(
        f"{len(said)} effects of {count} rounds of branches, edits and killed promotions, {spent:.0f} s: {len(wrong)} wrong"
    )
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser()
    for name, default in (
        ("writers", 32),
        ("each", 100),
        ("readers", 8),
        ("editors", 8),
        ("edits", 100),
        ("kills", 200),
        ("rounds", 8),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    wrong: list[str] = []
    for run, arguments in (
        (writers_and_readers, (options.writers, options.each, options.readers)),
        (editors, (options.editors, options.edits)),
        (kills, (options.kills,)),
        (branches, (options.editors, 2, options.rounds)),
    ):
        with tempfile.TemporaryDirectory() as folder:
            wrong += run(folder, *arguments)  # type: ignore[operator]
    for line in wrong[:20]:
        print(line)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
