"""Vectors that are kept on disk beside a result, in a file that one process holds."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import ModelFault, OutputFault, RunInUse
from ..files import make_directory
from ..runtime.embedding import JournaledEmbedder, VectorStore
from ..runtime.engine import LimitedEngine

#: What the name of a result's file becomes for that of its vectors, and for that by which a process holds them.
_VECTORS, _LOCK = ".vectors.db", ".vectors.lock"
#: Texts that an embedder is handed at once until it has answered: one call's worth, so that a wrong key costs one call.
_FIRST_TEXTS = 32
#: Texts that it is handed at once then, for each call that may be in flight; after a fault there are no more.
_TEXTS_A_PLACE = 128


async def embed_in_portions(
    embedder: JournaledEmbedder, engine: LimitedEngine, texts: Sequence[str]
) -> AsyncIterator[tuple[Sequence[str], Sequence[Sequence[float]]]]:
    """(texts, their vectors), a portion at a time."""
    done = 0
    while done < len(texts):
        at_once = _TEXTS_A_PLACE * engine.concurrency if engine.proven else _FIRST_TEXTS
        some = texts[done : done + at_once]
        yield some, await embedder(some)
        done += len(some)


@contextmanager
def open_kept_vectors(out: Path) -> Iterator[VectorStore]:
    """The file of vectors beside a result.

    A new file is taken away again where the model is at fault and nothing was paid for.

    Args:
        out: the result: `OUT.vectors.db` is the file, `OUT.vectors.lock` what it is held by.

    Raises:
        OutputFault: the file cannot be made, or the result could not be written.
        RunInUse: another process holds it.
        JournalFault: it is no file of vectors, is damaged, or a newer version wrote it.
    """
    path = out.parent / f"{out.name}{_VECTORS}"
    with _held(out):
        made_here = not path.exists()
        for unfinished in out.parent.glob(f".{escape(path.name)}.new*"):  # what a kill left, in the middle of making it
            unfinished.unlink(missing_ok=True)
        try:
            with VectorStore(path) as store:
                yield store
        except ModelFault:
            if made_here:
                _discard_if_empty(out, path)
            raise


@contextmanager
def _held(out: Path) -> Iterator[None]:
    """Hold the vectors beside a result, which is seen to be a place that can be written before anything is paid."""
    make_directory(out.parent)
    lock = FileLock(out.parent / f"{out.name}{_LOCK}")
    try:
        if out.exists() and not out.is_file():
            raise OutputFault(f"{out}: cannot write: it is no regular file, and would be replaced by one")
        lock.acquire(blocking=False)
    except Timeout as exc:
        raise RunInUse(f"{out}{_VECTORS}: another process works with these vectors; wait for it or stop it") from exc
    except OSError as exc:
        raise OutputFault(f"{out}: cannot lock the vectors beside it: {exc.strerror or exc}") from exc
    try:
        yield
    finally:
        lock.release()


def _discard_if_empty(out: Path, path: Path) -> None:
    with VectorStore(path) as store:
        paid_for = store.figures().texts
    if not paid_for:
        path.unlink()
        (out.parent / f"{out.name}{_LOCK}").unlink(missing_ok=True)
