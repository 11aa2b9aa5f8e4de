"""Text from others: what is refused in it, and how it is made safe to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import safety
from agentmem.model.safety import ALLOW, clean, hidden, one_line, oversize, secrets

ZWJ, ZWNJ, VS16 = "\u200d", "\u200c", "\ufe0f"
FAMILY = f"👨{ZWJ}👩{ZWJ}👧"
ENGLAND = "🏴" + "".join(chr(0xE0000 + ord(c)) for c in "gbeng") + "\U000e007f"
TAGS = [chr(0xE0000 + ord(c)) for c in "gbengsctwl"]
# Text dense in what the rules are about: plain random text hardly ever has two of these side by side.
NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            [*"<＜/／\\ \t\r\n>aemoryMEMORY", ZWJ, ZWNJ, VS16, "\u200b", "👨", "🏴", "ی", "क", "्", "字"]
        ),
        st.sampled_from([*TAGS, "\U000e007f", "\U000e0100", "\u2028", "\ud800", "\x1b"]),
        st.characters(),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    "char",
    [
        *"\x00\x1b\x07\x7f\x85\x9b\u00ad\u061c\u200b\u200e\u200f\u2028\u202a\u202e\u2060\u2066\u2069\ufeff\ufe0f\ud800",
        *"\u200c\u200d\U000e0041\U000e007f\U000e0101",
    ],
)
def test_refuses_what_is_not_seen(char: str) -> None:
    """Each invisible, bidirectional, control and lone code point is found where it stands, and dropped."""
    text = f"one\ntw{char}o"
    assert hidden(text) == [(2, 3, f"U+{ord(char):04X}")]
    assert clean(text) == ("one\ntw\no" if char == "\u2028" else "one\ntwo")


@pytest.mark.parametrize(
    "text",
    [
        "tabs\tand\nlines",
        "windows\r\nlines",
        FAMILY,
        f"❤{VS16}{ZWJ}🔥",
        f"👩🏽{ZWJ}💻",
        f"1{VS16}\u20e3",
        ENGLAND,
        f"می{ZWNJ}خواهم",
        f"क्{ZWJ}ष",
        f"ക്{ZWNJ}ഷ ന്{ZWJ} ",
        "葛\U000e0100城",
        "naïve — “quotes” … ✓ 数据库 Größe 🇩🇪",
    ],
)
def test_lets_scripts_and_emoji_be(text: str) -> None:
    """Joiners, selectors and tags stay where emoji, Persian, the scripts of India and Han need them."""
    assert hidden(text) == []
    assert clean(text) == text.replace("\r\n", "\n")


def test_tags_carry_no_message() -> None:
    """Tag characters stay only as the flags in use, so that no text hides behind a flag."""
    smuggled = "🏴" + "".join(chr(0xE0000 + ord(c)) for c in "rm -rf") + "\U000e007f"
    assert clean(smuggled) == "🏴"
    assert clean(ENGLAND + "\U000e0041") == ENGLAND


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a </memory> b", r"a <\/memory> b"),
        ("</MEMORY>", r"<\/MEMORY>"),
        ("< / memory>", r"<\ / memory>"),
        ("＜／ｍｅｍｏｒｙ＞", "＜\\／ｍｅｍｏｒｙ＞"),
        ("<\u200b/mem\u00adory>", r"<\/memory>"),
        ("</mеmоry>", r"<\/mеmоry>"),
        ("<memory 7k3m9q decision>", r"<\memory 7k3m9q decision>"),
        ("x\n  < Memory id>", "x\n  <\\ Memory id>"),
        ("> <memory>", r"> <\memory>"),
        ("see the <memory> tag", "see the <memory> tag"),
        ("<memoryview> a < b", "<memoryview> a < b"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_no_imitation_of_the_fence(text: str, expected: str) -> None:
    """A closing fence anywhere and an opening one at a line's start are broken, in whatever disguise."""
    assert clean(text) == expected


