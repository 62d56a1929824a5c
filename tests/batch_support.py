"""What tests of batch files share: sessions in this process, and results for what they write."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from condor.corpus.formats import to_line
from condor.knowledge import CellSampler, KnowledgeTree
from condor.programs import Refine, Void
from condor.runtime.batch.intake import TakenIn
from condor.runtime.batch.model import build_batch_model
from condor.runtime.batch.session import Waiting, open_session
from condor.runtime.batch.shards import ShardLimits
from condor.runtime.journal import Journal
from condor.runtime.models import Model, ModelSpec, TokenPrice, set_budget
from condor.runtime.plan import Plan
from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.runtime.synthesizer import Outcome, Synthesizer
from condor.vocabulary import DIFFICULTIES, TASKS

from batch_server import answer_request

#: One dollar for a million tokens either way, so that budgets can be reckoned by head.
SPEC = ModelSpec(name="openai/rehearsal", price=TokenPrice(input_usd=1, output_usd=1), max_tokens=1000)


@dataclass(frozen=True)
class Run:
    """A run in a directory of its own, worked on in this process.

    Attributes:
        path: its directory; batch files are in `batch` beside the journal.
        records: how many to keep.
    """

    path: Path
    records: int = 6

    @property
    def batch(self) -> Path:
        return self.path / "batch"

    @property
    def notes(self) -> Path:
        return self.path / "batch.db"

    def session(
        self,
        *,
        limits: ShardLimits | None = None,
        again: bool = False,
        budget_usd: float | None = None,
        parse_retries: int = 2,
    ) -> "Session":
        """Run `condor synth --batch` once, less its command line."""
        taken: list[TakenIn] = []
        model = build_batch_model(SPEC, concurrency=4)
        with (
            self._journal() as journal,
            open_session(
                self.notes, self.batch, model, journal, limits=limits, again=again, on_taken=taken.append
            ) as session,
        ):
            if budget_usd is not None:
                set_budget(model, budget_usd, spent_usd=journal.totals().cost_usd)
            work = synthesizer(journal, model, self.records, parse_retries, replies=session.replies)
            outcome = asyncio.run(session.run(work.run))
            return Session(outcome, taken[0], session.waiting())

    def live(self, model: Model, *, parse_retries: int = 2) -> Outcome:
        """The same without batch files."""
        with self._journal() as journal:
            return asyncio.run(synthesizer(journal, model, self.records, parse_retries).run())

    def requests(self) -> dict[str, str]:
        """custom_id -> line, of all shards."""
        lines = [line for path in self.shards() for line in path.read_text(encoding="utf-8").split("\n") if line]
        return {json.loads(line)["custom_id"]: line for line in lines}

    def shards(self) -> list[Path]:
        return sorted(self.batch.glob("requests-????.jsonl"))

    def put(self, results: Iterable[Any], name: str = "results.jsonl") -> Path:
        """Put a results file beside the shards."""
        lines = [result if isinstance(result, str) else json.dumps(result, ensure_ascii=False) for result in results]
        path = self.batch / name
        path.write_bytes("".join(line + "\n" for line in lines).encode("utf-8", "surrogatepass"))
        return path

    def exported(self) -> list[str]:
        with Journal.open_read_only(self.path / "journal.db") as journal:
            return [json.dumps(to_line(chain, "messages", "refine")) for chain in journal.kept_chains()]

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that the journal holds, less the times at which it was done and how it was priced."""
        import sqlite3

        with sqlite3.connect(self.path / "journal.db") as db:
            steps = db.execute(
                "SELECT key, stage, outcome, output, reason, detail, raw, prompt_version, calls, input_tokens,"
                " output_tokens FROM steps ORDER BY key"
            ).fetchall()
            records = db.execute("SELECT id, kind, parent_id, step_key FROM records ORDER BY id").fetchall()
            items = db.execute("SELECT * FROM items ORDER BY position").fetchall()
        return {"steps": steps, "records": records, "items": items}

    def _journal(self) -> Journal:
        self.path.mkdir(parents=True, exist_ok=True)
        path = self.path / "journal.db"
        return Journal.open(path) if path.exists() else Journal.create(path, {})


@dataclass(frozen=True)
class Session:
    """What a session came to."""

    outcome: Outcome
    taken: TakenIn
    waiting: Waiting


def synthesizer(journal: Journal, model: Model, records: int, parse_retries: int, **rest: Any) -> Synthesizer:
    tree = KnowledgeTree()
    for number in range(6):
        tree.add_path(("Food", "Practice", f"Topic {number}"), language="en")
    sampler = CellSampler(tree, languages=["en"], tasks=TASKS, seed=3)
    return Synthesizer(
        journal=journal,
        model=model,
        plan=Plan(sampler, DIFFICULTIES, tree.version, journal.final_positions()),
        void=Void(),
        refine=Refine(rounds=1),
        records=records,
        concurrency=4,
        parse_retries=parse_retries,
        **rest,
    )


def answers(lines: Iterable[str], settings: RehearsalSettings, status: int = 200) -> list[dict[str, Any]]:
    """The results of request lines."""
    return [answer_request(line, settings, status) for line in lines]


class Answering:
    """A batch service without the service: makes the results of each shard that was not answered yet.

    Args:
        settings: how the model behaves.
        fails: whether a request, by its id, fails in passing when it is asked for the first time.
    """

    def __init__(self, settings: RehearsalSettings, fails: Callable[[str], bool] = lambda _: False) -> None:
        self._settings = settings
        self._fails = fails
        self._shards: set[Path] = set()
        self._asked: set[str] = set()

    def results(self, run: Run) -> list[dict[str, Any]]:
        made = []
        for path in run.shards():
            lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line and path not in self._shards]
            made += [self._result(line) for line in lines]
            self._shards.add(path)
        return made

    def _result(self, line: str) -> dict[str, Any]:
        name = json.loads(line)["custom_id"]
        failed = name not in self._asked and self._fails(name)
        self._asked.add(name)
        return answer_request(line, self._settings, 429 if failed else 200)


def work_off(run: Run, answering: Answering) -> Session:
    """Sessions until nothing is pending, each round's results in one file."""
    for number in range(40):
        session = run.session()
        if not session.waiting.requests:
            return session
        run.put(answering.results(run), f"results-{number}.jsonl")
    raise AssertionError("it did not come to an end")
