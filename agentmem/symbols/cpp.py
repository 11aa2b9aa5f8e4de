"""C and C++: declarations without a keyword, told by what stands before a brace or a semicolon."""

import re

from agentmem.symbols.lexing import BLOCK_COMMENT, CHAR, LINE_COMMENT, STRING, masker, ordered
from agentmem.symbols.port import Symbol
from agentmem.symbols.preprocessor import without_directives
from agentmem.symbols.statements import KEEP, Found, name_before, past_angles, past_parens, scan

_NUMBER = r"(?P<keep>(?<![\w.])[0-9][\w.']*+)"
_mask = masker(
    rf'{LINE_COMMENT}|{BLOCK_COMMENT}|{_NUMBER}|R"(?P<d>[^()\\\s"]{{0,16}})\(.*?(?:\)(?P=d)"|\Z)'
    rf"|(?P<text>{STRING}|{CHAR})"
)

_NO_NAMES_WORDS = """
if for while switch return sizeof catch do else throw __attribute__ __attribute __declspec __asm__ asm alignas
decltype noexcept typeof __typeof__ static_assert _Static_assert _Alignas requires explicit defined static const
constexpr inline extern case default goto struct union enum class
"""
_NO_NAMES = frozenset(_NO_NAMES_WORDS.split())
_BEHIND_WORDS = """
const volatile noexcept override final throw requires try mutable __attribute__ __attribute asm __asm__ restrict
"""
_BEHIND = frozenset(_BEHIND_WORDS.split())
_EQUALS = re.compile(r"(?<![=!<>+\-*/%&|^])=(?![=>])|=>")
_OPERATOR = re.compile(
    r"\boperator\s*(\(\s*\)|\[\s*\]|\"\s*\"\s*\w+|(?:new|delete)\b(?:\s*\[\s*\])?|[^\s\w(\"]+|[\w:]+[^(){};=]*?)\s*(?=\()"
)
_SKIP = re.compile(
    r"(?:\s+|(?:public|private|protected|signals|(?:public |private |protected )?(?:Q_)?slots|Q_SIGNALS)\s*:(?!:)"
    r"|\[\[[^\]]*\]\]|(?:Q_OBJECT|Q_GADGET)\b|__attribute__\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
    # a macro alone on its line is none of the declaration below; without parentheses it may also be a type
    r"|[A-Z][A-Z0-9_]{2,}[ \t]*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)[ \t]*+\r?\n(?=\s*\S)"
    r"|[A-Z][A-Z0-9_]{2,}[ \t]*+\r?\n(?=\s*(?:[A-Z][A-Z0-9_]{2,}[ \t]*\r?\n\s*){0,4}"
    r"(?:(?:namespace|class|struct|union|enum|template|typedef|using|static|inline|extern|constexpr|explicit|virtual|friend"
    r"|public|private|protected)\b|[A-Z][A-Z0-9_]{2,}[ \t]*\([^()\n]*\)\s*$)))*+"
)
_TYPE = re.compile(
    r"(typedef\s+)?(?:(?:static|const|constexpr|inline|export|friend|volatile|extern)\s+)*"
    r"(class|struct|union|enum(?:\s+(?:class|struct))?)\b\s*"
    r"(?:(?:(?:__attribute__|__declspec|alignas)\s*\(\(?[^()]*\)?\)|\[\[[^\]]*\]\])\s*)*"
    r"(?:[A-Z][A-Z0-9_]*(?:\([^()]*\))?\s+(?=\w+\s*(?:[:{<]|final\b|$)))?((?:\w+\s*::\s*)*\w*)\s*"
)
_TYPE_END = re.compile(
    r"\s*((?:::\s*\w+\s*)*)(?:[A-Z][A-Z0-9_]*\s*)?(?:final\s*)?(?:[A-Z][A-Z0-9_]*\s*)?(?::(?!:)[^{}]*)?$"
)
_NAMESPACE = re.compile(
    r"(?:inline\s+)?namespace\b\s*(?:\[\[[^\]]*\]\]\s*)?((?:\w+\s*::\s*(?:inline\s+)?)*\w*)\s*(?:\[\[.*\]\]\s*"
    r"|__attribute__\s*\(\([^{}]*\)\)\s*|[A-Z][A-Z0-9_]*\s*(?:\([^()]*\)\s*)?)?$",
    re.DOTALL,
)
_EXTERN = re.compile(r'extern\s*"[^"]*"\s*$')
_USING = re.compile(r"using\s+(\w+)\s*(?:\[\[[^\]]*\]\]\s*)?=")
_POINTED = re.compile(
    r"\(\s*(?:\w+\s+)*(?:\w+\s*::\s*)*[*&^]+\s*(?:const\s+)?(\w+)\s*(?:\[[^\]]*\]\s*)*\)\s*\("
)
_RETURNS_POINTER = re.compile(r"\(\s*[*&]+\s*(?:const\s+)?(?=(?:\w+\s*::\s*)*\w+\s*\()")
_TEMPLATE = re.compile(r"template\s*(?=<)")
_REQUIRES = re.compile(r"requires\s+[\w:]+\s*(?:<[^<>]*>)?\s*")
_OPENS = re.compile(r"[<(\[]")
_PREFIX_MACRO = re.compile(r"[A-Z][A-Z0-9_]*$")
_FIRST_WORD = re.compile(r"\w+")
_CALLED = re.compile(r"\s*\(")
_MACROS = re.compile(r"(?:\b[A-Z][A-Z0-9_]*+\s*+(?:\([^()]*+\)\s*+)?+)*+$")
_HEADED = re.compile(r"\(\s*([A-Za-z_]\w*)\s*(?:,\s*([A-Za-z_]\w*)\s*)?\)$")
_CALL_AHEAD = re.compile(r"[\w:~*&<>,\s]*[\w>]\s*\(")
_OLD_PARAMETERS = re.compile(
    r"\(\s*\w+(?:\s*,\s*\w+)*\s*\)\s*(?:register\s+)?(?:const\s+)?(?:struct\s+)?[a-zA-Z_]\w*[\s*]+\w"
)
_KINDS = {"class": "class", "struct": "struct", "union": "struct", "enum": "enum"}


