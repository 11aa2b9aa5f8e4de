"""``config.toml``: what a team sets for all its clones. Every key has a default; an unknown one is an error that names it."""

import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from agentmem.errors import ConfigError
from agentmem.model import ids
from agentmem.store import layout, reading

_PLAIN = re.compile(
    rb'(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*trunk = "([^"\\\x00-\x1f]*)"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*'
)
"""A file that sets trunk alone, as ``init`` writes it, is read without tomllib, whose import costs 4 ms."""

_REMOTE = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]|[./](?=[A-Za-z0-9_-]))*"
TOKENS = ("estimated", "exact")
RULE_SETTINGS = ("error", "warning", "off")
_IGNORE = r"[ \t]*\[\[[ \t]*check[ \t]*\.[ \t]*ignore[ \t]*\]\]"
_KEYS = (
    "keys: trunk, recall.limit, recall.budget, output.budget, output.tokens, claims.limit, claims.ttl, claims.remote,"
    " semantic.enabled, semantic.model, semantic.command, hooks.block, model.command, check.RULE, [[check.ignore]]"
)
# compiled for who has something wrong in it
_HEADER = r"[ \t]*\[{1,2}[ \t]*([\w.-]+)[ \t]*\]"
_SETTING = r"""[ \t]*([\w."'-]+)[ \t]*="""
_IGNORE_KEYS = ("rule", "memory", "path", "reason")
_IGNORE_EXAMPLE = 'rule = "near-duplicate"     memory = "7k3m9q"     reason = "two platforms, on purpose"'


class Ignore(NamedTuple):
    """What ``check`` does not tell, and why: the findings of one rule about a memory (the start of its id), or about files (a
    glob below the store), or about both at once. ``line`` is where the file says so.
    """

    rule: str
    reason: str
    memory: str | None = None
    path: str | None = None
    line: int = 1


class Semantic(NamedTuple):
    """The optional arm by meaning: off, unless a team says otherwise. ``model`` is a folder, ``command`` what gives vectors."""

    enabled: bool = False
    model: str | None = None
    command: str | None = None


class Config(NamedTuple):
    """``trunk`` is None where the file does not say; budgets are in tokens, 0 for no limit; ``claim_ttl`` is in seconds;
    ``exact_tokens``: tokens are to be counted, not estimated; ``hooks_block``: errors in staged memories stop a commit;
    ``rule_lines``: where the file names each of ``rules``.
    """

    trunk: str | None = None
    recall_limit: int = 6
    recall_budget: int = 800
    budget: int = 600
    claim_limit: int = 3
    claim_ttl: int = 3600
    claim_remote: str | None = None
    rules: Mapping[str, str] = MappingProxyType({})
    ignores: tuple[Ignore, ...] = ()
    semantic: Semantic = Semantic()
    model_command: str | None = None
    exact_tokens: bool = False
    hooks_block: bool = True
    rule_lines: Mapping[str, int] = MappingProxyType({})


def load(root: str) -> Config:
    """The configuration of the store at ``root``; defaults where it has none.

    Raises:
        ConfigError: the file is no TOML, or has a key or value that is not known.

    """
    return parse(reading.read(root, layout.CONFIG), os.path.join(root, layout.CONFIG))


def is_remote(name: str) -> bool:
    """Whether ``name`` can be given as the remote for claims."""
    return re.fullmatch(_REMOTE, name) is not None


def parse(data: bytes | None, path: str) -> Config:
    """What ``data``, the file at ``path``, sets; defaults where there is none.

    Raises:
        ConfigError: see ``load``.

    """
    if data is None:
        return Config()
    data = data.removeprefix(b"\xef\xbb\xbf")
    plain = _PLAIN.fullmatch(data)
    if plain:
        return Config(trunk=plain[1].decode("utf-8", "replace"))
    import tomllib

    try:
        text = data.decode("utf-8")
        record = tomllib.loads(text)
    except RecursionError:
        raise ConfigError(
            f"{path}: lists or tables nested too deep", f"no key takes such a value; {_KEYS}"
        ) from None
    except ValueError as error:  # numbers of thousands of digits too
        raise ConfigError(f"{path}: {error}", f"mend the line named; {_KEYS}") from None
    source = _Source(path, text)
    values: dict[str, object] = {}
    _take(record, "trunk", str, "trunk", values, source)
    recall = _table(record, "recall", path)
    _take(recall, "recall.limit", int, "recall_limit", values, source)
    _take(recall, "recall.budget", int, "recall_budget", values, source)
    output = _table(record, "output", path)
    _take(output, "output.budget", int, "budget", values, source)
    counted: dict[str, object] = {}
    _take(output, "output.tokens", str, "tokens", counted, source)
    if counted.get("tokens", TOKENS[0]) not in TOKENS:
        raise ConfigError(f"{path}: output.tokens must be one of {', '.join(TOKENS)}")
    values["exact_tokens"] = counted.get("tokens") == TOKENS[1]
    claims = _table(record, "claims", path)
    _take(claims, "claims.limit", int, "claim_limit", values, source)
    _take(claims, "claims.ttl", int, "claim_ttl", values, source)
    _take(claims, "claims.remote", str, "claim_remote", values, source)
    if "claim_ttl" in values:
        _demand_lease(values["claim_ttl"], source)
    if (remote := values.get("claim_remote")) and not is_remote(str(remote)):
        # what others commit must not make git an option of it, nor send claims to any address
        raise ConfigError(f"{path}: claims.remote must be the name of a remote", 'remote = "origin"')
    semantic = _table(record, "semantic", path)
    arm: dict[str, object] = {}
    _take(semantic, "semantic.enabled", bool, "enabled", arm, source)
    _take(semantic, "semantic.model", str, "model", arm, source)
    _take(semantic, "semantic.command", str, "command", arm, source)
    hooks = _table(record, "hooks", path)
    _take(hooks, "hooks.block", bool, "hooks_block", values, source)
    model = _table(record, "model", path)
    _take(model, "model.command", str, "model_command", values, source)
    rules = _table(record, "check", path)
    ignores = _ignores(rules.pop("ignore", []), text, path)
    for rule, setting in rules.items():
        if setting not in RULE_SETTINGS:
            raise ConfigError(f"{path}: check.{rule} must be one of {', '.join(RULE_SETTINGS)}")
    tables = {
        "recall": recall,
        "output": output,
        "claims": claims,
        "semantic": semantic,
        "hooks": hooks,
        "model": model,
    }
    left = [*record, *(f"{name}.{key}" for name, table in tables.items() for key in table)]
    if left:
        raise ConfigError(f"{path}: no key {left[0]!r}", _KEYS)
    settings = {str(rule): str(setting) for rule, setting in rules.items()}
    named = {rule: line for rule in settings if (line := source.line(f"check.{rule}"))}
    return Config(rules=settings, ignores=ignores, semantic=Semantic(**arm), rule_lines=named, **values)  # type: ignore[arg-type]


