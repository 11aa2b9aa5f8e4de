"""Memories in the forms of other programs: values in, text out. No I/O, no clock."""
