"""``agentmem recall``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

    from agentmem.actions.recall import Recalled
    from agentmem.cli.call import Call

FORMATS = ("text", "md", "json", "jsonl", "ids")


def recall(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(
            help='What to find: words, "phrases", FIELD:VALUE; fields: kind tag entity by role status file since until.'
        ),
    ] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only this kind.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only with this tag.")] = None,
    entity: Annotated[list[str] | None, typer.Option("--entity", help="Only about this entity.")] = None,
    file: Annotated[
        list[str] | None, typer.Option("--file", help="What you work on: ranks what is about it up.")
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="As --file, for every file changed here.")] = False,
    diff_from: Annotated[
        str | None, typer.Option("--diff-from", help="As --diff, since this revision.")
    ] = None,
    role: Annotated[list[str] | None, typer.Option("--role", help="Only by this role.")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="Only by this agent.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only created at or after WHEN.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Only created before WHEN.")] = None,
    status: Annotated[
        list[str] | None, typer.Option("--status", help="This status in place of those in force.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="As of a revision or a moment: v1.2, 2026-02-10, 3 days ago.")
    ] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="As another branch has it.")] = None,
    all_branches: Annotated[
        bool, typer.Option("--all-branches", help="Also what other branches and worktrees have.")
    ] = False,
    trusted: Annotated[
        bool, typer.Option("--trusted", help="Only what trunk holds, as it is committed there.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", help="Results at most; 0: all. Default 6.")] = None,
    budget: Annotated[
        int | None, typer.Option("--budget", help="Tokens at most; 0: no limit. Default 800.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="text, md, json, jsonl or ids.")] = "text",
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Show how each score comes about, or why nothing answers; beside the budget."
        ),
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 when nothing is found.")
    ] = False,
    model: Annotated[
        str, typer.Option("--model", help="off: by the fixed formula, though a manager was trained.")
    ] = "on",
    batch: Annotated[
        str | None, typer.Option("--batch", help="Questions from a file, one JSON object a line.")
    ] = None,
) -> int:
    """Find what is known about a question."""
    from agentmem.actions import recall as action
    from agentmem.actions import selecting
    from agentmem.errors import EXIT_FINDINGS, UsageError

    call: Call = ctx.obj
    if format not in FORMATS:
        raise UsageError(f'no format "{format}"', f"formats: {' '.join(FORMATS)}")
    if model not in ("on", "off"):
        raise UsageError(
            f'--model "{model}"', "--model off: by the fixed formula, though a manager was trained"
        )
    for name, number in (("--limit", limit), ("--budget", budget)):
        if number is not None and number < 0:
            raise UsageError(f"{name} must be 0 (no limit) or more")
    context = call.context
    if at or branch or all_branches or trusted:
        from agentmem.actions import standing

        standing.stand(context, at, branch, all_branches, trusted)
    filters = selecting.make(
        context, kind or (), tag or (), entity or (), role or (), by or (), status or (), (), since, until
    )
    if batch is not None:
        _demand_alone(query, file, diff or diff_from, format in ("md", "ids"), exit_code)
        from agentmem.cli.commands import batch as batches

        return batches.run(call, batch, batches.Common(filters, limit, budget, explain, model == "on"))
    files = [context.from_top(path) for path in file or ()]
    if diff or diff_from:
        from agentmem.git import trunk

        changed = trunk.changed_files(context.repository, diff_from)
        if not changed and not files and not (query or filters.any):
            raise UsageError("no file is changed here, so --diff names none", 'agentmem recall "question"')
        files += changed
    question = " ".join(query or ())
    if not question.strip() and not files and not filters.any:
        raise UsageError(
            "recall needs a question, a --file or a filter", 'agentmem recall "why …" --file PATH'
        )
    result = action.recall(context, question, filters, limit, budget, files, managed=model == "on")
    if not explain:
        result = action.without_explanations(result)
    call.note(*result.notes)
    if result.view.at is None and filters.until is None:  # of the past: no evidence of what helps now
        call.showed([hit.found.memory.id for hit in result.hits], question, files)
    _give(call, result, format)
    return EXIT_FINDINGS if exit_code and not (result.hits or result.omitted) else 0


def _demand_alone(query: object, file: object, diff: object, has_format: bool, exit_code: bool) -> None:
    """Refuse what does nothing beside ``--batch``, whose lines say it."""
    from agentmem.errors import UsageError

    beside = {
        "a question": query,
        "--file": file,
        "--diff": diff,
        "--format": has_format,
        "--exit-code": exit_code,
    }
    for name, given in beside.items():
        if given:
            raise UsageError(
                f"{name} does nothing with --batch: each of its lines has its own, and gives JSON",
                'one line: {"key": 1, "query": "why …", "files": ["PATH"]}',
            )


def _give(call: Call, result: Recalled, format: str) -> None:
    from agentmem.output import jsonout, text

    if format == "text" or call.json:
        call.give_either(jsonout.recalled, text.recalled, result)
    elif format == "json":
        call.give(jsonout.line(jsonout.recalled(result)))
    elif format == "jsonl":
        call.give(jsonout.lines(jsonout.hit(hit) for hit in result.hits))
    elif format == "ids":
        call.give(text.ids_only([hit.found for hit in result.hits]))
    else:
        from agentmem.output import markdown

        call.give(markdown.recalled(result))
