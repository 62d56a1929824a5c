"""Growing a tree with a model, journaled like a synthesis."""

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from ..knowledge import KnowledgeTree, log_change
from ..programs import GrowthLimits, GrowthReport, GrowTree
from ..runtime.run_directory import RunDirectory
from ..vocabulary import Language
from .compiled import Programs
from .settling import settle_programs
from .tree_run import ModelUse, open_tree_run


@dataclass(frozen=True)
class GrowthPlan:
    """How large a tree to grow.

    Attributes:
        language: of the tags.
        roots: root tags in the end.
        depth: levels in all.
        branching: tags under each tag above the last level.
        limits: what else ends the growth.
        on: stands for today, which is noted on the new tags and in the tree's log.
    """

    language: Language
    roots: int = 40
    depth: int = 3
    branching: int = 6
    limits: GrowthLimits = field(default_factory=GrowthLimits)
    on: date | None = None


async def grow_tree(
    plan: GrowthPlan,
    run: Path,
    use: ModelUse,
    *,
    start: KnowledgeTree | None = None,
    programs: Programs | None = None,
) -> tuple[KnowledgeTree, GrowthReport]:
    """Grow a tree and leave it in `run`, as `tree.json`, and beside it as `growth.json` what became of the proposals.

    The journal in `run` holds every reply: the same call again, after whatever broke it off, asks only for the rest.

    Args:
        plan: how large.
        run: the directory.
        use: the models, and how they are asked.
        start: what to grow from; by default nothing.
        programs: compiled prompts in place of the built-in ones. A growth that exists goes on with those that it was
            begun with.

    Raises:
        ModelFault: no call can succeed; a run that never got a reply is taken away again.
        RunMismatch: the directory holds other work, or the growth of a tree in another language, from another tree, or
            with another model or embedder; or its tree was changed since it was written.
        EmbeddingFault: the embedder refused some texts, or answered with what are no vectors of them.
        UsageFault: a quota is of a root tag that does not stand.
        BadInput: the directory cannot be written, is in use, or holds something else.
        CallFault: a call got no reply, after all attempts; the same call goes on.
        Interrupted: the growth was stopped; the same call goes on with it.
    """
    models = use.build()
    tree = KnowledgeTree()
    if start is not None:
        tree.merge(start)
    parent = None if start is None else start.version
    meta = {"language": plan.language, "tree": parent or ""}
    with RunDirectory(run) as directory:
        program = GrowTree()
        settled = settle_programs(directory, programs, program)
        frozen = {} if directory.exists else settled.freeze(directory.programs)
        settled.apply(program)
        async with open_tree_run(directory, "growth", meta, on=plan.on, use=use, models=models, frozen=frozen) as work:
            report = await work.execute(
                lambda step: program.acall(
                    tree,
                    plan.language,
                    roots=plan.roots,
                    depth=plan.depth,
                    branching=plan.branching,
                    limits=plan.limits,
                    on=work.on,
                    embedder=work.embedder,
                    step=step,
                )
            )
            log_change(tree, parent=parent, made_by="grow", on=work.on, figures=report.figures, model=work.model)
            await work.save(tree, {"plan": asdict(plan), "report": report.as_dict()})
    return tree, report
