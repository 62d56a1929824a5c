"""How huggingface_hub is used: it says nothing to the terminal and to logs, and does not wait for ever."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds without a byte from the hub, and until it takes a connection.
_SILENCE_S, _CONNECT_S = 300.0, 20.0
#: Loggers that write addresses, signatures of uploads among them, and what a hub answers.
_TALKATIVE = ("huggingface_hub", "httpx", "httpcore")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the library's bars from the terminal, and what may be secret from every log."""
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    levels = {logger: logger.level for logger in map(logging.getLogger, _TALKATIVE)}
    bars = not are_progress_bars_disabled()
    for logger in levels:
        logger.setLevel(logging.CRITICAL)
    if bars:
        disable_progress_bars()
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)
        if bars:
            enable_progress_bars()


@contextmanager
def patience() -> Iterator[None]:
    """Give up a hub that says nothing."""
    from httpx import Timeout
    from huggingface_hub import get_session

    session = get_session()
    before = session.timeout
    session.timeout = Timeout(_SILENCE_S, connect=_CONNECT_S)
    try:
        yield
    finally:
        session.timeout = before
