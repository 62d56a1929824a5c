"""`condor tree dedup`: the tags of a tree that are one topic, by their letters and, with an embedder, by meaning."""

from typing import Annotated

import typer

from .embedder import EmbedderBaseOption, EmbedderOption, MinCosineOption, cosine_of, read_embedder, tell_vectors
from .options import CallsOption, DateOption, ScopeChoice, TreeArgument, given_date
from .tree_history import OutOption, merge_line


def dedup(
    tree: TreeArgument,
    out: OutOption,
    within: Annotated[ScopeChoice, typer.Option("--within", help="Which tags are compared.")] = ScopeChoice.tree,
    embedder: EmbedderOption = None,
    embedder_api_base: EmbedderBaseOption = None,
    min_cosine: MinCosineOption = None,
    concurrency: CallsOption = 16,
    today: DateOption = None,
) -> None:
    """Merge tags that are one topic: the one nearer to its root stays, and takes what stood under the other.

    With an embedder also tags that mean the same; its vectors are kept beside the result and paid for once.
    """
    from ..experiments.dedup import DedupPlan, dedup_tree, open_tag_vectors
    from ..experiments.trees import load_trees
    from ..runtime.embedding import build_embedding_model
    from ..runtime.stopping import StopSignal
    from .console import make_console
    from .running import run_until_done

    spec, stopping = read_embedder(embedder, embedder_api_base, min_cosine), StopSignal()
    plan = DedupPlan(within.value, cosine_of(min_cosine), given_date(today))
    forest = load_trees([tree])
    model = build_embedding_model(spec, concurrency=concurrency, stopping=stopping) if spec else None
    with open_tag_vectors(model, out) as kept:
        vectors = run_until_done(kept.of(forest), stop=stopping.set, console=make_console()) if kept else None
        merged, merges = dedup_tree(plan, forest, out, vectors=vectors)
        for merge in merges:
            typer.echo(f"= {merge_line(merge)}")
        typer.echo(f"{out}: merged {len(merges)}, {len(merged)} tags, version {merged.version}")
        if kept:
            tell_vectors(kept.figures(), kept.new, merges, kept.path)
