"""Reading text strictly, and writing files whole or not at all."""

import errno
import os
from contextlib import suppress
from pathlib import Path

import pytest

import condor.files
from condor.errors import BadInput, OutputFault, UnreadableFile
from condor.files import make_directory, read_bytes, read_text, write_atomically, write_bytes_atomically


def _names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def _write(path: Path, text: str, *, then: BaseException | None = None) -> None:
    with write_atomically(path) as file:
        file.write(text)
        if then is not None:
            raise then


# -- read_text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "plain", "知识树 🌳", "one\r\ntwo\rthree\n", "a\u2028b\u0085c", "\x00tab\t"])
def test_text_is_read_as_it_stands(tmp_path: Path, text: str):
    path = tmp_path / "file"
    path.write_bytes(text.encode("utf-8"))
    assert read_text(path, what="a tree") == text


def test_a_missing_file_is_named_with_what_it_should_be(tmp_path: Path):
    path = tmp_path / "absent.json"
    with pytest.raises(UnreadableFile) as caught:
        read_text(path, what="a recipe")
    assert str(path) in str(caught.value)
    assert "a recipe" in str(caught.value)
    assert isinstance(caught.value, BadInput)


def test_a_directory_is_not_a_file(tmp_path: Path):
    with pytest.raises(UnreadableFile, match="directory"):
        read_text(tmp_path, what="a tree")


def test_gb18030_is_refused_with_its_line_and_the_remedy(tmp_path: Path):
    path = tmp_path / "gb.json"
    path.write_bytes("ascii\nascii\n人工智能与机器学习".encode("gb18030"))
    with pytest.raises(UnreadableFile) as caught:
        read_text(path, what="a tree")
    assert f"{path}:3:" in str(caught.value)
    assert "iconv" in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "latin-1", "shift_jis"])
def test_other_encodings_are_refused_with_the_file_and_line(tmp_path: Path, encoding: str):
    text = "café" if encoding == "latin-1" else "日本語"
    path = tmp_path / "file.txt"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(UnreadableFile) as caught:
        read_text(path, what="a tree")
    assert f"{path}:1:" in str(caught.value)


def test_a_byte_order_mark_is_refused_and_named(tmp_path: Path):
    path = tmp_path / "bom.json"
    path.write_bytes(b"\xef\xbb\xbf{}")
    with pytest.raises(UnreadableFile) as caught:
        read_text(path, what="a tree")
    assert str(path) in str(caught.value)
    assert "byte-order mark" in str(caught.value)


def test_a_byte_order_mark_further_in_is_text(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("a\ufeffb", encoding="utf-8")
    assert read_text(path, what="a tree") == "a\ufeffb"


@pytest.mark.parametrize("content", [None, b"\xff", b"\xef\xbb\xbf"])
def test_the_message_is_one_line(tmp_path: Path, content: bytes | None):
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        read_text(path, what="a tree")
    assert len(str(caught.value).splitlines()) == 1


# -- write_atomically --------------------------------------------------------------------------------------------------


def test_text_is_written_as_utf8_with_line_feeds_only(tmp_path: Path):
    path = tmp_path / "file"
    _write(path, "知识\none\r\ntwo\u2028")
    assert path.read_bytes() == "知识\none\r\ntwo\u2028".encode()
    assert _names(tmp_path) == ["file"]


def test_the_earlier_file_stands_until_the_new_one_is_whole(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("earlier")
    with write_atomically(path) as file:
        file.write("half")
        file.flush()
        assert path.read_text() == "earlier"
    assert path.read_text() == "half"


def test_a_new_file_does_not_exist_until_it_is_whole(tmp_path: Path):
    path = tmp_path / "file"
    with write_atomically(path) as file:
        file.write("half")
        file.flush()
        assert not path.exists()
    assert path.exists()


@pytest.mark.parametrize("earlier", [None, "earlier"])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit, UnreadableFile])
def test_whatever_goes_wrong_inside_nothing_half_written_is_left(
    tmp_path: Path, earlier: str | None, error: type[BaseException]
):
    path = tmp_path / "file"
    if earlier is not None:
        path.write_text(earlier)
    with pytest.raises(error):
        _write(path, "half", then=error("stop"))
    assert _names(tmp_path) == ([] if earlier is None else ["file"])
    assert earlier is None or path.read_text() == earlier


