"""What speaks against a memory that was just added, in one line: which doubt, why, and the one command that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import citing, safety, substance
from agentmem.output.text import titled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentmem.actions.write import Added
    from agentmem.model.admission import Admission

THIN = {
    substance.STATUS: "it says only how work goes; what would others need to know?",
    substance.CHATTER: "it says what somebody is about to do; what came of it?",
    substance.LOG_LINE: "it is a line of a log; what does it tell of the code?",
    substance.PROMPT: "it tells a model what to do; what was learned?",
    substance.PLACE: "it names a place or a number; what of it is to be known?",
    substance.VAGUE: "its words fit any subject; what of this project do others need to know?",
}


def line(result: Added, admission: Admission, shorts: Mapping[str, str], short: str) -> str:
    """The line; ``admission`` has a doubt."""
    why = admission.why or ""
    # an entry is never edited
    more = f"agentmem edit {short} --body -"
    if result.memory.kind == "log":
        more = 'agentmem add log "what happened, and what came of it"'
    if admission.doubt == "thin":
        return f"thin: {THIN[why]} {more}"
    if admission.doubt == "in-code":
        return f"in the code: {safety.one_line(why)} says the same; a reason would not be there: {more}"
    other = next(found.memory for found in result.near if found.memory.id == why)
    known = shorts.get(why, why)
    says = f"known: {known} {other.kind} {titled(other.title)} says all of it"
    if lacking := citing.lacking(other, result.memory):
        # the one with the evidence is the better one: it is never the one to go
        return (
            f"{says}, without this evidence. Replaces it? agentmem supersede {known} --by {short}"
            f"     adds nothing else? {safety.one_line(citing.command(known, lacking))}"
        )
    return f'{says}. Nothing to add? agentmem retract {short} --reason "{known} says it"'
