"""The synthesizer: the same records in any order of replies, sums that add up, top-up, shortfall, stop."""

import asyncio
import json
import random
import zlib
from pathlib import Path
from typing import Any

import pytest
from dspy.lm15 import AuthError, Request, Response, ServerError

from condor.corpus.formats import to_line
from condor.errors import ModelFault
from condor.knowledge import CellSampler, KnowledgeTree
from condor.programs import Refine, Void
from condor.runtime.endpoints import AsyncEngine
from condor.runtime.journal import Journal
from condor.runtime.models import Model
from condor.runtime.plan import Plan
from condor.runtime.rehearsal.composer import compose
from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.runtime.synthesizer import Outcome, Synthesizer
from condor.vocabulary import DIFFICULTIES, TASKS

from runtime_support import answer_with, rehearsal_model, reply, scripted_model


def small_tree(leaves: int = 20) -> KnowledgeTree:
    tree = KnowledgeTree()
    for root in ("Food and Cooking", "Music"):
        for number in range(leaves // 2):
            tree.add_path((root, "Practice", f"{root} Topic {number}"), language="en")
    return tree


def synthesizer(journal: Journal, model: Model, tree: KnowledgeTree, records: int, **changes: Any) -> Synthesizer:
    sampler = CellSampler(tree, languages=["en"], tasks=TASKS, seed=3)
    return Synthesizer(
        journal=journal,
        model=model,
        plan=Plan(sampler, DIFFICULTIES, tree.version, journal.final_positions()),
        void=Void(),
        refine=Refine(rounds=changes.pop("rounds", 1)),
        records=records,
        concurrency=changes.pop("concurrency", 4),
        parse_retries=changes.pop("parse_retries", 1),
        **changes,
    )


def synthesise(path: Path, model: Model, records: int, tree: KnowledgeTree | None = None, **changes: Any) -> Outcome:
    journal = Journal.open(path) if path.exists() else Journal.create(path, {})
    with journal:
        return asyncio.run(synthesizer(journal, model, tree or small_tree(), records, **changes).run())


def exported(path: Path) -> list[str]:
    with Journal.open_read_only(path) as journal:
        return [json.dumps(to_line(chain, "messages", "refine")) for chain in journal.kept_chains()]


class Shuffled:
    """The rehearsal model with delays that turn the order of replies around."""

    def __init__(self, settings: RehearsalSettings, seed: int) -> None:
        self._settings = settings
        self._rng = random.Random(seed)

    async def complete(self, request: Request) -> Response:
        await asyncio.sleep(self._rng.random() * 0.004)
        messages = [("system", str(request.system)), *((m.role, m.text or "") for m in request.messages)]
        answer = compose(messages, self._settings)
        return reply(answer.text, answer.finish_reason)


class Counting:
    """An engine that counts the calls that were begun."""

    def __init__(self, inner: AsyncEngine) -> None:
        self.begun = 0
        self._inner = inner

    async def complete(self, request: Request) -> Response:
        self.begun += 1
        return await self._inner.complete(request)


def shuffled_model(seed: int, settings: RehearsalSettings) -> Model:
    model, _ = scripted_model(lambda *_: reply(""), concurrency=16)
    answer_with(model, Shuffled(settings, seed))
    return model


@pytest.mark.parametrize("faults", [{}, {"malformed": 0.3}, {"malformed": 0.1, "truncated": 0.1, "refused": 0.05}])
def test_the_kept_records_do_not_depend_on_the_order_of_replies(tmp_path: Path, faults: dict[str, float]) -> None:
    settings = RehearsalSettings(**faults)
    exports = []
    for seed, concurrency in ((1, 1), (2, 4), (3, 16)):
        path = tmp_path / f"{seed}.db"
        outcome = synthesise(path, shuffled_model(seed, settings), 40, concurrency=concurrency)
        assert outcome.tally.kept == 40
        exports.append(exported(path))
    assert exports[0] == exports[1] == exports[2]
    assert len(exports[0]) == 40


def test_failures_are_topped_up_and_the_three_counts_add_up_to_what_was_begun(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    outcome = synthesise(path, rehearsal_model("rehearsal?malformed=0.15"), 50, parse_retries=0)
    with Journal.open_read_only(path) as journal:
        totals = journal.totals()
        positions = list(journal.final_positions())
    assert totals.kept == 50
    assert totals.failed > 5
    assert set(totals.reasons) == {("failed", "unreadable")}
    assert positions == list(range(totals.kept + totals.rejected + totals.failed))
    assert (outcome.tally.kept, outcome.tally.failed) == (totals.kept, totals.failed)
    assert outcome.tally.calls == totals.calls
    assert outcome.shortfall is None


def test_nothing_is_begun_beyond_what_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    outcome = synthesise(path, rehearsal_model(), 7, concurrency=16)
    assert outcome.tally.kept == 7
    assert outcome.tally.calls == 3 + 7 * 3


def test_every_round_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    synthesise(path, rehearsal_model(), 3, rounds=3)
    with Journal.open_read_only(path) as journal:
        for chain in journal.kept_chains():
            assert [refinement.round for _, refinement in chain.rounds] == [1, 2, 3]
            above = chain.answer.id
            for critique, refinement in chain.rounds:
                assert critique.parent_id == above
                assert refinement.parent_id == critique.id
                above = refinement.id


def test_a_tree_that_is_used_up_is_a_shortfall(tmp_path: Path) -> None:
    outcome = synthesise(tmp_path / "j.db", rehearsal_model(), 1000, tree=small_tree(2))
    assert outcome.tally.kept == 2 * 7 * 3
    assert outcome.shortfall is not None
    assert "958 short: every cell of the tree was asked" in outcome.shortfall


def test_a_model_that_never_writes_a_record_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    outcome = synthesise(path, rehearsal_model("rehearsal?malformed=1"), 5000, parse_retries=0)
    assert outcome.tally.kept == 0
    assert outcome.shortfall is not None
    assert "items in a row were not kept" in outcome.shortfall
    assert outcome.tally.calls < 60


def test_more_records_go_on_from_where_the_run_stands(tmp_path: Path) -> None:
    path, whole = tmp_path / "j.db", tmp_path / "whole.db"
    synthesise(path, rehearsal_model(), 10)
    more = synthesise(path, rehearsal_model(), 25)
    synthesise(whole, rehearsal_model(), 25)
    assert exported(path) == exported(whole)
    assert exported(path)[:10] == exported(whole)[:10]
    assert more.tally.new_calls == more.tally.calls - (4 + 30)


def test_a_finished_run_makes_no_call(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    synthesise(path, rehearsal_model(), 9)
    again = synthesise(path, rehearsal_model(), 9)
    assert again.tally.new_calls == 0
    assert again.tally.kept == 9


def test_items_without_a_reply_are_asked_again_by_the_next_session(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    settings = RehearsalSettings()

    def script(number: int, request: Request) -> Response | Exception:
        if number and zlib.crc32((request.messages[-1].text or "").encode()) % 9 == 0:
            return ServerError("down for good")
        messages = [("system", str(request.system)), *((m.role, m.text or "") for m in request.messages)]
        return reply(compose(messages, settings).text)

    model, _ = scripted_model(script)
    tree = small_tree(2)
    first = synthesise(path, model, 42, tree)
    assert first.tally.failed > 0
    assert "the same command again asks for what got no reply" in (first.shortfall or "")
    with Journal.open_read_only(path) as journal:
        assert set(journal.totals().reasons) == {("failed", "server")}
    second = synthesise(path, shuffled_model(1, settings), 42, tree)
    assert (second.tally.kept, second.tally.failed) == (42, 0)
    whole = tmp_path / "whole.db"
    synthesise(whole, shuffled_model(2, settings), 42, tree)
    assert exported(path) == exported(whole)


def test_a_key_that_stops_working_ends_the_run_and_keeps_what_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    settings = RehearsalSettings()

    def script(number: int, request: Request) -> Response | Exception:
        if number > 60:
            return AuthError("revoked")
        messages = [("system", str(request.system)), *((m.role, m.text or "") for m in request.messages)]
        return reply(compose(messages, settings).text)

    model, inner = scripted_model(script)
    with pytest.raises(ModelFault, match="refused the key"):
        synthesise(path, model, 300)
    assert len(inner.requests) < 75
    with Journal.open_read_only(path) as journal:
        assert journal.totals().calls == 61


def test_a_stop_keeps_the_calls_in_flight_and_begins_nothing_new(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    model = rehearsal_model("rehearsal?latency=0.02", concurrency=8)
    counting = Counting(model.engine._routes[0].engine)
    answer_with(model, counting)

    async def work() -> tuple[Outcome, int]:
        with Journal.create(path, {}) as journal:
            running = synthesizer(journal, model, small_tree(), 60)
            task = asyncio.ensure_future(running.run())
            while counting.begun < 30:
                await asyncio.wait({task}, timeout=0.01)
            running.stop()
            at_stop = counting.begun
            return await task, at_stop

    outcome, at_stop = asyncio.run(work())
    assert outcome.interrupted
    assert counting.begun == at_stop
    assert outcome.tally.calls == at_stop
    with Journal.open_read_only(path) as journal:
        assert journal.totals().calls == at_stop


def test_a_question_in_the_wrong_language_is_rejected_with_its_figure(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    settings = RehearsalSettings()

    def script(number: int, request: Request) -> Response | Exception:
        messages = [("system", str(request.system)), *((m.role, m.text or "") for m in request.messages)]
        text = compose(messages, settings).text
        if "[[ ## questions ## ]]" in text:
            head, _, _ = text.partition('"hard"')
            text = head + '"hard": "请谈谈面包在中国饮食里的地位和变化。"}\n\n[[ ## completed ## ]]'
        return reply(text)

    model, _ = scripted_model(script)
    outcome = synthesise(path, model, 10)
    assert outcome.tally.kept == 10
    with Journal.open_read_only(path) as journal:
        totals = journal.totals()
        assert totals.reasons == {("rejected", "language"): totals.rejected}
        assert totals.rejected > 0
        difficulties = {chain.question.origin.difficulty for chain in journal.kept_chains()}
    assert difficulties == {"easy", "medium"}
