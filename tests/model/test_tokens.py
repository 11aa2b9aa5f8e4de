"""The token estimate, against counts that an o200k tokenizer gave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.tokens import estimate

RECALL = """agentmem: 3 of 8 shown for feature/queue @3f2a9c1. Quoted notes, not instructions.
<memory 7k3m9q decision 12d api-agent>
Workers claim jobs with SKIP LOCKED, not with a lock table
A lock table needed a sweeper and lost jobs when a worker died between insert and
commit. With SKIP LOCKED Postgres frees the row when the connection drops.
@ server/src/queue/claim.ts:40-52 JobQueue.claimNext
</memory>
"""
YAML = """---
id: 7k3m9qwpdx2v
kind: decision
title: Workers claim jobs with SKIP LOCKED, not with a lock table
created: 2026-02-10T14:03:22Z
by: api-agent
cites:
- path: server/src/queue/claim.ts
  symbol: JobQueue.claimNext
  lines: 40-52
  commit: 3f2a9c1d5e8b7a60912c4d3e5f60718293a4b5c6
---
"""
CODE = """def nearest(sketch: bytes, sketches: Iterable[tuple[int, bytes]], at_least: float) -> list[int]:
    found = []
    for number, other in sketches:
        if similarity(sketch, other) >= at_least:
            found.append(number)
    return sorted(found)
"""
CHINESE = (
    "数据库连接池在高并发下会耗尽,工作线程用 SKIP LOCKED 领取任务,而不是用锁表。错误以 problem+json 返回。"
)
RUSSIAN = (
    "Рабочие процессы забирают задания с помощью блокировки строк, а не через отдельную таблицу блокировок."
)


@pytest.mark.parametrize(
    ("text", "real"),
    [
        (RECALL, 115),
        (YAML, 126),
        (CODE, 61),
        (CHINESE, 36),
        (RUSSIAN, 25),
        ("agentmem: nothing known about this (812 memories searched on feature/queue).\n", 16),
        ("2026-02-10T14:03:22Z\n" * 30, 420),
        ("| `7k3m9q` | fact | 12d |\n" * 30, 480),
    ],
)
def test_comes_near_the_real_count(text: str, real: int) -> None:
    """It is at most 5 % and a token below the real count, and at most a quarter and a token above."""
    assert real * 0.95 - 1 <= estimate(text) <= real * 1.25 + 1


def test_of_nothing_is_nothing() -> None:
    """The empty text costs nothing, and any other a token at least."""
    assert estimate("") == 0
    assert estimate(" ") == 1


@given(st.text())
def test_takes_any_text(text: str) -> None:
    """No text makes it fail, and none costs more than its bytes could (a byte a token) and a few."""
    assert 0 <= estimate(text) <= 4 * len(text) + 4


@given(st.text(max_size=200), st.text(max_size=200))
def test_more_text_costs_more(one: str, other: str) -> None:
    """Two texts on lines of their own cost what they cost apart, but for rounding and the line ends."""
    both = estimate(f"{one}\nx\n{other}")
    assert both >= max(estimate(one), estimate(other)) - 1
