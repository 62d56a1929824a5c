"""Whatever is changed in a release is named: a byte, a file, a count, a text whose hashes were mended, too."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from condor.corpus.release.changes import diff_releases
from condor.corpus.release.findings import Verification
from condor.corpus.release.verify import verify_release
from condor.errors import BadInput, ReleaseFault
from condor.experiments.releasing import Release, make_plan, make_release
from condor.experiments.releasing.checking import refuse_broken

from release_support import LEAST, change_rows, contents, mend_manifest, rows

SPLITS = {"split": {"validation": 0.2, "eval": 0.2}}
RECORDS = "data/records/train-00000-of-00001.jsonl"


@pytest.fixture(scope="module")
def whole(judged_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that is not to be changed."""
    plan = make_plan(LEAST | {"selection": SPLITS})
    return make_release([judged_run], plan, out=tmp_path_factory.mktemp("whole")).directory


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(whole, tmp_path / "set-1.0"))


def named(found: Verification) -> set[str]:
    return {problem.file for problem in found.problems}


def complaint(folder: Path) -> str:
    """The files that are named, or the line with which the whole is refused."""
    try:
        return " ".join(named(verify_release(folder)))
    except BadInput as exc:
        return str(exc)


def test_a_changed_byte_is_named_in_whichever_file_it_is(folder: Path, whole: Path) -> None:
    assert verify_release(folder).whole
    for name, data in contents(whole).items():
        if not data or name == "manifest.json":
            continue
        for place in (0, len(data) // 2, len(data) - 1):
            (folder / name).write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            found = verify_release(folder)
            assert name in named(found), (name, place)
        (folder / name).write_bytes(data)
    assert verify_release(folder).whole


def test_a_changed_byte_of_the_manifest_is_noticed_wherever_it_is(folder: Path) -> None:
    data = (folder / "manifest.json").read_bytes()
    for place in range(0, len(data), max(1, len(data) // 80)):
        (folder / "manifest.json").write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert "manifest.json" in complaint(folder), place


def test_files_too_many_and_too_few_are_named(folder: Path) -> None:
    (folder / "CHANGES.md").unlink()
    (folder / "data" / "dpo" / ".hidden").write_text("x")
    (folder / "notes.txt").write_text("mine")
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to("manifest.json")
    assert named(verify_release(folder)) == {"CHANGES.md", "data/dpo/.hidden", "notes.txt", "README.md"}


@pytest.mark.parametrize("part", ["question", "answer", "critique", "refinement"])
def test_a_changed_text_is_found_by_its_id_though_every_hash_was_mended(folder: Path, part: str) -> None:
    record = rows(folder, "records", "train")[1]

    def change(lines: list[dict[str, Any]]) -> None:
        held = lines[1][part] if part in lines[1] else lines[1]["rounds"][0][part]
        held["suggestions" if part == "critique" else "text"] += "!"

    change_rows(folder, RECORDS, change)
    mend_manifest(folder)
    found = verify_release(folder)
    assert (RECORDS, record["id"]) in {(problem.file, problem.record) for problem in found.problems}
    assert any(f"row 2: {part}" in problem.what or f".{part}.id" in problem.what for problem in found.problems)
    with pytest.raises(ReleaseFault, match="condor verify"):
        refuse_broken(folder)


def test_a_row_of_a_format_that_differs_from_its_record_is_named(folder: Path) -> None:
    name = "data/messages/train-00000-of-00001.jsonl"
    record = rows(folder, "records", "train")[2]
    change_rows(folder, name, lambda lines: lines[2]["messages"][1].update(content="Buy something."))
    mend_manifest(folder)
    (problem,) = verify_release(folder).problems
    assert (problem.file, problem.record) == (name, record["id"])
    assert problem.what == "row 3: differs from the record in messages"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines.append(lines[0]), "is there twice"),
        (lambda lines: lines.pop(), "records"),
        (lambda lines: lines.reverse(), "differs from the record"),
        (lambda lines: lines[0].update(language="fr"), "no row of a chain"),
        (lambda lines: lines[0].update(more="x"), "columns"),
        (lambda lines: lines[0]["scores"].update(refine=3.0), "margin"),
        (lambda lines: lines[0].pop("answer"), "no row of a chain"),
        (lambda lines: lines[0]["path"].append("elsewhere"), "question.parent_id"),
    ],
)
def test_records_that_are_not_as_they_were_are_found_though_every_hash_was_mended(
    folder: Path, change: Callable[[list[dict[str, Any]]], object], said: str
) -> None:
    change_rows(folder, RECORDS, change)
    mend_manifest(folder)
    found = verify_release(folder)
    assert any(said in problem.what for problem in found.problems), found.problems


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kept": 25}, "kept 25 is not"),
        ({"released": 23}, "splits do not add up"),
        ({"rehearsal": False}, "was written by the rehearsal model"),
        ({"records_digest": "0" * 64}, "its digest of the records"),
        ({"removed": {"length": 3}, "kept": 27}, "runs do not add up"),
    ],
)
def test_a_manifest_that_does_not_add_up_is_found(folder: Path, changes: dict[str, Any], said: str) -> None:
    mend_manifest(folder, **changes)
    assert any(said in problem.what for problem in verify_release(folder).problems)


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"schema_version": 99}', '{"schema_version": 1, "name": 3}'])
def test_a_folder_without_a_manifest_that_can_be_read_is_refused_in_a_line(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    for look in (verify_release, lambda path: diff_releases(path, path)):
        with pytest.raises(ReleaseFault, match="manifest") as caught:
            look(folder)
        assert "\n" not in str(caught.value)


def test_many_problems_of_one_file_are_counted(judged_run: Path, folder: Path) -> None:
    del judged_run
    change_rows(folder, RECORDS, lambda lines: lines.extend(lines[:1] * 40))
    found = verify_release(folder)
    assert len([problem for problem in found.problems if problem.file == RECORDS]) <= 21
    assert any("more problems" in problem.what for problem in found.problems)


def test_releases_are_compared_record_by_record(judged_run: Path, tmp_path: Path) -> None:
    def make(version: str, **plan: Any) -> Release:
        return make_release(
            [judged_run], make_plan(LEAST | {"version": version, "selection": SPLITS} | plan), out=tmp_path
        )

    first, void = make("1.0"), make("1.1", stage="void")
    other = diff_releases(first.directory, void.directory)
    assert other.counts == {"added": 0, "removed": 0, "changed": 24, "moved": 0, "unchanged": 0}
    part = make("2.0", selection=SPLITS | {"include": ["language=zh"]}, seed=3, previous=str(void.directory))
    back = diff_releases(part.directory, first.directory)
    there = diff_releases(first.directory, part.directory)
    assert (set(back.added), set(back.moved)) == (set(there.removed), {(id_, b, a) for id_, a, b in there.moved})
    assert there.counts["removed"] == 12
    assert there.counts["moved"] + there.counts["unchanged"] == 12
    assert diff_releases(part.directory, part.directory).counts["unchanged"] == 12
    text = (part.directory / "CHANGES.md").read_text("utf-8")
    assert "Against set 1.1" in text
    assert "| same question, another answer | 12 |" in text
    assert (first.directory / "CHANGES.md").read_text(
        "utf-8"
    ) == "# Changes in set 1.0\n\n24 records. No release before was named, and none compared.\n"
