"""A selection from a YAML file, or the one line that says what is wrong with it."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ...errors import SelectionFault
from ...files import read_text
from .settings import SelectionSettings, SubsetSettings
from .splits import SplitShares


def load_selection(path: Path) -> SelectionSettings:
    """Read a selection file.

    Raises:
        UnreadableFile: missing, or not UTF-8.
        SelectionFault: not YAML, an unknown key, one that stands twice, or a value of the wrong kind.
    """
    text = read_text(path, what="a selection")
    try:
        data = yaml.load(text, Loader=_StrictLoader)
    except RecursionError as exc:
        raise SelectionFault(f"{path}: nested too deeply, or within itself") from exc
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise SelectionFault(f"{where}: {exc.problem or exc.context}; mend the YAML") from exc
    except (yaml.YAMLError, ValueError) as exc:  # ValueError: a date or number that YAML allows and Python does not
        raise SelectionFault(f"{path}: not YAML: {exc}") from exc
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


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML would keep the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


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
