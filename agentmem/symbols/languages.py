"""Which language a file is in: by its name, else by its first line."""

import re

_ENDINGS = {
    "python": "py pyi pyw",
    "javascript": "js jsx mjs cjs",
    "typescript": "ts mts cts",
    "tsx": "tsx",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "c": "c",
    "cpp": "cc cpp cxx c++ h hh hpp hxx h++ ipp inl tpp cu cuh",
    "csharp": "cs csx",
    "ruby": "rb rake gemspec ru",
    "php": "php phtml php5 php7",
    "shell": "sh bash zsh ksh bats",
    "sql": "sql psql ddl",
    "markdown": "md markdown mdown mkd",
    "make": "mk mak",
    "dockerfile": "dockerfile",
}
_BY_ENDING = {ending: language for language, endings in _ENDINGS.items() for ending in endings.split()}
_BY_NAME = {
    "makefile": "make",
    "gnumakefile": "make",
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "rakefile": "ruby",
    "gemfile": "ruby",
    "vagrantfile": "ruby",
    "guardfile": "ruby",
    "brewfile": "ruby",
    "sconstruct": "python",
    "sconscript": "python",
    ".bashrc": "shell",
    ".bash_profile": "shell",
    ".bash_aliases": "shell",
    ".profile": "shell",
    ".zshrc": "shell",
    ".zshenv": "shell",
    ".zprofile": "shell",
}
_PROGRAMS = {
    "python": "python",
    "pypy": "python",
    "node": "javascript",
    "nodejs": "javascript",
    "bun": "typescript",
    "deno": "typescript",
    "ts-node": "typescript",
    "tsx": "typescript",
    "ruby": "ruby",
    "php": "php",
    "sh": "shell",
    "bash": "shell",
    "dash": "shell",
    "ash": "shell",
    "zsh": "shell",
    "ksh": "shell",
    "bats": "shell",
    "make": "make",
}
# `uv` and `pipx` run scripts of Python; the version behind a name (python3.12) is none of it
_RUNNERS = {"uv": "python", "pipx": "python"}
_VERSION = re.compile(r"[0-9.]+$")

NAMES = tuple(_ENDINGS)
"""Every language known, whichever finder reads it."""


def language_of(path: str, first_line: str = "") -> str | None:
    """The language of the file at ``path``, one of ``NAMES``; ``first_line`` decides where the name does not."""
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    if found := _BY_NAME.get(name):
        return found
    stem, dot, ending = name.rpartition(".")
    if dot and (found := _BY_ENDING.get(ending)):
        return found
    if _BY_NAME.get(name.partition(".")[0]) in ("make", "dockerfile"):  # Dockerfile.dev, Makefile.am
        return _BY_NAME[name.partition(".")[0]]
    if stem and dot and ending not in ("in", "txt", "cgi", "tmpl", "template"):
        return None
    return _of_shebang(first_line)


def _of_shebang(line: str) -> str | None:
    """The language of the program that ``#!`` names; options and assignments of ``env`` are passed over."""
    line = line[:256].removeprefix("\ufeff")
    if not line.startswith("#!"):
        return None
    for word in line[2:].split():
        program = word.rpartition("/")[2]
        if program == "env" or program.startswith("-") or "=" in program:
            continue
        return _RUNNERS.get(program) or _PROGRAMS.get(_VERSION.sub("", program).rstrip("-"))
    return None
