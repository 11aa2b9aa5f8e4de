"""What ``check --fix`` writes: what the tool would have written itself, never over what a person chose."""

from agentmem.checks.frame import StoreFile
from agentmem.checks.missing_id import lacks_id
from agentmem.model import editing, ids
from agentmem.model.editing import Edit


def fix_missing_id(file: StoreFile) -> bytes | None:
    """``file`` with the id that its path has given it so far; None where there is nothing to write.

    Front matter in a form that cannot be edited safely is left to a person.
    """
    if not lacks_id(file):
        return None
    try:
        return editing.edit(file.data, [Edit("id", "set", ids.derived_id(file.path))])
    except ValueError:
        return None
