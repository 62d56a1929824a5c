"""What a dataset card's header says of the data, so that `datasets.load_dataset` finds every format and split."""

from collections.abc import Sequence
from typing import Any

from .columns import ROW_FORMATS, RowFormat, card_features
from .shards import Shard


def formats_of(shards: Sequence[Shard]) -> list[RowFormat]:
    """The formats that have shards, in the order of `ROW_FORMATS`."""
    held = {shard.format_ for shard in shards}
    return [format_ for format_ in ROW_FORMATS if format_ in held]


def splits_of(shards: Sequence[Shard], format_: RowFormat) -> list[str]:
    """The splits of a format, in the order in which they were written."""
    return list(dict.fromkeys(shard.split for shard in shards if shard.format_ == format_))


def card_configs(shards: Sequence[Shard]) -> list[dict[str, Any]]:
    """The header's `configs`: one a format, of which the first is the default (`messages`, where there is one)."""
    configs: list[dict[str, Any]] = [
        {"config_name": format_, "data_files": [_files(shards, format_, split) for split in splits_of(shards, format_)]}
        for format_ in formats_of(shards)
    ]
    for config in configs[:1]:
        config["default"] = True
    return configs


def card_dataset_info(shards: Sequence[Shard]) -> list[dict[str, Any]]:
    """The header's `dataset_info`: the columns of every format.

    JSONL needs it: a column that holds nothing in the first rows, such as a margin, would be given no type.
    """
    return [{"config_name": format_, "features": card_features(format_)} for format_ in formats_of(shards)]


def _files(shards: Sequence[Shard], format_: RowFormat, split: str) -> dict[str, str]:
    kind = next(shard.kind for shard in shards if (shard.format_, shard.split) == (format_, split))
    return {"split": split, "path": f"data/{format_}/{split}-*.{kind}"}
