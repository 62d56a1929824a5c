"""A sample of a run's steps as traces, made from the journal after the fact: no call waits for one.

A trace's id is a hash of the MLflow run and the step, so that sending it twice leaves one.
"""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...hashing import content_hash
from ...runtime.journal import Journal, StepEntry
from ...runtime.journal.spool import Spool, SpoolEntry
from ...runtime.run_directory import JOURNAL_FILE
from ..mlflow_store import Store
from .lines import made_from, redacted, redactor, says

if TYPE_CHECKING:
    from mlflow.entities import Span

#: The kind of a spool's entry that names steps to show.
TRACE = "trace"
#: Steps of one entry.
_TOGETHER = 20
#: Of what is shown in a list of traces.
_PREVIEW = 1000


def spool_traces(journal: Path, one_in: int, most: int) -> None:
    """Put the steps that are to be shown, and are not yet, into the spool.

    Args:
        journal: the run's.
        one_in: the first step is shown, and one in so many of the others.
        most: steps that are shown of a run.

    Raises:
        OutputFault: the journal cannot be written.
    """
    with Spool(journal) as spool, Journal(journal, writable=False) as steps:
        last = spool.last(TRACE)
        shown, after = (last.body["shown"], last.body["steps"][-1]) if last else (0, 0)
        chosen = steps.sampled_steps(one_in, after=after)[: max(0, most - shown)]
        for start in range(0, len(chosen), _TOGETHER):
            numbers = chosen[start : start + _TOGETHER]
            shown += len(numbers)
            spool.append(TRACE, {"steps": numbers, "shown": shown})


def send_traces(store: Store, run_id: str, entry: SpoolEntry, directory: Path) -> None:
    """Send the traces that an entry names.

    Raises:
        MlflowException: the store failed.
    """
    with Journal(directory / JOURNAL_FILE, writable=False) as journal:
        judged = directory.parent / JOURNAL_FILE
        above = Journal(judged, writable=False) if judged.exists() else None
        try:
            journals = [journal, above] if above else [journal]
            for number in entry.body["steps"]:
                if (step := journal.step_at(number)) is not None:
                    _Trace.of(step, journals, run_id, redactor(directory)).send(store)
        finally:
            if above is not None:
                above.close()


@dataclass(frozen=True)
class _Trace:
    """A step as a trace.

    Attributes:
        run_id: of the MLflow run.
        start_ns, end_ns: Unix times; a step's end is known to the second, and its length exactly.
        inputs, outputs: what it was made from, and what it made or what went wrong.
        messages: the prompt, with names in the place of the inputs, as every step of that version got it.
    """

    step: StepEntry
    run_id: str
    start_ns: int
    end_ns: int
    inputs: Any
    outputs: Any
    messages: Any

    @classmethod
    def of(cls, step: StepEntry, journals: list[Journal], run_id: str, clean: Callable[[str], str]) -> "_Trace":
        end = int(datetime.fromisoformat(step.finished_at).timestamp()) * 10**9
        made = [says(record) for record in step.records]
        outputs = (made[0] if len(made) == 1 else made) if made else json.loads(step.output or "{}").get("values")
        if step.outcome != "done":
            # The detail stays in the journal: it names the endpoint's address, which may hold a secret.
            outputs = {"failure": step.reason, "reply": step.raw}
        return cls(
            step,
            run_id,
            end - int(step.seconds * 1e9),
            end,
            redacted(made_from(step.records[0], journals) if step.records else {}, clean),
            redacted(outputs, clean),
            redacted(journals[0].prompt(step.prompt_version) or [], clean),
        )

    @property
    def trace_id(self) -> str:
        return f"tr-{content_hash([self.run_id, self.step.key])}"

    def send(self, store: Store) -> None:
        """Send the trace and its spans."""
        from mlflow.entities import TraceInfo, TraceLocation, TraceState
        from mlflow.tracing.client import TracingClient

        step, client = self.step, TracingClient(store.address)
        preview = json.dumps([self.inputs, self.outputs], ensure_ascii=False)
        info = TraceInfo(
            trace_id=self.trace_id,
            trace_location=TraceLocation.from_experiment_id(store.experiment_id),
            request_time=self.start_ns // 10**6,
            execution_duration=(self.end_ns - self.start_ns) // 10**6,
            state=TraceState.OK if step.outcome == "done" else TraceState.ERROR,
            request_preview=json.dumps(self.inputs, ensure_ascii=False)[:_PREVIEW],
            response_preview=json.dumps(self.outputs, ensure_ascii=False)[:_PREVIEW],
            trace_metadata={
                "mlflow.sourceRun": self.run_id,
                "mlflow.trace.tokenUsage": json.dumps(_usage(step)),
                "mlflow.trace.sizeStats": json.dumps({"total_size_bytes": len(preview.encode()), "num_spans": 4}),
            },
            tags={
                "mlflow.traceName": step.stage,
                "condor.stage": step.stage,
                "condor.prompt_version": step.prompt_version,
                "condor.model": step.model,
                "condor.step": step.key,
            },
        )
        client.start_trace(info)
        client.log_spans(store.experiment_id, self._spans())

    def _spans(self) -> "list[Span]":
        step = self.step
        model = {"mlflow.llm.model": step.model, "mlflow.chat.tokenUsage": _usage(step), "calls": step.calls}
        prompt = {"prompt_version": step.prompt_version}
        read = {"records": [record.id for record in step.records]} if step.records else self.outputs
        return [
            self._span(step.stage, "CHAIN", self.inputs, self.outputs, prompt | {"model": step.model}, root=True),
            self._span("prompt", "PARSER", self.inputs, self.messages, prompt, at_start=True),
            self._span(
                "reply", "LLM", {"messages": self.messages, "values": self.inputs}, self.outputs, prompt | model
            ),
            self._span("parse", "PARSER", self.outputs, read, {"outcome": step.outcome}, at_end=True),
        ]

    def _span(
        self,
        name: str,
        kind: str,
        inputs: Any,
        outputs: Any,
        more: dict[str, Any],
        *,
        root: bool = False,
        at_start: bool = False,
        at_end: bool = False,
    ) -> "Span":
        """A span; the making of a prompt and the reading of a reply take no time that would be known."""
        from mlflow.entities import Span

        failed = self.step.outcome != "done" and (root or at_end)
        attributes = {
            "mlflow.traceRequestId": self.trace_id,
            "mlflow.spanType": kind,
            "mlflow.spanInputs": inputs,
            "mlflow.spanOutputs": outputs,
            **more,
        }
        return Span.from_dict(
            {
                "name": name,
                "trace_id": _base64(self.trace_id.removeprefix("tr-")),
                "span_id": self._span_id(name if not root else ""),
                "parent_span_id": "" if root else self._span_id(""),
                "start_time_unix_nano": self.end_ns if at_end else self.start_ns,
                "end_time_unix_nano": self.start_ns if at_start else self.end_ns,
                "status": {"code": "STATUS_CODE_ERROR" if failed else "STATUS_CODE_OK", "message": ""},
                "events": [],
                "attributes": {key: json.dumps(value, ensure_ascii=False) for key, value in attributes.items()},
            }
        )

    def _span_id(self, name: str) -> str:
        return _base64(content_hash([self.trace_id, name], size=8))


def _base64(digits: str) -> str:
    """An id as spans are written down: MLflow takes hexadecimal digits for base64."""
    return b64encode(bytes.fromhex(digits)).decode()


def _usage(step: StepEntry) -> dict[str, int]:
    total = step.input_tokens + step.output_tokens
    return {"input_tokens": step.input_tokens, "output_tokens": step.output_tokens, "total_tokens": total}
