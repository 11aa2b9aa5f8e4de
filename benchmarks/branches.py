"""What other branches cost: `recall --all-branches` over 200 of them, and `git switch` between known branches.

    python benchmarks/branches.py [--memories 10000] [--branches 200] [--rounds 15]

Each branch adds five memories and changes one of trunk's. Prints medians of paired runs; exits 1 when recall with all
branches takes more than twice a plain one, when a switch and a recall index a document, or when that recall takes more
than a plain one and a third.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import cold

from agentmem.model import changes, emitting, ids
from agentmem.store import layout

QUESTION = "queue billing"
LIMIT = 2.0
SWITCH_LIMIT = 1.33


def branch_stream(number: int, memories: list[tuple[str, str, bytes]], start: str) -> bytes:
    """One branch as `git fast-import` takes it: five new memories, and a change of one that trunk has."""
    name = f"agent/{number}"
    files: dict[str, bytes] = {}
    for extra, record in enumerate(cold.records(5, seed=1000 + number)):
        identity = ids.derived_id("branch", str(number), str(extra))
        meta = {"id": identity, **{k: v for k, v in record.items() if k != "body"}, "branch": name}
        folder = layout.kinds.BY_NAME[str(record["kind"])].folder
        files[f".agentmem/{folder}/b{number}-{extra}-{identity}.md"] = emitting.compose(
            meta, str(record["body"])
        )
    identity, _, data = memories[number * 37 % len(memories)]
    new = data.replace(b"\n---\n", b"\nimportance: 5\n---\n", 1)
    parts = changes.between(data, new)
    change = changes.Change(
        ids.derived_id("change", str(number)),
        identity,
        name,
        name,
        1_770_000_000,
        (),
        parts.fields,
        None,
        None,
    )
    files[f".agentmem/{layout.change_path(layout.overlay_folder(name), identity, change.id)}"] = (
        changes.compose(change)
    )
    out = f"commit refs/heads/{name}\ncommitter A <a@example.org> {1_770_000_000 + number} +0000\ndata 1\nx\nfrom {start}\n"
    stream = out.encode()
    for path, content in files.items():
        stream += f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"
    return stream + b"\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--memories", type=int, default=10_000)
    parser.add_argument("--branches", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    script = os.path.join(os.path.dirname(sys.executable), "agentmem")
    tool = [script] if os.path.exists(script) else [sys.executable, "-m", "agentmem"]
    os.environ.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    with tempfile.TemporaryDirectory() as folder:

        def run(*words: str, data: bytes | None = None) -> str:
            done = subprocess.run(words, cwd=folder, input=data, capture_output=True, check=True)
            return done.stdout.decode("utf-8", "replace")

        run("git", "init", "-q", "-b", "main")
        for key, value in (("user.name", "bench"), ("user.email", "bench@example.org"), ("gc.auto", "0")):
            run("git", "config", key, value)
        run(*tool, "init", "--no-hooks")
        source = os.path.join(folder, "records.jsonl")
        with open(source, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in cold.records(options.memories))
        run(*tool, "import", "jsonl", source)
        os.unlink(source)
        run("git", "add", "-A")
        run("git", "commit", "-q", "-m", "memories")
        start = run("git", "rev-parse", "HEAD").strip()
        listed = json.loads(run(*tool, "list", "--json", "--limit", "400"))["memories"]
        known = []
        for one in listed:
            with open(os.path.join(folder, one["path"]), "rb") as opened:
                known.append((one["id"], one["path"], opened.read()))
        stream = b"".join(branch_stream(number, known, start) for number in range(options.branches))
        run("git", "fast-import", "--quiet", data=stream)
        plain = [*tool, "recall", QUESTION]
        every = [*plain, "--all-branches"]
        for command in (plain, every, every):
            run(*command)
        pairs = []
        for _ in range(options.rounds):
            one = cold.timed(plain, folder)
            pairs.append((one, cold.timed(every, folder)))
        ratio = statistics.median(other / one for one, other in pairs)
        once, over_all = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
        print(
            f"recall over {options.branches} branches: {ratio:.2f} x a plain recall"
            f" ({over_all:.0f} ms, plain {once:.0f} ms); budget {LIMIT:g}"
        )
        found = json.loads(run(*every, "--json", "--limit", "0", "--budget", "0"))["hits"]
        foreign = sum(hit["layer"] == "unmerged" for hit in found)
        print(f"  {foreign} of {len(found)} hits were read from other branches")
        switches = []
        before = 0
        for number in range(2 * options.rounds):
            name = f"agent/{number % 2}"
            run("git", "switch", "-q", name)
            if number < 2:
                run(*plain)
                continue
            before = (
                json.loads(run(*tool, "index", "status", "--json"))["indexed_total"]
                if number == 2
                else before
            )
            spent = cold.timed(plain, folder)
            switches.append(spent / cold.timed(plain, folder))
        after = json.loads(run(*tool, "index", "status", "--json"))["indexed_total"]
        switched = statistics.median(switches)
        print(
            f"recall after git switch between known branches: {switched:.2f} x the next recall there; budget {SWITCH_LIMIT:g};"
            f" {after - before} documents indexed"
        )
    return int(ratio > LIMIT or switched > SWITCH_LIMIT or after != before or not foreign)


if __name__ == "__main__":
    sys.exit(main())
