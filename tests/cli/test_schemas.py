"""The shipped schemas: what every verb prints keeps to them, and what it must not print does not."""

import copy
import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import agentmem
from agentmem.model import manager
from agentmem.output import schemas
from tests import support
from tests.actions import keeping

HERE = Path(__file__).parent
KNOWN = (HERE / "known.jsonl").read_text(encoding="utf-8")
TRANSCRIPTS = sorted((HERE / "transcripts").glob("*.txt"))

SCHEMAS = schemas.all_schemas()
VALIDATORS = {name: Draft202012Validator(made) for name, made in SCHEMAS.items()}
OUTPUTS = {name for name, made in SCHEMAS.items() if "schema" in made["properties"]}
LINES = {"list-jsonl", "recall-jsonl"}
BAD = {"no": "such value"}
"""Of a type that no key of ours has, but for the objects, of which it is none that is allowed."""


def wrong(name, record):
    """What keeps ``record`` from being what the schema ``name`` describes."""
    return [f"{name}: {error.json_path}: {error.message}" for error in VALIDATORS[name].iter_errors(record)]


def named(record):
    """The name of the schema that ``record`` says it keeps to."""
    name = re.fullmatch(r"agentmem/([a-z-]+)/1", record["schema"])
    assert name, record["schema"]
    return name[1]


class Spoken:
    """A store whose every answer is held against its schema, and kept."""

    def __init__(self, project):
        self.project = project
        self.heard = {}

    def hear(self, name, record):
        assert not wrong(name, record)
        self.heard.setdefault(name, []).append(record)
        return record

    def ask(self, name, *words, code=0, **options):
        """The one object that a command gives, which is an output ``name``."""
        ran = self.project.call(*words, "--json", **options)
        assert ran.code == code, ran
        assert named(ran.json) == name
        assert ran.out.count("\n") == 1
        return self.hear(name, ran.json)

    def fail(self, code, exit_code, *words, **options):
        record = self.ask("error", *words, code=exit_code, **options)
        assert (record["code"], record["exit"], "key" in record) == (code, exit_code, False)


@pytest.fixture
def spoken(store):
    """A store that holds what the transcripts play with."""
    support.put(store.path / "known.jsonl", KNOWN)
    spoken = Spoken(store)
    spoken.ask("import", "import", "jsonl", "known.jsonl")
    return spoken


