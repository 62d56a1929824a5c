"""What a journal holds: executed steps, ended items, and sums over both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dspy.lm15 import FinishReason

from ...corpus.records import Record
from ..ledger import Ledger

StepOutcome = Literal["done", "invalid", "error"]
ItemOutcome = Literal["kept", "rejected", "failed"]


@dataclass(frozen=True)
class StepEntry:
    """One executed step.

    Attributes:
        outcome: `done`; `invalid`, the reply is no record and asking again would give the same; or `error`, there was
            no reply and a resumed run asks again. Figures of an earlier `error` are added to those of what follows.
        output: for `done`: JSON with the ids of the records or with the plain values that the step returned.
        records: what to store with it.
        reason, detail, raw: for the others: the failure's short name, one line, and the reply as it came.
    """

    key: str
    stage: str
    outcome: StepOutcome
    prompt_version: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    seconds: float
    finished_at: str
    output: str | None = None
    records: Sequence[Record] = ()
    reason: str | None = None
    detail: str | None = None
    raw: str | None = None

    @property
    def inherited(self) -> bool:
        """Whether it was taken over from another run: a result that no call was made for."""
        return not self.calls and self.outcome in ("done", "invalid")


@dataclass(frozen=True)
class TurnEntry:
    """A reply within a step that led to another request, kept until the step has ended.

    Attributes:
        turn: its number within the step, from 1.
        text, finish_reason: of the reply.
        reply_tokens: as the endpoint counted them, or None.
        spent: what the calls for it have cost, as long as no entry of the step counts them.
    """

    step_key: str
    turn: int
    text: str
    finish_reason: FinishReason
    reply_tokens: int | None
    spent: Ledger


@dataclass(frozen=True)
class ItemEntry:
    """How one asked-for item ended.

    Attributes:
        position: its place in the walk of cells and difficulties.
        final: False where a resumed run should try again (a call that got no reply).
        record_id: of the last refinement that stands, for a kept item; of the answer where none does.
        reason, figure, detail: the rule and its figure for a rejected item, the failure's name for a failed one.
        step_key: of the step that failed, where the raw reply is.
    """

    position: int
    outcome: ItemOutcome
    cell_id: str
    difficulty: str
    final: bool = True
    question_id: str | None = None
    answer_id: str | None = None
    record_id: str | None = None
    reason: str | None = None
    figure: float | None = None
    detail: str | None = None
    step_key: str | None = None


@dataclass(frozen=True)
class JournalTotals:
    """Sums over a journal.

    Attributes:
        kept, rejected, failed: items by how they ended.
        reasons: (outcome, reason) -> number of items, for rejected and failed ones.
        calls, input_tokens, output_tokens: over all steps, whatever became of them.
        cost_usd: None where the price of any call is unknown.
        calls_by_stage: calls of each stage.
        inherited: steps that were taken over from another run.
    """

    kept: int
    rejected: int
    failed: int
    reasons: dict[tuple[str, str], int]
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    calls_by_stage: dict[str, int]
    inherited: int = 0


@dataclass(frozen=True)
class Maker:
    """A model with the settings and the prompt that it made records with.

    Attributes:
        model: as LiteLLM names it.
        sampling: the settings that were sent.
        prompt_version: of the prompt.
    """

    model: str
    sampling: dict[str, Any]
    prompt_version: str


@dataclass
class StageFigures:
    """What a stage's steps have come to.

    Attributes:
        ended: steps with a result, those that were taken over included.
        lost: of these, the ones that brought no record.
        inherited: of these, the ones that were taken over from another run.
        calls, input_tokens, output_tokens: over all its steps; those that were taken over took none.
    """

    ended: int = 0
    lost: int = 0
    inherited: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def executed(self) -> int:
        """Steps with a result that calls were made for."""
        return self.ended - self.inherited

    def add(self, entry: StepEntry) -> None:
        """Count a step."""
        self.ended += 1
        self.lost += entry.outcome != "done"
        self.inherited += entry.inherited
        self.calls += entry.calls
        self.input_tokens += entry.input_tokens
        self.output_tokens += entry.output_tokens
