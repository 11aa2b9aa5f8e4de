"""The words of a log entry that ends a task: its title and body from what the agent said, and back."""

LONGEST = 140
"""Characters of a title that still has the first sentence in it."""


def composed(word: str, task: str, message: str) -> tuple[str, str]:
    """Title and body of an entry that says ``message`` of the task with the title ``task``; ``word`` is Done or Failed.

    The first sentence stands in the title where there is room, and then not in the body: who reads both reads it once.
    """
    message = message.strip()
    first, rest = _first_sentence(message)
    title = f"{word}: {task}"
    if first and len(title) + len(first) < LONGEST:
        return f"{title}: {first}", rest
    return title, message


def said(title: str, body: str, task: str) -> str:
    """What the agent said, of an entry about the task with the title ``task``; all of it where it was written by hand."""
    for word in ("Done", "Failed"):
        start = f"{word}: {task}"
        if title == start or title.startswith(f"{start}: "):
            title = title.removeprefix(start).removeprefix(": ")
            break
    return "\n".join(part for part in (title, body.strip()) if part)


def _first_sentence(message: str) -> tuple[str, str]:
    line, _, more = message.partition("\n")
    first, dot, rest = line.partition(". ")
    rest = "\n".join(part for part in (rest.strip() if dot else "", more.strip("\n")) if part)
    return " ".join(first.split()), rest
