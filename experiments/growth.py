"""Growing a tree with a model, journaled like a synthesis."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import ModelFault, RunMismatch
from ..files import write_atomically
from ..knowledge import KnowledgeTree, save_tree
from ..programs import CondorAdapter, GrowthLimits, GrowthReport, GrowTree
from ..runtime.embedding import EmbedderSpec, EmbeddingFigures
from ..runtime.journal import Journal, StepEntry
from ..runtime.models import ModelSpec, build_model
from ..runtime.run_directory import RunDirectory
from ..runtime.steps import JournaledSteps
from ..runtime.stopping import StopSignal, finish_or_stop
from ..vocabulary import Language
from .growth_embedder import build_embeddings, check_embedder, embedder_note, embedding_report, open_embedder

#: In a run's directory: what the growth was asked for, and what it merged, refused and failed at.
REPORT_FILE = "growth.json"


@dataclass(frozen=True)
class GrowthPlan:
    """How large a tree to grow.

    Attributes:
        language: of the tags.
        roots: root tags in the end.
        depth: levels in all.
        branching: tags under each tag above the last level.
        limits: what else ends the growth.
    """

    language: Language
    roots: int = 40
    depth: int = 3
    branching: int = 6
    limits: GrowthLimits = field(default_factory=GrowthLimits)


def _open(directory: RunDirectory, plan: GrowthPlan, embedder: EmbedderSpec | None) -> Journal:
    if not directory.exists:
        meta = {"condor": __version__, "kind": "growth", "language": plan.language}
        return Journal.create(directory.journal, meta | embedder_note(embedder))
    journal = directory.open_journal()
    meta = journal.meta()
    if meta.get("kind") != "growth" or meta.get("language") != plan.language:
        journal.close()
        held = f"the growth of a tree in {meta['language']}" if meta.get("kind") == "growth" else "a synthesis"
        raise RunMismatch(f"{directory.path}: holds {held}; choose another --run")
    try:
        check_embedder(meta, embedder, directory.path)
    except RunMismatch:
        journal.close()
        raise
    return journal


async def grow_tree(
    plan: GrowthPlan,
    run: Path,
    model_spec: ModelSpec,
    *,
    start: KnowledgeTree | None = None,
    concurrency: int = 16,
    parse_retries: int = 2,
    on_step: Callable[[StepEntry], None] = lambda _: None,
    stopping: StopSignal | None = None,
    embedder: EmbedderSpec | None = None,
    on_embedded: Callable[[EmbeddingFigures], None] = lambda _: None,
) -> tuple[KnowledgeTree, GrowthReport]:
    """Grow a tree and leave it in `run`, as `tree.json`, and beside it as `growth.json` what became of the proposals.

    The journal in `run` holds every reply: the same call again, after whatever broke it off, asks only for the rest.

    Args:
        start: what to grow from; by default nothing.
        stopping: is set to stop the growth.
        embedder: finds proposals that mean the same as a tag that stands; its vectors are kept as the replies are.
        on_embedded: is told in the end what the run's embeddings have come to.

    Raises:
        ModelFault: no call can succeed; a run that never got a reply is taken away again.
        RunMismatch: the directory holds a synthesis, or the growth of a tree in another language or with another
            embedder.
        EmbeddingFault: the embedder refused some texts, or answered with what are no vectors of them.
        BadInput: the directory cannot be written, is in use, or holds something else.
        Interrupted: the growth was stopped; the same call goes on with it.
    """
    model = build_model(model_spec, concurrency=concurrency, stopping=stopping)
    embeddings = build_embeddings(embedder, concurrency=concurrency, stopping=model.engine.stopping)
    tree = KnowledgeTree()
    if start is not None:
        tree.merge(start)
    with (
        RunDirectory(run) as directory,
        _open(directory, plan, embedder) as journal,
        open_embedder(embeddings, directory) as journaled,
    ):
        adapter = CondorAdapter(parse_retries=parse_retries)
        steps = JournaledSteps(journal, model, adapter=adapter, on_step=on_step)
        growth = GrowTree().acall(
            tree,
            plan.language,
            roots=plan.roots,
            depth=plan.depth,
            branching=plan.branching,
            limits=plan.limits,
            embedder=journaled,
            step=steps,
        )
        try:
            report = await finish_or_stop(growth, model.engine.stopping)
        except ModelFault:
            if not journal.holds_replies() and not (journaled and journaled.figures().texts):
                journal.close()
                if journaled:
                    journaled.close()
                directory.discard()
            raise
        finally:
            await model.engine.aclose()
        save_tree(tree, directory.tree)
        figures = journaled.figures() if journaled else None
        _save_report(plan, tree, report, embedding_report(embedder, figures), directory.path / REPORT_FILE)
    if figures:
        on_embedded(figures)
    return tree, report


def _save_report(
    plan: GrowthPlan, tree: KnowledgeTree, report: GrowthReport, embedding: dict[str, Any], path: Path
) -> None:
    held = {"plan": asdict(plan), "tree_version": tree.version, "report": report.as_dict()} | embedding
    with write_atomically(path) as file:
        json.dump(held, file, ensure_ascii=False, indent=1)
        file.write("\n")
