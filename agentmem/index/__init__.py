"""What makes a store searchable: a catalog of what blobs say, an index of their words, and views that join them.

Everything here is a disposable cache keyed by blob id. The view, never the index, decides what exists.
"""
