"""Writing to standard output and error whatever the locale says."""


def write(stream: object, text: str) -> None:
    """Write ``text`` as UTF-8; what cannot be encoded becomes a question mark."""
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        stream.write(text)  # type: ignore[attr-defined]
    else:
        stream.flush()  # type: ignore[attr-defined]
        buffer.write(text.encode("utf-8", "replace"))
        buffer.flush()
