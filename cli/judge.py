"""`condor judge`: how good a run's records are, by a judging model."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.cells import set_cell_size

from .console import make_console, printable
from .exit_codes import SHORTFALL
from .options import ApiBaseOption, CallsOption, JsonOption, ModelOption, NoTrackOption, RunArgument
from .tracking import tracking
from .tree_work import model_use, read_model

if TYPE_CHECKING:
    from ..experiments import Judgement
    from ..experiments.judgement import Gain
    from ..experiments.statistics import Agreement, Difference, Estimate, PositionBias, WinRate
    from ..runtime.models import ModelSpec

_SHORT = "shortfall: {} calls got no reply; the same command asks again"
#: Values of a slice that are shown; --json has them all.
_SLICES = 10
#: The one pair there is: the first answer, and the last refinement.
_PAIR = "void:refine"


def judge(
    run: RunArgument,
    sample: Annotated[
        int | None, typer.Option("--sample", metavar="N", min=1, help="Judge N records only.", show_default=False)
    ] = None,
    pairwise: Annotated[
        str | None,
        typer.Option(
            "--pairwise", metavar=_PAIR, help="Also compare the two stages, in both orders.", show_default=False
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="LABELS",
            help='Compare with people: JSONL of {"id": ..., "preferred": "void|refine|tie"}.',
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the sample.")] = 0,
    model: ModelOption = None,
    api_base: ApiBaseOption = None,
    concurrency: CallsOption = 16,
    as_json: JsonOption = False,
    no_track: NoTrackOption = False,
    evaluate: Annotated[
        bool,
        typer.Option("--evaluate", help="Show a judged sample in MLflow's evaluation view; nobody is asked again."),
    ] = False,
) -> None:
    """Score first answers and last refinements. The same command again asks for what is missing only."""
    from ..errors import UsageFault
    from ..experiments import JudgePlan, judge_run
    from ..experiments.coverage import synthesis_recipe
    from ..experiments.recipe import steady
    from ..experiments.tracking.tracker import tracking_is_on

    if pairwise not in (None, _PAIR):
        raise UsageFault(f"--pairwise {pairwise}: there is one pair of stages, {_PAIR}")
    if against is not None and (sample is not None or pairwise is not None):
        raise UsageFault("--against judges the pairs that have labels; leave out --sample and --pairwise")
    if model is None and api_base:
        raise UsageFault("--api-base says where a model is; name one with --model")
    recipe = synthesis_recipe(run)
    own = recipe.model
    spec = recipe.judge_spec if model is None else steady(read_model(model, api_base))
    if evaluate and not (tracking_is_on() and not no_track and against is None):
        raise UsageFault(
            "--evaluate shows a judging in MLflow; leave out --against, --no-track and CONDOR_TRACKING=off"
        )
    if against is not None:
        _calibrate(against, run, spec, concurrency, as_json)
        _warn(spec, own)
        return
    plan = JudgePlan(sample=sample, pairwise=pairwise is not None, seed=seed)
    with (
        tracking(make_console(stderr=True), on=not no_track) as tracker,
        model_use(spec, concurrency, doing="judging") as session,
    ):
        found = session.finish(judge_run(plan, run, session.use, tracker))
    _warn(spec, own)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        _show(found)
    if evaluate:
        _evaluate(run, spec.name)
    if found.unanswered:
        raise typer.Exit(SHORTFALL)


def _evaluate(run: Path, judge: str) -> None:
    from ..experiments.judging import JUDGED
    from ..experiments.tracking.evaluation import show_evaluation

    shown = show_evaluation(run, run / JUDGED, judge)
    typer.echo(f"{shown} judged records are in MLflow's evaluation view", err=True)


def _calibrate(labels: Path, run: Path, spec: "ModelSpec", concurrency: int, as_json: bool) -> None:
    from ..experiments import calibrate, load_labels
    from .running import REHEARSAL_NOTE

    preferred = load_labels(labels)
    with model_use(spec, concurrency, doing="judging") as session:
        found = session.finish(calibrate(preferred, run, session.use))
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        typer.echo(f"{found.labels} labels, {len(found.unknown)} of no kept record; the judge is {found.judge}")
        typer.echo(f"agreement     {_agreement(found.agreement)}")
        typer.echo(f"without ties  {_agreement(found.decided)}")
        for people, row in sorted(found.table.items()):
            typer.echo(f"people {people}: {', '.join(f'judge {said} {count}' for said, count in sorted(row.items()))}")
        typer.echo(_bias(found.bias))
        if found.rehearsal:
            typer.echo(REHEARSAL_NOTE)
    if found.unanswered:
        typer.echo(_SHORT.format(found.unanswered), err=True)
        raise typer.Exit(SHORTFALL)


def _agreement(found: "Agreement") -> str:
    share = "-" if found.share is None else f"{found.share:.2f}"
    kappa = "undefined" if found.kappa is None else f"{found.kappa:.2f}"
    return f"{share} of {found.count} pairs, Cohen's kappa {kappa}, missing {found.missing}"


def _bias(bias: "PositionBias") -> str:
    return (
        f"the order decided {bias.flips} of {bias.count} pairs ({bias.favours_first} for the answer shown first, "
        f"{bias.favours_second} for the second)"
    )


def _warn(judge: "ModelSpec", writer: "ModelSpec") -> None:
    if judge.name == writer.name:
        typer.echo(f"the judge, {judge.name}, is the model that wrote the answers; --model names another", err=True)


def _show(found: "Judgement") -> None:
    from .running import REHEARSAL_NOTE

    typer.echo(f"judged {found.judged} of {found.kept} kept records by {found.judge}")
    typer.echo(f"{'':25}{'void':22}{'refine':22}gain")
    for name, gain in found.scores.items():
        typer.echo(_row(name.replace("_", " "), gain))
    for what, values in found.slices.items():
        shown = sorted(values, key=lambda value: (values[value].refine.mean or 0, value))[:_SLICES]
        some = f", {_SLICES} of {len(values)}" if len(values) > _SLICES else ""
        typer.echo(f"by {what}, the lowest first{some}:")
        for value in shown:
            typer.echo(_row(f"  {printable(value)}", values[value]))
    if found.wins is not None and found.bias is not None:
        typer.echo(_wins(found.wins))
        typer.echo(_bias(found.bias))
    missing = found.scores["overall"].void.missing + found.scores["overall"].refine.missing
    typer.echo(f"unreadable or missing verdicts {missing}, calls without a reply {found.unanswered}")
    if found.unanswered:
        typer.echo(_SHORT.format(found.unanswered))
    if found.rehearsal:
        typer.echo(REHEARSAL_NOTE)


def _row(name: str, gain: "Gain") -> str:
    return f"{set_cell_size(name, 24)} {_estimate(gain.void):22}{_estimate(gain.refine):22}{_difference(gain.gain)}"


def _estimate(found: "Estimate") -> str:
    if found.mean is None:
        return "-"
    return f"{found.mean:.2f}" + ("" if found.low is None else f" [{found.low:.2f}, {found.high:.2f}]")


def _difference(found: "Difference") -> str:
    if found.mean is None:
        return "-"
    interval = "" if found.low is None else f" [{found.low:+.2f}, {found.high:+.2f}] p {found.p_value:.3f}"
    return f"{found.mean:+.2f}{interval}"


def _wins(wins: "WinRate") -> str:
    return (
        f"pairs: refine wins {_estimate(wins)}: {wins.wins} wins, {wins.ties} ties, {wins.losses} losses, "
        f"{wins.missing} missing"
    )
