"""What kind of answer a question wants, a moment, a duration, how often or a number, and which texts have one.

Li and Roth, *Learning Question Classifiers* (COLING 2002), tell such kinds apart for the same end; of theirs those are here that
a text shows by its form.
"""

import re
from functools import cache

LONGEST = 300
"""Characters of what may be one question: a longer text speaks of many things, and asks for them by its words."""

MOMENT, DURATION, FREQUENCY, NUMBER = "a moment", "a duration", "how often", "a number"
OF = "a number of "
"""How a kind begins that counts something: what it is follows."""
_COUNTED = r"\bhow (?:many|much) ([a-z][a-z-]{2,})\b(?! ago)|\bnumber of ([a-z][a-z-]{2,})\b"

# "when x y" alone only says more of something
_AUXILIARY = "did|do|does|was|were|is|are|will|would|has|have|had|can|could|should|must|may"
_ASKS = (
    r"\bhow long (?P<ago>ago)\b",
    r"\bhow (?P<long>long)\b",
    r"\bhow (?P<often>often|frequently)\b",
    r"\bhow (?P<much>many|much|big|large|high|low|old|far|fast|slow|deep|wide|tall)\b",
    rf"(?P<when>^\W*when\b|\bwhen (?:{_AUXILIARY})\b|\b(?:what|which) (?:time|date|day|weekday|week|month|year)\b)",
    r"\b(?:what|which) (?P<what>percentage|percent|share|number|amount|age|price|cost|size|port|limit|timeout|version)\b",
)
_KINDS = {
    "ago": MOMENT,
    "long": DURATION,
    "often": FREQUENCY,
    "much": NUMBER,
    "when": MOMENT,
    "what": NUMBER,
}

_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|sixty|ninety|hundred"
    "|thousand|million|half|once|twice|couple|both|single|few|several"
)
_UNITS = (
    r"ms|s|min|h|(?:milli)?seconds?|minutes?|hours?|days?|nights?|weeks?|weekends?|months?|quarters?|years?|decades?"
    r"|sprints?"
)
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|march|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    "|dec(?:ember)?"
)
_DAYS = "mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?"
_SPANS = rf"night|week|weekend|month|year|spring|summer|fall|autumn|winter|quarter|sprint|{_DAYS}|{_MONTHS}"
_SAY = {
    NUMBER: rf"\d|\b(?:{_WORDS})\b",
    DURATION: rf"(?:\d|\b(?:{_WORDS}|a|an|the|all|whole)\b)[\w .-]{{0,12}}\b(?:{_UNITS})\b",
    FREQUENCY: r"\b(?:every|each|daily|weekly|monthly|hourly|nightly|yearly|annually|quarterly|once|twice|always|never|times?|per"
    r"|a (?:day|week|month|year))\b",
    MOMENT: rf"\b(?:yesterday|today|tonight|tomorrow|ago|recently|(?:last|next|this|past) (?:{_SPANS}|morning|evening|afternoon)"
    rf"|(?:last|past) (?:few|two|three|couple)|{_DAYS}|{_MONTHS}|(?:19|20)\d\d|\d+ ?[ap]m|\d{{1,2}}:\d\d)\b",
}


def wanted(question: str) -> str:
    """The kind of answer that ``question`` asks for; empty where its form tells none."""
    lowered = question.lower()
    if len(question) > LONGEST or not any(
        word in lowered for word in ("how ", "when", "what ", "which ", "number of ")
    ):
        return ""  # nothing is compiled for it
    if counted := re.search(_COUNTED, lowered):
        return f"{OF}{counted[1] or counted[2]}"
    found = re.search("|".join(_ASKS), lowered)
    return _KINDS[found.lastgroup] if found and found.lastgroup else ""


def has(kind: str, text: str) -> bool:
    """Whether ``text`` has an answer of that ``kind``; of something that is counted, its number."""
    return _says(kind).search(text) is not None


@cache
def _says(kind: str) -> re.Pattern[str]:
    if kind.startswith(OF):
        counted = re.escape(kind.removeprefix(OF).removesuffix("s"))
        return re.compile(rf"(?:\d|\b(?:{_WORDS})\b)[\d.,]*(?: [\w-]+){{0,2}} {counted}", re.IGNORECASE)
    return re.compile(_SAY[kind], re.IGNORECASE)
