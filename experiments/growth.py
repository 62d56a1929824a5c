"""Growing a tree with a model, journaled like a synthesis."""

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from ..knowledge import KnowledgeTree, log_change, save_tree
from ..programs import GrowthLimits, GrowthReport, GrowTree
from ..runtime.run_directory import RunDirectory
from ..vocabulary import Language
from .tree_run import ModelUse, begun_on, open_journal, run_work, save_report

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
        on: stands for today, which is noted on the new tags and in the tree's log.
    """

    language: Language
    roots: int = 40
    depth: int = 3
    branching: int = 6
    limits: GrowthLimits = field(default_factory=GrowthLimits)
    on: date | None = None


async def grow_tree(
    plan: GrowthPlan, run: Path, use: ModelUse, *, start: KnowledgeTree | None = None
) -> tuple[KnowledgeTree, GrowthReport]:
    """Grow a tree and leave it in `run`, as `tree.json`, and beside it as `growth.json` what became of the proposals.

    The journal in `run` holds every reply: the same call again, after whatever broke it off, asks only for the rest.

    Args:
        plan: how large.
        run: the directory.
        use: the model, and how it is asked.
        start: what to grow from; by default nothing.

    Raises:
        ModelFault: no call can succeed; a run that never got a reply is taken away again.
        RunMismatch: the directory holds a synthesis, or the growth of a tree in another language.
        UsageFault: a quota is of a root tag that does not stand.
        BadInput: the directory cannot be written, is in use, or holds something else.
        Interrupted: the growth was stopped; the same call goes on with it.
    """
    model = use.build()
    tree = KnowledgeTree()
    if start is not None:
        tree.merge(start)
    meta = {"language": plan.language}
    with RunDirectory(run) as directory, open_journal(directory, "growth", meta, plan.on) as journal:
        on = begun_on(journal)
        report = await run_work(
            lambda step: GrowTree().acall(
                tree,
                plan.language,
                roots=plan.roots,
                depth=plan.depth,
                branching=plan.branching,
                limits=plan.limits,
                on=on,
                step=step,
            ),
            directory=directory,
            journal=journal,
            model=model,
            use=use,
        )
        log_change(
            tree,
            parent=None if start is None else start.version,
            made_by="grow",
            on=on,
            figures=report.figures,
        )
        save_tree(tree, directory.tree)
        held = {"date": on, "plan": asdict(plan), "tree_version": tree.version, "report": report.as_dict()}
        save_report(held, directory.path / REPORT_FILE)
    return tree, report
