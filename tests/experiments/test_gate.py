"""The gate and the judge in a recipe: what is bound to a run, what a fork keeps, what is forecast, told and judged."""

import asyncio
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from condor.corpus.formats import STAGES, FormatName, StageName
from condor.corpus.records import Answer, Critique, Origin, Preference, Question, Refinement
from condor.errors import RunMismatch, UsageFault
from condor.experiments import (
    BatchUse,
    JudgePlan,
    Recipe,
    calibrate,
    explain,
    export_run,
    forecast,
    judge_run,
    load_recipe,
    prepare_synthesis,
    refine_forecast,
    run_status,
    save_recipe,
)
from condor.experiments.calibration import Preferred
from condor.experiments.coverage import kept_points
from condor.experiments.recipe import differences
from condor.experiments.refined_forecast import Expectations
from condor.experiments.rulings import rulings_among
from condor.experiments.status import open_run
from condor.experiments.tree_run import ModelUse
from condor.runtime.journal import ItemEntry, Journal, StageFigures
from condor.runtime.models import ModelSpec
from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.runtime.synthesizer import Tally

from support import Endpoint

WRITER = "rehearsal?quality=0.9"
GATE = {"rounds": 3, "gate": "judge"}


def recipe(**changes: object) -> Recipe:
    data = {"tree": ["seed:en", "seed:zh"], "languages": ["en", "zh"], "records": 30, "model": WRITER, "refine": GATE}
    return Recipe.model_validate(data | changes)


def synthesise(settled: Recipe, run: Path, **more: Any) -> Tally:
    with prepare_synthesis(settled, run, **more) as synthesis:
        return asyncio.run(synthesis.run()).tally


def lives(run: Path) -> list[list[str]]:
    _, journal = open_run(run)
    with journal:
        return [
            [chain.question.id, chain.answer.id, *(part.id for pair in chain.rounds for part in pair)]
            for chain in journal.kept_chains()
        ]


# -- the recipe ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "temperature"),
    [
        ("openai/judge", 0.0),
        ({"name": "openai/judge"}, 0.0),
        ({"name": "openai/judge", "temperature": 0.4}, 0.4),
        ({"name": "openai/judge", "temperature": None}, None),
        (ModelSpec(name="openai/judge"), 0.0),
        (ModelSpec(name="openai/judge", temperature=0.7), 0.7),
    ],
)
def test_a_judge_is_asked_at_temperature_0_unless_it_says_another(
    tmp_path: Path, given: object, temperature: float | None
) -> None:
    settled = recipe(judge=given)
    assert settled.judge_spec.temperature == temperature
    save_recipe(settled, tmp_path / "r.yaml")
    assert load_recipe(tmp_path / "r.yaml").judge_spec == settled.judge_spec


def test_by_default_the_writer_judges_at_temperature_0_and_nothing_is_gated() -> None:
    plain = Recipe.model_validate({"tree": "seed:en", "records": 3, "model": "openai/m"})
    assert (plain.refine.gate, plain.judge) == (None, None)
    assert plain.judge_spec == plain.model.model_copy(update={"temperature": 0.0})
    reasoning = recipe(model={"name": "openai/o", "temperature": None})
    assert reasoning.judge_spec == reasoning.model


def test_the_recipes_that_ship_are_valid_with_the_gate_uncommented(tmp_path: Path) -> None:
    for source in (Path(__file__).resolve().parents[2] / "recipes").glob("general-*.yaml"):
        text = source.read_text(encoding="utf-8")
        for line in ("gate: judge", "judge:", "  name: openai/gpt-4o"):
            text = text.replace(f"# {line}", line).replace(f"#   {line}", f"  {line}")
        path = tmp_path / source.name
        path.write_text(text, encoding="utf-8")
        found = load_recipe(path)
        assert (found.refine.gate, found.judge_spec.name, found.judge_spec.temperature) == ("judge", "openai/gpt-4o", 0)


