"""How long a release of many records takes, from a journal to a folder, and to verify it; and how much memory that is.

    python benchmarks/release.py [--records 200000] [--shards jsonl]

A journal of made-up chains (two languages, texts of the lengths of real answers, a round of critique and refinement) is
released with all filters, near duplicates, decontamination against 1,000 made-up problems, and three splits, in every
format; then it is verified, and compared with itself. Each is a process of its own, whose peak memory is its highest
resident set. Making the journal is no part of the time. `make bench` writes the figures to benchmarks/results.json and
into docs/releases.md.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from document import put

from condor.corpus import Answer, Cell, Chain, Critique, Origin, Provenance, Question, Record, Refinement
from condor.corpus.release.changes import diff_releases
from condor.corpus.release.verify import verify_release
from condor.experiments.recipe import Recipe, save_recipe
from condor.experiments.releasing import make_plan, make_release
from condor.runtime.journal.entries import ItemEntry
from condor.runtime.journal.file import connect, create_file
from condor.runtime.journal.writer import insert_item
from condor.runtime.rehearsal.writer.language import get_language
from condor.vocabulary import DIFFICULTIES, TASKS, Language

RESULTS = Path(__file__).resolve().parent / "results.json"
#: Words of a question, an answer or refinement, and one part of a critique.
LENGTHS = {"question": 40, "answer": 220, "part": 45}
#: One question in so many repeats an earlier one but for its case.
EVERY = 50
_INSERT = "INSERT INTO records VALUES (?1, ?2, ?3, '', ?4, seal_of(?1, ?2, ?3, '', ?4))"
_STEPS = ("release", "verify", "diff")


class Prose:
    """Sentences out of the words of a language's tags."""

    def __init__(self, language: Language, rng: random.Random) -> None:
        bank = get_language(language).tags
        phrases = [*bank.themes, *(child for children in bank.themes.values() for child in children)]
        self._words = sorted({word for phrase in phrases for word in phrase.split()})
        self._join, self._end = (" ", ". ") if language == "en" else ("", "。")
        self._rng = rng

    def make(self, kind: str) -> str:
        """A text of one of the `LENGTHS`, give or take a half."""
        left, sentences = int(LENGTHS[kind] * self._rng.uniform(0.5, 1.5)), list[str]()
        while left > 0:
            words = self._rng.choices(self._words, k=min(12, max(4, left)))
            sentences.append(self._join.join(words))
            left -= len(words)
        return (self._end.join(sentences) + self._end).strip()


def make_chain(number: int, prose: Prose, language: Language, asked: str | None) -> Chain:
    """A chain at one of 4,000 leaf tags."""
    root = f"root {number % 40}"
    origin = Origin(
        tree_version="0" * 32,
        path=(root, f"leaf {number % 4000}"),
        task=TASKS[number % 7],
        language=language,
        difficulty=DIFFICULTIES[number % 3],
    )

    def made(stage: str) -> Provenance:
        return Provenance(
            stage=stage,
            prompt_version="0" * 16,
            model="openai/some-model",
            sampling={"temperature": 0.7, "max_tokens": 2048},
            calls=1,
            input_tokens=500,
            output_tokens=600,
            cost_usd=0.001,
            created_at="2026-11-22T00:00:00Z",
        )

    cell = Cell.at(origin.path, task=origin.task, language=language, tree_version=origin.tree_version)
    text = prose.make("question") if asked is None else asked.upper()
    question = Question(parent_id=cell.id, origin=origin, text=text, provenance=made("question"))
    answer = Answer(parent_id=question.id, origin=origin, text=prose.make("answer"), provenance=made("answer"))
    parts = {name: prose.make("part") for name in ("strengths", "weaknesses", "suggestions")}
    critique = Critique(parent_id=answer.id, origin=origin, provenance=made("critique"), **parts)
    refined = prose.make("answer")
    refinement = Refinement(parent_id=critique.id, origin=origin, text=refined, round=1, provenance=made("refinement"))
    return Chain(question, answer, ((critique, refinement),))


def make_chains(count: int) -> Iterator[Chain]:
    """Chains in both languages by turns."""
    rng = random.Random(0)
    prose: dict[Language, Prose] = {"en": Prose("en", rng), "zh": Prose("zh", rng)}
    last: str | None = None
    for number in range(count):
        language: Language = "en" if number % 2 else "zh"
        chain = make_chain(number, prose[language], language, last if number % EVERY == EVERY - 1 else None)
        last = chain.question.text if language == "en" else last
        yield chain


