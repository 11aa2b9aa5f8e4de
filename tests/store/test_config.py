"""config.toml: every key has a default, and a mistake is named, not passed over."""

from pathlib import Path

import pytest

from agentmem.errors import ConfigError
from agentmem.store import config


def load(tmp_path, text):
    (tmp_path / "config.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return config.load(str(tmp_path))


def test_defaults(tmp_path):
    """Without a file, and with an empty one, everything has its default."""
    assert config.load(str(tmp_path)) == config.Config()
    assert load(tmp_path, "") == config.Config()
    assert load(tmp_path, "# only a comment\n") == config.Config()


def test_values(tmp_path):
    """Every key that the template names is read."""
    text = 'trunk = "develop"\n[recall]\nlimit = 3\nbudget = 0\n[output]\nbudget = 100\n[check]\nmissing-id = "off"\n'
    wanted = config.Config("develop", 3, 0, 100, rules={"missing-id": "off"}, rule_lines={"missing-id": 8})
    assert load(tmp_path, text) == wanted


def test_ignores(tmp_path):
    """Each is read with its line, in either way of writing tables."""
    text = """# why
[check]
size = "off"

[[check.ignore]]
rule = "near-duplicate"
memory = "7k3m9q"  # the one for arm64
reason = "two platforms, on purpose"

  [[ check.ignore ]]
rule = "secret"
path = "facts/**"
reason = "fixtures"
"""
    first = config.Ignore("near-duplicate", "two platforms, on purpose", memory="7k3m9q", line=5)
    second = config.Ignore("secret", "fixtures", path="facts/**", line=10)
    for found in (load(tmp_path, text), load(tmp_path, text.replace("\n", "\r\n"))):
        assert found.ignores == (first, second)
        assert found.rules == {"size": "off"}
    inline = 'check.ignore = [{rule = "secret", path = "facts/**", reason = "fixtures"}]'
    assert load(tmp_path, inline).ignores == (second._replace(line=1),)


def test_what_is_shipped(tmp_path):
    """The template and the example say the same but for the trunk, and what stands in comments there is right."""
    shipped = [
        (Path(__file__).parents[2] / path / "config.toml").read_text()
        for path in ("templates", ".agentmem.example")
    ]
    assert shipped[0].replace("@trunk@", "main") == shipped[1]
    assert load(tmp_path, shipped[1]) == config.Config("main")
    lines = [
        line[2:]
        for line in shipped[1].splitlines()
        if line.startswith("# ") and (" = " in line or "[" in line)
    ]
    found = load(tmp_path, "\n".join(lines))
    assert found.rules == {"missing-id": "off"} and len(found.ignores) == 1
    assert found.claim_remote == "origin"
    assert found.semantic == config.Semantic(True, "models/minilm", "embed --stdin")
    assert found.model_command == "phrase --stdin" and found.exact_tokens
    plain = {"exact_tokens": False, "rules": {}, "ignores": (), "claim_remote": None, "model_command": None}
    plain["rule_lines"] = {}
    assert found._replace(**plain, semantic=config.Semantic()) == config.Config(rules={})


def test_a_bom_and_crlf(tmp_path):
    """A file that a Windows editor has saved is read."""
    assert load(tmp_path, b'\xef\xbb\xbftrunk = "develop"\r\n').trunk == "develop"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("trunk = ", "config.toml"),
        ("\n\ntrunk = = 1", "line 3"),
        ("trunk = 5", "config.toml:1: trunk must be text"),
        ("trunk = 'main'\n\n[recall]  # budgets\n  limit = -1", "config.toml:4: recall.limit must be"),
        ("recall.limit = -1", "config.toml:1: recall.limit must be"),
        ("recall = {limit = -1}", "config.toml: recall.limit must be"),
        ("[recall]\nlimit = 5\n[claims]\nlimit = -1", "config.toml:4: claims.limit must be"),
        ("[claims]\nttl = 59", "config.toml:2: claims.ttl must be from 60 to 604,800 seconds"),
        ("[claims]\nttl = 604801", "claims.ttl must be from 60"),
        ("[claims]\nttl = 10000000000000000000", "claims.ttl must be from 60"),
        ('[recall]\nlimit = "six"', "limit must be"),
        ("[recall]\nlimit = true", "limit must be"),
        ("[recall]\nlimit = 1.5", "limit must be"),
        ("[semantic]\nenabled = 1", "enabled must be true or false"),
        ("[semantic]\nmodel = true", "model must be text"),
        ("[semantic]\nmodels = 'x'", "semantic.models"),
        ("recall = 6", "recall must be a table"),
        ("[recall]\nlimits = 6", "recall.limits"),
        ("trunc = 'main'", "trunc"),
        ("[ouput]\nbudget = 1", "ouput"),
        ("[check]\nmissing-id = 'of'", "missing-id"),
        ("[check]\nmissing-id = 3", "missing-id"),
        ("[check]\nignore = 'x'", "check.ignore must be tables"),
        ("[check]\nignore = ['x']", "check.ignore must be tables"),
        ("[[check.ignore]]\nmemory = '7k3m9q'\nreason = 'x'", ":1: check.ignore does not say which rule"),
        (
            "\n[[check.ignore]]\nrule = 'secret'\nmemory = '7k3m9q'",
            ":2: check.ignore of secret has no reason",
        ),
        ("[[check.ignore]]\nrule = 'secret'\nmemory = '7k3m9q'\nreason = ' '", "reason must be text"),
        ("[[check.ignore]]\nrule = 'secret'\nreason = 'x'", "does not say what"),
        ("[[check.ignore]]\nrule = 'secret'\nreason = 'x'\nmemory = '7k3'", "'7k3' is no id"),
        ("[[check.ignore]]\nrule = 'secret'\nreason = 'x'\npath = 3", "path must be text"),
        ("[[check.ignore]]\nrule = 'secret'\nreason = 'x'\npath = 'a'\nid = 'b'", "has no key 'id'"),
        (b"\xff\xfe", "config.toml"),
        ("a = " + "[" * 20_000, "lists or tables nested too deep"),
        ("a = " + "{a = " * 20_000, "lists or tables nested too deep"),
        ("[recall]\nlimit = " + "1" * 5000, "4300 digits"),
    ],
)
def test_mistakes_are_named(tmp_path, text, says):
    """A mistake is an error that names the file and the key."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert says in caught.value.message
    assert "config.toml" in caught.value.message


def test_a_mistake_on_the_command_line(store):
    """A broken configuration is exit 2 with one line and a hint, and what does not need it still works."""
    store.write("config.toml", "[recall]\nlimits = 6\n")
    refused = store.call("recall", "x")
    assert refused.code == 2
    assert refused.err.startswith("error: ") and "recall.limits" in refused.err
    assert len(refused.err.splitlines()) == 2
    assert store.call("help").code == 0


def test_an_unknown_rule_in_the_configuration(store):
    """A rule that does not exist, set in the configuration, is exit 2 and names the nearest."""
    store.write("config.toml", "[check]\nmising-id = 'off'\n")
    refused = store.call("check")
    assert refused.code == 2
    assert "did you mean missing-id" in refused.err


def test_budgets_of_the_configuration_are_obeyed(store):
    """Limit and budget of the file hold where the command line says nothing, and give way to it."""
    for number in range(20):
        store.remember(number, title=f"zebra {number}")
    store.write("config.toml", "[recall]\nlimit = 2\nbudget = 0\n[output]\nbudget = 100\n")
    assert len(store.json("recall", "zebra")["hits"]) == 2
    assert len(store.json("recall", "zebra", "--limit", "5")["hits"]) == 5
    assert len(store.ok("list").splitlines()) < 12
    assert len(store.ok("list", "--budget", "0").splitlines()) == 21


def test_trunk_decides_what_gets_a_branch(store):
    """On the trunk that the configuration names a memory has no branch; on any other it has."""
    store.write("config.toml", 'trunk = "develop"\n')
    here = store.json("add", "fact", "One")["path"]
    assert "branch: main" in (store.path / here).read_text()
    store.git("switch", "-q", "-c", "develop")
    there = store.json("add", "fact", "Two")["path"]
    assert "branch:" not in (store.path / there).read_text()