def test_text_that_utf8_cannot_hold_leaves_nothing_behind(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("earlier")
    with pytest.raises(UnicodeEncodeError):
        _write(path, "\ud800")
    assert _names(tmp_path) == ["file"]
    assert path.read_text() == "earlier"


def test_bytes_are_written_whole_or_not_at_all(tmp_path: Path):
    path = tmp_path / "file.png"
    with write_bytes_atomically(path) as file:
        file.write(b"\x89PNG\r\n")
    with suppress(RuntimeError), write_bytes_atomically(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"\x89PNG\r\n"
    assert _names(tmp_path) == ["file.png"]


def test_a_full_disk_is_an_output_fault_and_leaves_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "file"
    path.write_text("earlier")
    monkeypatch.setattr(condor.files.os, "fsync", full)
    with pytest.raises(OutputFault) as caught:
        _write(path, "new")
    assert str(path) in str(caught.value)
    assert os.strerror(errno.ENOSPC) in str(caught.value)
    assert _names(tmp_path) == ["file"]
    assert path.read_text() == "earlier"


def test_a_disk_that_fills_up_while_text_is_written_is_an_output_fault(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("earlier")
    with pytest.raises(OutputFault, match=os.strerror(errno.ENOSPC)):
        _write(path, "half", then=OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert _names(tmp_path) == ["file"]
    assert path.read_text() == "earlier"


def test_the_file_is_synced_before_it_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, seen = tmp_path / "file", []
    fsync = os.fsync

    def watch(descriptor: int) -> None:
        seen.append(path.exists())
        fsync(descriptor)

    monkeypatch.setattr(condor.files.os, "fsync", watch)
    _write(path, "text")
    assert seen[0] is False
    assert path.read_text() == "text"


def test_a_directory_in_the_files_place_is_an_output_fault(tmp_path: Path):
    path = tmp_path / "taken"
    path.mkdir()
    with pytest.raises(OutputFault, match="taken"):
        _write(path, "text")
    assert _names(tmp_path) == ["taken"]


def test_a_missing_directory_is_an_output_fault(tmp_path: Path):
    with pytest.raises(OutputFault, match="absent"):
        _write(tmp_path / "absent" / "file", "text")
    assert _names(tmp_path) == []


def test_a_file_in_the_directorys_place_is_an_output_fault(tmp_path: Path):
    (tmp_path / "plain").write_text("earlier")
    with pytest.raises(OutputFault, match="plain"):
        _write(tmp_path / "plain" / "file", "text")
    assert _names(tmp_path) == ["plain"]
    assert (tmp_path / "plain").read_text() == "earlier"


def test_a_name_too_long_for_the_file_system_is_an_output_fault(tmp_path: Path):
    with pytest.raises(OutputFault, match="cannot write"):
        _write(tmp_path / ("n" * 300), "text")
    assert _names(tmp_path) == []


def test_a_path_without_a_file_name_is_an_output_fault():
    with pytest.raises(OutputFault):
        _write(Path(), "text")


def test_two_writers_of_one_file_do_not_meet(tmp_path: Path):
    path = tmp_path / "file"
    with write_atomically(path) as first:
        first.write("first")
        with write_atomically(path) as second:
            second.write("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"
    assert _names(tmp_path) == ["file"]


# -- make_directory ----------------------------------------------------------------------------------------------------


def test_a_directory_is_made_with_its_parents_and_left_empty(tmp_path: Path):
    make_directory(tmp_path / "a" / "b")
    assert _names(tmp_path / "a" / "b") == []


def test_a_directory_that_exists_keeps_what_it_holds(tmp_path: Path):
    (tmp_path / "file").write_text("earlier")
    make_directory(tmp_path)
    assert _names(tmp_path) == ["file"]


@pytest.mark.parametrize("below", ["plain", "plain/a", "plain/a/b"])
def test_a_file_in_the_way_is_an_output_fault(tmp_path: Path, below: str):
    (tmp_path / "plain").write_text("earlier")
    with pytest.raises(OutputFault) as caught:
        make_directory(tmp_path / below)
    assert str(tmp_path / below) in str(caught.value)
    assert (tmp_path / "plain").read_text() == "earlier"


def test_a_directory_that_cannot_be_written_to_is_an_output_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # A root user may write anywhere, so the refusal is made rather than found.
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(condor.files.tempfile, "TemporaryFile", refuse)
    with pytest.raises(OutputFault, match="choose another directory"):
        make_directory(tmp_path)


# -- read_bytes --------------------------------------------------------------------------------------------------------


def test_bytes_are_read_up_to_the_limit_and_refused_beyond(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"\xff" * 10)
    assert read_bytes(path, what="a list", max_bytes=10) == b"\xff" * 10
    with pytest.raises(UnreadableFile, match="larger than 9 bytes"):
        read_bytes(path, what="a list", max_bytes=9)


def test_bytes_of_what_is_no_file_are_refused(tmp_path: Path):
    for path in (tmp_path, tmp_path / "absent", Path("a\0b")):
        with pytest.raises(UnreadableFile, match="cannot read a list"):
            read_bytes(path, what="a list", max_bytes=9)