def test_gate_and_judge_are_bound_to_a_run_and_where_the_judge_is_served_is_not() -> None:
    before = recipe(judge="openai/j")
    moved = {"name": "openai/j", "api_base": "http://127.0.0.1:1/v1", "api_key_env": "X", "timeout_s": 9}
    moved |= {"patience_s": 1, "engine": "litellm", "price": {"input_usd": 1, "output_usd": 1}}
    assert differences(before, recipe(judge=moved)) == []
    assert differences(before, recipe(judge="openai/k")) == ["judge.name: 'openai/j' -> 'openai/k'"]
    warmer = recipe(judge={"name": "openai/j", "temperature": 0.5})
    assert differences(before, warmer) == ["judge.temperature: 0.0 -> 0.5"]
    ungated = before.model_copy(update={"refine": before.refine.model_copy(update={"gate": None})})
    assert "refine.gate: 'judge' -> None" in differences(before, ungated)
    assert differences(recipe(), recipe(judge={"name": WRITER, "temperature": 0})) == []
    # Without a gate nobody asks the judge, and it may change.
    assert differences(ungated, ungated.model_copy(update={"judge": ModelSpec(name="openai/k")})) == []


@pytest.mark.parametrize("change", [{"refine": {"rounds": 3}}, {"judge": "rehearsal?malformed=0.1"}])
def test_a_run_is_not_gone_on_with_under_another_gate(tmp_path: Path, change: dict[str, object]) -> None:
    synthesise(recipe(records=6), tmp_path / "run")
    with pytest.raises(RunMismatch, match=r"refine\.gate|judge\.name"):
        synthesise(recipe(records=9, **change), tmp_path / "run")
    assert synthesise(recipe(records=9), tmp_path / "run").kept == 9


def test_a_changed_prompt_of_the_judge_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from condor.programs import CompareStage

    synthesise(recipe(records=6), tmp_path / "run")
    monkeypatch.setattr(CompareStage, "signature", CompareStage.signature.with_instructions("Choose."))
    with pytest.raises(RunMismatch, match="prompt of compare"):
        synthesise(recipe(records=9), tmp_path / "run")


# -- what a fork keeps -----------------------------------------------------------------------------------------------


def inherited(tally: Tally) -> dict[str, int]:
    return {stage: figures.inherited for stage, figures in tally.stages.items()}


def called(tally: Tally) -> dict[str, int]:
    return {stage: figures.calls for stage, figures in tally.stages.items() if figures.calls}


def test_a_gate_that_is_added_takes_nothing_but_the_judges_calls(tmp_path: Path) -> None:
    plain = synthesise(recipe(refine={"rounds": 3}), tmp_path / "plain")
    assert plain.gate_kept == plain.gate_refused == 0
    gated = synthesise(recipe(), tmp_path / "gated", fork=tmp_path / "plain")
    assert set(called(gated)) == {"compare"}
    synthesise(recipe(), tmp_path / "fresh")
    assert lives(tmp_path / "gated") == lives(tmp_path / "fresh")
    shorter = [life for life in lives(tmp_path / "gated") if len(life) < 8]
    assert len(shorter) > 0
    # What stands is the beginning of what the ungated run has made.
    for life, whole in zip(lives(tmp_path / "gated"), lives(tmp_path / "plain"), strict=True):
        assert whole[: len(life)] == life


def test_another_judge_keeps_the_rounds_that_both_have(tmp_path: Path) -> None:
    synthesise(recipe(), tmp_path / "old")
    new = synthesise(recipe(judge="rehearsal?malformed=0.4"), tmp_path / "new", fork=tmp_path / "old")
    assert (inherited(new)["question"], inherited(new)["answer"]) == (10, 30)
    assert inherited(new)["critique"] >= 30
    assert inherited(new)["compare"] == 0
    again = synthesise(recipe(), tmp_path / "again", fork=tmp_path / "old")
    assert called(again) == {}
    assert lives(tmp_path / "again") == lives(tmp_path / "old")


# -- figures ---------------------------------------------------------------------------------------------------------


