"""`condor optimize`: a step's prompts, compiled by one of DSPy's optimizers."""

import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .console import make_console
from .options import ApiBaseOption, CallsOption, JsonOption, LanguageChoice, ModelOption, NoTrackOption
from .tree_work import read_model

if TYPE_CHECKING:
    from ..experiments import Recipe
    from ..experiments.optimizing import Optimization, OptimizePlan
    from ..experiments.statistics import Estimate
    from ..runtime.models import ModelSpec


class StepChoice(StrEnum):
    """What can be compiled, as typer shows it."""

    expand = "expand"
    question = "question"
    answer = "answer"
    critique = "critique"
    refine = "refine"
    both = "refine+critique"


class OptimizerChoice(StrEnum):
    """DSPy's optimizers, as typer shows them."""

    gepa = "gepa"
    mipro = "mipro"
    bootstrap = "bootstrap"
    copro = "copro"
    simba = "simba"


def _size(name: str, what: str) -> Any:
    return typer.Option(f"--{name}", metavar="N", min=2, help=what)


def optimize(
    step: Annotated[StepChoice, typer.Argument(help="What to compile.", show_default=False)],
    run: Annotated[
        Path, typer.Option("--run", metavar="DIR", help="Where the work lives; DIR/compiled/STEP.json is its result.")
    ],
    optimizer: Annotated[OptimizerChoice, typer.Option("--optimizer", help="Which of DSPy's.")] = OptimizerChoice.gepa,
    recipe: Annotated[
        Path | None,
        typer.Option(
            "--recipe",
            metavar="RECIPE",
            help="Take tree, languages, tasks, difficulties, model, judge and parse_retries from it.",
            show_default=False,
        ),
    ] = None,
    tree: Annotated[
        list[str] | None,
        typer.Option("--tree", metavar="TREE", help="A tree file, or seed:en, seed:zh; may be given again."),
    ] = None,
    languages: Annotated[
        list[LanguageChoice] | None,
        typer.Option("--language", help="What to write in; may be given again.", show_default=False),
    ] = None,
    train: Annotated[int, _size("train", "Cells that prompts are proposed from.")] = 20,
    val: Annotated[int, _size("val", "Cells by which the optimizer chooses.")] = 20,
    holdout: Annotated[int, _size("holdout", "Cells that prove it, 6 at least; the optimizer never sees them.")] = 40,
    budget_calls: Annotated[
        int, typer.Option("--budget-calls", metavar="N", min=1, help="Calls to any model in all, never exceeded.")
    ] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the sets and the optimizer.")] = 0,
    model: ModelOption = None,
    api_base: ApiBaseOption = None,
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="SPEC", help="Grades results; by default the model.")
    ] = None,
    judge_base: Annotated[
        list[str] | None, typer.Option("--judge-base", metavar="URL", help="As --api-base, for the judge.")
    ] = None,
    optimizer_model: Annotated[
        str | None, typer.Option("--optimizer-model", metavar="SPEC", help="Proposes prompts; by default the model.")
    ] = None,
    optimizer_base: Annotated[
        list[str] | None, typer.Option("--optimizer-base", metavar="URL", help="As --api-base, for that model.")
    ] = None,
    concurrency: CallsOption = 16,
    no_promote: Annotated[
        bool, typer.Option("--no-promote", help="Register an improvement, but leave the champion as it is.")
    ] = False,
    no_track: NoTrackOption = False,
    as_json: JsonOption = False,
) -> None:
    """Compile a step's prompts, and prove them on cells that the optimizer never saw.

    The same command again goes on where it was broken off, and pays for no
    reply twice. Cells come from a tree (by default seed:en), and no root tag is
    in two of the sets. The hold-out is graded before and after: the result
    counts as improved where the difference over at least six pairs is too
    large for chance (p < 0.05), and only then do condor synth --programs DIR
    and condor tree grow --programs DIR use it.

    --budget-calls counts everything: the calls that make the inputs of the
    sets with the built-in prompts, the results, the judge's verdicts, the
    optimizer's proposals, retries and repairs. A larger one goes on with a
    smaller one's work.

    Of refine+critique both prompts are compiled together. A critique is graded
    by what the built-in refinement makes of it. copro and simba know one set:
    they are given --train and --val together.
    """
    from ..experiments.optimizing import OptimizeUse
    from ..experiments.optimizing import optimize as compile_step
    from ..runtime.stopping import StopSignal
    from .progress import counting
    from .running import run_until_done

    plan, settled = _plan(
        step, optimizer, recipe, tree, languages, (train, val, holdout, budget_calls, seed), model, api_base
    )
    console, stopping = make_console(), StopSignal()
    # Optimizers print; while they work, what stands at sys.stdout leads nowhere.
    console.file = sys.stderr if as_json else sys.stdout
    with counting(console, "optimizing") as counter:
        use = OptimizeUse(
            settled.model,
            judge=_other("--judge", judge, judge_base) or settled.judge,
            optimizer=_other("--optimizer", optimizer_model, optimizer_base),
            concurrency=concurrency,
            parse_retries=settled.parse_retries,
            on_call=counter.add,
            stopping=stopping,
        )
        if not as_json:
            _show_plan(plan)
        found = run_until_done(compile_step(plan, run, use), stop=stopping.set, console=console)
    if use.specs["judge"].name == (writer := settled.model.name):
        typer.echo(f"the judge, {writer}, is the model that wrote the results; --judge names another", err=True)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        _show(found, run)
    if not no_track:
        _show_in_store(found, plan, run, promote=bool(found.path) and not no_promote, quiet=as_json)


