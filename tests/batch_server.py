"""A batch service on this machine: OpenAI's /v1/files and /v1/batches, answered by the rehearsal model.

It speaks the API as a client meets it: multipart uploads, batches that go through their states as they are looked at,
an output file whose lines are in no order, an error file, expiry with partial results. Beside it stand the rehearsal
model's chat completions, so that a live run can be set beside a batch run.
"""

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from condor.runtime.rehearsal.composer import compose
from condor.runtime.rehearsal.server import RehearsalServer, _completion, _read_body
from condor.runtime.rehearsal.settings import RehearsalSettings

#: What a batch goes through, one state further each time that it is looked at.
_STATES = ("validating", "in_progress", "finalizing")

#: (custom_id, how often it was asked before) -> the status of its answer; None leaves it to expire.
Fate = Callable[[str, int], int | None]


def all_well(custom_id: str, before: int) -> int | None:
    """Every request is answered."""
    del custom_id, before
    return 200


@dataclass
class BatchCount:
    """What the service was asked.

    Attributes:
        uploads, batches: made.
        asked: how often each custom_id was in a batch.
        keys: the Authorization headers that came.
    """

    uploads: int = 0
    batches: int = 0
    listed: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)


def answer_request(line: str, settings: RehearsalSettings, status: int = 200) -> dict[str, Any]:
    """The result of one request line."""
    entry = json.loads(line)
    assert entry["method"] == "POST"
    assert entry["url"] == "/v1/chat/completions"
    body: dict[str, Any] = {"error": {"message": f"status {status}", "type": "x", "param": None, "code": None}}
    if status == 200:
        messages = _read_body(entry["body"])
        body = _completion(entry["body"]["model"], compose(messages, settings), 0)
    return {
        "id": f"batch_req_{random.Random(line + str(status)).getrandbits(40):x}",
        "custom_id": entry["custom_id"],
        "response": {"status_code": status, "request_id": "r", "body": body},
        "error": None,
    }


def expired_result(custom_id: str, batch_id: str) -> dict[str, Any]:
    """The error of a request that its batch did not get to."""
    error = {"code": "batch_expired", "message": "This request could not be executed before the window expired."}
    return {"id": f"{batch_id}_{custom_id}", "custom_id": custom_id, "response": None, "error": error}


