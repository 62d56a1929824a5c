"""Which pairs are no preference pairs."""

from collections.abc import Callable

import pytest

from condor.corpus import Chain, Scores
from condor.corpus.pairs import check_pair


@pytest.mark.parametrize(
    "scores",
    [Scores(), Scores(void=9.0), Scores(refine=1.0), Scores(void=7.0, refine=7.0), Scores(void=7.0, refine=7.2)],
)
def test_a_pair_is_kept_unless_the_judge_likes_the_rejected_one_better(
    make_chain: Callable[..., Chain], scores: Scores
):
    assert check_pair(make_chain(), scores) is None


def test_a_pair_that_was_judged_the_wrong_way_round_is_left_out_with_its_margin(make_chain: Callable[..., Chain]):
    found = check_pair(make_chain(), Scores(void=7.2, refine=7.0))
    assert found is not None
    assert (found.rule, found.figure) == ("negative_margin", -0.2)
    assert "-0.2" in found.detail


def test_equal_answers_are_no_pair_however_they_were_judged(make_chain: Callable[..., Chain]):
    for chain in (make_chain(refined=()), make_chain(answer="a", refined=("b", "a"))):
        found = check_pair(chain, Scores(void=1.0, refine=2.0))
        assert found is not None
        assert found.rule == "equal_answers"
    assert check_pair(make_chain(answer="a", refined=("a ",))) is None
