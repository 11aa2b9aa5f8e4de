"""As of then: `list` and `show` with `--at REV` against a checkout of REV, and against a clone that holds REV alone.

    python benchmarks/at.py [--commits 2000] [--checks 200] [--seed 1]

A random history (renames, changes in overlays, promotions, merges, removals) is written, random commits of it are looked
at, and ids, front matter, body, conflicts and status at the commit's own time must be the same in all three. Exits with
1 when any is not.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(
    str(Path(__file__).resolve().parent.parent)
)  # the tests' random history; the package itself is installed

from tests import test_at


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--commits", type=int, default=2000)
    parser.add_argument("--checks", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1", AGENTMEM_AGENT="bench")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="agentmem-at-") as folder:
        try:
            conflicts = test_at.compare(Path(folder), options.seed, options.commits, options.checks)
        except AssertionError as error:
            print(f"differs: {str(error)[:2000]}")
            return 1
    took = time.perf_counter() - start
    print(
        f"{options.checks} of {options.commits:,} commits: --at, checkout and depth-1 clone are the same"
        f" ({conflicts} of them with conflicts; {took:.0f} s)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
