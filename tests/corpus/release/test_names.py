"""What a release may be called, and which licences it can declare."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus.release.licenses import LICENSES, check_license
from condor.corpus.release.names import check_name, check_version, folder_name, versions_in
from condor.errors import ReleaseFault

NAMES = (
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "a b",
    " a",
    "a\n",
    "知识",
    "é",
    "-a",
    "a-",
    "a.",
    "a..b",
    "a\x00",
    "x" * 65,
    "con",
    "NUL",
    "com1",
    "lpt9.data",
    "a\u2028",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_no_folder_everywhere_is_refused_in_a_line(name: str) -> None:
    with pytest.raises(ReleaseFault, match="--name") as caught:
        check_name(name)
    assert len(str(caught.value)) < 300
    assert "letters" in str(caught.value) or "Windows" in str(caught.value)


@pytest.mark.parametrize("name", ["a", "Condor-en_zh.v2", "x" * 64, "com", "console", "0"])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("", "no version"),
        ("one", "no version"),
        ("../1", "no version"),
        ("1 .0", "no version"),
        ("v1.0", "write it as 1.0"),
        ("1.0-1", "write it as 1.0.post1"),
        (" 1.0", "write it as 1.0"),
        ("1!1.0", "folder"),
        ("1" * 33, "folder"),
    ],
)
def test_a_version_without_an_order_or_in_another_spelling_is_refused(version: str, said: str) -> None:
    with pytest.raises(ReleaseFault, match=said):
        check_version(version)


def test_versions_are_ordered_as_versions_and_not_as_text(tmp_path: Path) -> None:
    for folder in ("set-1.10", "set-1.9", "set-2.0rc1", "set-2.0", "other-3.0", "set-x", ".set-9.0.building"):
        (tmp_path / folder).mkdir()
    (tmp_path / "set-7.0").write_text("no folder")
    assert [path.name for _, path in versions_in(tmp_path, "set")] == ["set-1.9", "set-1.10", "set-2.0rc1", "set-2.0"]
    assert versions_in(tmp_path / "missing", "set") == []


@settings(derandomize=True, database=None, max_examples=200)
@given(st.text(max_size=70), st.text(max_size=12))
def test_whatever_is_taken_is_one_plain_folder_name_that_says_both(name: str, version: str) -> None:
    try:
        folder = folder_name(name, version)
    except ReleaseFault:
        return
    assert folder.isascii()
    assert Path(folder).parts == (folder,)
    assert folder.rpartition("-")[::2] == (name, version)


def test_a_licence_is_one_that_hugging_face_knows_however_its_letters_are_written() -> None:
    assert check_license("Apache-2.0", None, None) == "apache-2.0"
    assert check_license("CC-BY-4.0", None, None) == "cc-by-4.0"
    assert check_license("other", "mine", "LICENSE") == "other"
    assert {"mit", "cc0-1.0", "odc-by", "openrail++", "llama3.1"} <= LICENSES
    assert all(each == each.lower() for each in LICENSES)


@pytest.mark.parametrize(
    ("license_", "name", "link"),
    [
        ("", None, None),
        ("free", None, None),
        ("unknown", None, None),
        ("other", None, None),
        ("other", "mine", None),
        ("mit", "mine", "LICENSE"),
        ("mit\nlicense: x", None, None),
    ],
)
def test_what_declares_nothing_is_no_licence(license_: str, name: str | None, link: str | None) -> None:
    with pytest.raises(ReleaseFault, match="--license"):
        check_license(license_, name, link)


@pytest.mark.parametrize("link", ["LICENSE", "docs/LICENSE.md", "https://example.org/terms?v=2", "http://example.org"])
def test_an_other_licence_is_in_a_file_or_at_an_address(link: str) -> None:
    assert check_license("other", "Our terms, 2026", link) == "other"


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("mine", "javascript:alert(1)"),
        ("mine", "https://user:password@example.org/"),
        ("mine", "https://example.org/ x"),
        ("mine", "https://example.org/\n"),
        ("mine", "../../LICENSE"),
        ("mine", "data:text/html,x"),
        ("mine\nlicense: mit", "LICENSE"),
        ("mine\x1b[2J", "LICENSE"),
        (" ", "LICENSE"),
        ("m" * 101, "LICENSE"),
    ],
)
def test_a_name_that_is_no_line_and_a_link_that_leads_elsewhere_are_refused(name: str, link: str) -> None:
    with pytest.raises(ReleaseFault, match=r"--license-(name|link)"):
        check_license("other", name, link)