def _show_in_store(found: "Optimization", plan: "OptimizePlan", run: Path, *, promote: bool, quiet: bool) -> None:
    """Show it in MLflow, and register its prompts; the compiled program stands in any case."""
    from ..errors import StoreFault
    from ..experiments.lineage.optimization_runs import show_optimization
    from ..experiments.mlflow_store import open_store
    from ..experiments.tracking.tracker import tracking_is_on

    if not tracking_is_on():
        return
    figures = {f"calls.{role}": float(count) for role, count in found.calls.items()} | {"cost_usd": found.cost_usd}
    try:
        shown = show_optimization(
            open_store(), found.program, run, tree_version=plan.tree.version, metrics=figures, promote=promote
        )
    except StoreFault as exc:
        typer.echo(f"{exc}; the same command registers it later", err=True)
        return
    for version in shown.versions:
        now = "registered and promoted" if shown.promoted else "champion" if version.champion else "registered"
        typer.echo(f"{version.name} version {version.version}: {now}", err=quiet)
    for champion in shown.unproven:
        name, number = champion.name, champion.version
        typer.echo(
            f"{name}: the champion, version {number}, stays: what was compiled is proven against the built-in prompt "
            f"only; compare runs of both, then condor prompts promote {name} VERSION",
            err=quiet,
        )


def _plan(
    step: StepChoice,
    optimizer: OptimizerChoice,
    recipe: Path | None,
    tree: Sequence[str] | None,
    languages: Sequence[LanguageChoice] | None,
    numbers: tuple[int, int, int, int, int],
    model: str | None,
    api_base: list[str] | None,
) -> "tuple[OptimizePlan, Recipe]":
    """What the options name, above what the recipe says; and the recipe that this comes to."""
    from ..errors import UsageFault
    from ..experiments import load_recipe
    from ..experiments.optimizing import OptimizePlan
    from ..experiments.recipe import validate_recipe
    from ..experiments.trees import load_trees
    from .synth import override

    if recipe is None and model is None:
        raise UsageFault("name a --model, or a --recipe that has one")
    if recipe is None:
        spec = read_model(model, api_base)
        data = {"tree": ["seed:en"], "records": 1, "model": spec.model_dump(mode="json")}
        settled = validate_recipe(data, "options")
    else:
        settled = override(load_recipe(recipe), model=model, api_base=api_base)
    given = {"tree": tuple(tree or ()), "languages": tuple(language.value for language in languages or ())}
    changes = {name: list(values) for name, values in given.items() if values}
    settled = validate_recipe(settled.model_dump(mode="json") | changes, "options")
    train, val, holdout, budget_calls, seed = numbers
    plan = OptimizePlan(
        step=step.value,
        optimizer=optimizer.value,
        tree=load_trees(settled.tree),
        train=train,
        val=val,
        holdout=holdout,
        budget_calls=budget_calls,
        seed=seed,
        languages=settled.languages,
        tasks=settled.tasks,
        difficulties=settled.difficulties,
    )
    return plan, settled


