"""What makes an answer less than right, or was mended on the way, for the reader to say."""

from collections.abc import Sequence

MOST_NAMED = 3
"""Branches that one note names."""


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

    def branches_unread(self, names: Sequence[str]) -> None:
        """Say that so many branches are left out because this clone has not got all that they hold."""
        if names:
            named = list(dict.fromkeys(names))
            more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
            verb = "is" if len(named) == 1 else "are"
            self.once(
                f"{', '.join(named[:MOST_NAMED])}{more} {verb} left out: this clone has not got all of it"
                " (objects lost, or a partial clone without its remote: git fsck --connectivity-only)"
            )
