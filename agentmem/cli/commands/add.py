"""``agentmem add``, also ``remember``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

    from agentmem.actions.write import Added


def add(
    ctx: typer.Context,
    kind: Annotated[
        str, typer.Argument(help="fact decision convention procedure deadend reflection entity plan task log")
    ],
    title: Annotated[str | None, typer.Argument(help="The memory in one line.")] = None,
    body: Annotated[
        str | None, typer.Option("--body", help="Why, how, what else; - reads standard input.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A word to find it by.")] = None,
    entity: Annotated[list[str] | None, typer.Option("--entity", help="What it is about.")] = None,
    cite: Annotated[
        list[str] | None,
        typer.Option("--cite", help="Evidence: PATH, PATH:40-52, PATH#SYMBOL or PATH#SYMBOL:40-52."),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", help="A glob of the paths it is about, quoted; from the top, or ./ from here."
        ),
    ] = None,
    supersedes: Annotated[
        list[str] | None, typer.Option("--supersedes", help="The memory it replaces.")
    ] = None,
    importance: Annotated[int | None, typer.Option("--importance", help="1 to 5.")] = None,
    pin: Annotated[bool, typer.Option("--pin", help="Never forget it.")] = False,
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires", help="From when on it is out: an ISO date or time, or: 3 days, 2 weeks, tomorrow."
        ),
    ] = None,
    created: Annotated[str | None, typer.Option("--created", help="When it was so, if not now.")] = None,
    set: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any other key: KEY=VALUE, such as needs=ID or phase=5A."),
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
    role: Annotated[
        str | None, typer.Option("--role", help="Your role; of a task: whose work it is.")
    ] = None,
    commit: Annotated[bool, typer.Option("--commit", help="Commit the memory alone.")] = False,
    stage: Annotated[bool, typer.Option("--stage", help="Add it to the git index.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Add it though another says the same.")] = False,
) -> int:
    """Write a memory."""
    from agentmem.actions import selecting, write
    from agentmem.errors import UsageError
    from agentmem.model.fields import items_of
    from agentmem.model.memory import Memory

    call = ctx.obj
    name = selecting.known_kind(kind)
    text = call.text_or_stdin(body) or ""
    if title is None:
        if not (call.is_typed_at and body is None):
            raise UsageError("a memory needs a title", f'agentmem add {name} "one line" --body "why"')
        from agentmem.cli import editor

        title, text = editor.new_memory(name)
    if importance is not None and not 1 <= importance <= 5:
        raise UsageError("--importance must be from 1 to 5")
    context = call.context
    memory = Memory(
        id="",
        kind=name,
        title=title,
        role=role,
        body=text.replace("\r\n", "\n").replace("\r", "\n"),
        tags=tuple(dict.fromkeys(item for given in tag or () for item in items_of(given))),
        entities=tuple(dict.fromkeys(entity or ())),
        scope=context.globs_from_top(scope or ()),
        supersedes=tuple(dict.fromkeys(supersedes or ())),
        importance=importance,
        pin=pin,
        expires=selecting.expiry(context, expires) if expires else None,
        created=selecting.when(context, created, "--created") if created else None,
    )
    memory = write.with_settings(context, memory, set or ())
    write.refuse_future(context, memory.created)
    if cite:
        from agentmem.actions import citing

        cited = citing.cite(context, cite)
        memory = memory._replace(cites=tuple(one.citation for one in cited))
        call.note(*(warning for one in cited for warning in one.warnings))
    result = write.add(context, memory, force, commit, stage, branch)
    if call.json or not call.quiet:
        from agentmem.actions import admitting

        try:
            result = result._replace(admission=admitting.judge(context, result, whole=call.json))
        except Exception as problem:  # it is written, whatever comes of judging it
            call.note(f"not judged: {type(problem).__name__}: {problem}")
    call.note(*context.index.notes, *write.notes_of_expiry(context, result.memory))
    call.note(*write.note_if_long(result.memory))

    def as_json(added: Added) -> dict[str, object]:
        from agentmem.output import jsonout

        return jsonout.added(added)

    def as_text(added: Added) -> str:
        from agentmem.output import text as texts

        branch = added.memory.branch or context.repository.branch
        return texts.added(added, branch, context.config.trunk, context.now)

    return int(call.give_either(as_json, as_text, result))
