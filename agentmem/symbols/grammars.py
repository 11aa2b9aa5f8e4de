"""Which nodes of tree-sitter's grammars are symbols: (kind, what is inside, field of the name)."""

from typing import NamedTuple


class Rule(NamedTuple):
    """``inner`` is ``class``, ``body``, ``top``, ``skip``, or ``same`` as around it; without ``listed`` a node only qualifies;
    ``only`` is where it counts.
    """

    kind: str
    inner: str = "body"
    field: str = "name"
    listed: bool = True
    only: str = "top class body"


_PYTHON = {
    "function_definition": Rule("function"),
    "class_definition": Rule("class", "class"),
    "assignment": Rule("variable", "skip", "left", only="top"),
    "type_alias_statement": Rule("type", "skip", "left"),
}
_JAVASCRIPT = {
    "function_declaration": Rule("function"),
    "generator_function_declaration": Rule("function"),
    "function_expression": Rule("function"),
    "generator_function": Rule("function"),
    "export_statement": Rule("", "body", "", False),
    "function_signature": Rule("function", "skip"),
    "class_declaration": Rule("class", "class"),
    "abstract_class_declaration": Rule("class", "class"),
    "class": Rule("class", "class", listed=False),
    "method_definition": Rule("method", only="class object"),
    "method_signature": Rule("method", "skip", only="class"),
    "abstract_method_signature": Rule("method", "skip", only="class"),
    "field_definition": Rule("field", "body", "property", only="class"),
    "public_field_definition": Rule("field", only="class"),
    "variable_declarator": Rule("constant"),
    "assignment_expression": Rule("assigned", "body", "left"),
    "pair": Rule("method", "body", "key", only="object"),
    "interface_declaration": Rule("interface", "skip"),
    "type_alias_declaration": Rule("type", "skip"),
    "enum_declaration": Rule("enum", "skip"),
    "internal_module": Rule("module", "top"),
    "module": Rule("module", "top"),
}
_CPP = {
    "function_definition": Rule("function", "skip", "declarator", only="top class"),
    "class_specifier": Rule("class", "class", only="top class"),
    "struct_specifier": Rule("struct", "class", only="top class"),
    "union_specifier": Rule("struct", "class", only="top class"),
    "enum_specifier": Rule("enum", "skip", only="top class"),
    "namespace_definition": Rule("module", "top"),
    "alias_declaration": Rule("type", "skip", only="top class"),
    "declaration": Rule("variable", "same", "", only="top"),
    "field_declaration": Rule("constant", "same", "", only="class"),
    "type_definition": Rule("type", "top", "declarator", only="top class"),
}
_SHELL = {"function_definition": Rule("function")}

RULES: dict[str, dict[str, Rule]] = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "tsx": _JAVASCRIPT,
    "go": {
        "function_declaration": Rule("function", "skip"),
        "method_declaration": Rule("method", "skip"),
        "type_spec": Rule("type", "skip"),
        "type_alias": Rule("type", "skip"),
        "const_spec": Rule("constant", "skip"),
        "var_spec": Rule("variable", "skip"),
    },
    "rust": {
        "function_item": Rule("function"),
        "function_signature_item": Rule("function", "skip"),
        "struct_item": Rule("struct", "skip"),
        "enum_item": Rule("enum", "skip"),
        "union_item": Rule("struct", "skip"),
        "trait_item": Rule("trait", "class"),
        "impl_item": Rule("", "class", "type", False),
        "mod_item": Rule("module", "top"),
        "type_item": Rule("type", "skip", only="top body"),
        "const_item": Rule("constant", "skip", only="top class"),
        "static_item": Rule("constant", "skip", only="top class"),
        "macro_definition": Rule("macro", "skip"),
    },
    "java": {
        "class_declaration": Rule("class", "class", only="top class"),
        "interface_declaration": Rule("interface", "class", only="top class"),
        "annotation_type_declaration": Rule("interface", "class", only="top class"),
        "enum_declaration": Rule("enum", "class", only="top class"),
        "record_declaration": Rule("class", "class", only="top class"),
        "method_declaration": Rule("method", "skip", only="class"),
        "constructor_declaration": Rule("method", "skip", only="class"),
        "annotation_type_element_declaration": Rule("method", "skip", only="class"),
        "field_declaration": Rule("constant", "skip", "declarator", only="class"),
    },
    "c": _CPP,
    "cpp": _CPP,
    "csharp": {
        "class_declaration": Rule("class", "class", only="top class"),
        "interface_declaration": Rule("interface", "class", only="top class"),
        "enum_declaration": Rule("enum", "skip", only="top class"),
        "struct_declaration": Rule("struct", "class", only="top class"),
        "record_declaration": Rule("class", "class", only="top class"),
        "method_declaration": Rule("method", "skip", only="class"),
        "constructor_declaration": Rule("method", "skip", only="class"),
        "destructor_declaration": Rule("method", "skip", only="class"),
        "operator_declaration": Rule("method", "skip", "operator", only="class"),
        "conversion_operator_declaration": Rule("method", "skip", "type", only="class"),
        "property_declaration": Rule("property", "skip", only="class"),
        "field_declaration": Rule("constant", "skip", "", only="class"),
        "delegate_declaration": Rule("type", "skip", only="top class"),
    },
    "ruby": {
        "module": Rule("module", "class"),
        "class": Rule("class", "class"),
        "singleton_class": Rule("", "class", "", False),
        "method": Rule("function"),
        "singleton_method": Rule("function"),
        "assignment": Rule("constant", "class", "left", only="top class"),
        "operator_assignment": Rule("constant", "class", "left", only="top class"),
    },
    "php": {
        "class_declaration": Rule("class", "class"),
        "interface_declaration": Rule("interface", "class"),
        "trait_declaration": Rule("trait", "class"),
        "enum_declaration": Rule("enum", "class"),
        "function_definition": Rule("function"),
        "method_declaration": Rule("method", only="class"),
        "const_declaration": Rule("constant", "skip", "", only="top class"),
    },
    "shell": _SHELL,
}
"""By our language, by type of node."""

PACK_NAMES = {"shell": "bash"}
"""What the language pack calls a language, where it is not our name."""

_BARRIERS_WORDS = """
object_creation_expression anonymous_class anonymous_function enum_constant initializer_list
template_argument_list parameter_list lambda_expression class_heritage
"""
BARRIERS = frozenset(_BARRIERS_WORDS.split())
"""Expressions that hold no symbols, whatever is declared in them."""

_PREFIXES_WORDS = """
annotation marker_annotation attribute_list attribute_item decorator attribute_declaration comment
line_comment block_comment attribute_specifier preproc_if
preproc_if_in_attribute_list preproc_region preproc_endregion preproc_pragma
"""
PREFIXES = frozenset(_PREFIXES_WORDS.split())
"""What stands before a declaration and is none of its lines."""
