"""All rules together: their order, what switches them off, and what they are given."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from condor.corpus import Chain
from condor.corpus.filters.screening import RULES, FilterSettings, broken_rules, screen

from filter_sample import make_chain

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)
GOOD = make_chain("view", "en", "Is boredom useful to a child?", "Perhaps.", "Yes. It asks for a change of scene.")
#: It breaks the rules of length, refusal and identical refinement.
BAD = make_chain("view", "en", "Why?", "I can't help with that.", "I can't help with that.")


def rules(chain: Chain, given_settings: FilterSettings, score: float | None = None) -> list[str]:
    return [found.rule for found in broken_rules(chain, given_settings, stage="refine", score=score)]


def test_the_order_is_fixed() -> None:
    assert (
        *("length", "language", "refusal", "truncated_end", "markup_leakage", "repetition", "copied_example"),
        *("repeated_question", "identical_refinement", "personal_data", "judge_threshold"),
    ) == RULES


def test_a_good_record_is_kept_and_a_bad_one_counts_under_its_first_rule() -> None:
    assert screen(GOOD, FilterSettings(), stage="refine", score=None) is None
    found = screen(BAD, FilterSettings(), stage="refine", score=None)
    assert found is not None
    assert found.rule == "length"
    assert rules(BAD, FilterSettings()) == ["length", "refusal", "identical_refinement"]


@FIXED
@given(st.sets(st.sampled_from(RULES)))
def test_what_is_switched_off_is_not_asked_and_the_rest_is(off: set[str]) -> None:
    chosen = FilterSettings.model_validate({"without": sorted(off), "min_score": 5})
    expected = [rule for rule in (*rules(BAD, FilterSettings()), "judge_threshold") if rule not in off]
    assert rules(BAD, chosen, score=1.0) == expected
    assert FilterSettings(min_score=5).switched_off(chosen.without) == chosen


@pytest.mark.parametrize(("score", "kept"), [(None, True), (6.0, True), (5.9, False), (10.0, True)])
def test_the_threshold_is_the_least_score_and_a_missing_one_is_not_below(score: float | None, kept: bool) -> None:
    found = screen(GOOD, FilterSettings(min_score=6), stage="refine", score=score)
    assert (found is None) == kept
    assert screen(GOOD, FilterSettings(), stage="refine", score=score) is None


def test_the_stage_says_whose_answer_is_looked_at() -> None:
    chain = make_chain("view", "en", "Is boredom useful to a child?", "I can't help with that.", GOOD.final.text)
    assert screen(chain, FilterSettings(), stage="refine", score=None) is None
    found = screen(chain, FilterSettings(), stage="void", score=None)
    assert found is not None
    assert found.rule == "refusal"


def test_a_first_answer_that_a_gate_let_stand_is_no_identical_refinement() -> None:
    same = make_chain("view", "en", "Is boredom useful to a child?", GOOD.final.text, f" {GOOD.final.text.upper()}\n")
    assert rules(same, FilterSettings()) == ["identical_refinement"]
    assert screen(same, FilterSettings(), stage="void", score=None) is None
    gated = Chain(same.question, same.answer, ())
    assert rules(gated, FilterSettings()) == []


def test_examples_are_compared_where_they_are_given() -> None:
    example = "Is boredom useful to a child? Tell me."
    assert screen(GOOD, FilterSettings(), stage="refine", score=None) is None
    found = screen(GOOD, FilterSettings(), stage="refine", score=None, examples=[example])
    assert found is not None
    assert found.rule == "copied_example"


def test_limits_decide() -> None:
    strict = {"length": {"en": {"question_least": 1, "question_most": 9, "answer_least": 1, "answer_most": 9}}}
    assert rules(GOOD, FilterSettings.model_validate(strict)) == ["length"]


def test_settings_are_json_and_come_back() -> None:
    chosen = FilterSettings(without=("refusal", "length"), min_score=4.5)
    assert chosen.without == ("length", "refusal")
    assert FilterSettings.model_validate(json.loads(chosen.model_dump_json())) == chosen


@pytest.mark.parametrize(
    "wrong",
    [{"off": []}, {"without": ["nothing"]}, {"min_score": 0}, {"repetition": {"share": 2}}, {"length": {"fr": {}}}],
)
def test_settings_that_say_something_else_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FilterSettings.model_validate(wrong)
