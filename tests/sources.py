"""What other tools keep, in the shape in which each keeps it: a small imagined project, once a tool."""

import json
from typing import NamedTuple


class Kept(NamedTuple):
    """``files`` by path, the ``paths`` to import, and what is to come of it: (kind, title) of each memory."""

    files: dict[str, str]
    paths: tuple[str, ...]
    memories: set[tuple[str, str]]


CLAUDE = """# CLAUDE.md

This file provides guidance to Claude Code (claude.ai/code) when working with code in this repository.

## Project overview
Invoices for small shops. The worker lives in `server/src/queue/`.

See @README.md and @~/.claude/mine.md; `@not/an-import.md` in code.

## Commands
- `pnpm dev`: start it
- `pnpm test:api -- -t NAME`: one API test

```bash
# not a heading
pnpm build
```

## Code style
- Use ES modules, not CommonJS
- Never use `any`

## Architecture

### Database
All queries go through `server/src/db/pool.ts`.

## Gotchas
- Advisory locks do not survive pgbouncer in transaction mode. Jobs hung until restart.
- Days are compared in UTC on the build machines.

## Do not
- Edit generated files in `src/gen/`

<!-- agentmem:begin 1 -->
## Team memory (agentmem)
- Start: `agentmem brief`.
<!-- agentmem:end -->
"""
AGENTS = """# Ledger service

Ground rules for agents.

## Setup commands
Run `make setup` once.

<!-- agentmem:begin 1 -->
## Team memory (agentmem)
- Start: `agentmem brief`.
<!-- agentmem:end -->
"""

PROJECT_BRIEF = "# Project Brief: Ledger\n\n## Core Requirements\n- Invoices never change once sent\n"
ACTIVE = """# Active Context

## Current Focus
Rendering moves into the worker.

## Next Steps
1. Finish retry logic for rendering
2. Add metrics @worker P1

## Active Decisions and Considerations
- Use pg-boss rather than a queue of our own, because retries come for free.
"""
PROGRESS = """# Progress

## What Works
- Invoices are made

## What's Left to Build
- [x] Credit notes
- [ ] Reminders by mail

## Known Issues
- Fonts are missing in Alpine images
"""
PATTERNS = "# System Patterns\n\n## Key Technical Decisions\n- Postgres only: one backup, one way to fail.\n"

DAY = """# 2026-02-10

## Morning
Mended the reconnect loop in `src/ws.ts`.

## Retain
- W @Ada: Is in Lisbon until the end of March.
- B @gateway: I stopped the crash on reconnect by catching it in the handler.
  It had come with version 7.
- O(c=0.95) @Ada: Prefers short answers; long ones go into files.
- (14:30) [Low] S: The week went into steadiness.
"""
ISSUES = [
    {"id": "led-1", "title": "Billing v1", "status": "open", "priority": 1, "issue_type": "epic",
     "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z"},
    {"id": "led-1.1", "title": "Table of invoices", "description": "In server/db.", "status": "closed", "priority": 1,
     "issue_type": "task", "created_at": "2026-01-02T10:00:00Z", "closed_at": "2026-01-05T10:00:00+01:00", "assignee": "ada",
     "close_reason": "migration 4 is merged",
     "dependencies": [{"issue_id": "led-1.1", "depends_on_id": "led-1", "type": "parent-child"}]},
    {"id": "led-1.2", "title": "POST /invoices", "status": "in_progress", "priority": 0, "issue_type": "feature",
     "assignee": "bo",
     "created_at": "2026-01-02T10:00:00.123456789Z", "labels": ["api"],
     "dependencies": [{"issue_id": "led-1.2", "depends_on_id": "led-1.1", "type": "blocks"},
                      {"issue_id": "led-1.2", "depends_on_id": "led-77", "type": "blocks"}]},
    {"id": "led-2", "title": "Reminders", "status": "open", "priority": 2, "issue_type": "task",
     "created_at": "2026-01-03T10:00:00Z", "design": "One mail a week.", "acceptance_criteria": "No mail on Sundays.",
     "dependencies": [{"issue_id": "led-2", "depends_on_id": "led-1", "type": "blocks"},
                      {"issue_id": "led-2", "depends_on_id": "led-1.2", "type": "discovered-from"}],
     "comments": [{"id": 1, "author": "ada", "text": "wait for the lawyers", "created_at": "2026-01-04T10:00:00Z"}]},
    {"id": "led-3", "title": "Old", "status": "tombstone", "created_at": "2026-01-03T10:00:00Z"},
    {"_type": "memory", "key": "api-style", "value": "Errors are problem+json. Clients rely on it."},
]  # fmt: skip

