"""An embedder whose vectors are journaled: what is known is read back, what is new is stored before it is used."""

import asyncio
from array import array
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from dspy.lm15 import LM15Error

from ...errors import CallFault, CondorError, EmbeddingFault, Interrupted, JournalFault, ReplyFault
from ...hashing import content_hash
from ..faults import translate
from ..ledger import open_ledger
from .engine import EmbeddingResponse, embedding_request
from .model import EmbeddingModel
from .store import EmbeddingFigures, VectorStore
from .vectors import FLOAT32, read_vectors

#: Part of every key: a change of what is hashed must change it.
_KEY_SCHEME = "condor-vector-1"
#: Texts in one call. Providers take from 32 texts (a text-embeddings-inference server as it comes) to 2,048.
_TEXTS_A_CALL = 32


class JournaledEmbedder:
    """Embeds each text once; satisfies `condor.knowledge.cleaning.Embedder`.

    Vectors are 32-bit floats from the first moment on, so that a text has the same vector whether it was just embedded
    or is read back.

    Args:
        model: whom to ask.
        store: where vectors are kept and found.
    """

    def __init__(self, model: EmbeddingModel, store: VectorStore) -> None:
        self._model = model
        self._store = store
        self._running: dict[str, asyncio.Future[bytes]] = {}
        # A call holds its place until its vectors are on disk: a crash loses no more calls than may be in flight.
        self._places = asyncio.Semaphore(model.engine.concurrency)
        self._length: int | None = None

    async def __call__(self, texts: Sequence[str]) -> list["array[float]"]:
        """One vector a text, in their order, all of the same length.

        Raises:
            EmbeddingFault: the endpoint refused the texts, or its reply holds no usable vectors of them.
            CallFault: there was no reply.
            ModelFault: no call can succeed.
            OutputFault, JournalFault: vectors cannot be stored or read.
            Interrupted: the run is being stopped.
        """
        keys = {text: self._key(text) for text in texts}
        held = self._store.find(list(keys.values()))
        elsewhere = {key: self._running[key] for key in keys.values() if key in self._running and key not in held}
        missing = {key: text for text, key in keys.items() if key not in held and key not in elsewhere}
        held |= await self._fetch_all(missing)
        for key, future in elsewhere.items():
            held[key] = await asyncio.shield(future)
        return [self._numbers(held[keys[text]]) for text in texts]

    def held(self, texts: Sequence[str]) -> list["array[float]"]:
        """The vectors of texts that were embedded before; no call is made.

        Raises:
            JournalFault: one of them has no vector here.
            OutputFault: the vectors cannot be read.
        """
        keys = [self._key(text) for text in texts]
        held = self._store.find(list(dict.fromkeys(keys)))
        if missing := sum(key not in held for key in keys):
            raise JournalFault(f"{self._store.path}: holds no vectors of {missing} texts; have them embedded first")
        return [self._numbers(held[key]) for key in keys]

    def figures(self) -> EmbeddingFigures:
        """What the run's embeddings have come to, its earlier sessions included."""
        return self._store.figures()

    def close(self) -> None:
        """Let go of the file of vectors."""
        self._store.close()

    async def _fetch_all(self, missing: Mapping[str, str]) -> dict[str, bytes]:
        """Vectors by key, of texts that nobody else is asking for; who wants one meanwhile waits for this."""
        loop, keys = asyncio.get_running_loop(), list(missing)
        announced: dict[str, asyncio.Future[bytes]] = {key: loop.create_future() for key in keys}
        self._running |= announced
        parts = [keys[start : start + _TEXTS_A_CALL] for start in range(0, len(keys), _TEXTS_A_CALL)]
        batches = [{key: missing[key] for key in part} for part in parts]
        try:
            fetched = await asyncio.gather(*map(self._fetch, batches), return_exceptions=True)
        finally:
            for key, future in announced.items():
                del self._running[key]
                future.cancel()  # one that has its result keeps it
        for batch in fetched:
            if isinstance(batch, BaseException):
                raise batch
        return {key: vector for batch in fetched if isinstance(batch, dict) for key, vector in batch.items()}

    async def _fetch(self, batch: Mapping[str, str]) -> dict[str, bytes]:
        waiting = [self._running[key] for key in batch]
        try:
            async with self._places:
                vectors = dict(zip(batch, await self._pay(batch), strict=True))
        except Exception as exc:
            for future in waiting:
                future.set_exception(exc)
                future.exception()  # whoever waits gets it; if nobody does, that is no error of its own
            raise
        for future, vector in zip(waiting, vectors.values(), strict=True):
            future.set_result(vector)
        return vectors

    async def _pay(self, batch: Mapping[str, str]) -> list[bytes]:
        """Ask for vectors and store them, and what they cost, also where it was for nothing."""
        with open_ledger() as ledger:
            try:
                vectors = await self._ask(list(batch.values()))
            except CondorError:
                if ledger.calls:
                    await self._store.add({}, ledger)
                raise
        await self._store.add(dict(zip(batch, vectors, strict=True)), ledger)
        return vectors

    async def _ask(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of a reply; one that holds none that can be used is asked for once more."""
        data = await self._complete(texts)
        try:
            return self._read(data, len(texts))
        except EmbeddingFault:
            data = await self._complete(texts)
        return self._read(data, len(texts))

    async def _complete(self, texts: Sequence[str]) -> object:
        """What a reply holds in the place of the vectors."""
        try:
            reply = await self._model.engine.complete(embedding_request(self._model.spec.name, texts))
        except LM15Error as exc:
            raise self._fault(exc, texts) from exc
        return cast("EmbeddingResponse", reply).data

    def _fault(self, error: LM15Error, texts: Sequence[str]) -> CondorError:
        fault = translate(error, self._model)
        if isinstance(fault, ReplyFault):
            longest = max(map(len, texts))
            return EmbeddingFault(f"{fault} (asked for {len(texts)} texts at once, of {longest} characters at most)")
        if isinstance(fault, CallFault) and self._model.engine.stopping.is_set():
            return Interrupted("stopped; everything finished is kept: the same command goes on")
        return fault

    def _read(self, data: object, count: int) -> list[bytes]:
        """The vectors of a reply, as long as those before and as was asked for: others cannot be compared."""
        try:
            vectors = read_vectors(data, count)
        except EmbeddingFault as exc:
            raise EmbeddingFault(f"{self._model.spec.name}: {exc}; the same command asks again") from exc
        self._check_length(vectors[0])
        return vectors

    def _numbers(self, vector: bytes) -> "array[float]":
        self._check_length(vector)
        return array("f", np.frombuffer(vector, dtype=FLOAT32).astype("=f4").tobytes())

    def _check_length(self, vector: bytes) -> None:
        length = len(vector) // FLOAT32.itemsize
        self._length = self._length or self._model.spec.dimensions or length
        if length != self._length:
            raise EmbeddingFault(f"{self._model.spec.name}: a vector of {length} numbers, not of {self._length}")

    def _key(self, text: str) -> str:
        return content_hash([_KEY_SCHEME, self._model.spec.identity, text])
