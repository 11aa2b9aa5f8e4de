"""Examples of every verb, as the reference shows them; a test runs each, in this order, in a repository with the example
store.
"""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "brief": ("agentmem brief --as worker-2 --role worker",),
    "recall": (
        'agentmem recall "why one file per memory"',
        'agentmem recall "sync of many files" --file agentmem/store/writing.py --limit 3',
        "agentmem recall --kind deadend --since 2026-01-01",
    ),
    "add": (
        'agentmem add decision "Settings are read once, at start" --body "Half of a request saw the old ones."',
        'agentmem add deadend "A lock table for claims" --scope \'src/queue/**\' --body "Its sweeper lost jobs."',
    ),
    "show": ("agentmem show m3g0x9", "agentmem show agentmem/store/writing.py"),
    "list": ("agentmem list --kind decision --limit 5", "agentmem list --kind fact --format ids"),
    "edit": ("agentmem edit m3g0x9 --set tags+=merge --set importance=4",),
    "supersede": (
        'agentmem supersede w9dsyy --title "Beyond 32 new files one sync of the whole system is faster"',
    ),
    "retract": ('agentmem retract mp13fh --reason "measured anew: 1 ms"',),
    "restore": ("agentmem restore mp13fh",),
    "cite": ("agentmem cite m3g0x9 README.md:1-3",),
    "verify": ("agentmem verify m3g0x9",),
    "history": ("agentmem history m3g0x9", "agentmem history --limit 5"),
    "diff": ("agentmem diff HEAD",),
    "overlay": ("agentmem overlay list",),
    "conflicts": ("agentmem conflicts",),
    "task": (
        "agentmem task add \"Retry with backoff\" --role worker --scope 'src/queue/**' --priority 2",
        "agentmem task list",
    ),
    "plan": ("agentmem plan show",),
    "overview": ("agentmem overview",),
    "next": ("agentmem next --role worker",),
    "claim": ("agentmem claim",),
    "claims": ("agentmem claims",),
    "done": ('agentmem done -m "backoff 1, 4, 16 s; unit tests" --used m3g0x9',),
    "fail": ('agentmem fail ID --reason "the second retry never comes"',),
    "handoff": ("agentmem claim ID", 'agentmem handoff -m "the timer works; next: the jitter"'),
    "sync": ("agentmem sync",),
    "cost": ("agentmem cost",),
    "forget": ("agentmem forget --dry-run",),
    "reflect": ("agentmem reflect --dry-run",),
    "tidy": ("agentmem tidy --dry-run",),
    "model": ("agentmem model show",),
    "check": ("agentmem check", "agentmem check --only secret --format json"),
    "init": ("agentmem init", "agentmem init --agent claude --agent codex", "agentmem init --remove"),
    "import": (
        "agentmem import",
        "agentmem import plan plan/ --dry-run",
        "agentmem import git-log",
    ),
    "export": (
        "agentmem export jsonl --kind decision",
        "agentmem export sqlite ../memory.db",
        "agentmem export mermaid --kind decision",
        "agentmem export schema recall",
    ),
    "index": ("agentmem index status",),
    "doctor": ("agentmem doctor --fix",),
    "watch": ("agentmem watch --kind decision --once --timeout 1",),
    "mcp": ("agentmem mcp --role api",),
    "completion": ("agentmem completion bash",),
    "hooks": ("agentmem hooks status",),
    "demo": ("agentmem demo --keep ../demo",),
}
"""``ID`` stands for the id of the task that was added; ``plan/`` has a plan file."""
