"""What a manifest says of its records, counted again from the records while they are verified."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...hashing import canonical_json
from ..formats import PAIR_FORMATS, StageName
from ..pairs import check_pair
from ..records import Chain
from ..scores import Scores
from .figures import Figures
from .findings import Findings
from .layout import MANIFEST_FILE
from .manifest import Manifest
from .models import is_rehearsal_model

#: (stage, model, sampling as canonical JSON, prompt version)
_Maker = tuple[str, str, str, str]


@dataclass
class Tally:
    """Counts over the records that were read.

    Attributes:
        stage: whose answers are released.
        makers: records by what they were made with, over all runs: a record does not say which run it is from.
        tree_versions: of the trees that they were sampled from.
        scored: records with a score of what is released.
        unpaired: rule -> chains that are no preference pair.
        figures: for the card's header.
    """

    stage: StageName
    makers: Counter[_Maker] = field(default_factory=Counter)
    tree_versions: set[str] = field(default_factory=set)
    scored: int = 0
    unpaired: Counter[str] = field(default_factory=Counter)
    figures: Figures = field(default_factory=Figures)

    def add(self, row: Mapping[str, Any], chain: Chain, scores: Scores) -> None:
        """Take in a record whose row is sound."""
        for made in _provenances(row):
            self.makers[made["stage"], made["model"], made["sampling"], made["prompt_version"]] += 1
        self.tree_versions.add(chain.question.origin.tree_version)
        self.scored += (scores.void if self.stage == "void" else scores.refine) is not None
        if (refused := check_pair(chain, scores)) is not None:
            self.unpaired[refused.rule] += 1
        self.figures.add(chain)

    def check(self, manifest: Manifest, findings: Findings) -> None:
        """Tell what the manifest says otherwise."""
        runs = manifest.runs
        told: Counter[_Maker] = Counter()
        for made in (maker for run in runs for maker in run.makers):
            told[made.stage, made.model, canonical_json(made.sampling), made.prompt_version] += made.records
        trees = {version for run in runs for version in run.tree_versions}
        scored = sum(run.judge.scored for run in runs if run.judge is not None)
        holds = {
            f"names other models, settings or prompts than its records do: {_some(told, self.makers)}": (
                +told == self.makers
            ),
            "names other versions of trees than its records do": trees == self.tree_versions,
            f"says that {scored:,} records have a score, and {self.scored:,} have one": scored == self.scored,
            "counts other pairs that were left out than its records come to": _pairs(manifest, self.unpaired),
        }
        for said, held in holds.items():
            if not held:
                findings.add(MANIFEST_FILE, said)


def check_rehearsal(manifest: Manifest, findings: Findings) -> None:
    """See that each run is called rehearsal data where its models are the stand-in, and the release likewise."""
    for run in manifest.runs:
        recipe = run.recipe.get("model")
        named = recipe.get("name") if isinstance(recipe, dict) else None
        if run.rehearsal != any(map(is_rehearsal_model, (str(named), *(maker.model for maker in run.makers)))):
            findings.add(MANIFEST_FILE, f"the run {run.name} is {_called(run.rehearsal)}, which its models are not")
    if manifest.rehearsal != any(run.rehearsal for run in manifest.runs):
        findings.add(MANIFEST_FILE, f"the release is {_called(manifest.rehearsal)}, and its runs are not")


def _called(rehearsal: bool) -> str:
    return "called rehearsal data" if rehearsal else "not called rehearsal data"


def _provenances(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    rounds = (each[part] for each in row["rounds"] for part in ("critique", "refinement"))
    return (held["provenance"] for held in (row["question"], row["answer"], *rounds) if held["provenance"] is not None)


def _some(told: Counter[_Maker], found: Counter[_Maker]) -> str:
    """One of the makers that are counted otherwise."""
    for maker in sorted({*told, *found}):
        if told[maker] != found[maker]:
            stage, model, _, version = maker
            return f"{stage} by {model}, prompt {version}: {told[maker]:,}, and not {found[maker]:,}"
    return ""


def _pairs(manifest: Manifest, unpaired: Counter[str]) -> bool:
    told = manifest.unpaired
    return told.keys() <= PAIR_FORMATS and all(+Counter(counts) == unpaired for counts in told.values())
