"""Files for agents: written beside what is there, brought up to date, taken out again to the byte."""

import hashlib
import json
import os

import pytest

from agentmem.actions import outfitting
from agentmem.model import marks, outfits
from agentmem.model.outfits import AGENTS
from tests import support

RULES = "# Rules\n\n- Be quick.\n"
SETTINGS = """\
{
\t// ours
\t"permissions": {"allow": ["Bash(ls:*)"]},
\t"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]}
}
"""


def files(folder):
    """The bytes of each file of a worktree, the store and git aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".agentmem"} & set(path.relative_to(folder).parts)
    }


@pytest.mark.parametrize("agent", AGENTS)
def test_an_agent_is_set_up_once_and_taken_away_to_the_byte(repo, agent):
    """A second init changes nothing, and --remove leaves each file as it was before."""
    for path in ("AGENTS.md", "CLAUDE.md", "GEMINI.md"):
        support.put(repo.path / path, RULES)
    for path in (
        ".claude/settings.json",
        ".gemini/settings.json",
        ".vscode/settings.json",
        ".codex/hooks.json",
    ):
        support.put(repo.path / path, SETTINGS)
    before = files(repo.path)
    out = repo.ok("init", "--agent", agent)
    after = files(repo.path)
    assert "AGENTS.md" in out and marks.has_block(after["AGENTS.md"].decode()) and len(after) > len(before)
    assert all(path in after for piece in AGENTS[agent] for path in [piece.path])
    assert "created" not in repo.ok("init", "--agent", agent) and files(repo.path) == after
    repo.ok("init", "--remove")
    assert files(repo.path) == before
    assert repo.path.joinpath(".agentmem", "config.toml").is_file()


def test_the_tools_read_what_is_written(repo):
    """Each settings file is JSON, and starts us at each of the four moments."""
    repo.ok("init", *(word for agent in AGENTS for word in ("--agent", agent)))
    for path, agent in (
        (".claude/settings.json", "claude"),
        (".codex/hooks.json", "codex"),
        (".cursor/hooks.json", "cursor"),
        (".gemini/settings.json", "gemini"),
    ):
        text = json.dumps(json.loads(repo.path.joinpath(path).read_text()))
        assert all(
            f"agentmem session {agent} {event}" in text for event in ("start", "edit", "compact", "stop")
        )
    skill = repo.path.joinpath(".claude/skills/agentmem/SKILL.md").read_text().split("\n")
    assert (
        skill[0] == "---"
        and skill[1] == "name: agentmem"
        and skill[2].startswith("description: ")
        and skill[3] == "---"
    )
    assert len(skill[2]) < 1024


def test_plain_init_brings_up_to_date_what_is_there(repo):
    """An older block, skill and hook are replaced by the next init, in their place."""
    repo.ok("init", "--agent", "claude")
    new = files(repo.path)
    for path in ("AGENTS.md", ".claude/skills/agentmem/SKILL.md", ".claude/settings.json"):
        text = repo.path.joinpath(path).read_text()
        old = (
            text.replace("begin 1", "begin 0")
            .replace("agentmem:file 1", "agentmem:file 0")
            .replace("|| true", "|| exit 0")
        )
        support.put(repo.path / path, old.replace("Write down what", "Note what"))
    out = repo.ok("init")
    assert "updated" in out and files(repo.path) == new


def test_what_was_edited_by_hand_stays(repo):
    """A rule of the house in our block, a section in our skill: no init, no doctor and no --remove takes them."""
    repo.ok("init", "--agent", "claude")
    skill = ".claude/skills/agentmem/SKILL.md"
    mine = {
        "AGENTS.md": repo.path.joinpath("AGENTS.md")
        .read_text()
        .replace("- Take work", "- Ask Dana, then take work"),
        "CLAUDE.md": repo.path.joinpath("CLAUDE.md")
        .read_text()
        .replace("@AGENTS.md", "@AGENTS.md\nAsk Dana."),
        skill: repo.path.joinpath(skill).read_text() + "\n## House rules\n",
    }
    for path, text in mine.items():
        support.put(repo.path / path, text)
    assert "agents:" not in repo.ok("doctor") + repo.ok("doctor", "--fix")
    for words in (("init",), ("init", "--agent", "claude"), ("init", "--remove")):
        ran = repo.call(*words)
        assert ran.code == 0 and all(f"{path} is as it was" in ran.err for path in mine)
        assert {path: repo.path.joinpath(path).read_text() for path in mine} == mine


def test_another_text_has_another_version():
    """What is written for agents may only change with ``marks.VERSION``: what differs from the same version counts as edited."""
    pieces = sorted({piece for agent in AGENTS.values() for piece in agent if piece.form != outfits.ENTRIES})
    texts = "\n".join(outfitting._template(piece) for piece in pieces)
    assert {1: "fb661f12e36deda2"}[marks.VERSION] == hashlib.sha256(texts.encode()).hexdigest()[:16]


def test_a_file_that_was_taken_over_stays(repo):
    """Without its mark a skill is the user's: it is neither updated nor removed, and that is said."""
    support.put(repo.path / ".claude/skills/agentmem/SKILL.md", "mine\n")
    ran = repo.call("init", "--agent", "claude")
    assert ran.code == 0 and "a file of yours is there" in ran.err
    repo.ok("init", "--remove")
    assert repo.path.joinpath(".claude/skills/agentmem/SKILL.md").read_text() == "mine\n"


