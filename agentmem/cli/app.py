"""The commands as a typer application: help, completion, and the last word on what is wrong with a command line."""

import importlib
import re
from typing import Any

import typer

from agentmem.cli.call import Call
from agentmem.cli.quick import FLAG, MANY, NUMBER, ONE, Verb
from agentmem.errors import EXIT_OK, UsageError

COMMANDS = (
    ("brief", "brief:brief"),
    ("recall", "recall:recall"),
    ("add", "add:add"),
    ("remember", "add:add"),
    ("show", "show:show"),
    ("list", "list:list_memories"),
    ("edit", "edit:edit"),
    ("supersede", "supersede:supersede"),
    ("retract", "retract:retract"),
    ("restore", "restore:restore"),
    ("cite", "cite:cite"),
    ("verify", "verify:verify"),
    ("history", "history:history"),
    ("diff", "diff:diff"),
    ("overlay", "overlay:overlay"),
    ("conflicts", "conflicts:conflicts"),
    ("task", "task:task"),
    ("plan", "plan:plan"),
    ("overview", "overview:overview"),
    ("next", "next:next_tasks"),
    ("claim", "claim:claim"),
    ("claims", "claims:claims"),
    ("done", "done:done"),
    ("fail", "fail:fail"),
    ("handoff", "handoff:handoff"),
    ("sync", "sync:sync"),
    ("cost", "cost:cost"),
    ("forget", "forget:forget"),
    ("reflect", "reflect:reflect"),
    ("tidy", "tidy:tidy"),
    ("model", "model:model"),
    ("check", "check:check"),
    ("init", "init:init"),
    ("hooks", "hooks:hooks"),
    ("import", "import_:import_memories"),
    ("export", "export:export"),
    ("watch", "watch:watch"),
    ("mcp", "mcp:mcp"),
    ("index", "index:index"),
    ("doctor", "doctor:doctor"),
    ("completion", "completion:completion"),
    ("demo", "demo:demo"),
    ("status", "status:status"),
    ("merge-driver", "merge_driver:merge_driver"),
    ("session", "session:session"),
    ("complete", "completion:complete"),
    ("hook", "hook:hook"),
)
"""Every verb and its function, in the order of the help."""


def load(name: str) -> Any:
    """The function of one verb, its annotations readable for typer."""
    module_name, _, function = dict(COMMANDS)[name].partition(":")
    module = importlib.import_module(f"agentmem.cli.commands.{module_name}")
    vars(module).setdefault("typer", typer)  # its annotations name typer, which it does not import
    return getattr(module, function)


def command(name: str) -> Any:
    """The click command of one verb."""
    application = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    settings = {"help_option_names": ["-h", "--help"]}
    application.command(name=name, context_settings=settings)(load(name))
    return typer.main.get_command(application)


def run(name: str, words: list[str], call: Call) -> int:
    """Run one verb through typer.

    Raises:
        UsageError: what typer found wrong, in our form.

    """
    try:
        code = command(name).main(args=words, prog_name=f"agentmem {name}", standalone_mode=False, obj=call)
    except Exception as problem:
        if not hasattr(problem, "format_message"):
            raise
        message = re.sub(r"\s+", " ", str(problem.format_message())).rstrip(".")
        text = message[:1].lower() + message[1:]
        written = [word for word in words if word.startswith("-") and " " in word]
        if text.startswith("no such option") and written:  # a text and no option, such as "- a title"
            raise UsageError(
                text, f"a text that begins with - comes last, after --: agentmem {name} … -- TEXT"
            ) from None
        raise UsageError(text, f"agentmem {name} -h") from None
    return code if isinstance(code, int) else EXIT_OK


def grammar() -> dict[str, Verb]:
    """The table that ``quick`` parses by, read off the typer commands."""
    verbs = {}
    for name, function in COMMANDS:
        options: dict[str, tuple[str, str]] = {}
        arguments = []
        required = []
        built = command(name)
        for parameter in built.params:
            form = _form(parameter)
            if parameter.param_type_name == "argument":
                arguments.append((parameter.name, form, parameter.required))
            elif parameter.name != "help":
                options.update((flag, (parameter.name, form)) for flag in parameter.opts)
                required += [parameter.name] if parameter.required else []
        summary = (built.help or "").strip().split("\n")[0].rstrip(".")
        verbs[name] = Verb(function, summary, options, tuple(arguments), tuple(required))
    return verbs


def _form(parameter: Any) -> str:
    if getattr(parameter, "is_flag", False):
        return FLAG
    if parameter.multiple or parameter.nargs == -1:
        return MANY
    return NUMBER if parameter.type.name in ("int", "integer") else ONE
