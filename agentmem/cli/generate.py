"""Writes ``grammar.py``, the quick parser's table, from the typer commands: ``make generate``."""

import os

from agentmem.cli import app

HEADER = '"""The commands\' grammar, generated from the typer commands by ``make generate``; a test keeps it true."""\n\n'


def source() -> str:
    """The text of ``grammar.py``."""
    lines = [HEADER + "from agentmem.cli.quick import Verb\n\nVERBS = {\n"]
    for name, verb in app.grammar().items():
        lines.append(
            f'    "{name}": Verb(\n        "{verb.function}",\n        {_quoted(verb.help)},\n        {{\n'
        )
        for flag, (parameter, form) in verb.options.items():
            lines.append(f'            "{flag}": ("{parameter}", "{form}"),\n')
        lines.append("        },\n        (")
        lines.append(
            "".join(f'("{a}", "{form}", {required}), ' for a, form, required in verb.arguments).rstrip(" ")
        )
        lines.append("),\n")
        if verb.required:
            lines.append(f"        {verb.required!r},\n".replace("'", '"'))
        lines.append("    ),\n")
    return "".join(lines) + "}\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    with open(
        os.path.join(os.path.dirname(os.path.abspath(__file__)), "grammar.py"), "w", encoding="utf-8"
    ) as file:
        file.write(source())
