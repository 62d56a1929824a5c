"""Stopping on request: nothing new is begun, and what is in flight gets some seconds to come back."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from ..errors import Interrupted

T = TypeVar("T")

#: Seconds that calls in flight are given; with the clean-up after them a stop takes less than 10.
GRACE_S = 8.0


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
        raise Interrupted("the run was stopped with calls in flight")
    finally:
        stop.cancel()
        task.cancel()
        # What was cancelled ends here, and not at some later moment when its journal is closed.
        await asyncio.gather(task, return_exceptions=True)
