"""A release's folder as it is pushed: the files that its manifest names, and no other."""

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, BinaryIO

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, ValidationError

from ...errors import PublishFault, UnreadableFile
from ...files import read_bytes

MANIFEST_FILE = "manifest.json"
#: Of a manifest, which holds a few hundred bytes a file.
_LARGEST_MANIFEST = 64_000_000
_BLOCK = 1 << 20

#: Raises a BadInput where a folder is not what its manifest says.
Verify = Callable[[Path], object]


def _inside(path: str) -> str:
    """A path that leads nowhere but into the folder."""
    parts = PurePosixPath(path).parts
    if not parts or path != "/".join(parts) or ".." in parts or "\\" in path or path == MANIFEST_FILE:
        raise ValueError(f"{path!r} is no path of a file inside the release")
    return path


class ManifestFile(BaseModel):
    """What a manifest says of a file, as far as a push needs it.

    Attributes:
        sha256: of its bytes, in hexadecimal digits.
    """

    model_config = ConfigDict(frozen=True)

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """What a release says of itself, as far as a push needs it.

    Attributes:
        files: every other file, by its path.
    """

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, Field(min_length=1)]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+_-]*$")]
    rehearsal: StrictBool
    files: Annotated[dict[Annotated[str, AfterValidator(_inside)], ManifestFile], Field(min_length=1)]


@dataclass(frozen=True)
class FileIds:
    """What names a file's bytes.

    Attributes:
        sha256: as manifests and the storage of large files name them.
        blob: as git names them.
    """

    sha256: str
    blob: str


@dataclass(frozen=True)
class ReleaseFolder:
    """A release that can be pushed.

    Attributes:
        path: of the folder, absolute.
        name, version: as its manifest says.
        files: of every file by its path, the manifest's own among them.
    """

    path: Path
    name: str
    version: str
    files: Mapping[str, FileIds]

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest, which names every other file's: the release's content as a whole."""
        return self.files[MANIFEST_FILE].sha256

    @property
    def title(self) -> str:
        """For messages."""
        return f"{self.name} {self.version}"

    @property
    def tag(self) -> str:
        """The git tag of this version."""
        return f"v{self.version}"


def open_folder(directory: Path, verify: Verify | None = None) -> ReleaseFolder:
    """A release that is whole and may be shown to others.

    Args:
        directory: its folder.
        verify: says more of it than that every file has the bytes that the manifest names.

    Raises:
        UnreadableFile: there is no manifest, or it is none; a file cannot be read.
        PublishFault: it is rehearsal data, is not whole, or holds files that its manifest does not name.
        BadInput: `verify` refuses it.
    """
    data = read_bytes(directory / MANIFEST_FILE, what="a release's manifest", max_bytes=_LARGEST_MANIFEST)
    manifest = read_manifest(data, str(directory / MANIFEST_FILE))
    if manifest.rehearsal:
        raise PublishFault(f"{directory}: rehearsal data is made up by no model, and is not pushed; release a real run")
    _refuse_strangers(directory, manifest)
    if verify is not None:
        verify(directory)
    files = {at: _whole(directory / at, file.sha256) for at, file in manifest.files.items()}
    files[MANIFEST_FILE] = _ids(io.BytesIO(data), len(data))
    return ReleaseFolder(directory.resolve(), manifest.name, manifest.version, dict(sorted(files.items())))


def read_manifest(data: bytes, where: str) -> Manifest:
    """A manifest.

    Args:
        data: its bytes.
        where: they are from, for the message.

    Raises:
        UnreadableFile: it is none.
    """
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"]) or "the text"
        raise UnreadableFile(f"{where}: no release's manifest: {at}: {first['msg']}") from exc


def _whole(path: Path, sha256: str) -> FileIds:
    """A file's ids, where it has the bytes that it must have."""
    try:
        with path.open("rb") as file:
            ids = _ids(file, path.stat().st_size)
    except OSError as exc:
        raise UnreadableFile(f"{path}: cannot read a release's file: {exc.strerror or exc}") from exc
    if ids.sha256 != sha256:
        raise PublishFault(f"{path}: other bytes than the manifest says; condor verify names every change")
    return ids


def _ids(file: BinaryIO, size: int) -> FileIds:
    sha256, blob = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    while block := file.read(_BLOCK):
        sha256.update(block)
        blob.update(block)
    return FileIds(sha256.hexdigest(), blob.hexdigest())


def _refuse_strangers(directory: Path, manifest: Manifest) -> None:
    """A file that lies in the folder by chance is not pushed in silence, and neither is one behind a link."""
    for path in sorted(directory.rglob("*")):
        at = path.relative_to(directory).as_posix()
        if path.is_symlink():
            raise PublishFault(f"{path}: a link, where a release holds its files themselves")
        if not path.is_dir() and at != MANIFEST_FILE and at not in manifest.files:
            raise PublishFault(f"{path}: the manifest does not name this file; take it out of the release")
