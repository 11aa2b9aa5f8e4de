"""The trees of stores in many commits, asked of one process, and the git dirs of worktrees."""

import os

from agentmem.git import branches
from agentmem.git.repository import Probe
from agentmem.git.worktrees import git_dir_of
from tests.support import put


def test_more_commits_than_a_pipe_holds(repo):
    """Answers that repeat a long path, thousands of them, are read while git writes: nobody waits for the other."""
    below = "/".join(["a-folder-with-a-long-name" * 8] * 12)
    put(repo.path / f"{below}/one", "1\n")
    repo.commit("one")
    with_it = repo.git("rev-parse", "HEAD").strip()
    tree = repo.git("rev-parse", f"HEAD:{below}").strip()
    probe = Probe(str(repo.path), "s", None)
    with branches.StoreTrees(probe.repository(), below) as trees:
        unknown = [f"{number:040x}" for number in range(1, 3000)]
        assert trees.of([*unknown, with_it]) == {with_it: tree}
        assert trees.of([with_it, with_it]) == {with_it: tree}  # the same process once more
        assert trees.of([]) == {}
    probe.close()


def test_git_dirs_of_worktrees(repo):
    """The first worktree's, another's, and that of what is no worktree."""
    put(repo.path / "one", "1\n")
    repo.commit("one")
    repo.git("worktree", "add", "-q", "../beside")
    beside = repo.path.parent / "beside"
    assert git_dir_of(str(repo.path)) == str(repo.path / ".git")
    assert os.path.samefile(git_dir_of(str(beside)) or "", repo.path / ".git" / "worktrees" / "beside")
    (beside / ".git").write_text("gitdir: ../" + repo.path.name + "/.git/worktrees/beside\n")
    assert os.path.samefile(git_dir_of(str(beside)) or "", repo.path / ".git" / "worktrees" / "beside")
    (beside / ".git").write_text("nothing\n")
    assert git_dir_of(str(beside)) is None
    assert git_dir_of(str(repo.path.parent)) is None
