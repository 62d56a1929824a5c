"""`condor prompts`: the versions of every prompt in MLflow's registry, and which of them synthesis uses."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .console import printable
from .options import JsonOption

if TYPE_CHECKING:
    from ..experiments.prompts.registry import RegisteredPrompt

app = typer.Typer(help="Prompts in MLflow's registry: versions, differences, champions.", no_args_is_help=True)

NameArgument = Annotated[
    str, typer.Argument(metavar="PROMPT", help="A prompt's name, as condor.refinement.", show_default=False)
]


def _version(metavar: str) -> Any:
    return typer.Argument(metavar=metavar, help="A version's number, champion, latest or built-in.")


@app.command("list")
def list_(
    name: Annotated[
        str | None, typer.Argument(metavar="[PROMPT]", help="All versions of one prompt.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the prompts with their champions, or all versions of one."""
    from ..errors import PromptFault
    from ..experiments.mlflow_store import present_store
    from ..experiments.prompts.names import stage_of, stages
    from ..experiments.prompts.registry import list_prompts

    if name is not None:
        stage_of(name)
    store = present_store()
    found = list_prompts(store, sorted(stages()) if name is None else [name])
    if not found:
        raise PromptFault(f"{store.uri}: holds no prompt yet; condor prompts register puts the built-in ones in")
    if as_json:
        shown = {each: [_as_json(version) for version in versions] for each, versions in found.items()}
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for each, versions in found.items():
        if name is None:
            _say(_summary(each, versions))
        else:
            for version in versions:
                _say(_line(version))


@app.command("diff")
def diff(
    name: NameArgument,
    old: Annotated[str, _version("[OLD]")] = "champion",
    new: Annotated[str, _version("[NEW]")] = "latest",
) -> None:
    """Show how two versions differ in what the model reads, demos included; a unified diff."""
    from ..experiments.mlflow_store import present_store
    from ..experiments.prompts.champions import find_version
    from ..experiments.prompts.diff import diff_prompts

    store = present_store()
    lines = diff_prompts(find_version(store, name, old), find_version(store, name, new))
    for line in lines:
        _say(line)
    if not lines:
        _say(f"{name}: {old} and {new} read the same")


@app.command("promote")
def promote(name: NameArgument, version: Annotated[str, _version("VERSION")]) -> None:
    """Make a version the champion, which runs that begin use; with it the prompts that were compiled with it as one."""
    from ..experiments.mlflow_store import present_store
    from ..experiments.prompts.champions import promote

    for champion in promote(present_store(), name, version):
        _say(f"champion: {_line(champion)}")


@app.command("rollback")
def rollback(name: NameArgument) -> None:
    """Go back to the champion before; again, to the one before that."""
    from ..experiments.mlflow_store import present_store
    from ..experiments.prompts.champions import rollback

    for champion in rollback(present_store(), name):
        _say(f"champion: {_line(champion)}")


@app.command("register")
def register(
    compiled: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="Compiled programs, as condor optimize leaves them."),
    ] = None,
) -> None:
    """Register the built-in prompt of every stage, and compiled programs; what is there already stays as it is."""
    from pathlib import Path

    from ..experiments.compiled import load_compiled
    from ..experiments.mlflow_store import open_store
    from ..experiments.prompts.registering import register_built_in, register_compiled

    programs = [load_compiled(Path(file)) for file in compiled or ()]
    store = open_store()
    versions = list(register_built_in(store).values()) if not programs else []
    for program in programs:
        versions += register_compiled(store, program)
    for version in versions:
        _say(_line(version))


def _say(line: str) -> None:
    typer.echo(printable(line))


def _summary(name: str, versions: "list[RegisteredPrompt]") -> str:
    champion = next((version for version in versions if version.champion), None)
    rest = "no champion" if champion is None else f"champion {_facts(champion)}"
    return f"{name:24}{len(versions)} version{'s' if len(versions) > 1 else ' '}  {rest}"


def _line(version: "RegisteredPrompt") -> str:
    return f"{version.name} {_facts(version)}{'  <- champion' if version.champion else ''}"


def _facts(version: "RegisteredPrompt") -> str:
    made = datetime.fromtimestamp(version.created_ms / 1000, UTC)
    told = f"version {version.version}  {version.prompt_version}  {version.source}  {made:%Y-%m-%d %H:%M} UTC"
    if "condor.optimizer" not in version.tags:
        return told
    return f"{told}  {version.tags['condor.optimizer']} seed {version.tags.get('condor.seed', '?')}{_scores(version)}"


def _scores(version: "RegisteredPrompt") -> str:
    """What the optimizer brought on the hold-out, as its tags say it: `0.50 -> 0.70, +0.20 [+0.10, +0.30]`."""
    before, after, gain = (_score(version, name) for name in ("before", "after", "difference"))
    if None in (before.get("mean"), after.get("mean"), gain.get("mean")):
        return ""
    interval = "" if gain.get("low") is None else f" [{gain['low']:+.2f}, {gain['high']:+.2f}]"
    return f"  held out {before['mean']:.2f} -> {after['mean']:.2f}, {gain['mean']:+.2f}{interval}"


def _score(version: "RegisteredPrompt", name: str) -> dict[str, Any]:
    try:
        score = json.loads(version.tags.get(f"condor.score.{name}", "{}"))
    except ValueError:
        return {}  # somebody wrote something else there
    return score if isinstance(score, dict) else {}


def _as_json(version: "RegisteredPrompt") -> dict[str, Any]:
    return {
        "version": version.version,
        "champion": version.champion,
        "prompt_version": version.prompt_version,
        "source": version.source,
        "created_ms": version.created_ms,
        "tags": dict(version.tags),
    }
