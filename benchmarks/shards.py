"""How long it takes to write a release's data in every format, and how much memory that takes.

    python benchmarks/shards.py [--records 200000]

Chains of two languages, with texts of the lengths of real answers and a round of critique and refinement each, go into
all formats and whole chains, in three splits, as JSONL and as Parquet: each kind in a process of its own. Making the
chains, which a release reads from its journals, is no part of the time. Peak memory is the process's highest resident
set.
`make bench` writes the figures to benchmarks/results.json.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from condor.corpus import Answer, Cell, Chain, Critique, Origin, Provenance, Question, Refinement, Scores, to_lines
from condor.corpus.chain_rows import to_row
from condor.corpus.columns import ROW_FORMATS
from condor.corpus.formats import PAIR_FORMATS
from condor.corpus.pairs import check_pair
from condor.corpus.shards import ShardKind, ShardWriter
from condor.runtime.rehearsal.writer.language import get_language
from condor.vocabulary import DIFFICULTIES, TASKS, Language

RESULTS = Path(__file__).resolve().parent / "results.json"
KINDS: tuple[ShardKind, ...] = ("jsonl", "parquet")
SPLITS = ("train", "validation", "eval")
#: Characters of a question, an answer or refinement, and one part of a critique, in English.
LENGTHS = {"question": 300, "answer": 1800, "part": 350}
MADE = Provenance(
    stage="answer",
    prompt_version="0" * 32,
    model="openai/some-model",
    sampling={"temperature": 0.7, "max_tokens": 2048},
    calls=1,
    input_tokens=500,
    output_tokens=600,
    cost_usd=0.001,
    created_at="2026-11-22T00:00:00Z",
)


class TextMaker:
    """Text of a given length out of a language's tags, no two alike."""

    def __init__(self, language: Language, rng: random.Random) -> None:
        bank = get_language(language).tags
        self._words = [*bank.themes, *(child for children in bank.themes.values() for child in children)]
        self._scale = 1 if language == "en" else 3  # Chinese says the same in a third of the characters
        self._rng = rng

    def make(self, kind: str) -> str:
        """A text of one of the `LENGTHS`, give or take a half."""
        wanted = int(LENGTHS[kind] * self._rng.uniform(0.5, 1.5)) // self._scale
        words: list[str] = []
        while wanted > 0:
            words.append(self._rng.choice(self._words))
            wanted -= len(words[-1]) + 1
        return " ".join(words)


def make_chain(number: int, maker: TextMaker, language: Language) -> Chain:
    """One chain with a round of refinement."""
    difficulty, task = DIFFICULTIES[number % 3], TASKS[number % 7]
    origin = Origin(
        tree_version="0" * 32,
        path=("root", f"leaf {number % 4000}"),
        task=task,
        language=language,
        difficulty=difficulty,
    )
    cell = Cell.at(origin.path, task=task, language=language, tree_version=origin.tree_version)
    shared = {"origin": origin, "provenance": MADE}
    question = Question(parent_id=cell.id, text=f"{number} {maker.make('question')}", **shared)
    answer = Answer(parent_id=question.id, text=maker.make("answer"), **shared)
    parts = {name: maker.make("part") for name in ("strengths", "weaknesses", "suggestions")}
    critique = Critique(parent_id=answer.id, **parts, **shared)
    refinement = Refinement(parent_id=critique.id, text=maker.make("answer"), round=1, **shared)
    return Chain(question, answer, ((critique, refinement),))


def make_chains(count: int) -> Iterator[tuple[Chain, Scores, str]]:
    """Chains with scores and split; one in twenty was judged the wrong way round, one in two not judged."""
    rng = random.Random(0)
    makers: dict[Language, TextMaker] = {"en": TextMaker("en", rng), "zh": TextMaker("zh", rng)}
    for number in range(count):
        language: Language = "en" if number % 2 else "zh"
        refine = 6.8 if number % 20 == 0 else 8.2
        scores = Scores(7.2, refine if number % 4 < 2 else None)
        yield make_chain(number, makers[language], language), scores, SPLITS[max(0, number % 20 - 17)]


class Stopwatch:
    """Adds up time on the wall and of the processor over several spans."""

    def __init__(self) -> None:
        self.seconds = self.cpu_seconds = 0.0

    def start(self) -> None:
        """Begin a span."""
        self._began = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        """End it."""
        self.seconds += time.perf_counter() - self._began[0]
        self.cpu_seconds += time.process_time() - self._began[1]


def write_all(count: int, kind: ShardKind, directory: Path) -> dict[str, float]:
    """Write every format and split, and reckon the time of all but making the chains."""
    chains, rows = make_chains(count), 0
    writing, making = Stopwatch(), Stopwatch()
    writing.start()
    with ExitStack() as stack:
        writers = {
            (format_, split): stack.enter_context(ShardWriter(directory, format_, split, kind=kind))
            for format_ in ROW_FORMATS
            for split in SPLITS
        }
        while True:
            writing.stop()
            making.start()
            made = next(chains, None)
            making.stop()
            writing.start()
            if made is None:
                break
            chain, scores, split = made
            for format_ in ROW_FORMATS:
                if format_ in PAIR_FORMATS and check_pair(chain, scores) is not None:
                    continue
                lines = [to_row(chain, scores)] if format_ == "records" else to_lines(chain, format_, "refine", scores)
                for line in lines:
                    writers[format_, split].write(line)
                    rows += 1
    writing.stop()
    shards = [shard for writer in writers.values() for shard in writer.shards]
    assert sum(shard.rows for shard in shards) == rows
    return {
        "records": count,
        "rows": rows,
        "files": len(shards),
        "mb": round(sum(shard.size for shard in shards) / 1e6, 1),
        "seconds": round(writing.seconds, 1),
        "cpu_seconds": round(writing.cpu_seconds, 1),
        "cpu_seconds_of_making_chains": round(making.cpu_seconds, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, 1),
    }


def measure(count: int, kind: ShardKind) -> dict[str, float]:
    """One kind in a process of its own, whose memory is its own."""
    command = [sys.executable, __file__, "--records", str(count), "--kind", kind]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--kind", choices=KINDS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.kind is not None:
        with tempfile.TemporaryDirectory() as directory:
            print(json.dumps(write_all(options.records, options.kind, Path(directory))))
        return
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["shards"] = {kind: measure(options.records, kind) for kind in KINDS}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps({"shards": results["shards"]}, indent=2))


if __name__ == "__main__":
    main()
