"""A release into a dataset repository: one commit, and the version's tag after it.

Nothing is changed on the hub before the release is known to be whole and the place to be the right one. A push that is
broken off anywhere goes on by the same command: files that arrived are not sent again, a commit without its tag gets
it, and what is there already stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...errors import HubFault, PublishFault, UnreadableFile
from .folder import MANIFEST_FILE, ReleaseFolder, Verify, open_folder, read_manifest
from .hub import HubRepository, RemoteFile, holds, open_hub
from .record import note_commit, noted, pushing_alone

#: What the hub itself, or the page on which a repository is made, puts into a new one.
_OF_A_NEW_REPOSITORY = frozenset({".gitattributes", "README.md"})


@dataclass(frozen=True)
class PushedRelease:
    """A release on the hub.

    Attributes:
        repo: `organization/name`.
        url: of this version, for a browser; without credentials.
        commit: that holds it.
        tag: the version's.
        files: how many it has.
        private: whether only those who may can see it.
        new: False where all of it was there before, and nothing was changed.
    """

    repo: str
    url: str
    commit: str
    tag: str
    files: int
    private: bool
    new: bool


def push_release(
    directory: Path,
    repo_id: str,
    *,
    public: bool = False,
    endpoint: str | None = None,
    verify: Verify | None = None,
) -> PushedRelease:
    """Push a release to a dataset repository, which is made where it is missing.

    What was pushed is noted beside the release (see `record_file`), from before the commit is sent.

    Args:
        directory: the release's folder.
        repo_id: `organization/name`.
        public: whether the repository is one that everybody can see.
        endpoint: the hub's address; by default HF_ENDPOINT, else Hugging Face's.
        verify: raises a BadInput where the release is not right; that every file has its bytes is seen to in any case.

    Raises:
        UnreadableFile: there is no release in the folder.
        PublishFault: it is rehearsal data, or not whole; or the place is not right: a name that cannot be, no token,
            a visibility other than was asked for, other content under this version, something else than releases.
        OutputFault: nothing can be noted beside the release.
        HubFault: the hub refused, failed or could not be reached; the same command goes on.
    """
    folder = open_folder(directory, verify)
    repo = open_hub(repo_id, endpoint)
    with pushing_alone(folder):
        _prepare(repo, public=public)
        heads = repo.heads()
        if (tagged := heads.tags.get(folder.tag)) is not None:
            return _already(folder, repo, tagged, public=public)
        commit = _committed(folder, repo, heads.main)
        note_commit(folder, repo.hub, repo.name, commit)
        repo.tag(folder.tag, commit)
        return _pushed(folder, repo, commit, public=public, new=True)


def _prepare(repo: HubRepository, *, public: bool) -> None:
    """See that the repository is there, and that who can see it is what was asked for."""
    private = repo.is_private()
    if private is None:
        repo.create(private=not public)
        private = repo.is_private()  # an organization may have rules of its own
    if private is None:
        raise HubFault(f"{repo.hub}: {repo.name}: was made, but cannot be seen; run the same command again")
    if public and private:
        raise PublishFault(
            f"{repo.name} is private: push without --public, or make it public on its settings page first"
        )
    if not public and not private:
        raise PublishFault(f"{repo.name} is public: everybody could see the release; say --public if that is meant")


def _already(folder: ReleaseFolder, repo: HubRepository, commit: str, *, public: bool) -> PushedRelease:
    """What the version's tag points to, which must be this very release."""
    if not holds(repo.files(commit), folder):
        raise PublishFault(f"{repo.name}: {folder.tag} is there with other content; a version is never replaced")
    note_commit(folder, repo.hub, repo.name, commit)
    return _pushed(folder, repo, commit, public=public, new=False)


def _committed(folder: ReleaseFolder, repo: HubRepository, head: str | None) -> str:
    """The commit that holds the release: the newest, where a push was broken off after it, else one that is made."""
    there = repo.files(head) if head else {}
    if head and holds(there, folder):
        return head
    stale = _stale(folder, repo, head, there)
    additions = repo.upload(folder)
    with noted(folder, repo.hub, repo.name):
        commit = repo.commit(additions, stale, title=f"Release {folder.title}", parent=head)
    if not holds(repo.files(commit), folder):
        raise PublishFault(
            f"{repo.name}: commit {commit} does not hold the release's bytes, and gets no tag; "
            f"was the folder changed meanwhile? See condor verify {folder.path.name}"
        )
    return commit


def _stale(folder: ReleaseFolder, repo: HubRepository, head: str | None, there: Mapping[str, RemoteFile]) -> list[str]:
    """Files of the release before that this one does not have; nobody else's files are touched."""
    if head is None or set(there) <= _OF_A_NEW_REPOSITORY:
        return []
    before = f"{repo.name}: holds something else than releases of {folder.name}; push to another repository"
    if MANIFEST_FILE not in there:
        raise PublishFault(before)
    try:
        manifest = read_manifest(repo.read(MANIFEST_FILE, head), MANIFEST_FILE)
    except UnreadableFile as exc:
        raise PublishFault(before) from exc
    if manifest.name != folder.name:
        raise PublishFault(before)
    return sorted(set(manifest.files) & set(there) - set(folder.files))


def _pushed(folder: ReleaseFolder, repo: HubRepository, commit: str, *, public: bool, new: bool) -> PushedRelease:
    url = f"{repo.hub}/datasets/{repo.name}/tree/{folder.tag}"
    return PushedRelease(repo.name, url, commit, folder.tag, len(folder.files), not public, new)
