"""Filing a topic under the root tag that fits it best."""

from collections.abc import Sequence

import dspy

from ..signatures.tags import PlaceTag
from ..vocabulary import LANGUAGE_NAMES, Language
from .stage import Stage


class PlaceTopic(Stage[tuple[str, str]]):
    """(topic, root tags, language) -> the root tag's name, or `none`, and the topic as a tag, as the model wrote it."""

    name = "place_topic"
    signature = PlaceTag

    def given(self, topic: str, roots: Sequence[str], language: Language) -> dict[str, object]:
        """The signature's inputs."""
        # Found somewhere, so it may hold what looks like the mark of a field; other fields of outside text are JSON.
        topic = topic.replace("[[ ##", "[[##")
        return {"topic": topic, "roots": list(roots), "language": LANGUAGE_NAMES[language]}

    def take(
        self, prediction: dspy.Prediction, topic: str, roots: Sequence[str], language: Language
    ) -> tuple[str, str]:
        """Both without the space around them; whether they name a root tag and a topic is for the tree to say.

        A model that answers `none` often leaves the tag out, which is no fault.
        """
        return prediction.root.strip(), prediction.tag.strip() or topic