class BatchServer:
    """Serves files and batches, and chat completions.

    Args:
        settings: how the rehearsal model behaves.
        fate: what becomes of each request.
        failed: what is wrong with a batch as a whole, by its number from 0; None lets it run.
        page: batches listed at once at most.

    Attributes:
        count: what it was asked.
        break_next: how many of the next answers are broken off, by "METHOD path"; the work is done all the same.
        refuse: answer with (status, headers) in the place of the work, one after the other, by "METHOD path".
        cut: how many of the next downloads break off in the middle.
    """

    def __init__(
        self,
        settings: RehearsalSettings | None = None,
        *,
        fate: Fate = all_well,
        failed: Callable[[int], str | None] = lambda _: None,
        page: int = 100,
    ) -> None:
        self.count = BatchCount()
        self.cut = 0
        self.break_next: Counter[str] = Counter()
        self.refuse: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.chat = RehearsalServer(settings or RehearsalSettings())
        self._settings = settings or RehearsalSettings()
        self._fate = fate
        self._failed = failed
        self._page = page

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = self.chat.application()
        app.middlewares.append(self._trouble)
        app.router.add_post("/v1/files", self._upload)
        app.router.add_get("/v1/files/{id}/content", self._download)
        app.router.add_post("/v1/batches", self._create)
        app.router.add_get("/v1/batches", self._list)
        app.router.add_get("/v1/batches/{id}", self._show)
        return app

    @web.middleware
    async def _trouble(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.count.keys.add(request.headers.get("Authorization", ""))
        place = f"{request.method} {request.path}"
        if self.refuse.get(place):
            status, headers = self.refuse[place].pop(0)
            said = {"error": {"message": f"refused with {status} {request.headers.get('Authorization')}"}}
            return web.json_response(said, status=status, headers=headers)
        response = await handler(request)
        if self.break_next[place]:
            self.break_next[place] -= 1
            assert request.transport is not None
            request.transport.abort()
        return response

    async def _upload(self, request: web.Request) -> web.Response:
        parts: dict[str, bytes] = {}
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            assert isinstance(part, BodyPartReader)
            parts[part.name or ""] = bytes(await part.read())
        assert parts["purpose"] == b"batch"
        self.count.uploads += 1
        file_id = f"file-{self.count.uploads}"
        self.files[file_id] = parts["file"]
        return web.json_response({"id": file_id, "object": "file", "bytes": len(parts["file"]), "purpose": "batch"})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        data = self.files.get(request.match_info["id"])
        if data is None:
            return web.json_response({"error": {"message": "no such file"}}, status=404)
        if not self.cut:
            return web.Response(body=data)
        self.cut -= 1
        response = web.StreamResponse(headers={"Content-Length": str(len(data))})
        await response.prepare(request)
        await response.write(data[: len(data) // 2])
        assert request.transport is not None
        request.transport.abort()
        return response

    async def _create(self, request: web.Request) -> web.Response:
        body = await request.json()
        assert body["endpoint"] == "/v1/chat/completions"
        assert body["completion_window"] == "24h"
        if body["input_file_id"] not in self.files:
            return web.json_response({"error": {"message": "no such file"}}, status=400)
        batch_id = f"batch_{self.count.batches}"
        self.count.batches += 1
        self.batches[batch_id] = {
            "id": batch_id,
            "object": "batch",
            "endpoint": body["endpoint"],
            "input_file_id": body["input_file_id"],
            "status": "validating",
            "metadata": body.get("metadata"),
            "output_file_id": None,
            "error_file_id": None,
            "errors": None,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }
        return web.json_response(self.batches[batch_id])

    async def _list(self, request: web.Request) -> web.Response:
        self.count.listed += 1
        newest_first = list(reversed(self.batches.values()))
        after = request.query.get("after")
        start = next((n + 1 for n, batch in enumerate(newest_first) if batch["id"] == after), 0)
        page = newest_first[start : start + min(self._page, int(request.query.get("limit", "20")))]
        more = start + len(page) < len(newest_first)
        return web.json_response({"object": "list", "data": page, "has_more": more})

    async def _show(self, request: web.Request) -> web.Response:
        batch = self.batches.get(request.match_info["id"])
        if batch is None:
            return web.json_response({"error": {"message": "no such batch"}}, status=404)
        shown = dict(batch)
        if batch["status"] in _STATES:
            at = _STATES.index(batch["status"])
            if at + 1 < len(_STATES):
                batch["status"] = _STATES[at + 1]
            else:
                self._finish(batch)
        return web.json_response(shown)

    def _finish(self, batch: dict[str, Any]) -> None:
        number = int(batch["id"].removeprefix("batch_"))
        if (why := self._failed(number)) is not None:
            batch["status"] = "failed"
            batch["errors"] = {"object": "list", "data": [{"code": "bad", "message": why, "line": 1, "param": None}]}
            return
        good, bad, late = [], [], False
        for line in self.files[batch["input_file_id"]].decode().removesuffix("\n").split("\n"):
            name = json.loads(line)["custom_id"]
            status = self._fate(name, self.count.asked[name])
            self.count.asked[name] += 1
            if status is None:
                late = True
                bad.append(expired_result(name, batch["id"]))
            else:
                (good if status == 200 else bad).append(answer_request(line, self._settings, status))
        random.Random(number).shuffle(good)
        batch["status"] = "expired" if late else "completed"
        batch["request_counts"] = {"total": len(good) + len(bad), "completed": len(good), "failed": len(bad)}
        for kind, results in (("output_file_id", good), ("error_file_id", bad)):
            if results:
                batch[kind] = f"{kind}-{batch['id']}"
                text = "".join(json.dumps(result, ensure_ascii=False) + "\n" for result in results)
                self.files[batch[kind]] = text.encode()
