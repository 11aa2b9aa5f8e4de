"""Which of a repository's paths a text names: in full, by base name, by the words of the name, by the folders above it.

Knows nothing of who changed what: a word that many paths have says little, one that few have says much, as in any index.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from agentmem.model import analysis

_RUNS = re.compile(r"[\w@+~./\[\]-]{3,200}").findall
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}$").search


class Mention(NamedTuple):
    """How clearly a text names a path, each 0 to 1: by the path's own name (shared out where several have it), by words of its
    name, by words of its folders.
    """

    name: float
    words: float
    folders: float


NONE = Mention(0.0, 0.0, 0.0)


def named(text: str) -> list[str]:
    """What is written like a file's path or name in ``text``, in small letters, in its order, each once."""
    runs = (run.strip("./[]-~").casefold() for run in _RUNS(text) if "." in run)
    return [run for run in dict.fromkeys(runs) if _EXTENSION(run)]


def mentions(text: str, words: Collection[str], paths: Iterable[str]) -> dict[str, Mention]:
    """Those of ``paths`` that the text names in any way; ``words`` are its terms as ``analysis.terms`` gives them.

    A path that is named with its folder, where only the folder exists, is to be a new file, and is among them.
    """
    split = {path: path.rpartition("/") for path in dict.fromkeys(paths)}
    in_folder: Counter[str] = Counter(folder for folder, _, _ in split.values())
    folder_words = {folder: _folder_words(folder) for folder in in_folder}
    base_words: dict[str, tuple[str, ...]] = {}
    frequency: Counter[str] = Counter()
    for folder, count in in_folder.items():
        for word in folder_words[folder]:
            frequency[word] += count
    for folder, _, base in split.values():
        found = base_words.get(base)
        if found is None:
            found = base_words[base] = _base_words(base)
        above = folder_words[folder]
        for word in found:
            if word not in above:
                frequency[word] += 1
    asked = words if isinstance(words, (set, frozenset, dict)) else set(words)
    total = math.log(1 + len(split))
    weight = {word: math.log(1 + len(split) / count) for word, count in frequency.items()}
    of_folder = {
        folder: _share([weight[word] for word in above if word in asked], [weight[word] for word in above])
        for folder, above in folder_words.items()
    }
    of_base: dict[str, float] = {}
    for base, own in base_words.items():
        hit = [weight[word] for word in own if word in asked]
        # how much of the name is there, and how rare what is there is: `mod` names nothing in Rust
        of_base[base] = _share(hit, [weight[word] for word in own]) * max(hit) / total if hit else 0.0
    exact = _exact(named(text), split)
    out: dict[str, Mention] = {}
    for path, (folder, _, base) in split.items():
        mention = Mention(exact.get(path, 0.0), of_base[base], of_folder[folder])
        if any(mention):
            out[path] = mention
    for path in exact.keys() - split.keys():
        out[path] = Mention(exact[path], 0.0, 0.0)
    return out


def _share(hit: list[float], whole: list[float]) -> float:
    return min(1.0, sum(hit) / sum(whole)) if hit else 0.0


def _folder_words(folder: str) -> dict[str, None]:
    return dict.fromkeys(word for part in folder.split("/") for word in analysis.terms(part))


def _base_words(base: str) -> tuple[str, ...]:
    stem = base.lstrip(".").split(".", 1)[0]
    return tuple(dict.fromkeys(analysis.terms(stem)))


def _exact(names: list[str], split: dict[str, tuple[str, str, str]]) -> dict[str, float]:
    """Paths that end as a name does: 1 where only one does."""
    if not names:
        return {}
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        wanted[name.rpartition("/")[2]].append(name)
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    folders: defaultdict[str, set[str]] = defaultdict(set)
    extensions: set[str] = set()
    for path, (folder, _, base) in split.items():
        low = base.casefold()
        for name in wanted.get(low, ()):
            if name == low or f"/{path.casefold()}".endswith(f"/{name}"):
                by_name[name].append(path)
        extensions.add(low.rpartition(".")[2])
        parts = folder.split("/")
        for at in range(len(parts)):
            folders[parts[at].casefold()].add("/".join(parts[: at + 1]))
    out: dict[str, float] = {}
    for name in names:
        found = by_name.get(name, [])
        for path in found:
            out[path] = max(out.get(path, 0.0), 1 / len(found))
        above, _, base = name.rpartition("/")
        if found or not above or base.rpartition(".")[2] not in extensions:
            continue
        ends = [
            folder
            for folder in folders.get(above.rpartition("/")[2], ())
            if f"/{folder.casefold()}".endswith(f"/{above}")
        ]
        if len(ends) == 1:
            out[f"{ends[0]}/{base}"] = 1.0
    return out