def _skip_template(header: str, at: int) -> int:
    while found := _TEMPLATE.match(header, at):
        end = past_angles(header, found.end(), len(header))
        if end == found.end():
            break
        at = end + len(header[end:]) - len(header[end:].lstrip())
        if header.startswith("requires", at):
            call = _REQUIRES.match(header, at)
            at = call.end() if call else at
    return at


def _read(header: str, token: str, inside: str, outer: str) -> Found | None:
    if inside not in ("top", "class"):
        return None
    skipped = _SKIP.match(header)
    begin = skipped.end() if skipped else 0
    at = _skip_template(header, begin)
    rest = header[at:].rstrip()
    if token == ";":
        return _statement(rest, begin, inside)
    if rest.startswith(("namespace", "inline")) and (space := _NAMESPACE.match(rest)):
        name = re.sub(r"\s*::\s*(?:inline\s+)?", ".", space[1])
        return Found("module", name, begin, "top", bool(name))
    if _EXTERN.match(rest):
        return Found("", "", begin, "top", False)
    return _type(rest, begin) or _function(rest, begin, inside, outer, at > begin)


def _type(rest: str, begin: int) -> Found | None:
    kind = _TYPE.match(rest)
    if kind is None:
        return None
    behind = past_angles(rest, kind.end()) if rest.startswith("<", kind.end()) else kind.end()
    end = _TYPE_END.match(rest, behind)
    if end is None:
        return None
    word = kind[2].split()[0]
    name = re.sub(r"\s*::\s*", ".", kind[3] + end[1]).strip()
    if name == "final":
        name = ""
    inner = "skip" if word == "enum" else "class"
    named_after = bool(kind[1]) or not name
    return Found(_KINDS[word], "" if named_after else name, begin, inner, True, named_after)


def _statement(rest: str, begin: int, inside: str) -> Found | None:
    if rest.startswith("using") and (alias := _USING.match(rest)):
        return Found("type", alias[1], begin)
    if rest.startswith("typedef") and "{" not in rest:
        return Found("type", _typedef(rest), begin)
    if inside == "top" and "(" in rest and "=" not in rest:
        start, name = name_before(rest, rest.find("("))
        if (
            name not in _NO_NAMES
            and name
            and rest[:start].strip()
            and _OLD_PARAMETERS.match(rest, rest.find("("))
        ):
            return KEEP  # parameters declared behind the parentheses: the body is still to come
    return _given(rest, begin, inside) if "=" in rest else None


def _given(rest: str, begin: int, inside: str) -> Found | None:
    """A variable with its value: at the top level, or what is static and constant in a class."""
    equals = _GIVEN.match(rest)
    if equals is None or _NO_VARIABLE.match(rest):
        return None
    declared = _ARRAY_END.sub("", rest[: equals.end() - 1])
    start, name = name_before(declared, len(declared))
    words = set(_FIRST_WORD.findall(declared[:start]))
    constant = not words.isdisjoint(("const", "constexpr"))
    if not words or not name or (inside == "class" and not (constant and "static" in words)):
        return None
    return Found("constant" if constant else "variable", name.replace("::", "."), begin)


def _typedef(rest: str) -> str:
    """The first name that a ``typedef`` declares."""
    if pointed := _POINTED.search(rest):
        return pointed[1]
    at, end = 0, len(rest)
    while opened := _ANY_OPEN.search(rest, at):
        letter = opened[0]
        if letter == "," or (letter == "(" and name_before(rest, opened.start())[1] not in _NO_NAMES):
            end = opened.start()
            break
        at = past_angles(rest, opened.start()) if letter == "<" else past_parens(rest, opened.start())
        at = max(at, opened.end())
    name = _ARRAY_END.sub("", rest[:end])
    return name_before(name, len(name))[1]


