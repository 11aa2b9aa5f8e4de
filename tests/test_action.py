"""The GitHub action: its shape, and its script against real repositories, with stand-ins for the host, gh and agentmem."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import support

TOP = Path(__file__).parent.parent
ACTION = yaml.safe_load((TOP / "action.yml").read_text(encoding="utf-8"))
SCRIPT = TOP / ".ci" / "action.sh"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the action's script needs bash")

AGENTMEM = """#!/bin/sh
printf '%s\\n' "$*" >> "$FAKE/calls"
for last; do :; done
case $last in
  json) printf '{"counts": {"error": %s, "warning": 2}}\\n' "$FAKE_CODE" ;;
  *) cat "$FAKE/$last" 2>/dev/null || echo "as $last" ;;
esac
exit "$FAKE_CODE"
"""
"""Stands in for agentmem: notes how it was called, and finds as many errors as its exit code is."""

GH = """#!/usr/bin/env python3
import json, os, sys
words = sys.argv[1:]
body = next((open(word[6:]).read() for word in words if word.startswith("body=@")), None)
with open(os.path.join(os.environ["FAKE"], "gh"), "a") as file:
    file.write(json.dumps({"words": words, "body": body, "token": os.environ.get("GH_TOKEN")}) + "\\n")
if os.environ.get("FAKE_GH_FAILS", "-") in words:
    sys.exit("HTTP 403")
if "graphql" in words:
    print(os.environ.get("FAKE_COMMENTS", ""), end="")
