"""Showing a run in MLflow while it goes on, from beside it.

A process of its own takes the figures from the journal, puts them into the journal's spool and sends what is there. So
MLflow costs the run nothing: its import takes seconds and a lock that other imports wait for, and a store may hang.
"""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal

from ...errors import BadInput, Interrupted
from ...runtime.environment import redact, variable
from ...runtime.journal import Journal
from ...runtime.journal.spool import Spool
from ..recipe import TrackingSettings
from .facts import RunFacts
from .limits import fit_metrics
from .runs import RUN_ID
from .snapshots import BEGIN, END, FILES, METRICS, Recorder, Start, begin_body

#: MLflow's words for how a run ended; a scheduled one waits for results.
Status = Literal["FINISHED", "FAILED", "KILLED", "SCHEDULED"]

#: Seconds between two sets of figures.
INTERVAL_S = 10.0
#: Seconds that the end of a run waits for what is still to be sent: all being well; after trouble; after Ctrl-C.
_WAIT_S, _WAIT_IN_TROUBLE_S, _WAIT_STOPPED_S = 20.0, 4.0, 2.0
_PROGRAM = "from condor.experiments.tracking.process import main; main()"


class Tracker:
    """Shows one run. Use it as a context manager around the work; `begin` may never be called.

    Args:
        uri: the store's address, unless MLFLOW_TRACKING_URI names one; by default `mlflow.db` in the working folder.
        tell: is told, in a line and once, that the store does not take what it should.
        interval_s: seconds between two sets of figures.
    """

    def __init__(
        self, uri: str | None = None, *, tell: Callable[[str], None] = lambda _: None, interval_s: float = INTERVAL_S
    ) -> None:
        self._uri = uri
        self._tell = tell
        self._interval_s = interval_s
        self._journal: Path | None = None
        self._start: Start | None = None
        self._ended = False
        self._stopped = False
        self._told = False
        self._last_words = ""
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None

    def __enter__(self) -> "Tracker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._journal is None:
            return
        if not self._ended:
            stopped = isinstance(exc, Interrupted | KeyboardInterrupt | GeneratorExit)
            self.end("KILLED" if stopped or exc is None else "FAILED", outcome=_outcome_of(exc))
        self._wait(0.0 if kind is not None and issubclass(kind, Interrupted | KeyboardInterrupt) else None)

    def begin(
        self,
        journal: Journal,
        facts: RunFacts,
        *,
        files: Sequence[str] = (),
        shown: TrackingSettings | None = None,
    ) -> None:
        """Show a run from now on.

        Args:
            journal: of the run, in the run's directory.
            facts: what is known of it.
            files: what is shown with it from the beginning; see artifacts.py.
            shown: how many of its steps are shown as traces; by default none.

        Raises:
            OutputFault: the journal cannot be written.
        """
        self._start, self._journal = Start.of(journal), journal.path
        traces = {"one_in": shown.traces_every, "most": shown.traces_most} if shown else None
        with Spool(journal.path) as spool:
            spool.append(BEGIN, begin_body(self._start, {**facts.as_json(), "traces": traces}), at_ms=self._start.at_ms)
            if files:
                spool.append(FILES, {"files": list(files)})
        self._launch(journal.path)

    def end(
        self,
        status: Status,
        *,
        outcome: str,
        metrics: Mapping[str, float | None] | None = None,
        files: Sequence[str] = (),
    ) -> None:
        """Note how the run ended, in its journal. It is sent when this tracker is left.

        Args:
            status: for MLflow.
            outcome: in a line.
            metrics: figures of the whole run besides those that its journal has.
            files: what is shown with it in the end; see artifacts.py.
        """
        if self._journal is None or self._start is None or self._ended:
            return
        self._ended, self._stopped = True, status == "KILLED"
        try:
            record_end(self._journal, self._start, status, outcome, metrics or {}, files)
        except BadInput as exc:  # the disk is full, or the journal is gone: what ended the run says so itself
            self._say(f"the end of the run could not be noted for MLflow: {exc}")

    def abandon(self) -> None:
        """Forget a run that is about to be taken away."""
        self._kill()
        self._journal = None

    def _launch(self, journal: Path) -> None:
        # Without -P a module of the working folder would take the place of Python's own.
        command = [sys.executable, "-P", "-c", _PROGRAM, str(journal), self._uri or "", repr(self._interval_s)]
        # In a session of its own: Ctrl-C in a terminal goes to all processes of one.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, args=(self._process,), name="tracking", daemon=True)
        self._listener.start()

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        """Pass on what the process says; what else appears there are the last words of one that fails."""
        assert process.stdout is not None
        for line in process.stdout:
            try:
                self._say(json.loads(line)["say"])
            except (ValueError, TypeError, KeyError):
                self._last_words = line.strip() or self._last_words

    def _say(self, what: str) -> None:
        if not self._told:
            self._told = True
            self._tell(
                f"{what}; the run goes on, and what MLflow misses waits in its journal: condor track RUN sends it"
            )

    def _wait(self, most_s: float | None) -> None:
        """Let the process send what is left, and end it."""
        process = self._process
        if process is None:
            return
        if most_s is None:
            most_s = _WAIT_STOPPED_S if self._stopped else _WAIT_S
        try:
            with suppress(OSError):  # it is gone already
                assert process.stdin is not None
                process.stdin.write("end\n")
                process.stdin.close()
            self._wait_for(process, most_s)
        except KeyboardInterrupt:
            pass  # whoever waits here waits for this alone
        code = process.poll()
        self._kill()
        if code != 0 and most_s and not self._told:
            self._say(self._why(code))

    def _wait_for(self, process: "subprocess.Popen[str]", most_s: float) -> None:
        until = time.monotonic() + most_s
        trouble_until = time.monotonic() + min(most_s, _WAIT_IN_TROUBLE_S)
        while process.poll() is None and time.monotonic() < (trouble_until if self._told else until):
            time.sleep(0.02)

    def _why(self, code: int | None) -> str:
        if code is None:
            return "MLflow's store takes its time"
        words = redact(self._last_words)
        return f"what sends to MLflow broke off ({words[:200]})" if words else "what sends to MLflow broke off"

    def _kill(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._listener is not None:
            self._listener.join(1)
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        self._process = None


def _outcome_of(exc: BaseException | None) -> str:
    """What ended a run, by its kind alone: a message names addresses, which may hold secrets, and folders."""
    if exc is None or isinstance(exc, KeyboardInterrupt | GeneratorExit):
        return "left" if exc is None else "interrupted"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(exc).__name__).lower()


