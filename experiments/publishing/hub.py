"""One dataset repository on a hub, as far as a push needs it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ...errors import HubFault, PublishFault
from ...runtime.environment import prepare_huggingface, variable
from .faults import hub_faults
from .folder import FileIds, ReleaseFolder
from .session import patience, quiet

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, HfApi

_HUB = "https://huggingface.co"
_KIND = "dataset"


@dataclass(frozen=True)
class RemoteFile:
    """A file of a commit.

    Attributes:
        blob: its git id.
        sha256: of its bytes where they are stored outside git, else None.
    """

    blob: str
    sha256: str | None


@dataclass(frozen=True)
class Heads:
    """What a repository's names point to.

    Attributes:
        main: the newest commit, or None where there is none.
        tags: commits by tag.
    """

    main: str | None
    tags: Mapping[str, str]


@dataclass(frozen=True)
class HubRepository:
    """A dataset repository, which need not exist.

    Attributes:
        hub: the hub's address.
        name: `organization/name`.
    """

    hub: str
    name: str
    api: "HfApi" = field(repr=False)
    token: str = field(repr=False)

    def is_private(self) -> bool | None:
        """Whether it is private, or None where there is none that the token can see.

        Raises:
            HubFault: the hub refused, failed or could not be reached.
        """
        from huggingface_hub.errors import RepositoryNotFoundError

        with self._faults():
            try:
                return self.api.dataset_info(self.name).private is True
            except RepositoryNotFoundError as exc:
                if exc.response.status_code == HTTPStatus.UNAUTHORIZED:
                    raise
                return None

    def create(self, *, private: bool) -> None:
        """Make it.

        Raises:
            HubFault: the hub refused, failed or could not be reached.
        """
        with self._faults():
            self.api.create_repo(self.name, repo_type=_KIND, visibility="private" if private else "public")

    def heads(self) -> Heads:
        """Its newest commit and its tags.

        Raises:
            HubFault: the hub refused, failed or could not be reached.
        """
        with self._faults():
            refs = self.api.list_repo_refs(self.name, repo_type=_KIND)
        branches = {branch.name: branch.target_commit for branch in refs.branches}
        return Heads(branches.get("main"), {tag.name: tag.target_commit for tag in refs.tags})

    def files(self, commit: str) -> dict[str, RemoteFile]:
        """The files of a commit, by their paths.

        Raises:
            HubFault: the hub refused, failed or could not be reached.
        """
        from huggingface_hub.hf_api import RepoFile

        with self._faults():
            entries = list(self.api.list_repo_tree(self.name, recursive=True, revision=commit, repo_type=_KIND))
        files = [entry for entry in entries if isinstance(entry, RepoFile)]
        return {file.path: RemoteFile(file.blob_id, file.lfs.sha256 if file.lfs else None) for file in files}

    def read(self, path: str, commit: str) -> bytes:
        """The bytes of a small file.

        Raises:
            HubFault: the hub refused, failed or could not be reached.
        """
        with TemporaryDirectory(prefix="condor-") as folder, self._faults():
            local = self.api.hf_hub_download(self.name, path, revision=commit, repo_type=_KIND, cache_dir=folder)
            return Path(local).read_bytes()

    def upload(self, folder: ReleaseFolder) -> "list[CommitOperationAdd]":
        """Bring large files to where the hub stores them; no commit shows them yet.

        Raises:
            HubFault: the hub refused, failed or could not be reached.
        """
        from huggingface_hub import CommitOperationAdd

        with self._faults():
            additions = [CommitOperationAdd(path, str(folder.path / path)) for path in folder.files]
            self.api.preupload_lfs_files(self.name, additions, repo_type=_KIND)
        return additions

    def commit(
        self, additions: "Iterable[CommitOperationAdd]", stale: Iterable[str], *, title: str, parent: str | None
    ) -> str:
        """Commit all at once; returns the commit's id.

        Args:
            additions: as `upload` gave them.
            stale: paths to be removed.
            title: of the commit.
            parent: the commit that it must follow, so that two pushes at once cannot mix.

        Raises:
            HubFault: the hub refused, failed or could not be reached.
        """
        from huggingface_hub import CommitOperationDelete

        operations = [*additions, *(CommitOperationDelete(path, is_folder=False) for path in stale)]
        with self._faults():
            made = self.api.create_commit(
                self.name, operations, commit_message=title, repo_type=_KIND, parent_commit=parent
            )
        return made.oid

    def tag(self, tag: str, commit: str) -> None:
        """Give a commit a name.

        Raises:
            HubFault: the hub refused, failed or could not be reached.
        """
        with self._faults():
            self.api.create_tag(self.name, tag=tag, revision=commit, repo_type=_KIND)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        with hub_faults(f"{self.hub}: {self.name}", self.token), quiet(), patience():
            yield


def holds(files: Mapping[str, RemoteFile], folder: ReleaseFolder) -> bool:
    """Whether every file of a release is among a commit's with the same bytes."""
    return all(path in files and _same(files[path], ids) for path, ids in folder.files.items())


def _same(remote: RemoteFile, ids: FileIds) -> bool:
    return remote.blob == ids.blob if remote.sha256 is None else remote.sha256 == ids.sha256


def open_hub(repo_id: str, endpoint: str | None = None) -> HubRepository:
    """A repository to push to; nothing is asked of the hub yet.

    The token is the one of huggingface_hub: HF_TOKEN, or its own login.

    Args:
        repo_id: `organization/name`.
        endpoint: the hub's address; by default HF_ENDPOINT, else Hugging Face's.

    Raises:
        PublishFault: no such name can be, the address is none, or there is no token.
    """
    hub = _address(endpoint or variable("HF_ENDPOINT") or _HUB)
    prepare_huggingface()
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(repo_id)
    except HFValidationError as exc:
        raise PublishFault(f"--push {repo_id}: no repository can have this name: {exc}") from exc
    if "/" not in repo_id:
        raise PublishFault(f"--push {repo_id}: whose repository? Name it as organization/{repo_id}")
    token = _token()
    return HubRepository(hub, repo_id, HfApi(endpoint=hub, token=token, library_name="condor"), token)


def _address(address: str) -> str:
    """The hub's address, in which no secret may be: it is written into messages and records."""
    try:
        parts = urlsplit(address)
    except ValueError as exc:
        raise PublishFault("HF_ENDPOINT is no address of a hub") from exc
    if parts.username is not None or parts.password is not None or parts.query:
        raise PublishFault(
            "HF_ENDPOINT holds a user name, password or query; a hub is asked with a token, so take it out"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PublishFault("HF_ENDPOINT is no address of a hub: it begins with https://")
    return address.rstrip("/")


def _token() -> str:
    from huggingface_hub import get_token
    from huggingface_hub.errors import DeviceCodeError, OIDCError

    try:
        with hub_faults("the login", ""), quiet():
            token = get_token()
    except (DeviceCodeError, OIDCError) as exc:
        raise HubFault(
            f"the login of huggingface_hub failed ({type(exc).__name__}); `hf auth login` renews it"
        ) from exc
    if token is None:
        raise PublishFault("a push needs a token: set HF_TOKEN, or `hf auth login`")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise PublishFault("the token of HF_TOKEN or of the login has characters that no token has; copy it again")
    return token
