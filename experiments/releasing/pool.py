"""What may still be released, and what was left out: every kept record is in one of the two."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...corpus.entries import Entry
from ...corpus.filters.rejection import Rejection
from ...corpus.scores import Scores

#: (number of a run, id of a record in it)
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be released.

    Attributes:
        run: the number of its run, from 0.
        entry: what is known of it.
        scores: the judge's.
        text: of its question.
    """

    run: int
    entry: Entry
    scores: Scores
    text: str

    @property
    def key(self) -> Key:
        """What it is known by, also beside another run's answer to the same question."""
        return self.run, self.entry.record_id


@dataclass(frozen=True, slots=True)
class Removal:
    """A record that is left out.

    Attributes:
        run: the number of its run, from 0.
        question_id: of its question.
        rejection: the rule, its figure and its detail.
    """

    run: int
    question_id: str
    rejection: Rejection


@dataclass
class Pool:
    """Candidates, and removals. Once the best answers are chosen, each question is there once.

    Attributes:
        candidates: in the order of the runs and of their walks.
        removals: in the order in which they were left out.
        rules: every rule that was asked, in order.
        overruled: for each run, (question id, rule): what a person had put back.
        restored: records that stay for such a decision alone.
    """

    candidates: list[Candidate] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    overruled: tuple[frozenset[tuple[str, str]], ...] = ()
    restored: set[Key] = field(default_factory=set)

    def asked(self, *rules: str) -> None:
        """Note that rules are asked."""
        self.rules += [rule for rule in rules if rule not in self.rules]

    def leave_out(self, rejections: Mapping[str, Rejection]) -> None:
        """Take candidates out by their question ids, but for those that a person has put back."""
        self._leave_out(lambda candidate: rejections.get(candidate.entry.question_id))

    def leave_out_records(self, rejections: Mapping[Key, Rejection]) -> None:
        """Take candidates out, each by itself, but for those that a person has put back."""
        self._leave_out(lambda candidate: rejections.get(candidate.key))

    def _leave_out(self, find: Callable[[Candidate], Rejection | None]) -> None:
        left: list[Candidate] = []
        for candidate in self.candidates:
            rejection = find(candidate)
            if rejection is None:
                left.append(candidate)
            elif (candidate.entry.question_id, rejection.rule) in self.overruled[candidate.run]:
                self.restored.add(candidate.key)
                left.append(candidate)
            else:
                self.removals.append(Removal(candidate.run, candidate.entry.question_id, rejection))
        self.candidates = left

    def counts(self) -> dict[str, int]:
        """Rule -> records that it left out, in the order in which the rules were asked; 0 where it found none."""
        counted = Counter(removal.rejection.rule for removal in self.removals)
        return {rule: counted[rule] for rule in [*self.rules, *sorted(set(counted) - set(self.rules))]}

    @property
    def entries(self) -> list[Entry]:
        """The entries of the candidates."""
        return [candidate.entry for candidate in self.candidates]
