"""Where things are in a release's folder."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

MANIFEST_FILE: Final = "manifest.json"
CARD_FILE: Final = "README.md"
CHANGES_FILE: Final = "CHANGES.md"
DATASET_INFO_FILE: Final = "dataset_info.json"
TRAINERS: Final = "trainers"
DATA: Final = "data"
#: Under `data/`: the whole chains, from which every id can be reckoned again.
RECORDS: Final = "records"
REMOVED_FILE: Final = "reports/removed.jsonl"


def is_release(directory: Path) -> bool:
    """Whether a folder says that it is a release."""
    return (directory / MANIFEST_FILE).is_file()


def files_in(directory: Path) -> Iterator[str]:
    """Everything in a folder that is no folder, hidden files and links too, by its name below it, in order."""
    names = (path.relative_to(directory).as_posix() for path in directory.rglob("*") if not _is_folder(path))
    return iter(sorted(names))


def folders_in(directory: Path) -> Iterator[str]:
    """The folders in a folder, by their names below it."""
    return (path.relative_to(directory).as_posix() for path in sorted(directory.rglob("*")) if _is_folder(path))


def folders_of(files: Iterable[str]) -> set[str]:
    """The folders that files are in, by the same names."""
    return {parent.as_posix() for name in files for parent in PurePosixPath(name).parents}


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
