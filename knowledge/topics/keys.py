"""What columns and keys that hold a topic or its date are called."""

from collections.abc import Iterable

#: The first of these that a file has is taken.
_TOPIC = (
    "topic", "title", "headline", "tag", "keyword", "query", "name",
    "话题", "标题", "主题", "热搜", "关键词", "标签", "名称",
)  # fmt: skip
_DATE = (
    "published", "pubdate", "published_at", "date", "added", "created_at", "updated", "timestamp",
    "发布时间", "发布日期", "日期", "时间",
)  # fmt: skip


def topic_key(names: Iterable[str]) -> str | None:
    """The name among `names` under which topics stand, or None."""
    return _first(_TOPIC, names)


def date_key(names: Iterable[str]) -> str | None:
    """The name among `names` under which dates stand, or None."""
    return _first(_DATE, names)


def expected_keys() -> str:
    """What can be read as a topic's name, for messages."""
    return ", ".join(_TOPIC)


def _first(known: Iterable[str], names: Iterable[str]) -> str | None:
    by_fold = {_fold(name): name for name in reversed(list(names))}
    return next((by_fold[name] for name in known if name in by_fold), None)


def _fold(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")
