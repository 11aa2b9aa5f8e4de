"""The help screens: what there is to do, on one screen, without a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

NOT_LISTED = ("remember", "status", "merge-driver", "hook", "session", "complete")
"""Verbs that nobody needs to be told of: another name, what stands for no verb, what git, agents' programs and shells call."""

FIRST = """\
usage: agentmem COMMAND …          memory of the team, in .agentmem/ of this repository

  brief               where am I, what changed, what next, what to beware of
  recall QUESTION     what is known          --file PATH  --diff  --kind K  --at WHEN  --budget N
  add KIND TITLE      write a memory         --body TEXT|-  --cite PATH#SYMBOL  --scope 'GLOB'
  show ID|NAME        one memory, task or entity, whole
  retract ID          it is wrong            --reason TEXT
  claim [ID]          take a task (the best free one for your role)
  done | fail | handoff [ID]     end it: finished, broken, or for the next one
  check               every rule, for CI     verify: citations only

more: agentmem help people | ci | all     one command: agentmem COMMAND -h
"""

PEOPLE = """\
Memories are markdown files in .agentmem/, one each; read, edit and review them like any other file.

  agentmem init                      make the store; commit it; --no-hooks: without git's hooks
  agentmem hooks                     how git's hooks stand here; install, uninstall: yours go on as they were
  AGENTMEM_HOOKS=off git commit      this once without ours
  agentmem import                    what there is to take in: plans, CLAUDE.md, decision records, issues, notes
  agentmem list --kind decision      what was decided
  agentmem edit ID                   in $EDITOR
  agentmem history ID                who changed it, when and why; without ID, what happened in all
  agentmem diff main..feature/queue  what differs: branches, revisions, moments
  agentmem conflicts                 what open branches say or change that does not go together
  agentmem overview                  plan, progress, decisions, dead ends, doubts on one page; --write on trunk
  agentmem plan show                 the plan as a tree; task list: what stands where; claims: who is on what
  agentmem overlay                   what branches have added and changed; promote it on trunk
  agentmem watch                     what the team writes, as it is written; --run COMMAND
  agentmem mcp                       serves all this to an agent's host
  agentmem doctor                    what is amiss in this clone, and what mends it; --fix mends what is safe
  agentmem forget --dry-run          what is not worth keeping, and why; list --status archived: what went
  agentmem reflect --dry-run         what the log has taught, in fewer words
  agentmem restore ID                take back a retraction, or bring back what is archived or deleted
  agentmem restore --journal         what is in no commit and no worktree any more

A file dropped into a folder of .agentmem/ by hand is a memory too.
"""

CI = """\
  agentmem check                     exit 1 on errors; --format text|json|github|sarif|junit|md
  agentmem check --strict            evidence that the code contradicts is an error too
  agentmem check --diff main..HEAD   of a pull request: what it adds must be right, what it puts in doubt is told
  agentmem verify [ID]               evidence only; --fix re-anchors what moved
  agentmem check --only secret       one rule
  agentmem check --fix               writes missing ids, nothing else
  agentmem check --staged            what the next commit would hold, for a pre-commit hook
  agentmem overlay promote           on trunk: take up what branches have changed, one commit
  agentmem tidy                      on trunk: promote, re-anchor, reflect, archive what is not worth keeping; a commit each

A job that tidies (the whole history, since what is archived is read from it; the refs, since they tell what was of use):

  on: {schedule: [{cron: "17 3 * * *"}], workflow_dispatch: {}}
  permissions: {contents: write, pull-requests: write}
  concurrency: memory-tidy
  jobs:
    tidy:
      runs-on: ubuntu-latest
      steps:
        - uses: actions/checkout@v4
          with: {ref: main, fetch-depth: 0}
        - run: pipx install git-agentmem
        - run: git fetch origin '+refs/agentmem/*:refs/agentmem/*'
        - run: git config user.name agentmem && git config user.email agentmem@users.noreply.github.com
        - run: agentmem tidy
        - if: success() || failure()      # what was done before a step failed is worth having
          env: {GH_TOKEN: "${{ github.token }}"}
          run: |
            test "$(git rev-parse HEAD)" = "$(git rev-parse origin/main)" && exit 0
            test -z "$(gh pr list --search head:memory-tidy- --json number --jq '.[].number')" || exit 0    # one is open
            branch=memory-tidy-$(git rev-parse --short HEAD)
            git push origin "HEAD:refs/heads/$branch"
            gh pr create --base main --head "$branch" --fill

Without review: in place of the last four lines, git push origin HEAD:main. Merging the proposed reflections accepts them.

exit codes: 0 done · 1 findings · 2 usage · 3 no repository or store, or not writable · 4 needs a decision · 70 a bug
"""

GLOBAL = """\
options of every command: -C DIR  --store DIR  --json  --color auto|always|never  -q  -v  --agent NAME
"""


def help_screen(words: Sequence[str], verbs: Mapping[str, Any]) -> str:
    """The screen that ``agentmem help WORDS`` names; the first one where none is named."""
    topic = words[0] if words else ""
    if topic == "people":
        return PEOPLE
    if topic == "ci":
        return CI
    if topic == "all":
        lines = [f"  {name:<12}{verb.help}" for name, verb in verbs.items() if name not in NOT_LISTED]
        return "\n".join((*lines, "", GLOBAL.rstrip(), "one command: agentmem COMMAND -h")) + "\n"
    if topic in verbs:
        return f"agentmem {topic} -h tells all about it: {verbs[topic].help}\n"
    if topic:
        raise UsageError(
            f'no help on "{topic}"', "topics: people ci all     one command: agentmem COMMAND -h"
        )
    return FIRST