_GIVEN = re.compile(r"(?:[^=(){};\[\]]|\[[^\]]*\])*+=(?!=)")
_NO_VARIABLE = re.compile(r"(?:namespace|using|typedef|return|goto|extern\s*\")\b|[^=]*\boperator\b")
_ANY_OPEN = re.compile(r"[<(,]")
_ARRAY_END = re.compile(r"(?:\s*\[[^\]]*\])+\s*$|\s*__attribute__\s*$")


def _declarator(rest: str) -> tuple[int, int, str, int] | None:
    """Where the name before a function's parameters starts, where these end, the name, and where macros before it end."""
    operator = _OPERATOR.search(rest)
    at = behind = 0
    for _ in range(60):
        opened = _OPENS.search(rest, at)
        if operator and (opened is None or operator.start() < opened.end()):
            return *_operator(rest, operator), behind
        if opened is None:
            return None
        if opened[0] != "(":
            past = rest.find("]", opened.end()) + 1 if opened[0] == "[" else past_angles(rest, opened.start())
            at = max(past, opened.end())
            continue
        start, name = name_before(rest, opened.start())
        if pointer := _RETURNS_POINTER.match(rest, opened.start()):
            at = pointer.end()
            continue
        at = past_parens(rest, opened.start())
        if name and name not in _NO_NAMES:
            if not _is_prefix(rest, start, name, at):
                return start, at, name, behind
            if not rest[behind:start].strip():
                behind = at
    return None


def _is_prefix(rest: str, start: int, name: str, end: int) -> bool:
    """Whether ``name(...)`` is a macro before the declaration: ``API(int) f(int a)``."""
    if rest[:start].strip() and not _PREFIX_MACRO.match(name):
        return False
    at = end
    for _ in range(8):
        behind = rest[at:].lstrip()
        word = _FIRST_WORD.match(behind)
        if word is None or word[0] in _BEHIND:
            return False
        if not _PREFIX_MACRO.match(word[0]):
            return _CALL_AHEAD.match(behind) is not None
        at = len(rest) - len(behind) + word.end()
        if parens := _CALLED.match(rest, at):
            at = past_parens(rest, parens.end() - 1)
    return False


def _operator(rest: str, found: re.Match[str]) -> tuple[int, int, str]:
    sign = (
        re.sub(r"<[^<>]*>", "", found[1]).strip() if found[1][:1].isalpha() else re.sub(r"\s+", "", found[1])
    )
    start, scope = found.start(), ""
    before = rest[:start].rstrip()
    if before.endswith("::"):
        start, scope = name_before(rest, len(before) - 2)
        scope += "::"
    name = scope + "operator" + (" " + re.sub(r"\s+", " ", sign) if sign[:1].isalpha() else sign)
    return start, past_parens(rest, found.end()), name


def _function(rest: str, begin: int, inside: str, outer: str, template: bool) -> Found | None:
    call = _declarator(rest)
    equals = _EQUALS.search(rest)
    if call is None or (equals and equals.start() < call[0]):
        return KEEP if equals else None
    start, end, name, behind = call
    begin += len(rest) - len(rest[behind:].lstrip()) if behind and not template else 0
    after = rest[end:].strip()
    if (
        after.startswith(":")
        and not after.startswith("::")
        and after[-1:] not in ")}"
        and not after.endswith("...")
    ):
        return KEEP  # a member's initialiser in braces; the body is still to come
    if _EQUALS.search(after.partition("->")[0].partition(":")[0]):
        return KEEP
    before = rest[:start].strip()
    parts = name.split("::")
    special = (
        len(parts) > 1 or parts[-1].startswith(("~", "operator")) or parts[-1] == outer.rpartition(".")[2]
    )
    if not special and name.isupper() and _MACROS.match(before):
        name = "" if inside == "class" else macro_body(rest[start:end])
        return Found("function", name, begin) if name else None
    if not special and not before and inside == "class":
        return None
    kind = "method" if inside == "class" or len(parts) > 1 else "function"
    return Found(kind, ".".join(parts), begin)


def macro_body(text: str) -> str:
    """The name of a function that a macro heads: ``TEST(Suite, Case) { }`` is Suite.Case, ``COMMAND(help) { }`` is help."""
    found = _HEADED.search(text)
    return ".".join(part for part in found.groups() if part) if found else ""


def symbols(text: str) -> list[Symbol]:
    """The symbols of C and C++: definitions, not prototypes; variables with values at the top level; macros too."""
    code, found = without_directives(_mask(text))
    return ordered(scan(code, _read) + found)


def macros(text: str) -> list[Symbol]:
    """The macros that ``text`` defines."""
    return without_directives(_mask(text))[1]
