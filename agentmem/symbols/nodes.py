"""What a node of tree-sitter's is called, which kind of symbol it is, and its lines."""

import re

from agentmem.symbols.cpp import macro_body
from agentmem.symbols.grammars import Rule
from agentmem.symbols.jsnodes import js_kind, js_name
from agentmem.symbols.lexing import Lines
from agentmem.symbols.tree import Node, text_of

_CPP_NAMES = frozenset(("identifier", "field_identifier", "type_identifier", "primitive_type"))
_NO_BODY = frozenset(("default_method_clause", "delete_method_clause", "pure_virtual_clause"))
_ANGLES = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")


def declared_name(node: Node, rule: Rule, language: str, outer: str) -> str:
    """The name that ``node`` declares, without what is around it; empty for none."""
    field = node.child_by_field_name(rule.field) if rule.field else None
    if node.type in ("declaration", "field_declaration"):
        return _variable(node, language)
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
            return js_name(node, field)
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
        return js_kind(node, kind, inner, inside, name)
    if (kind == "function" and inside == "class") or (
        kind == "function" and language in ("c", "cpp") and "." in name and not _is_headed(node)
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
        if node.type == "declaration":
            last = re.split(r"[.:]", name)[-1]
            kind = "constant" if _words(node, last) & {"const", "constexpr"} else "variable"
        if node.type in ("declaration", "field_declaration"):
            return kind if name else "", inner if name else ""
        return _cpp_kind(node, kind, inner, name)
    elif language == "rust" and node.type == "mod_item" and node.child_by_field_name("body") is None:
        kind = ""
    return kind, inner


def _variable(node: Node, language: str) -> str:
    """The name of a variable with its value: in C at the top level, and in each language a constant of a class."""
    if language == "csharp":
        whole = next((child for child in node.named_children if child.type == "variable_declaration"), None)
        found = (
            next((child for child in whole.named_children if child.type == "variable_declarator"), None)
            if whole
            else None
        )
        name, given = (
            (found.named_children[0], _has_value(found)) if found and found.named_children else (None, False)
        )
        words = _words(node, text_of(name))
        return text_of(name) if given and ("const" in words or words >= {"static", "readonly"}) else ""
    if language == "java":
        found = node.child_by_field_name("declarator")
        name = found.child_by_field_name("name") if found is not None else None
        given = found is not None and found.child_by_field_name("value") is not None
        return text_of(name) if given and _words(node, text_of(name)) >= {"static", "final"} else ""
    shape = node.child_by_field_name("type")
    if shape is not None and shape.child_by_field_name("body") is not None:
        return ""
    if node.type == "declaration":
        found = next(
            (child for child in node.named_children if child.type == "init_declarator" and _has_value(child)),
            None,
        )
        name = found.child_by_field_name("declarator") if found is not None else None
    else:
        name = (
            node.child_by_field_name("declarator")
            if node.child_by_field_name("default_value") is not None
            else None
        )
    while name is not None and name.type in (
        "pointer_declarator",
        "array_declarator",
        "reference_declarator",
    ):
        name = name.child_by_field_name("declarator") or name.named_children[-1]
    if name is None or name.type not in ("identifier", "field_identifier", "qualified_identifier"):
        return ""
    words = _words(node, text_of(name))
    if node.type == "field_declaration" and not ("static" in words and words & {"const", "constexpr"}):
        return ""
    return re.sub(r"\s+", "", _without_angles(text_of(name))).replace("::", ".")


def _has_value(node: Node) -> bool:
    return any(child.type in ("=", "equals_value_clause") for child in node.children)


def _words(node: Node, name: str) -> set[str]:
    """The words of a declaration before the name that it declares."""
    head = text_of(node).partition("=")[0]
    return set(re.findall(r"\w+", head.rpartition(name)[0] if name else head))


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
            return (
                ""
                if node.parent is None or node.parent.type == "field_declaration_list"
                else macro_body(text_of(node.child_by_field_name("declarator")))
            )
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


def _is_headed(node: Node) -> bool:
    """Whether a macro stands where the name of a function would: ``TEST(Suite, Case)``."""
    called = node.child_by_field_name("declarator")
    name = called.child_by_field_name("declarator") if called is not None else None
    return node.child_by_field_name("type") is None and text_of(name).isupper()


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