"""
"""Stands in for gh: notes how it was called."""


class Host:
    """A runner: a remote with a pull request from ``feature`` into ``main``, and a checkout of it."""

    def __init__(self, path):
        self.path = path
        self.fake, self.temp, self.work = path / "fake", path / "runner temp", path / "work space"
        for folder in (self.fake, self.temp, self.work):
            folder.mkdir()
        self.source = support.Project(path / "source")
        self.source.path.mkdir()
        self.source.git("init", "-q", "-b", "main")
        support.put(self.source.path / "code.py", "one\n")
        self.old = self.source.commit("old")
        self.source.git("switch", "-q", "-c", "feature")
        support.put(self.source.path / ".agentmem" / "facts" / "a.md", "# A\n")
        self.middle = self.source.commit("feature: memory")
        support.put(self.source.path / "more.py", "more\n")
        self.head = self.source.commit("feature: more")
        self.source.git("switch", "-q", "main")
        support.put(self.source.path / "code.py", "two\n")
        self.base = self.source.commit("main goes on")
        self.merge()
        self.bin = path / "bin"
        for name, text in (
            ("agentmem", AGENTMEM),
            ("gh", GH.replace("/usr/bin/env python3", sys.executable)),
        ):
            support.put(self.bin / name, text).chmod(0o755)

    def merge(self):
        """Make the merge that a host makes of a pull request."""
        self.source.git("switch", "-q", "--detach", "main")
        self.source.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
        self.merged = self.source.git("rev-parse", "HEAD").strip()
        self.source.git("update-ref", "refs/pull/1/merge", "HEAD")
        self.source.git("update-ref", "refs/pull/1/head", "feature")
        self.source.git("switch", "-q", "main")

    def check_out(self, what, depth=1):
        """A checkout of the commit or ref ``what``, as actions/checkout makes it."""
        git = support.Project(self.work).git
        git("init", "-q", "-b", "unborn")
        git("remote", "add", "origin", self.source.path.as_uri())
        git(
            "fetch",
            "-q",
            "--no-tags",
            *([f"--depth={depth}"] if depth else []),
            "origin",
            f"+{what}:refs/remotes/pull",
        )
        if not depth:
            git("fetch", "-q", "origin")
        git("checkout", "-q", "--detach", "refs/remotes/pull")
        return git

    def run(self, event=None, code=0, **env):
        """What the script gives for ``event``."""
        support.put(self.path / "event.json", json.dumps(self.pull() if event is None else event))
        given = {
            "GITHUB_EVENT_PATH": str(self.path / "event.json"),
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_OUTPUT": str(self.path / "output"),
            "GITHUB_STEP_SUMMARY": str(self.path / "summary"),
            "GITHUB_ACTION_PATH": str(TOP),
            "RUNNER_TEMP": str(self.temp),
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "AGENTMEM_BIN": str(self.bin / "agentmem"),
            "GH_TOKEN": "t0ken",
            "FAKE": str(self.fake),
            "FAKE_CODE": str(code),
            **env,
        }
        done = subprocess.run(
            ["bash", str(SCRIPT)],
            cwd=self.work,
            env=support.environment(given),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        return support.Ran(done.returncode, done.stdout, done.stderr)

    def pull(self):
        """The event of the pull request."""
        return {"pull_request": {"number": 1, "base": {"sha": self.base}, "head": {"sha": self.head}}}

    @property
    def calls(self):
        """How agentmem was called."""
        return (self.fake / "calls").read_text().splitlines()

    @property
    def gh(self):
        """How gh was called."""
        path = self.fake / "gh"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def output(self):
        """The outputs of the step."""
        return dict(line.split("=", 1) for line in (self.path / "output").read_text().splitlines())


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


def test_the_shape():
    """A composite action with described inputs and outputs, and steps of documented keys."""
    assert set(ACTION) == {"name", "description", "branding", "inputs", "outputs", "runs"}
    assert all(set(one) <= {"description", "default", "required"} for one in ACTION["inputs"].values())
    assert all(set(one) == {"description", "value"} for one in ACTION["outputs"].values())
    assert ACTION["runs"]["using"] == "composite" and set(ACTION["runs"]) == {"using", "steps"}
    for step in ACTION["runs"]["steps"]:
        assert set(step) <= {"name", "id", "if", "shell", "run", "env", "uses", "with"}
        assert ("run" in step) != ("uses" in step) and ("run" in step) == ("shell" in step)
    for one in ACTION["outputs"].values():
        assert re.fullmatch(r"\$\{\{ steps\.check\.outputs\.[a-z-]+ \}\}", one["value"])


def test_no_expression_is_part_of_a_script():
    """What others write never becomes code: expressions stand in env and with alone, and every input is used."""
    used = set()
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        values = [
            *step.get("env", {}).values(),
            *step.get("with", {}).values(),
            f"${{{{ {step.get('if', '')} }}}}",
        ]
        used |= {name for value in values for name in re.findall(r"inputs\.([a-z-]+)", str(value))}
    assert used == set(ACTION["inputs"])
    names = set(ACTION["runs"]["steps"][-1]["env"])
    assert names <= set(re.findall(r"\$\{([A-Z_]+)", SCRIPT.read_text(encoding="utf-8")))


def ranged(host):
    """The range that each call had, which is one."""
    ranges = {re.search(r"--diff (\S+)", call)[1] for call in host.calls}
    assert len(ranges) == 1
    return ranges.pop()


@pytest.mark.parametrize("depth", [1, 2, 0], ids=lambda depth: f"depth{depth}")
def test_the_hosts_merge_is_compared_with_what_it_merges_into(host, depth):
    """However little of history is there, the first parent of the merge is, or is fetched."""
    git = host.check_out("refs/pull/1/merge", depth)
    ran = host.run()
    assert (ran.code, ran.err) == (0, "")
    assert ranged(host) == f"{host.base}..{host.merged}"
    assert git("diff", "--name-only", host.base, "HEAD").split() == [".agentmem/facts/a.md", "more.py"]
    assert (git("rev-parse", "--is-shallow-repository").strip() == "true") == bool(depth)


@pytest.mark.parametrize("depth", [1, 2, 0], ids=lambda depth: f"depth{depth}")
def test_a_checkout_of_the_head_is_compared_with_the_merge_base(host, depth):
    """What main has done meanwhile is no change of the pull request, and the base is fetched."""
    host.check_out("feature", depth)
    ran = host.run()
    assert (ran.code, ran.err) == (0, "")
    assert ranged(host) == f"{host.old}..{host.head}"


def test_a_checkout_of_the_base(host):
    """Events that check out the base (pull_request_target) look at the pull request all the same."""
    host.check_out("main")
    assert host.run().code == 0
    assert ranged(host) == f"{host.old}..{host.head}"


def test_a_merge_group(host):
    """A queue of merges has a range as well, and nobody to write to."""
    host.check_out("feature")
    host.run({"merge_group": {"base_sha": host.base, "head_sha": host.head}}, AGENTMEM_COMMENT="true")
    assert ranged(host) == f"{host.old}..{host.head}" and not host.gh


def test_what_cannot_be_fetched_is_said(host):
    """Without the base, the whole store is checked, with a warning that says what to do."""
    host.check_out("refs/pull/1/merge")
    shutil.rmtree(host.source.path)
    ran = host.run()
    assert (
        ran.code == 0 and "::warning title=agentmem::the commit to compare with cannot be fetched" in ran.err
    )
    assert host.calls == ["check --format github", "check --format md", "check --format json"]


@pytest.mark.parametrize("event", [{"ref": "refs/heads/main"}, {"pull_request": None}])
def test_other_events(host, event):
    """A push has no base: the whole store is checked."""
    host.check_out("main")
    ran = host.run(event, AGENTMEM_STORE="a b/.agentmem", AGENTMEM_STRICT="true")
    assert ran.code == 0 and ran.out == "as github\n"
    assert host.calls[0] == "--store a b/.agentmem check --strict --format github"


def test_outputs_and_summary(host):
    """Findings fail the step after everything was written: counts, the file of the comment, the summary, SARIF."""
    host.check_out("refs/pull/1/merge")
    ran = host.run(code=1, AGENTMEM_SARIF="reports/agentmem.sarif")
    assert (ran.code, ran.out) == (1, "as github\n")
    output = host.output()
    assert (output["errors"], output["warnings"]) == ("1", "2")
    assert Path(output["comment-file"]).read_text() == "as md\n" == (host.path / "summary").read_text()
    assert (host.work / "reports" / "agentmem.sarif").read_text() == "as sarif\n"
    assert not host.gh


@pytest.mark.parametrize("code", [2, 3, 70])
def test_what_is_no_finding_fails_with_its_own_code(host, code):
    """No store, wrong settings and bugs are not taken for findings."""
    host.check_out("refs/pull/1/merge")
    ran = host.run(code=code, AGENTMEM_COMMENT="true")
    assert (
        ran.code == code and f"::error title=agentmem::agentmem check ended with exit code {code}" in ran.err
    )
    assert not host.gh and not (host.path / "output").exists()


def test_a_comment_is_made(host):
    """The first time there is something to say it is posted, behind a mark that is not shown."""
    host.check_out("refs/pull/1/merge")
    ran = host.run(AGENTMEM_COMMENT="true")
    assert (ran.code, ran.err) == (0, "")
    ask, write = host.gh
    assert ask["words"][:3] == ["api", "graphql", "--paginate"] and "number=1" in ask["words"]
    assert 'startswith("<!-- agentmem -->")' in ask["words"][-1] and ".viewerDidAuthor" in ask["words"][-1]
    assert write["words"][:4] == ["api", "--method", "POST", "repos/o/r/issues/1/comments"]
    assert write["body"] == "<!-- agentmem -->\nas md\n" and write["token"] == "t0ken"


def test_a_comment_is_updated(host):
    """There is one comment for each store: what was posted before is written anew."""
    host.check_out("refs/pull/1/merge")
    host.run(AGENTMEM_COMMENT="true", AGENTMEM_STORE='x"y/.agentmem', FAKE_COMMENTS="71\n72\n")
    ask, write = host.gh
    assert 'startswith("<!-- agentmem x-y/.agentmem -->")' in ask["words"][-1]
    assert write["words"][:4] == ["api", "--method", "PATCH", "repos/o/r/issues/comments/71"]


def test_nothing_to_say_is_not_said(host):
    """A pull request that touches no memory gets no comment, but one that is there is brought up to date."""
    host.source.git("switch", "-q", "feature")
    host.source.git("reset", "-q", "--hard", host.old)
    support.put(host.source.path / "more.py", "more\n")
    host.head = host.source.commit("feature: code alone")
    host.merge()
    host.check_out("refs/pull/1/merge")
    quiet = AGENTMEM.replace('"warning": 2', '"warning": 0')
    support.put(host.bin / "agentmem", quiet)
    assert host.run(AGENTMEM_COMMENT="true").code == 0
    assert len(host.gh) == 1
    host.run(AGENTMEM_COMMENT="true", FAKE_COMMENTS="71\n")
    assert host.gh[-1]["words"][2] == "PATCH"


def test_a_long_comment(host):
    """What does not fit into a comment is in the summary, and that is said."""
    host.check_out("refs/pull/1/merge")
    support.put(host.fake / "md", "### agentmem: 900 errors\n\n" + "x" * 60_000)
    host.run(AGENTMEM_COMMENT="true")
    body = host.gh[-1]["body"]
    assert body.startswith("<!-- agentmem -->\n### agentmem: 900 errors\n\nToo long") and len(body) < 200


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"GH_TOKEN": ""}, "there is no token"),
        ({"FAKE_GH_FAILS": "graphql"}, "cannot be read"),
        ({"FAKE_GH_FAILS": "POST"}, "may not write one"),
    ],
)
def test_a_comment_that_cannot_be_written(host, env, said):
    """Is a warning: a pull request from a fork never may, and its check is worth no less."""
    host.check_out("refs/pull/1/merge")
    ran = host.run(code=1, AGENTMEM_COMMENT="true", **env)
    assert ran.code == 1 and "::warning title=agentmem::no comment: " in ran.err and said in ran.err


def test_hostile_text_starts_nothing(host):
    """Names and inputs with a shell's signs are words, and nothing in the checkout is imported."""
    host.check_out("refs/pull/1/merge")
    for name in ("json.py", "venv.py", "sitecustomize.py", "pip.py"):
        support.put(host.work / name, "open('started', 'w')\n")
    event = host.pull()
    event["pull_request"]["head"]["ref"] = "$(touch started);`touch started`"
    event["pull_request"]["title"] = '"; touch started; "'
    ran = host.run(event, AGENTMEM_STORE="$(touch started)`touch started`", AGENTMEM_COMMENT="true")
    assert ran.code == 0
    event["pull_request"]["head"]["sha"] = "--upload-pack=touch started"
    host.run(event)
    assert "--diff" not in host.calls[-1]
    ran = host.run(AGENTMEM_BIN="", AGENTMEM_VERSION="1.0 --index-url=x")
    assert ran.code == 2 and "the input version is none" in ran.err
    assert not list(host.path.rglob("started"))


