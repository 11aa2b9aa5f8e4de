"""Rust and PHP: each declaration starts with a keyword."""

import re

from agentmem.symbols.lexing import BLOCK_COMMENT, blank, masker, quoted
from agentmem.symbols.port import Symbol
from agentmem.symbols.statements import KEEP, Found, past_angles, past_parens, scan

_RUST_TOKEN = re.compile(
    r'//[^\n]*+|(?P<comment>/\*)|b?c?r(?P<hashes>#*)".*?(?:"(?P=hashes)|\Z)'
    r"""|(?P<text>"(?:[^"\\]|\\.)*+"?|b?'(?:\\(?:u\{[0-9a-fA-F_]*\}|x[0-9a-fA-F]{2}|.)|[^\\'\n])')""",
    re.DOTALL,
)
_RUST_COMMENT = re.compile(r"/\*|\*/")
_RUST_SKIP = re.compile(r"(?:\s+|#!?\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*\])*+")
_VISIBLE = r"(?:pub\b(?:\s*\([^()]*\))?\s*)?"
_RUST_FN = re.compile(
    rf'{_VISIBLE}(?:default\s+)?(?:const\s+)?(?:async\s+)?(?:(?:unsafe|safe)\s+)?(?:extern\s*(?:"[^"]*")?\s*)?fn\s+(?:r#)?(\w+)'
)
_RUST_ITEM = re.compile(
    rf"{_VISIBLE}(?:unsafe\s+)?(?:auto\s+)?(struct|enum|union|trait|mod|type|const|static)\s+(?:mut\s+)?(?:r#)?(\w+)"
)
_RUST_IMPL = re.compile(r"(?:default\s+)?(?:unsafe\s+)?impl\b\s*")
_RUST_MACRO = re.compile(rf"{_VISIBLE}macro_rules!\s*(\w+)")
_RUST_EXTERN = re.compile(r'(?:unsafe\s+)?extern\s*(?:"[^"]*")?\s*$')
_RUST_CALL = re.compile(r"(?!macro_rules\b)(?:\w+\s*::\s*)*\w+\s*!\s*$")
_RUST_NAME = re.compile(r"(\w+)\s*(?:<|$|\()")
_RUST_KINDS = {
    "struct": "struct", "enum": "enum", "union": "struct", "trait": "trait", "mod": "module", "type": "type",
    "const": "constant", "static": "constant",
}  # fmt: skip


def _mask_rust(text: str) -> str:
    """``text`` without strings and comments, which nest."""
    pieces: list[str] = []
    at = 0
    while match := _RUST_TOKEN.search(text, at):
        start, end = match.span()
        pieces.append(text[at:start])
        if match["comment"]:
            depth = 0
            for mark in _RUST_COMMENT.finditer(text, start):
                depth += 1 if mark[0] == "/*" else -1
                if not depth:
                    end = mark.end()
                    break
            else:
                end = len(text)
        pieces.append(quoted(text[start:end]) if match["text"] else blank(text[start:end]))
        at = end
    return "".join((*pieces, text[at:]))


def _read_rust(header: str, token: str, inside: str, outer: str) -> Found | None:
    skipped = _RUST_SKIP.match(header)
    begin = skipped.end() if skipped else 0
    rest = header[begin:].rstrip()
    if found := _RUST_FN.match(rest):
        return Found("method" if inside == "class" else "function", found[1], begin)
    if found := _RUST_MACRO.match(rest):
        return Found("macro", found[1], begin, "skip")
    if found := _RUST_ITEM.match(rest):
        word, name = found.groups()
        if word in ("const", "static"):
            return KEEP if token == "{" else _unless_local(Found("constant", name, begin), inside)
        if token == ";" and word == "mod":
            return None
        if inside == "class" and word == "type":
            return None  # what a trait is implemented with
        inner = {"trait": "class", "mod": "top"}.get(word, "skip")
        return Found(_RUST_KINDS[word], name, begin, inner)
    if token == "{":
        if inside == "body" and rest.endswith("!"):
            return Found("", "", begin, "skip", False)
        if _RUST_CALL.match(rest):  # a macro that is called where items may stand is given items
            return Found("", "", begin, inside, False)
        if found := _RUST_IMPL.match(rest):
            return Found("", _implemented(rest[found.end() :]), begin, "class", False)
        if _RUST_EXTERN.match(rest):
            return Found("", "", begin, "top", False)
        if rest.startswith("let "):
            return Found("", "", begin, "body", False)
    return None


def _unless_local(found: Found, inside: str) -> Found | None:
    return None if inside == "body" else found


