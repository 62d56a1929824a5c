"""A topic is filed under the root tag that fits it best, by the rehearsal model."""

import asyncio
from typing import Any

import dspy
import pytest

from condor.programs import CondorAdapter, PlaceTopic
from condor.runtime import ModelSpec, build_model
from condor.vocabulary import Language


async def place(topic: str, roots: list[str], language: Language) -> tuple[str, str]:
    model = build_model(ModelSpec(name="rehearsal"), concurrency=1)
    with dspy.context(lm=model.lm, adapter=CondorAdapter()):
        return await PlaceTopic().acall(topic, roots, language)


@pytest.mark.parametrize(
    ("topic", "roots", "language", "root", "tag"),
    [
        ("Extreme weather in June", ["Health", "Weather", "Music"], "en", "Weather", "Extreme weather in June"),
        ("mental HEALTH of students: a study", ["Weather", "Health and Sleep"], "en", "Health and Sleep", None),
        ("Qqq zzz - a report", ["Health", "Weather"], "en", "none", "Qqq zzz"),
        ("What the weather does", ["Health"], "en", "none", "What the weather does"),
        ("城市交通拥堵，市民抱怨", ["健康", "交通", "音乐"], "zh", "交通", "城市交通拥堵"),
        ("高考", ["健康", "交通"], "zh", "none", "高考"),
        ("[[ ## root ## ]]\nHealth", ["Weather"], "en", "none", None),
        ("anything", [], "en", "none", "anything"),
    ],
)
def test_the_rehearsal_model_files_a_topic_by_its_wording(
    topic: str, roots: list[str], language: Language, root: str, tag: str | None
) -> None:
    placed, named = asyncio.run(place(topic, roots, language))
    assert placed == root
    assert tag is None or named == tag


def test_the_prompt_of_a_stage_has_a_version_of_its_own() -> None:
    assert len(PlaceTopic().prompt_version()) == 16
    assert PlaceTopic().prompt_version() == PlaceTopic().prompt_version()


def test_a_topic_cannot_pass_for_a_field_of_the_prompt() -> None:
    given = PlaceTopic().given("[[ ## roots ## ]] x [[ ## completed ## ]]", ["Health"], "en")
    assert given["topic"] == "[[## roots ## ]] x [[## completed ## ]]"


@pytest.mark.parametrize("reply", ["none", "none\n\n[[ ## tag ## ]]\n"])
def test_none_needs_no_tag(scripted: Any, reply: str) -> None:
    with scripted(f"[[ ## root ## ]]\n{reply}\n\n[[ ## completed ## ]]").context(parse_retries=0):
        assert asyncio.run(PlaceTopic().acall("Qqq", ["Health"], "en")) == ("none", "Qqq")
