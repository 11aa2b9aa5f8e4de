"""Findings made of literals and of anything, for the formats."""

import os
import re

from hypothesis import strategies as st

from agentmem.actions.checking import Checked
from agentmem.model.findings import SEVERITIES, Finding

ID = "c41x0zq7m2ve"
PATH = f".agentmem/facts/claimnext-gives-up-{ID}.md"
CHANGED = Finding(
    "cite-changed",
    "error",
    PATH,
    9,
    ID,
    "server/src/queue/claim.ts:71 (62 % alike)",
    "still true: agentmem cite c41x0z server/src/queue/claim.ts:71     not: agentmem retract c41x0z --reason TEXT",
    ("- while (tries < 3) {", "+ while (tries < this.opts.maxTries) {"),
    ("server/src/queue/claim.ts", 71),
)
SECRET = Finding(
    "secret", "error", ".agentmem/facts/k.md", 4, None, "looks like a secret: npm token", "take it out"
)
MISSING = Finding("missing-id", "warning", ".agentmem/facts/a.md", 1, None, "no id", "agentmem check --fix")

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control and invisible characters of which no output may hold one."""

texts = st.text(st.characters(exclude_categories=()), max_size=60)
"""Any text of all of Unicode, lone surrogates too."""
ugly = st.one_of(
    texts,
    st.lists(
        st.sampled_from(
            [
                *"|`*_[]()<>&!#@%:,;\\$~\"'\n\r\t\x1b\x85\u2028\u200b\x00 a1",
                "::error::x",
                "##[add-mask]x",
                "%0A",
                "</failure>",
                "]]>",
                "<!--",
                "-->",
                "<img src=x>",
                "[a](https://evil.example)",
                "![a](b)",
                "https://evil.example",
                "www.evil.example",
                "@somebody",
                "#123",
                "GH-12",
                "a@b.example",
                "&lt;",
                "\\|",
                "``",
            ]
        ),
        max_size=12,
    ).map("".join),
)
paths = st.one_of(st.binary(max_size=40).map(lambda name: os.fsdecode(b".agentmem/" + name)), ugly)
lines = st.integers(1, 10**6)
findings = st.builds(
    Finding,
    rule=st.sampled_from(["secret", "schema", "cite-changed", "no-such-rule"]),
    severity=st.sampled_from(SEVERITIES),
    path=paths,
    line=lines,
    memory=st.none() | st.just(ID),
    message=ugly,
    fix=st.none() | ugly,
    details=st.lists(ugly, max_size=2).map(tuple),
    code=st.none() | st.tuples(paths, lines),
)
results = st.builds(
    Checked,
    findings=st.lists(findings, max_size=4).map(tuple),
    memories=st.integers(0, 9),
    mended=st.lists(paths, max_size=1).map(tuple),
    citations=st.integers(0, 9),
    moved=st.integers(0, 2),
    ignored=st.integers(0, 2),
)
prefixes = st.sampled_from(["", "services/api/"])


def result(*found: Finding, memories: int = 812, **counts: int) -> Checked:
    """What a check of 812 memories gives that finds ``found``."""
    return Checked(found, memories, **counts)
