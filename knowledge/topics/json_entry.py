"""An entry in JSON: an object that names its topic, or a text."""

from typing import Any

from .collector import TopicCollector
from .keys import date_key, expected_keys, topic_key

#: What JSON calls its values; of bool first, which is an int.
_KINDS: tuple[tuple[type, str], ...] = (
    (dict, "an object"),
    (list, "an array"),
    (str, "a text"),
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
)


def collect_entry(value: str | dict[str, Any], place: str, collector: TopicCollector) -> None:
    """Collect the topic of an entry, or say why it holds none.

    Args:
        value: the entry.
        place: where it stands.
        collector: takes it.
    """
    if isinstance(value, str):
        collector.add(value, None, place)
        return
    key = topic_key(value)
    if key is None:
        collector.reject(place, f"no key of a topic; found {shown_keys(value)}; expected one of {expected_keys()}")
    elif not isinstance(value[key], str):
        collector.reject(place, f"{key} is no text, but {type(value[key]).__name__}")
    else:
        dated = date_key(value)
        collector.add(value[key], None if dated is None else _written_date(value[dated]), place)


def kind_of(value: Any) -> str:
    """What a value of JSON is, for messages."""
    return next((kind for type_, kind in _KINDS if isinstance(value, type_)), "null")


def shown_keys(value: dict[str, Any]) -> str:
    """The keys of an object, for messages."""
    return ", ".join(repr(name[:40]) for name in list(value)[:20]) or "none"


def _written_date(value: Any) -> str | None:
    """How a date is written. Of what is nested its type alone: it may be deeper than `str` can go."""
    return type(value).__name__ if isinstance(value, dict | list) else None if value is None else str(value)
