"""What is known of a finished chain without its texts: small enough to hold those of a whole dataset in memory."""

from dataclasses import dataclass

from ..vocabulary import Difficulty, Language, TaskName


@dataclass(frozen=True, slots=True)
class Entry:
    """A chain that a dataset may hold.

    Attributes:
        question_id: of its question: what the chain is known by.
        record_id: of the answer or refinement that is released.
        language, task, difficulty: its place in the grid.
        path: the tags from the root tag to the leaf.
        score: the judge's overall score of what is released, from 1 to 10; None where it was not judged.
    """

    question_id: str
    record_id: str
    language: Language
    task: TaskName
    difficulty: Difficulty
    path: tuple[str, ...]
    score: float | None = None

    @property
    def root(self) -> str:
        """The root tag."""
        return self.path[0]

    @property
    def leaf(self) -> tuple[str, ...]:
        """The leaf tag, told apart from one of the same name elsewhere: the language and the whole path."""
        return (self.language, *self.path)
