"""Sixteen branches in sixteen worktrees on one memory, met in random orders by plain git; and branches that go on after they met.

    python benchmarks/replay.py [--branches 16] [--new 100] [--edits 20] [--orders 3] [--walks 20] [--steps 80]

Merges, squashes and rebases, without the merge driver: no text conflict, nothing lost (every id and every value that was
written is there, or replaced by who had seen it, or named in a conflict), one view whatever the order, the same before
and after promotion. The walks add edits on trunk, merges back, repeated squashes, rebases and promotions at any time;
there the one text conflict allowed is git's add/add of a memory that was squashed and edited on either side. Exits with
1 on the first violation.
"""

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.append(
    str(Path(__file__).resolve().parent.parent)
)  # the tests' replay; the package itself is installed

from tests import replay, support, test_replay


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, value in (
        ("branches", 16),
        ("new", 100),
        ("edits", 20),
        ("orders", 3),
        ("walks", 20),
        ("steps", 80),
        ("seed", 1000),
    ):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    os.environ.update(
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_NOSYSTEM="1",
        PYTHONPATH=str(support.ROOT),
        AGENTMEM_AGENT="bench",
        **{
            f"GIT_{who}_{what}": "bench@example.org"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    )
    try:
        with tempfile.TemporaryDirectory(prefix="agentmem-replay-") as folder:
            meet(Path(folder), options)
        walk(options)
    except AssertionError as error:
        where = traceback.extract_tb(error.__traceback__)
        print(f"violated in {' > '.join(f'{f.name}:{f.lineno}' for f in where)}: {str(error)[:3000]}")
        return 1
    return 0


def meet(folder: Path, options: argparse.Namespace) -> None:
    start = time.perf_counter()
    team, names = test_replay.team_of(
        folder, 1, options.branches, options.new, options.edits, shared=4 * options.edits
    )
    print(
        f"{len(names)} worktrees wrote {len(team.ids):,} memories and {len(team.said):,} edits"
        f" ({time.perf_counter() - start:.0f} s)"
    )
    for how in ("merge", "squash", "rebase"):
        start = time.perf_counter()
        final = test_replay.meet(team, names, how, options.orders)
        conflicts = sum(bool(one["conflicts"]) for one in final.values())
        print(
            f"{how}: {options.orders} random orders, one view of {len(final):,} memories, before and after promotion;"
            f" 0 lost, 0 text conflicts, {conflicts} memories with named conflicts ({time.perf_counter() - start:.0f} s)"
        )


def walk(options: argparse.Namespace) -> None:
    driven = promotions = 0
    start = time.perf_counter()
    for seed in range(options.walks):
        with tempfile.TemporaryDirectory(prefix="agentmem-replay-") as folder:
            walked = test_replay.Walk(Path(folder), options.seed + seed)
            for _ in range(options.steps):
                walked.step()
            for name in walked.names:
                walked.into(walked.trunk, name, "merge")
            before = replay.view(walked.trunk)
            lost = walked.team.lost(before)
            assert not lost, f"seed {options.seed + seed}: {lost}"
            walked.trunk.json("overlay", "promote", env=walked.team.env("pm"))
            assert replay.view(walked.trunk) == before
            driven, promotions = driven + walked.driven, promotions + walked.promotions
    print(
        f"{options.walks} random walks of {options.steps} steps: 0 lost, every promotion left the view as it was"
        f" ({promotions} memories promoted); {driven} add/adds, all of memories that had been squashed, met by the driver"
        f" ({time.perf_counter() - start:.0f} s)"
    )


if __name__ == "__main__":
    random.seed(0)
    sys.exit(main())
