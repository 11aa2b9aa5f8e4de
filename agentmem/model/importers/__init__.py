"""What other tools keep, read as records of front matter's keys: text in, records out, and what was not understood.

One file a source; ``sources`` has the table of them. A record hangs on its source alone: its ``source_id`` is the source's own
id, or the file's path and the heading; links are the ``source_id`` of what they lead to. No I/O, no clock.
"""
