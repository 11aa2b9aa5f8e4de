"""The schemas as they ship: as files, as `export schema` prints them, and the one of front matter."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

import agentmem
from agentmem.cli import generate
from agentmem.model import fields
from agentmem.model.fields import Type
from agentmem.output import schemas
from agentmem.store import resources
from tests import support

EXAMPLES = sorted((Path(__file__).parent.parent.parent / ".agentmem.example").glob("*/*.md"))
SCHEMAS = schemas.all_schemas()
FRONT_MATTER = Draft202012Validator(SCHEMAS["memory"])


def test_the_shipped_files_are_current():
    """templates/schemas holds what `make generate` writes, and no other schema."""
    files = generate.files()
    for name, text in files.items():
        assert resources.read(f"schemas/{name}") == text, f"{name}: make generate"
    package = Path(agentmem.__file__).parent
    folders = [root / "templates" / "schemas" for root in (package, package.parent)]
    folder = next(folder for folder in folders if folder.is_dir())
    assert {path.name for path in folder.iterdir()} == set(files)


def test_export_prints_the_shipped_file(repo):
    """`export schema NAME` gives each, with no store needed; without a name that of the front matter."""
    for name in SCHEMAS:
        assert repo.ok("export", "schema", name) == resources.read(f"schemas/{name}.json")
    assert repo.ok("export", "schema") == repo.ok("export", "schema", "memory")


def test_export_of_an_unknown_schema(repo):
    """A name that is none is a usage error with the nearest and all there are; jsonl takes none."""
    ran = repo.call("export", "schema", "recal")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith('error: no schema "recal"\nhint: did you mean recall? schemas: recall list ')
    assert repo.call("export", "jsonl", "recall").code == 2


def front_matter(text):
    """The front matter as YAML loads it, numbers and flags as the schema has them."""
    meta = yaml.load(text.split("---\n")[1], yaml.BaseLoader)
    for key, value in meta.items():
        spec = fields.BY_NAME.get(key)
        if spec and spec.type is Type.NUMBER:
            meta[key] = int(value)
        elif spec and spec.type is Type.FLAG:
            meta[key] = value == "true"
    return meta


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_front_matter_of_the_examples(path):
    """What stands at the head of our own memories keeps to the schema of front matter."""
    assert FRONT_MATTER.is_valid(front_matter(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "short"),
        ("kind", "desicion"),
        ("status", "done"),
        ("created", "tomorrow"),
        ("importance", 6),
        ("pin", "perhaps"),
        ("tags", [1]),
        ("tags", ["a", "a"]),
        ("cites", [{"symbol": "f"}]),
    ],
)
def test_bad_front_matter(key, value):
    """A wrong value of a key that we know is refused; a key that we do not know is not."""
    good = front_matter(support.memory("7k3m9qwpdx2v", pin="true", importance="5", mine="{a: b}"))
    assert FRONT_MATTER.is_valid(good)
    assert not FRONT_MATTER.is_valid({**good, key: value})
