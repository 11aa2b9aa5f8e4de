"""The Model Context Protocol over stdin and stdout: the only room that imports its SDK.

It knows tools, answers and resources as plain values (``port``) and nothing of memories; the command line hands it what
answers. Left behind where the SDK is not installed: no other command loads this room.
"""
