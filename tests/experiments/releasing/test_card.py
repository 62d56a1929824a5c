"""What a card says is so: for first answers and refined ones, behind a gate, for few tasks, formats and splits."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from condor.corpus.release.card_facts import CardFacts
from condor.corpus.release.card_method import critics, method
from condor.corpus.release.figures import Figures
from condor.corpus.release.manifest import Manifest, RunFacts, load_manifest
from condor.experiments.releasing import make_plan, make_release

from release_support import LEAST, check_whole, rows, synthesise

FULL = "each of the paper's seven tasks"


@pytest.fixture(scope="module")
def gated_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of hard questions of one task, whose refinements a judge admits."""
    run = tmp_path_factory.mktemp("gated") / "narrow"
    only = {"tree": "seed:en", "languages": ["en"], "tasks": ["view"], "difficulties": ["hard"], "records": 16}
    return synthesise(run, **only, refine={"rounds": 2, "gate": "judge"})


def card(folder: Path) -> str:
    return " ".join((folder / "README.md").read_text("utf-8").split("---\n", 2)[2].split())


def make(run: Path, out: Path, **plan: object) -> Path:
    folder = make_release([run], make_plan(LEAST | plan), out=out).directory
    check_whole(folder)
    return folder


def test_first_answers_are_told_of_without_what_follows_them(judged_run: Path, tmp_path: Path) -> None:
    text = card(make(judged_run, tmp_path, stage="void"))
    assert "with first answers, from" in text
    for word in ("ritic", "refine", "Refine", "preference", "anew", "two splits"):
        assert word not in text.split("## What was left out")[0], word
    assert "Each critique" not in text


def test_refined_answers_are_told_of_with_their_rounds_and_their_critic(judged_run: Path, tmp_path: Path) -> None:
    text = card(make(judged_run, tmp_path, selection={"split": {"eval": 0.2}}))
    for said in (
        "with answers refined after a critique, from",
        FULL,
        "Each answer was refined once, and every refinement was kept.",
        "Rounds of refinement that stand: 1 in 24 records.",
        "Each critique is of the model that wrote the answer",
        "No leaf tag is in two splits.",
        "for supervised fine-tuning and preference training.",
    ):
        assert said in text, said
    assert "refinements kept by" not in text


def test_behind_a_gate_only_what_stands_is_told_of(gated_run: Path, tmp_path: Path) -> None:
    folder = make(gated_run, tmp_path, formats=["dpo", "messages"])
    text, manifest = card(folder), load_manifest(folder)
    rounds = Counter(len(row["rounds"]) for row in rows(folder, "records"))
    assert rounds[0], "no record without a refinement: nothing is tried"
    for said in (
        f"or first answers where no refinement stands ({rounds[0]:,})",
        "For each leaf tag and the task `view` it writes three questions",
        "of which it answers the hard one.",
        "Each answer was refined twice at most; a refinement was kept only where rehearsal, shown both",
        f"`dpo` leaves out {rounds[0]:,} pairs: {rounds[0]:,} because both answers are equal.",
        "refinements kept by",
    ):
        assert said in text, said
    assert FULL not in text
    assert "`critique` has" not in text
    assert manifest.unpaired == {"dpo": {"equal_answers": rounds[0]}}
    void = card(make(gated_run, tmp_path, stage="void", version="1.1", formats=["alpaca"]))
    assert "refinement" not in void.split("## What was left out")[0]


def test_pairs_that_the_judge_likes_better_the_other_way_round_are_counted(judged_run: Path, tmp_path: Path) -> None:
    folder = make(judged_run, tmp_path, formats=["dpo", "ranking"])
    scores = [row["scores"] for row in rows(folder, "records")]
    worse = sum(each["refine"] < each["void"] for each in scores)
    assert worse, "every pair is the right way round: nothing is tried"
    manifest = load_manifest(folder)
    assert manifest.unpaired == {name: {"negative_margin": worse} for name in ("dpo", "ranking")}
    assert len(rows(folder, "dpo")) == manifest.released - worse
    assert f"{worse:,} because the judge likes the rejected answer better" in card(folder)


def facts_of(manifest: Manifest, *runs: RunFacts) -> CardFacts:
    rounds = Counter({1: manifest.released})
    changed = manifest.model_copy(update={"runs": runs})
    return CardFacts(changed, replace(Figures(), rounds=rounds), (), (), (), {}, command="", plan="")


def test_runs_and_models_that_differ_are_told_apart(judged_run: Path, tmp_path: Path) -> None:
    manifest = load_manifest(make(judged_run, tmp_path))
    (run,) = manifest.runs
    narrow = run.model_copy(update={"name": "narrow", "recipe": run.recipe | {"tasks": ["view", "creation"]}})
    text = " ".join(method(facts_of(manifest, run, narrow)))
    assert f"In first: For each leaf tag and {FULL}" in text
    assert "In narrow: For each leaf tag and each of the tasks `view` and `creation`" in text
    assert "Each critique is of the model that wrote the answer" in critics(facts_of(manifest, run, narrow))
    makers = tuple(made.model_copy(update={"model": "b"}) if made.stage == "critique" else made for made in run.makers)
    forked = run.model_copy(update={"makers": makers})
    assert "The critiques are by b, the answers by rehearsal" in critics(facts_of(manifest, forked))
    assert "same" not in critics(facts_of(manifest, run, forked))
