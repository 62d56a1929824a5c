"""Filing a topic under the root tag that fits it best."""

from collections.abc import Sequence

import dspy

from ..signatures.tags import PlaceTag
from ..vocabulary import LANGUAGE_NAMES, Language
from .stage import Stage


class PlaceTopic(Stage[str]):
    """(topic, root tags, language) -> the root tag's name as the model wrote it, or `none`."""

    name = "place_topic"
    signature = PlaceTag

    def given(self, topic: str, roots: Sequence[str], language: Language) -> dict[str, object]:
        """The signature's inputs."""
        return {"topic": topic, "roots": list(roots), "language": LANGUAGE_NAMES[language]}

    def take(self, prediction: dspy.Prediction, topic: str, roots: Sequence[str], language: Language) -> str:
        """The answer without the space around it; whether it names a root tag is for the tree to say."""
        return prediction.root.strip()
