"""The finder that reads tree-sitter's trees, for what the language pack has a grammar of; the line scanners for the rest."""

import time
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from agentmem.symbols.cpp import macros
from agentmem.symbols.grammars import BARRIERS, PACK_NAMES, PREFIXES, RULES, Rule
from agentmem.symbols.jsnodes import is_chain
from agentmem.symbols.keyworded import rust
from agentmem.symbols.lexing import Lines, clean, ordered
from agentmem.symbols.nodes import declared_name, kind_of, range_of
from agentmem.symbols.plain import PlainFinder, readable
from agentmem.symbols.port import Symbol
from agentmem.symbols.tree import Node, text_of

SECONDS = 0.5
"""How long one text is parsed at most; what takes longer is pathological, and the line scanner reads it."""


def load() -> "TreeSitterFinder | None":
    """The finder, where the language pack is installed with its grammars inside.

    From 1.0 on the pack downloads grammars when they are asked for: this must not happen behind a user's back, so such a pack
    counts as none.
    """
    if find_spec("tree_sitter") is None or find_spec("tree_sitter_language_pack") is None:
        return None
    if find_spec("tree_sitter_language_pack.bindings") is None:
        return None
    try:
        return TreeSitterFinder()
    except Exception:  # a C library of another version or platform: whatever it raises, the scanners do
        return None


class TreeSitterFinder:
    """Symbols by tree-sitter, named as the line scanners name them."""

    name = "tree-sitter"

    def __init__(self) -> None:
        self._get = import_module("tree_sitter_language_pack").get_parser
        self._parsers: dict[str, Any] = {}
        self._plain = PlainFinder()
        if self._parser("python") is None:
            raise ImportError("the language pack has no grammars")

    def symbols(self, path: str, text: str) -> list[Symbol]:
        """The symbols of ``text``, by start, the outer before the inner; none for a language it does not know. Never raises."""
        found = self.parsed(path, text)
        return self._plain.symbols(path, text) if found is None else found

    def parsed(self, path: str, text: str) -> list[Symbol] | None:
        """What the tree of ``text`` says; None where there is no grammar, no tree in time, or an error in it."""
        text = text.removeprefix("\ufeff")
        language = readable(path, text)
        if language in RULES and (parser := self._parser(language)) is not None:
            tree = self._parse(parser, text)
            # around an error the tree is guesswork: the scanner goes by indentation there
            if tree is not None and not tree.root_node.has_error:
                found = _symbols(tree.root_node, language, text)
                return ordered(found + macros(text)) if language in ("c", "cpp") else found
        return None

    def _parser(self, language: str) -> Any:
        if language not in self._parsers:
            try:
                self._parsers[language] = self._get(PACK_NAMES.get(language, language))
            except Exception:  # this grammar alone is missing or of another version
                self._parsers[language] = None
        return self._parsers[language]

    def _parse(self, parser: Any, text: str) -> Any:
        """The tree of ``text``; None where it takes too long or fails."""
        end = time.perf_counter() + SECONDS
        data = text.encode("utf-8", "replace")
        try:
            tree = parser.parse(
                lambda at, _: data[at : at + 65_536], progress_callback=lambda *_: time.perf_counter() > end
            )
            if time.perf_counter() < end:
                return tree
            parser.reset()
            return None
        except Exception:  # cancelled, or a grammar's own scanner gave up
            parser.reset()
            return None


def _symbols(root: Node, language: str, text: str) -> list[Symbol]:
    """The symbols below ``root``, by a walk with a stack of its own: trees of minified files are deep."""
    rules = RULES[language]
    lines = Lines(text)
    found: list[Symbol] = []
    stack: list[tuple[Node, str, str, Node | None]] = [(root, "", "top", None)]
    while stack:
        node, outer, inside, wrapper = stack.pop()
        type_ = node.type
        rule = rules.get(type_)
        if rule and node.is_named and node is not root and inside in rule.only:
            if language == "python" and type_ == "assignment" and not _is_statement(node):
                continue
            name, kind, inner = _declares(node, rule, language, inside, outer)
            if name or inner:
                whole = f"{outer}.{name}" if outer and name else name or outer
                if rule.listed and name:
                    start, end = range_of(node, wrapper, language, lines, PREFIXES)
                    found.append(Symbol(clean(whole), kind, start, end))
                if inner == "same":
                    _push(stack, node, outer, inside, None)
                elif inner != "skip":
                    _push(stack, node, outer if is_chain(node) else whole, inner, None)
                continue
        if type_ in BARRIERS:
            continue
        if type_ == "macro_invocation":  # what Rust's macros are given is no tree: the scanner reads it
            found += _given(node, inside, outer)
            continue
        if (
            rule
            and type_ in ("function_definition", "method_declaration")
            and language in ("c", "cpp", "java", "csharp")
        ):
            continue
        wraps = type_ in ("template_declaration", "friend_declaration")
        _push(stack, node, outer, inside, (wrapper or node) if wraps else None)
    return ordered(found)


def _given(node: Node, inside: str, outer: str) -> list[Symbol]:
    """The items in the braces of a macro that is called where items may stand: ``cfg_net! { struct Socket; }``."""
    tree = next((child for child in node.children if child.type == "token_tree"), None)
    text = text_of(tree)
    if tree is None or inside == "body" or not text.startswith("{"):
        return []
    above = tree.start_point[0]
    return [s._replace(start=s.start + above, end=s.end + above) for s in rust(text[1:-1], inside, outer)]


def _push(
    stack: list[tuple[Node, str, str, Node | None]],
    node: Node,
    outer: str,
    inside: str,
    wrapper: Node | None,
) -> None:
    stack.extend((child, outer, inside, wrapper) for child in reversed(node.named_children))


def _is_statement(node: Node) -> bool:
    """Whether an assignment of Python stands at the top level of its file."""
    above = node.parent
    if above is not None and above.type == "expression_statement":
        above = above.parent
    return above is not None and above.type == "module"


def _declares(node: Node, rule: Rule, language: str, inside: str, outer: str) -> tuple[str, str, str]:
    """Name, kind and what is inside of ``node``; no name and nothing inside where it is no symbol after all."""
    name = declared_name(node, rule, language, outer)
    kind, inner = kind_of(node, rule, language, inside, name)
    if not kind and rule.listed:
        return "", "", inner
    return name, kind, inner
