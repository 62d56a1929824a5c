"""The gate in a synthesis: what stands is the same in any order, both models are one run, and nothing is lost."""

import asyncio
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dspy.lm15 import AuthError, Request, Response, ServerError

from condor.corpus.records import Answer, Preference, Refinement
from condor.errors import ModelFault
from condor.knowledge import CellSampler, KnowledgeTree
from condor.programs import Judge, Refine, Void
from condor.runtime.journal import Journal
from condor.runtime.models import Model, ModelSpec, build_beside, build_model, served_alike, set_budget, share_budget
from condor.runtime.plan import Plan
from condor.runtime.rehearsal.composer import compose
from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.runtime.synthesizer import Outcome, Synthesizer
from condor.vocabulary import DIFFICULTIES, TASKS

from runtime_support import answer_with, reply, scripted_model

Rule = Callable[[Request], Response | Exception]
#: Good enough first answers that some refinements are no gain.
GOOD = RehearsalSettings(quality=0.9)
ROUNDS = 3


def plant(leaves: int) -> KnowledgeTree:
    tree = KnowledgeTree()
    for number in range(leaves):
        tree.add_path(("Food and Cooking", "Practice", f"Topic {number}"), language="en")
    return tree


def composed(request: Request, settings: RehearsalSettings = GOOD) -> Response:
    messages = [("system", str(request.system)), *((m.role, m.text or "") for m in request.messages)]
    answer = compose(messages, settings)
    return reply(answer.text, answer.finish_reason)


class Engine:
    """Answers by a rule, late or early as the request's hash has it, and counts."""

    def __init__(self, rule: Rule, *, shuffled: int = 0) -> None:
        self.calls = 0
        self.in_flight: list[int] = []
        self._shuffled = shuffled
        self._rule = rule
        self._now = 0

    async def complete(self, request: Request) -> Response:
        self.calls += 1
        self._now += 1
        self.in_flight.append(self._now)
        text = request.messages[-1].text or ""
        await asyncio.sleep(zlib.crc32(f"{self._shuffled} {text}".encode()) % 5 / 2000 if self._shuffled else 0)
        self._now -= 1
        answer = self._rule(request)
        if isinstance(answer, Exception):
            raise answer
        return answer


def models(writer: Engine, judge: Engine, *, concurrency: int = 8) -> tuple[Model, Model]:
    """Two models of different names, as a run has them."""
    first, _ = scripted_model(lambda *_: reply(""), concurrency=concurrency)
    answer_with(first, writer)
    second, _ = scripted_model(lambda *_: reply(""), concurrency=concurrency)
    answer_with(second, judge)
    second.engine.stopping = first.engine.stopping
    spec = ModelSpec(name="openai/judge", temperature=0.0)
    return first, Model(spec=spec, lm=second.lm, engine=second.engine, key="the key of the judge")


def synthesizer(journal: Journal, writer: Model, judge: Model | None, records: int, **changes: Any) -> Synthesizer:
    tree = plant(changes.pop("leaves", 10))
    sampler = CellSampler(tree, languages=["en"], tasks=TASKS, seed=3)
    return Synthesizer(
        journal=journal,
        model=writer,
        judge=judge,
        plan=Plan(sampler, DIFFICULTIES, tree.version, journal.final_positions()),
        void=Void(),
        refine=Refine(rounds=ROUNDS, gate=Judge()),
        records=records,
        concurrency=changes.pop("concurrency", 8),
        parse_retries=0,
    )


def synthesise(
    path: Path, writer: Engine, judge: Engine, records: int = 30, *, concurrency: int = 8, leaves: int = 10
) -> Outcome:
    journal = Journal.open(path) if path.exists() else Journal.create(path, {})
    with journal:
        both = models(writer, judge, concurrency=concurrency)
        return asyncio.run(synthesizer(journal, *both, records, concurrency=concurrency, leaves=leaves).run())


def kept(path: Path) -> list[tuple[str, ...]]:
    """The ids of every kept record's life."""
    with Journal.open_read_only(path) as journal:
        return [
            (chain.question.id, chain.answer.id, *(part.id for pair in chain.rounds for part in pair))
            for chain in journal.kept_chains()
        ]


