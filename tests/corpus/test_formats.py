"""One finished chain as one line, in the shapes that trainers read."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from condor.corpus import FORMATS, Chain, FormatName, StageName, to_line
from condor.corpus.formats import STAGES

COLUMNS = {"path": ["动物", "Cats"], "task": "view", "difficulty": "hard", "language": "en"}


@pytest.fixture
def chain(make_chain: Callable[..., Chain]) -> Chain:
    """Two rounds, so that the last one's answer can be told from the first one's."""
    return make_chain(question="Q?", answer="void", refined=("refined once", "refined twice"))


def test_there_are_four_formats_and_two_stages():
    assert FORMATS == ("messages", "alpaca", "sharegpt", "dpo")
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
    chain: Chain, format_: FormatName, shape: Callable[[str], dict[str, Any]], stage: StageName, reply: str
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
        }
        | COLUMNS
    )


@pytest.mark.parametrize(
    ("format_", "keys"),
    [
        ("messages", ["messages"]),
        ("alpaca", ["instruction", "input", "output"]),
        ("sharegpt", ["conversations"]),
        ("dpo", ["prompt", "chosen", "rejected"]),
    ],
)
def test_the_columns_always_come_in_one_order(chain: Chain, format_: FormatName, keys: list[str]):
    assert list(to_line(chain, format_, "refine")) == ["id", *keys, "path", "task", "difficulty", "language"]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("format_", FORMATS)
def test_a_line_is_json_and_comes_back_from_it(chain: Chain, format_: FormatName, stage: StageName):
    line = to_line(chain, format_, stage)
    assert json.loads(json.dumps(line)) == line


@pytest.mark.parametrize("format_", FORMATS)
def test_text_goes_into_a_line_as_it_stands(make_chain: Callable[..., Chain], format_: FormatName):
    question, refined = "  1. a\n```py\nx = {}\n```\n", "\tfirst\r\n\u2028second\u0085 "
    line = to_line(make_chain(question=question, refined=(refined,)), format_, "refine")
    texts = json.dumps(line)
    assert json.dumps(question) in texts
    assert json.dumps(refined) in texts
