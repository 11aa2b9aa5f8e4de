"""What the token estimate is worth: its error against the o200k count, by category of text.

The real count comes from ``rs-bpe`` (``pip install rs-bpe``), which bundles the vocabulary; it agreed with
``gpt-tokenizer`` of npm on 4,752 texts of 4,752. ``tiktoken`` would fetch the vocabulary: no use offline.
Texts that are not on this machine are left out. ``AGENTMEM_BENCH_DATA`` names the folder of
``memories.jsonl``, ``AGENTMEM_BENCH_OUTPUTS`` a markdown file of example outputs.

    python benchmarks/token_estimate.py

Exits 1 when the estimate of any category is more than 5 % too low in total.
"""

import base64
import glob
import json
import os
import random
import re
import sys
import sysconfig
import time
from collections.abc import Callable

from agentmem.model.tokens import estimate

LIMIT = -0.05
LONG = 200
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LANGUAGES = {
    "Chinese": "zh_CN",
    "Japanese": "ja",
    "Korean": "ko",
    "Russian": "ru",
    "Arabic": "ar",
    "German": "de",
}


def pieces(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text) - size // 2, size)]


def read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def translations(language: str) -> list[str]:
    """Messages of installed programs, as prose of ``language``; lists of countries and tongues are none."""
    import gettext

    found: list[str] = []
    for path in sorted(glob.glob(f"/usr/share/locale/{language}/LC_MESSAGES/*.mo")):
        if "iso_" in path or "iso-" in path or "xkeyboard" in path:
            continue
        try:
            with open(path, "rb") as file:
                catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        except (OSError, UnicodeDecodeError, ValueError):
            continue
        found += [value for key, value in catalog.items() if key and value != key and len(value) > 12]
    return pieces("\n".join(map(str, found)), 800)[:80]


def of_disk(chance: random.Random) -> dict[str, list[str]]:
    library = sysconfig.get_path("stdlib")
    sources = [read(path) for path in sorted(glob.glob(f"{library}/*.py"))]
    licenses = [read(path) for path in sorted(glob.glob("/usr/share/common-licenses/*"))]
    texts = {"python": sources, "prose": [part for text in licenses for part in pieces(text, 1200)][:300]}
    texts |= {name: translations(code) for name, code in LANGUAGES.items()}
    headers = glob.glob("/usr/include/**/*.h", recursive=True) + glob.glob(
        f"{library}/**/*.py", recursive=True
    )
    if len(headers) > 40:
        texts["paths"] = ["\n".join(chance.sample(sorted(headers), 40)) for _ in range(40)]
    folder = os.environ.get("AGENTMEM_BENCH_DATA", "")
    if os.path.exists(path := os.path.join(folder, "memories.jsonl")):
        memories = [json.loads(line) for line in read(path).splitlines()]
        texts["memories"] = [memory["body"] for memory in memories]
        texts["tables"] = [
            "| id | title | when |\n| --- | --- | --- |\n"
            + "\n".join(
                f"| `{m['id'][:6]}` | {m['title']} | {m['created']} |" for m in chance.sample(memories, 12)
            )
            for _ in range(40)
        ]
        texts["json"] = [json.dumps({k: v for k, v in m.items() if k != "body"}) for m in memories[:200]]
    if os.path.exists(path := os.environ.get("AGENTMEM_BENCH_OUTPUTS", "")):
        texts["outputs"] = re.findall(r"^````text\n(.*?)````", read(path), re.M | re.S)
    return texts


def made_up(chance: random.Random) -> dict[str, list[str]]:
    def word(size: int) -> str:
        return "".join(chance.choice(ALPHABET) for _ in range(size))

    def when() -> str:
        month, day, hour, minute = (chance.randint(1, top) for top in (12, 28, 23, 59))
        return f"2026-{month:02}-{day:02}T{hour:02}:{minute:02}:07Z"

    def yaml() -> str:
        folder, name = chance.choice(["queue", "api", "db"]), chance.choice(["claim", "pool", "jobs"])
        path = f"server/src/{folder}/{name}.ts"
        return (
            f"---\nid: {word(12)}\nkind: fact\ncreated: {when()}\nby: worker-{chance.randint(1, 9)}\n"
            f"tags: [queue, postgres]\ncites:\n- path: {path}\n  lines: 40-52\n  commit: "
            f"{chance.randbytes(20).hex()}\n  hash: {word(12)}\n---\n"
        )

    faces = [
        "😀",
        "🎉",
        "🚀",
        "✅",
        "❌",
        "⚠️",
        "👍🏽",
        "👨‍👩‍👧",
        "❤️",
        "🔥",
        "💡",
        "🐛",
        "✨",
        "📝",
        "🇩🇪",
        "→",
        "•",
        "🔒",
        "📦",
    ]
    common = (
        "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得"
        "里后自以会家可下而过天去能对小多然于心学"
    )
    makers: dict[str, Callable[[], str]] = {
        "ids": lambda: " ".join(word(6) for _ in range(150)),
        "times": lambda: "\n".join(when() for _ in range(40)),
        "yaml": lambda: "".join(yaml() for _ in range(4)),
        "base64": lambda: base64.b64encode(chance.randbytes(600)).decode(),
        "hex": lambda: " ".join(chance.randbytes(20).hex() for _ in range(20)),
        "emoji": lambda: " ".join(chance.choice(faces) for _ in range(200)),
        "han, common": lambda: "".join(chance.choice(common) for _ in range(400)),
        "han, any": lambda: "".join(chr(chance.randint(0x4E00, 0x9FFF)) for _ in range(400)),
    }
    return {name: [make() for _ in range(20)] for name, make in makers.items()}


def main() -> int:
    try:
        from rs_bpe import openai
    except ImportError:
        print("skipped: no tokenizer; pip install rs-bpe")
        return 0
    count = openai.o200k_base().count
    chance = random.Random(2026)
    failed = False
    print(f"| category | texts | tokens | error in all | mean error | worst under, {LONG}+ tokens |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    characters, seconds = 0, 0.0
    for name, texts in (of_disk(chance) | made_up(chance)).items():
        texts = [text for text in texts if text.strip()]
        if not texts:
            continue
        real = [count(text) for text in texts]
        start = time.perf_counter()
        ours = [estimate(text) for text in texts]
        seconds += time.perf_counter() - start
        characters += sum(map(len, texts))
        errors = [a / b - 1 for a, b in zip(ours, real, strict=True)]
        worst = min((error for error, size in zip(errors, real, strict=True) if size >= LONG), default=0.0)
        total = sum(ours) / sum(real) - 1
        failed |= total < LIMIT
        mark = " (too low)" if total < LIMIT else ""
        mean = sum(errors) / len(errors)
        print(
            f"| {name} | {len(texts)} | {sum(real):,} | {total:+.1%}{mark} | {mean:+.1%} |"
            f" {min(worst, 0):.1%} |"
        )
    print(f"\n{characters / seconds / 1e6:.1f} million characters a second")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
