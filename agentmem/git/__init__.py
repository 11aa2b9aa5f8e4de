"""The only room that runs git or imports GitPython.

Reading takes no lock (``GIT_OPTIONAL_LOCKS=0``), lists paths with ``-z``, and starts processes before it waits for
any: one plain git call costs 2 to 5 ms, three at once cost hardly more.
"""
