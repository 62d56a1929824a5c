"""Stopping on request: nothing new is begun, and what is in flight gets some seconds to come back."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from ..errors import Interrupted

T = TypeVar("T")

#: Seconds that calls in flight are given. Closing clients and the interpreter takes a second or two more, and a stop
#: should take less than 10 in all.
GRACE_S = 6.0


async def finish_or_stop(work: Coroutine[Any, Any, T], stopping: asyncio.Event) -> T:
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
