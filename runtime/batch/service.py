"""An OpenAI-compatible batch service: files up, batches made and watched, results down."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from dspy.lm15 import AuthError, BillingError, LM15Error, ServerError, TransportError
from dspy.lm15 import TimeoutError as ReplyTimeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...corpus.text import clean_text
from ...errors import BatchFault, ModelFault, UsageFault
from ...files import write_atomically
from ..addresses import secrets_of, shown
from ..environment import redact, variable
from ..models import ModelSpec
from ..openai_engine import read_refusal
from ..retry import PASSING, RetryPolicy, told_to_wait
from .lines import ENDPOINT
from .model import sent_name

T = TypeVar("T")

#: Where batches go when a recipe names no address.
OPENAI = "https://api.openai.com/v1"
#: In a batch's metadata: which shard of which run it was made of.
TAG = "condor_shard"
#: Seconds: to connect; without a byte; for a small answer; for a file up or down.
_CONNECT_S, _SILENCE_S, _ANSWER_S, _FILE_S = 10.0, 120.0, 60.0, 6 * 3600.0
_MAX_ANSWER_BYTES = 8 * 1024 * 1024
_MAX_FILE_BYTES = 8 * 1024 * 1024 * 1024
_CHUNK = 256 * 1024
#: Batches listed at once, and pages looked through at most, newest first.
_PAGE, _PAGES = 100, 50
#: A Retry-After beyond this is told and not waited for, in seconds.
_LONGEST_WAIT_S = 300.0
#: A round trip has a person waiting for it, who can type the same command again: given up sooner than a run's calls.
_RETRY = RetryPolicy(attempts=4)


class _Foreign(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


F = TypeVar("F", bound=_Foreign)


class _Counts(_Foreign):
    total: int = 0
    completed: int = 0
    failed: int = 0


class Batch(_Foreign):
    """A batch as its service tells of it."""

    id: str = Field(min_length=1)
    status: str
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    request_counts: _Counts | None = None
    errors: Any = None
    metadata: dict[str, Any] | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in ("completed", "failed", "expired", "cancelled")

    @property
    def why(self) -> str:
        """What the service says was wrong with it, in whatever form it does."""
        found = self.errors.get("data") if isinstance(self.errors, dict) else self.errors
        failures = found if isinstance(found, list) else [found] if found else []
        said = [
            str(item.get("message") or item.get("code")) if isinstance(item, dict) else str(item) for item in failures
        ]
        return clean_text("; ".join(said)) or "no reason given"


class _File(_Foreign):
    id: str = Field(min_length=1)


class _Page(_Foreign):
    data: tuple[Batch, ...] = ()
    has_more: bool = False


class BatchService:
    """A batch service at an address; see `service_for`.

    Args:
        base: the address up to and including `/v1`.
        key: sent as bearer token; None sends none.
        session: of the event loop in which it is used.
        retry: of calls that fail in passing: `attempts` calls in all.
    """

    def __init__(self, base: str, key: str | None, session: aiohttp.ClientSession, retry: RetryPolicy) -> None:
        self.base = base.rstrip("/")
        self._key = key or ""
        self._session = session
        self._retry = retry
        self._rng = random.Random()

    async def upload(self, path: Path) -> str:
        """Upload a shard; returns the file's id. Doing it again makes another file, and no batch."""
        return (await self._persist(lambda: self._upload(path), f"the upload of {path.name}")).id

    async def create(self, file_id: str, tag: str) -> Batch:
        """Make a batch of a file, once.

        Where an attempt broke off, the batch may have been made all the same: it is looked for by its tag before the
        next one, since a second batch would be paid for.
        """
        asked = False

        async def attempt() -> Batch:
            nonlocal asked
            if asked and (made := await self._find(tag)) is not None:
                return made
            asked = True
            body = {
                "input_file_id": file_id,
                "endpoint": ENDPOINT,
                "completion_window": "24h",
                "metadata": {TAG: tag},
            }
            return _read(Batch, await self._answer("POST", "/batches", json=body))

        return await self._persist(attempt, "a new batch")

    async def find(self, tag: str) -> Batch | None:
        """The batch of a tag, if there is one."""
        return await self._persist(lambda: self._find(tag), "the list of batches")

    async def get(self, batch_id: str) -> Batch:
        """A batch as it stands."""
        return await self._persist(lambda: self._get(batch_id), f"the batch {batch_id}")

    async def download(self, file_id: str, target: Path) -> None:
        """Write a file's content to a path, whole or not at all."""
        await self._persist(lambda: self._download(file_id, target), f"the download of {target.name}")

    async def _upload(self, path: Path) -> _File:
        try:
            file = path.open("rb")
        except OSError as exc:
            raise BatchFault(f"{path}: cannot be read: {exc.strerror or exc}") from exc
        with file:
            form = aiohttp.FormData()
            form.add_field("purpose", "batch")
            form.add_field("file", file, filename=path.name, content_type="application/jsonl")
            return _read(_File, await self._answer("POST", "/files", total_s=_FILE_S, data=form))

    async def _get(self, batch_id: str) -> Batch:
        return _read(Batch, await self._answer("GET", f"/batches/{batch_id}"))

    async def _find(self, tag: str) -> Batch | None:
        after: str | None = None
        for _ in range(_PAGES):
            query = {"limit": str(_PAGE)} | ({"after": after} if after else {})
            page = _read(_Page, await self._answer("GET", "/batches", params=query))
            for batch in page.data:
                if (batch.metadata or {}).get(TAG) == tag:
                    return batch
            if not page.has_more or not page.data:
                break
            after = page.data[-1].id
        return None

    async def _download(self, file_id: str, target: Path) -> None:
        path = f"/files/{file_id}/content"
        with _translated():
            async with self._session.get(self.base + path, timeout=_timeout(_FILE_S)) as reply:
                if not reply.ok:
                    raise _refusal(reply, await _short(reply))
                # A time-out is an OSError in Python: within, so that it is not taken for one of the disk.
                with write_atomically(target) as text, _translated():
                    size = 0
                    async for chunk in reply.content.iter_chunked(_CHUNK):
                        size += len(chunk)
                        if size > _MAX_FILE_BYTES:
                            raise BatchFault(f"{target}: the file is longer than {_MAX_FILE_BYTES} bytes")
                        text.buffer.write(chunk)

    async def _answer(self, method: str, path: str, *, total_s: float = _ANSWER_S, **rest: Any) -> bytes:
        with _translated():
            async with self._session.request(method, self.base + path, timeout=_timeout(total_s), **rest) as reply:
                data = await _short(reply)
                if not reply.ok:
                    raise _refusal(reply, data)
                return data

    async def _persist(self, attempt: Callable[[], Awaitable[T]], what: str) -> T:
        """Try until it succeeds or the attempts are spent.

        Raises:
            ModelFault: the service refused the key, or cannot be reached.
            BatchFault: it refused something else, or went on failing.
        """
        failures = 0
        while True:
            try:
                return await attempt()
            except LM15Error as exc:
                wait = self._retry.delay(exc, failures, self._rng)
                failures += 1
                if not isinstance(exc, PASSING) or failures >= self._retry.attempts or wait > _LONGEST_WAIT_S:
                    raise self._fault(exc, what) from exc
                await asyncio.sleep(wait)

    def _fault(self, error: LM15Error, what: str) -> ModelFault | BatchFault:
        said = redact(clean_text(str(error)), self._key, *secrets_of([self.base]))
        base = shown(self.base)
        if isinstance(error, AuthError):
            return ModelFault(f"{base}: the batch service refused the key: {said}")
        if isinstance(error, BillingError):
            return ModelFault(f"{base}: the account has no credit left: {said}")
        if isinstance(error, TransportError) and isinstance(error.__cause__, aiohttp.ClientConnectorError):
            return ModelFault(f"{base}: cannot be reached: {said}")
        if error.status in (404, 405):
            return BatchFault(f"{base}: has no batch API, or knows no such thing ({what}): {said}")
        if error.status == 413:
            return BatchFault(f"{base}: {what}: refused as too large: {said}")
        return BatchFault(f"{base}: {what} failed: {said}; the same command goes on")


