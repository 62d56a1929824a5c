"""A judged sample in MLflow's own evaluation view: question, answer, critique, refinement and scores side by side.

The scores are those that the journal of verdicts holds: nobody is asked again.
"""

import io
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...corpus.records import Verdict
from ...errors import BadInput
from ...runtime.journal import Journal
from ...runtime.journal.spool import Spool
from ...runtime.run_directory import JOURNAL_FILE
from ...vocabulary import CRITERIA
from ..mlflow_store import Store, open_store, store_faults
from .lines import redacted, redactor, sample_row
from .runs import mlflow_run, sending_alone

if TYPE_CHECKING:
    from mlflow.entities import Feedback
    from mlflow.genai.scorers import Scorer

#: Records that are shown at most.
MOST = 200
#: Marks the traces of an evaluation, so that a later one takes their place.
_TAG = "condor.evaluation"
#: MLflow finds and deletes so many traces with one request.
_TOGETHER = 100


@dataclass(frozen=True)
class _Row:
    """A judged record: what is shown, and what was said of the first answer and of the last refinement."""

    shown: dict[str, str]
    void: Verdict | None
    refine: Verdict | None


def show_evaluation(run: Path, judged: Path, judge: str, *, uri: str | None = None, most: int = MOST) -> int:
    """Show verdicts in the MLflow run of a judging; those of an earlier evaluation are replaced.

    Args:
        run: the directory of a synthesis.
        judged: that of its judging.
        judge: the name of the model whose verdicts are shown.
        uri: the store's address, unless MLFLOW_TRACKING_URI names one.
        most: records that are shown: the first of the run's walk that were judged.

    Returns:
        How many are shown.

    Raises:
        BadInput: the judge has scored nothing.
        StoreFault: the store cannot be reached, or fails.
    """
    rows = _rows(run, judged, judge, most)
    if not rows:
        raise BadInput(f"{judged}: holds no scores by {judge}")
    store = open_store(uri)
    with sending_alone(judged), store_faults(store.address), Spool(judged / JOURNAL_FILE) as spool:
        run_id = mlflow_run(store, spool)
        _forget_earlier(store, run_id)
        _evaluate(store, run_id, rows, judge)
    return len(rows)


def _rows(run: Path, judged: Path, judge: str, most: int) -> list[_Row]:
    clean = redactor(run)
    with (
        Journal(run / JOURNAL_FILE, writable=False) as journal,
        Journal(judged / JOURNAL_FILE, writable=False) as verdicts,
    ):
        found = (
            _Row(
                redacted(sample_row(chain), clean),
                _verdict(verdicts, chain.answer.id, judge),
                _verdict(verdicts, chain.final.id, judge),
            )
            for chain in journal.kept_chains()
        )
        return list(islice((row for row in found if row.void or row.refine), most))


def _verdict(verdicts: Journal, record_id: str, judge: str) -> Verdict | None:
    """The last that a judge said of a record, or None."""
    said = [each for each in verdicts.children(record_id) if isinstance(each, Verdict)]
    by_judge = [each for each in said if each.provenance is not None and each.provenance.model == judge]
    return by_judge[-1] if by_judge else None


def _forget_earlier(store: Store, run_id: str) -> None:
    def find() -> list[str]:
        found = store.client.search_traces(
            locations=[store.experiment_id],
            run_id=run_id,
            filter_string=f"tags.`{_TAG}` = 'yes'",
            max_results=_TOGETHER,
            include_spans=False,
        )
        return [trace.info.trace_id for trace in found]

    while ids := find():
        store.client.delete_traces(store.experiment_id, trace_ids=ids)


def _evaluate(store: Store, run_id: str, rows: list[_Row], judge: str) -> None:
    import mlflow
    from mlflow import genai

    data = [
        {"inputs": {"question": row.shown["question"]}, "outputs": _outputs(row.shown), "tags": {_TAG: "yes"}}
        for row in rows
    ]
    by_record = {row.shown["record_id"]: row for row in rows}
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.address)
    try:
        mlflow.set_experiment(experiment_id=store.experiment_id)
        with _without_surroundings(), _in_silence(), mlflow.start_run(run_id=run_id):
            genai.evaluate(data=data, scorers=list(_scorers(by_record, judge)))
    finally:
        mlflow.set_tracking_uri(before)


def _outputs(shown: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in shown.items() if name != "question"}


def _scorers(rows: Mapping[str, _Row], judge: str) -> "Iterator[Scorer]":
    """One for each criterion of the last refinement, and the mean of both stages.

    MLflow has a judge of its own called `correctness`, and would show a score of that name as one of its words.
    """
    for criterion in CRITERIA:
        yield _scorer(
            f"refinement_{criterion}",
            lambda row: row.refine,
            lambda verdict, name=criterion: verdict.scores[name],
            rows,
            judge,
        )
    yield _scorer("refinement_overall", lambda row: row.refine, lambda verdict: verdict.overall, rows, judge)
    yield _scorer("answer_overall", lambda row: row.void, lambda verdict: verdict.overall, rows, judge)


def _scorer(
    name: str,
    verdict_of: Callable[[_Row], Verdict | None],
    score_of: Callable[[Any], float],
    rows: Mapping[str, _Row],
    judge: str,
) -> "Scorer":
    from mlflow.entities import AssessmentSource, Feedback
    from mlflow.genai import scorer

    source = AssessmentSource(source_type="LLM_JUDGE", source_id=judge)

    def score(outputs: dict[str, str]) -> "Feedback":
        verdict = verdict_of(rows[outputs["record_id"]])
        if verdict is None:
            return Feedback(name=name, error=ValueError("there is no verdict that could be read"), source=source)
        return Feedback(name=name, value=score_of(verdict), rationale=verdict.reason, source=source)

    return scorer(score, name=name, aggregations=["mean"])


@contextmanager
def _without_surroundings() -> Iterator[None]:
    """Keep MLflow from noting who runs what from which checkout.

    It would take the user's name from the credentials of the store, and the address of the checkout's origin, which may
    hold a token.
    """
    from mlflow.tracking.context import registry
    from mlflow.tracking.context.abstract_context import RunContextProvider

    class Plain(RunContextProvider):
        def in_context(self) -> Any:
            return True

        def tags(self) -> Any:
            return {"mlflow.user": "condor", "mlflow.source.name": "condor judge"}

    registry._run_context_provider_registry.register(Plain)
    # MLflow notes nothing of a checkout where GitPython cannot be imported; it has no setting for it.
    module, sys.modules["git"] = sys.modules.get("git"), None  # pyright: ignore[reportArgumentType]
    try:
        yield
    finally:
        del sys.modules["git"]
        if module is not None:
            sys.modules["git"] = module


@contextmanager
def _in_silence() -> Iterator[None]:
    """MLflow prints how far it is and where to look: in our own words, or not at all."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        yield
