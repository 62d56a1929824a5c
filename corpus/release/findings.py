"""What a verification finds wrong."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Final

#: Problems of one file that are told one by one.
_MOST_A_FILE: Final = 20


@dataclass(frozen=True)
class Problem:
    """Something that is not as the manifest or the records say.

    Attributes:
        file: below the release's folder.
        what: a line for a person.
        record: id of the question that it concerns, where one can be named.
    """

    file: str
    what: str
    record: str | None = None


class Findings:
    """Problems in the order in which they are found; of those of one file the first ones, and how many more."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._counts: Counter[str] = Counter()

    def add(self, file: str, what: str, record: str | None = None) -> None:
        """Take in a problem."""
        self._counts[file] += 1
        if self._counts[file] <= _MOST_A_FILE:
            self._problems.append(Problem(file, what, record))

    def all(self) -> tuple[Problem, ...]:
        """The problems."""
        more = {file: count - _MOST_A_FILE for file, count in self._counts.items() if count > _MOST_A_FILE}
        return (*self._problems, *(Problem(file, f"{count:,} more problems") for file, count in more.items()))


@dataclass(frozen=True)
class Verification:
    """What came of checking a release.

    Attributes:
        title: of the release.
        files: that were hashed.
        records: that were reckoned again.
        rehearsal: whether it is rehearsal data.
        problems: nothing, for a release that is whole.
    """

    title: str
    files: int
    records: int
    rehearsal: bool
    problems: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return {"whole": self.whole, **asdict(self)}