def say_everything(spoken):
    """Have every verb say all that it can, in success."""
    ask, project = spoken.ask, spoken.project
    assert ask("init", "init")["kept"]
    assert ask("hooks", "hooks", "install")["hooks"] and ask("hooks", "hooks", "uninstall")["done"]
    assert ask("hooks", "hooks")["done"] is None
    support.put(project.path / ".claude" / "settings.json", "[]")
    written = ask("init", "init", "--agent", "claude")["agents"]
    assert {one["state"] for one in written} == {"created", "left"}
    assert ask("init-plugin", "init", "--plugin", "plugin")["files"]
    assert ask("init-remove", "init", "--remove")["files"]
    ask("init", "init", "--no-hooks")
    changed = KNOWN.replace("Batch size is 50", "Batch size is 60")
    support.put(project.path / "changed.jsonl", changed + '{"id": "x"}\nno json\n')
    done = ask("import", "import", "jsonl", "changed.jsonl", code=1)
    assert done["changed"] and done["known"] and done["skipped"]
    support.put(project.path / "plan.md", "# Plan\n\n- [ ] **T1: Do it**\n")
    ask("import", "import", "plan", "plan.md")
    support.put(project.path / "CLAUDE.md", "# Rules\n\n## Code style\nUse modules.\n")
    assert ask("import-sources", "import")["sources"]
    assert ask("import", "import", "CLAUDE.md", "--dry-run")["new"]
    assert ask("export", "export", "dot")["text"]
    assert ask("export", "export", "madr", "records")["written"]
    for path in (project.path / "records").iterdir():
        path.write_text(path.read_text() + "by hand")
    project.ok("edit", "7k3m9qwpdx2v", "--set", "tags+=claims")
    assert ask("export", "export", "madr", "records")["kept"]
    first = ask("add", "add", "fact", "Workers retry three times", "--tag", "queue", "--importance", "4")
    assert ask("add", "add", "fact", "Workers retry five times")["similar"]
    project.commit()
    assert ask("recall", "recall", "queue", "worker", "--explain", "--limit", "2")["omitted"]
    assert ask("recall", "recall", "zebra stripes")["abstained"]
    for words in (["--kind", "task"], ["--file", "server/src/queue/claim.ts"]):
        assert ask("recall", "recall", *words)["hits"]
    for budget in range(
        80, 280, 20
    ):  # what fits whole depends on ids drawn at random, so no one budget has all
        ask("recall", "recall", "advisory queue", "--budget", str(budget))
    assert ask("list", "list", "--limit", "3")["omitted"]
    assert not ask("list", "list", "--tag", "nothing")["memories"]
    ids = [json.loads(line)["id"] for line in KNOWN.splitlines()]
    assert len(ask("show", "show", *ids)["memories"]) == len(ids)
    assert {one["status"] for one in ask("show", "show", *ids)["memories"]} > {"expired", "done", "retracted"}
    pages = ask("show", "show", "JobQueue", "claim.ts", "claimNext", ids[0])["pages"]
    assert [one["form"] for one in pages] == ["entity", "file", "symbol"] and pages[0]["sections"]
    assert ask("edit", "edit", first["id"], "--set", "tags+=retry")["changed"]
    assert not ask("edit", "edit", first["id"], "--set", "importance=4")["changed"]
    assert ask("retract", "retract", first["id"], "--reason", "five times")["changed"]
    assert ask("restore", "restore", first["id"])["changed"]
    assert not ask("restore", "restore", first["id"])["changed"]
    ask("supersede", "supersede", first["id"], "--title", "Workers retry seven times")
    ask("supersede", "supersede", ids[4], "--by", ids[3])
    say_evidence(spoken, ids[3])
    assert ask("check", "check")["counts"]["memories"] > len(ids)
    ask("index-status", "index", "status")
    ask("index-status", "index", "rebuild")
    ask("status", "status")
    ask("watch", "watch", "--timeout", "0")
    project.git("config", "--remove-section", "merge.agentmem")
    assert ask("doctor", "doctor")["findings"]
    assert ask("doctor", "doctor", "--fix")["mended"]
    for side in ("a", "b"):
        support.put(project.path / side, f"---\ntitle: {side}\n---\n")
    support.put(project.path / "o", "---\ntitle: o\n---\n")
    assert ask("merge-driver", "merge-driver", "o", "a", "b", ".agentmem/facts/x.md", code=1)["fields"]
    assert named(project.call("--json").json) == "status"
    for command in ("list", "recall"):
        ran = project.call(
            command, "--status", "active", "--format", "jsonl", "--limit", "0", "--budget", "0"
        )
        assert ran.code == 0 and len(ran.objects) > 3
        for record in ran.objects:
            spoken.hear(f"{command}-jsonl", record)
    say_branches(spoken, ids)
    say_team(spoken)


