"""The verdicts that a run's judgings have left, read back without a call: who judged it, and what they said."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from ..corpus.records import Chain, Comparison, Preference, Record, Verdict
from ..errors import JournalFault, UnreadableFile
from ..files import read_text
from ..hashing import canonical_json
from ..programs import Stage
from ..programs.judge import CompareStage, ScoreStage
from ..runtime.journal import Journal
from ..runtime.models import model_identity
from ..runtime.run_directory import RunDirectory
from ..runtime.steps import step_key
from .judgement import Judged
from .judging import JUDGED, REPORT_FILE

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class KnownJudge:
    """A model that has judged records of a run.

    Attributes:
        name: as LiteLLM names it.
        identity: its name and sampling settings (`ModelSpec.identity`) as canonical JSON.
        score_prompt: version of the prompt that it was last asked for scores with; None if it never was.
        compare_prompt: likewise of the prompt for pairs.
    """

    name: str
    identity: str
    score_prompt: str | None = None
    compare_prompt: str | None = None


def open_verdicts(run: Path) -> Journal | None:
    """The journal of a run's judgings, for reading; None where it was never judged.

    Raises:
        JournalFault: it is damaged, or is no journal.
    """
    directory = RunDirectory(run / JUDGED)
    return Journal.open_read_only(directory.journal) if directory.exists else None


def known_judges(verdicts: Journal) -> tuple[KnownJudge, ...]:
    """Who has judged, in the order in which each of them began."""
    judges: dict[str, KnownJudge] = {}
    for stage, prompt in ((ScoreStage.name, "score_prompt"), (CompareStage.name, "compare_prompt")):
        for maker in verdicts.makers(stage):
            identity = canonical_json(model_identity(maker.model, maker.sampling))
            judge = judges.get(identity, KnownJudge(maker.model, identity))
            judges[identity] = replace(judge, **{prompt: maker.prompt_version})
    return tuple(judges.values())


def last_judged_by(run: Path) -> str | None:
    """The identity of the judge of a run's last finished judging, as canonical JSON; None where there is none.

    Raises:
        UnreadableFile: the report of the judging cannot be read.
    """
    path = run / JUDGED / REPORT_FILE
    if not path.exists():
        return None
    try:
        return canonical_json(json.loads(read_text(path, what="a judging's figures"))["model"])
    except (ValueError, KeyError, TypeError) as exc:
        raise UnreadableFile(f"{path}: not the figures of a judging; condor judge writes them anew") from exc


def read_judged(chains: Iterable[Chain], verdicts: Journal, judge: KnownJudge) -> Iterator[tuple[Chain, Judged | None]]:
    """Kept records with what a judge has said of them; None of one that it was not asked about.

    Args:
        chains: kept records, see `Journal.kept_chains`.
        verdicts: the journal of the judgings.
        judge: whose verdicts; see `known_judges`.

    Raises:
        JournalFault: the journal is damaged.
    """
    lookup = _Lookup(verdicts, json.loads(judge.identity))
    for chain in chains:
        yield chain, lookup.judged(chain, judge)


class _Lookup:
    """Finds steps of a judge by their keys: the same that the judging has made."""

    def __init__(self, journal: Journal, identity: dict[str, Any]) -> None:
        self._journal = journal
        self._identity = identity
        self._score, self._compare = ScoreStage(), CompareStage()

    def judged(self, chain: Chain, judge: KnownJudge) -> Judged | None:
        question, answer, final = chain.question, chain.answer, chain.final
        asked_void, void = self._find(self._score, judge.score_prompt, (question, answer), Verdict)
        asked_refine, refine = self._find(self._score, judge.score_prompt, (question, final), Verdict)
        compared, pair = self._pair(chain, judge.compare_prompt)
        if not (asked_void or asked_refine or compared):
            return None
        same = final is answer  # a gate let no refinement stand: no pair was asked about, and it counts as compared
        compared = compared or (same and judge.compare_prompt is not None)
        return Judged(question, void, refine, pair, compared=compared, same=same)

    def _pair(self, chain: Chain, version: str | None) -> tuple[bool, Comparison | None]:
        question, answer, final = chain.question, chain.answer, chain.final
        asked, straight = self._find(self._compare, version, (question, answer, final), Preference)
        _, swapped = self._find(self._compare, version, (question, final, answer), Preference)
        both = None if straight is None or swapped is None else Comparison.of(straight, swapped)
        return asked, both

    def _find(
        self, stage: Stage[Any], version: str | None, args: tuple[Any, ...], kind: type[R]
    ) -> tuple[bool, R | None]:
        """Whether a step was finished, and the record that it made; None where its reply was unreadable."""
        finished = None
        if version is not None:
            finished = self._journal.finished_step(step_key(stage, version, args, self._identity))
        if finished is None or finished[0] == "invalid":
            return finished is not None, None
        (record_id,) = json.loads(finished[1]["output"])["records"]
        record = self._journal.record(record_id)
        if not isinstance(record, kind):
            raise JournalFault(f"{self._journal.path}: damaged: no {kind.kind} {record_id}")
        return True, record
