"""Texts to vectors that are near where their meanings are: a sentence model run by numpy, or a command of the team's own.

An extra: numpy is imported here alone, and only when the arm is on. The room knows texts, vectors and blob ids; it knows no
view, no ranking, no configuration.
"""