def say_team(spoken):
    """Have the verbs of a team at work say all that they can: won and lost, waiting, blocked, done, failed, handed on."""
    ask, project = spoken.ask, spoken.project
    other = {"env": {"AGENTMEM_AGENT": "other", "AGENTMEM_ROLE": "api"}}
    goal = ask("add", "add", "plan", "Job queue v1")["id"]
    in_plan = ("--plan", goal, "--phase", "1A", "--role", "api", "--scope", "server/**", "--owner", "api-1")
    first = ask("add", "task", "add", "Jobs are posted", *in_plan)["id"]
    second = ask("add", "task", "add", "Jobs are fetched", "--needs", first, *in_plan)["id"]
    project.commit("tasks")
    assert ask("claim", "claim", second, code=4)["reason"] == "blocked"
    assert ask("claim", "claim", first, "--exclusive", **other)["expires"]
    lost = ask("claim", "claim", first, code=4)
    assert lost["holder"]["role"] == "api" and lost["reason"] == "held"
    ask("handoff", "handoff", first, "-m", "half done", **other)
    again = ask("claim", "claim", first, "--exclusive")
    assert again["handoff"]["by"] == "other" and again["scope"]
    assert ask("claim", "claim", first)["renewed"]
    third = ask("add", "task", "add", "Servers are named", "--scope", "server/x")["id"]
    assert ask("claim", "claim", third, code=4, **other)["reason"] == "exclusive"
    assert ask("claims", "claims")["claims"][0]["handoff"]
    assert ask("plan-show", "plan", "show")["plans"][0]["phases"][0]["tasks"][0]["holder"] == "tester"
    ask("cost", "cost")
    labels = '{"query": "skip locked", "relevant": ["7k3m9qwpdx2v"], "category": "why"}\n{"query": "tea", "relevant": []}\n'
    support.put(project.path / "labels.jsonl", labels)
    assert ask("model-train", "model", "train", "--labels", "labels.jsonl")["missing"] == 49
    assert ask("model-show", "model", "show")["recall"] is None
    support.put(project.store / "model.json", manager.compose(manager.Manager()))
    spoken.hear("model", json.loads((project.store / "model.json").read_text()))
    assert ask("model-show", "model", "show")["recall"]["words"] == 4
    measured = ask("evaluate", "model", "evaluate", "--labels", "labels.jsonl")
    assert measured["total"]["unanswerable"] == len(measured["categories"]) == 1
    ask("brief", "brief")
    project.git("switch", "-q", "-c", "queue")
    support.put(project.path / "server" / "jobs.py", "jobs = []\n")
    closed = ask("done", "done", "-m", "posted", "--commit")
    assert closed["files"] and closed["unblocks"] == [second] and closed["next"]
    project.git("switch", "-q", "main")
    assert ask("claim", "claim", first, code=4)["reason"] == "done elsewhere"
    assert ask("next", "next")["waiting"][0]["waits"]
    assert ask("claim", "claim", second)["waits"]
    assert ask("fail", "fail", first, "--reason", "it loses jobs")["owner"] == "api-1"
    assert ask("task-list", "task", "list", "--all")["tasks"]
    assert ask("sync", "sync")["remote"] is None
    assert ask("brief", "brief", "--role", "api", "--since", "1 day ago")["sections"]


def say_evidence(spoken, first):
    """Have cite and verify say all that they can, in success: evidence of every verdict."""
    ask, project = spoken.ask, spoken.project
    lines = "".join(f"value_{number} = {number * 7}\n" for number in range(20))
    support.put(
        project.path / "src" / "a.py",
        f"{lines}\n\ndef b():\n    return 'long enough to be found again, anywhere'\n",
    )
    support.put(project.path / "src" / "gone.py", "nothing_like_it_will_stay_anywhere_else = True\n")
    project.commit("code")
    cited = ask(
        "cite", "cite", first, "src/a.py#b", "src/a.py:3-6", "src/a.py:9", "src/gone.py:1", "src/a.py"
    )
    assert cited["cites"] and not cited["dropped"]
    assert ask("cite", "cite", first, "--drop", "src/a.py:9")["dropped"]
    text = (project.path / "src" / "a.py").read_text().replace("value_3 = 21", "value_3 = 22")
    support.put(project.path / "src" / "a.py", "# new\n" + text)
    (project.path / "src" / "gone.py").unlink()
    found = ask("verify", "verify", first, code=1)
    assert {one["verdict"] for one in found["citations"]} == {"ok", "moved", "changed", "gone"}
    assert ask("verify", "verify", first, "--fix", code=1)["counts"]["fixed"] == 1
    assert ask("show", "show", first)["memories"][0]["cites"][0]["verdict"]


