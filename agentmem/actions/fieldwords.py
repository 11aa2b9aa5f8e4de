"""What stands in a question like a ``field:value`` and is none here: it is words, as in a log line, and who meant it is told."""

import difflib

from agentmem.actions import selecting
from agentmem.actions.context import Context
from agentmem.errors import UsageError
from agentmem.model import asking, query, safety

_MEANT = {
    "after": "since",
    "agent": "by",
    "author": "by",
    "before": "until",
    "entities": "entity",
    "files": "file",
    "kinds": "kind",
    "path": "file",
    "roles": "role",
    "tags": "tag",
    "type": "kind",
}
"""What others call a field."""
_OPTIONS = ("at", "branch")
"""What is an option and no field."""
_NEAR = 0.75
_NONE_HAS = {
    "tag": "no memory has the tag",
    "entity": "no memory names the entity",
    "role": "no memory has the role",
    "by": "no memory is by",
    "file": "there is no file and no memory about",
}


def note(context: Context, asked: query.Query) -> None:
    """Note each that somebody may have meant; what is pasted, longer than a question, is not looked at."""
    if len(asked.text) > asking.LONGEST:
        return
    for field, value in asked.unread:
        if why := _why(context, field, value):
            context.index.notes.once(f'"{safety.one_line(f"{field}:{value}")}" is read as words: {why}')


def _why(context: Context, field: str, value: str) -> str | None:
    """Why it is no filter; None where nobody meant one."""
    shown = safety.one_line(value)
    if field in _NONE_HAS:
        return f'{_NONE_HAS[field]} "{shown}"'
    if field in query.FILTERS:
        try:
            selecting.make(context, **({field: value} if field in ("since", "until") else {field: [value]}))
        except UsageError as problem:
            said = problem.message.removeprefix(f"--{field}: ")
            return safety.one_line(f"{said} ({problem.hint.strip()})" if problem.hint else said)
        return None
    if field in _OPTIONS:
        return f"did you mean the option --{field} {shown}?"
    near = difflib.get_close_matches(field, query.FILTERS, n=1, cutoff=_NEAR)
    meant = _MEANT.get(field) or (near[0] if near else None)
    if meant is None:
        return None
    return f'no field "{field}", did you mean {meant}:{shown}? fields: {" ".join(query.FILTERS)}'
