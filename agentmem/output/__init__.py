"""Results to text and JSON; nothing else prints. Plain text in a pipe; at a terminal the same facts, coloured."""
