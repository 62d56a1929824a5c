"""By what records are selected, and which names each of these knows."""

from difflib import get_close_matches
from typing import Final, Literal, get_args

from ...errors import SelectionFault
from ...vocabulary import DIFFICULTIES, LANGUAGES, TASKS
from ..entries import Entry

#: What quotas and weights count by.
Dimension = Literal["language", "root", "task", "difficulty"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)

_CLOSED: Final[dict[str, tuple[str, ...]]] = {"language": LANGUAGES, "task": TASKS, "difficulty": DIFFICULTIES}


def value_of(entry: Entry, dimension: Dimension) -> str:
    """Where an entry stands in a dimension."""
    return getattr(entry, dimension)


def check_value(field: str, value: str) -> None:
    """Refuse a language, task or difficulty that there is not; any text may be the name of a tag.

    Raises:
        SelectionFault: it names the nearest that there is.
    """
    known = _CLOSED.get(field)
    if known is not None and value not in known:
        raise SelectionFault(f"there is no {field} {value!r}{did_you_mean(value, known)}; known: {', '.join(known)}")
    if not value:
        raise SelectionFault(f"{field} has an empty name; write for example {field}={_EXAMPLES.get(field, 'Health')}")


def did_you_mean(name: str, known: tuple[str, ...]) -> str:
    """The nearest of the known names as a question, or nothing where none is near."""
    by_letters = {other.lower(): other for other in reversed(known)}
    near = get_close_matches(name.lower().replace("-", "_"), by_letters, n=1) or get_close_matches(
        name.lower(), by_letters, n=1
    )
    return f" (did you mean {by_letters[near[0]]!r}?)" if near else ""


_EXAMPLES: Final = {field: values[0] for field, values in _CLOSED.items()}
