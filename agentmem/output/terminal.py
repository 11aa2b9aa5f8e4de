"""At a terminal: the same text, coloured by rich, and progress on stderr. Never imported in a pipe."""

import re
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

STYLES = (
    (re.compile(r"^</?memory.*$", re.MULTILINE), "dim"),
    (re.compile(r"^@ .*$", re.MULTILINE), "green"),
    (re.compile(r"^(?:agentmem|error|hint|note):", re.MULTILINE), "bold"),
    (re.compile(r"\b(?=[0-9a-z]*\d)[0-9a-hjkmnp-tv-z]{6}(?:[0-9a-hjkmnp-tv-z]{6})?\b"), "cyan"),
    (re.compile(r"\b(?:CHANGED|CONFLICT|superseded|retracted|expired|failed)\b"), "yellow"),
    (re.compile(r"^\S+:\d+: .*$", re.MULTILINE), "red"),
)


def show(text: str) -> None:
    """Print ``text`` with colours; it is never read as markup."""
    painted = Text(text.rstrip("\n"))
    for pattern, style in STYLES:
        for match in pattern.finditer(painted.plain):
            painted.stylize(style, match.start(), match.end())
    Console(highlight=False, markup=False, emoji=False, force_terminal=True, soft_wrap=True).print(painted)


def progress(label: str) -> Callable[[int, int], None]:
    """A function that draws (done, total) as a bar on stderr, gone when all is done."""
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task(label, total=None)
    started = False

    def tell(done: int, total: int) -> None:
        nonlocal started
        if not started:
            bar.start()
            started = True
        bar.update(task, completed=done, total=total)
        if done >= total:
            bar.stop()
            started = False

    return tell
