"""What a release's records are compared with besides each other: earlier releases and benchmarks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...corpus.benchmark_files import BenchmarkFile
from ...corpus.decontamination import Benchmarks, label_files
from ...corpus.near_duplicates import QuestionText
from ...corpus.questions_of import questions_of
from ...corpus.release.layout import MANIFEST_FILE, is_release
from ...corpus.release.manifest import file_facts, load_manifest
from ...errors import ReleaseFault, UnreadableFile
from .plan import ReleasePlan


@dataclass(frozen=True)
class Compared:
    """What records are compared with.

    Attributes:
        benchmarks: whose texts no record may hold; None for none.
        told: what the manifest says of the files: their names and hashes, and of benchmarks how much was compared.
    """

    plan: ReleasePlan
    benchmarks: Benchmarks | None
    told: dict[str, Any]

    def against(self) -> Iterator[QuestionText]:
        """The questions of earlier releases.

        Raises:
            UnreadableFile: one cannot be read.
        """
        return questions_of(map(Path, self.plan.against))


def load_compared(plan: ReleasePlan) -> Compared:
    """Read what a plan names.

    Raises:
        UnreadableFile: a file is missing or cannot be read.
        ReleaseFault: earlier releases are named, but nothing is compared with them; or the one before is no release.
    """
    if plan.against and plan.duplicates is None:
        raise ReleaseFault("--against leaves out near duplicates, which --without near_duplicate switches off")
    files = [BenchmarkFile.parse(text) for text in plan.decontaminate]
    benchmarks = Benchmarks.load(files) if files else None
    told = {
        "against": [_file(Path(path)) for path in plan.against],
        "decontaminate": _benchmark_files(files, benchmarks),
        "previous": None if plan.previous is None else _release(Path(plan.previous)),
    }
    return Compared(plan, benchmarks, told)


def _benchmark_files(files: Sequence[BenchmarkFile], benchmarks: Benchmarks | None) -> list[dict[str, Any]]:
    if benchmarks is None:
        return []
    figures = {each.file: {"records": each.records, "too_short": each.too_short} for each in benchmarks.figures}
    named = zip(files, label_files([file.path for file in files]), strict=True)
    return [_file(file.path) | {"fields": list(file.fields)} | figures[label] for file, label in named]


def _release(directory: Path) -> dict[str, Any]:
    """A release by its name, its version and the hash of its manifest."""
    manifest = load_manifest(directory)
    sha256 = file_facts(directory / MANIFEST_FILE).sha256
    return {"name": manifest.name, "version": manifest.version, "sha256": sha256}


def _file(path: Path) -> dict[str, Any]:
    """A file by its name and hash; a release's folder by that of its manifest."""
    held = path / MANIFEST_FILE if is_release(path) else path
    if path.is_dir() and held == path:  # a folder of shards without a manifest
        return {"name": path.resolve().name, "sha256": None}
    try:
        return {"name": path.resolve().name, "sha256": file_facts(held).sha256}
    except OSError as exc:
        raise UnreadableFile(f"{path}: cannot read: {exc.strerror or exc}") from exc
