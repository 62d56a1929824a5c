"""A whole chain as one row and back: what a release keeps so that every id can be reckoned again."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..hashing import canonical_json
from .records import Answer, Cell, Chain, Critique, Origin, Provenance, Question, Record, Refinement
from .scores import UNJUDGED, Scores

Row = Mapping[str, Any]


def to_row(chain: Chain, scores: Scores = UNJUDGED) -> dict[str, Any]:
    """A chain as a JSON object, known by its question's id.

    `provenance.sampling` is a JSON text: its keys differ from model to model, and a column has one type.

    Raises:
        ValueError: the chain's records are not of one place in the tree, which a row tells once.
    """
    origin = chain.question.origin
    if any(record.origin != origin for record in _records(chain)):
        raise ValueError(f"{chain.question.id}: its records are not of one origin")
    return {
        "id": chain.question.id,
        "tree_version": origin.tree_version,
        "question": _cells(chain.question, text=chain.question.text),
        "answer": _cells(chain.answer, text=chain.answer.text),
        "rounds": [_round(critique, refinement) for critique, refinement in chain.rounds],
        "scores": {"void": scores.void, "refine": scores.refine},
        "path": list(origin.path),
        "task": origin.task,
        "difficulty": origin.difficulty,
        "language": origin.language,
    }


def chain_of(row: Row) -> Chain:
    """The chain that `to_row` made a row of; its ids are reckoned from what the row says, not read from it.

    Raises:
        ValueError: the row is not of that form.
    """
    try:
        origin = Origin(
            tree_version=row["tree_version"],
            path=tuple(row["path"]),
            task=row["task"],
            language=row["language"],
            difficulty=row["difficulty"],
        )
        rounds = ((each["critique"], each["refinement"]) for each in row["rounds"])
        return Chain(
            Question(**_fields(row["question"], origin)),
            Answer(**_fields(row["answer"], origin)),
            tuple((Critique(**_fields(one, origin)), Refinement(**_fields(other, origin))) for one, other in rounds),
        )
    except (
        KeyError,
        TypeError,
        ValueError,
        RecursionError,
    ) as exc:  # RecursionError: settings in JSON that is too deep
        raise ValueError(f"no row of a chain: {' '.join(repr(exc).split())}") from exc


def scores_of(row: Row) -> Scores:
    """The judge's scores that a row holds.

    Raises:
        ValueError: the row is not of that form.
    """
    try:
        scores = Scores(**row["scores"])
    except (KeyError, TypeError) as exc:
        raise ValueError(f"no row of a chain: {exc!r}") from exc
    for score in (scores.void, scores.refine):
        if score is not None and not (isinstance(score, float) and 1 <= score <= 10):
            raise ValueError(f"no row of a chain: {str(score)[:40]!r} is no score from 1 to 10")
    return scores


def wrong_ids(row: Row) -> list[str]:
    """Where a row names another id than its content and place come to: `answer.id`, `rounds[1].critique.parent_id`.

    Raises:
        ValueError: the row is not of the form that `to_row` makes.
    """
    chain = chain_of(row)
    origin = chain.question.origin
    cell = Cell.at(origin.path, task=origin.task, language=origin.language, tree_version=origin.tree_version)
    wrong = ["id"] if row.get("id") != chain.question.id else []
    above = cell.id
    for place, record, held in zip(_places(chain), _records(chain), _held(row), strict=True):
        wrong += [f"{place}.id"] if held.get("id") != record.id else []
        wrong += [f"{place}.parent_id"] if record.parent_id != above else []
        above = record.id
    return wrong


def _records(chain: Chain) -> Iterator[Record]:
    """Every record of a chain, each after the one that it was made from."""
    yield chain.question
    yield chain.answer
    for critique, refinement in chain.rounds:
        yield critique
        yield refinement


def _held(row: Row) -> Iterator[Row]:
    """What a row says of every record, in the same order."""
    yield row["question"]
    yield row["answer"]
    for each in row["rounds"]:
        yield each["critique"]
        yield each["refinement"]


def _places(chain: Chain) -> Iterator[str]:
    yield "question"
    yield "answer"
    for number in range(len(chain.rounds)):
        yield f"rounds[{number}].critique"
        yield f"rounds[{number}].refinement"


def _round(critique: Critique, refinement: Refinement) -> dict[str, Any]:
    parts = {"strengths": critique.strengths, "weaknesses": critique.weaknesses, "suggestions": critique.suggestions}
    return {
        "critique": _cells(critique, **parts),
        "refinement": _cells(refinement, text=refinement.text, round=refinement.round),
    }


def _cells(record: Record, **content: str | int) -> dict[str, Any]:
    made = record.provenance
    return {
        "id": record.id,
        "parent_id": record.parent_id,
        **content,
        "provenance": None if made is None else _made(made),
    }


def _made(made: Provenance) -> dict[str, Any]:
    """How a record was made; not when: a release holds no time but the date that it is given."""
    # By way of its dictionary: to iterate over a model takes far longer, and every record comes by here.
    told = {name: value for name, value in vars(made).items() if name != "created_at"}
    return told | {"sampling": canonical_json(made.sampling)}


def _fields(held: Row, origin: Origin) -> dict[str, Any]:
    """What a record is built from; its id is left out, since it is what is to be checked."""
    made = held["provenance"]
    if made is not None:
        made = Provenance(**{**made, "sampling": json.loads(made["sampling"]), "created_at": ""})
    return {**{name: value for name, value in held.items() if name != "id"}, "origin": origin, "provenance": made}
