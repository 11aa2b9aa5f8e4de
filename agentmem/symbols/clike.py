"""C, C++, Java and C#: declarations without a keyword, told by what stands before a brace or a semicolon."""

import re

from agentmem.symbols.lexing import BLOCK_COMMENT, CHAR, LINE_COMMENT, STRING, masker, ordered
from agentmem.symbols.port import Symbol
from agentmem.symbols.preprocessor import without_directives
from agentmem.symbols.statements import KEEP, Found, past_angles, past_parens, scan

_NUMBER = r"(?P<keep>(?<![\w.])[0-9][\w.']*+)"
_mask_c = masker(
    rf'{LINE_COMMENT}|{BLOCK_COMMENT}|{_NUMBER}|R"(?P<d>[^()\\\s"]{{0,16}})\(.*?(?:\)(?P=d)"|\Z)'
    rf"|(?P<text>{STRING}|{CHAR})"
)
_mask_java = masker(
    rf'{LINE_COMMENT}|{BLOCK_COMMENT}|"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)|(?P<text>{STRING}|{CHAR})'
)
_mask_csharp = masker(
    rf"{LINE_COMMENT}|{BLOCK_COMMENT}|^[ \t]*\#[^\n]*"
    r'|\$*(?P<q>"{3,}).*?(?:(?P=q)"*|\Z)|(?:@\$?|\$@)"(?:[^"]|"")*+(?:"|\Z)'
    rf"|(?P<text>\$?{STRING}|{CHAR})",
    re.MULTILINE,
)

_NO_NAMES_WORDS = """
if for while switch return sizeof catch do else new delete throw using lock fixed foreach when where
await __attribute__ __declspec __asm__ asm alignas decltype noexcept typeof static_assert
_Static_assert assert synchronized try public private protected internal static const constexpr
explicit inline requires defined async readonly unsafe extern override virtual sealed abstract final
void case default goto in is base this
"""
_NO_NAMES = frozenset(_NO_NAMES_WORDS.split())
_CALL = re.compile(
    r"(?<![@\w.~])((?:\w+\s*(?:<[^<>(){}]*>\s*)?::\s*|\w+\s*(?:<[^<>(){}]*>\s*)?\.\s*)*+"
    r"(?:operator\s*(?:\(\s*\)|\[\s*\]|\"\"\s*\w+|[^\s\w(]+|[\w:]+[\s*&]*)|~?\s*\w+))\s*(?:<[^(){}]*>\s*)?\("
)
_EQUALS = re.compile(r"(?<![=!<>+\-*/%&|^])=(?![=>])|=>")
_ANGLED = re.compile(r"\s*<[^<>]*>")
_CPP_SKIP = re.compile(
    r"(?:\s+|(?:public|private|protected|signals|(?:public |private |protected )?slots)\s*:(?!:)|\[\[[^\]]*\]\]"
    r"|(?:Q_OBJECT|Q_GADGET)\b)*+"
)
_CPP_TYPE = re.compile(
    r"(typedef\s+)?(?:(?:static|const|constexpr|inline|export|friend|volatile|extern)\s+)*"
    r"(class|struct|union|enum(?:\s+(?:class|struct))?)\b\s*((?:(?:__attribute__|__declspec|alignas)\s*\(\(?[^()]*\)?\)\s*|\[\[[^\]]*\]\]\s*)*)"
    r"(?:[A-Z][A-Z0-9_]*\s+(?=\w+\s*(?:[:{]|final\b|$)))?((?:\w+\s*::\s*)*\w*)\s*(<[^{}();]*>)?\s*(?:final\s*)?(?::(?!:)[^{}]*)?$"
)
_NAMESPACE = re.compile(
    r"(?:inline\s+)?namespace\b\s*((?:\w+\s*::\s*(?:inline\s+)?)*\w*)\s*(?:\[\[.*\]\]\s*)?$", re.DOTALL
)
_EXTERN = re.compile(r'extern\s*"[^"]*"\s*$')
_USING = re.compile(r"using\s+(\w+)\s*=")
_TYPEDEF = re.compile(r"typedef\b.*?(?:\(\s*\*\s*(\w+)\s*\)\s*\(.*|\b(\w+)\s*(?:\[[^\]]*\]\s*)*)$", re.DOTALL)
_TEMPLATE = re.compile(r"template\s*(?=<)")
_KINDS = {"class": "class", "struct": "struct", "union": "struct", "enum": "enum"}


