"""What the code that memories cite says now: its trees read, its lines searched, the verdicts on citations and their cache.

It knows citations and code, no memories, views or rules: who calls it says which citations, and in which tree.
"""
