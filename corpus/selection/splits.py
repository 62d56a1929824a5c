"""Train, validation and eval, by whole leaf tags: what is asked about one leaf is never in two splits.

Which split a leaf falls into is decided by a hash of its path, its language and the seed against fixed thresholds, and
by no other leaf, but where a split would stay empty. So a dataset that grows keeps each leaf where it was: what was
held out from version 1 is held out from version 2. A subset holds out the same leaves if they are split before it is
cut. The price is that shares are met on average, over leaves and not over records: exact counts would move leaves with
every new one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..entries import Entry
from .ranks import RANKS, Ranking

SplitName = Literal["train", "validation", "eval"]
SPLITS: Final[tuple[SplitName, ...]] = get_args(SplitName)

#: A leaf tag with its language (`Entry.leaf`).
Leaf = tuple[str, ...]

#: Who gets a leaf first where there are fewer leaves than splits.
_IN_NEED: Final[tuple[SplitName, ...]] = ("train", "eval", "validation")
#: Shares that are written as decimals add up to 1 but for so much.
_ROUNDING = 1e-9

Share = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]


class SplitShares(BaseModel):
    """The shares of the leaf tags that the splits get; they add up to 1.

    Attributes:
        train: None, which is how it may be left out, stands for what the others leave.
        validation, eval: 0 for no such split.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    train: Share | None = None
    validation: Share = 0.0
    eval: Share = 0.0

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        held_out = self.validation + self.eval
        if held_out > 1 + _ROUNDING:
            raise ValueError(f"validation {self.validation:g} and eval {self.eval:g} are more than 1 together")
        if self.train is not None and abs(held_out + self.train - 1) > _ROUNDING:
            shares = f"train {self.train:g}, validation {self.validation:g} and eval {self.eval:g}"
            raise ValueError(f"{shares} do not add up to 1; leave train out, and it is the rest")
        return self

    def of(self, split: SplitName) -> Fraction:
        """The share of a split, exactly: all three add up to 1."""
        given = {name: Fraction(str(getattr(self, name) or 0)) for name in SPLITS}
        if self.train is None:
            given["train"] = max(Fraction(0), 1 - given["validation"] - given["eval"])
        return given[split] / sum(given.values())


def assign_splits(
    entries: Sequence[Entry], shares: SplitShares, seed: int, *, earlier: Mapping[Leaf, SplitName] | None = None
) -> list[SplitName]:
    """The split of each entry: that of its leaf tag (`split_leaves`)."""
    split_of = split_leaves((entry.leaf for entry in entries), shares, seed, earlier=earlier)
    return [split_of[entry.leaf] for entry in entries]


def split_leaves(
    leaves: Iterable[Leaf], shares: SplitShares, seed: int, *, earlier: Mapping[Leaf, SplitName] | None = None
) -> dict[Leaf, SplitName]:
    """The split of each leaf tag, each language by itself.

    A leaf goes by its rank: below the share of eval into eval, above 1 - the share of validation into validation. A
    larger share keeps what a smaller one held out. Where a language has leaves enough, no split with a share stays
    empty in it: one that the thresholds leave empty gets the leaf that comes nearest, train first, then eval, then
    validation. Such a leaf may go back when the dataset grows and another one comes nearer, unless it is in `earlier`.

    Args:
        leaves: the leaf tags of the records, before a subset of them is cut; those of the tree that have none make no
            difference.
        shares: of each language's leaves.
        seed: another seed holds out other leaves.
        earlier: where an earlier release had its leaves: they stay there, whatever shares and seed are now.
    """
    known = earlier or {}
    ranking = Ranking("split", seed)
    by_language: dict[str, set[Leaf]] = defaultdict(set)
    for leaf in leaves:
        by_language[leaf[0]].add(leaf)
    splits: dict[Leaf, SplitName] = {}
    for of_language in by_language.values():
        pinned: dict[Leaf, SplitName] = {leaf: known[leaf] for leaf in of_language if leaf in known}
        ranked = sorted((ranking.of_leaf(leaf), leaf) for leaf in of_language if leaf not in pinned)
        splits |= pinned | _split_ranked(ranked, shares, frozenset(pinned.values()))
    return splits


def _split_ranked(
    ranked: Sequence[tuple[int, Leaf]], shares: SplitShares, filled: frozenset[SplitName]
) -> dict[Leaf, SplitName]:
    """Cut one language's leaves, which come in the order of their ranks, into eval, train and validation."""
    below = shares.of("eval") * RANKS
    above = (1 - shares.of("validation")) * RANKS
    in_need = [split for split in _IN_NEED if shares.of(split) and split not in filled][: len(ranked)]
    least: dict[str, int] = {split: int(split in in_need) for split in SPLITS}
    most = len(ranked) - least["train"]
    first = _between(least["eval"], sum(rank < below for rank, _ in ranked), most - least["validation"])
    last = _between(least["validation"], sum(rank >= above for rank, _ in ranked), most - first)
    parts: tuple[tuple[SplitName, int], ...] = (
        ("eval", first),
        ("train", len(ranked) - first - last),
        ("validation", last),
    )
    names: list[SplitName] = [name for name, count in parts for _ in range(count)]
    return {leaf: name for (_, leaf), name in zip(ranked, names, strict=True)}


def _between(least: int, value: int, most: int) -> int:
    return max(least, min(value, most))