def say_upkeep(spoken):
    """Have the verbs that keep a store in order say all that they can, in success."""
    ask, project = spoken.ask, spoken.project
    keeping.entries(project, 4)
    keeping.entries(project, 1, start=200, pin="true")
    keeping.put(project, 41, expires="2026-01-01T00:00:00Z")
    keeping.put(project, 42, expires="2026-01-01T00:00:00Z", pin="true")
    project.commit("more")
    would = ask("forget", "forget", "--dry-run")
    assert would["candidates"] and would["held"] and would["remarks"] and would["commit"] is None
    made = ask("reflect", "reflect")["proposed"][0]
    assert made["held"] and made["archived"]
    late = {"AGENTMEM_NOW": "2026-03-22T10:00:00Z"}
    assert ask("reflect", "reflect", "--dry-run", env=late)["accepted"] == [made["id"]]
    assert ask("reflect-undo", "reflect", "--undo", made["id"])["restored"]
    assert any(step["commit"] for step in ask("tidy", "tidy")["steps"])
    page = ask("overview", "overview")
    assert not page["current"] and not page["written"] and page["text"].startswith("<!-- generated")
    assert ask("overview", "overview", "--check", "--strict", code=1) == page
    assert ask("overview", "overview", "--write")["written"]
    assert ask("overview", "overview", "--check", "--strict") == {**page, "current": True}
    assert ask("list", "list", "--status", "archived")["memories"][0]["status"] == "archived"


def say_branches(spoken, ids):
    """Have the verbs of branches and of history say all that they can, in success."""
    ask, project = spoken.ask, spoken.project
    assert ask("history", "history")["events"][0]["commit"] is None
    project.commit("all")
    assert not ask("overlay-list", "overlay")["overlays"]
    for name in ("one", "two"):
        project.git("switch", "-q", "-c", name, "main")
        ask("edit", "edit", ids[0], "--set", f"title=As {name} has it", "--body", f"Of {name}.")
        ask("add", "add", "deadend", f"What {name} tried in vain")
        project.commit(name)
    ask("retract", "retract", ids[1], "--reason", "wrong")
    ask("supersede", "supersede", ids[3], "--title", "Newer than all")
    found = ask("diff", "diff", "main..", "--exit-code", code=1)
    assert found["added"] and found["changed"][0]["fields"] and found["retracted"] and found["superseded"]
    assert ask("diff", "overlay", "diff")["to"] == "two"
    assert not ask("diff", "diff", "main", "main")["changed"]
    shown = ask("overlay-show", "overlay", "show")
    assert shown["memories"] and shown["changes"][0]["fields"]
    project.commit("two more")
    project.git("switch", "-q", "main")
    assert ask("diff", "diff", "two", "main")["removed"]
    assert ask("overlay-list", "overlay", "list", "--all-branches")["overlays"]
    project.git("merge", "-q", "--no-edit", "one", "two")
    assert ask("overlay-list", "overlay")["overlays"][0]["conflicts"]
    promoted = ask("overlay-promote", "overlay", "promote")
    assert promoted["conflicts"] and promoted["promoted"] and promoted["commit"]
    assert ask("history", "history", "--limit", "4")["omitted"]
    for identity in (ids[0], ids[1], ids[3]):
        assert ask("history", "history", identity, "--all-branches")["versions"]
    said = {one["what"] for answer in spoken.heard["history"] for one in answer["versions"]}
    assert said >= {"added", "edited", "changed", "promoted", "retracted", "superseded"}
    project.git("branch", "-q", "-D", "two")
    assert ask("overlay-sweep", "overlay", "sweep")["paths"]
    assert all(step["problem"] is None for step in ask("tidy", "tidy", "--dry-run")["steps"])
    say_upkeep(spoken)
    project.git("switch", "-q", "-c", "idea")
    ask("add", "add", "deadend", "A lease without a fence")
    ask("add", "add", "fact", "Fences are numbers that only grow")
    project.commit("idea")
    project.git("switch", "-q", "main")
    adopted = ask("overlay-adopt", "overlay", "adopt", "idea")
    assert adopted["adopted"] and adopted["left"]
    assert ask("restore-journal", "restore", "--journal")["restored"] == []
    ask("conflicts", "conflicts")


