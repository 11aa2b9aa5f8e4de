"""The command line: parse, call an action, hand over to output. One small file a command, in ``commands``."""
