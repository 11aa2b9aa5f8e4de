"""What git calls: the hidden verb behind the installed stubs. A hook fails open: only what it was asked to refuse it refuses."""
