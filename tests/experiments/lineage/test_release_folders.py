"""A release's folder leads back to what it was compared with, and is not taken for a release that names it."""

from collections.abc import Callable
from pathlib import Path

from condor.experiments.digests import file_digest
from condor.experiments.lineage.graph import Lineage
from condor.experiments.lineage.inputs import runs_touching
from condor.experiments.lineage.release_folders import log_release_folder
from condor.experiments.lineage.resolving import trace_lineage
from condor.experiments.mlflow_store import Store
from condor.experiments.releasing import make_plan, make_release

from release_support import LEAST


def links(graph: Lineage) -> set[tuple[str, str, str]]:
    (root,) = graph.roots
    return {(how, node.kind, node.facts.get("digest", "")) for how, node in graph.sources(root)}


def test_a_release_leads_to_the_one_before_to_earlier_ones_and_to_benchmarks(
    store: Store, make_run: Callable[..., Path], tmp_path: Path
) -> None:
    run, other, bench = make_run(), make_run("other", seed=5), tmp_path / "bench.txt"
    bench.write_text("seven wise owls watch the quick brown fox from old oak trees at midnight\n")

    def make(from_run: Path, **plan: object) -> Path:
        return make_release([from_run], make_plan(LEAST | plan), out=tmp_path / "releases").directory

    first, apart = make(run), make(other, name="apart")
    compared = {"previous": str(first), "against": [str(apart)], "decontaminate": [str(bench)]}
    second = make(run, version="1.1", **compared)
    digests = [file_digest(path) for path in (first / "manifest.json", apart / "manifest.json", bench)]
    told = [("keeps the splits of", "release"), ("repeats nothing of", "release"), ("holds no text of", "set")]
    expected = {(*said, digest) for said, digest in zip(told, digests, strict=True)}
    assert expected <= links(trace_lineage(second, None))

    noted = [log_release_folder(store, folder) for folder in (second, first, second, first)]
    assert noted[:2] == noted[2:]
    assert noted[0] != noted[1], "what only names a release did not make it"
    (touching,) = runs_touching(store, digests[2])
    contexts = {each.digest: each.context for each in touching.inputs}
    assert [contexts[digest] for digest in digests] == ["previous", "against", "benchmark"]