def _other(option: str, model: str | None, api_base: list[str] | None) -> "ModelSpec | None":
    from ..errors import UsageFault

    if model is None and api_base:
        raise UsageFault(f"{option}-base says where a model is; name one as well")
    return None if model is None else read_model(model, api_base)


def _show_plan(plan: "OptimizePlan") -> None:
    sets = ", ".join(f"{name} {size}" for name, size in plan.sizes.items())
    typer.echo(
        f"{plan.step} by {plan.optimizer}: {sets}, no root tag in two of them; {plan.budget_calls} calls at most"
    )


def _show(found: "Optimization", run: Path) -> None:
    from .progress import dollars, thousands
    from .running import REHEARSAL_NOTE

    calls = ", ".join(f"{role} {count}" for role, count in sorted(found.calls.items()))
    typer.echo(f"calls {sum(found.calls.values())} of {found.budget_calls}: {calls}")
    tokens = f"{thousands(found.input_tokens)} tokens in, {thousands(found.output_tokens)} out"
    typer.echo(f"{tokens}, {dollars(found.cost_usd)}")
    for name, count in found.unreadable.items():
        typer.echo(f"{name}: {count} cells left out, whose inputs could not be read")
    if found.candidates is not None:
        typer.echo(f"programs tried: {found.candidates}")
    typer.echo(f"hold-out before  {_estimate(found.before)}{_broken(found.broken['before'])}")
    typer.echo(f"hold-out after   {_estimate(found.after)}{_broken(found.broken['after'])}")
    typer.echo(f"difference       {_estimate(found.difference, sign='+')}")
    if found.note:
        typer.echo(found.note)
    if found.number > 1:
        typer.echo(f"the hold-out has graded {found.number} programs: p must be below 0.05 / {found.number}")
    typer.echo(_outcome(found, run))
    if found.rehearsal:
        typer.echo(REHEARSAL_NOTE)


def _outcome(found: "Optimization", run: Path) -> str:
    """What a run uses from now on."""
    if found.improved and found.path:
        grow = found.program.step == "expand"
        use = "condor tree grow --run TREE --language en" if grow else "condor synth RECIPE --run NEW"
        return f"improved: {found.path}; use it with: {use} --programs {run}"
    said = "improved, but not by more" if found.improved else "nothing better was found"
    if found.after.count == 0:
        said = "nothing is proven"
    if (standing := found.standing) is None:
        return f"{said}: the built-in prompts stay; the report is {run / 'optimization.json'}"
    brought = "" if standing.difference is None else f", {standing.difference:+.3f}"
    return f"{said}: {standing.path} ({standing.optimizer}{brought}) stays; the report is {run / 'optimization.json'}"


def _estimate(found: "Estimate", *, sign: str = "") -> str:
    if found.mean is None:
        return "-"
    bounds = "" if found.low is None else f" [{found.low:{sign}.3f}, {found.high:{sign}.3f}]"
    missing = f", {found.missing} without a verdict" if found.missing else ""
    return f"{found.mean:{sign}.3f}{bounds} over {found.count}{missing}"


def _broken(rules: dict[str, int]) -> str:
    return f"; broken: {', '.join(f'{rule} {count}' for rule, count in rules.items())}" if rules else ""
