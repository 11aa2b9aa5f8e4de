"""How a posting packs the frequencies of a term in four fields into one number; see ``words``."""

TITLE_AT, NAMES_AT, PLACES_AT = 1 << 8, 1 << 12, 1 << 16
"""What one occurrence in each field adds; in the body it is 1."""
BODY = TITLE_AT - 1
"""The bits of the body."""
