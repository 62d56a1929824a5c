"""What is known of a run when it begins: its settings, the versions of what it runs on, and what it is searched by."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from ... import __version__
from ...corpus.text import clean_strings
from ...knowledge import KnowledgeTree
from ..recipe import Recipe, flatten

Kind = Literal["synth", "judge", "optimize", "release"]

_LIBRARIES = ("dspy", "mlflow", "litellm")


@dataclass(frozen=True)
class RunFacts:
    """What MLflow is told of a run when it begins.

    Attributes:
        kind: what is done.
        name: of the run's directory, without the way there.
        params: what decides the result.
        tags: what the run is found by.
    """

    kind: Kind
    name: str
    params: Mapping[str, object] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Params and tags as they are told, with the versions of the moment; a folder's name may be no text."""
        tags = {"condor.kind": self.kind, "condor.run": self.name, "mlflow.runName": f"{self.kind} {self.name}"}
        if commit := git_commit(Path.cwd()):
            tags["mlflow.source.git.commit"] = commit
        params = {name: _plain(value) for name, value in self.params.items() if value is not None}
        return clean_strings({"params": {**params, **versions()}, "tags": {**tags, **self.tags}})


def synthesis_facts(recipe: Recipe, tree: KnowledgeTree, run: Path) -> RunFacts:
    """The facts of a synthesis. Where its model is served is none of them: an address may hold a secret."""
    params = {key: value for key, value in flatten(recipe.model_dump(mode="json")).items() if "api_" not in key}
    params["tree"] = [tree if tree.startswith("seed:") else Path(tree).name for tree in recipe.tree]
    tags = {
        "condor.rehearsal": "yes" if recipe.model.is_rehearsal else "no",
        "condor.languages": ",".join(recipe.languages),
        "condor.model": recipe.model.name,
        "condor.tree_version": tree.version,
    }
    return RunFacts("synth", run.resolve().name, params, tags)


def _plain(value: object) -> object:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else value


def versions() -> dict[str, str]:
    """The versions of Condor, of Python and of what a run is made with."""
    found = {"version.condor": __version__, "version.python": ".".join(map(str, sys.version_info[:3]))}
    for library in _LIBRARIES:
        try:
            found[f"version.{library}"] = version(library)
        except PackageNotFoundError:
            continue  # dspy comes under two names
    return found


def git_commit(folder: Path) -> str | None:
    """The commit of the checkout that a folder stands in, or None."""
    root = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
    if root is None:
        return None
    try:
        return _head(_git_directory(root / ".git"))
    except (OSError, UnicodeError):
        return None  # it is a note beside the run: one that cannot be read is left out


def _git_directory(git: Path) -> Path:
    """Where a checkout's `.git` is: in a second work tree it is a file that says so."""
    if git.is_dir():
        return git
    return git.parent / git.read_text("utf-8").partition("gitdir:")[2].strip()


def _head(git: Path) -> str | None:
    head = (git / "HEAD").read_text("utf-8").strip()
    if not head.startswith("ref:"):
        return head
    name = head.removeprefix("ref:").strip()
    shared = git / (git / "commondir").read_text("utf-8").strip() if (git / "commondir").exists() else git
    if (shared / name).is_file():
        return (shared / name).read_text("utf-8").strip()
    packed = shared / "packed-refs"
    lines = packed.read_text("utf-8").splitlines() if packed.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(f" {name}")), None)
