"""``config.toml``: what a team sets for all its clones. Every key has a default; an unknown one is an error that names it."""

import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from agentmem.errors import ConfigError
from agentmem.store import layout, reading

_PLAIN = re.compile(
    rb'(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*trunk = "([^"\\\x00-\x1f]*)"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*'
)
"""A file that sets trunk alone, as ``init`` writes it, is read without tomllib, whose import costs 4 ms."""

RULE_SETTINGS = ("error", "warning", "off")


class Config(NamedTuple):
    """``trunk`` is None where the file does not say; budgets are in tokens, 0 for no limit."""

    trunk: str | None = None
    recall_limit: int = 6
    recall_budget: int = 800
    budget: int = 600
    rules: Mapping[str, str] = MappingProxyType({})


def load(root: str) -> Config:
    """The configuration of the store at ``root``; defaults where it has none.

    Raises:
        ConfigError: the file is no TOML, or has a key or value that is not known.

    """
    return parse(reading.read(root, layout.CONFIG), os.path.join(root, layout.CONFIG))


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
        record = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: {error}", "mend the line named; the keys are in .agentmem/README.md"
        ) from None
    values: dict[str, object] = {}
    _take(record, "trunk", str, "trunk", values, path)
    recall = _table(record, "recall", path)
    _take(recall, "limit", int, "recall_limit", values, path)
    _take(recall, "budget", int, "recall_budget", values, path)
    output = _table(record, "output", path)
    _take(output, "budget", int, "budget", values, path)
    rules = _table(record, "check", path)
    for rule, setting in rules.items():
        if setting not in RULE_SETTINGS:
            raise ConfigError(f"{path}: check.{rule} must be one of {', '.join(RULE_SETTINGS)}")
    left = [*record, *(f"recall.{key}" for key in recall), *(f"output.{key}" for key in output)]
    if left:
        raise ConfigError(
            f"{path}: no key {left[0]!r}",
            "keys: trunk, recall.limit, recall.budget, output.budget, check.RULE",
        )
    return Config(rules={str(rule): str(setting) for rule, setting in rules.items()}, **values)  # type: ignore[arg-type]


def _table(record: dict[str, object], key: str, path: str) -> dict[str, object]:
    value = record.pop(key, {})
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: {key} must be a table")
    return value


def _take(
    record: dict[str, object], key: str, kind: type, name: str, values: dict[str, object], path: str
) -> None:
    if key not in record:
        return
    value = record.pop(key)
    if not isinstance(value, kind) or isinstance(value, bool) or (isinstance(value, int) and value < 0):
        raise ConfigError(f"{path}: {key} must be {'text' if kind is str else 'a whole number, 0 or more'}")
    values[name] = value
