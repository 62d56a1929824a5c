"""A hub on this machine: the part of Hugging Face's HTTP API that a push and a download of a dataset use.

It keeps repositories with their visibility, commits, tags and files in memory, and speaks the API as huggingface_hub
calls it: preupload, git-LFS batches with signed upload addresses, NDJSON commits on a parent, listings in pages,
downloads with redirects to a storage. Every refusal echoes the caller's token and addresses that hold secrets.
"""

import base64
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

#: Signs the addresses of the storage, and lets a proxy pass: secrets that belong into no message.
SIGNATURE, PASSWORD = "canary-of-a-signature-90c4", "canary-of-a-password-2f6a"
_ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"
_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


@dataclass(frozen=True)
class StoredFile:
    """A file of a commit.

    Attributes:
        data: its bytes where git holds them.
        sha256, size: of a file in the storage.
    """

    data: bytes | None = None
    sha256: str | None = None
    size: int = 0

    @property
    def blob(self) -> str:
        """Git's id: of the bytes, or of the pointer that stands for them."""
        data = _POINTER.format(self.sha256, self.size).encode() if self.data is None else self.data
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


Files = dict[str, StoredFile]


@dataclass
class Repository:
    """A dataset repository.

    Attributes:
        private: who can see it.
        commits: (id, title, files), oldest first.
        tags: commits by tag.
    """

    private: bool
    commits: list[tuple[str, str, Files]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add("initial commit", {".gitattributes": StoredFile(_ATTRIBUTES)})

    @property
    def head(self) -> str:
        """The newest commit."""
        return self.commits[-1][0]

    def add(self, title: str, files: Files) -> str:
        """Add a commit."""
        content = sorted((path, file.blob) for path, file in files.items())
        commit = hashlib.sha1(repr((len(self.commits), title, content)).encode()).hexdigest()
        self.commits.append((commit, title, files))
        return commit

    def resolve(self, revision: str) -> tuple[str, Files]:
        """The commit that a branch, a tag or an id names.

        Raises:
            HTTPNotFound: none.
        """
        wanted = self.head if revision == "main" else self.tags.get(revision, revision)
        for commit, _, files in self.commits:
            if commit == wanted:
                return commit, files
        raise web.HTTPNotFound(headers={"X-Error-Code": "RevisionNotFound"})


class HubServer:
    """Serves dataset repositories.

    Args:
        tokens: by token, the organizations into which it may write; it sees all of them.
        page: files listed at once at most.
        cas: a folder for Xet's storage; without it large files go by LFS (and the client must have Xet turned off).

    Attributes:
        base: its address, to be set once it is served.
        repositories: by their names.
        storage: large files, by their SHA-256.
        xet_hashes: of large files in Xet's storage, by their SHA-256: what a download is told.
        requests: what it was asked, by kind: the name of what answers it.
        refuse: answer with (status, headers) in the place of the work, one after the other, by kind.
        lose: how many of the next answers are lost, by kind; the work is done all the same.
        on: what happens elsewhere after the next request of a kind was done, and before it is answered.
        cut: how many of the next uploads are cut off in the middle.
        forced_private: what becomes of a repository's visibility whatever was asked, as an organization can decide.
    """

    def __init__(self, tokens: dict[str, set[str]], *, page: int = 5, cas: Path | None = None) -> None:
        self.base = ""
        self.repositories: dict[str, Repository] = {}
        self.storage: dict[str, bytes] = {}
        self.xet_hashes: dict[str, str] = {}
        self.requests: list[str] = []
        self.refuse: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self.lose: Counter[str] = Counter()
        self.on: dict[str, Callable[[], object]] = {}
        self.cut = 0
        self.forced_private: bool | None = None
        self._tokens = tokens
        self._page = page
        self._cas = cas

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(middlewares=[self._watch], client_max_size=1 << 28)
        repo = "/api/datasets/{organization}/{name}"
        files = "/datasets/{organization}/{name}"
        for method, path, handler in (
            ("GET", repo, self._info),
            ("GET", repo + "/revision/{revision}", self._info),
            ("POST", "/api/repos/create", self._create),
            ("POST", "/api/validate-yaml", self._card),
            ("GET", repo + "/refs", self._refs),
            ("GET", repo + "/tree/{revision}", self._tree),
            ("POST", repo + "/preupload/{revision}", self._preupload),
            ("POST", files + ".git/info/lfs/objects/batch", self._batch),
            ("PUT", "/storage/{sha256}", self._upload),
            ("GET", "/storage/{sha256}", self._stored),
            ("POST", "/verify/{sha256}", self._verify),
            ("POST", repo + "/commit/{revision}", self._commit),
            ("POST", repo + "/tag/{revision}", self._tag),
            ("GET", files + "/resolve/{revision}/{path:.+}", self._download),
            ("GET", repo + "/xet-write-token/{revision}", self._xet),
            ("GET", repo + "/xet-read-token/{revision}", self._xet),
        ):
            app.router.add_route(method, path, handler)
            if method == "GET":
                app.router.add_route("HEAD", path, handler)
        return app

    def files(self, name: str, revision: str = "main") -> dict[str, bytes]:
        """The bytes of all files of a repository, but for the hub's own."""
        _, files = self.repositories[name].resolve(revision)
        return {
            path: self.storage[file.sha256 or ""] if file.data is None else file.data
            for path, file in files.items()
            if path != ".gitattributes"
        }

    @property
    def _store(self) -> str:
        """The storage's address: another host than the hub's, so that no token may go there."""
        return self.base.replace("127.0.0.1", "localhost")

    @web.middleware
    async def _watch(self, request: web.Request, handler: Any) -> web.StreamResponse:
        kind = handler.__name__.lstrip("_")
        self.requests.append(kind)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.refuse.get(kind):
            status, headers = self.refuse[kind].pop(0)
            return _refusal(status, f"refused {token}", token, headers)
        if token not in self._tokens and kind not in ("upload", "stored"):
            return _refusal(401, f"Invalid username or password: {token}", token)
        try:
            response = await handler(request)
        except web.HTTPException as exc:
            return _refusal(exc.status, f"{exc.text} {token}", token, dict(exc.headers))
        if kind in self.on:
            self.on.pop(kind)()
        if self.lose[kind]:
            self.lose[kind] -= 1
            assert request.transport is not None
            request.transport.abort()
        return response

    def _repository(self, request: web.Request) -> Repository:
        """The repository that a request names; a private one is not there for whoever may not see it."""
        name = _name(request)
        repository = self.repositories.get(name)
        if repository is None or (repository.private and not self._may_write(request, name)):
            raise web.HTTPNotFound(headers={"X-Error-Code": "RepoNotFound"}, text="Repository not found")
        return repository

    def _writable(self, request: web.Request) -> Repository:
        repository = self._repository(request)
        if not self._may_write(request, _name(request)):
            raise web.HTTPForbidden(text="You need write access")
        return repository

    def _may_write(self, request: web.Request, name: str) -> bool:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return name.partition("/")[0] in self._tokens[token]

    async def _info(self, request: web.Request) -> web.Response:
        repository = self._repository(request)
        commit, files = repository.resolve(request.match_info.get("revision", "main"))
        siblings = [{"rfilename": path} for path in sorted(files)]
        name = _name(request)
        return web.json_response({"id": name, "sha": commit, "private": repository.private, "siblings": siblings})

    async def _create(self, request: web.Request) -> web.Response:
        body = await request.json()
        name = f"{body['organization']}/{body['name']}"
        if not self._may_write(request, name):
            raise web.HTTPForbidden(text="You don't have the rights to create a dataset under this namespace")
        if name in self.repositories:
            raise web.HTTPConflict(text="You already created this dataset repo")
        assert body["type"] == "dataset"
        private = body["visibility"] == "private"
        self.repositories[name] = Repository(private if self.forced_private is None else self.forced_private)
        return web.json_response({"url": f"{self.base}/datasets/{name}", "name": name})

    async def _card(self, request: web.Request) -> web.Response:
        body = await request.json()
        _, begun, rest = body["content"].partition("---\n")
        header, ended, _ = rest.partition("\n---\n")
        try:
            whole = begun and ended and isinstance(yaml.safe_load(header), dict)
        except yaml.YAMLError:
            whole = False
        if not whole:
            return web.json_response({"errors": [{"message": "no metadata"}]}, status=400)
        return web.json_response({"errors": [], "warnings": []})

    async def _refs(self, request: web.Request) -> web.Response:
        repository = self._repository(request)
        tags = [{"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": to} for tag, to in repository.tags.items()]
        main = [{"name": "main", "ref": "refs/heads/main", "targetCommit": repository.head}]
        return web.json_response({"branches": main, "converts": [], "tags": tags})

    async def _tree(self, request: web.Request) -> web.Response:
        _, files = self._repository(request).resolve(request.match_info["revision"])
        start = int(request.query.get("cursor", "0"))
        entries = [_entry(path, file) for path, file in sorted(files.items())] + _folders(files)
        shown = entries[start : start + self._page]
        headers = {}
        if start + self._page < len(entries):
            address = request.url.update_query(cursor=str(start + self._page))
            headers["Link"] = f'<{address}>; rel="next"'
        return web.json_response(shown, headers=headers)

    async def _preupload(self, request: web.Request) -> web.Response:
        _, there = self._writable(request).resolve(request.match_info["revision"])
        asked = (await request.json())["files"]
        return web.json_response({"files": [_upload_mode(each, there.get(each["path"])) for each in asked]})

    async def _batch(self, request: web.Request) -> web.Response:
        self._writable(request)
        body = await request.json()
        assert body["operation"] == "upload"
        assert body["hash_algo"] == "sha256"
        objects = []
        for each in body["objects"]:
            actions = {
                "upload": {"href": f"{self._store}/storage/{each['oid']}?X-Amz-Signature={SIGNATURE}"},
                "verify": {"href": f"{self.base}/verify/{each['oid']}"},
            }
            objects.append(each if each["oid"] in self.storage else each | {"actions": actions})
        return web.json_response({"transfer": "basic", "objects": objects})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        assert request.query["X-Amz-Signature"] == SIGNATURE
        assert "Authorization" not in request.headers
        if self.cut:
            self.cut -= 1
            await request.content.read(1)
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        data = await request.read()
        if hashlib.sha256(data).hexdigest() != request.match_info["sha256"]:
            raise web.HTTPBadRequest(text="other bytes")
        self.storage[request.match_info["sha256"]] = data
        return web.Response()

    async def _stored(self, request: web.Request) -> web.Response:
        assert request.query["X-Amz-Signature"] == SIGNATURE
        assert "Authorization" not in request.headers
        return web.Response(body=self.storage[request.match_info["sha256"]])

    async def _verify(self, request: web.Request) -> web.Response:
        body = await request.json()
        data = self.storage.get(body["oid"])
        if data is None or len(data) != body["size"]:
            raise web.HTTPNotFound(text="not uploaded")
        return web.Response()

    async def _commit(self, request: web.Request) -> web.Response:
        repository = self._writable(request)
        _, there = repository.resolve(request.match_info["revision"])
        lines = [json.loads(line) for line in (await request.read()).splitlines()]
        header = lines[0]["value"]
        if header.get("parentCommit", repository.head) != repository.head:
            raise web.HTTPPreconditionFailed(text="A commit has happened since")
        files = dict(there)
        for line in lines[1:]:
            self._apply(files, line["key"], line["value"])
        commit = repository.add(header["summary"], files)
        address = f"{self.base}/datasets/{_name(request)}/commit/{commit}"
        return web.json_response({"commitUrl": address, "commitOid": commit, "success": True})

    def _apply(self, files: Files, key: str, value: dict[str, Any]) -> None:
        if key == "file":
            files[value["path"]] = StoredFile(base64.b64decode(value["content"]))
        elif key == "lfsFile":
            if value["oid"] not in self.storage and self._cas is None:
                raise web.HTTPBadRequest(text="not uploaded")
            files[value["path"]] = StoredFile(None, value["oid"], value["size"])
        elif files.pop(value["path"], None) is None:
            assert key == "deletedFile"
            raise web.HTTPNotFound(
                headers={"X-Error-Code": "EntryNotFound"}, text="A file with this name doesn't exist"
            )

    async def _tag(self, request: web.Request) -> web.Response:
        repository = self._writable(request)
        commit, _ = repository.resolve(request.match_info["revision"])
        tag = (await request.json())["tag"]
        if tag in repository.tags:
            raise web.HTTPConflict(text="Tag reference exists already")
        repository.tags[tag] = commit
        return web.Response()

    async def _download(self, request: web.Request) -> web.Response:
        commit, files = self._repository(request).resolve(request.match_info["revision"])
        file = files.get(request.match_info["path"])
        if file is None:
            raise web.HTTPNotFound(headers={"X-Error-Code": "EntryNotFound"}, text="no such file")
        headers = {"X-Repo-Commit": commit, "ETag": f'"{file.blob}"'}
        if file.data is not None:
            return web.Response(body=file.data, headers=headers)
        headers |= {"X-Linked-Etag": f'"{file.sha256}"', "X-Linked-Size": str(file.size)}
        if file.sha256 in self.xet_hashes:
            route = f"{self.base}/api/datasets/{_name(request)}/xet-read-token/main"
            headers |= {"X-Xet-Hash": self.xet_hashes[file.sha256], "X-Xet-Refresh-Route": route}
        location = f"{self._store}/storage/{file.sha256}?X-Amz-Signature={SIGNATURE}"
        return web.Response(status=HTTPStatus.FOUND, headers=headers | {"Location": location})

    async def _xet(self, request: web.Request) -> web.Response:
        self._repository(request)
        if self._cas is None:
            raise web.HTTPNotFound(text="no Xet here")
        place, until = f"local://{self._cas}", int(time.time()) + 3600
        headers = {"X-Xet-Cas-Url": place, "X-Xet-Access-Token": "x", "X-Xet-Token-Expiration": str(until)}
        return web.json_response({"casUrl": place, "accessToken": "x", "exp": until}, headers=headers)


def _name(request: web.Request) -> str:
    return f"{request.match_info['organization']}/{request.match_info['name']}"


def _refusal(status: int, said: str, token: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error that shows the caller's own token, and an address behind the hub."""
    said = f"{said} (via http://proxy:{PASSWORD}@10.0.0.1/x?X-Amz-Signature={SIGNATURE})"
    kept = {name: value for name, value in (headers or {}).items() if name not in ("Content-Type", "Content-Length")}
    shown = {"X-Error-Message": said, "X-Authorization": token}
    return web.json_response({"error": said}, status=status, headers=shown | kept)


def _upload_mode(asked: dict[str, Any], there: StoredFile | None) -> dict[str, Any]:
    large = asked["path"].endswith(".parquet")
    oid = there and (there.sha256 or there.blob)
    return {"path": asked["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, "oid": oid}


def _entry(path: str, file: StoredFile) -> dict[str, Any]:
    size = file.size if file.data is None else len(file.data)
    entry: dict[str, Any] = {"type": "file", "path": path, "size": size, "oid": file.blob}
    if file.sha256:
        entry["lfs"] = {"oid": file.sha256, "size": size, "pointerSize": len(_POINTER.format(file.sha256, size))}
    return entry


def _folders(files: Files) -> list[dict[str, Any]]:
    found = sorted({str(parent) for path in files for parent in _parents(path)})
    return [{"type": "directory", "path": path, "oid": "0" * 40} for path in found]


def _parents(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[: end + 1]) for end in range(len(parts)))
