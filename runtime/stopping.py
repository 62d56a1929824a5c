"""Stopping on request: nothing new is begun, and what is in flight gets some seconds to come back."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from ..errors import Interrupted

T = TypeVar("T")


class StopSignal:
    """Says that nothing new should be begun. Unlike `asyncio.Event` it belongs to no event loop.

    It is set from the loop that waits for it, as a signal handler of that loop does.
    """

    def __init__(self) -> None:
        self._set = False
        self._waiting: set[asyncio.Future[Any]] = set()

    def set(self) -> None:
        """Stop: wakes whoever waits."""
        self._set = True
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def is_set(self) -> bool:
        """Whether to stop."""
        return self._set

    async def wait(self) -> None:
        """Return once it is set."""
        if self._set:
            return
        future = asyncio.get_running_loop().create_future()
        with self.waking(future):
            await future

    @contextmanager
    def waking(self, future: "asyncio.Future[Any]") -> Iterator[None]:
        """Inside the block a stop gives a future the result None, whatever else it waits for."""
        self._waiting.add(future)
        try:
            yield
        finally:
            self._waiting.discard(future)


#: Seconds that calls in flight are given. Closing clients and the interpreter takes a second or two more, and a stop
#: should take less than 10 in all.
GRACE_S = 6.0


async def finish_or_stop(work: Coroutine[Any, Any, T], stopping: StopSignal) -> T:
    """Await some work; once `stopping` is set, for `GRACE_S` seconds at most.

    Raises:
        Interrupted: the time was up and the work was cancelled.
    """
    task = asyncio.ensure_future(work)
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            await asyncio.wait({task}, timeout=GRACE_S)
        if task.done():
            return task.result()
        raise Interrupted("stopped with calls in flight; everything finished is kept: the same command goes on")
    finally:
        stop.cancel()
        task.cancel()
        # What was cancelled ends here, and not at some later moment when its journal is closed.
        await asyncio.gather(task, return_exceptions=True)
