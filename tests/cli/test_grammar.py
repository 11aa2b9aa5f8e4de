"""Two parsers, one command line: the quick one gives what typer gives, or leaves it to typer."""

import ast
import inspect
import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.cli import app, generate, grammar, quick
from agentmem.cli.call import Call
from agentmem.cli.quick import FLAG, MANY, NUMBER, ONE
from agentmem.errors import UsageError
from tests import support

VERBS = grammar.VERBS


def test_the_table_is_current():
    """grammar.py is what `make generate` writes from the typer commands, layout aside."""
    path = support.ROOT / "agentmem" / "cli" / "grammar.py"
    assert app.grammar() == grammar.VERBS
    assert ast.dump(ast.parse(path.read_text(encoding="utf-8"))) == ast.dump(ast.parse(generate.source()))


def test_every_command_has_a_summary_and_every_parameter_help():
    """Every command and every option says what it is for."""
    for name, _ in app.COMMANDS:
        built = app.command(name)
        assert built.help
        for parameter in built.params:
            if parameter.name != "help":
                assert parameter.help, f"{name} {parameter.name}"


def test_global_options_do_not_change_meaning_in_a_verb():
    """No verb takes a global option's flag for something else, or it would mean two things; ``init`` alone, which nobody runs as
    an agent, names by ``--agent`` those that it sets up.
    """
    for name, verb in VERBS.items():
        taken = {"--agent"} if name == "init" else set()
        assert set(verb.options) & set(quick.GLOBALS) == taken, name


class Taken(Exception):
    """What typer has passed to the function."""

    def __init__(self, arguments):
        super().__init__()
        self.arguments = arguments


COMMANDS = {}