ADR_TOOLS = """# 2. Use Redis for the queue

Date: 2025-11-05

## Status

Superseded by [4. Use Postgres for the queue](0004-use-postgres.md)

## Context

We need a queue in `server/src/queue/`.

## Decision

Redis.
"""
ADR_SAME = """# 2. Use pnpm

Date: 2025-11-06

## Status

Accepted

## Decision

pnpm, because of its workspaces.
"""
MADR = """---
status: accepted
date: 2025-12-01
decision-makers: Ada, Bo
---
# Use Postgres for the queue

## Context and Problem Statement

Redis lost jobs when it failed over.

## Considered Options

* Redis
* Postgres

## Decision Outcome

Chosen option: "Postgres", because one store is enough.
"""
MADR_OLD = "# Use GraphQL\n\n* Status: rejected\n* Deciders: Ada\n* Date: 2025-12-03\n\n## Context\nClients want fewer calls.\n"

NOTE = """---
title: Queue design
type: note
tags: [queue, worker]
permalink: design/queue-design
---
# Queue design

How jobs are claimed.

## Observations
- [decision] Jobs are claimed with SKIP LOCKED #postgres (measured on two workers)
- [limit] A worker takes ten jobs at a time

## Relations
- relates_to [[Retry policy]]
- supersedes [[old/Lock table]]
"""
QUEUE_DOC = """---
tags: [ops]
author: Ada
date: 2026-01-02
---
# Queue

Its limits.

## How to drain it
1. Stop.
2. Wait.
"""
RECORDS = [
    {"subject": "retries", "fact": "claimNext gives up after three tries", "citations": ["src/claim.ts:2-3", "src/gone.ts:9"],
     "reason": "Who raises the limit must raise the lease as well.", "category": "general"},
    {"subject": "build", "fact": "Build with make; npm run build lacks the native part",
     "citations": "Makefile:1, User input: said so",
     "reason": "Half of the first builds fail.", "category": "bootstrap_and_build"},
]  # fmt: skip


def _lines(values: list[dict[str, object]]) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


