"""The release before: it counts only where it is named, and then the release says which one it was."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from condor.experiments.releasing import Release
from condor.experiments.releasing.plan import load_plan

from release_support import check_whole, contents

MakeOne = Callable[..., Release]
HALVES = {"split": {"eval": 0.5}}


def test_what_else_lies_beside_it_is_in_no_byte_of_a_release(release: MakeOne, tmp_path: Path) -> None:
    first = release(version="0.9", selection={"include": ["language=en"]})
    made = release(selection=HALVES)
    alone = release(selection=HALVES, out=tmp_path / "elsewhere")
    assert contents(made.directory) == contents(alone.directory)
    assert (made.before, alone.before, made.changes.before) == (first.directory, None, None)


def test_the_plan_in_a_card_says_which_release_decided_the_splits(release: MakeOne, tmp_path: Path) -> None:
    first = release(selection=HALVES)
    made = release(version="1.1", seed=9, selection=HALVES, previous=str(first.directory))
    digest = hashlib.sha256((first.directory / "manifest.json").read_bytes()).hexdigest()
    told = check_whole(made.directory).settings["previous"]
    assert told == {"name": "set", "version": "1.0", "sha256": digest}
    card = (made.directory / "README.md").read_text("utf-8")
    assert f"the release before, set 1.0 (SHA-256 of its manifest: {digest})" in card
    (block,) = re.findall(r"```yaml\n(.*?)```", card, re.DOTALL)
    (first.directory.parent / "release.yaml").write_text(block, "utf-8")
    again = release(out=tmp_path / "again", **load_plan(first.directory.parent / "release.yaml"))
    assert contents(again.directory) == contents(made.directory)
    assert again.changes.counts["moved"] == 0
