"""What a node of JavaScript or TypeScript declares: its name and kind."""

import re

from agentmem.symbols.tree import Node, text_of

_FUNCTIONS_WORDS = """
arrow_function function_expression generator_function function
"""
_FUNCTIONS = frozenset(_FUNCTIONS_WORDS.split())
_PROTOTYPE = re.compile(r"^(?:module\.)?exports\.|\.prototype(?=\.)")


def js_name(node: Node, field: Node | None) -> str:
    """The name that ``node`` declares; empty for none."""
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


def js_kind(node: Node, kind: str, inner: str, inside: str, name: str) -> tuple[str, str]:
    """The kind of ``node`` and what is inside of it; an empty kind for no symbol."""
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
            return ("method" if function else ""), "body"
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
