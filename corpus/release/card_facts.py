"""What a release's card is written from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .figures import Figures
from .manifest import Manifest


@dataclass(frozen=True)
class ScoreLine:
    """A mean of judge scores from 1 to 10.

    Attributes:
        of: what was scored.
        mean, low, high: the mean and its 95 % interval; None where there are too few scores for it.
        count, missing: records with a score, and without one.
    """

    of: str
    mean: float | None
    low: float | None
    high: float | None
    count: int
    missing: int


@dataclass(frozen=True)
class CardFacts:
    """What a card is written from.

    Attributes:
        manifest: of the release; its files are not needed.
        figures: over the released records.
        scores: what the judge said; empty where nothing was judged.
        configs, dataset_info: the header's: where the files of each format are, and what their columns are.
        rows: format -> split -> rows.
        command: that makes the release, and `plan`, the file that it names: without folders of this machine.
    """

    manifest: Manifest
    figures: Figures
    scores: Sequence[ScoreLine]
    configs: Sequence[Mapping[str, Any]]
    dataset_info: Sequence[Mapping[str, Any]]
    rows: Mapping[str, Mapping[str, int]]
    command: str
    plan: str
