"""Where weights are learned from labelled rows: numbers in, numbers out.

The only room beside the sentence model's that uses numpy; nothing that answers a question comes here.
"""
