"""A selection from a YAML file, or the one line that says what is wrong with it."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...errors import SelectionFault
from ..settings_files import read_settings
from .settings import SelectionSettings, SubsetSettings
from .splits import SplitShares


def load_selection(path: Path) -> SelectionSettings:
    """Read a selection file.

    Raises:
        UnreadableFile: missing, or not UTF-8.
        SelectionFault: not YAML, an unknown key, one that stands twice, or a value of the wrong kind.
    """
    data = read_settings(path, what="a selection", fault=SelectionFault)
    if not isinstance(data, dict):
        raise SelectionFault(f"{path}: expected keys and values such as 'total: 5000', found {type(data).__name__}")
    return validate_selection(data, str(path))


def validate_selection(data: dict[Any, Any], source: str) -> SelectionSettings:
    """A selection from its keys and values.

    Args:
        data: keys and values.
        source: where they came from, for messages.

    Raises:
        SelectionFault: an unknown key, or a value of the wrong kind.
    """
    try:
        return SelectionSettings.model_validate(data)
    except ValidationError as exc:
        problems = "; ".join(_describe(error) for error in exc.errors())
        raise SelectionFault(f"{source}: {problems}") from exc


def _describe(error: Any) -> str:
    place = error["loc"]
    key = ".".join(str(part) for part in place)
    where = f"{key}: " if key else ""
    match error["type"]:
        case "extra_forbidden":
            return f"{where}unknown key (known: {', '.join(_known(place))})"
        case "value_error":
            return f"{where}{error['ctx']['error']}"
        case _:
            return f"{where}{error['msg']}, found {error['input']!r}"


def _known(place: tuple[Any, ...]) -> list[str]:
    parts = {"subset": SubsetSettings, "split": SplitShares}
    return list((parts.get(place[0], SelectionSettings) if len(place) > 1 else SelectionSettings).model_fields)
