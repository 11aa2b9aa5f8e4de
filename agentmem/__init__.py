"""Git-native memory for teams of coding agents.

The rooms, each importing only those below it: ``cli`` and ``hooks``, ``output``, ``actions``, ``checks``,
``index``, ``store``, ``git``, ``model``, ``errors``.
"""

__version__ = "0.1.0"
