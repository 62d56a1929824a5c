"""Does a judge agree with people? Its verdicts beside their preferences."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import BadInput, UnreadableFile
from ..files import read_text
from ..vocabulary import Winner
from .judging import judge_records
from .statistics import Agreement, PositionBias, measure_agreement, measure_position_bias
from .status import open_run
from .tree_run import ModelUse

Preferred = Literal["void", "refine", "tie"]
_OF_WINNER: Final[dict[Winner, Preferred]] = {"first": "void", "second": "refine", "tie": "tie"}


class Label(BaseModel):
    """What a person preferred: a line of a file of labels.

    Attributes:
        id: of the record: of its question, its first answer or its last refinement, as exports have it.
        preferred: the stage whose answer is the better one, or `tie`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1)
    preferred: Preferred


@dataclass(frozen=True)
class Calibration:
    """A judge beside people.

    Attributes:
        judge: the name of the judging model; `rehearsal` is whether that is the embedded stand-in.
        labels: that were read; `unknown` are those of no kept record of the run.
        unanswered: calls that got no reply; the same command asks again.
        agreement: over `void`, `refine` and `tie`; `decided` over the pairs that neither called a tie.
        table: what people preferred -> what the judge did -> pairs.
        bias: how often the order of a pair decided the judge's verdict.
    """

    judge: str
    rehearsal: bool
    labels: int
    unknown: tuple[str, ...]
    unanswered: int
    agreement: Agreement
    decided: Agreement
    table: dict[str, dict[str, int]]
    bias: PositionBias

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return asdict(self)


def load_labels(path: Path) -> dict[str, Preferred]:
    """Labels by id, from JSONL; other keys of a line are passed over.

    Raises:
        UnreadableFile: a line is no label, or says another thing of a record than one before; the message holds it.
        BadInput: there is none.
    """
    labels: dict[str, Preferred] = {}
    for number, line in enumerate(read_text(path, what="labels").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            label = Label.model_validate_json(line)
        except ValidationError as exc:
            first = exc.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "line"
            raise UnreadableFile(
                f'{path}:{number}: {place}: {first["msg"]}; a label is {{"id": ..., "preferred": "void|refine|tie"}}'
            ) from exc
        if labels.setdefault(label.id, label.preferred) != label.preferred:
            raise UnreadableFile(f"{path}:{number}: {label.id} is preferred otherwise in an earlier line")
    if not labels:
        raise BadInput(f"{path}: holds no label")
    return labels


async def calibrate(labels: Mapping[str, Preferred], run: Path, use: ModelUse) -> Calibration:
    """Have a judge compare the pairs that people have labelled, in both orders; journaled as `judge_run` is.

    Raises:
        BadInput: no label is of a kept record of the run.
        As `judge_run` does.
    """
    by_question, known = _by_question(labels, run)
    if not by_question:
        raise BadInput(f"{run}: none of the {len(labels)} labels is of a record that it has kept")
    items = await judge_records(run, frozenset(by_question), ("pairs",), use)
    people = [by_question[item.question.id] for item in items]
    judge = [None if item.winner is None else _OF_WINNER[item.winner] for item in items]
    pairs = [(one, other) for one, other in zip(people, judge, strict=True) if "tie" not in (one, other)]
    table: dict[str, dict[str, int]] = {}
    for one, other in zip(people, judge, strict=True):
        row = table.setdefault(one, {})
        row[other or "missing"] = row.get(other or "missing", 0) + 1
    return Calibration(
        judge=use.spec.name,
        rehearsal=use.spec.is_rehearsal,
        labels=len(labels),
        unknown=tuple(sorted(set(labels) - known)),
        unanswered=sum(item.unanswered for item in items),
        agreement=measure_agreement(people, judge),
        decided=measure_agreement([one for one, _ in pairs], [other for _, other in pairs]),
        table=table,
        bias=measure_position_bias(item.pair for item in items if not item.same),
    )


def _by_question(labels: Mapping[str, Preferred], run: Path) -> tuple[dict[str, Preferred], set[str]]:
    """(question id -> label, ids that are known), whichever of a record's ids a label names.

    Raises:
        BadInput: two labels of one record differ.
    """
    found: dict[str, Preferred] = {}
    known: set[str] = set()
    _, journal = open_run(run)
    with journal:
        for chain in journal.kept_chains():
            ids = {chain.question.id, chain.answer.id, chain.final.id} & labels.keys()
            known |= ids
            said: set[Preferred] = {labels[each] for each in ids}
            if len(said) > 1:
                raise BadInput(f"labels of one record differ: {', '.join(sorted(ids))}")
            if said:
                found[chain.question.id] = said.pop()
    return found, known