@pytest.mark.parametrize("broken", ['{"a": ', "[1]", "no json"])
def test_settings_that_cannot_be_read_stay(repo, broken):
    """A broken settings file is left as it is, and named; all else is done."""
    support.put(repo.path / ".claude/settings.json", broken)
    ran = repo.call("init", "--agent", "claude")
    assert ran.code == 0 and ".claude/settings.json" in ran.err
    assert repo.path.joinpath(".claude/settings.json").read_text() == broken
    assert marks.has_block(repo.path.joinpath("AGENTS.md").read_text())


def test_half_a_block_stays(repo):
    """A block that lost its end is not guessed at."""
    support.put(repo.path / "AGENTS.md", "<!-- agentmem:begin 1 -->\nmine?\n")
    ran = repo.call("init", "--agent", "agents-md")
    assert "half a block" in ran.err and repo.path.joinpath("AGENTS.md").read_text().count("agentmem:") == 1


def test_links_stay_links(repo):
    """CLAUDE.md that is a link to AGENTS.md stays one; a link that leads out of the repository is not followed."""
    support.put(repo.path / "AGENTS.md", RULES)
    repo.path.joinpath("CLAUDE.md").symlink_to("AGENTS.md")
    outside = repo.path.parent / "outside.json"
    outside.write_text("{}\n")
    repo.path.joinpath(".claude").mkdir()
    repo.path.joinpath(".claude/settings.json").symlink_to(outside)
    ran = repo.call("init", "--agent", "claude")
    assert repo.path.joinpath("CLAUDE.md").is_symlink() and "out of the repository" in ran.err
    assert repo.path.joinpath("AGENTS.md").read_text().count("agentmem:begin") == 1
    assert outside.read_text() == "{}\n"
    repo.ok("init", "--remove")
    assert repo.path.joinpath("AGENTS.md").read_text() == RULES


@pytest.mark.parametrize("there", [None, "", RULES])
def test_a_link_between_the_two_is_one_file(repo, there):
    """CLAUDE.md and AGENTS.md that are one file have the rules once, and never a pointer to themselves."""
    if there is not None:
        support.put(repo.path / "AGENTS.md", there)
    repo.path.joinpath("CLAUDE.md").symlink_to("AGENTS.md")
    for _ in range(2):
        repo.ok("init", "--agent", "claude", "--agent", "codex")
        text = repo.path.joinpath("AGENTS.md").read_text()
        assert "agentmem brief" in text and "@AGENTS.md" not in text
    assert "agents:" not in repo.call("doctor").out
    repo.ok("init", "--remove", "--agent", "claude")
    assert repo.path.joinpath("AGENTS.md").read_text() == text


def test_a_checkout_with_other_line_ends_is_up_to_date(repo):
    """Where git gives a checkout CRLF, nothing is said to be old and nothing is written anew."""
    repo.ok("init", *(word for agent in AGENTS for word in ("--agent", agent)))
    for path, data in files(repo.path).items():
        repo.path.joinpath(path).write_bytes(data.replace(b"\n", b"\r\n"))
    before = files(repo.path)
    assert "older version" not in repo.call("doctor").out
    assert "updated" not in repo.ok("init") and files(repo.path) == before


def test_a_file_in_another_encoding_stays(repo):
    """Rules in UTF-16, as some shells write them, would be spoilt by ours."""
    data = RULES.encode("utf-16")
    repo.path.joinpath("AGENTS.md").write_bytes(data)
    assert "no text in UTF-8" in repo.call("init", "--agent", "codex").err
    assert repo.path.joinpath("AGENTS.md").read_bytes() == data


