"""What somebody changes in a release and covers up, with every hash and the seal of the manifest mended, is found."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from condor.cli.diff import diff as show_diff
from condor.cli.lineage import lineage as show_lineage
from condor.cli.verify import verify as show_verified
from condor.corpus.release.manifest import load_manifest, save_manifest
from condor.corpus.release.verify import verify_release
from condor.errors import ReleaseFault
from condor.experiments.releasing import make_plan, make_release

from release_support import LEAST, change_rows, mend_manifest, rows

RECORDS = "data/records/train-00000-of-00001.jsonl"
MESSAGES = "data/messages/train-00000-of-00001.jsonl"
REMOVED = "reports/removed.jsonl"
Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def whole(judged_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that is not to be changed."""
    plan = make_plan(LEAST | {"selection": {"split": {"eval": 0.2}}, "filters": {"min_score": 7.0}})
    return make_release([judged_run], plan, out=tmp_path_factory.mktemp("whole")).directory


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(whole, tmp_path / "set-1.0"))


def problems(folder: Path) -> dict[str, str]:
    """File -> what is said of it."""
    found: dict[str, str] = {}
    for problem in verify_release(folder).problems:
        found[problem.file] = f"{found.get(problem.file, '')}{problem.what}; "
    return found


def run_facts(folder: Path, **changes: Any) -> dict[str, Any]:
    (run,) = load_manifest(folder).model_dump(mode="json")["runs"]
    return {"runs": [run | changes]}


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 100_000, '{"id": NaN', "null", '{"id":' + "9" * 5000 + "}"])
@pytest.mark.parametrize("name", [RECORDS, MESSAGES, REMOVED])
def test_a_row_that_nothing_can_read_is_told_and_is_no_crash(folder: Path, name: str, text: str) -> None:
    lines = (folder / name).read_bytes().splitlines(keepends=True)
    (folder / name).write_bytes(b"".join([text.encode() + b"\n", *lines[1:]]))
    mend_manifest(folder)
    assert name in problems(folder)


@pytest.mark.parametrize("score", ["9", True, [1], 11.0, 9])
def test_a_score_that_is_none_is_told_and_is_no_crash(folder: Path, score: object) -> None:
    change_rows(folder, RECORDS, lambda lines: lines[0]["scores"].update(refine=score))
    mend_manifest(folder)
    assert "row 1" in problems(folder)[RECORDS]


@pytest.mark.parametrize("key", ["id", "rounds", "question", "scores", "path"])
def test_a_record_that_lacks_a_column_is_told_and_is_no_crash(folder: Path, key: str) -> None:
    change_rows(folder, RECORDS, lambda lines: lines[0].pop(key))
    mend_manifest(folder)
    assert "row 1" in problems(folder)[RECORDS]


def test_settings_of_a_model_that_are_no_readable_json_are_told(folder: Path) -> None:
    deep = {"sampling": "[" * 200_000}
    change_rows(folder, RECORDS, lambda lines: lines[0]["question"]["provenance"].update(deep))
    mend_manifest(folder)
    assert "row 1: no row of a chain" in problems(folder)[RECORDS]


def test_after_a_bad_row_the_others_are_checked_and_nothing_is_told_that_is_not_so(folder: Path) -> None:
    changed = rows(folder, "records", "train")[3]["id"]
    change_rows(folder, MESSAGES, lambda lines: lines[3]["messages"][1].update(content="Buy something."))
    lines = (folder / RECORDS).read_bytes().splitlines(keepends=True)
    (folder / RECORDS).write_bytes(b"".join([lines[0], b"{\n", *lines[2:]]))
    mend_manifest(folder)
    found = verify_release(folder).problems
    assert [(problem.file, problem.record) for problem in found] == [(RECORDS, None), (MESSAGES, changed)]
    assert ":2: no row" in found[0].what
    assert found[1].what == "row 4: differs from the record in messages"


def test_after_a_bad_row_of_a_format_its_other_rows_are_checked(folder: Path) -> None:
    change_rows(folder, MESSAGES, lambda lines: lines[2].update(language="fr"))
    lines = (folder / MESSAGES).read_bytes().splitlines(keepends=True)
    (folder / MESSAGES).write_bytes(b"".join([b"{\n", *lines[1:]]))
    mend_manifest(folder)
    assert [problem.what.partition(":")[2][:20] for problem in verify_release(folder).problems] == [
        "1: no row: Expecting",
        " differs from the re",
    ]


def test_a_record_that_is_gone_leaves_rows_of_no_record(folder: Path) -> None:
    (folder / RECORDS).write_bytes(b"".join((folder / RECORDS).read_bytes().splitlines(keepends=True)[:-1]))
    mend_manifest(folder)
    assert "is that of no record" in problems(folder)[MESSAGES]


