"""A release's folder as it is pushed: the files that its manifest names, and no other."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated

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
class ReleaseFolder:
    """A release that can be pushed.

    Attributes:
        path: of the folder, absolute.
        name, version: as its manifest says.
        files: SHA-256 of every file by its path, the manifest's own among them.
    """

    path: Path
    name: str
    version: str
    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest, which names every other file's: the release's content as a whole."""
        return self.files[MANIFEST_FILE]

    @property
    def title(self) -> str:
        """For messages."""
        return f"{self.name} {self.version}"

    @property
    def tag(self) -> str:
        """The git tag of this version."""
        return f"v{self.version}"


def open_folder(directory: Path, verify: Verify) -> ReleaseFolder:
    """A release that is whole and may be shown to others.

    Raises:
        UnreadableFile: there is no manifest, or it is none.
        PublishFault: it is rehearsal data, or holds files that its manifest does not name.
        BadInput: `verify` says that it is not whole.
    """
    path = directory.resolve()
    data = read_bytes(path / MANIFEST_FILE, what="a release's manifest", max_bytes=_LARGEST_MANIFEST)
    manifest = read_manifest(data, str(directory / MANIFEST_FILE))
    if manifest.rehearsal:
        raise PublishFault(f"{directory}: rehearsal data is made up by no model, and is not pushed; release a real run")
    _refuse_strangers(directory, manifest)
    verify(directory)
    files = {MANIFEST_FILE: hashlib.sha256(data).hexdigest()} | {at: file.sha256 for at, file in manifest.files.items()}
    return ReleaseFolder(path, manifest.name, manifest.version, dict(sorted(files.items())))


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


def verify_hashes(directory: Path) -> None:
    """See that every file of a manifest is there with its bytes.

    Raises:
        UnreadableFile: there is no manifest, or a file cannot be read.
        PublishFault: a file is missing or has other bytes.
    """
    where = directory / MANIFEST_FILE
    manifest = read_manifest(read_bytes(where, what="a release's manifest", max_bytes=_LARGEST_MANIFEST), str(where))
    for at, file in sorted(manifest.files.items()):
        if _hash(directory / at, hashlib.sha256()) != file.sha256:
            raise PublishFault(
                f"{directory / at}: other bytes than the manifest says; condor verify names every change"
            )


def git_blob(path: Path) -> str:
    """The id that git gives to a file's bytes.

    Raises:
        UnreadableFile: it cannot be read.
    """
    try:
        size = path.stat().st_size
    except OSError as exc:
        raise UnreadableFile(f"{path}: cannot read a release's file: {exc.strerror or exc}") from exc
    return _hash(path, hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False))


def _hash(path: Path, digest: "hashlib._Hash") -> str:
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as exc:
        raise UnreadableFile(f"{path}: cannot read a release's file: {exc.strerror or exc}") from exc
    return digest.hexdigest()


def _refuse_strangers(directory: Path, manifest: Manifest) -> None:
    """A file that lies in the folder by chance is not pushed in silence, and neither is one behind a link."""
    for path in sorted(directory.rglob("*")):
        at = path.relative_to(directory).as_posix()
        if path.is_symlink():
            raise PublishFault(f"{path}: a link, where a release holds its files themselves")
        if not path.is_dir() and at != MANIFEST_FILE and at not in manifest.files:
            raise PublishFault(f"{path}: the manifest does not name this file; take it out of the release")