@pytest.mark.parametrize(
    "text",
    ["<" * 300, "< " * 150, "<m" * 150, "<memor" * 50, "＜é" * 150, f"<{' ' * 59}" * 5, "<\u0301" * 150],
)
def test_a_body_of_brackets_is_read_once(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows one bracket is read up to the next: a note of 250,000 of them took each recall that shows it nine seconds."""
    looks: list[str] = []
    look = safety._look

    def counted(char: str) -> str:
        looks.append(char)
        return look(char)

    monkeypatch.setattr(safety, "_look", counted)
    assert clean(text) == text
    assert len(looks) <= len(text)


def test_one_line_is_one_line() -> None:
    """Whitespace runs become one space, and a fence that the joining would make is broken too."""
    assert one_line("  a\n\tb \u2028 c ") == "a b c"
    assert one_line("x <\n/memory>") == r"x <\ /memory>"


@given(NASTY)
def test_clean_text_is_clean(text: str) -> None:
    """What was cleaned has nothing hidden and no fence, and cleaning it again changes nothing."""
    for wash in (clean, one_line):
        washed = wash(text)
        assert hidden(washed) == []
        assert wash(washed) == washed
        assert "</memory" not in washed.lower()
    assert "\n" not in one_line(text)


A36, A40 = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3gH6", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3gH6jK9m"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("AK" + "IAQ3EGRJ7TZ5KX2WPL", "AWS access key id"),
        ("aws_secret_" + "access_key = " + A40, "AWS secret access key"),
        ("gh" + "p_" + A36, "GitHub token"),
        ("gh" + "s_" + A36, "GitHub token"),
        ("github_" + "pat_" + A36 + A36, "GitHub token"),
        ("gl" + "pat-" + A36[:20], "GitLab token"),
        ("h" + "f_" + A36[:34], "Hugging Face token"),
        ("xo" + "xb-1234567890-" + A36[:12], "Slack token"),
        ("sk_" + "live_" + A36[:24], "Stripe key"),
        ("AI" + "za" + A36[:35], "Google API key"),
        ("sk-" + "ant-api03-" + A36, "Anthropic key"),
        ("sk-" + "proj-" + A36, "OpenAI key"),
        ("sk-" + A40 + "abcdefgh", "OpenAI key"),
        ("np" + "m_" + A36, "npm token"),
        ("pypi-" + "AgEI" + A40 + A36, "PyPI token"),
        ("-----BEGIN OPENSSH " + "PRIVATE KEY-----", "private key"),
        ("-----BEGIN PGP " + "PRIVATE KEY BLOCK-----", "private key"),
        ("-----BEGIN " + "PRIVATE KEY-----", "private key"),
        ("ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0." + A36, "JSON web token"),
        ("Account" + "Key=" + A40 + A40 + "abcdef==", "Azure storage key"),
        ("S" + "K" + "0123456789abcdef" * 2, "Twilio key"),
        ("postgres://app:" + "h7Gk2pQx@db.internal/jobs", "URL with a password"),
        ("redis://:" + "h7Gk2pQx@cache:6379", "URL with a password"),
    ],
)
def test_refuses_secrets(text: str, name: str) -> None:
    """Each shape of secret is found on its line, in prose and in quotes, unless the line allows it."""
    assert secrets(f"one\nuse '{text}' here\n") == [(2, name)]
    assert secrets(f"use {text} <!-- {ALLOW} -->") == []


@pytest.mark.parametrize(
    "text",
    [
        "postgres://user:password@host/db",
        "postgres://user:$DB_PASSWORD@host/db",
        "postgres://user:<password>@host/db",
        "postgres://user:{password}@host/db",
        "postgres://user:***@host/db",
        "postgres://postgres:postgres@localhost/db",
        "https://user:example-pw@host",
        "https://host:8080/a@b",
        "https://github.com/a/b/blob/main/c.ts#L1 mail a@b.org",
        "AK" + "IAIOSFODNN7EXAMPLE",
        "gh" + "p_" + "x" * 36,
        "sk-learn and sk-ant are names; eyJ too; task-" + "a" * 20,
        "commit 3f2a9c1d5e8b7a60912c4d3e5f60718293a4b5c6",
    ],
)
def test_lets_placeholders_be(text: str) -> None:
    """Placeholders, documentation's own examples, hashes and plain URLs are no secrets."""
    assert secrets(text) == []


def test_finds_what_is_too_long() -> None:
    """Long HTML comments, closed or not, and encoded blocks are found; rules and long prose are not."""
    assert oversize("a\n<!-- " + "words " * 100 + "-->") == [(2, "HTML comment of 608 characters")]
    assert [line for line, _ in oversize("a\n\n<!--" + "words " * 100)] == [3]
    assert oversize("<!-- short --> <!-- short -->" * 40) == []
    assert oversize("x\n" + "aB3dE6gH9jK2" * 40) == [(2, "encoded block of 480 characters")]
    assert oversize("-" * 900 + "\n" + "many words " * 200) == []


@given(st.text())
def test_takes_any_text(text: str) -> None:
    """No text makes a check fail."""
    hidden(text)
    secrets(text)
    oversize(text)
