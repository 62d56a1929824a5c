"""The columns of every format, declared once: as a Parquet schema, and as Hugging Face writes them in a card."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from .formats import FormatName

if TYPE_CHECKING:
    import pyarrow as pa

#: What can be written to shards: the formats, and whole chains.
RowFormat = Literal[FormatName, "records"]
ROW_FORMATS: Final[tuple[RowFormat, ...]] = (*get_args(FormatName), "records")

#: A scalar by its name, a list by one item, a struct by its fields.
Column = str | list["Column"] | dict[str, "Column"]

_TURNS: Final[Column] = [{"role": "string", "content": "string"}]
_PLACE: Final[dict[str, Column]] = {
    "path": ["string"],
    "task": "string",
    "difficulty": "string",
    "language": "string",
}
_PROVENANCE: Final[Column] = {
    "stage": "string",
    "prompt_version": "string",
    "model": "string",
    "sampling": "string",
    "calls": "int64",
    "input_tokens": "int64",
    "output_tokens": "int64",
    "cost_usd": "float64",
}


def _record(**content: Column) -> dict[str, Column]:
    return {"id": "string", "parent_id": "string", **content, "provenance": _PROVENANCE}


_OWN: Final[dict[RowFormat, dict[str, Column]]] = {
    "messages": {"messages": _TURNS},
    "alpaca": {"instruction": "string", "input": "string", "output": "string"},
    "sharegpt": {"conversations": [{"from": "string", "value": "string"}]},
    "dpo": {"prompt": _TURNS, "chosen": _TURNS, "rejected": _TURNS, "margin": "float64"},
    "ranking": {
        "instruction": "string",
        "input": "string",
        "chosen": "string",
        "rejected": "string",
        "margin": "float64",
    },
    "critique": {"messages": _TURNS, "round": "int64"},
    "records": {
        "tree_version": "string",
        "question": _record(text="string"),
        "answer": _record(text="string"),
        "rounds": [
            {
                "critique": _record(strengths="string", weaknesses="string", suggestions="string"),
                "refinement": _record(text="string", round="int64"),
            }
        ],
        "scores": {"void": "float64", "refine": "float64"},
    },
}


def columns_of(format_: RowFormat) -> dict[str, Column]:
    """The columns of a format by name, in the order in which a row has them."""
    return {"id": "string", **_OWN[format_], **_PLACE}


def arrow_schema(format_: RowFormat) -> "pa.Schema":
    """The columns of a format as a Parquet file has them."""
    import pyarrow as pa

    return pa.schema([(name, _arrow_type(column)) for name, column in columns_of(format_).items()])


def arrow_batch(rows: Sequence[Mapping[str, Any]], format_: RowFormat) -> "pa.RecordBatch":
    """Rows as Arrow data, column by column: much faster than pyarrow's own way through dictionaries.

    Raises:
        KeyError, TypeError, ValueError: a row is not of the format's columns.
    """
    import pyarrow as pa

    arrays = [_array(column, [row[name] for row in rows]) for name, column in columns_of(format_).items()]
    return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(format_))


def card_features(format_: RowFormat) -> list[dict[str, Any]]:
    """The columns of a format as a dataset card's `features` lists them."""
    return [_feature(name, column) for name, column in columns_of(format_).items()]


def _arrow_type(column: Column) -> "pa.DataType":
    import pyarrow as pa

    if isinstance(column, list):
        return pa.list_(_arrow_type(column[0]))
    if isinstance(column, dict):
        return pa.struct([(name, _arrow_type(inner)) for name, inner in column.items()])
    return pa.type_for_alias(column)


def _array(column: Column, values: list[Any]) -> "pa.Array":
    import pyarrow as pa

    if isinstance(column, list):
        ends = accumulate((len(value) for value in values), initial=0)
        items = [item for value in values for item in value]
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), _array(column[0], items))
    if isinstance(column, dict):
        return _struct_array(column, values)
    return pa.array(values, _arrow_type(column))


def _struct_array(fields: dict[str, Column], values: list[Any]) -> "pa.Array":
    import pyarrow as pa

    mask = pa.array([value is None for value in values], pa.bool_()) if None in values else None
    inner = [
        _array(column, [None if value is None else value[name] for value in values]) for name, column in fields.items()
    ]
    return pa.StructArray.from_arrays(inner, names=list(fields), mask=mask)


def _feature(name: str, column: Column) -> dict[str, Any]:
    if isinstance(column, list):
        (item,) = column
        return {"name": name, "list": _features(item) if isinstance(item, dict) else item}
    if isinstance(column, dict):
        return {"name": name, "struct": _features(column)}
    return {"name": name, "dtype": column}


def _features(struct: dict[str, Column]) -> list[dict[str, Any]]:
    return [_feature(name, column) for name, column in struct.items()]
