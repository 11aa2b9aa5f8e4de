"""What a server serves, as plain values: tools with what they promise, what a call gave, what can be read."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Hints(NamedTuple):
    """What a tool promises, in the protocol's words: a host may let agents use what only reads without asking a person."""

    read_only: bool
    destructive: bool = False
    idempotent: bool = False
    open_world: bool = False


class Tool(NamedTuple):
    """One tool; ``schema`` is the JSON Schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, object]
    hints: Hints


class Answer(NamedTuple):
    """What a call gave: the text, the same as an object where that was asked for, and whether it failed."""

    text: str
    record: Mapping[str, object] | None = None
    failed: bool = False


class Resource(NamedTuple):
    """Something that can be read by its ``uri``."""

    uri: str
    name: str
    description: str


class Unreadable(Exception):
    """There is no such resource; the message says why, and what to do."""


class Service(Protocol):
    """What answers. Every method may block, and is called from one thread at a time."""

    @property
    def tools(self) -> Sequence[Tool]:
        """What can be called."""

    @property
    def template(self) -> Resource:
        """How resources are named: ``uri`` is a template of RFC 6570."""

    def call(self, name: str, arguments: Mapping[str, object]) -> Answer:
        """Call a tool; what goes wrong is an answer too."""

    def resources(self) -> Sequence[Resource]:
        """Some that can be read: a bounded list."""

    def read(self, uri: str) -> str:
        """The text of a resource.

        Raises:
            Unreadable: there is none.

        """
