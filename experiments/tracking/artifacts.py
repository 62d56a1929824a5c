"""The files that are shown with a run, made from its directory when they are sent."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...knowledge import load_tree, tree_stats
from ...runtime.journal import Journal
from ...runtime.journal.spool import Spool, SpoolEntry
from ...runtime.run_directory import JOURNAL_FILE, RECIPE_FILE, TREE_FILE
from ..mlflow_store import Store
from ..recipe import load_recipe, save_recipe
from .figures import save_kept_figure, save_scores_figure
from .lines import redacted, redactor, sample_row
from .snapshots import METRICS

#: Records in the table of samples.
SAMPLES = 200
SAMPLES_FILE = "samples.json"
#: What a run may hold of compiled programs.
_PROGRAMS = ("programs.json", "compiled")
#: MLflow's own list of the tables among a run's artifacts.
_TABLES_TAG = "mlflow.loggedArtifacts"


def send_files(store: Store, run_id: str, entry: SpoolEntry, directory: Path) -> None:
    """Send the files that an entry stands for, as they are now.

    Raises:
        MlflowException: the store failed.
    """
    with TemporaryDirectory(prefix="condor-") as folder:
        made = Path(folder)
        for name in entry.body["files"]:
            _MAKING[name](directory, made)
        if any(made.iterdir()):
            store.client.log_artifacts(run_id, folder)
    if SAMPLES_FILE in entry.body["files"]:
        tables = json.dumps([{"path": SAMPLES_FILE, "type": "table"}])
        store.client.set_tag(run_id, _TABLES_TAG, tables)


def _make_recipe(run: Path, folder: Path) -> None:
    """The recipe, without where its models are served."""
    recipe = load_recipe(run / RECIPE_FILE)
    roles = {"model": recipe.model, "judge": recipe.judge}
    served = {role: spec and spec.model_copy(update={"api_base": None}) for role, spec in roles.items()}
    save_recipe(recipe.model_copy(update={**served, "tree": (TREE_FILE,)}), folder / RECIPE_FILE)


def _make_tree_stats(run: Path, folder: Path) -> None:
    _write(folder / "tree_stats.json", asdict(tree_stats(load_tree(run / TREE_FILE))))


def _copy_programs(run: Path, folder: Path) -> None:
    for name in _PROGRAMS:
        source = run / name
        for path in sorted(source.rglob("*.json")) if source.is_dir() else [source] if source.exists() else []:
            target = folder / path.relative_to(run)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())


def _make_samples(run: Path, folder: Path) -> None:
    """A table as MLflow keeps them: the first records of the walk."""
    clean = redactor(run)
    with Journal(run / JOURNAL_FILE, writable=False) as journal:
        rows = [redacted(sample_row(chain), clean) for chain in islice(journal.kept_chains(), SAMPLES)]
    if rows:
        table = {
            "columns": list(rows[0]),
            "index": list(range(len(rows))),
            "data": [list(row.values()) for row in rows],
        }
        _write(folder / SAMPLES_FILE, table)


def _draw_kept(run: Path, folder: Path) -> None:
    with Spool(run / JOURNAL_FILE) as spool:
        save_kept_figure(spool.all(METRICS), folder / "kept.png")


def _copy_judgement(run: Path, folder: Path) -> None:
    if (source := run / "judgement.json").exists():
        (folder / source.name).write_bytes(source.read_bytes())


def _draw_scores(run: Path, folder: Path) -> None:
    if (source := run / "judgement.json").exists():
        save_scores_figure(json.loads(source.read_text("utf-8")), folder / "scores.png")


def _write(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")


#: Name of an artifact -> what makes it from a run's directory.
_MAKING: dict[str, Callable[[Path, Path], None]] = {
    RECIPE_FILE: _make_recipe,
    "tree_stats.json": _make_tree_stats,
    "programs": _copy_programs,
    SAMPLES_FILE: _make_samples,
    "kept.png": _draw_kept,
    "judgement.json": _copy_judgement,
    "scores.png": _draw_scores,
}
#: What is shown of a synthesis at its beginning and at its end, and of a judging.
SYNTHESIS_BEGINS = (RECIPE_FILE, "tree_stats.json", "programs")
SYNTHESIS_ENDS = (SAMPLES_FILE, "kept.png")
JUDGING_ENDS = ("judgement.json", "scores.png")
