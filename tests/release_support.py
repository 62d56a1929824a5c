"""What tests of releases share: runs of the rehearsal model, and a look into a release's folder."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from condor.corpus.release.manifest import Manifest, file_facts, load_manifest, save_manifest
from condor.corpus.release.verify import verify_release
from condor.corpus.shard_reading import read_rows
from condor.corpus.shard_sinks import encode_line
from condor.experiments import JudgePlan, ModelUse, Recipe, judge_run, prepare_synthesis
from condor.runtime.models import ModelSpec

#: What a plan must say.
LEAST = {"name": "set", "version": "1.0", "license": "cc-by-4.0"}


def synthesise(run: Path, **changes: Any) -> Path:
    """Make a run of 24 records in both languages."""
    recipe = {"tree": ["seed:en", "seed:zh"], "languages": ["en", "zh"], "records": 24, "model": "rehearsal"}
    with prepare_synthesis(Recipe.model_validate(recipe | {"prompts": "built-in"} | changes), run) as synthesis:
        asyncio.run(synthesis.run())
    return run


def judge(run: Path) -> None:
    """Let the rehearsal model score a run."""
    asyncio.run(judge_run(JudgePlan(), run, ModelUse(ModelSpec(name="rehearsal", temperature=0.0))))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(folder: Path, format_: str, split: str = "*") -> list[dict[str, Any]]:
    """The rows of a format in a release."""
    return [row for shard in sorted((folder / "data" / format_).glob(f"{split}-*")) for row in read_rows(shard)]


def header(folder: Path) -> dict[str, Any]:
    """The header of a release's card."""
    return yaml.safe_load((folder / "README.md").read_text("utf-8").split("---\n")[1])


def check_whole(folder: Path) -> Manifest:
    """See that a release verifies, and that its counts add up."""
    assert verify_release(folder).problems == ()
    manifest = load_manifest(folder)
    assert manifest.kept == manifest.released + sum(manifest.removed.values())
    assert manifest.released == sum(manifest.splits.values()) == len(rows(folder, "records"))
    return manifest


def mend_manifest(folder: Path, **changes: Any) -> None:
    """Make the manifest say what files there are now, and more, as somebody would who covers up a change."""
    manifest = load_manifest(folder)
    files = {}
    for name, data in sorted(contents(folder).items()):
        if name != "manifest.json":
            counted = name.endswith(".jsonl")
            files[name] = file_facts(folder / name, data.count(b"\n") if counted else None)
    said = manifest.model_dump(mode="json") | {"files": {name: facts.model_dump() for name, facts in files.items()}}
    save_manifest(Manifest.model_validate(said | changes), folder)


def change_rows(folder: Path, name: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change rows of a JSONL shard."""
    lines = [json.loads(line) for line in (folder / name).read_bytes().splitlines()]
    change(lines)
    (folder / name).write_bytes(b"".join(map(encode_line, lines)))
