"""Pure values and rules: what a memory is, how text becomes one, how queries match, rank and fit a budget.

No file, process, clock or environment is read here: what is needed of them comes in as an argument.
"""
