"""Which records does `--include` keep? `difficulty=hard`, `tag!=Nutrition`, `judge>=7`; of several, all must hold."""

import csv
import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from ...errors import SelectionFault
from ..entries import Entry
from .names import check_value, did_you_mean

NameField = Literal["difficulty", "language", "task", "root", "tag"]
NameOperator = Literal["=", "!="]
ScoreOperator = Literal[">=", "<=", ">", "<"]

FIELDS: Final[tuple[str, ...]] = (*get_args(NameField), "judge")

_RULE = re.compile(r"\s*(?P<field>[^<>=!]*?)\s*(?P<operator>[<>=!]+)\s*(?P<value>.*?)\s*", re.DOTALL)
_COMPARE: Final[dict[ScoreOperator, Callable[[float, float], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_NEEDS_QUOTES = re.compile(r'[,"<>=!\r\n]|^\s|\s$')
#: What a judge can say.
_LEAST, _MOST = 1, 10


@dataclass(frozen=True)
class NameRule:
    """Keeps what has one of the names (`=`), or none of them (`!=`).

    Attributes:
        field: `tag` looks at every tag of the path, from the root to the leaf; `root` at the first.
        operator: `=` or `!=`.
        values: the names, letter for letter.
    """

    field: NameField
    operator: NameOperator
    values: tuple[str, ...]

    def keeps(self, entry: Entry) -> bool:
        """Whether an entry satisfies the rule."""
        found = (
            any(tag in self.values for tag in entry.path)
            if self.field == "tag"
            else getattr(entry, self.field) in self.values
        )
        return found == (self.operator == "=")

    def __str__(self) -> str:
        return f"{self.field}{self.operator}{','.join(map(_quoted, self.values))}"


@dataclass(frozen=True)
class ScoreRule:
    """Keeps what the judge's overall score satisfies. A record that was not judged satisfies no such rule, nor `<`.

    Attributes:
        operator: `>=`, `<=`, `>` or `<`.
        limit: from 1 to 10.
    """

    operator: ScoreOperator
    limit: float

    def keeps(self, entry: Entry) -> bool:
        """Whether an entry satisfies the rule."""
        return entry.score is not None and _COMPARE[self.operator](entry.score, self.limit)

    def __str__(self) -> str:
        return f"judge{self.operator}{repr(self.limit).removesuffix('.0')}"


IncludeRule = NameRule | ScoreRule


def parse_rule(text: str) -> IncludeRule:
    """A rule from its text, such as `task!=creation`, `root="Arts, Culture",Health` or `judge>=7`.

    A comma stands between names; a name that holds one is written in double quotes. `str()` of a rule is parsed as
    the same rule.

    Raises:
        SelectionFault: an unknown field, an operator that the field does not have, or a value that it cannot have.
    """
    found = _RULE.fullmatch(text)
    if found is None:
        raise SelectionFault(f"{text!r} is no rule; write a field, an operator and a value, such as difficulty=hard")
    field, sign, value = found["field"], found["operator"], found["value"]
    if field not in FIELDS:
        raise SelectionFault(f"{text!r}: no field {field!r}{did_you_mean(field, FIELDS)}; known: {', '.join(FIELDS)}")
    _check_operator(text, field, sign)
    try:
        return _score_rule(sign, value) if field == "judge" else _name_rule(field, sign, value)
    except SelectionFault as exc:
        raise SelectionFault(f"{text!r}: {exc}") from exc


def _check_operator(text: str, field: str, sign: str) -> None:
    known = get_args(ScoreOperator) if field == "judge" else get_args(NameOperator)
    if sign not in known:
        raise SelectionFault(f"{text!r}: {field} takes {' or '.join(known)}, not {sign!r}")


def _score_rule(sign: str, value: str) -> ScoreRule:
    try:
        limit = float(value)
    except ValueError:
        limit = math.nan
    if not _LEAST <= limit <= _MOST:
        raise SelectionFault(f"{value!r} is no score; a judge's scores go from {_LEAST} to {_MOST}")
    return ScoreRule(cast("ScoreOperator", sign), limit)


def _name_rule(field: str, sign: str, value: str) -> NameRule:
    values = _names(value)
    for name in values:
        check_value(field, name)
    return NameRule(cast("NameField", field), cast("NameOperator", sign), values)


def _names(value: str) -> tuple[str, ...]:
    """The names between commas, each once, in the order in which they come."""
    try:
        rows = list(csv.reader([value], skipinitialspace=True, strict=True))
    except csv.Error as exc:
        raise SelectionFault('its quotes do not match; write names with commas in them as "one, name",other') from exc
    return tuple(dict.fromkeys(name.strip() for name in (rows[0] if rows and rows[0] else [""])))


def _quoted(name: str) -> str:
    """A name as a rule holds it: in quotes where it would be read as something else without."""
    return '"' + name.replace('"', '""') + '"' if _NEEDS_QUOTES.search(name) else name
