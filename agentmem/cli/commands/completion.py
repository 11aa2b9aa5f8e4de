"""``agentmem completion`` and what the scripts that it prints call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

SHELLS = ("bash", "zsh", "fish")


def completion(
    ctx: typer.Context,
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish")],
) -> int:
    """Print the script that completes commands in a shell."""
    from agentmem.errors import UsageError
    from agentmem.store import resources

    if shell not in SHELLS:
        raise UsageError(f'no completion for "{shell}"', f"shells: {' '.join(SHELLS)}")
    return int(ctx.obj.give_exactly(resources.read(f"completion/{shell}")))


def complete(
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(help="The words so far, behind --.")] = None,
) -> int:
    """Say what the last word can become; shells run this."""
    from agentmem.cli import completing
    from agentmem.model import safety

    call = ctx.obj
    try:
        found = completing.offers(call.context, words or [])
    except Exception:  # no store, no repository, a bug: a shell in which a key was pressed wants no message
        return 0
    lines = [f"{safety.one_line(value)}\t{safety.one_line(said)}".rstrip("\t") for value, said in found]
    return int(call.give_exactly("".join(f"{line}\n" for line in lines)))
