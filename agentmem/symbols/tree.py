"""What is used of tree-sitter's nodes."""

from typing import Protocol


class Node(Protocol):
    """What is used here of a node: the library is an extra, and its types with it."""

    type: str
    is_named: bool
    has_error: bool
    text: bytes | None
    children: list["Node"]
    named_children: list["Node"]
    parent: "Node | None"
    next_named_sibling: "Node | None"
    prev_named_sibling: "Node | None"
    start_point: tuple[int, int]
    end_point: tuple[int, int]

    def child_by_field_name(self, name: str, /) -> "Node | None":
        """The child in the field ``name``."""
        ...


def text_of(node: Node | None) -> str:
    """The text of ``node``."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""
