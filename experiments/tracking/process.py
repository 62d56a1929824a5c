"""The process beside a run: takes its figures from time to time, and sends what the spool holds.

It is told `end` on its stdin when all is in the spool; then it sends that and ends. Where its stdin ends without that
word, the run's process is gone, and so is this; after it, this ends when that process does, and after a while anyhow.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ...errors import CondorError, StoreFault
from ...runtime.journal.spool import Spool
from .sending import Sender
from .snapshots import BEGIN, Recorder, last_start
from .traces import spool_traces

#: Seconds after which a run that has no reply yet is looked at again.
_SOON_S = 0.5
#: Seconds after the end of a run in which the rest may be sent: more than the run waits.
_LAST_S = 30.0
#: Seconds between two looks whether the run's process is still there.
_LOOK_S = 0.2


class _Beside:
    """What is done beside a run.

    Args:
        journal: the run's.
        uri: of the store, unless MLFLOW_TRACKING_URI names one.
        interval_s: seconds between two sets of figures.
    """

    def __init__(self, journal: Path, uri: str | None, interval_s: float) -> None:
        self._journal = journal
        self._interval_s = interval_s
        self._ending = threading.Event()
        self._sender = Sender(journal, uri)
        self._failed = False
        self._parent = os.getppid()

    def run(self) -> bool:
        """Work until the run has ended; returns whether everything was sent."""
        threading.Thread(target=self._heed_orders, daemon=True).start()
        recording = threading.Thread(target=self._record, daemon=True)
        recording.start()
        self._try(self._sender.reach)
        while not self._ending.wait(self._interval_s if self._sender.has_begun else min(_SOON_S, self._interval_s)):
            if self._sender.may_begin():
                self._try(self._sender.send)
        recording.join()
        show_steps(self._journal)
        sent = self._try(self._sender.send)
        self._sender.close()
        return sent

    def _try(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except StoreFault as exc:
            if not self._failed:
                print(json.dumps({"say": str(exc)}), flush=True)  # noqa: T201  # to the run's process
            self._failed = True
            return False
        return True

    def _heed_orders(self) -> None:
        if sys.stdin.readline().strip() != "end":
            os._exit(1)
        self._ending.set()
        until = time.monotonic() + _LAST_S
        while os.getppid() == self._parent and time.monotonic() < until:
            time.sleep(_LOOK_S)
        os._exit(1)  # nobody waits any more, and a store may take for ever

    def _record(self) -> None:
        """Take figures until the run has ended: the last ones are taken by its own process."""
        with Spool(self._journal) as spool:
            start = last_start(spool)
        assert start is not None
        recorder = Recorder(self._journal, start)
        try:
            while not self._ending.wait(self._interval_s):
                recorder.record()
                show_steps(self._journal)
        except CondorError as exc:
            print(json.dumps({"say": str(exc)}), flush=True)  # noqa: T201
        finally:
            recorder.close()


def show_steps(journal: Path) -> None:
    """Put the steps into the spool that the run wants to have shown.

    Raises:
        OutputFault: the journal cannot be written.
    """
    with Spool(journal) as spool:
        begin = spool.last(BEGIN)
    if begin is not None and (wanted := begin.body["traces"]) is not None:
        spool_traces(journal, wanted["one_in"], wanted["most"])


def main() -> None:
    """Run beside the journal that the arguments name."""
    journal, uri, interval_s = sys.argv[1:]
    sent = _Beside(Path(journal), uri or None, float(interval_s)).run()
    sys.stdout.flush()
    os._exit(0 if sent else 1)  # what MLflow has in threads is waited for by nobody
