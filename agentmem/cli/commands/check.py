"""``agentmem check``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

    from agentmem.actions.checking import Checked
    from agentmem.cli.call import Call

FORMATS = ("text", "json", "github", "sarif", "junit", "md")


def check(
    ctx: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(help="Report on these files and folders only.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend.")] = False,
    staged: Annotated[bool, typer.Option("--staged", help="What the next commit would hold.")] = False,
    diff: Annotated[
        str | None, typer.Option("--diff", help="What A..B does to the memory, for a pull request.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Broken evidence is an error.")] = False,
    only: Annotated[list[str] | None, typer.Option("--only", help="This rule only.")] = None,
    format: Annotated[str, typer.Option("--format", help="text, json, github, sarif, junit or md.")] = "text",
) -> int:
    """Check every memory against every rule, for CI."""
    from agentmem.actions import checking
    from agentmem.errors import EXIT_FINDINGS, UsageError

    call: Call = ctx.obj
    if format not in FORMATS:
        from agentmem.actions.selecting import nearest

        raise UsageError(f'no format "{format}"', nearest(format, FORMATS) + f"formats: {' '.join(FORMATS)}")
    if diff is not None:
        if paths or fix or staged:
            raise UsageError("--diff looks at a change as a whole: no paths, --fix or --staged beside it")
        return _review(call, diff, "json" if call.json else format, only or (), strict)
    given = "json" if call.json else format
    result = checking.check(call.context, paths or (), only or (), fix, staged, strict, given == "text")
    _give(call, result, given, only or (), False)
    return EXIT_FINDINGS if result.failed else 0


def _review(call: Call, words: str, format: str, only: Sequence[str], strict: bool) -> int:
    from agentmem.actions import reviewing
    from agentmem.errors import EXIT_FINDINGS

    result = reviewing.review(call.context, words, only, strict, format == "text")
    call.note(*result.notes)
    if format == "md":
        from agentmem.output import review

        call.give_exactly(review.comment(result, _prefix(call)))
    else:
        _give(call, result.checked, format, only, True)
    return EXIT_FINDINGS if result.checked.failed else 0


def _give(call: Call, result: Checked, format: str, only: Sequence[str], at_code: bool) -> None:
    if format == "text":
        from agentmem.output import findings_text

        call.give(findings_text.checked(result, call.verbose, at_code))
    elif format == "json":
        from agentmem.output import jsonout

        call.give_exactly(jsonout.line(jsonout.checked(result)))
    elif format == "github":
        from agentmem.output import github

        call.give_exactly(github.checked(result, _prefix(call), at_code))
    elif format == "sarif":
        from agentmem.output import sarif

        call.give_exactly(sarif.checked(result, _prefix(call)))
    elif format == "junit":
        from agentmem.checks import rules as checks
        from agentmem.output import junit

        ran = [rule.id for rule in checks.running(call.context.config.rules, only)]
        call.give_exactly(junit.checked(result, _prefix(call), ran))
    else:
        from agentmem.output import findings_markdown

        call.give_exactly(findings_markdown.checked(result, _prefix(call)))


def _prefix(call: Call) -> str:
    """What leads from the repository's top to the folder that holds the store; nothing where there is no repository."""
    from agentmem.errors import NoRepository

    try:
        return call.context.repository.prefix
    except NoRepository:
        return ""
