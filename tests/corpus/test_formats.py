"""One finished chain as one line, in the shapes that trainers read."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from condor.corpus import FORMATS, Chain, FormatName, Origin, Scores, StageName, to_line, to_lines
from condor.corpus.formats import PAIR_FORMATS, REFINED_FORMATS, STAGES, LineFormat
from condor.vocabulary import Language

COLUMNS = {"path": ["动物", "Cats"], "task": "view", "difficulty": "hard", "language": "en"}


@pytest.fixture
def chain(make_chain: Callable[..., Chain]) -> Chain:
    """Two rounds, so that the last one's answer can be told from the first one's."""
    return make_chain(question="Q?", answer="void", refined=("refined once", "refined twice"))


def test_there_are_six_formats_and_two_stages():
    assert FORMATS == ("messages", "alpaca", "sharegpt", "dpo", "ranking", "critique")
    assert {"dpo", "ranking"} == PAIR_FORMATS
    assert {"dpo", "ranking", "critique"} == REFINED_FORMATS
    assert STAGES == ("void", "refine")


@pytest.mark.parametrize(("stage", "reply"), [("void", "void"), ("refine", "refined twice")])
@pytest.mark.parametrize(
    ("format_", "shape"),
    [
        (
            "messages",
            lambda reply: {"messages": [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": reply}]},
        ),
        ("alpaca", lambda reply: {"instruction": "Q?", "input": "", "output": reply}),
        (
            "sharegpt",
            lambda reply: {"conversations": [{"from": "human", "value": "Q?"}, {"from": "gpt", "value": reply}]},
        ),
    ],
)
def test_a_line_has_the_formats_shape_and_the_stages_answer(
    chain: Chain, format_: LineFormat, shape: Callable[[str], dict[str, Any]], stage: StageName, reply: str
):
    record = chain.answer if stage == "void" else chain.final
    assert to_line(chain, format_, stage) == {"id": record.id} | shape(reply) | COLUMNS


@pytest.mark.parametrize("stage", STAGES)
def test_a_preference_pair_chooses_the_refined_answer_whatever_the_stage(chain: Chain, stage: StageName):
    assert (
        to_line(chain, "dpo", stage)
        == {
            "id": chain.final.id,
            "prompt": [{"role": "user", "content": "Q?"}],
            "chosen": [{"role": "assistant", "content": "refined twice"}],
            "rejected": [{"role": "assistant", "content": "void"}],
            "margin": None,
        }
        | COLUMNS
    )
    plain = {"instruction": "Q?", "input": "", "chosen": "refined twice", "rejected": "void", "margin": None}
    assert to_line(chain, "ranking", stage) == {"id": chain.final.id} | plain | COLUMNS


@pytest.mark.parametrize(
    ("scores", "margin"),
    [
        (Scores(), None),
        (Scores(void=7.2), None),
        (Scores(refine=7.2), None),
        (Scores(void=7.2, refine=8.4), 1.2),
        (Scores(void=8.4, refine=7.2), -1.2),
        (Scores(void=7.0, refine=7.0), 0.0),
    ],
)
def test_a_pairs_margin_is_the_judges(chain: Chain, scores: Scores, margin: float | None):
    for format_ in PAIR_FORMATS:
        (line,) = to_lines(chain, format_, "refine", scores)
        assert line["margin"] == margin
        assert margin is None or type(line["margin"]) is float  # a column has one type


CRITIQUES = {
    "en": ("Question:\nQ?\n\nAnswer:\n{}", "Strengths:\ns\n\nWeaknesses:\nw\n\nSuggestions:\ng"),
    "zh": ("问题：\nQ?\n\n回答：\n{}", "优点：\ns\n\n不足：\nw\n\n建议：\ng"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_critique_data_hold_each_rounds_answer_and_its_critique(chain: Chain, language: Language):
    origin = Origin(tree_version="t1", path=("动物", "Cats"), task="view", language=language, difficulty="hard")
    chain = Chain(chain.question.model_copy(update={"origin": origin}), chain.answer, chain.rounds)
    given, said = CRITIQUES[language]
    assert list(to_lines(chain, "critique", "refine")) == [
        {
            "id": critique.id,
            "messages": [
                {"role": "user", "content": given.format(reviewed)},
                {"role": "assistant", "content": said},
            ],
            "round": number,
        }
        | COLUMNS
        | {"language": language}
        for number, reviewed, (critique, _) in zip((1, 2), ("void", "refined once"), chain.rounds, strict=True)
    ]


def test_a_chain_without_a_refinement_has_no_critique_data(make_chain: Callable[..., Chain]):
    assert list(to_lines(make_chain(refined=()), "critique", "refine")) == []


@pytest.mark.parametrize(
    ("format_", "keys"),
    [
        ("messages", ["messages"]),
        ("alpaca", ["instruction", "input", "output"]),
        ("sharegpt", ["conversations"]),
        ("dpo", ["prompt", "chosen", "rejected", "margin"]),
        ("ranking", ["instruction", "input", "chosen", "rejected", "margin"]),
        ("critique", ["messages", "round"]),
    ],
)
def test_the_columns_always_come_in_one_order(chain: Chain, format_: FormatName, keys: list[str]):
    for line in to_lines(chain, format_, "refine"):
        assert list(line) == ["id", *keys, "path", "task", "difficulty", "language"]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("format_", FORMATS)
def test_a_line_is_json_and_comes_back_from_it(chain: Chain, format_: FormatName, stage: StageName):
    lines = list(to_lines(chain, format_, stage))
    assert lines
    assert json.loads(json.dumps(lines)) == lines


@pytest.mark.parametrize("format_", FORMATS)
def test_text_goes_into_a_line_as_it_stands(make_chain: Callable[..., Chain], format_: FormatName):
    question, refined = "  1. a\n```py\nx = {}\n```\n", "\tfirst\r\n\u2028second\u0085 "
    chain = make_chain(question=question, answer=refined, refined=(refined,))
    texts = json.dumps(list(to_lines(chain, format_, "refine")))
    assert json.dumps(question)[1:-1] in texts
    assert json.dumps(refined)[1:-1] in texts
