"""Java and C#: types by their keywords, methods and properties by what stands before a brace or a semicolon."""

import re

from agentmem.symbols.lexing import BLOCK_COMMENT, CHAR, LINE_COMMENT, STRING, blank, masker
from agentmem.symbols.port import Symbol
from agentmem.symbols.statements import KEEP, Found, name_before, past_angles, past_parens, scan

_mask_java = masker(
    rf'{LINE_COMMENT}|{BLOCK_COMMENT}|"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)|(?P<text>{STRING}|{CHAR})'
)
_mask_csharp = masker(
    rf"{LINE_COMMENT}|{BLOCK_COMMENT}|^[ \t]*\#[^\n]*"
    r'|\$*(?P<q>"{3,}).*?(?:(?P=q)"*|\Z)|(?:@\$?|\$@)"(?:[^"]|"")*+(?:"|\Z)'
    rf"|(?P<text>\$?{STRING}|{CHAR})",
    re.MULTILINE,
)

_JAVA_WORDS = """
if for while switch return catch do else new throw synchronized try public private protected static final
abstract default native strictfp transient volatile sealed assert super this case
"""
_CSHARP_WORDS = """
if for while switch return sizeof catch do else new throw using lock fixed foreach when where await typeof nameof
public private protected internal static const readonly unsafe extern override virtual sealed abstract partial
async void in is base this case checked unchecked default ref out params required event
"""
_NO_NAMES = (frozenset(_JAVA_WORDS.split()), frozenset(_CSHARP_WORDS.split()))
_EQUALS = re.compile(r"(?<![=!<>+\-*/%&|^])=(?![=>])|=>")
_JAVA_SKIP = re.compile(
    r"(?:[\s,]+|@(?!interface\b)[\w.]+(?:\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?)*+"
)
_ATTRIBUTE = r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]"
_CSHARP_SKIP = re.compile(rf"(?:\s+|{_ATTRIBUTE})*+")
_INNER_ATTRIBUTE = re.compile(rf"(?<=[<(,])\s*{_ATTRIBUTE}(?=\s*[\w@])")
_MODIFIERS = (
    r"(?:(?:public|private|protected|internal|static|final|abstract|sealed|partial|strictfp|readonly|ref|unsafe|new"
    r"|file|non-sealed|default|(?:@[\w.]+(?:\([^()]*\))?))\s+)*"
)
_TYPE = re.compile(
    rf"{_MODIFIERS}(class|@\s*interface|interface|enum|record(?:\s+(?:class|struct))?|struct)\s+([\w$@]+)"
)
_NAMESPACE = re.compile(r"namespace\s+[\w.]+\s*$")
_DELEGATE = re.compile(rf"{_MODIFIERS}delegate\s+[^()]*?(\w+)\s*(?:<[^()]*>)?\s*\(")
_EVENT = re.compile(r"(?:\w+\s+)*event\s")
_KINDS = {
    "class": "class",
    "interface": "interface",
    "@interface": "interface",
    "enum": "enum",
    "struct": "struct",
}
_OPERATOR = re.compile(
    r"\boperator\s*(?:(?:checked\s+)?([^\s\w(]+|true\b|false\b)|([\w.<>?\[\], ]+?))\s*(?=\()"
)
_WORD = re.compile(r"\w+")
_OPENS = re.compile(r"[<(]")


def _read(header: str, token: str, inside: str, outer: str, csharp: bool) -> Found | None:
    if inside not in ("top", "class"):
        return None
    skipped = (_CSHARP_SKIP if csharp else _JAVA_SKIP).match(header)
    begin = skipped.end() if skipped else 0
    rest = header[begin:].rstrip()
    if csharp and token == "{" and _NAMESPACE.match(rest):
        return Found("", "", begin, "top", False)
    if found := _TYPE.match(rest):
        words = found[1].split()
        kind = _KINDS.get("".join(words)) or ("struct" if words[-1] == "struct" else "class")
        return Found(kind, found[2], begin, "class")
    if csharp and token == ";" and (found := _DELEGATE.match(rest)):
        return Found("type", found[1], begin)
    if inside != "class":
        return None
    if csharp and "[" in rest:
        rest = _INNER_ATTRIBUTE.sub(lambda match: blank(match[0]), rest)
    return _member(rest, token, begin, outer, csharp)


def _member(rest: str, token: str, begin: int, outer: str, csharp: bool) -> Found | None:
    if csharp and (operator := _OPERATOR.search(rest)) and "(" not in rest[: operator.start()]:
        if token == "{" and _EQUALS.search(rest, operator.end()):
            return KEEP
        sign = operator[1] or re.sub(r"\s+|<.*>", "", operator[2])
        return Found("method", "operator" + (" " + sign if sign[0].isalpha() else sign), begin, "skip")
    equals = _outer_equals(rest)
    declared = rest[: equals.start()] if equals else rest
    arrow = equals is not None and equals[0] == "=>"
    call = _call(declared, csharp)
    if call:
        if equals and not arrow:
            return KEEP if token == "{" else None
        start, name = call
        name = name.rpartition(".")[2]
        special = name in (outer.rpartition(".")[2], "~" + outer.rpartition(".")[2])
        if not declared[:start].strip() and not special:
            return None  # an enum's constant with a body
        return KEEP if arrow and token == "{" else Found("method", name, begin, "skip")
    if equals and not arrow:
        return KEEP if token == "{" else _constant(declared, begin, csharp)
    if csharp and (token == "{") != arrow and declared[-1:] != "]" and not _EVENT.match(declared):
        start, name = name_before(declared, len(declared), ".")
        if name and declared[:start].strip():
            return Found("property", name.rpartition(".")[2], begin, "skip")
    return KEEP if arrow and token == "{" else None


def _constant(declared: str, begin: int, csharp: bool) -> Found | None:
    words = set(_WORD.findall(declared))
    if not (words >= {"static", "readonly" if csharp else "final"} or (csharp and "const" in words)):
        return None
    name = declared.rstrip()
    while name.endswith("[]"):
        name = name[:-2].rstrip()
    return Found("constant", name_before(name, len(name), ".")[1], begin)


def _call(rest: str, csharp: bool) -> tuple[int, str] | None:
    """The name before the parameters of a method, and where it starts: annotations and tuples are passed over."""
    at = 0
    for _ in range(60):
        opened = _OPENS.search(rest, at)
        if opened is None:
            return None
        if opened[0] == "<":
            at = max(past_angles(rest, opened.start()), opened.end())
            continue
        start, name = name_before(rest, opened.start(), ".")
        if name and name not in _NO_NAMES[csharp] and (csharp or "@" not in name):
            return start, name
        at = past_parens(rest, opened.start())
    return None


def _outer_equals(rest: str) -> re.Match[str] | None:
    """The first ``=`` or ``=>`` of ``rest`` that stands in no parentheses."""
    at = 0
    while equals := _EQUALS.search(rest, at):
        parens = rest.find("(", at, equals.start())
        if parens < 0:
            return equals
        at = past_parens(rest, parens)
    return None


def _read_java(header: str, token: str, inside: str, outer: str) -> Found | None:
    return _read(header, token, inside, outer, False)


def _read_csharp(header: str, token: str, inside: str, outer: str) -> Found | None:
    return _read(header, token, inside, outer, True)


def java(text: str) -> list[Symbol]:
    """The symbols of Java: types, and the methods, constructors and constants in them."""
    return scan(_mask_java(text), _read_java)


def csharp(text: str) -> list[Symbol]:
    """The symbols of C#: types, and the methods, constructors, properties and constants in them; namespaces do not qualify."""
    return scan(_mask_csharp(text), _read_csharp)
