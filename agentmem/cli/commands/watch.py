"""``agentmem watch``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

    from agentmem.actions.watched import Event


def watch(
    ctx: typer.Context,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only of this kind.")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="Only by this agent.")] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event",
            help="Only this: added edited changed retracted promoted done failed claimed released switched.",
        ),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(
            "--run", help="A command to run on what is told; gets it as JSON Lines on standard input."
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End after the first that is told.")] = False,
    timeout: Annotated[int | None, typer.Option("--timeout", help="End after so many seconds.")] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 when nothing was told.")
    ] = False,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look once a second, where the system tells of no change.")
    ] = False,
) -> int:
    """Tell what the team writes, as it is written, in all worktrees and branches."""
    import gc

    from agentmem.actions import selecting, watched, watching
    from agentmem.actions.reacting import Reaction
    from agentmem.cli import watching as loops
    from agentmem.errors import EXIT_FINDINGS, EXIT_OK, UsageError
    from agentmem.output import jsonout
    from agentmem.output import watching as output
    from agentmem.store.alarms import Alarms

    call = ctx.obj
    gc.enable()  # it lives long
    for name in event or ():
        if name not in watched.ALL:
            raise UsageError(
                f'no event "{name}"',
                selecting.nearest(name, watched.ALL) + f"events: {' '.join(watched.ALL)}",
            )
    if timeout is not None and timeout < 0:
        raise UsageError("--timeout must be 0 or more")
    wanted = loops.Wanted(
        tuple(event or ()), tuple(map(selecting.known_kind, kind or ())), tuple(by or ()), once, timeout
    )
    reaction = Reaction(run, call.directory, loops.error_descriptor(), call.note) if run is not None else None
    restore = loops.stop_on_signal()
    alarms = Alarms(poll)
    try:
        watcher = watching.Watcher(call.another_context)
        store = watcher.repository.prefix + watcher.place.name

        def as_json(one: Event) -> str:
            return jsonout.line(output.record(one, store))

        def tell(events: Sequence[Event]) -> None:
            call.give_exactly("".join(as_json(one) if call.json else output.line(one) for one in events))

        # what was written between the first look and the alarms is found by the look that comes next
        alarms.cover(watcher.folders())
        if call.json:
            call.give_exactly(jsonout.line(output.opening_record(watcher.view, call.another_context().now)))
        elif not call.quiet:
            others = len(watcher.standing.homes) - (not watcher.repository.bare)
            call.give_exactly(output.opening(watcher.view, others, len(watcher.standing.tips)))
        loop = loops.Loop(watcher, alarms, wanted, tell, call.note, reaction, as_json)
        loop.run()
        while reaction and reaction.busy and (once or timeout is not None):
            reaction.finish()
    except loops.Stopped:
        return EXIT_OK
    finally:
        alarms.close()
        if reaction:
            reaction.close()
        restore()
    return EXIT_FINDINGS if exit_code and not loop.told else EXIT_OK
