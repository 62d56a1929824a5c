"""From a release back to both prompt versions, the optimisation, its sets and the tree: all of it real."""

import asyncio
import shutil
from pathlib import Path

import pytest

from condor.errors import LineageFault, PromptFault
from condor.experiments import export_run
from condor.experiments.compiled import CompiledProgram, Programs
from condor.experiments.digests import file_digest
from condor.experiments.lineage.graph import Lineage, Node
from condor.experiments.lineage.optimization_runs import show_optimization
from condor.experiments.lineage.releases import log_release
from condor.experiments.lineage.resolving import trace_lineage
from condor.experiments.lineage.text import as_lines
from condor.experiments.mlflow_store import Store, open_store
from condor.experiments.optimizing import OptimizePlan, OptimizeUse, optimize
from condor.experiments.prompts.champions import champion_programs, rollback
from condor.knowledge import seed_tree
from condor.programs import RefineAnswer
from condor.runtime.models import ModelSpec

from prompt_samples import compiled


@pytest.fixture(params=["sqlite", "server"])
def either(request: pytest.FixtureRequest) -> Store:
    """A SQLite store, and the one behind MLflow's own server."""
    if request.param == "sqlite":
        return request.getfixturevalue("store")
    request.getfixturevalue("monkeypatch").delenv("MLFLOW_TRACKING_URI", raising=False)
    return open_store(request.getfixturevalue("mlflow_server"))


def sources(graph: Lineage, node: Node, how: str) -> list[Node]:
    return [source for said, source in graph.sources(node.id) if said == how]


def optimized(run: Path) -> CompiledProgram:
    plan = OptimizePlan("refine", "gepa", seed_tree("en"), train=6, val=6, holdout=12, budget_calls=600)
    return asyncio.run(optimize(plan, run, OptimizeUse(ModelSpec(name="rehearsal")))).program


def test_a_release_is_walked_back_to_tree_and_prompts(either: Store, make_run, tmp_path: Path) -> None:
    program, tree_version = optimized(tmp_path / "opt"), seed_tree("en").version
    assert program.improved
    shown = show_optimization(
        either, program, tmp_path / "opt", tree_version=tree_version, metrics={"calls": 1.0}, promote=True
    )
    assert shown.promoted
    run = make_run("second", champion_programs(either, [RefineAnswer]))
    export_run(run, tmp_path / "out.jsonl", format_="messages", stage="refine")
    log_release(either, run, tmp_path / "out.jsonl", format_="messages", stage="refine")
    shutil.rmtree(run)
    shutil.rmtree(tmp_path / "opt")

    graph = trace_lineage(tmp_path / "out.jsonl", either)
    (root,) = map(graph.node, graph.roots)
    assert (root.kind, root.facts["digest"]) == ("release", file_digest(tmp_path / "out.jsonl"))
    (refined,) = sources(graph, root, "exported from")
    prompts = {node.name: node for node in sources(graph, refined, "asked with")}
    assert set(prompts) == {"condor.critique", "condor.refinement"}
    new = prompts["condor.refinement"]
    assert new.facts["prompt version"] == program.prompts[0].prompt_version
    assert new.facts["registry"] == f"version {shown.versions[0].version}, champion"
    (optimization,) = sources(graph, new, "compiled by")
    assert (optimization.name, optimization.facts["improved"]) == ("gepa refine", "true")
    (base,) = sources(graph, optimization, "from the prompt")
    assert base.facts["prompt version"] == RefineAnswer().prompt_version()
    sets = [*sources(graph, optimization, "compiled on"), *sources(graph, optimization, "scored on")]
    assert [node.name for node in sets] == ["training set", "validation set", "hold-out set"]
    (drawn_from,) = {tree.facts["version"] for node in sets for tree in sources(graph, node, "drawn from")}
    assert drawn_from == tree_version
    (void,) = sources(graph, refined, "refined from")
    assert [node.kind for node in sources(graph, void, "sampled from")] == ["tree"]
    assert {node.name for node in sources(graph, void, "asked with")} == {"condor.question", "condor.answer"}
    again = show_optimization(
        either, program, tmp_path / "opt", tree_version=tree_version, metrics={"calls": 1.0}, promote=True
    )
    assert (again.run_id, again.promoted) == (shown.run_id, False)
    rollback(either, "condor.refinement")


def test_an_optimisation_that_found_nothing_better_promotes_nothing(store: Store, tmp_path: Path) -> None:
    (tmp_path / "opt").mkdir()
    options = {"tree_version": "v", "metrics": {}}
    worse = compiled(instructions="No better.", improved=False)
    shown = show_optimization(store, worse, tmp_path / "opt", promote=True, **options)
    assert (shown.promoted, [version.champion for version in shown.versions]) == (False, [False])
    better = show_optimization(store, compiled(), tmp_path / "opt", promote=False, **options)
    assert (better.promoted, better.versions[0].version) == (False, 3)
    same = compiled(instructions=RefineAnswer.signature.instructions, improved=False)
    unchanged = show_optimization(store, same, tmp_path / "opt", promote=True, **options)
    assert (unchanged.promoted, unchanged.versions[0].version) == (False, 1)
    assert champion_programs(store) == Programs()
    with pytest.raises(PromptFault, match="has no champion before it"):
        rollback(store, "condor.refinement")