def _add(name: str) -> Change:
    def add(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((folder / MESSAGES).read_bytes().splitlines(keepends=True)[0])

    return add


@pytest.mark.parametrize(
    ("change", "file", "said"),
    [
        (_add("data/messages/train-extra.jsonl"), "data/messages/train-extra.jsonl", "no file of a release"),
        (_add("data/messages/test-00000-of-00001.jsonl"), "data/messages/test-00000-of-00001.jsonl", "no file of"),
        (
            _add("data/messages/validation-00000-of-00001.jsonl"),
            "data/messages/validation-00000-of-00001.jsonl",
            "no r",
        ),
        (_add("data/messages/train-00001-of-00002.jsonl"), "manifest.json", "without a hole"),
        (_add("data/dpx/train-00000-of-00001.jsonl"), "data/dpx/train-00000-of-00001.jsonl", "no file of a release"),
        (_add("notes.txt"), "notes.txt", "no file of a release"),
        (lambda folder: shutil.rmtree(folder / "data" / "dpo"), "data/dpo", "has no row for a record"),
        (lambda folder: (folder / "data/dpo").rename(folder / "data/dpx"), "data/dpo", "has no row for a record"),
        (lambda folder: (folder / "CHANGES.md").unlink(), "CHANGES.md", "belongs to a release"),
    ],
)
def test_files_that_a_release_has_not_are_named(folder: Path, change: Change, file: str, said: str) -> None:
    change(folder)
    mend_manifest(folder)
    assert said in problems(folder)[file]


@pytest.mark.parametrize("name", ["dataset_info.json", "trainers/axolotl.yaml", "trainers/xtuner.py", "README.md"])
def test_what_follows_from_the_data_is_written_again(folder: Path, name: str) -> None:
    text = (folder / name).read_text("utf-8")
    (folder / name).write_text(text.replace("data/messages/", "data/other/"), "utf-8")
    mend_manifest(folder)
    (said,) = (what for file, what in problems(folder).items() if file == name)
    assert "data/messages/" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"license": "mit"}, "README.md"),
        ({"name": "other"}, "dataset_info.json"),
        ({"version": "1.1"}, "README.md"),
        ({"restored": 700}, "more was put back"),
        ({"unpaired": {"dpo": {"equal_answers": 3}}}, "other pairs"),
    ],
)
def test_a_manifest_that_says_otherwise_than_card_or_records_is_found(
    folder: Path, changes: dict[str, Any], said: str
) -> None:
    mend_manifest(folder, **changes)
    assert said in json.dumps(problems(folder))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"makers": []}, "other models, settings or prompts"),
        ({"tree_versions": ["0" * 32]}, "other versions of trees"),
        ({"judge": None}, "records have a score"),
        ({"rehearsal": False}, "not called rehearsal data"),
    ],
)
def test_a_run_that_is_told_of_otherwise_than_its_records_are_is_found(
    folder: Path, changes: dict[str, Any], said: str
) -> None:
    mend_manifest(folder, **run_facts(folder, **changes))
    assert said in problems(folder)["manifest.json"]


def test_a_renamed_model_is_found(folder: Path) -> None:
    change_rows(folder, RECORDS, lambda lines: lines[0]["answer"]["provenance"].update(model="better"))
    mend_manifest(folder)
    assert "answer by better" in problems(folder)["manifest.json"]


def test_a_number_of_another_kind_is_found(folder: Path) -> None:
    change_rows(folder, RECORDS, lambda lines: lines[0]["rounds"][0]["refinement"].update(round=1.0))
    mend_manifest(folder)
    assert "columns or values" in problems(folder)[RECORDS]


def test_a_manifest_behind_a_link_and_an_empty_folder_are_named(folder: Path, tmp_path: Path) -> None:
    (folder / "manifest.json").rename(tmp_path / "manifest.json")
    (folder / "manifest.json").symlink_to(tmp_path / "manifest.json")
    (folder / "data" / "empty").mkdir()
    assert problems(folder).keys() == {"manifest.json", "data/empty"}


@pytest.mark.parametrize(
    "changes", [{"name": "set\x1b[2J"}, {"name": "../set"}, {"version": "1.0\r"}, {"version": "x"}]
)
def test_a_manifest_with_a_name_that_no_release_has_is_refused(folder: Path, changes: dict[str, str]) -> None:
    manifest = load_manifest(folder).model_copy(update=changes)
    save_manifest(manifest, folder)
    with pytest.raises(ReleaseFault, match="manifest") as caught:
        verify_release(folder)
    assert str(caught.value).isprintable()


def test_no_control_character_of_a_release_gets_to_the_terminal(
    folder: Path, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b[31mred\x07\rgone\x9b2J"
    renamed = Path(folder.rename(tmp_path / evil))
    (renamed / f"{evil}.txt").write_text("x")
    change_rows(renamed, RECORDS, lambda lines: lines[0].update(id=evil))
    makers = [made | {"model": evil} for made in load_manifest(renamed).model_dump(mode="json")["runs"][0]["makers"]]
    mend_manifest(renamed, **run_facts(renamed, makers=makers))
    with pytest.raises(typer.Exit):
        show_verified(renamed)
    show_diff(whole, renamed, ids=True)
    show_lineage(renamed)
    for line in capsys.readouterr().out.split("\n"):
        assert line.isprintable(), line


@pytest.mark.parametrize(
    ("before", "value"), [('"settings": {', f'"zz": {"[" * 900}{"]" * 900},'), ('"sampling": {', '"x": NaN,')]
)
def test_a_manifest_with_values_that_nothing_can_write_is_refused(folder: Path, before: str, value: str) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text("utf-8").replace(before, f"{before}{value}", 1), "utf-8")
    with pytest.raises(ReleaseFault, match="manifest"):
        verify_release(folder)
