"""One file a command. Annotations are strings that only typer reads: on the quick way it is never imported."""