def _skip_template(header: str, at: int) -> int:
    while found := _TEMPLATE.match(header, at):
        end = past_angles(header, found.end())
        if end == found.end():
            break
        at = end + len(header[end:]) - len(header[end:].lstrip())
        if header.startswith("requires", at):
            call = re.compile(r"requires\s+[\w:]+\s*(?:<[^<>]*>)?\s*").match(header, at)
            at = call.end() if call else at
    return at


def _read_cpp(header: str, token: str, inside: str, outer: str) -> Found | None:
    if inside not in ("top", "class"):
        return None
    skipped = _CPP_SKIP.match(header)
    begin = skipped.end() if skipped else 0
    at = _skip_template(header, begin)
    rest = header[at:].rstrip()
    if token == ";":
        return _cpp_statement(rest, begin, inside)
    if rest.startswith(("namespace", "inline")) and (space := _NAMESPACE.match(rest)):
        name = re.sub(r"\s*::\s*(?:inline\s+)?", ".", space[1])
        return Found("module", name, begin, "top", bool(name))
    if _EXTERN.match(rest):
        return Found("", "", begin, "top", False)
    if kind := _CPP_TYPE.match(rest):
        word = kind[2].split()[0]
        name = re.sub(r"\s*::\s*", ".", kind[4])
        if name == "final":
            name = ""
        inner = "skip" if word == "enum" else "class"
        named_after = bool(kind[1]) or not name
        return Found(_KINDS[word], "" if named_after else name, begin, inner, True, named_after)
    return _cpp_function(rest, begin, inside, outer)


def _cpp_statement(rest: str, begin: int, inside: str) -> Found | None:
    if rest.startswith("using") and (alias := _USING.match(rest)):
        return Found("type", alias[1], begin)
    if rest.startswith("typedef") and "{" not in rest and (alias := _TYPEDEF.match(rest)):
        return Found("type", alias[1] or alias[2], begin)
    return None


def _top_call(rest: str) -> re.Match[str] | None:
    """The first ``name(`` of ``rest`` that can be a declaration's; the brackets of others are passed over."""
    at = 0
    for _ in range(12):
        call = _CALL.search(rest, at)
        if call is None:
            return None
        if call[1].strip() not in _NO_NAMES:
            return call
        at = past_parens(rest, call.end() - 1)
    return None


def _cpp_function(rest: str, begin: int, inside: str, outer: str) -> Found | None:
    call = _top_call(rest)
    equals = _EQUALS.search(rest)
    if call is None or (equals and equals.start() < call.start() and "operator" not in call[1]):
        return KEEP if equals else None
    after = rest[past_parens(rest, call.end() - 1) :].strip()
    if after.startswith(":") and not after.startswith("::") and after[-1:] not in ")}":
        return KEEP  # a member's initialiser in braces; the body is still to come
    if _EQUALS.search(after.partition("->")[0].partition(":")[0]):
        return KEEP
    name = (
        re.sub(r"\s+", "", re.sub(r"<[^<>()]*>(?=\s*::)", "", call[1]))
        if "operator" not in call[1]
        else call[1]
    )
    if "operator" in name:
        scope, _, operator = name.rpartition("operator")
        name = (
            re.sub(r"<[^<>()]*>|\s+", "", scope)
            + "operator"
            + (" " + operator.strip() if operator.strip()[:1].isalpha() else re.sub(r"\s+", "", operator))
        )
    before = rest[: call.start()].strip()
    parts = name.split("::")
    last = outer.rpartition(".")[2]
    special = len(parts) > 1 or parts[-1].startswith("~") or "operator" in name or parts[-1] == last
    if not before and not special:
        return None  # a macro: TEST(Suite, Case) { }
    kind = "method" if inside == "class" or len(parts) > 1 else "function"
    return Found(kind, ".".join(parts), begin)


