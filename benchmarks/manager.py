"""The memory manager, trained on the first half of a team's history by time, on the second: against plain BM25 and the formula.

    python benchmarks/manager.py [--data DIR]

Through the command line as a user would: `import`, `model train --labels`, `model evaluate --labels`. Exits 1 where the manager
trained on the first half gains less than .15 MRR or .14 nDCG@10 over plain BM25 on the second, the formula less than .08 or
.07, or a lower bound of these gains is 0 or less; where training takes over 30 seconds; where labels without sense (the
memories of other questions) give a model all the same. Says so and exits 0 when the data are not there.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import team_history
from team_history import Question

from agentmem.model import times

NEEDED = {"fixed formula": (0.08, 0.07), "manager": (0.15, 0.14)}
SECONDS = 30.0


def agentmem(folder: str, *words: str) -> str:
    command = [sys.executable, "-m", "agentmem", "-C", folder, *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def labels(path: str, asked: Sequence[Question], shuffled: random.Random | None = None) -> str:
    """A file of labels; ``shuffled``: each question with the answers of another."""
    relevant = [sorted(question.relevant) for question in asked]
    if shuffled:
        shuffled.shuffle(relevant)
    with open(path, "w", encoding="utf-8") as file:
        for question, own in zip(asked, relevant, strict=True):
            until = times.format_iso(question.opened)
            file.write(json.dumps({"query": question.text, "until": until, "relevant": own}) + "\n")
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", default=os.environ.get("AGENTMEM_BENCH_DATA", ""))
    options = parser.parse_args()
    source = os.path.abspath(os.path.join(options.data, "memories.jsonl"))
    if not os.path.isfile(source):
        print("skipped: no memories.jsonl; name its folder with --data or AGENTMEM_BENCH_DATA")
        return 0
    asked = team_history.questions(options.data)
    first, second = asked[: len(asked) // 2], asked[len(asked) // 2 :]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "store")
        subprocess.run(["git", "init", "-q", "-b", "main", store], check=True)
        agentmem(store, "init", "--no-hooks")
        agentmem(store, "import", "jsonl", source, "--map", "files=scope")
        senseless = labels(os.path.join(folder, "senseless.jsonl"), first, random.Random(7))
        found = json.loads(agentmem(store, "--json", "model", "train", "--labels", senseless))
        print(f"answers of other questions, {len(first)}: {found['reason'] or 'trained'}")
        failed |= found["path"] is not None
        begun = time.monotonic()
        learned = labels(os.path.join(folder, "first.jsonl"), first)
        found = json.loads(agentmem(store, "--json", "model", "train", "--labels", learned))
        took = time.monotonic() - begun
        print(f"first half, {len(first)} questions: {found['reason'] or 'trained'} in {took:.1f} s")
        failed |= found["path"] is None or took > SECONDS
        held_out = labels(os.path.join(folder, "second.jsonl"), second)
        print(f"second half, {len(second)} questions (held out), over plain BM25:")
        evaluation = json.loads(agentmem(store, "--json", "model", "evaluate", "--labels", held_out))
        gains = {one["name"]: one["gains"] for one in evaluation["total"]["rankers"]}
        for name, needed in NEEDED.items():
            line = f"  {name:<14}"
            for measure, least in zip(("mrr@10", "ndcg@10"), needed, strict=True):
                gain = gains.get(name, {}).get(measure)
                if gain is None:
                    failed = True
                    continue
                line += (
                    f"  {measure} {gain['value']:+.3f} [{gain['low']:+.3f}, {gain['high']:+.3f}] of {least}"
                )
                failed |= gain["value"] < least or gain["low"] <= 0
            print(line)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
