"""What a node of tree-sitter's is called, which kind of symbol it is, and its lines."""

import re
from typing import Protocol

from agentmem.symbols.grammars import Rule
from agentmem.symbols.lexing import Lines


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


_FUNCTIONS_WORDS = """
arrow_function function_expression generator_function function
"""
_FUNCTIONS = frozenset(_FUNCTIONS_WORDS.split())
_CPP_NAMES = frozenset(("identifier", "field_identifier", "type_identifier", "primitive_type"))
_NO_BODY = frozenset(("default_method_clause", "delete_method_clause", "pure_virtual_clause"))
_ANGLES = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")
_PROTOTYPE = re.compile(r"^(?:module\.)?exports\.|\.prototype(?=\.)")


def text_of(node: Node | None) -> str:
    """The text of ``node``."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def declared_name(node: Node, rule: Rule, language: str, outer: str) -> str:
    """The name that ``node`` declares, without what is around it; empty for none."""
    field = node.child_by_field_name(rule.field) if rule.field else None
    match language:
        case "c" | "cpp":
            return _cpp_name(node, rule, field, outer)
        case "go":
            return _go_name(node, field)
        case "rust" if node.type == "impl_item":
            return _last_type(text_of(field))
        case "rust":
            return text_of(field).removeprefix("r#")
        case "ruby":
            return _ruby_name(node, field)
        case "csharp":
            return _csharp_name(node, field)
        case "php" if node.type == "const_declaration":
            element = next((c for c in node.named_children if c.type == "const_element"), None)
            return text_of(element.named_children[0]) if element else ""
        case "javascript" | "typescript" | "tsx":
            return _js_name(node, field)
        case "python" if node.type == "type_alias_statement":
            found = re.match(r"type\s+(\w+)", text_of(node))
            return found[1] if found else ""
        case "python" if node.type == "assignment":
            typed_only = node.child_by_field_name("right") is None
            return (
                text_of(field) if field is not None and field.type == "identifier" and not typed_only else ""
            )
        case _:
            return text_of(field)


def kind_of(node: Node, rule: Rule, language: str, inside: str, name: str) -> tuple[str, str]:
    """The kind of ``node`` and what is inside of it; an empty kind for no symbol."""
    kind, inner = rule.kind, rule.inner
    if language in ("javascript", "typescript", "tsx"):
        return _js_kind(node, kind, inner, inside, name)
    if (kind == "function" and inside == "class") or (
        kind == "function" and language in ("c", "cpp") and "." in name
    ):
        kind = "method"
    elif language == "python" and node.type == "assignment":
        kind = "constant" if name.isupper() else "variable"
    elif language == "go" and node.type in ("type_spec",):
        shape = node.child_by_field_name("type")
        kind = {"struct_type": "struct", "interface_type": "interface"}.get(
            shape.type if shape else "", "type"
        )
    elif (
        language == "csharp"
        and node.type == "record_declaration"
        and re.match(r"[^({;]*\brecord\s+struct\b", text_of(node))
    ):
        kind = "struct"
    elif language in ("c", "cpp"):
        return _cpp_kind(node, kind, inner, name)
    elif language == "rust" and node.type == "mod_item" and node.child_by_field_name("body") is None:
        kind = ""
    return kind, inner


def _cpp_kind(node: Node, kind: str, inner: str, name: str) -> tuple[str, str]:
    if node.type.endswith("_specifier"):
        if node.child_by_field_name("body") is None:
            return "", "skip"
        parent = node.parent
        if parent is not None and parent.type == "type_definition":
            return "", inner
    if node.type == "type_definition":
        shape = node.child_by_field_name("type")
        if shape is not None and shape.child_by_field_name("body") is not None:
            kind = {"enum_specifier": "enum", "class_specifier": "class"}.get(shape.type, "struct")
            return kind, "skip" if kind == "enum" else "class"
        return kind, "skip"
    return kind, inner


def _cpp_name(node: Node, rule: Rule, field: Node | None, outer: str) -> str:
    if field is None and rule.field == "name" and node.type.endswith("_specifier"):
        after = node.next_named_sibling  # struct { } name;
        if after is None or not re.search("declarator|^(?:field_)?identifier$", after.type):
            return ""
        field = after
    while field is not None and field.type not in _CPP_NAMES:
        if field.type in ("qualified_identifier", "destructor_name", "operator_name", "operator_cast", "template_type",
                          "namespace_identifier", "nested_namespace_specifier", "template_function"):  # fmt: skip
            break
        inner = field.child_by_field_name("declarator")
        if inner is None:
            inner = next(
                (c for c in field.named_children if "declarator" in c.type or "identifier" in c.type), None
            )
        if inner is None:
            return ""
        field = inner
    text = text_of(field)
    if node.type == "function_definition":
        if any(child.type in _NO_BODY for child in node.children):
            return ""
        untyped = node.child_by_field_name("type") is None
        called = field is not None and field.type == "identifier" and text != outer.rpartition(".")[2]
        if untyped and called and text.isupper():
            return ""  # a macro: TEST(Suite, Case) { }
    if "operator" in text:
        scope, _, operator = text.partition("operator")
        operator = operator.strip()
        if field is not None and (field.type == "operator_cast" or "operator_cast" in str(field)):
            operator = operator.partition("(")[0].strip()
        text = (
            _without_angles(scope)
            + "operator"
            + (" " + _without_angles(operator) if operator[:1].isalpha() else _SPACE.sub("", operator))
        )
        return text.replace("::", ".")
    return re.sub(r"\binline\b|\s+", "", _without_angles(text)).replace("::", ".")


def _without_angles(text: str) -> str:
    """``text`` without type arguments, which nest."""
    for _ in range(20):
        text, count = _ANGLES.subn("", text)
        if not count:
            break
    return text


def _go_name(node: Node, field: Node | None) -> str:
    name = text_of(field)
    receiver = node.child_by_field_name("receiver")
    if name == "_":
        return ""
    if receiver is not None:
        found = re.search(r"(\w+)\s*(?:\[[^\]]*\])?\s*,?\s*\)$", text_of(receiver))
        return f"{found[1]}.{name}" if found else name
    above = node.parent
    while above is not None and above.type != "source_file":
        if above.type == "block":
            return ""
        above = above.parent
    return name


def _last_type(text: str) -> str:
    found = re.search(r"(\w+)\s*(?:<|$)", text.lstrip("&*[("))
    return found[1] if found else ""


def _ruby_name(node: Node, field: Node | None) -> str:
    if node.type.endswith("assignment"):
        given = node.type == "assignment" or any(child.type == "||=" for child in node.children)
        first = node.parent is None or node.parent.type != "assignment"
        return text_of(field) if given and first and field is not None and field.type == "constant" else ""
    return text_of(field).removeprefix("::").replace("::", ".")


def _csharp_name(node: Node, field: Node | None) -> str:
    if node.type == "destructor_declaration":
        return "~" + text_of(field)
    if node.type == "operator_declaration":
        return "operator" + text_of(field)
    if node.type == "conversion_operator_declaration":
        return "operator " + re.sub(r"\s+", "", _without_angles(text_of(field)))
    if node.type == "property_declaration" and node.child_by_field_name("value") is None:
        return text_of(field) if any(c.type == "accessor_list" for c in node.named_children) else ""
    return text_of(field)


def _js_name(node: Node, field: Node | None) -> str:
    if node.type == "assignment_expression":
        if field is None or field.type != "member_expression" or not _is_assigned(node):
            return ""
        name = text_of(field)
        if name.startswith("this.") or not re.fullmatch(r"[\w$.]+", name):
            return ""
        return _PROTOTYPE.sub("", name)
    parent = node.parent
    if node.type == "class" and parent is not None and parent.type in _CLASS_HOLDERS:
        return ""  # its members are named after what it is given to
    if field is None or (node.type == "function_expression" and not _is_default(node)):
        return "default" if node.type in _DEFAULTS and _is_default(node) else ""
    if field.type in ("string", "computed_property_name", "object_pattern", "array_pattern", "number"):
        return ""
    return "" if node.type == "method_definition" and text_of(field)[:1].isdigit() else text_of(field)


_CLASS_HOLDERS = frozenset(("variable_declarator", "assignment_expression"))
_DEFAULTS_WORDS = """
class class_declaration abstract_class_declaration function_declaration generator_function_declaration function_expression
generator_function
"""
_DEFAULTS = frozenset(_DEFAULTS_WORDS.split())


def _is_default(node: Node) -> bool:
    """Whether ``node`` is what ``export default`` exports."""
    parent = node.parent
    return (
        parent is not None
        and parent.type == "export_statement"
        and any(child.type == "default" for child in parent.children)
    )


def _is_assigned(node: Node) -> bool:
    """Whether an assignment is a statement, or one of a chain that is: ``a.b = a.c = function``."""
    above = node.parent
    while above is not None and above.type == "assignment_expression":
        above = above.parent
    return above is not None and above.type == "expression_statement"


def is_chain(node: Node) -> bool:
    """Whether ``node`` gives its name what another assignment gives its own: the two names are neighbours."""
    right = node.child_by_field_name("right") if node.type == "assignment_expression" else None
    return right is not None and right.type == node.type


def _js_value(node: Node) -> Node | None:
    """What is given to the name that ``node`` declares; behind a chain of assignments, its end."""
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    while node.type == "assignment_expression" and value is not None and value.type == node.type:
        value = value.child_by_field_name("right")
    inner = value
    while inner is not None and inner.type in ("as_expression", "satisfies_expression"):
        inner = inner.named_children[0] if inner.named_children else None
    return inner if inner is not None and inner.type == "object" else value


def _js_kind(node: Node, kind: str, inner: str, inside: str, name: str) -> tuple[str, str]:
    value = _js_value(node)
    type_ = value.type if value is not None else ""
    function = type_ in _FUNCTIONS
    match node.type:
        case "variable_declarator":
            if function:
                return "function", "body"
            if type_ == "class":
                return "class", "body"
            if inside != "top" or not _at_statement(node):
                return "", ""
            parent = node.parent
            constant = parent is not None and text_of(parent.children[0]) == "const"
            return "constant" if constant else "variable", "object" if type_ == "object" else "body"
        case "assignment_expression":
            if function:
                return "method" if "." in name and name != "module.exports" else "function", "body"
            if type_ == "class":
                return "class", "body"
            return "", "object" if type_ == "object" and name == "module.exports" else ""
        case "pair":
            return ("method", "body") if function else ("", "skip")
        case "field_definition" | "public_field_definition":
            return ("method" if function else "field"), inner
        case "function_expression" | "generator_function":
            return (kind, inner) if name else ("", "")
        case "export_statement":
            return "", "object" if type_ == "object" and _exports_default(node) else ""
        case _:
            return kind, inner


def _exports_default(node: Node) -> bool:
    return any(child.type == "default" for child in node.children)


def _at_statement(node: Node) -> bool:
    """Whether a declarator stands at the top level of a file or of a namespace."""
    above = node.parent.parent if node.parent else None
    while above is not None and above.type in ("export_statement", "ambient_declaration"):
        above = above.parent
    if above is not None and above.type == "statement_block":
        above = above.parent
        return above is not None and above.type in ("internal_module", "module", "ambient_declaration")
    return above is not None and above.type == "program"


def range_of(
    node: Node, wrapper: Node | None, language: str, lines: Lines, prefixes: frozenset[str]
) -> tuple[int, int]:
    """The first and last line of ``node``, without annotations before and comments behind it."""
    first = wrapper or node
    parent = node.parent
    if node.type == "variable_declarator" and parent is not None and _is_first(node, parent):
        first = parent
    start = _first(first, prefixes)
    last = node
    if language == "python":
        while last.named_children:
            inner = [child for child in last.children if child.type != "comment"]
            if not inner:
                break
            last = inner[-1]
            if last.type in ("string", "concatenated_string"):
                break
    if language == "ruby":
        below = node.next_named_sibling
        while below is not None and below.type == "comment" and below.start_point[0] == node.end_point[0]:
            below = below.next_named_sibling
        if below is not None and below.type == "heredoc_body":
            last = below  # the text of a heredoc is a part of the statement above
    row, column = last.end_point
    end = row + 1 if column else row
    while end > start.start_point[0] + 1 and not _line(lines, end).strip():
        end -= 1
    return start.start_point[0] + 1, max(end, start.start_point[0] + 1)


def _is_first(node: Node, parent: Node) -> bool:
    """Whether ``node`` is the first of the declarators of ``parent``."""
    first = next((child for child in parent.named_children if child.type == node.type), None)
    return first is not None and (first.start_point, first.end_point) == (node.start_point, node.end_point)


def _first(node: Node, prefixes: frozenset[str]) -> Node:
    """The first part of ``node`` that is no annotation, neither its own nor one among its modifiers."""
    for child in node.children:
        if child.type == "modifiers":
            if own := [part for part in child.children if part.type not in prefixes]:
                return own[0]
        elif child.type not in prefixes:
            return child
    return node


def _line(lines: Lines, number: int) -> str:
    if number > len(lines.starts):
        return ""
    end = lines.starts[number] if number < len(lines.starts) else len(lines.text)
    return lines.text[lines.starts[number - 1] : end]