def test_with_agentmem_itself(host):
    """A pull request that brings a bad memory: annotated, counted, summed up, and the check fails."""
    if "--diff" not in support.call("check", "-h", cwd=host.path).out:
        pytest.skip("check --diff is not there yet")
    host.source.git("switch", "-q", "feature")
    support.put(host.source.path / ".agentmem" / "facts" / "key.md", "# The key is AKIAIOSFODNN7ABCDEFG\n")
    host.head = host.source.commit("feature: a key")
    host.merge()
    host.check_out("refs/pull/1/merge")
    support.put(host.bin / "agentmem", f'#!/bin/sh\nexec {shlex.join(support.command())} "$@"\n')
    ran = host.run(AGENTMEM_COMMENT="true", AGENTMEM_SARIF="a.sarif")
    assert (ran.code, ran.err) == (1, ""), (
        ran
    )  # the history that is needed is there, so nothing is said of a shallow clone
    assert "::error file=.agentmem/facts/key.md,line=1,title=agentmem secret::looks like a secret" in ran.out
    assert int(host.output()["errors"]) >= 1
    assert (host.path / "summary").read_text().startswith("### agentmem: ")
    assert json.loads((host.work / "a.sarif").read_text())["version"] == "2.1.0"
    assert host.gh[-1]["body"].startswith("<!-- agentmem -->\n### agentmem: 2 memories added")