def test_each_is_a_schema():
    """Each is valid itself, says its dialect and has an id of its own."""
    for name, made in SCHEMAS.items():
        Draft202012Validator.check_schema(made)
        assert made["$schema"] == schemas.DIALECT, name
        assert made["$id"] == f"https://agentmem.dev/schema/{name}/1"
        assert made["title"] and made["description"]


def nodes(made):
    """All schemas within a schema."""
    if isinstance(made, dict):
        yield made
        for value in made.values():
            yield from nodes(value)
    elif isinstance(made, list):
        for value in made:
            yield from nodes(value)


def test_every_object_of_ours_is_closed():
    """No object of an output takes another key, but for the keys that a memory's writer made up."""
    for name in OUTPUTS | LINES:
        for node in nodes(SCHEMAS[name]):
            if isinstance(node.get("properties"), dict):
                assert node["additionalProperties"] is False
                missing = set(node["properties"]) - set(node["required"])
                assert missing == ({"key"} if name == "error" else set())


def test_every_output_has_a_schema():
    """What the code names as the schema of an output is there, and nothing else is."""
    folder = Path(agentmem.__file__).parent
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in folder.rglob("*.py")
        if not path.name.endswith("schemas.py")
    )
    said = set(re.findall(r'"agentmem/([a-z-]+)/\d+"', code))
    said |= set(re.findall(r'jsonout\.changed\(\w+, "([a-z-]+)"\)', code))
    assert said == OUTPUTS


def test_what_every_verb_gives(spoken):
    """Every verb's answer keeps to its schema, whatever is asked; none is left out."""
    say_everything(spoken)
    assert set(spoken.heard) == OUTPUTS - {"error"} | LINES
    hits = [hit for answer in spoken.heard["recall"] for hit in answer["hits"]]
    assert {hit["detail"] for hit in hits} == {"full", "paragraph", "title"}
    assert any(hit["explain"] for hit in hits) and any(hit["cites"] for hit in hits)


def test_findings(spoken):
    """Findings of every form, and what was mended."""
    project = spoken.project
    project.write("facts/bad-000000000001.md", "---\nid: 000000000001\nkind: desicion\ntitle: A\n---\n")
    project.write("facts/dropped.md", "# Dropped in\n\nby hand\n")
    project.write("facts/broken-000000000002.md", b"---\nid: [\n---\n\xff")
    (project.store / "facts" / "link.md").symlink_to("dropped.md")
    found = spoken.ask("check", "check", code=1)["findings"]
    assert {one["severity"] for one in found} == {"error", "warning"}
    assert {one["memory"] is None for one in found} == {True, False}
    assert {one["fix"] is None for one in found} == {True, False}
    assert spoken.ask("check", "check", "--fix", code=1)["mended"]
    assert spoken.ask("status", "status")["broken"]
    assert spoken.hear("check", project.call("check", "--format", "json").json)


def test_failures(spoken, new_repository, tmp_path):
    """Every verb's failure is one error object."""
    for words in (
        ("recall",),
        ("recall", "x", "--since", "some day"),
        ("list", "--kind", "fcat"),
        ("add", "nothing", "x"),
        ("add", "fact"),
        ("edit", "7k3m9q"),
        ("retract", "7k3m9q", "--reason", ""),
        ("supersede", "7k3m9q"),
        ("check", "--only", "nothing"),
        ("import", "nothing", "x"),
        ("import", "jsonl", "not-there.jsonl"),
        ("export", "nothing"),
        ("export", "schema", "nothing"),
        ("index", "nothing"),
        ("nothing",),
        ("--color", "red"),
    ):
        spoken.fail("usage", 2, *words)
    for verb in (("show",), ("restore",), ("edit", "--set", "title=x")):
        spoken.fail("not-found", 2, verb[0], "zzzzzz", *verb[1:])
    title = json.loads(KNOWN.splitlines()[0])
    spoken.fail("needs-decision", 4, "add", "decision", title["title"], "--body", title["body"])
    spoken.fail("no-store", 3, "list", cwd=new_repository("bare").path)
    outside = tmp_path / "outside"
    outside.mkdir()
    spoken.fail("no-repository", 3, "init", cwd=outside)


