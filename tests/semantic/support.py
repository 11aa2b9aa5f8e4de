"""A model of the real one's architecture, small and random, and the same arithmetic written out number by number."""

import json
import math
import struct
from pathlib import Path

import numpy as np

WIDTH, HEADS, WIDE, LAYERS, PLACES = 8, 2, 12, 2, 32
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "worker", "##s", "claim", "job", "lock", "table", "zebra"]
VOCABULARY += [
    "stripe",
    "night",
    "queue",
    "the",
    "a",
    "how",
    "do",
    "##ing",
    "un",
    "##able",
    ".",
    "-",
    "8",
    "京",
]
EPSILON = 1e-12


def weights(seed: int = 3) -> dict[str, np.ndarray]:
    """Random weights by the names of the real file."""
    chance = np.random.default_rng(seed)

    def draw(*shape: int) -> np.ndarray:
        return (chance.standard_normal(shape) * 0.5).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": draw(len(VOCABULARY), WIDTH),
        "embeddings.position_embeddings.weight": draw(PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": draw(2, WIDTH),
        "embeddings.LayerNorm.weight": draw(WIDTH),
        "embeddings.LayerNorm.bias": draw(WIDTH),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        for name in (
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
        ):
            found |= {f"{at}.{name}.weight": draw(WIDTH, WIDTH), f"{at}.{name}.bias": draw(WIDTH)}
        found |= {
            f"{at}.intermediate.dense.weight": draw(WIDE, WIDTH),
            f"{at}.intermediate.dense.bias": draw(WIDE),
        }
        found |= {f"{at}.output.dense.weight": draw(WIDTH, WIDE), f"{at}.output.dense.bias": draw(WIDTH)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            found |= {f"{at}.{name}.weight": draw(WIDTH), f"{at}.{name}.bias": draw(WIDTH)}
    return found


def safetensors(tensors: dict[str, np.ndarray]) -> bytes:
    """The bytes of a file that holds ``tensors``."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, values in tensors.items():
        kind = {"<f4": "F32", "<f2": "F16", "<f8": "F64", "<i8": "I64"}[values.dtype.str]
        begin = len(data)
        data += values.tobytes()
        header[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": [begin, len(data)]}
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + data


def put_model(folder: Path, seed: int = 3) -> Path:
    """A model's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "layer_norm_eps": EPSILON,
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(safetensors(weights(seed)))
    return folder


def slow(found: dict[str, np.ndarray], sequence: list[int]) -> list[float]:
    """The vector of one sequence by loops over Python's own floats, erf from the standard library."""
    get = {name: values.astype(float).tolist() for name, values in found.items()}

    def dense(rows: list[list[float]], name: str) -> list[list[float]]:
        weight, bias = get[f"{name}.weight"], get[f"{name}.bias"]
        return [
            [
                sum(x * w for x, w in zip(row, line, strict=True)) + b
                for line, b in zip(weight, bias, strict=True)
            ]
            for row in rows
        ]

    def norm(rows: list[list[float]], name: str) -> list[list[float]]:
        out = []
        for row in rows:
            mean = sum(row) / len(row)
            deviation = math.sqrt(sum((x - mean) ** 2 for x in row) / len(row) + EPSILON)
            pairs = zip(row, get[f"{name}.weight"], get[f"{name}.bias"], strict=True)
            out.append([(x - mean) / deviation * w + b for x, w, b in pairs])
        return out

    def plus(one: list[list[float]], other: list[list[float]]) -> list[list[float]]:
        return [[x + y for x, y in zip(a, b, strict=True)] for a, b in zip(one, other, strict=True)]

    pieces, places = get["embeddings.word_embeddings.weight"], get["embeddings.position_embeddings.weight"]
    kind = get["embeddings.token_type_embeddings.weight"][0]
    state = [
        [x + y + z for x, y, z in zip(pieces[n], places[i], kind, strict=True)]
        for i, n in enumerate(sequence)
    ]
    state = norm(state, "embeddings.LayerNorm")
    size = WIDTH // HEADS
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (
            dense(state, f"{at}.attention.self.{name}") for name in ("query", "key", "value")
        )
        joined = [[0.0] * WIDTH for _ in state]
        for head in range(HEADS):
            part = range(head * size, (head + 1) * size)
            for i, row in enumerate(query):
                scores = [math.exp(sum(row[d] * other[d] for d in part) / math.sqrt(size)) for other in key]
                for d in part:
                    joined[i][d] = sum(s * v[d] for s, v in zip(scores, value, strict=True)) / sum(scores)
        attended = dense(joined, f"{at}.attention.output.dense")
        state = norm(plus(state, attended), f"{at}.attention.output.LayerNorm")
        wide = dense(state, f"{at}.intermediate.dense")
        wide = [[x / 2 * (1 + math.erf(x / math.sqrt(2))) for x in row] for row in wide]
        state = norm(plus(state, dense(wide, f"{at}.output.dense")), f"{at}.output.LayerNorm")
    mean = [sum(column) / len(state) for column in zip(*state, strict=True)]
    length = math.sqrt(sum(x * x for x in mean))
    return [x / length for x in mean]
