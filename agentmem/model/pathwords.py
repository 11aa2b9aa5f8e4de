"""Which of a repository's paths a text names: in full, by base name, by the words of the name, by the folders above it.

Knows nothing of who changed what: a word that many paths have says little, one that few have says much, as in any index.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from agentmem.model import analysis, scopes

FEW = 20
"""Files of a folder up to which naming the folder speaks for each of them in full."""
MOST_NAMES = 200
"""Names of files that are looked for in one text: a text with more is a listing."""

_RUNS = re.compile(r"[\w@+~./\[\]-]{3,200}").findall
_PARTS = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+").findall
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
    return [run for run in dict.fromkeys(runs) if _EXTENSION(run)][:MOST_NAMES]


class Paths:
    """The paths of a repository by the words of their names, read once for any number of texts."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._split = {path: path.rpartition("/") for path in dict.fromkeys(paths)}
        self._in_folder: defaultdict[str, list[str]] = defaultdict(list)
        self._with_base: defaultdict[str, list[str]] = defaultdict(list)
        for path, (folder, _, base) in self._split.items():
            self._in_folder[folder].append(path)
            self._with_base[base].append(path)
        self._folder_words = {folder: _folder_words(folder) for folder in self._in_folder}
        self._base_words = {base: _base_words(base) for base in self._with_base}
        frequency: Counter[str] = Counter()
        for folder, inside in self._in_folder.items():
            for word in self._folder_words[folder]:
                frequency[word] += len(inside)
        for folder, _, base in self._split.values():
            above = self._folder_words[folder]
            for word in self._base_words[base]:
                if word not in above:
                    frequency[word] += 1
        size = len(self._split)
        self._most = math.log(1 + size)
        self._weight = {word: math.log(1 + size / count) for word, count in frequency.items()}

    def __contains__(self, path: str) -> bool:
        return path in self._split

    def __iter__(self) -> Iterator[str]:
        return iter(self._split)

    def named_in(self, text: str, words: Collection[str]) -> dict[str, Mention]:
        """The paths that ``text`` names in any way; ``words`` are its terms as ``analysis.terms`` gives them.

        A path that is named with its folder, where only the folder exists, is to be a new file, and is among them.
        """
        asked = frozenset(words)
        by_folder: dict[str, float] = {}
        for folder, above in self._folder_words.items():
            shared, _ = self._shared(above, asked)
            if shared:
                # a folder of hundreds of files says little of each
                inside = self._in_folder[folder]
                by_folder.update(dict.fromkeys(inside, shared * min(1.0, math.sqrt(FEW / len(inside)))))
        by_words: dict[str, float] = {}
        for base, own in self._base_words.items():
            shared, rarest = self._shared(own, asked)
            if shared:
                # how much of the name is there, and how rare what is there is: `mod` names nothing in Rust
                clear = shared * rarest / self._most
                by_words.update(dict.fromkeys(self._with_base[base], clear))
        by_name = self._named(named(text))
        found = dict.fromkeys((*by_name, *by_words, *by_folder))
        return {
            path: Mention(by_name.get(path, 0.0), by_words.get(path, 0.0), by_folder.get(path, 0.0))
            for path in found
        }

    def _shared(self, own: Sequence[str], asked: frozenset[str]) -> tuple[float, float]:
        """The share of ``own`` by weight that is ``asked``, and the greatest weight of these."""
        hit = [self._weight[word] for word in own if word in asked]
        if not hit:
            return 0.0, 0.0
        return min(1.0, sum(hit) / sum([self._weight[word] for word in own])), max(hit)

    def _named(self, names: Sequence[str]) -> dict[str, float]:
        """Paths that end as a name does: 1 where only one does."""
        if not names:
            return {}
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        for name in names:
            wanted[name.rpartition("/")[2]].append(name)
        ending: defaultdict[str, list[str]] = defaultdict(list)
        for base, paths in self._with_base.items():
            for name in wanted.get(base.casefold(), ()):
                ending[name] += [path for path in paths if f"/{path.casefold()}".endswith(f"/{name}")]
        out: dict[str, float] = {}
        for name in names:
            found = ending[name] or self._new(name)
            for path in found:
                out[path] = max(out.get(path, 0.0), 1 / len(found))
        return out

    def _new(self, name: str) -> list[str]:
        """The path that ``name`` would have where one folder alone ends as its folder does."""
        above, _, base = name.rpartition("/")
        if not above or base.rpartition(".")[2] not in self._extensions:
            return []
        ends = [folder for folder in self._folders if f"/{folder.casefold()}".endswith(f"/{above}")]
        return [f"{ends[0]}/{base}"] if len(ends) == 1 else []

    @cached_property
    def _extensions(self) -> frozenset[str]:
        return frozenset(base.casefold().rpartition(".")[2] for base in self._with_base)

    @cached_property
    def _folders(self) -> dict[str, None]:
        """Every folder, also those that hold folders only."""
        return dict.fromkeys(
            above for folder in self._in_folder if folder for above in scopes.with_parents(folder)
        )


def _folder_words(folder: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in folder.split("/") for word in _terms(part)))


def _base_words(base: str) -> tuple[str, ...]:
    stem = base.lstrip(".").split(".", 1)[0]
    if not stem.isascii():
        return tuple(dict.fromkeys(analysis.terms(stem)))
    # the words of names repeat where the names do not: five times as fast as each name as a whole
    parts = _PARTS(stem)
    found = dict.fromkeys(term for part in parts for term in _terms(part))
    if len(parts) > 1:
        found["".join(parts).casefold()] = None
    return tuple(found)


@lru_cache(maxsize=16_384)
def _terms(word: str) -> tuple[str, ...]:
    return tuple(analysis.terms(word))
