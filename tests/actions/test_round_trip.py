"""Export and import: what went out comes in again as what it was, and nothing twice."""

import json

from tests import support
from tests.cli.test_transcripts import KNOWN


def files(project):
    return {path.relative_to(project.store): path.read_bytes() for path in project.store.rglob("*.md")}


def exported(project, tmp_path):
    """Every memory of the store, whatever its status."""
    every = ("active", "proposed", "open", "done", "failed", "superseded", "expired", "retracted")
    options = [word for status in every for word in ("--status", status)]
    return support.put(tmp_path / "out.jsonl", project.ok("export", "jsonl", *options))


def test_the_same_record_is_the_same_file_everywhere(store, new_repository, tmp_path):
    """One import in two repositories, or on two branches, gives the same bytes under the same names."""
    source = support.put(
        tmp_path / "known.jsonl", KNOWN + '{"id": "REC-1", "title": "Of another system", "score": 5}\n'
    )
    other = new_repository("other")
    other.ok("init")
    for project in (store, other):
        project.ok("import", "jsonl", str(source))
    assert files(store) == files(other)
    assert len(files(store)) == 12 + 1


def test_an_export_comes_back_as_it_was(store, new_repository, tmp_path):
    """What is exported and imported into an empty store is the same memories, field by field."""
    store.ok("import", "jsonl", str(support.put(tmp_path / "known.jsonl", KNOWN)))
    store.ok("retract", "p2v8rr", "--reason", "wrong")
    store.ok("supersede", "e7q2vb", "--title", "Another", "--body", "Größe: 队列")
    out = exported(store, tmp_path)
    other = new_repository("other")
    other.ok("init")
    other.ok("import", "jsonl", str(out))
    here = {one["id"]: one for one in map(json.loads, out.read_text().splitlines())}
    there = {one["id"]: one for one in map(json.loads, exported(other, tmp_path).read_text().splitlines())}
    for one in there.values():
        if one.get("source") == "jsonl" and "source" not in here[one["id"]]:
            del one["source"]
    assert there == here


def test_an_export_imported_where_it_came_from_adds_nothing(store, tmp_path):
    """Importing a store's own export finds everything known, also what `add` wrote, and changes no file."""
    store.ok("import", "jsonl", str(support.put(tmp_path / "known.jsonl", KNOWN)))
    store.ok(
        "add",
        "decision",
        "Added by hand",
        "--body",
        "Why.\n\n- a list\n",
        "--tag",
        "x",
        "--pin",
        "--importance",
        "5",
    )
    before = files(store)
    done = store.json("import", "jsonl", str(exported(store, tmp_path)))
    assert (done["added"], done["changed"], done["skipped"]) == ([], [], [])
    store.ok("import", "jsonl", str(exported(store, tmp_path)), "--update")
    assert files(store) == before


def test_a_retracted_memory_is_not_brought_back_by_an_import(store, tmp_path):
    """Importing again what was retracted here leaves it retracted."""
    source = support.put(tmp_path / "m.jsonl", '{"id": "REC-1", "title": "One"}\n')
    name = store.json("import", "jsonl", str(source))["added"][0]
    store.ok("retract", name, "--reason", "wrong")
    for options in ((), ("--update",)):
        store.ok("import", "jsonl", str(source), *options)
        assert store.json("show", name)["memories"][0]["status"] == "retracted"


def test_an_export_is_the_schemas(store, tmp_path):
    """Every exported record keeps to the schema that is shipped."""
    import jsonschema

    store.ok("import", "jsonl", str(support.put(tmp_path / "known.jsonl", KNOWN)))
    schema = json.loads(store.ok("export", "schema"))
    for line in exported(store, tmp_path).read_text().splitlines():
        record = json.loads(line)
        record.pop("body")
        jsonschema.validate(record, schema)
