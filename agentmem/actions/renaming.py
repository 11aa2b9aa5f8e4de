"""Sources that were renamed since they were imported: what is read of them keeps the names, and so the ids, that it has here."""

from collections.abc import Collection, Mapping
from typing import Any

from agentmem.actions import filed
from agentmem.actions.context import Context
from agentmem.git.renames import Renames
from agentmem.model import fields, ids
from agentmem.model.fields import Type
from agentmem.model.importers.found import Found, Record

LINKS = ("source_id", "plan", *(field.name for field in fields.ALL if field.type is Type.IDS))


def keep_names(
    context: Context, importer: str, found: Found, inside: Collection[str], known: Collection[str]
) -> set[str]:
    """Give each record of a file of this worktree (``inside``) whose id is not ``known`` the name it has here by a former name of
    its file, where git tells one that no file has now; the former names that were met.
    """
    names: dict[str, str] = {}
    met: set[str] = set()
    former: dict[str, list[str]] = {}
    renames: Renames | None = None
    for path, _, record in found.records:
        name = str(record.get("source_id", ""))
        if path not in inside or not name.startswith(path) or ids.derived_id(importer, name) in known:
            continue
        if renames is None:
            renames = Renames((*context.index.moving.pairs, *context.index.renames.pairs))
        if path not in former:
            former[path] = filed.called(context.index, path, renames)[1:]
        for old in former[path]:
            was = old + name[len(path) :]
            if ids.derived_id(importer, was) in known:
                names[name] = was
                met.add(old)
                break
    if names:
        found.records[:] = [one._replace(record=_renamed(one.record, names)) for one in found.records]
    return met


def _renamed(record: Record, names: Mapping[str, str]) -> Record:
    def now(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [now(one) for one in value]
        return names.get(value, value) if isinstance(value, str) else value

    return {key: now(value) if key in LINKS else value for key, value in record.items()}
