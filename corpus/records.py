"""The records of a run: cell -> question -> answer -> critique -> refinement -> verdict, each with its parent's id.

An id is a hash of what the record says and of its parent's id. It is the same on every machine, and for every model
that says the same; when, by which model and at what price a record was made is its provenance, which is no part of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ..hashing import content_hash
from ..vocabulary import CRITERIA, Criterion, Difficulty, Language, PairVerdict, RecordKind, TaskName, Winner
from .text import clean_text

#: Part of every id: a change of what is hashed must change it.
_ID_SCHEME = "condor-record-1"


def _clean(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_clean), Field(min_length=1)]
Score = Annotated[int, Field(strict=True, ge=1, le=10)]
#: What a journal and a Parquet file hold of a number.
_MOST = 2**63 - 1
_Count = Annotated[int, Field(ge=0, le=_MOST)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Origin(_Frozen):
    """Where a record comes from: its place in the tree and in the grid of tasks and difficulties.

    Attributes:
        tree_version: content hash of the tree that the cell was sampled from.
        path: the tags from the root tag to the leaf.
        difficulty: None for a cell, which stands for all three.
    """

    tree_version: str
    path: tuple[Text, ...] = Field(min_length=1)
    task: TaskName
    language: Language
    difficulty: Difficulty | None = None


class Provenance(_Frozen):
    """How a record was made.

    Attributes:
        stage: the name of the step.
        prompt_version: hash of the rendered prompt without its inputs.
        model: the model, as LiteLLM names it.
        sampling: the sampling settings that were sent.
        calls: requests that the step took, including those whose reply did not parse.
        input_tokens, output_tokens: over all of those calls; the three questions of one call share its figures.
        cost_usd: of those calls; None where the model's price is unknown.
        created_at: UTC, ISO 8601.
    """

    stage: str
    prompt_version: str
    model: str
    sampling: dict[str, float | int | str] = Field(default_factory=dict)
    calls: _Count
    input_tokens: _Count
    output_tokens: _Count
    cost_usd: float | None = Field(default=None, ge=0)
    created_at: str


class Record(_Frozen):
    """What all records share.

    Attributes:
        parent_id: id of the record that this one was made from.
        origin: its place in tree and grid.
        provenance: how it was made; None until a run has stored it.
    """

    kind: ClassVar[RecordKind]

    parent_id: str
    origin: Origin
    provenance: Provenance | None = None

    def content(self) -> dict[str, Any]:
        """What the record says, as JSON: all that its id covers besides its parent."""
        return self.model_dump(mode="json", exclude={"parent_id", "origin", "provenance"})

    @cached_property
    def id(self) -> str:
        """32 hexadecimal digits over kind, parent and content."""
        return content_hash([_ID_SCHEME, self.kind, self.parent_id, self.content()])

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values; its id is its own."""
        copy = super().model_copy(update=update, deep=deep)
        vars(copy).pop("id", None)
        return copy


class Cell(Record):
    """One tag path and one task in one language: what three questions are written from (paper section 3.2)."""

    kind: ClassVar[RecordKind] = "cell"

    parent_id: str = ""

    @classmethod
    def at(cls, path: Sequence[str], *, task: TaskName, language: Language, tree_version: str) -> "Cell":
        """The cell at a tag path, for a task in a language."""
        return cls(origin=Origin(tree_version=tree_version, path=tuple(path), task=task, language=language))

    def content(self) -> dict[str, Any]:
        """The path, task and language; not the tree's version, so that a tree may grow without renaming its cells."""
        return self.origin.model_dump(mode="json", include={"path", "task", "language"})

    @property
    def path(self) -> tuple[str, ...]:
        """The tags from the root tag to the leaf."""
        return self.origin.path


class Question(Record):
    """A user's question of one difficulty. `origin.difficulty` is set; `parent_id` is the cell's."""

    kind: ClassVar[RecordKind] = "question"

    text: Text

    @model_validator(mode="after")
    def _has_a_difficulty(self) -> Self:
        if self.origin.difficulty is None:
            raise ValueError("a question has a difficulty: origin.difficulty is None")
        return self

    def content(self) -> dict[str, Any]:
        """The text and its difficulty."""
        return {"text": self.text, "difficulty": self.origin.difficulty}


class Answer(Record):
    """The first answer to a question ("Condor Void"); `parent_id` is the question's."""

    kind: ClassVar[RecordKind] = "answer"

    text: Text


class Critique(Record):
    """A review of an answer or of an earlier refinement, whose id is `parent_id` (paper section 3.3)."""

    kind: ClassVar[RecordKind] = "critique"

    strengths: Text
    weaknesses: Text
    suggestions: Text