def _implemented(text: str) -> str:
    """The type that ``impl`` is for: ``<T> Display for a::Queue<T> where T: X`` gives Queue."""
    if text.startswith("<"):
        text = text[past_angles(text, 0) :]
    text = re.split(r"\bwhere\b", text, maxsplit=1)[0]
    parts = re.split(r"\bfor\b(?!\s*<)", text)
    name = _RUST_NAME.search(parts[-1].strip().lstrip("&*[("))
    return name[1] if name else ""


def rust(text: str, inner: str = "top", name: str = "") -> list[Symbol]:
    """The symbols of Rust, or of a part that stands in ``name``; ``impl`` blocks qualify and are none themselves."""
    return scan(_mask_rust(text), _read_rust, inner, name)


_mask_php = masker(
    r"""(?P<heredoc><<<[ \t]*(["']?)(?P<tag>\w+)\2[ \t]*\r?\n.*?(?:^[ \t]*(?P=tag)\b|\Z))"""
    rf"|//(?:(?!\?>)[^\n])*+|\#(?!\[)(?:(?!\?>)[^\n])*+|{BLOCK_COMMENT}"
    r"""|(?P<outside>\?>.*?(?:<\?(?:php\b|=)?|\Z))"""
    r"""|(?P<text>"(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?)""",
    re.MULTILINE | re.IGNORECASE,
)
_PHP_SKIP = re.compile(r"(?:\s+|#\[(?:[^\[\]]|\[[^\[\]]*\])*\])*+")
_PHP_MODIFIERS = r"(?:(?:abstract|final|readonly|public|private|protected|static|var)\s+)*"
_PHP_FUNCTION = re.compile(rf"{_PHP_MODIFIERS}function\s+&?\s*(\w+)\s*\(", re.IGNORECASE)
_PHP_TYPE = re.compile(
    rf"{_PHP_MODIFIERS}(class|interface|trait|enum)\s+(?!extends\b|implements\b)(\w+)", re.IGNORECASE
)
_PHP_CONST = re.compile(rf"{_PHP_MODIFIERS}const\s+(?:[\w?|\\]+\s+)?(\w+)\s*=", re.IGNORECASE)
_PHP_NAMESPACE = re.compile(r"namespace\b[\s\w\\]*$", re.IGNORECASE)

_PHP_BLOCK = re.compile(
    r"(?:else\s*)?(?:if|elseif|while|for|foreach|switch)\s*(?=\()|(?:else|default)\s*(?=:(?!:))|case\b[^:;{}]*(?=:(?!:))",
    re.IGNORECASE,
)
_PHP_COLON = re.compile(r"\s*:(?!:)")
_PHP_ANONYMOUS = re.compile(r"\bnew\s+(?:readonly\s+)?class\b", re.IGNORECASE)


def _read_php(header: str, token: str, inside: str, outer: str) -> Found | None:
    begin = _php_begin(header)
    rest = header[begin:].rstrip()
    if found := _PHP_FUNCTION.match(rest):
        return Found("method" if inside == "class" else "function", found[1], begin)
    if inside != "body" and (found := _PHP_CONST.match(rest)):
        return KEEP if token == "{" else Found("constant", found[1], begin)
    if token == ";":
        return None
    if found := _PHP_TYPE.match(rest):
        return Found(found[1].lower(), found[2], begin, "class")
    if _PHP_NAMESPACE.match(rest):
        return Found("", "", begin, "top", False)
    if _PHP_ANONYMOUS.search(rest):
        return Found("", "", begin, "skip", False)
    return None


def _php_begin(header: str) -> int:
    """Where the statement of ``header`` begins: behind attributes, and the heads of blocks that end with a colon."""
    at = 0
    for _ in range(20):
        skipped = _PHP_SKIP.match(header, at)
        at = skipped.end() if skipped else at
        block = _PHP_BLOCK.match(header, at)
        if block is None:
            break
        end = past_parens(header, block.end()) if header.startswith("(", block.end()) else block.end()
        colon = _PHP_COLON.match(header, end)
        if colon is None:
            break
        at = colon.end()
    return at


def _php_code(text: str) -> str:
    """``text`` without strings, comments, and what stands outside of ``<?php``."""
    start = re.search(r"<\?(?:php\b|=)?", text, re.IGNORECASE)
    if start is None:
        return blank(text)
    return blank(text[: start.end()]) + _end_tags(_mask_php(text[start.end() :]), text[start.end() :])


def _end_tags(code: str, text: str) -> str:
    """``code`` with a semicolon where ``text`` left PHP: there a statement ends."""
    at = 0
    pieces: list[str] = []
    for match in re.finditer(r"\?>", text):
        if match.start() >= at and code[match.start() : match.end()] == "  ":
            pieces += (code[at : match.start()], "; ")
            at = match.end()
    return "".join((*pieces, code[at:]))


def php(text: str) -> list[Symbol]:
    """The symbols of PHP; namespaces do not qualify."""
    return scan(_php_code(text), _read_php)