def record_end(
    journal: Path,
    start: Start,
    status: Status,
    outcome: str,
    metrics: Mapping[str, float | None],
    files: Sequence[str],
    *,
    at_ms: int | None = None,
) -> None:
    """Put a run's last figures and how it ended into its spool.

    Args:
        at_ms: when it ended, in Unix milliseconds; by default now.

    Raises:
        OutputFault: the journal cannot be written.
        JournalFault: it cannot be opened.
    """
    recorder = Recorder(journal, start)
    try:
        recorder.record(anew=True, at_ms=at_ms)
    finally:
        recorder.close()
    with Spool(journal) as spool:
        if metrics:
            last = spool.last(METRICS)
            body = {"step": last.body["step"] if last else 0, "metrics": fit_metrics(metrics)}
            spool.append(METRICS, body, at_ms=at_ms)
        if files:
            spool.append(FILES, {"files": list(files)})
        spool.append(END, {"status": status, "tags": {"condor.outcome": outcome}}, at_ms=at_ms)


def tracking_is_on() -> bool:
    """Whether the environment leaves tracking on: CONDOR_TRACKING is not `off`."""
    return (variable("CONDOR_TRACKING") or "").lower() != "off"


def interval_s() -> float:
    """Seconds between two sets of figures: what CONDOR_TRACKING_SECONDS says, else ten."""
    given = variable("CONDOR_TRACKING_SECONDS")
    try:
        return max(0.05, float(given)) if given else INTERVAL_S
    except ValueError as exc:
        raise BadInput(f"CONDOR_TRACKING_SECONDS: {given!r} is no number of seconds") from exc


def tracked_as(journal: Path) -> str | None:
    """The id of the MLflow run that shows a journal's run, or None."""
    with Spool(journal) as spool:
        return spool.meta().get(RUN_ID)