def cpp(text: str) -> list[Symbol]:
    """The symbols of C and C++: definitions, not prototypes; macros too."""
    code, macros = without_directives(_mask_c(text))
    return ordered(scan(code, _read_cpp) + macros)


_JAVA_SKIP = re.compile(r"(?:\s+|@(?!interface\b)[\w.]+(?:\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?)*+")
_CSHARP_SKIP = re.compile(r"(?:\s+|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*+")
_MODIFIERS = (
    r"(?:(?:public|private|protected|internal|static|final|abstract|sealed|partial|strictfp|readonly|ref|unsafe|new"
    r"|file|non-sealed|default|(?:@[\w.]+(?:\([^()]*\))?))\s+)*"
)
_JAVA_TYPE = re.compile(
    rf"{_MODIFIERS}(class|@?interface|enum|record(?:\s+(?:class|struct))?|struct)\s+(\w+)"
)
_NAMESPACE_CSHARP = re.compile(r"namespace\s+[\w.]+\s*$")
_DELEGATE = re.compile(rf"{_MODIFIERS}delegate\s+[^()]*?(\w+)\s*(?:<[^()]*>)?\s*\(")
_PROPERTY = re.compile(r"(?:[\w.<>,?\[\]()@]+\s+)+(\w+(?:\s*<[^<>]*>\s*\.\s*\w+|\s*\.\s*\w+)*)\s*$")
_JAVA_KINDS = {
    "class": "class",
    "interface": "interface",
    "@interface": "interface",
    "enum": "enum",
    "struct": "struct",
}


def _read_java(header: str, token: str, inside: str, outer: str, csharp: bool = False) -> Found | None:
    if inside not in ("top", "class"):
        return None
    skipped = (_CSHARP_SKIP if csharp else _JAVA_SKIP).match(header)
    begin = skipped.end() if skipped else 0
    rest = header[begin:].rstrip()
    if csharp and token == "{" and _NAMESPACE_CSHARP.match(rest):
        return Found("", "", begin, "top", False)
    if found := _JAVA_TYPE.match(rest):
        words = found[1].split()
        kind = _JAVA_KINDS.get(words[0]) or ("struct" if words[-1] == "struct" else "class")
        return Found(kind, found[2], begin, "class")
    if csharp and token == ";" and (found := _DELEGATE.match(rest)):
        return Found("type", found[1], begin)
    if inside != "class":
        return None
    equals = _outer_equals(rest)
    declared = rest[: equals.start()] if equals else rest
    arrow = equals is not None and equals[0] == "=>"
    call = _top_call(declared)
    if call:
        if equals and not arrow:
            return KEEP if token == "{" else None
        name = re.sub(r"<.*>|\s+", "", call[1], flags=re.DOTALL).rpartition(".")[2]
        special = name in (outer.rpartition(".")[2], "~" + outer.rpartition(".")[2])
        if not declared[: call.start()].strip() and not special:
            return None  # an enum's constant with a body
        return Found("method", name, begin, "skip") if token == ";" or not arrow else KEEP
    if equals and not arrow:
        return KEEP if token == "{" else None
    if (
        csharp
        and (token == "{") != arrow
        and (found := _PROPERTY.match(declared))
        and "[" not in declared.rpartition(" ")[2]
    ):
        return Found("property", re.sub(r"<.*>|\s+", "", found[1]).rpartition(".")[2], begin, "skip")
    return KEEP if arrow else None


def _read_csharp(header: str, token: str, inside: str, outer: str) -> Found | None:
    return _read_java(header, token, inside, outer, csharp=True)


def _outer_equals(rest: str) -> re.Match[str] | None:
    """The first ``=`` or ``=>`` of ``rest`` that stands in no parentheses."""
    at = 0
    while equals := _EQUALS.search(rest, at):
        parens = rest.find("(", at, equals.start())
        if parens < 0:
            return equals
        at = past_parens(rest, parens)
    return None


def java(text: str) -> list[Symbol]:
    """The symbols of Java: types, and the methods and constructors in them."""
    return scan(_mask_java(text), _read_java)


def csharp(text: str) -> list[Symbol]:
    """The symbols of C#: types, and the methods, constructors and properties in them; namespaces do not qualify."""
    return scan(_mask_csharp(text), _read_csharp)