class Refinement(Record):
    """An answer written anew after a critique, whose id is `parent_id` ("Condor Refine").

    Attributes:
        round: 1 for the refinement of the first answer, 2 for the refinement of that, ...
    """

    kind: ClassVar[RecordKind] = "refinement"

    text: Text
    round: int = Field(ge=1, le=_MOST)


class Verdict(Record):
    """A judge's scores of an answer or a refinement, whose id is `parent_id`; each a whole number from 1 to 10."""

    kind: ClassVar[RecordKind] = "verdict"

    helpfulness: Score
    correctness: Score
    depth: Score
    clarity: Score
    instruction_following: Score
    reason: Text

    @property
    def scores(self) -> dict[Criterion, int]:
        """The scores by criterion."""
        return {criterion: getattr(self, criterion) for criterion in CRITERIA}

    @property
    def overall(self) -> float:
        """The plain mean of the five scores, from 1 to 10."""
        return sum(self.scores.values()) / len(CRITERIA)


class Preference(Record):
    """What a judge said of a pair in one order.

    Attributes:
        parent_id: id of the answer or refinement that was shown as A.
        other_id: id of the one that was shown as B.
    """

    kind: ClassVar[RecordKind] = "preference"

    other_id: str
    verdict: PairVerdict
    reason: Text


class Comparison(Record):
    """What a judge said of a pair in both orders; no call made it but those of its two preferences.

    Attributes:
        parent_id: id of the first answer or refinement.
        other_id: id of the second.
        verdicts: with the first shown as A, then with the second shown as A.
        reasons: in the same order.
    """

    kind: ClassVar[RecordKind] = "comparison"

    other_id: str
    verdicts: tuple[PairVerdict, PairVerdict]
    reasons: tuple[Text, Text]

    @classmethod
    def of(cls, straight: Preference, swapped: Preference) -> "Comparison":
        """The comparison of a pair from its two orders.

        Args:
            straight: the pair with the first shown as A.
            swapped: the same pair with the second shown as A.

        Raises:
            ValueError: they are not two orders of one pair.
        """
        if (straight.parent_id, straight.other_id) != (swapped.other_id, swapped.parent_id):
            raise ValueError("a comparison takes two orders of one pair")
        return cls(
            parent_id=straight.parent_id,
            other_id=straight.other_id,
            origin=straight.origin,
            verdicts=(straight.verdict, swapped.verdict),
            reasons=(straight.reason, swapped.reason),
            provenance=_together(straight.provenance, swapped.provenance),
        )

    @property
    def winner(self) -> Winner:
        """The one that both orders prefer; a tie where they agree on a tie or do not agree."""
        return "tie" if self.flipped else _WINNERS[self.verdicts[0]]

    @property
    def flipped(self) -> bool:
        """Whether the verdict changed with the order, be it only from a win to a tie."""
        return self.favours is not None

    @property
    def favours(self) -> Literal["A", "B"] | None:
        """The place, not the answer, that a flipped verdict prefers: A is the one shown first."""
        tilt = self.verdicts.count("A") - self.verdicts.count("B")
        return None if tilt == 0 else "A" if tilt > 0 else "B"


_WINNERS: dict[PairVerdict, Winner] = {"A": "first", "B": "second", "tie": "tie"}


def _together(one: Provenance | None, other: Provenance | None) -> Provenance | None:
    """The provenance of what two steps of one stage made: their figures added up, the later time."""
    if one is None or other is None:
        return None
    costs = (one.cost_usd, other.cost_usd)
    return one.model_copy(
        update={
            "calls": one.calls + other.calls,
            "input_tokens": one.input_tokens + other.input_tokens,
            "output_tokens": one.output_tokens + other.output_tokens,
            "cost_usd": None if None in costs else sum(cost for cost in costs if cost is not None),
            "created_at": max(one.created_at, other.created_at),
        }
    )


_KINDS: dict[str, type[Record]] = {
    cls.kind: cls for cls in (Cell, Question, Answer, Critique, Refinement, Verdict, Preference, Comparison)
}


def parse_record(kind: str, body: str) -> Record:
    """A record from its kind and its JSON, as a journal holds them."""
    return _KINDS[kind].model_validate_json(body)


@dataclass(frozen=True)
class Chain:
    """One finished record's life: a question, its answer, and every round of critique and refinement that stands."""

    question: Question
    answer: Answer
    rounds: tuple[tuple[Critique, Refinement], ...]

    @property
    def final(self) -> Answer | Refinement:
        """The refinement of the last round; the first answer where a gate let none stand."""
        return self.rounds[-1][1] if self.rounds else self.answer