@asynccontextmanager
async def service_for(spec: ModelSpec, *, retry: RetryPolicy = _RETRY) -> AsyncIterator[BatchService]:
    """The batch service of a model, at its address or at OpenAI's, with the key from the environment.

    Raises:
        UsageFault: there is none for this model.
        ModelFault: the key is missing from the environment.
    """
    if spec.name == sent_name(spec):
        raise UsageFault(f"{spec.name}: the embedded model has no batch service; serve it and use openai/rehearsal")
    key = _find_key(spec)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield BatchService(spec.addresses[0] if spec.addresses else OPENAI, key, session, retry)


def _find_key(spec: ModelSpec) -> str | None:
    name = spec.api_key_env or f"{spec.name.partition('/')[0].upper()}_API_KEY"
    key = variable(name)
    if key is None and (spec.api_key_env or not spec.addresses):
        raise ModelFault(f"{spec.name}: no key in the environment: set {name}")
    return key


def _timeout(total_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=total_s, sock_connect=_CONNECT_S, sock_read=_SILENCE_S)


async def _short(reply: aiohttp.ClientResponse) -> bytes:
    """An answer's body; an endless one is cut off where no answer of this kind would go on."""
    data = b""
    while len(data) <= _MAX_ANSWER_BYTES and (chunk := await reply.content.read(_CHUNK)):
        data += chunk
    return data


def _refusal(reply: aiohttp.ClientResponse, data: bytes) -> LM15Error:
    return read_refusal(reply.status, data, reason=reply.reason or "", retry_after=told_to_wait(reply.headers))


@contextmanager
def _translated() -> Iterator[None]:
    """The boundary to aiohttp: what it raises, as errors that say whether to try again."""
    try:
        yield
    except TimeoutError as exc:
        raise ReplyTimeout("no answer in time") from exc
    except aiohttp.ClientError as exc:
        raise TransportError(_cause(exc)) from exc


def _cause(error: BaseException) -> str:
    """What the system said, where a connection failed."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _read(kind: type[F], data: bytes) -> F:
    """An answer as what it should be.

    Raises:
        ServerError: it is something else.
    """
    try:
        return kind.model_validate_json(data)
    except ValidationError as exc:
        shown = clean_text(data[:80].decode("utf-8", "replace"))
        raise ServerError(
            f"the service answered something else than a {kind.__name__.strip('_').lower()}: {shown}"
        ) from exc