KEPT = {
    "claude-md": Kept(
        {"CLAUDE.md": CLAUDE, "packages/api/CLAUDE.md": "# API package\n\n## Testing\nRun `pnpm test` here.\n"},
        ("CLAUDE.md", "packages/api/CLAUDE.md"),
        {
            ("fact", "Project overview"), ("procedure", "Commands"), ("convention", "Code style"),
            ("fact", "Architecture: Database"), ("fact", "Advisory locks do not survive pgbouncer in transaction mode"),
            ("fact", "Days are compared in UTC on the build machines"), ("convention", "Do not"),
            ("procedure", "packages/api: Testing"),
        },
    ),
    "agents-md": Kept(
        {"AGENTS.md": AGENTS}, ("AGENTS.md",), {("fact", "Ledger service"), ("procedure", "Ledger service: Setup commands")}
    ),
    "cline": Kept(
        {
            "memory-bank/projectbrief.md": PROJECT_BRIEF, "memory-bank/activeContext.md": ACTIVE,
            "memory-bank/progress.md": PROGRESS, "memory-bank/systemPatterns.md": PATTERNS,
        },
        ("memory-bank",),
        {
            ("fact", "Project brief: Core Requirements"), ("log", "Active context: Current Focus"),
            ("task", "Finish retry logic for rendering"), ("task", "Add metrics"), ("task", "Credit notes"),
            ("decision", "Use pg-boss rather than a queue of our own, because retries come for free"),
            ("log", "Progress: What Works"), ("log", "Done: Credit notes"), ("task", "Reminders by mail"),
            ("fact", "Fonts are missing in Alpine images"), ("decision", "Postgres only: one backup, one way to fail"),
        },
    ),
    "openclaw": Kept(
        {
            "MEMORY.md": "# MEMORY.md\n\n## Preferences\n- Releases go out on Tuesdays\n", "memory/2026-02-10.md": DAY,
            "bank/entities/Ada.md": "# Ada\n\nKeeps the books.\n",
        },
        ("MEMORY.md", "memory", "bank"),
        {
            ("convention", "Releases go out on Tuesdays"), ("log", "2026-02-10: Morning"),
            ("fact", "Ada: Is in Lisbon until the end of March"),
            ("log", "gateway: I stopped the crash on reconnect by catching it in the handler"),
            ("convention", "Ada: Prefers short answers; long ones go into files"),
            ("reflection", "The week went into steadiness"), ("entity", "Ada"),
        },
    ),
    "beads": Kept(
        {".beads/issues.jsonl": _lines(ISSUES)},
        (".beads/issues.jsonl",),
        {
            ("plan", "Billing v1"), ("task", "Table of invoices"), ("log", "Done: Table of invoices"), ("task", "POST /invoices"),
            ("task", "Reminders"), ("fact", "Errors are problem+json"),
        },
    ),
    "serena": Kept(
        {
            ".serena/memories/suggested_commands.md": "# Suggested Commands\n\n## Testing\n`uv run pytest`\n",
            ".serena/memories/code_style_and_conventions.md": "# Style\nType hints everywhere.\n",
        },
        (".serena/memories",),
        {("procedure", "Suggested Commands"), ("convention", "Code style and conventions")},
    ),
    "adr": Kept(
        {
            "docs/adr/0002-use-redis.md": ADR_TOOLS, "docs/adr/0002-use-pnpm.md": ADR_SAME, "docs/adr/0004-use-postgres.md": MADR,
            "docs/adr/0005-graphql.md": MADR_OLD, "docs/adr/README.md": "# Index\n",
        },
        ("docs/adr",),
        {
            ("decision", "Use Redis for the queue"), ("decision", "Use pnpm"), ("decision", "Use Postgres for the queue"),
            ("deadend", "Rejected: Use GraphQL"),
        },
    ),
    "obsidian": Kept(
        {
            "vault/Job queue.md": "---\naliases: [the queue]\ntags: [worker]\n---\nClaims, see [[Retries|how often]]. #ops\n",
            "vault/decisions/Use Postgres.md": "---\ncreated: 2026-01-05\n---\nBecause of [[the queue]] and [[Nowhere]].\n",
            "vault/Retries.md": "Three, then [[Job queue#Dead]].\n", "vault/2026-01-07.md": "Met the shop.\n",
        },
        ("vault",),
        {("fact", "Job queue"), ("decision", "Use Postgres"), ("fact", "Retries"), ("log", "2026-01-07")},
    ),
    "basic-memory": Kept(
        {
            "notes/Queue design.md": NOTE, "notes/Retry policy.md": "---\ntitle: Retry policy\ntype: note\n---\nThree tries.\n",
            "notes/old/Lock table.md": "---\ntitle: Lock table\ntype: decision\n---\nA table of locks.\n",
        },
        ("notes",),
        {
            ("entity", "Queue design"), ("decision", "Jobs are claimed with SKIP LOCKED"),
            ("fact", "A worker takes ten jobs at a time"), ("convention", "Retry policy"), ("decision", "Lock table"),
        },
    ),
    "records": Kept(
        {
            "memories.jsonl": _lines(RECORDS), "Makefile": "all:\n\tcc -o app app.c\n",
            "src/claim.ts": "export function claimNext() {\n  let tries = 0;\n  while (tries < 3) tries += claim();\n}\n",
        },
        ("memories.jsonl",),
        {
            ("fact", "claimNext gives up after three tries"),
            ("procedure", "Build with make; npm run build lacks the native part"),
        },
    ),
    "markdown": Kept(
        {"docs/ops/queue.md": QUEUE_DOC},
        ("docs",),
        {("fact", "Queue"), ("procedure", "How to drain it")},
    ),
    "plan": Kept(
        {"plan/phase-1.md": "# Phase 1: Specs\n\n- [x] Write them\n- [ ] Choose a database\n"},
        ("plan",),
        {("task", "Write them"), ("log", "Done: Write them"), ("task", "Choose a database")},
    ),
}  # fmt: skip
"""By the source that reads it."""
