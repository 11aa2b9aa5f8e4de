"""What tests of imports ask of a store."""

import json

from tests import support

EVERY = ("active", "proposed", "open", "done", "failed", "superseded", "expired", "retracted")
ALL = [word for status in EVERY for word in ("--status", status)]


def put(project, files):
    for path, text in files.items():
        support.put(project.path / path, text)


def files(project):
    """Every memory's file, with its bytes."""
    return {path.relative_to(project.store): path.read_bytes() for path in project.store.rglob("*-*.md")}


def exported(project):
    return {one["id"]: one for one in map(json.loads, project.ok("export", "jsonl", *ALL).splitlines())}


def by_title(project):
    return {one["title"]: one for one in exported(project).values()}
