"""What MLflow takes: checked against MLflow's own validation."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from condor.experiments.tracking.limits import (
    LONGEST_KEY,
    LONGEST_PARAM,
    LONGEST_TAG,
    METRICS_PER_BATCH,
    OTHERS_PER_BATCH,
    batches,
    fit_key,
    fit_metrics,
    fit_value,
    fit_values,
)


def test_the_limits_are_those_of_this_mlflow() -> None:
    from mlflow.utils import validation

    assert (LONGEST_KEY, LONGEST_PARAM) == (validation.MAX_ENTITY_KEY_LENGTH, validation.MAX_PARAM_VAL_LENGTH)
    assert validation.MAX_TAG_VAL_LENGTH == LONGEST_TAG
    assert (METRICS_PER_BATCH, OTHERS_PER_BATCH) == (
        validation.MAX_METRICS_PER_BATCH,
        validation.MAX_PARAMS_TAGS_PER_BATCH,
    )


@settings(deadline=None)
@given(key=st.text(min_size=1, max_size=400))
@example("judge.root.哲学与伦理.refine")
@example("judge.root.Food & Drink (all).gain")
@example("a//b")
@example("../up")
@example("/absolute")
@example(".")
def test_every_key_becomes_one_that_mlflow_takes(key: str) -> None:
    from mlflow.utils.validation import _validate_metric, _validate_param

    fit = fit_key(key)
    _validate_metric(fit, 1.0, 0, 0)
    _validate_param(fit, "value")
    assert len(fit) <= LONGEST_KEY


def test_a_good_key_stays_as_it_is() -> None:
    for key in ("judge.root.哲学与伦理.refine", "refine.rounds", "rejected.other language", "a/b-c:d_e"):
        assert fit_key(key) == key


@given(keys=st.sets(st.text(alphabet="ab&(/. ", min_size=1, max_size=6), min_size=2, max_size=8))
def test_no_two_keys_become_one(keys: set[str]) -> None:
    assert len({fit_key(key) for key in keys}) == len(keys)


@given(value=st.text(max_size=80), longest=st.integers(40, 60))
def test_a_long_value_says_that_it_is_cut(value: str, longest: int) -> None:
    fit = fit_value(value, longest)
    assert len(fit) <= longest
    assert fit == value or fit.endswith(f"... ({len(value)} characters)")


def test_what_has_no_value_is_left_out() -> None:
    assert fit_metrics({"a": 1, "b": None, "c": math.nan, "d": math.inf}) == {"a": 1.0}
    assert fit_values({"a": 1, "b": None}, 10) == {"a": "1"}


@pytest.mark.parametrize("size", [1, 3, 10])
def test_batches_hold_everything_once(size: int) -> None:
    items = list(range(10))
    parts = list(batches(items, size))
    assert [item for part in parts for item in part] == items
    assert max(map(len, parts)) <= size