def _ignores(tables: object, text: str, path: str) -> tuple[Ignore, ...]:
    """The ``[[check.ignore]]`` of a file; each must say of which rule and of what, and why."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{path}: check.ignore must be tables", f"[[check.ignore]]     {_IGNORE_EXAMPLE}")
    # what else may look like a header, within a text of several lines, leaves the lines unknown
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(_IGNORE, line)]
    if len(lines) != len(tables):
        lines = [1] * len(tables)
    return tuple(_ignore(table, line, path) for table, line in zip(tables, lines, strict=True))


def _ignore(table: dict[str, object], line: int, path: str) -> Ignore:
    where = f"{path}:{line}: check.ignore"
    for key, value in table.items():
        if key not in _IGNORE_KEYS:
            raise ConfigError(f"{where} has no key {key!r}", f"keys: {', '.join(_IGNORE_KEYS)}")
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(f"{where}: {key} must be text", _IGNORE_EXAMPLE)
    given = {key: str(value).strip() for key, value in table.items()}
    if "rule" not in given:
        raise ConfigError(f"{where} does not say which rule", _IGNORE_EXAMPLE)
    if "reason" not in given:
        raise ConfigError(
            f"{where} of {given['rule']} has no reason", 'add: reason = "why this one is right as it is"'
        )
    if "memory" not in given and "path" not in given:
        raise ConfigError(
            f"{where} of {given['rule']} does not say what",
            'add: memory = "ID", or path = "facts/**", or both',
        )
    if "memory" in given and not ids.is_prefix(given["memory"].lower()):
        raise ConfigError(
            f"{where}: memory {given['memory']!r} is no id", "the id of the memory, or the start of it"
        )
    return Ignore(line=line, **given)


class _Source(NamedTuple):
    """The file's text, for the line that is wrong in it."""

    path: str
    text: str

    def line(self, key: str) -> int | None:
        """The line that sets ``key``, which has its table's name; None where that is written in some rare way."""
        table = ""
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := re.match(_HEADER, line):
                table = header[1] + "."
            elif (setting := re.match(_SETTING, line)) and table + setting[1].strip("\"'") == key:
                return number
        return None

    def at(self, key: str) -> str:
        """The file, and the line that sets ``key`` where that is known."""
        line = self.line(key)
        return f"{self.path}:{line}" if line else self.path


def _demand_lease(ttl: object, source: _Source) -> None:
    from agentmem.model.leases import MAX_TTL, MIN_TTL, TTL

    assert isinstance(ttl, int)
    if not MIN_TTL <= ttl <= MAX_TTL:
        bounds = f"from {MIN_TTL} to {MAX_TTL:,} seconds"
        raise ConfigError(f"{source.at('claims.ttl')}: claims.ttl must be {bounds}", f"ttl = {TTL}")


def _table(record: dict[str, object], key: str, path: str) -> dict[str, object]:
    value = record.pop(key, {})
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: {key} must be a table")
    return value


def _take(
    table: dict[str, object], key: str, kind: type, name: str, values: dict[str, object], source: _Source
) -> None:
    own = key.rpartition(".")[2]
    if own not in table:
        return
    value = table.pop(own)
    fits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
    if not fits or (isinstance(value, int) and value < 0):
        wanted = {str: "text", bool: "true or false"}.get(kind, "a whole number, 0 or more")
        raise ConfigError(f"{source.at(key)}: {key} must be {wanted}")
    values[name] = value
