"""What each agent expects to find in a repository: its files, and what of them is ours.

Formats as of the tools' own documentation in 2026: Claude Code (settings, hooks, skills, plugins), Codex (hooks, rules, skills),
Cursor (rules, hooks, cli.json), Copilot (instructions, hooks) and VS Code (terminal approval), Gemini CLI (settings, hooks).
"""

from typing import NamedTuple

BLOCK, POINTER, WHOLE, ENTRIES = "block", "pointer", "whole", "entries"


class Piece(NamedTuple):
    """One file. ``form``: a marked ``BLOCK`` in it, the same or a ``POINTER`` to AGENTS.md, the ``WHOLE`` file from
    ``template``, or ``ENTRIES`` of a settings file; ``what`` tells people what was put in.
    """

    path: str
    form: str
    template: str
    what: str = ""


AGENTS_MD = Piece("AGENTS.md", BLOCK, "block.md", "marked block")
SKILL = Piece(".agents/skills/agentmem/SKILL.md", WHOLE, "SKILL.md", "skill")
SHARED = (AGENTS_MD, SKILL)
"""What several agents read: it tells of none of them that it is set up."""
HOOKS = "session hooks"

AGENTS: dict[str, tuple[Piece, ...]] = {
    "agents-md": (AGENTS_MD, SKILL),
    "claude": (
        AGENTS_MD,
        Piece("CLAUDE.md", POINTER, "block.md", "marked block"),
        Piece(".claude/skills/agentmem/SKILL.md", WHOLE, "SKILL.md", "skill"),
        Piece(
            ".claude/settings.json",
            ENTRIES,
            "claude.json",
            f"allow agentmem; {HOOKS}; what a sandbox must allow",
        ),
    ),
    "codex": (
        AGENTS_MD,
        SKILL,
        Piece(".codex/rules/agentmem.rules", WHOLE, "agentmem.rules", "allow agentmem, outside the sandbox"),
        Piece(".codex/hooks.json", ENTRIES, "codex.json", f"{HOOKS}; trust them once: /hooks"),
    ),
    "cursor": (
        AGENTS_MD,
        SKILL,
        Piece(".cursor/rules/agentmem.mdc", WHOLE, "rule.mdc", "rule"),
        Piece(".cursor/hooks.json", ENTRIES, "cursor.json", HOOKS),
        Piece(".cursor/cli.json", ENTRIES, "cursor-cli.json", "allow agentmem"),
    ),
    "copilot": (
        AGENTS_MD,
        SKILL,
        Piece(".github/instructions/agentmem.instructions.md", WHOLE, "instructions.md", "rule"),
        Piece(".github/hooks/agentmem.json", ENTRIES, "copilot.json", HOOKS),
        Piece(".vscode/settings.json", ENTRIES, "vscode.json", "allow agentmem"),
    ),
    "gemini": (
        AGENTS_MD,
        SKILL,
        Piece("GEMINI.md", POINTER, "block.md", "marked block"),
        Piece(".gemini/settings.json", ENTRIES, "gemini.json", f"allow agentmem; {HOOKS}"),
    ),
}
"""The agents that can be set up, each with its files; some share some."""

PLUGIN: tuple[Piece, ...] = (
    Piece(".claude-plugin/plugin.json", WHOLE, "plugin.json"),
    Piece("hooks/hooks.json", WHOLE, "claude.json"),
    Piece("skills/agentmem/SKILL.md", WHOLE, "SKILL.md"),
    Piece(".mcp.json", WHOLE, "plugin-mcp.json"),
)
"""The folder that Claude Code takes as a plugin, for all repositories at once."""
PLUGIN_HOOKS = "hooks/hooks.json"


def pieces(agents: list[str] | tuple[str, ...]) -> list[Piece]:
    """The files of ``agents``, each once."""
    return list(dict.fromkeys(piece for agent in agents for piece in AGENTS[agent]))