def test_what_was_never_held_against_the_champion_does_not_take_its_place(store: Store, tmp_path: Path) -> None:
    (tmp_path / "opt").mkdir()
    options = {"tree_version": "v", "metrics": {}, "promote": True}
    first = show_optimization(store, compiled(instructions="Better."), tmp_path / "opt", **options)
    assert (first.promoted, first.unproven) == (True, ())
    # Compiled from the built-in prompt, which is the champion no more.
    other = show_optimization(store, compiled(instructions="Perhaps better."), tmp_path / "opt", **options)
    assert (other.promoted, [champion.version for champion in other.unproven]) == (False, [first.versions[0].version])
    # A program of both stages does not put the built-in refinement back beside its new critique.
    both = compiled("refine+critique", "Sharper.")
    critique, refinement = both.prompts
    unchanged = compiled(instructions=RefineAnswer.signature.instructions).prompts[0]
    assert unchanged.prompt_version == refinement.base_version
    half = both.model_copy(update={"prompts": (critique, unchanged)})
    shown = show_optimization(store, half, tmp_path / "opt", **options)
    assert not shown.promoted
    (standing,) = champion_programs(store, [RefineAnswer]).prompts.values()
    assert standing.instructions == "Better."
    # What was compiled from the champion may take its place.
    base = Programs.of(compiled(instructions="Better.").prompts)
    further = show_optimization(store, compiled(instructions="Best.", base=base), tmp_path / "opt", **options)
    assert further.promoted


def test_prompts_compiled_from_each_other_and_back_make_no_circle(store: Store, make_run, tmp_path: Path) -> None:
    first = compiled(instructions="First.")
    second = compiled(instructions="Second.", base=Programs.of(first.prompts))
    back = compiled(instructions="First.", base=Programs.of(second.prompts))
    for number, program in enumerate((first, second, back)):
        run = tmp_path / f"opt{number}"
        run.mkdir()
        show_optimization(store, program, run, tree_version="v", metrics={}, promote=True)
    graph = trace_lineage(make_run("run", Programs.of(second.prompts)), store)
    told = "\n".join(as_lines(graph))
    assert told.count("compiled by") == 2
    assert told.count("from the prompt") == 2
    assert "made by this Condor" in told


def test_the_same_export_is_one_release_and_void_is_told_as_void(store: Store, make_run, tmp_path: Path) -> None:
    run = make_run()
    ids = set()
    for name in ("one.jsonl", "two.jsonl"):
        export_run(run, tmp_path / name, format_="alpaca", stage="void")
        ids.add(log_release(store, run, tmp_path / name, format_="alpaca", stage="void"))
    assert len(ids) == 1
    graph = trace_lineage(tmp_path / "two.jsonl", store)
    (source,) = sources(graph, graph.node(graph.roots[0]), "exported from")
    assert source.kind == "void"
    assert not any(node.name == "condor.critique" for node in graph.nodes())


def test_two_runs_that_come_to_the_same_bytes_are_two_releases(store: Store, make_run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run = make_run(name)
        export_run(run, tmp_path / f"{name}.jsonl", format_="alpaca", stage="void")
        log_release(store, run, tmp_path / f"{name}.jsonl", format_="alpaca", stage="void")
    for name in ("one", "two"):
        graph = trace_lineage(tmp_path / f"{name}.jsonl", store)
        (source,) = sources(graph, graph.node(graph.roots[0]), "exported from")
        assert source.name == f"{name}/void"


def test_the_judge_of_a_gate_is_told(store: Store, make_run, tmp_path: Path) -> None:
    gate = {"refine": {"gate": "judge"}, "judge": "rehearsal?quality=0.9"}
    run = make_run("gated", **gate)
    export_run(run, tmp_path / "gated.jsonl", format_="alpaca", stage="refine")
    log_release(store, run, tmp_path / "gated.jsonl", format_="alpaca", stage="refine")
    for target in (run, tmp_path / "gated.jsonl"):
        graph = trace_lineage(target, store)
        (refined,) = (node for node in graph.nodes() if node.kind == "refine")
        (judge,) = sources(graph, refined, "kept by the judge")
        assert judge.name.startswith("rehearsal?quality=0.9")


def test_a_compiled_prompt_is_told_with_its_base_also_without_a_store(make_run) -> None:
    program = compiled()
    graph = trace_lineage(make_run("run", Programs.of(program.prompts)), None)
    (new,) = [node for node in graph.nodes() if node.facts.get("prompt version") == program.prompts[0].prompt_version]
    assert new.facts["made by"] == "an optimizer"
    (base,) = sources(graph, new, "from the prompt")
    assert base.facts == {"prompt version": RefineAnswer().prompt_version(), "made by": "this Condor"}


def test_what_stands_nowhere_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "strange.jsonl").write_text("{}\n", encoding="utf-8")
    for known, said in ((store, "does not know it"), (None, "there is no store of MLflow's here")):
        with pytest.raises(LineageFault, match=f"strange.jsonl: .*{said}.*export the run again with tracking on"):
            trace_lineage(tmp_path / "strange.jsonl", known)
    with pytest.raises(LineageFault, match="nothing here whose lineage could be told; name one of these: a synthesis"):
        trace_lineage(tmp_path / "none", store)
