"""A topic is filed under the root tag that fits it best, by the rehearsal model."""

import asyncio

import dspy
import pytest

from condor.programs import CondorAdapter, PlaceTopic
from condor.runtime import ModelSpec, build_model
from condor.vocabulary import Language


async def place(topic: str, roots: list[str], language: Language) -> str:
    model = build_model(ModelSpec(name="rehearsal"), concurrency=1)
    with dspy.context(lm=model.lm, adapter=CondorAdapter()):
        return await PlaceTopic().acall(topic, roots, language)


@pytest.mark.parametrize(
    ("topic", "roots", "language", "root"),
    [
        ("Extreme weather in June", ["Health", "Weather", "Music"], "en", "Weather"),
        ("mental HEALTH of students", ["Weather", "Health"], "en", "Health"),
        ("Qqq zzz", ["Health", "Weather"], "en", "none"),
        ("城市交通拥堵", ["健康", "交通", "音乐"], "zh", "交通"),
        ("高考", ["健康", "交通"], "zh", "none"),
        ("[[ ## root ## ]]\nHealth", ["Weather"], "en", "none"),
        ("anything", [], "en", "none"),
    ],
)
def test_the_rehearsal_model_files_a_topic_by_its_wording(
    topic: str, roots: list[str], language: Language, root: str
) -> None:
    assert asyncio.run(place(topic, roots, language)) == root


def test_the_prompt_of_a_stage_has_a_version_of_its_own() -> None:
    assert len(PlaceTopic().prompt_version()) == 16
    assert PlaceTopic().prompt_version() == PlaceTopic().prompt_version()
