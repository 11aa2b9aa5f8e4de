"""What git and agents call: hidden verbs behind installed stubs. Comes with the issue on hooks."""
