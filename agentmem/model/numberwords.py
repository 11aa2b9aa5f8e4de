"""Numbers that are written as words, in digits: "sixty days" is another number of days than "thirty days" is."""

import re

_SAID = """
two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13 fourteen:14 fifteen:15 sixteen:16
seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90 hundred:100
thousand:1000
"""
_DIGITS = dict(pair.split(":") for pair in _SAID.split())
"""Not "one", which is a word of every day."""


def in_digits(text: str) -> str:
    """``text`` with each number word in digits, each for itself: "sixty-four" is "60-4"."""
    found = [word for word in _DIGITS if word in text or word.capitalize() in text]
    if not found:
        return text
    return re.sub(
        rf"\b(?:{'|'.join(found)})\b", lambda match: _DIGITS[match[0].lower()], text, flags=re.IGNORECASE
    )