def test_a_bug(spoken, monkeypatch):
    """A bug is an error object as well."""
    from agentmem.actions import reading

    monkeypatch.setattr(reading, "status", lambda context: 1 // 0)
    spoken.fail("bug", 70, "status")


def test_other_repositories(new_repository, tmp_path):
    """A repository without a commit, one with a detached HEAD, one with SHA-256: what is absent is null."""
    fresh = Spoken(new_repository("fresh"))
    assert fresh.ask("init", "init")["created"]
    assert fresh.ask("status", "status")["view"]["commit"] is None
    fresh.project.commit()
    fresh.project.git("checkout", "-q", "--detach")
    assert fresh.ask("list", "list")["view"]["branch"] is None
    other = Spoken(new_repository("other", "--object-format=sha256"))
    other.ask("init", "init")
    other.ask("add", "add", "fact", "Long names of blobs")
    other.project.commit()
    assert len(other.ask("recall", "recall", "names")["hits"][0]["blob"]) == 64
    assert len(other.ask("show", "show", other.heard["add"][0]["id"])["view"]["commit"]) == 64


def test_what_nobody_planned(spoken):
    """Keys of one's own, lists where text was meant, a file without front matter: all is shown within the schema."""
    spoken.project.write(
        "facts/odd-000000000003.md",
        "---\nid: 000000000003\nkind: fact\ntitle: Odd\nmine: {a: [1, {b: ~}]}\ntheirs: [x]\nneeds: [gone]\n"
        "cites: [a.py, {path: b.py, symbol: f, lines: 3-4, other: x}]\n---\nText.\n",
    )
    spoken.project.write("facts/plain.md", "no front matter\n")
    odd, plain = spoken.ask("show", "show", "000000000003", "facts/plain.md")["memories"]
    assert odd["extra"] and len(odd["cites"]) == 2 and odd["needs"] == ["gone"]
    assert plain["created"] is None and plain["by"] is None
    spoken.ask("list", "list")


def test_batch(spoken):
    """Each line of a batch is an answer or an error, with the key of its question."""
    questions = [
        '{"key": "a", "query": "queue"}',
        '{"query": "queue", "limit": 1}',
        '{"key": 7, "query": "batch", "status": "expired"}',
        '{"key": "b", "nothing": 1}',
        '{"key": null, "limit": -1}',
        "no json",
        "[]",
        '{"key": "c", "kind": "fcat"}',
    ]
    ran = spoken.project.call("recall", "--batch", "-", "--explain", "--json", input="\n".join(questions))
    assert ran.code == 2
    for record in ran.objects:
        spoken.hear(named(record), record)
    assert [named(record) for record in ran.objects] == ["recall"] * 3 + ["error"] * 5
    assert [record["key"] for record in ran.objects] == ["a", None, 7, "b", None, None, None, "c"]


def transcript_objects(text):
    """Each JSON object that a transcript shows, with the command that printed it, its placeholders filled in."""
    text = text.replace("<sha>", "a" * 40)
    text = re.sub(r"<id(\d+)>", lambda match: f"{match[1]:0>12}", text)
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, answer = part.partition("\n")
        lines = [line[2:] for line in answer.split("\n") if line.startswith("  ")]
        for block in re.findall(r"^\{$.*?^\}$", "\n".join(lines), re.MULTILINE | re.DOTALL):
            yield command, json.loads(block)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcripts(path):
    """Every object that a transcript shows keeps to the schema it names, and a line of jsonl to its command's."""
    text = path.read_text(encoding="utf-8")
    named_here = 0
    for command, record in transcript_objects(text):
        if "schema" in record:
            named_here += 1
            assert not wrong(named(record), record), command
        elif "--format jsonl" in command:
            verb = "recall" if "recall" in command else "list"
            assert not wrong(f"{verb}-jsonl", record), command
        elif not command.startswith(("cat ", "agentmem session ")):  # files, and what others' programs read
            assert "export" in command, command
    assert named_here == text.count('"schema": "agentmem/')


def places(value, made, path=()):
    """Each closed object within ``value``, with its schema."""
    if isinstance(value, dict) and made.get("additionalProperties") is False:
        yield path, made
        for key, inner in value.items():
            yield from places(inner, made["properties"][key], (*path, key))
    elif isinstance(value, list) and "items" in made:
        for number, inner in enumerate(value):
            yield from places(inner, made["items"], (*path, number))


def cut(value, most=2):
    """``value`` with the first items of its lists: the others are of the same form."""
    if isinstance(value, dict):
        return {key: cut(inner, most) for key, inner in value.items()}
    return [cut(inner, 1) for inner in value[:most]] if isinstance(value, list) else value


def mutations(record, made):
    """Copies of ``record`` with one key too many, one too few, or one of a wrong type."""

    def changed(path, change):
        mutant = copy.deepcopy(record)
        at = mutant
        for step in path:
            at = at[step]
        change(at)
        return mutant

    for path, closed in places(record, made):
        yield (*path, "+zzz"), changed(path, lambda at: at.update(zzz=None))
        for key, form in closed["properties"].items():
            if key in closed["required"]:
                yield (*path, f"-{key}"), changed(path, lambda at, key=key: at.pop(key))
            if key != "extra" and set(form) - {"description"}:  # what a writer made up may be anything
                yield (*path, f"!{key}"), changed(path, lambda at, key=key: at.update({key: BAD}))
                if "null" not in form.get("type", "") and None not in form.get("enum", ()):
                    yield (*path, f"0{key}"), changed(path, lambda at, key=key: at.update({key: None}))


def test_the_schemas_can_fail(spoken):
    """Of every answer: one key more, one less, a wrong type, a null where none may be are each refused."""
    say_everything(spoken)
    spoken.fail("usage", 2, "recall")
    assert set(spoken.heard) == OUTPUTS | LINES
    tried = 0
    for name, records in spoken.heard.items():
        for record in sorted(records, key=lambda record: -len(json.dumps(record)))[:1]:
            for change, mutant in mutations(cut(record), SCHEMAS[name]):
                tried += 1
                assert not VALIDATORS[name].is_valid(mutant), (name, change)
    assert tried > 400


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "7k3m9q"),
        ("id", "7k3m9qwpdx2u"),
        ("kind", "facts"),
        ("status", "forgotten"),
        ("layer", "overlay"),
        ("detail", "short"),
        ("blob", "3f2a"),
        ("created", "2026-02-10"),
        ("created", "2026-02-10T14:03:22+01:00"),
        ("tokens", -1),
        ("tokens", "3"),
        ("score", None),
        ("cites", [{"path": "a", "symbol": None, "lines": None, "verdict": "fine", "found": None}]),
    ],
)
def test_values_that_no_hit_has(spoken, key, value):
    """A value outside its list or pattern is refused."""
    hit = spoken.project.call("recall", "queue", "--format", "jsonl").objects[0]
    assert not wrong("recall-jsonl", hit)
    assert wrong("recall-jsonl", {**hit, key: value})


def test_verdicts():
    """A citation that was found elsewhere, or nowhere, is one already."""
    cite = {"path": "a", "symbol": None, "lines": "3-4", "verdict": "moved"}
    made = SCHEMAS["recall-jsonl"]["properties"]["cites"]["items"]
    assert Draft202012Validator(made).is_valid({**cite, "found": {"path": "b", "lines": "5-6"}})
    assert Draft202012Validator(made).is_valid({**cite, "found": None, "verdict": "gone"})
    assert not Draft202012Validator(made).is_valid({**cite, "found": {"path": "b"}})


@pytest.mark.parametrize("words", ["help", "help all", "version", "--version", "completion bash", "add -h"])
def test_what_has_no_json(store, words):
    """What is text alone says so in an error's object."""
    ran = store.call(*words.split(), "--json")
    assert ran.code == 2 and not wrong("error", ran.json)
    assert store.call(*words.split()).code == 0
