"""Many branches on one memory: plain merges, squashes, rebases in any order lose nothing and make the same view."""

import random

import pytest

from tests import replay
from tests.replay import Team


def team_of(tmp_path, seed, branches=4, new=4, edits=6, shared=8):
    team = Team(tmp_path / "team", random.Random(seed))
    team.begin(shared)
    common = sorted(team.ids)
    for number in range(branches):
        name = f"agent/{number}"
        project = team.branch(name)
        own = team.add(project, name, new)
        team.commit(project, f"{name} new")
        for _ in range(edits):
            team.edit(project, name, team.rng.choice(common))
            if team.rng.random() < 0.5:
                team.commit(project, f"{name} edits")
        team.edit(project, name, own[0])
        team.commit(project, f"{name} done")
    return team, [f"agent/{number}" for number in range(branches)]


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_gives_one_view_and_loses_nothing(tmp_path, how, seed):
    """Three orders, one view; the same after promotion; everything that was said is there or named."""
    team, names = team_of(tmp_path, seed)
    final = meet(team, names, how, orders=3)
    assert any(one["conflicts"] for one in final.values())


def meet(team, names, how, orders):
    """Integrate all branches in so many orders, each in a clone of its own; the view that all must have in the end."""
    views = []
    for order in range(orders):
        project = replay.clone(team, f"order{order}")
        shuffled = list(names)
        random.Random(order).shuffle(shuffled)
        for name in shuffled:
            assert replay.integrate(team, project, name, how) == []
        before = replay.view(project)
        assert team.lost(before) == []
        promoted = project.json("overlay", "promote", env=team.env("pm"))
        after = replay.view(project)
        assert after == before
        assert {one["id"] for one in promoted["conflicts"]} == {
            identity for identity, one in after.items() if one["conflicts"]
        }
        assert project.json("overlay", "promote", env=team.env("pm"))["promoted"] == []
        views.append(after)
        replay.remove(project)
    assert all(view == views[0] for view in views)
    return views[0]


class Walk:
    """Branches that go on after they met: any step at any time, on trunk, the branches and a release branch."""

    def __init__(self, tmp_path, seed, branches=3, shared=5):
        self.team = Team(tmp_path / "team", random.Random(seed))
        self.rng = self.team.rng
        self.team.begin(shared)
        self.shared = sorted(self.team.ids)
        self.trunk = self.team.trunk
        self.names = [f"agent/{number}" for number in range(branches)]
        self.projects = {name: self.team.branch(name) for name in self.names}
        self.own: dict[str, list[str]] = {name: [] for name in self.names}
        self.squashed: set[str] = set()
        self.driven = 0
        self.promotions = 0

    def step(self):
        name = self.rng.choice(self.names)
        project = self.projects[name]
        what = self.rng.choice(
            (
                "edit",
                "edit",
                "edit",
                "add",
                "own",
                "merge",
                "squash",
                "promote",
                "back",
                "rebase",
                "trunk edit",
            )
        )
        if what == "edit":
            here = [i for i in self.shared if i in replay.view(project)]
            self.team.edit(project, name, self.rng.choice(here))
            self.team.commit(project, f"{name} edit")
        elif what == "add":
            self.own[name] += self.team.add(project, name, 1)
            self.team.commit(project, f"{name} add")
        elif what == "own" and self.own[name]:
            self.team.edit(project, name, self.rng.choice(self.own[name]), self.rng.choice(("title", "tags")))
            self.team.commit(project, f"{name} own")
        elif what in ("merge", "squash"):
            self.into(self.trunk, name, what)
            self.squashed |= {name} if what == "squash" else set()
        elif what == "promote":
            before = replay.view(self.trunk)
            done = self.trunk.json("overlay", "promote", env=self.team.env("pm"))
            self.promotions += len(done["promoted"])
            assert replay.view(self.trunk) == before
        elif what == "back":
            self.into(project, "main", "merge")
        elif what == "rebase":
            self.rebase(project)
        elif what == "trunk edit":
            there = [i for i in self.shared if i in replay.view(self.trunk)]
            self.team.edit(self.trunk, "pm", self.rng.choice(there))
            self.team.commit(self.trunk, "pm edit")

    def into(self, project, branch, how):
        """Plain git first; only a memory that was squashed may meet itself, and then the driver must do."""
        if left := replay.integrate(self.team, project, branch, how):
            self.allow(left)
            project.git(*(("merge", "--abort") if how == "merge" else ("reset", "-q", "--merge")))
            with_driver(project)
            left = replay.integrate(self.team, project, branch, how)
            self.settle(project, left, f"{how} {branch}")
            without_driver(project)

    def rebase(self, project):
        if not self.team.try_git(project, "rebase", "-q", "main"):
            self.allow(replay.is_unmerged(project))
            project.git("rebase", "--abort")
            with_driver(project)
            if not self.team.try_git(
                project, "rebase", "-q", "main"
            ):  # two values for one field of one file: a person's to decide
                project.git("rebase", "--abort")
            without_driver(project)

    def allow(self, left):
        self.driven += 1
        names = [identity for own in self.own.values() for identity in own]
        for path in left:
            assert any(identity in path for identity in names), f"a text conflict in {path}"
        assert self.squashed

    def settle(self, project, left, message):
        if left:  # the driver leaves both values in a file that is well
            self.team.commit(project, message)


