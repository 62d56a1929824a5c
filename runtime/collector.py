"""The garbage collector during a run: rarely, and not over what was there before it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New container objects before a collection of the youngest, and of how many of those before the next older ones.
_THRESHOLDS = (50_000, 50, 100)


@contextmanager
def quiet_collector() -> Iterator[None]:
    """Collect seldom inside the block, and put everything back after it.

    Python's default looks for cycles every 700 new objects, and with the libraries loaded here each full look is long.
    A run makes few cycles: what it drops is freed by reference count (benchmarks/memory.py watches that it is).
    """
    before = gc.get_threshold()
    # Without a collection before it: a look at everything that the libraries have made takes longer than many a call.
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