def make_run(run: Path, count: int) -> None:
    """A run's directory as a synthesis leaves it, without the steps, which a release does not read."""
    run.mkdir()
    save_recipe(
        Recipe.model_validate({"tree": "seed:en", "records": count, "model": "openai/some-model"}), run / "recipe.yaml"
    )
    create_file(run / "journal.db", {"kind": "synthesis", "tree_version": "0" * 32, "tree": "seed:en"})
    with closing(connect(run / "journal.db", read_only=False)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        for position, chain in enumerate(make_chains(count)):
            records: list[Record] = [chain.question, chain.answer, *chain.rounds[0]]
            rows = [(each.id, each.kind, each.parent_id, each.model_dump_json(exclude_none=True)) for each in records]
            database.executemany(_INSERT, rows)
            question, answer, _, refinement = records
            item = ItemEntry(
                position=position,
                outcome="kept",
                cell_id=question.parent_id,
                difficulty=str(question.origin.difficulty),
                question_id=question.id,
                answer_id=answer.id,
                record_id=refinement.id,
            )
            insert_item(database, item)
        database.execute("COMMIT")


def make_benchmark(path: Path) -> None:
    """A benchmark of 1,000 problems."""
    prose = Prose("en", random.Random(1))
    lines = (json.dumps({"problem": prose.make("question")}) + "\n" for _ in range(1000))
    path.write_text("".join(lines), "utf-8")


def release(folder: Path, shards: str) -> int:
    """Make the release; returns its records."""
    asked = {
        "name": "bench",
        "version": "1.0",
        "license": "cc0-1.0",
        "shards": shards,
        "selection": {"split": {"validation": 0.05, "eval": 0.05}},
        "decontaminate": [str(folder / "problems.jsonl")],
    }
    made = make_release([folder / "run"], make_plan(asked), out=folder)
    return made.manifest.released


def verify(folder: Path, shards: str) -> int:
    """Verify it; returns the records that were checked."""
    del shards
    found = verify_release(folder / "bench-1.0")
    assert found.whole, found.problems
    return found.records


def diff(folder: Path, shards: str) -> int:
    """Compare it with itself; returns the records that are the same."""
    del shards
    return diff_releases(folder / "bench-1.0", folder / "bench-1.0").counts["unchanged"]


_DO: dict[str, Callable[[Path, str], int]] = {"release": release, "verify": verify, "diff": diff}


def do_step(step: str, folder: Path, shards: str) -> dict[str, float]:
    """Do one step in this process, and reckon it."""
    began, cpu = time.perf_counter(), time.process_time()
    records = _DO[step](folder, shards)
    return {
        "records": records,
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, 1),
    }


def measure(count: int, shards: str) -> dict[str, dict[str, float]]:
    """All steps, each in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_run(folder / "run", count)
        make_benchmark(folder / "problems.jsonl")
        found: dict[str, dict[str, float]] = {}
        for step in _STEPS:
            command = [sys.executable, __file__, "--step", step, "--folder", name, "--shards", shards]
            found[step] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            print(step, json.dumps(found[step]), file=sys.stderr)
        sizes = [path.stat().st_size for path in (folder / "bench-1.0").rglob("*") if path.is_file()]
        found["release"] |= {"kept": count, "files": len(sizes), "mb": round(sum(sizes) / 1e6, 1)}
    return found


def as_table(found: dict[str, dict[str, float]]) -> str:
    """The figures for the docs."""
    lines = ["| step | records | seconds | of the processor | peak memory |", "|---|---:|---:|---:|---:|"]
    for step in _STEPS:
        each = found[step]
        records = f"{each['records']:,.0f}"
        lines.append(
            f"| {step} | {records} | {each['seconds']:.0f} | {each['cpu_seconds']:.0f} | {each['peak_mb']:,.0f} MB |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--shards", choices=("jsonl", "parquet"), default="jsonl")
    parser.add_argument("--step", choices=_STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step is not None:
        print(json.dumps(do_step(options.step, options.folder, options.shards)))
        return
    found = measure(options.records, options.shards)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["release"] = found
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    put("releases.md", "release figures", as_table(found))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
