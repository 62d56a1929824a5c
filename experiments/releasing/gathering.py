"""The first walk through the runs: which kept records pass the filters and hold no text of a benchmark.

Of a question that is there more than once the best answer is chosen last of all: a clean answer must not give way to
one that is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...corpus.decontamination import Benchmarks, CheckedText
from ...corpus.entries import Entry
from ...corpus.filters.rejection import Rejection
from ...corpus.filters.screening import RULES, FilterSettings
from ...corpus.formats import StageName
from ...corpus.records import Chain
from ...corpus.release.rows import as_released
from ...corpus.scores import Scores
from ..digests import Digest
from ..screening import screen_chain
from .pool import Candidate, Key, Pool, Removal
from .same_question import SAME_QUESTION, keep_best
from .sources import Source, score_of

CONTAMINATED = "contaminated"
#: Texts that wait until they are looked for in benchmarks together.
_TEXTS_AT_A_TIME = 2000


@dataclass
class RunDigests:
    """The digests of what a run has kept, one record at a time.

    Attributes:
        kept: records.
    """

    journal: Digest = field(default_factory=lambda: Digest("journal"))
    void: Digest = field(default_factory=lambda: Digest("void"))
    refine: Digest = field(default_factory=lambda: Digest("refine"))

    def add(self, chain: Chain) -> None:
        """Take in a kept record."""
        self.journal.add([chain.question.id, chain.answer.id, chain.final.id])
        self.void.add(chain.answer.id)
        self.refine.add(chain.final.id)

    @property
    def kept(self) -> int:
        """Records that were taken in."""
        return self.journal.count


@dataclass(frozen=True)
class Gathered:
    """What the first walk has found.

    Attributes:
        pool: what passes the filters and holds no text of a benchmark, each question once, and what does not.
        digests: of each run.
    """

    pool: Pool
    digests: list[RunDigests]


def gather(
    sources: Sequence[Source], filters: FilterSettings, stage: StageName, benchmarks: Benchmarks | None = None
) -> Gathered:
    """Read every kept record once; only what a release needs to choose is held of it.

    Args:
        sources: the runs.
        filters: which rules are asked, and their limits.
        stage: whose answers are released.
        benchmarks: whose texts no record may hold; None for none.

    Raises:
        JournalFault: a journal is damaged.
    """
    pool = Pool(overruled=tuple(source.restored for source in sources))
    unasked = {*filters.without, *(["judge_threshold"] if filters.min_score is None else [])}
    pool.asked(*(rule for rule in RULES if rule not in unasked))
    pool.asked(*(() if benchmarks is None else (CONTAMINATED,)), SAME_QUESTION)
    gathering = _Gathering(pool, filters, stage, benchmarks)
    digests = [RunDigests() for _ in sources]
    for number, (source, digest) in enumerate(zip(sources, digests, strict=True)):
        for chain, scores in source.chains():
            digest.add(chain)
            gathering.take(number, source, chain, scores)
    gathering.find_contaminated()
    pool.leave_out_records(gathering.contaminated)
    keep_best(pool, [source.name for source in sources])
    return Gathered(pool, digests)


@dataclass
class _Gathering:
    pool: Pool
    filters: FilterSettings
    stage: StageName
    benchmarks: Benchmarks | None
    contaminated: dict[Key, Rejection] = field(default_factory=dict)
    _waiting: dict[CheckedText, list[Key]] = field(default_factory=dict)
    _paths: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    def take(self, run: int, source: Source, chain: Chain, scores: Scores) -> None:
        score = score_of(scores, self.stage)
        record_id = chain.answer.id if self.stage == "void" else chain.final.id
        rejection = self._screen(source, chain, score, (run, record_id))
        if rejection is not None:
            self.pool.removals.append(Removal(run, chain.question.id, rejection))
            return
        origin = chain.question.origin
        assert origin.difficulty is not None
        entry = Entry(
            question_id=chain.question.id,
            record_id=record_id,
            language=origin.language,
            task=origin.task,
            difficulty=origin.difficulty,
            path=self._paths.setdefault(origin.path, origin.path),  # one for all of a leaf
            score=score,
        )
        candidate = Candidate(run, entry, scores, chain.question.text)
        self.pool.candidates.append(candidate)
        self._look_up(chain, candidate.key)

    def _look_up(self, chain: Chain, key: Key) -> None:
        """Note the texts that are released to be looked for in benchmarks, many at a time."""
        if self.benchmarks is None:
            return
        released = as_released(chain, self.stage)
        id_ = released.question.id
        answers = dict.fromkeys((released.answer.text, *(made.text for _, made in released.rounds)))
        texts = [CheckedText(id_, "question", released.question.text)]
        for text in (*texts, *(CheckedText(id_, "answer", text) for text in answers)):
            self._waiting.setdefault(text, []).append(key)
        if len(self._waiting) >= _TEXTS_AT_A_TIME:
            self.find_contaminated()

    def find_contaminated(self) -> None:
        """Look for the texts that wait."""
        if self.benchmarks is not None:
            for checked, found in self.benchmarks.find_all(self._waiting):
                for key in self._waiting[checked]:
                    self.contaminated.setdefault(key, found.rejection)
        self._waiting = {}

    def _screen(self, source: Source, chain: Chain, score: float | None, key: Key) -> Rejection | None:
        rejection = screen_chain(chain, self.filters, stage=self.stage, score=score)
        if rejection is None or not source.restored:
            return rejection
        standing = screen_chain(chain, self.filters, stage=self.stage, score=score, overruled=source.restored)
        if standing is None:
            self.pool.restored.add(key)
        return standing
