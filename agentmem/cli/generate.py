"""Writes ``grammar.py``, the quick parser's table, from the typer commands, the schemas that ship, the reference: ``make
generate``.
"""

import os

from agentmem.cli import app, reference
from agentmem.output import schemas

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


def files() -> dict[str, str]:
    """The text of each file in ``templates/schemas/``."""
    return {f"{name}.json": schemas.text(made) for name, made in schemas.all_schemas().items()}


def main() -> None:
    """Write what is generated into the checkout that this file is of."""
    here = os.path.dirname(os.path.abspath(__file__))
    _write(os.path.join(here, "grammar.py"), source())
    folder = os.path.join(os.path.dirname(os.path.dirname(here)), "templates", "schemas")
    os.makedirs(folder, exist_ok=True)
    for name, text in files().items():
        _write(os.path.join(folder, name), text)
    for name, text in reference.files().items():
        path = os.path.join(os.path.dirname(os.path.dirname(here)), *name.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _write(path, text)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


if __name__ == "__main__":
    main()
