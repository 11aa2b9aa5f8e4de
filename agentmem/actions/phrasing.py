"""An optional command of the team's own that may phrase a text: text in, text out. It never decides what is in it."""

import shlex
import subprocess
from collections.abc import Sequence

from agentmem.actions import saving
from agentmem.actions.context import Context
from agentmem.actions.saving import Refused
from agentmem.git import settings
from agentmem.model import emitting, injection, reflection

SECONDS = 120.0
LONGER = 1.5
"""How much longer than the plain text an answer may be."""
ASK = """\
Phrase these notes of a team's work as a short reflection in markdown: what did not work and why, what was done, what to remember.
Say nothing that they do not say. Keep each id of twelve characters beside what is said of it; leave none out.
Answer with the text alone.

"""


class Unusable(Exception):
    """What a command gave cannot be used."""


def phrased(context: Context, body: str, sources: Sequence[str]) -> tuple[str, str | None]:
    """``body`` as the configured command phrases it, or as it is, with why."""
    command = context.config.model_command
    if command is None:
        return body, None
    if settings.allowed_command(context.repository, settings.MODEL_KEY) != command:
        return body, f"the plain text stays: {settings.not_allowed('model')}"
    try:
        return checked(_run(command, ASK + body + "\n"), body, sources), None
    except Unusable as problem:
        return body, f"the plain text stays: {problem}"


def checked(text: str, body: str, sources: Sequence[str]) -> str:
    """``text``, where it can stand for ``body``.

    Raises:
        Unusable: saying why not.

    """
    text = emitting.body_as_read(text).strip("\n")
    if not text.strip():
        raise Unusable("the command gave nothing")
    if len(text) > LONGER * len(body):
        raise Unusable(f"the command gave {len(text):,} characters for {len(body):,}")
    named = [one for one in sources if one not in reflection.missing(body, sources)]
    if lost := reflection.missing(text, named):
        raise Unusable(f"the command dropped {len(lost)} of {len(named)} ids ({', '.join(lost[:3])})")
    if shapes := injection.shapes(text):
        raise Unusable(f"the command gave {shapes[0][1]}")
    try:
        saving.refuse_unsafe(text, "what the command gave")
    except Refused as problem:
        raise Unusable(problem.message) from None
    return text


def _run(command: str, text: str) -> str:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise Unusable(f"model.command cannot be read: {error}") from None
    if not words:
        raise Unusable("model.command is empty")
    try:
        done = subprocess.run(
            words, input=text.encode("utf-8", "replace"), capture_output=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Unusable(f"{words[0]} gave nothing within {SECONDS:.0f} s") from None
    except (OSError, ValueError) as error:
        raise Unusable(f"{words[0]} cannot be run: {error}") from None
    if done.returncode:
        raise Unusable(f"{words[0]} exited with {done.returncode}")
    try:
        return done.stdout.decode("utf-8")
    except UnicodeDecodeError:
        raise Unusable(f"{words[0]} gave no UTF-8") from None