def with_driver(project):
    project.ok("init")


def without_driver(project):
    project.git("config", "--remove-section", "merge.agentmem", check=False)


@pytest.mark.parametrize("seed", range(4))
def test_branches_that_go_on_lose_nothing(tmp_path, seed, steps=40):
    """Forty random steps; in the end all branches meet on trunk (`benchmarks/replay.py` walks farther)."""
    walk = Walk(tmp_path, seed)
    for _ in range(steps):
        walk.step()
    for name in walk.names:
        walk.into(walk.trunk, name, "merge")
    before = replay.view(walk.trunk)
    assert walk.team.lost(before) == []
    walk.trunk.json("overlay", "promote", env=walk.team.env("pm"))
    assert replay.view(walk.trunk) == before


def test_revert_of_a_merge_and_revert_of_the_revert(tmp_path):
    """A merge that is reverted takes its memory away; the revert of the revert brings it back, before promotion and after."""
    team, (name, other, *_) = team_of(tmp_path, 3, branches=2)
    trunk = team.trunk
    assert replay.integrate(team, trunk, other, "merge") == []
    before = replay.view(trunk)
    assert replay.integrate(team, trunk, name, "merge") == []
    merged = replay.view(trunk)
    assert before != merged
    team.git(trunk, "revert", "--no-edit", "-m", "1", "HEAD")
    assert replay.view(trunk) == before
    team.git(trunk, "revert", "--no-edit", "HEAD")
    assert replay.view(trunk) == merged
    trunk.json("overlay", "promote", env=team.env("pm"))
    assert replay.view(trunk) == merged
    merge = trunk.git("log", "--format=%H", "--grep", f"merge {name}", "-1").strip()
    team.git(trunk, "revert", "--no-edit", "-m", "1", merge)
    after = replay.view(trunk)
    assert {i for i, one in merged.items() if i not in after} == {i for i in merged if i not in before}
    team.git(trunk, "revert", "--no-edit", "HEAD")
    assert replay.view(trunk) == merged
    assert team.lost(merged) == []


def test_picks_to_a_release_branch(tmp_path):
    """What is picked to a release branch is there once, and meets itself without a conflict when release and trunk meet."""
    team, names = team_of(tmp_path, 4, branches=2)
    shared = set(replay.view(team.trunk))
    release = team.branch("release")
    for name in names:
        commits = team.trunk.git("rev-list", "--reverse", f"main..{name}").split()
        team.git(release, "cherry-pick", *commits[: len(commits) // 2 + 1])
    picked = replay.view(release)
    assert len(picked) > 8
    for name in names:
        assert replay.integrate(team, team.trunk, name, "merge") == []
    all_of_it = replay.view(team.trunk)
    team.trunk.json("overlay", "promote", env=team.env("pm"))
    # of what was picked and edited in its own file since, git knows no ancestor; the driver finds it
    assert all(
        any(i in path for i in team.ids - shared) for path in replay.integrate(team, release, "main", "merge")
    )
    release.git("merge", "--abort", check=False)
    with_driver(release)
    assert replay.integrate(team, release, "main", "merge") == []
    assert replay.view(release) == all_of_it
    assert replay.integrate(team, team.trunk, "release", "merge") == []
    assert replay.view(team.trunk) == all_of_it
    assert team.lost(all_of_it) == []


def test_a_change_picked_without_the_one_before_it_waits_for_it(tmp_path):
    """Trunk takes up neither by promotion nor by an edit what was made after a change that is still to come."""
    team = Team(tmp_path / "team", random.Random(1))
    team.begin(2)
    identity = sorted(team.ids)[0]
    branch = team.branch("agent/0")
    team.edit(branch, "agent/0", identity, "tags")
    team.commit(branch, "first")
    team.edit(branch, "agent/0", identity, "importance")
    team.commit(branch, "second")
    team.git(team.trunk, "cherry-pick", "agent/0")
    done = team.trunk.json("overlay", "promote", env=team.env("pm"))
    assert (done["promoted"], done["waits"]) == ([], [identity])
    team.edit(team.trunk, "pm", identity, "title")
    team.commit(team.trunk, "pm edit")
    assert replay.integrate(team, team.trunk, "agent/0", "merge") == []
    there = replay.view(team.trunk)
    assert team.lost(there) == []
    assert team.trunk.json("overlay", "promote", env=team.env("pm"))["promoted"] == [identity]
    assert replay.view(team.trunk) == there
