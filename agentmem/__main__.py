"""``python -m agentmem``: the command, where its script is not on the path."""

from agentmem.cli.main import main

main()
