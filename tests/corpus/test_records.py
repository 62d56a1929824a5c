"""The records of a run, and the ids that tell one record for good."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from condor.corpus import (
    Answer,
    Cell,
    Chain,
    Comparison,
    Critique,
    Origin,
    Preference,
    Provenance,
    Question,
    Record,
    Refinement,
    Verdict,
    parse_record,
)
from condor.hashing import content_hash
from condor.vocabulary import CRITERIA, DIFFICULTIES, LANGUAGES, TASKS

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=80)

ORIGIN = Origin(
    tree_version="tree-1",
    path=("人工智能", "AI chips"),
    task="domain_knowledge_qa",
    language="zh",
    difficulty="medium",
)
PROVENANCE = Provenance(
    stage="answer",
    prompt_version="p1",
    model="rehearsal",
    sampling={"temperature": 0.7, "max_tokens": 512, "stop": "\n"},
    calls=2,
    input_tokens=100,
    output_tokens=200,
    cost_usd=0.0125,
    created_at="2025-01-22T00:00:00Z",
)
SCORES = {"helpfulness": 8, "correctness": 9, "depth": 6, "clarity": 7, "instruction_following": 10}


def build(kind: str, /, **changes: Any) -> Record:
    """A record of a kind, with some of its fields changed."""
    cell_origin = ORIGIN.model_copy(update={"difficulty": None})
    kinds: dict[str, tuple[type[Record], dict[str, Any]]] = {
        "cell": (Cell, {"origin": cell_origin}),
        "question": (Question, {"parent_id": "c1", "origin": ORIGIN, "text": "芯片怎么散热？\n请分三点。"}),
        "answer": (Answer, {"parent_id": "q1", "origin": ORIGIN, "text": "One.\u2028Two."}),
        "critique": (
            Critique,
            {"parent_id": "a1", "origin": ORIGIN, "strengths": "Clear", "weaknesses": "Short", "suggestions": "More"},
        ),
        "refinement": (Refinement, {"parent_id": "k1", "origin": ORIGIN, "text": "Better.", "round": 1}),
        "verdict": (Verdict, {"parent_id": "a1", "origin": ORIGIN, "reason": "Sound.", **SCORES}),
        "preference": (
            Preference,
            {"parent_id": "a1", "other_id": "r1", "origin": ORIGIN, "verdict": "B", "reason": "Deeper."},
        ),
        "comparison": (
            Comparison,
            {
                "parent_id": "a1",
                "other_id": "r1",
                "origin": ORIGIN,
                "verdicts": ("B", "A"),
                "reasons": ("Deeper.", "Shallow."),
            },
        ),
    }
    model, fields = kinds[kind]
    return model(**fields | changes)


KINDS = ["cell", "question", "answer", "critique", "refinement", "verdict", "preference", "comparison"]
GOLDEN = {
    "cell": "b94f583de7918d1efab2b3f6709671d5",
    "question": "6896017d0cc54dd6fe516ed8f5c795ac",
    "answer": "5e73749d6f94c93e5b16cfee69602715",
    "critique": "606fbc298a07b1e9a8adf51f8c8bd8c2",
    "refinement": "8c937e2d66f3270a30fa4fbc5b4c9d69",
    "verdict": "8c030110c430a2d6f9044626cdfb3806",
    "preference": "c442d47776d2957d34a6ddadbd1ce323",
    "comparison": "bea2c85362f4b4f7cb6cd21adf4049b6",
}


@pytest.mark.parametrize("field", ["calls", "input_tokens", "output_tokens"])
@pytest.mark.parametrize("count", [-1, 2**63])
def test_what_neither_a_journal_nor_parquet_can_hold_is_no_count(field: str, count: int):
    with pytest.raises(ValidationError, match=field):
        Provenance.model_validate(PROVENANCE.model_dump() | {field: count})


# -- ids ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_pinned(kind: str):
    assert build(kind).id == GOLDEN[kind]


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_ids_are_the_same_in_a_process_with_another_hash_seed(hash_seed: str):
    bodies = {kind: build(kind).model_dump_json() for kind in KINDS}
    script = (
        "import json, sys; from condor.corpus import parse_record; "
        "print(json.dumps({kind: parse_record(kind, body).id for kind, body in json.load(sys.stdin).items()}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(bodies),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
    )
    assert json.loads(result.stdout) == GOLDEN


@pytest.mark.parametrize(
    ("kind", "parent", "content"),
    [
        ("cell", "", {"path": ["人工智能", "AI chips"], "task": "domain_knowledge_qa", "language": "zh"}),
        ("question", "c1", {"text": "芯片怎么散热？\n请分三点。", "difficulty": "medium"}),
        ("answer", "q1", {"text": "One.\u2028Two."}),
        ("critique", "a1", {"strengths": "Clear", "weaknesses": "Short", "suggestions": "More"}),
        ("refinement", "k1", {"text": "Better.", "round": 1}),
        ("verdict", "a1", SCORES | {"reason": "Sound."}),
        ("preference", "a1", {"other_id": "r1", "verdict": "B", "reason": "Deeper."}),
        ("comparison", "a1", {"other_id": "r1", "verdicts": ["B", "A"], "reasons": ["Deeper.", "Shallow."]}),
    ],
)
def test_an_id_is_a_hash_of_scheme_kind_parent_and_content(kind: str, parent: str, content: dict[str, Any]):
    assert build(kind).id == content_hash(["condor-record-1", kind, parent, content])


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_does_not_depend_on_provenance_or_the_trees_version(kind: str):
    record = build(kind)
    other_tree = record.origin.model_copy(update={"tree_version": "tree-2"})
    assert build(kind, provenance=PROVENANCE).id == record.id
    assert build(kind, origin=other_tree).id == record.id


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_depends_on_the_parent(kind: str):
    assert build(kind, parent_id="other").id != build(kind).id


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("question", {"text": "other"}),
        ("question", {"text": "芯片怎么散热？\n请分三点。 "}),
        ("answer", {"text": "One.\nTwo."}),
        ("critique", {"strengths": "other"}),
        ("critique", {"weaknesses": "other"}),
        ("critique", {"suggestions": "other"}),
        ("critique", {"strengths": "Short", "weaknesses": "Clear"}),
        ("refinement", {"text": "other"}),
        ("refinement", {"round": 2}),
        *[("verdict", {criterion: 1}) for criterion in CRITERIA],
        ("verdict", {"reason": "other"}),
        ("preference", {"other_id": "other"}),
        ("preference", {"verdict": "tie"}),
        ("preference", {"reason": "other"}),
        ("comparison", {"other_id": "other"}),
        ("comparison", {"verdicts": ("A", "B")}),
        ("comparison", {"reasons": ("Shallow.", "Deeper.")}),
    ],
)
def test_an_id_depends_on_all_that_the_record_says(kind: str, changes: dict[str, Any]):
    assert build(kind, **changes).id != build(kind).id


def test_an_id_depends_on_the_kind():
    answer, question = build("answer", parent_id="x", text="Same."), build("question", parent_id="x", text="Same.")
    refinement = build("refinement", parent_id="x", text="Same.")
    assert len({answer.id, question.id, refinement.id}) == 3


@pytest.mark.parametrize(
    "changes", [{"path": ("人工智能",)}, {"path": ("人工智能 AI chips",)}, {"task": "view"}, {"language": "en"}]
)
def test_a_cells_id_depends_on_its_path_task_and_language(changes: dict[str, Any]):
    cell = build("cell")
    assert build("cell", origin=cell.origin.model_copy(update=changes)).id != cell.id


def test_a_questions_id_depends_on_its_difficulty():
    ids = {
        build("question", origin=ORIGIN.model_copy(update={"difficulty": difficulty})).id for difficulty in DIFFICULTIES
    }
    assert len(ids) == 3


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "cell"])
def test_an_id_depends_on_the_origin_only_through_the_parent(kind: str):
    elsewhere = ORIGIN.model_copy(update={"path": ("Other",), "task": "view", "language": "en"})
    assert build(kind, origin=elsewhere).id == build(kind).id


def test_a_copy_that_says_something_else_has_another_id():
    question = build("question")
    before = question.id
    copy = question.model_copy(update={"text": "other"})
    assert copy.id == build("question", text="other").id
    assert copy.id != before


@FIXED
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)))
def test_different_texts_have_different_ids(texts: list[str]):
    assert len({build("answer", text=text).id for text in texts}) == len(set(texts))


# -- what a record holds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_frozen(kind: str):
    record = build(kind)
    for name in type(record).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(record, name, "other")


@pytest.mark.parametrize("model", [ORIGIN, PROVENANCE], ids=["origin", "provenance"])
def test_origin_and_provenance_are_frozen_and_forbid_unknown_keys(model: Origin | Provenance):
    for name in type(model).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(model, name, "other")
    with pytest.raises(ValidationError, match="more"):
        type(model).model_validate(model.model_dump() | {"more": 1})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["more", "id", "kind"])
def test_an_unknown_key_is_refused(kind: str, key: str):
    with pytest.raises(ValidationError, match=key):
        build(kind, **{key: "x"})


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("question", "text"),
        ("answer", "text"),
        ("critique", "strengths"),
        ("critique", "weaknesses"),
        ("critique", "suggestions"),
        ("refinement", "text"),
        ("verdict", "reason"),
        ("preference", "reason"),
    ],
)
def test_texts_are_cleaned_before_they_are_stored_and_never_empty(kind: str, field: str):
    record = build(kind, **{field: f"a\x00b{chr(0xD800)}c\u2028\r\n "})
    assert getattr(record, field) == "ab\ufffdc\u2028\r\n "
    assert record.model_dump_json().encode("utf-8")
    assert record.id == build(kind, **{field: "ab\ufffdc\u2028\r\n "}).id
    for empty in ("", "\x00"):
        with pytest.raises(ValidationError, match=field):
            build(kind, **{field: empty})


@pytest.mark.parametrize("text", [5, None, ["a"], {"a": "b"}])
def test_a_text_that_is_no_text_is_a_validation_error(text: Any):
    with pytest.raises(ValidationError, match="text"):
        build("answer", text=text)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"path": ()}, "path"),
        ({"path": ("",)}, "path"),
        ({"task": "chess"}, "task"),
        ({"language": "fr"}, "language"),
        ({"difficulty": "extreme"}, "difficulty"),
    ],
)
def test_an_origin_outside_the_grid_is_refused(changes: dict[str, Any], field: str):
    with pytest.raises(ValidationError, match=field):
        Origin.model_validate(ORIGIN.model_dump() | changes)


@pytest.mark.parametrize(
    "changes",
    [{"calls": -1}, {"input_tokens": -1}, {"output_tokens": -1}, {"cost_usd": -0.1}, {"cost_usd": float("nan")}],
)
def test_negative_figures_are_refused(changes: dict[str, Any]):
    with pytest.raises(ValidationError, match=next(iter(changes))):
        Provenance.model_validate(PROVENANCE.model_dump() | changes)


@pytest.mark.parametrize("number", [0, -1])
def test_rounds_count_from_one(number: int):
    with pytest.raises(ValidationError, match="round"):
        build("refinement", round=number)


# -- verdicts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("score", [0, 11, -3, 7.0, 7.5, "7", True, None])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_score_is_a_whole_number_from_1_to_10(criterion: str, score: Any):
    with pytest.raises(ValidationError, match=criterion):
        build("verdict", **{criterion: score})


def test_a_verdict_has_its_scores_by_criterion_and_their_mean():
    verdict = build("verdict")
    assert isinstance(verdict, Verdict)
    assert verdict.scores == SCORES
    assert list(verdict.scores) == list(CRITERIA)
    assert verdict.overall == 8.0


@pytest.mark.parametrize(
    ("straight", "swapped", "winner", "favours"),
    [
        ("A", "B", "first", None),
        ("B", "A", "second", None),
        ("tie", "tie", "tie", None),
        ("A", "A", "tie", "A"),
        ("B", "B", "tie", "B"),
        ("A", "tie", "tie", "A"),
        ("tie", "A", "tie", "A"),
        ("B", "tie", "tie", "B"),
        ("tie", "B", "tie", "B"),
    ],
)
def test_a_comparison_ends_as_both_orders_agree(straight: Any, swapped: Any, winner: str, favours: str | None):
    comparison = build("comparison", verdicts=(straight, swapped))
    assert isinstance(comparison, Comparison)
    assert (comparison.winner, comparison.flipped, comparison.favours) == (winner, favours is not None, favours)


def preferences(**changes: Any) -> tuple[Preference, Preference]:
    """Both orders of one pair."""
    straight = build("preference", provenance=PROVENANCE)
    later = PROVENANCE.model_copy(update={"created_at": "2025-01-23T00:00:00Z", "calls": 1, **changes})
    swapped = build("preference", parent_id="r1", other_id="a1", verdict="tie", reason="Close.", provenance=later)
    assert isinstance(straight, Preference)
    assert isinstance(swapped, Preference)
    return straight, swapped


def test_a_comparison_is_made_of_both_orders_and_costs_what_they_cost():
    comparison = Comparison.of(*preferences())
    assert (comparison.parent_id, comparison.other_id, comparison.origin) == ("a1", "r1", ORIGIN)
    assert comparison.verdicts == ("B", "tie")
    assert comparison.reasons == ("Deeper.", "Close.")
    made = comparison.provenance
    assert made is not None
    assert (made.calls, made.input_tokens, made.output_tokens, made.cost_usd) == (3, 200, 400, 0.025)
    assert (made.model, made.prompt_version, made.created_at) == ("rehearsal", "p1", "2025-01-23T00:00:00Z")


def test_a_comparison_has_no_price_where_one_order_has_none():
    made = Comparison.of(*preferences(cost_usd=None)).provenance
    assert made is not None
    assert made.cost_usd is None


def test_a_comparison_of_preferences_that_no_run_stored_has_no_provenance():
    straight, swapped = preferences()
    assert Comparison.of(straight, swapped.model_copy(update={"provenance": None})).provenance is None


def test_two_verdicts_that_are_not_two_orders_of_one_pair_make_no_comparison():
    straight, swapped = preferences()
    for pair in ((straight, straight), (straight, swapped.model_copy(update={"parent_id": "r2"}))):
        with pytest.raises(ValueError, match="two orders of one pair"):
            Comparison.of(*pair)


# -- JSON --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("provenance", [None, PROVENANCE], ids=["bare", "stored"])
def test_a_record_comes_back_from_its_json(kind: str, provenance: Provenance | None):
    record = build(kind, provenance=provenance)
    parsed = parse_record(record.kind, record.model_dump_json())
    assert type(parsed) is type(record)
    assert parsed == record
    assert parsed.id == record.id
    assert parsed == record  # with both ids known, too


@FIXED
@given(
    text=st.text(min_size=1, max_size=40).filter(lambda text: text.strip("\x00")),
    path=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1, max_size=4),
    task=st.sampled_from(TASKS),
    language=st.sampled_from(LANGUAGES),
    difficulty=st.sampled_from(DIFFICULTIES),
)
def test_any_question_comes_back_from_its_json(text: str, path: list[str], task: Any, language: Any, difficulty: Any):
    origin = Origin(tree_version="t", path=tuple(path), task=task, language=language, difficulty=difficulty)
    question = Question(parent_id="c", origin=origin, text=text, provenance=PROVENANCE)
    parsed = parse_record("question", question.model_dump_json())
    assert parsed == question
    assert parsed.id == question.id


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{}", '{"parent_id": "x"}', '{"parent_id": "x", "origin": {}, "text": "t"}', "{"]
)
def test_a_body_that_is_no_record_is_refused(body: str):
    with pytest.raises(ValidationError):
        parse_record("answer", body)


def test_a_body_of_another_kind_is_refused():
    with pytest.raises(ValidationError):
        parse_record("critique", build("answer").model_dump_json())


# -- chains ------------------------------------------------------------------------------------------------------------


def test_the_final_answer_of_a_chain_is_that_of_its_last_round(make_chain: Any):
    chain: Chain = make_chain(refined=("first", "second", "third"))
    assert isinstance(chain.final, Refinement)
    assert (chain.final.text, chain.final.round) == ("third", 3)


def test_the_final_answer_of_a_chain_without_a_round_is_its_answer(make_chain: Any):
    chain: Chain = make_chain(refined=())
    assert chain.final is chain.answer


def test_each_record_of_a_chain_names_the_one_before_it(make_chain: Any):
    chain: Chain = make_chain(refined=("first", "second"))
    (critique1, refinement1), (critique2, refinement2) = chain.rounds
    records: list[Record] = [chain.question, chain.answer, critique1, refinement1, critique2, refinement2]
    assert [record.parent_id for record in records[1:]] == [record.id for record in records[:-1]]
    assert len({record.id for record in records}) == 6