def test_claude_reads_the_rules_of_all_where_it_has_none_of_its_own(repo):
    """A new CLAUDE.md points to AGENTS.md; one that points there already is left alone; one with rules gets the block."""
    repo.ok("init", "--agent", "claude")
    assert "@AGENTS.md" in repo.path.joinpath("CLAUDE.md").read_text().split()
    support.put(repo.path / "CLAUDE.md", "Read @AGENTS.md first.\n")
    repo.ok("init", "--agent", "claude")
    assert repo.path.joinpath("CLAUDE.md").read_text() == "Read @AGENTS.md first.\n"
    support.put(repo.path / "CLAUDE.md", RULES)
    repo.ok("init", "--agent", "claude")
    assert "agentmem brief" in repo.path.joinpath("CLAUDE.md").read_text()


def test_removing_one_agent_leaves_what_others_share(repo):
    """AGENTS.md keeps its block while another agent is set up."""
    repo.ok("init", "--agent", "claude", "--agent", "codex")
    repo.ok("init", "--remove", "--agent", "claude")
    there = files(repo.path)
    assert ".claude/settings.json" not in there and ".codex/hooks.json" in there
    assert marks.has_block(there["AGENTS.md"].decode()) and ".agents/skills/agentmem/SKILL.md" in there
    repo.ok("init", "--remove", "--agent", "codex")
    assert files(repo.path) == {}


def test_what_cannot_be_taken_out_is_told(repo):
    """Where the git dir is read-only the files go, and it is said that the hooks stay; what is not there is not said to go."""
    repo.ok("init", "--agent", "claude")
    with support.read_only(repo.path / ".git"):
        ran = repo.call("init", "--remove")
    assert ran.code == 0 and "removed from AGENTS.md" in ran.out and "hooks and merge driver stay" in ran.err
    assert "hooks   taken away" in repo.ok("init", "--remove")
    assert repo.ok("init", "--remove").startswith("nothing of ours is there")


def test_init_where_all_is_there_writes_nothing(repo):
    """In a sandbox that is read-only throughout, init of what is complete says so and fails at nothing."""
    repo.ok("init", "--agent", "claude")
    with support.read_only(repo.path):
        ran = repo.call("init", "--agent", "claude")
    assert ran.code == 0 and ran.err == "" and ran.out.startswith("kept ")


def test_what_was_taken_out_comes_back_whole(repo):
    """After --remove, init sets up all of it again, git's hooks included."""
    repo.ok("init", "--agent", "claude")
    repo.ok("init", "--remove")
    assert not repo.path.joinpath(".git/hooks/pre-commit").exists()
    assert "hooks   pre-commit" in repo.ok("init") and "declined" not in repo.ok("init")


def test_a_plugin_for_all_repositories(repo, tmp_path):
    """The plugin's folder has what Claude Code looks for, and is brought up to date where it is."""
    out = repo.ok("init", "--plugin", str(tmp_path / "plugin"))
    assert "--plugin-dir" in out and not repo.path.joinpath(".agentmem").exists()
    manifest = json.loads((tmp_path / "plugin/.claude-plugin/plugin.json").read_text())
    assert manifest["name"] == "agentmem" and manifest["version"][0].isdigit()
    hooks = json.loads((tmp_path / "plugin/hooks/hooks.json").read_text())
    assert set(hooks) == {"hooks"} and set(hooks["hooks"]) == {
        "SessionStart",
        "PostToolUse",
        "PreCompact",
        "Stop",
    }
    assert "is up to date" in repo.ok("init", "--plugin", str(tmp_path / "plugin"))


def test_a_plugin_displaces_nothing(repo, tmp_path):
    """What stands in the folder and is the user's stays, and is named; what we wrote in an older version is replaced."""
    repo.ok("init", "--plugin", ".")
    new = files(repo.path)
    theirs = {
        ".mcp.json": '{"mcpServers": {"agentmem": {"command": "agentmem"}, "db": {"command": "db"}}}',
        "hooks/hooks.json": '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]}}',
        ".claude-plugin/plugin.json": '{"name": "ours"}',
        "skills/agentmem/SKILL.md": "mine",
    }
    for path, text in theirs.items():
        support.put(repo.path / path, text)
    ran = repo.call("init", "--plugin", ".")
    assert ran.code == 0 and all(f"{path} is as it was" in ran.err for path in theirs)
    assert {path: data.decode() for path, data in files(repo.path).items()} == theirs
    for path, data in new.items():
        text = data.decode().replace("agentmem:file 1", "agentmem:file 0").replace("|| true", "|| exit 0")
        support.put(repo.path / path, text.replace('"version": "', '"version": "0').replace('["mcp"]', "[]"))
    repo.ok("init", "--plugin", ".")
    assert files(repo.path) == new


def test_an_unknown_agent_is_told_the_known(repo):
    """A slip is answered with the nearest name, before anything is written."""
    ran = repo.call("init", "--agent", "claud")
    assert ran.code == 2 and "did you mean claude?" in ran.err and not os.path.exists(repo.path / ".agentmem")
