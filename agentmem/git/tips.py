"""Where the refs of a folder stand, read without a process: a cold command must not pay for one to learn that nothing changed."""

import os

STATES = "refs/agentmem/state"
"""What agents keep for themselves: one ref an agent."""
REFTABLE = b"reftable"


def standing(common_dir: str, namespace: str) -> bytes:
    """A text that changes when a ref directly below ``namespace`` does; empty where there is none.

    Of a repository that keeps its refs in tables nothing can be read this way: there it is always the same.
    """
    if os.path.isdir(os.path.join(common_dir, "reftable")):
        return REFTABLE
    found = _packed(common_dir, namespace)
    folder = os.path.join(common_dir, *namespace.split("/"))
    try:
        names = os.listdir(folder)
    except OSError:
        names = []
    for name in names:
        if name.endswith(".lock"):
            continue
        try:
            with open(os.path.join(folder, name), "rb") as file:
                found[os.fsencode(name)] = file.read(100).strip()
        except OSError:
            continue  # a folder, or taken away just now
    return b"".join(b"%b %b\n" % (found[name], name) for name in sorted(found))


def _packed(common_dir: str, namespace: str) -> dict[bytes, bytes]:
    """What git has moved into its one file of packed refs."""
    try:
        with open(os.path.join(common_dir, "packed-refs"), "rb") as file:
            data = file.read()
    except OSError:
        return {}
    mark = b" " + os.fsencode(namespace) + b"/"
    found = {}
    at = data.find(mark)
    while at >= 0:
        begin, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
        end = len(data) if end < 0 else end
        found[data[at + len(mark) : end]] = data[begin:at]
        at = data.find(mark, end)
    return found
