"""Ruby: blocks by indentation, since `end` closes too many things to be counted."""

import re

from agentmem.symbols.lexing import masker, ordered, width
from agentmem.symbols.port import Symbol

_mask = masker(
    r"^=begin\b.*?(?:^=end\b[^\n]*|\Z)|^__END__\s*?$.*"
    r"""|(?P<keep>\?[#"'](?!\w)|\$['"`])|(?<![^\s;(){}\[\],])\#[^\n]*+"""
    r"|<<[~-](?P<q>[\"'`]?)(?P<tag>[A-Z_]\w*)(?P=q)[^\n]*\n.*?(?:^[ \t]*(?P=tag)[ \t]*\r?$|\Z)"
    r"|%[wWiIqQ]?\([^()]*\)|%[wWiIqQ]?\[[^\[\]]*\]|%[wWiIqQ]?\{[^{}]*\}|%[qQr]?\|[^|\n]*\|"
    r"|(?<=[(,=~|&!{\[] )/(?:[^/\\\n]|\\[^\n])*+/|(?<=[(,!{\[])/(?:[^/\\\n]|\\[^\n])*+/"
    r"""|(?P<text>"(?:[^"\\]|\\.)*+"?|(?<!\w)'(?:[^'\\]|\\.)*+'?|`(?:[^`\\\n]|\\.)*+`?)""",
    re.MULTILINE,
)
_OPENS = re.compile(
    r"(?:class[ \t]*(?P<self><<)|(?P<word>class|module)[ \t]+(?P<type>(?:::)?[\w:]+)"
    r"|(?:(?:private|public|protected|module_function|private_class_method|memoize|helper_method)[ \t]+)?"
    r"def[ \t]+(?:(?:self|\w+)[ \t]*\.[ \t]*)?(?P<name>\w+[?!]?(?:=(?=[ \t]*\())?|\[\]=?"
    r"|[-+!~]@|<=>|===?|=~|!=|!~|\*\*|<<|>>|<=|>=|[-+*/%<>!&|^~`]))"
)
_CONSTANT = re.compile(r"([A-Z]\w*)[ \t]*(?:\|\|)?=(?![=~>])")
_STAYS = re.compile(r"(?:rescue|ensure|else|elsif|when|in|private|public|protected)\b|[)\]}.&|]")
_END = re.compile(r"end\b(?!\s*[?:=])")
_ENDLESS = re.compile(r"\s*(?:\([^()]*\))?\s*=(?![=~>])")
_ONE_LINE = re.compile(r"(?:;|\)|\s)\s*end\s*$")
_OPEN_BRACKETS = re.compile(r"[(\[{]")
_CLOSE_BRACKETS = re.compile(r"[)\]}]")


def symbols(text: str) -> list[Symbol]:
    """The symbols of Ruby: modules, classes, methods and constants; ``def self.x`` is named as ``def x``."""
    found: list[Symbol] = []
    stack: list[tuple[int, int, str, bool]] = []  # column, place in found or -1, qualified name, is a type
    used = 1
    constant, depth = -1, 0

    def close(last: int) -> None:
        place = stack.pop()[1]
        if place >= 0:
            found[place] = found[place]._replace(end=max(last, found[place].start))

    for number, line in enumerate(_mask(text).split("\n"), 1):
        bare = line.strip().lstrip("\ufeff")
        if not bare:
            continue
        if constant >= 0:  # a constant's value goes on while its brackets are open
            depth += len(_OPEN_BRACKETS.findall(bare)) - len(_CLOSE_BRACKETS.findall(bare))
            used = number
            if depth > 0:
                continue
            found[constant] = found[constant]._replace(end=number)
            constant = -1
            continue
        column = width(line)
        while stack and column <= stack[-1][0]:
            if column == stack[-1][0] and _STAYS.match(bare):
                break
            if column == stack[-1][0] and _END.match(bare):
                close(number)
                break
            close(used)
        used = number
        outer = stack[-1] if stack else None
        prefix = outer[2] + "." if outer and outer[2] else ""
        if opened := _OPENS.match(bare):
            if opened["self"]:
                stack.append((column, -1, outer[2] if outer else "", True))
                continue
            is_type = opened["word"] is not None
            own = opened["type"].strip(":").replace("::", ".") if is_type else opened["name"]
            kind = opened["word"] or ("method" if outer and outer[3] else "function")
            found.append(Symbol(prefix + own, kind, number, number))
            if not (_ONE_LINE.search(bare) or (not is_type and _ENDLESS.match(bare, opened.end()))):
                stack.append((column, len(found) - 1, prefix + own, is_type))
        elif (not outer or outer[3]) and (assigned := _CONSTANT.match(bare)):
            found.append(Symbol(prefix + assigned[1], "constant", number, number))
            depth = len(_OPEN_BRACKETS.findall(bare)) - len(_CLOSE_BRACKETS.findall(bare))
            constant = len(found) - 1 if depth > 0 else -1
    while stack:
        close(used)
    return ordered(found)
