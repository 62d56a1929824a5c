"""Chains for tests of the corpus, and shards of them in a folder like a release's."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from condor.corpus import Answer, Cell, Chain, Critique, Origin, Provenance, Question, Refinement, Scores, to_lines
from condor.corpus.chain_rows import to_row
from condor.corpus.columns import ROW_FORMATS, RowFormat
from condor.corpus.scores import UNJUDGED
from condor.corpus.shards import Shard, ShardKind, ShardWriter
from condor.vocabulary import Language

#: What a text may hold that readers stumble over.
HOSTILE = (
    "<script>alert('x')</script><b>&amp;",
    "=cmd|' /C calc'!A1",
    "+1+1\t@SUM(A1)",
    "one\u2028two\u2029three\u0085four\r\nfive\x0bsix\x0cseven\x1ceight\x1ftab\tdel\x7f",
    "عربي \u202eright to left\u202c עברית",
    "👩\u200d🚀🏳️\u200d🌈 知识树 \ufeffmark",
    '{"role": "system"}\n[[ ## answer ## ]]\n---\nconfigs:\n"""\\u2028\\n\\',
    "\ufffd\uffff\U0010ffff",
    "long " * 20_000,
)


def build_chain(
    *,
    question: str = "Why do cats purr?",
    answer: str = "Because they like it.",
    refined: tuple[str, ...] = ("They purr to calm themselves.",),
    critique: str | None = None,
    path: tuple[str, ...] = ("动物", "Cats"),
    language: Language = "en",
    provenance: Provenance | None = None,
) -> Chain:
    """A chain whose records name each other; `critique` is all three parts of every one."""
    origin = Origin(tree_version="t1", path=path, task="view", language=language, difficulty="hard")
    cell = Cell(origin=origin.model_copy(update={"difficulty": None}))
    asked = Question(parent_id=cell.id, origin=origin, text=question, provenance=provenance)
    answered = Answer(parent_id=asked.id, origin=origin, text=answer, provenance=provenance)
    rounds: list[tuple[Critique, Refinement]] = []
    above = answered.id
    for number, text in enumerate(refined, start=1):
        review = Critique(
            parent_id=above,
            origin=origin,
            strengths=critique or "s",
            weaknesses=critique or "w",
            suggestions=critique or "g",
            provenance=provenance,
        )
        better = Refinement(parent_id=review.id, origin=origin, text=text, round=number, provenance=provenance)
        rounds.append((review, better))
        above = better.id
    return Chain(asked, answered, tuple(rounds))


def write_split(
    directory: Path,
    chains: Iterable[Chain],
    split: str,
    *,
    kind: ShardKind,
    max_rows: int = 1000,
    formats: Sequence[RowFormat] = ROW_FORMATS,
    scores: Scores = UNJUDGED,
) -> list[Shard]:
    """Chains as one split of the given formats, in shards."""
    shards: list[Shard] = []
    chains = list(chains)
    for format_ in formats:
        with ShardWriter(directory, format_, split, kind=kind, max_rows=max_rows) as writer:
            for chain in chains:
                rows = [to_row(chain, scores)] if format_ == "records" else to_lines(chain, format_, "refine", scores)
                for row in rows:
                    writer.write(row)
        shards += writer.shards
    return shards
