"""The rows that a chain has in each format of a release: what is written, and what is expected when it is verified."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..chain_rows import to_row
from ..columns import ROW_FORMATS, RowFormat
from ..formats import PAIR_FORMATS, StageName, to_lines
from ..pairs import check_pair
from ..records import Chain
from ..scores import Scores
from ..selection.splits import SPLITS, SplitName
from ..shard_reading import read_rows
from .layout import DATA

_SHARD: Final = re.compile(
    rf"{DATA}/(?P<format>{'|'.join(ROW_FORMATS)})/(?P<split>{'|'.join(SPLITS)})"
    r"-(?P<number>[0-9]{5})-of-(?P<of>[0-9]{5})\.(?:jsonl|parquet)"
)


def rows_of(chain: Chain, format_: RowFormat, stage: StageName, scores: Scores) -> Iterator[dict[str, Any]]:
    """The rows of a chain: none for a pair that is no use, one a round for critiques, else one."""
    if format_ == "records":
        yield to_row(chain, scores)
    elif format_ not in PAIR_FORMATS or check_pair(chain, scores) is None:
        yield from to_lines(chain, format_, stage, scores)


def as_released(chain: Chain, stage: StageName) -> Chain:
    """A chain as far as it is released: where first answers are, nothing that came after them."""
    return chain if stage == "refine" else Chain(chain.question, chain.answer, ())


@dataclass(frozen=True, slots=True)
class Placed:
    """A row that was read, and where it stood.

    Attributes:
        file: the shard, below the release's folder.
        number: of the row in it, from 1.
        row: what it says; None where it cannot be read.
    """

    file: str
    number: int
    row: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ShardPlace:
    """What a shard's name says that it holds."""

    format_: RowFormat
    split: SplitName


_PLACES: Final[dict[tuple[str, str], ShardPlace]] = {
    (format_, split): ShardPlace(format_, split) for format_ in ROW_FORMATS for split in SPLITS
}


def parse_shard(name: str) -> ShardPlace | None:
    """What a file below the release's folder holds by its name; None where it is no shard of a release."""
    if (match := _SHARD.fullmatch(name)) is None:
        return None
    return _PLACES[match["format"], match["split"]]


def read_shards(directory: Path, names: Iterable[str]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """The rows of shards, in order: (file, number of the row in it from 1, row).

    Raises:
        UnreadableFile: a shard cannot be read, or not to its end.
    """
    for name in names:
        for number, row in enumerate(read_rows(directory / name), start=1):
            yield name, number, row


def shards_of(files: Iterable[str], format_: str) -> dict[str, list[str]]:
    """Split -> the shards of a format, in order."""
    found: dict[str, list[str]] = {}
    for name in sorted(files):
        if (match := _SHARD.fullmatch(name)) is not None and match["format"] == format_:
            found.setdefault(match["split"], []).append(name)
    return found


def formats_in(files: Iterable[str]) -> list[str]:
    """The formats that there are shards of."""
    return sorted({match["format"] for name in files if (match := _SHARD.fullmatch(name)) is not None})


def are_all_there(names: Sequence[str]) -> bool:
    """Whether the shards of one split are numbered without a hole."""
    matches = [match for name in names if (match := _SHARD.fullmatch(name)) is not None]
    numbers = [int(match["number"]) for match in matches]
    return numbers == list(range(len(names))) and {int(match["of"]) for match in matches} == {len(names)}
