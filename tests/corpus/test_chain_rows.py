"""A chain as a row, and the chain that a row tells of."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus import Chain, Provenance, Scores
from condor.corpus.chain_rows import chain_of, scores_of, to_row, wrong_ids

from corpus_support import HOSTILE, build_chain

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=80)

TEXT = st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=40).filter(lambda text: text.strip("\x00"))
NAME = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
PROVENANCE = st.builds(
    Provenance,
    stage=NAME,
    prompt_version=NAME,
    model=NAME,
    sampling=st.dictionaries(
        NAME, st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | NAME
    ),
    calls=st.integers(0, 9),
    input_tokens=st.integers(0, 2**40),
    output_tokens=st.integers(0, 2**40),
    cost_usd=st.none() | st.floats(0, 1000),
    created_at=st.just(""),  # when a record was made is in no row
)
CHAINS = st.builds(
    build_chain,
    question=TEXT,
    answer=TEXT,
    refined=st.lists(TEXT, max_size=3).map(tuple),
    critique=TEXT,
    path=st.lists(TEXT, min_size=1, max_size=4).map(tuple),
    language=st.sampled_from(["en", "zh"]),
    provenance=st.none() | PROVENANCE,
)


def ids(chain: Chain) -> list[str]:
    records = [chain.question, chain.answer, *(record for round_ in chain.rounds for record in round_)]
    return [record.id for record in records]


@FIXED
@given(chain=CHAINS, scores=st.builds(Scores, st.none() | st.floats(1, 10), st.none() | st.floats(1, 10)))
def test_any_chain_comes_back_from_its_row_with_its_ids(chain: Chain, scores: Scores):
    row = json.loads(json.dumps(to_row(chain, scores)))
    again = chain_of(row)
    assert again == chain
    assert ids(again) == ids(chain)
    assert scores_of(row) == scores
    assert wrong_ids(row) == []


def test_a_row_tells_how_a_record_was_made_but_not_when(make_chain: Callable[..., Chain]):
    made = Provenance(
        stage="answer",
        prompt_version="1",
        model="m",
        sampling={"temperature": 0.7},
        calls=1,
        input_tokens=2,
        output_tokens=3,
        cost_usd=None,
        created_at="2026-11-22T00:00:00Z",
    )
    row = to_row(make_chain(provenance=made))
    assert row["answer"]["provenance"]["sampling"] == '{"temperature":0.7}'
    assert "2026-11-22" not in json.dumps(row)


def test_a_row_tells_ids_parents_place_and_scores(make_chain: Callable[..., Chain]):
    chain = make_chain(refined=("one", "two"))
    row = to_row(chain, Scores(7.0, 8.2))
    assert list(row) == [
        *("id", "tree_version", "question", "answer", "rounds", "scores"),
        *("path", "task", "difficulty", "language"),
    ]
    assert row["id"] == row["question"]["id"] == row["answer"]["parent_id"] == chain.question.id
    assert row["rounds"][1]["critique"]["parent_id"] == row["rounds"][0]["refinement"]["id"]
    assert (row["tree_version"], row["path"], row["scores"]) == ("t1", ["动物", "Cats"], {"void": 7.0, "refine": 8.2})
    assert row["answer"]["provenance"] is None


CHANGES: list[tuple[str, Callable[[dict[str, Any]], object], list[str]]] = [
    ("id", lambda row: row.update(id="x"), ["id"]),
    ("question", lambda row: row["question"].update(text="x"), ["id", "question.id", "answer.parent_id"]),
    ("difficulty", lambda row: row.update(difficulty="easy"), ["id", "question.id", "answer.parent_id"]),
    ("path", lambda row: row.update(path=["x"]), ["question.parent_id"]),
    ("task", lambda row: row.update(task="creation"), ["question.parent_id"]),
    ("answer", lambda row: row["answer"].update(text="x"), ["answer.id", "rounds[0].critique.parent_id"]),
    ("answer id", lambda row: row["answer"].update(id="x"), ["answer.id"]),
    ("no answer id", lambda row: row["answer"].pop("id"), ["answer.id"]),
    (
        "critique",
        lambda row: row["rounds"][0]["critique"].update(weaknesses="x"),
        ["rounds[0].critique.id", "rounds[0].refinement.parent_id"],
    ),
    ("refinement", lambda row: row["rounds"][0]["refinement"].update(text="x"), ["rounds[0].refinement.id"]),
]


@pytest.mark.parametrize(("change", "wrong"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_what_was_changed_is_named(
    make_chain: Callable[..., Chain], change: Callable[[dict[str, Any]], object], wrong: list[str]
):
    row = to_row(make_chain())
    change(row)
    assert wrong_ids(row) == wrong


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.pop("question"),
        lambda row: row.update(rounds=None),
        lambda row: row.update(path=[]),
        lambda row: row.update(task="cooking"),
        lambda row: row["answer"].update(text=""),
        lambda row: row["answer"].update(more="x"),
        lambda row: row["rounds"][0].pop("critique"),
        lambda row: row["answer"].update(provenance={"sampling": "{"}),
        lambda row: row["answer"].update(provenance={"sampling": "{}"}),
    ],
)
def test_a_row_of_another_form_is_refused(make_chain: Callable[..., Chain], change: Callable[[dict[str, Any]], object]):
    row = to_row(make_chain())
    change(row)
    with pytest.raises(ValueError, match=r"^no row of a chain: .*$"):
        chain_of(row)


def test_records_of_several_places_are_no_row(make_chain: Callable[..., Chain]):
    chain, other = make_chain(), make_chain(path=("elsewhere",))
    with pytest.raises(ValueError, match="one origin"):
        to_row(Chain(chain.question, other.answer, chain.rounds))