def test_status_says_what_the_gate_kept_and_refused(tmp_path: Path) -> None:
    settled = recipe(judge="rehearsal?malformed=0.4", parse_retries=0)
    tally = synthesise(settled, tmp_path / "run")
    found = run_status(tmp_path / "run")
    assert found.gate is not None
    assert (found.gate.kept, found.gate.refused) == (tally.gate_kept, tally.gate_refused)
    assert found.gate.kept == sum((len(life) - 2) // 2 for life in lives(tmp_path / "run"))
    assert 0 < found.gate.unreadable < found.gate.refused
    assert found.calls_by_stage["refinement"] == found.gate.kept + found.gate.refused
    assert found.judge == "rehearsal?malformed=0.4"
    assert found.as_json()["gate"]["refused"] == found.gate.refused
    synthesise(recipe(refine={"rounds": 2}), tmp_path / "plain")
    assert run_status(tmp_path / "plain").gate is None


@pytest.mark.parametrize("rounds", [1, 3])
def test_the_forecast_counts_two_comparisons_a_round_at_the_judges_price(rounds: int) -> None:
    priced = {"name": "openai/m", "price": {"input_usd": 1.0, "output_usd": 1.0}}
    plain = recipe(model=priced, refine={"rounds": rounds})
    gated = recipe(model=priced, refine={"rounds": rounds, "gate": "judge"})
    stages = {stage.stage: stage for stage in forecast(gated).stages}
    assert stages["compare"].calls == 60 * rounds
    assert forecast(gated).calls == forecast(plain).calls + 60 * rounds
    tokens = stages["compare"].input_tokens + stages["compare"].output_tokens
    free = forecast(gated.model_copy(update={"judge": ModelSpec(name="rehearsal")})).cost_usd
    same = forecast(gated).cost_usd
    assert free == pytest.approx(forecast(plain).cost_usd)
    assert same == pytest.approx((forecast(plain).cost_usd or 0) + tokens / 1e6)
    assert forecast(gated.model_copy(update={"judge": ModelSpec(name="openai/nobody-knows-this")})).cost_usd is None
    assert any("the gate keeps every refinement" in line for line in forecast(gated).assumptions)


def test_the_forecast_under_way_comes_near_what_the_gate_leaves_of_the_rounds(tmp_path: Path) -> None:
    settled, tallies = recipe(records=120), list[Tally]()
    with prepare_synthesis(settled, tmp_path / "run", on_change=lambda tally: tallies.append(deepcopy(tally))) as run:
        final = asyncio.run(run.run()).tally
        half = refine_forecast(tallies[len(tallies) // 2], run.expected)
        assert run.refined_forecast().calls == final.calls
    assert final.calls < 0.8 * forecast(settled).calls
    assert half.calls == pytest.approx(final.calls, rel=0.1)


@pytest.mark.parametrize(
    ("gate_kept", "gate_refused", "compare", "calls"),
    [
        # Nothing is known: every round is made, with both orders.
        (0, 0, StageFigures(), 100 + 300 + 2 * 600 + 1200),
        # Half of all refinements is refused, so that half of the items have a second round.
        (99, 100, StageFigures(), 100 + 300 + 2 * 450 + 900),
        # Half of the verdicts cannot be read: as many pairs are asked about in one order only.
        (0, 0, StageFigures(ended=99, lost=50, calls=99), 100 + 300 + 2 * 600 + 900),
    ],
)
def test_calls_of_a_gated_run(gate_kept: int, gate_refused: int, compare: StageFigures, calls: int) -> None:
    names = ("question", "answer", "critique", "refinement", "compare")
    expected = Expectations(3, 2, 10**6, dict.fromkeys(names, (1.0, 1.0)), lambda _: 1.0, judge_price=lambda _: 10.0)
    tally = Tally(300, gate_kept=gate_kept, gate_refused=gate_refused, stages={"compare": compare}, calls=compare.calls)
    refined = refine_forecast(tally, expected)
    assert refined.calls == pytest.approx(calls, abs=2)
    assert refined.cost_usd == 11.0
    assert refine_forecast(tally, replace(expected, judge_price=lambda _: None)).cost_usd is None


# -- what is made of a record whose first answer stands ----------------------------------------------------------------


def test_exports_of_every_format_and_stage_hold_what_stands(tmp_path: Path) -> None:
    synthesise(recipe(), tmp_path / "run")
    first = {life[1] for life in lives(tmp_path / "run") if len(life) == 2}
    assert 0 < len(first) < 30
    for format_ in ("messages", "alpaca", "sharegpt"):
        void, refined = (exported(tmp_path, format_, stage) for stage in STAGES)
        assert (len(void), len(refined)) == (30, 30)
        assert {one["id"] for one, other in zip(void, refined, strict=True) if one == other} == first
    pairs = exported(tmp_path, "dpo", "refine")
    assert len(pairs) == 30 - len(first)
    assert all(pair["chosen"] != pair["rejected"] for pair in pairs)
    assert not first & {pair["id"] for pair in pairs}


def exported(path: Path, format_: FormatName, stage: StageName) -> list[dict[str, Any]]:
    out = path / f"{format_}.{stage}"
    count = export_run(path / "run", out, format_=format_, stage=stage)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n") if line]
    assert len(rows) == count
    return rows


def test_judging_asks_for_no_pair_of_an_answer_with_itself(tmp_path: Path) -> None:
    synthesise(recipe(), tmp_path / "run")
    first = sum(len(life) == 2 for life in lives(tmp_path / "run"))
    calls: list[str] = []
    use = ModelUse(ModelSpec(name="rehearsal", temperature=0.0), on_step=lambda entry: calls.append(entry.stage))
    found = asyncio.run(judge_run(JudgePlan(pairwise=True), tmp_path / "run", use))
    assert calls.count("score") == 60 - first
    assert calls.count("compare") == 2 * (30 - first)
    assert found.wins is not None
    assert found.bias is not None
    assert found.wins.count == 30
    assert found.wins.ties >= first
    assert found.bias.count == 30 - first
    assert found.scores["overall"].gain.count == 30


def test_people_are_met_with_a_tie_where_the_first_answer_stands(tmp_path: Path) -> None:
    synthesise(recipe(), tmp_path / "run")
    labels: dict[str, Preferred] = {life[1]: "refine" for life in lives(tmp_path / "run") if len(life) == 2}
    calls: list[str] = []
    use = ModelUse(ModelSpec(name="rehearsal", temperature=0.0), on_step=lambda entry: calls.append(entry.stage))
    found = asyncio.run(calibrate(labels, tmp_path / "run", use))
    assert found.table == {"refine": {"tie": len(labels)}}
    assert (calls, found.bias.count) == ([], 0)


def test_holes_are_filled_after_a_gated_run_as_after_any(tmp_path: Path) -> None:
    synthesise(recipe(), tmp_path / "run")
    points = set(kept_points(tmp_path / "run"))
    assert len(points) == 30
    synthesise(recipe(records=12), tmp_path / "next", fill=[tmp_path / "run"])
    assert not points & set(kept_points(tmp_path / "next"))


@pytest.mark.usefixtures("no_keys")
def test_a_budget_covers_the_judge_too(tmp_path: Path, endpoint: Endpoint) -> None:
    price = {"input_usd": 1.0, "output_usd": 2.0}
    model = {"name": "openai/rehearsal", "api_base": endpoint.base, "max_tokens": 2000, "price": price}
    dear = model | {"timeout_s": 60, "price": {"input_usd": 10.0, "output_usd": 20.0}}
    settled = recipe(model=model, judge=dear, budget_usd=0.4, concurrency=4)
    tally = synthesise(settled, tmp_path / "run")
    assert tally.cost_usd is not None
    assert 0.2 < tally.cost_usd <= 0.4
    assert tally.kept < 30
    _, journal = open_run(tmp_path / "run")
    with journal:
        compared = journal.stage_figures()["compare"]
    rest = (tally.input_tokens - compared.input_tokens) + 2 * (tally.output_tokens - compared.output_tokens)
    assert tally.cost_usd * 1e6 == pytest.approx(rest + 10 * compared.input_tokens + 20 * compared.output_tokens)
    with pytest.raises(UsageFault, match=r"openai/j: a budget needs the model's price"):
        synthesise(recipe(model=model, judge={**dear, "name": "openai/j", "price": None}, budget_usd=1), tmp_path / "x")
    assert not (tmp_path / "x").exists()


# -- batch files -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_keys")
def test_in_batch_files_the_writer_may_judge_itself(
    tmp_path: Path, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    from batch_server import answer_request

    settings = RehearsalSettings(quality=0.9)
    served = {"name": "openai/rehearsal", "api_base": serve(settings).base}
    settled = recipe(model=served, records=6)
    use = BatchUse(tmp_path / "files")
    for number in range(30):
        with prepare_synthesis(settled, tmp_path / "run", batch=use) as synthesis:
            waiting = asyncio.run(synthesis.run()).waiting
        if not waiting:
            break
        shard = sorted((tmp_path / "files").glob("requests-????.jsonl"))[-1]
        results = [answer_request(line, settings) for line in shard.read_text(encoding="utf-8").split("\n") if line]
        (tmp_path / "files" / f"{number}.jsonl").write_text("\n".join(map(json.dumps, results)), encoding="utf-8")
    told = run_status(tmp_path / "run")
    assert told.gate is not None
    assert (told.kept, told.gate.refused > 0) == (6, True)
    synthesise(settled, tmp_path / "live")
    assert lives(tmp_path / "run") == lives(tmp_path / "live")


def test_in_batch_files_no_other_model_judges(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="cannot judge in batch files"):
        synthesise(recipe(model="openai/m", judge="openai/j"), tmp_path / "run", batch=BatchUse(tmp_path / "files"))
    assert list(tmp_path.iterdir()) == []


# -- a record's life -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_life_tells_what_the_gate_decided_of_every_refinement(tmp_path: Path, language: str) -> None:
    settled = recipe(languages=[language], judge="rehearsal?malformed=0.4", parse_retries=0)
    synthesise(settled, tmp_path / "run")
    seen = set()
    for life in lives(tmp_path / "run"):
        told = explain(tmp_path / "run", life[-1])
        kept = told.rulings[: (len(life) - 2) // 2]
        assert [ruling.refinement_id for ruling in kept] == life[3::2]
        assert {ruling.decision for ruling in kept} <= {"kept"}
        assert [ruling.round for ruling in told.rulings] == list(range(1, len(told.rulings) + 1))
        assert len(told.rulings) == min(3, len(kept) + 1)
        by_id = {record.id: record for record in told.records}
        for ruling in told.rulings:
            seen.add(ruling.decision)
            assert (len(ruling.preferences) == 2) == (ruling.decision != "unreadable")
            assert all(by_id[preference.id] == preference for preference in ruling.preferences)
        held = [record for record in told.records if isinstance(record, Preference)]
        assert sum(len(ruling.preferences) for ruling in told.rulings) == len(held)
        assert {record.provenance.prompt_version for record in held if record.provenance} <= told.prompts.keys()
        assert json.loads(json.dumps(told.as_json()))["rulings"][0]["decision"] == told.rulings[0].decision
    assert seen == {"kept", "refused", "unreadable"}


@pytest.mark.parametrize(("final", "decision"), [(None, "pending"), (False, "pending"), (True, "unreadable")])
def test_a_verdict_is_still_to_come_until_its_item_has_ended_for_good(
    tmp_path: Path, final: bool | None, decision: str
) -> None:
    origin = Origin(tree_version="t", path=("Food", "Tea"), task="view", language="en", difficulty="hard")
    question = Question(parent_id="c", origin=origin, text="Why?")
    answer = Answer(parent_id=question.id, origin=origin, text="Leaves.")
    critique = Critique(parent_id=answer.id, origin=origin, strengths="s", weaknesses="w", suggestions="s")
    refinement = Refinement(parent_id=critique.id, origin=origin, text="Leaves, and habit.", round=1)
    first = Preference(parent_id=answer.id, other_id=refinement.id, origin=origin, verdict="B", reason="r")
    with Journal.create(tmp_path / "j.db", {}) as journal:
        if final is not None:
            ended = ItemEntry(0, "failed", "c", "hard", final=final, question_id=question.id)
            asyncio.run(journal.write_item(ended))
        (ruling,) = rulings_among([question, answer, critique, refinement, first], journal)
    assert (ruling.decision, ruling.preferences) == (decision, (first,))


def test_a_life_without_a_gate_has_no_ruling(tmp_path: Path) -> None:
    synthesise(recipe(records=3, refine={"rounds": 2}), tmp_path / "run")
    told = explain(tmp_path / "run", lives(tmp_path / "run")[0][0])
    assert told.rulings == ()
    assert [record.kind for record in told.records].count("refinement") == 2
