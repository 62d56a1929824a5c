"""What a release says of the runs that it was made from, of its scores, and in its card."""

import json
import shlex
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from ...corpus.card_configs import card_configs, card_dataset_info
from ...corpus.formats import StageName
from ...corpus.release.card_facts import CardFacts, ScoreLine
from ...corpus.release.layout import RECORDS
from ...corpus.release.manifest import JudgeFacts, MakerFacts, Manifest, RunFacts
from ...corpus.release.models import is_rehearsal_model
from ...vocabulary import DIFFICULTIES, LANGUAGES, TASKS
from ..recipe import Recipe
from ..statistics import estimate_mean
from .gathering import RunDigests
from .plan import ReleasePlan
from .pool import Candidate, Pool
from .sources import Source, score_of
from .writing import RunFigures, Written

#: Keys of a recipe that decide what is written, besides its tree, its model and the judge of a gate. How many records
#: are wanted, and how often a reply is asked for again, may change from session to session; what came of it is counted.
_DECIDING: Final = ("languages", "tasks", "difficulties", "refine", "seed", "prompts")


def run_facts(source: Source, digests: RunDigests, figures: RunFigures) -> RunFacts:
    """What the manifest says of a run. Where a model is served is none of it: an address may hold a secret."""
    makers = tuple(
        MakerFacts(stage=stage, model=model, sampling=json.loads(sampling), prompt_version=version, records=count)
        for (stage, model, sampling, version), count in sorted(figures.makers.items())
    )
    recipe = source.recipe
    wrote_it = (recipe.model.name, *(maker.model for maker in makers))
    return RunFacts(
        name=source.name,
        journal=digests.journal.value,
        void=digests.void.value,
        refine=digests.refine.value,
        tree_version=source.journal.meta().get("tree_version", ""),
        tree_versions=tuple(sorted(figures.tree_versions)),
        kept=digests.kept,
        released=figures.released,
        rehearsal=any(map(is_rehearsal_model, wrote_it)),
        recipe=_recipe_facts(recipe, source.journal.meta().get("tree")),
        makers=makers,
        judge=_judge_facts(source, figures.scored),
        gate=recipe.judge_spec.name if recipe.refine.gate else None,
    )


def _recipe_facts(recipe: Recipe, trees: str | None) -> dict[str, Any]:
    """What of a recipe decides what is written; how the run was operated and what it may cost is nobody else's matter.

    Args:
        recipe: in force, which names the run's own copy of its tree.
        trees: as they were named when the run began.
    """
    named = recipe.tree if trees is None else trees.split()
    told = recipe.model_dump(mode="json", include=set(_DECIDING))
    told["tree"] = [each if each.startswith("seed:") else Path(each).name for each in named]
    told["model"] = recipe.model.identity
    return told | ({"judge": recipe.judge_spec.identity} if recipe.refine.gate else {})


def _judge_facts(source: Source, scored: int) -> JudgeFacts | None:
    if source.judge is None:
        return None
    sampling = {key: value for key, value in json.loads(source.judge.identity).items() if key != "name"}
    return JudgeFacts(
        model=source.judge.name,
        sampling=sampling,
        prompt_version=source.judge.score_prompt,
        rehearsal=is_rehearsal_model(source.judge.name),
        scored=scored,
    )


def score_lines(candidates: Sequence[Candidate], stage: StageName) -> list[ScoreLine]:
    """Mean scores of what is released, whole and by language, task and difficulty; nothing where none was judged."""
    if all(score_of(each.scores, stage) is None for each in candidates):
        return []
    lines = [_line("all", candidates, lambda each: score_of(each.scores, stage))]
    if stage == "refine":
        lines.append(_line("their first answers", candidates, lambda each: each.scores.void))
    for dimension, values in (("language", LANGUAGES), ("task", TASKS), ("difficulty", DIFFICULTIES)):
        for value in values:
            part = [each for each in candidates if getattr(each.entry, dimension) == value]
            if part:
                lines.append(_line(f"{dimension} {value}", part, lambda each: score_of(each.scores, stage)))
    return lines


def _line(of: str, candidates: Iterable[Candidate], score: Callable[[Candidate], float | None]) -> ScoreLine:
    found = estimate_mean(map(score, candidates))
    return ScoreLine(of, found.mean, found.low, found.high, found.count, found.missing)


def card_facts(
    manifest: Manifest, plan: ReleasePlan, sources: Sequence[Source], pool: Pool, written: Written
) -> CardFacts:
    """What the card is written from."""
    rows: dict[str, dict[str, int]] = {format_: {} for format_ in (*plan.written, RECORDS)}
    for shard in written.shards:
        of_split = rows[shard.format_]
        of_split[shard.split] = of_split.get(shard.split, 0) + shard.rows
    names = " ".join(shlex.quote(source.name) for source in sources)
    return CardFacts(
        manifest=manifest,
        figures=written.figures,
        scores=score_lines(pool.candidates, plan.stage),
        configs=card_configs(written.shards),
        dataset_info=card_dataset_info(written.shards),
        rows={format_: found for format_, found in rows.items() if found},
        command=f"condor release {names} --plan release.yaml",
        plan=plan.as_yaml(),
    )
