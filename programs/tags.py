"""Growing the tree: root tags, then the tags under a tag (paper section 3.1)."""

from collections.abc import Sequence

import dspy

from ..signatures.tags import ProposeRootTags, ProposeSubTags
from ..vocabulary import LANGUAGE_NAMES, Language
from .stage import Stage


class ProposeRoots(Stage[tuple[str, ...]]):
    """(language, existing root tags, count) -> new root tags, as the model wrote them."""

    name = "propose_roots"
    signature = ProposeRootTags

    def given(self, language: Language, existing: Sequence[str], count: int) -> dict[str, object]:
        """The signature's inputs."""
        return {"language": LANGUAGE_NAMES[language], "existing": list(existing), "count": count}

    def take(
        self, prediction: dspy.Prediction, language: Language, existing: Sequence[str], count: int
    ) -> tuple[str, ...]:
        """The proposed tags; whether they are new and clean is for the tree to say."""
        return tuple(prediction.tags)


class ExpandTag(Stage[tuple[str, ...]]):
    """(path, existing sub-tags, count, language) -> new sub-tags of the path's last tag, as the model wrote them."""

    name = "expand_tag"
    signature = ProposeSubTags

    def given(self, path: Sequence[str], existing: Sequence[str], count: int, language: Language) -> dict[str, object]:
        """The signature's inputs."""
        return {
            "path": list(path),
            "existing": list(existing),
            "count": count,
            "language": LANGUAGE_NAMES[language],
        }

    def take(
        self, prediction: dspy.Prediction, path: Sequence[str], existing: Sequence[str], count: int, language: Language
    ) -> tuple[str, ...]:
        """The proposed tags; whether they are new and clean is for the tree to say."""
        return tuple(prediction.tags)
