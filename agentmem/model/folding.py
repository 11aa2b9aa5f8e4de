"""The one form in which names are compared: tags, entities, aliases, authors, roles, paths, symbols."""


def folded(name: str) -> str:
    """``name`` without the difference of capitals, nor that of ``ö`` as one character or as two, which no one sees: macOS writes
    two. What is stored stays as it is written.
    """
    if name.isascii():
        return name.lower()
    import unicodedata

    # composed before and after: what folding makes of a letter may be two characters (caseless matching, Unicode 3.13)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
