"""What makes an answer less than right, or was mended on the way, for the reader to say."""


class Notes(list[str]):
    """Notes in the order in which they were met."""

    def once(self, said: str) -> None:
        """Have ``said`` among them, however often it is met."""
        if said not in self:
            self.append(said)

    def unread(self, number: int, where: str = "") -> None:
        """Say that so many files are left out because git has not got them."""
        if number:
            files = "1 file" if number == 1 else f"{number} files"
            self.once(f"{files}{where} could not be read from git (a partial clone without its remote?)")

    def uncommitted_unread(self, top: str, problem: Exception) -> None:
        """Say that git cannot tell what the worktree at ``top`` has not committed."""
        self.once(f"what {top} has not committed is left out: {str(problem).splitlines()[0]}")