def test_what_stands_does_not_depend_on_the_order_of_replies(tmp_path: Path) -> None:
    found = []
    for shuffled, concurrency in ((0, 1), (1, 4), (2, 16)):
        path = tmp_path / f"{shuffled}.db"
        writer, judge = Engine(composed, shuffled=shuffled), Engine(composed, shuffled=shuffled)
        outcome = synthesise(path, writer, judge, concurrency=concurrency)
        assert outcome.tally.kept == 30
        found.append(kept(path))
    assert found[0] == found[1] == found[2]
    depths = {(len(life) - 2) // 2 for life in found[0]}
    assert {0, 1} <= depths <= set(range(ROUNDS + 1))


def test_every_record_is_the_last_that_won_and_what_lost_is_in_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    outcome = synthesise(path, Engine(composed), Engine(composed))
    with Journal.open_read_only(path) as journal:
        standing = refused = 0
        for chain in journal.kept_chains():
            assert chain.final.id == (chain.rounds[-1][1].id if chain.rounds else chain.answer.id)
            source: Answer | Refinement = chain.answer
            for critique, refinement in chain.rounds:
                assert (critique.parent_id, refinement.parent_id) == (source.id, critique.id)
                assert verdicts(journal, source, refinement) == ("B", "A")
                source = refinement
            standing += len(chain.rounds)
            if len(chain.rounds) < ROUNDS:
                (critique,) = [child for child in journal.children(source.id) if child.kind == "critique"]
                (lost,) = journal.children(critique.id)
                assert isinstance(lost, Refinement)
                assert verdicts(journal, source, lost) != ("B", "A")
                assert not any(child.kind == "critique" for child in journal.children(lost.id))
                refused += 1
        assert (standing, refused) == journal.gate_figures(ROUNDS)
    assert (outcome.tally.gate_kept, outcome.tally.gate_refused) == (standing, refused)
    assert standing > 0 < refused
    again = synthesise(path, Engine(composed), Engine(composed))
    assert again.tally.new_calls == 0
    assert (again.tally.gate_kept, again.tally.gate_refused) == (standing, refused)


def verdicts(journal: Journal, source: Answer | Refinement, refinement: Refinement) -> tuple[str, ...]:
    """What the judge said of a pair, in either order."""
    found = []
    for first, second in ((source, refinement), (refinement, source)):
        said = [child for child in journal.children(first.id) if isinstance(child, Preference)]
        found += [preference.verdict for preference in said if preference.other_id == second.id]
    return tuple(found)


def test_the_judge_is_asked_about_pairs_and_nothing_else(tmp_path: Path) -> None:
    path, writer, judge = tmp_path / "j.db", Engine(composed), Engine(composed)
    synthesise(path, writer, judge)
    with Journal.open_read_only(path) as journal:
        calls = journal.totals().calls_by_stage
        first = next(child for chain in journal.kept_chains() for child in journal.children(chain.answer.id)[1:])
    assert judge.calls == calls.pop("compare") > 0
    assert writer.calls == sum(calls.values())
    assert first.provenance is not None
    assert (first.provenance.model, first.provenance.sampling["temperature"]) == ("openai/judge", 0.0)


def test_a_verdict_that_cannot_be_read_refuses_and_is_not_asked_for_again(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    outcome = synthesise(path, Engine(composed), judge := Engine(lambda _: reply("who can tell")))
    assert (outcome.tally.kept, outcome.tally.failed) == (30, 0)
    assert (outcome.tally.gate_kept, outcome.tally.gate_refused) == (0, 30)
    assert judge.calls == 30
    assert {len(life) for life in kept(path)} == {2}
    with Journal.open_read_only(path) as journal:
        assert journal.stage_figures()["compare"].lost == 30
        assert all(chain.final is chain.answer for chain in journal.kept_chains())
    assert synthesise(path, Engine(composed), again := Engine(composed)).tally.new_calls == again.calls == 0


def test_a_judge_without_a_reply_fails_its_item_until_it_is_asked_again(tmp_path: Path) -> None:
    path, whole = tmp_path / "j.db", tmp_path / "whole.db"

    def lame(request: Request) -> Response | Exception:
        down = zlib.crc32((request.messages[-1].text or "").encode()) % 11 == 0
        return ServerError("down for good") if down and judge.calls > 1 else composed(request)

    judge = Engine(lame)
    first = synthesise(path, Engine(composed), judge, 42, leaves=2)
    assert first.tally.failed > 0
    with Journal.open_read_only(path) as journal:
        assert set(journal.totals().reasons) == {("failed", "server")}
    second = synthesise(path, Engine(composed), Engine(composed), 42, leaves=2)
    assert (second.tally.kept, second.tally.failed) == (42, 0)
    synthesise(whole, Engine(composed), Engine(composed), 42, leaves=2)
    assert kept(path) == kept(whole)


def test_a_judge_that_refuses_the_key_ends_the_run_without_its_key_and_keeps_what_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "j.db"

    def refuse(_: Request) -> Exception:
        return AuthError("no such key: the key of the judge")

    writer = Engine(composed)
    with pytest.raises(ModelFault, match="openai/judge: the endpoint refused the key") as caught:
        synthesise(path, writer, Engine(refuse))
    assert "the key of the judge" not in str(caught.value)
    assert b"the key of the judge" not in path.read_bytes()
    with Journal.open_read_only(path) as journal:
        assert journal.totals().calls == writer.calls > 0
    resumed = synthesise(path, Engine(composed), Engine(composed))
    assert resumed.tally.kept == 30
    assert resumed.tally.calls == writer.calls + resumed.tally.new_calls


def test_both_models_together_have_no_more_calls_in_flight_than_the_recipe_says(tmp_path: Path) -> None:
    now = most = 0

    class Watched(Engine):
        async def complete(self, request: Request) -> Response:
            nonlocal now, most
            now += 1
            most = max(most, now)
            try:
                await asyncio.sleep(0.002)
                return await super().complete(request)
            finally:
                now -= 1

    synthesise(tmp_path / "j.db", Watched(composed), Watched(composed), 60, concurrency=5)
    assert most == 5


def test_a_stop_stops_both(tmp_path: Path) -> None:
    async def work() -> tuple[Outcome, int, int]:
        judge = Engine(composed, shuffled=1)
        writer = Engine(composed, shuffled=1)
        with Journal.create(tmp_path / "j.db", {}) as journal:
            running = synthesizer(journal, *models(writer, judge), 100)
            task = asyncio.ensure_future(running.run())
            while judge.calls < 10:
                await asyncio.wait({task}, timeout=0.001)
            running.stop()
            at_stop = writer.calls + judge.calls
            return await task, at_stop, writer.calls + judge.calls

    outcome, at_stop, in_the_end = asyncio.run(work())
    assert outcome.interrupted
    assert in_the_end == at_stop == outcome.tally.calls


# -- models beside each other ----------------------------------------------------------------------------------------


def test_the_same_model_served_alike_shares_its_engine_and_has_its_own_settings() -> None:
    writer = build_model(ModelSpec(name="openai/m", api_base="http://127.0.0.1:9/v1"), concurrency=3)
    judge = build_beside(writer.spec.model_copy(update={"temperature": 0.0, "max_tokens": 100}), writer)
    assert judge.engine is writer.engine
    assert (judge.lm.kwargs["temperature"], judge.lm.kwargs["max_tokens"]) == (0.0, 100)
    assert (writer.lm.kwargs["temperature"], writer.lm.kwargs["max_tokens"]) == (0.7, 4096)


@pytest.mark.parametrize(
    "change", [{"name": "openai/other"}, {"api_base": "http://127.0.0.1:8/v1"}, {"timeout_s": 1.0}]
)
def test_another_model_has_an_engine_of_its_own_and_is_stopped_with_the_first(change: dict[str, Any]) -> None:
    writer = build_model(ModelSpec(name="openai/m", api_base="http://127.0.0.1:9/v1"), concurrency=3)
    judge = build_beside(writer.spec.model_copy(update=change), writer)
    assert not served_alike(judge.spec, writer.spec)
    assert judge.engine is not writer.engine
    assert judge.engine.stopping is writer.engine.stopping
    assert judge.engine.concurrency == 3


def test_a_budget_is_shared_at_each_models_price(tmp_path: Path) -> None:
    writer, judge = models(Engine(composed), Engine(composed), concurrency=1)
    judge.engine.price = lambda usage: (usage.input_tokens or 0) * 1.0
    set_budget(writer, 1e6, spent_usd=0.0)
    share_budget(writer, judge)
    budget = writer.engine.budget
    assert budget is judge.engine.budget
    assert budget is not None
    with Journal.create(tmp_path / "j.db", {}) as journal:
        asyncio.run(synthesizer(journal, writer, judge, 3).run())
        calls = journal.totals().calls_by_stage
        cost = journal.totals().cost_usd
    expected = 10 * 1.0 * calls.pop("compare") + 10 * 0.001 * sum(calls.values())
    assert budget.spent_usd == pytest.approx(expected)
    assert cost == pytest.approx(expected)
