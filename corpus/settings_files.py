"""What a user's YAML file of settings says, or the one line that tells what is wrong with it."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from ..errors import BadInput
from ..files import read_text


def read_settings(path: Path, *, what: str, fault: type[BadInput]) -> Any:
    """What a file of YAML, of which JSON is a part, holds; None of an empty one.

    Args:
        path: the file.
        what: it should be, for messages.
        fault: the error for what is wrong with it.

    Raises:
        UnreadableFile: missing, or not UTF-8.
        fault: not YAML, nested too deeply, or a key that stands twice.
    """
    text = read_text(path, what=what)
    try:
        return yaml.load(text, Loader=_StrictLoader)
    except RecursionError as exc:
        raise fault(f"{path}: nested too deeply, or within itself") from exc
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise fault(f"{where}: {exc.problem or exc.context}; mend the YAML") from exc
    except (yaml.YAMLError, ValueError) as exc:  # ValueError: a date or number that YAML allows and Python does not
        raise fault(f"{path}: not YAML: {exc}") from exc


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML would keep the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)