def through_typer(name, words, monkeypatch):
    """The keyword arguments with which typer calls the verb's function; None where it refuses the words."""
    if name not in COMMANDS:
        real = app.load(name)
        signature = inspect.signature(real)

        def function(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            bound.arguments.pop("ctx")
            raise Taken(dict(bound.arguments))

        hints = typing.get_type_hints(real, include_extras=True)
        shown = [one.replace(annotation=hints[one.name]) for one in signature.parameters.values()]
        function.__signature__ = signature.replace(parameters=shown, return_annotation=int)
        function.__annotations__ = hints
        function.__doc__ = real.__doc__
        with monkeypatch.context() as patch:
            patch.setattr(app, "load", lambda _: function)
            COMMANDS[name] = app.command(name)
    try:
        COMMANDS[name].main(args=list(words), prog_name=name, standalone_mode=False, obj=Call())
    except Taken as taken:
        return taken.arguments
    except Exception as problem:
        if not hasattr(problem, "format_message"):
            raise
        return None
    raise AssertionError("typer did not call the function")


def through_quick(name, words):
    """The same by the quick parser; None where it leaves the words to typer."""
    found = quick.parse(VERBS[name], list(words))
    if found is None:
        return None
    bound = inspect.signature(app.load(name)).bind(None, **found)
    bound.apply_defaults()
    bound.arguments.pop("ctx")
    return dict(bound.arguments)


VALUES = st.one_of(
    st.sampled_from(
        [
            "",
            "x",
            "a b",
            "-",
            "--",
            "-x",
            "--kind",
            "5",
            "-5",
            "+5",
            " 5",
            "5.0",
            "1_000",
            "٣",
            "0",
            "a=b",
            "=",
            "--limit=3",
            "größe",
            "@x",
            "-h",
        ]
    ),
    st.text(max_size=5),
)


@st.composite
def command_lines(draw):
    """A verb and words made of its own grammar, some of them wrong."""
    name = draw(st.sampled_from(sorted(VERBS)))
    verb = VERBS[name]
    words = []
    for _, form, required in verb.arguments:
        least = 1 if required else 0
        words += [
            [word] for word in draw(st.lists(VALUES, min_size=least, max_size=3 if form == MANY else 1))
        ]
    flags = sorted(verb.options)
    for flag in draw(st.lists(st.sampled_from(flags), max_size=4)) if flags else ():
        form = verb.options[flag][1]
        value = draw(st.integers(-3, 3000).map(str) | VALUES if form == NUMBER else VALUES)
        shapes = [[flag]] if form == FLAG else [[flag, value], [flag, value], [f"{flag}={value}"]]
        words.append(
            draw(
                st.sampled_from(
                    [*shapes, *([[flag], [f"{flag}={value}"]] if draw(st.integers(0, 9)) == 0 else [])]
                )
            )
        )
    words += draw(
        st.lists(
            st.sampled_from([["--"], ["--nonsense"], ["-z"], ["--bud", "5"]]),
            max_size=draw(st.integers(0, 9)) // 8,
        )
    )
    order = draw(st.permutations(words))
    return name, [word for group in order for word in group]


@pytest.fixture(scope="module")
def module_patch():
    """One monkeypatch for all examples."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@settings(max_examples=600)
@given(line=command_lines())
def test_the_quick_parser_is_typers_equal(module_patch, line):
    """The quick parser gives exactly what typer passes to the function, or leaves the words to typer."""
    name, words = line
    try:
        mine = through_quick(name, words)
    except UsageError as error:
        # the one mistake that is told here: words left over after a glob; typer refuses them too
        assert "unexpected" in error.message
        assert through_typer(name, words, module_patch) is None
        return
    if mine is None:
        return
    assert through_typer(name, words, module_patch) == mine


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_correct_command_line_needs_no_typer(name):
    """What is written correctly, with every option of the verb at once, is parsed by the quick parser."""
    verb = VERBS[name]
    words = []
    for flag, (_, form) in verb.options.items():
        words += [flag] if form == FLAG else [flag, "5"]
    words += ["word"] * len(verb.arguments)
    found = quick.parse(verb, words)
    assert found is not None
    assert set(found) == {option for option, _ in verb.options.values()} | {
        argument for argument, _, _ in verb.arguments
    }


@pytest.mark.parametrize(
    "words",
    [
        ["list", "--json"],
        ["--json", "list"],
        ["list", "--kind", "fact", "--json"],
        ["--json", "list", "--kind", "fact"],
        ["list", "--json", "--kind", "fact"],
        ["--kind-is-not-global-but-json-is", "--json"],
    ],
)
def test_global_options_before_and_after(words):
    """Global options are taken out wherever they stand, and nothing else is."""
    if words[0].startswith("--kind"):
        with pytest.raises(UsageError):
            quick.split_globals(words, VERBS)
        return
    values, verb, rest = quick.split_globals(words, VERBS)
    assert (values, verb) == ({"json": True}, "list")
    assert rest in ([], ["--kind", "fact"])


def test_a_global_word_as_a_value_is_a_value():
    """What an option takes as its value is no global option, and what follows -- is none either."""
    assert quick.split_globals(["add", "fact", "x", "--body", "--json"], VERBS) == (
        {},
        "add",
        ["fact", "x", "--body", "--json"],
    )
    assert quick.split_globals(["recall", "--", "--json", "-q"], VERBS) == (
        {},
        "recall",
        ["--", "--json", "-q"],
    )
    assert quick.split_globals(["-C", "--json", "list"], VERBS) == ({"directory": "--json"}, "list", [])


@pytest.mark.parametrize("words", [["-C"], ["list", "--store"], ["--color"], ["list", "--agent"]])
def test_a_global_option_without_its_value(words):
    """A global option that lacks its value is a usage error, wherever it stands."""
    with pytest.raises(UsageError, match="needs a value"):
        quick.split_globals(words, VERBS)


@given(
    st.lists(
        st.sampled_from(
            [
                "--json",
                "-q",
                "-v",
                "list",
                "recall",
                "x",
                "--kind",
                "fact",
                "--",
                "-C",
                "d",
                "--color=never",
                "--budget",
                "5",
            ]
        ),
        max_size=8,
    )
)
def test_splitting_loses_no_word(words):
    """Every word is a global option, its value, the verb, or the verb's own, in the order they had."""
    try:
        values, verb, rest = quick.split_globals(words, VERBS)
    except UsageError:
        return
    it = iter(words)
    assert all(word in it for word in rest), "the verb's words in another order"
    taken = sum(2 if isinstance(v, str) else 1 for v in values.values()) + (verb is not None) + len(rest)
    assert taken <= len(words) or "--color=never" in words


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"status"}))
def test_every_verb_has_help(call, verb):
    """Every verb explains itself, outside of any repository too, and `help VERB` leads there."""
    for words in ((verb, "-h"), (verb, "--help")):
        done = call(*words)
        assert done.code == 0, done
        assert "usage:" in done.out.lower()
    assert VERBS[verb].help in call("help", verb).out


def test_one_of_each_form_is_there():
    """The property test above covers every form of option."""
    assert {form for verb in VERBS.values() for _, form in verb.options.values()} == {FLAG, ONE, NUMBER, MANY}
