"""Values: a trending topic, and what was read of what the user named."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Topic:
    """A topic as it was found.

    Attributes:
        text: plain text in one line, with single spaces.
        source: where it is from: a file's name, or a URL without userinfo, query and fragment.
        published: the day in UTC, where one is named.
        place: where it stood: `feed.xml: entry 3`, `topics.csv:7`.
    """

    text: str
    source: str
    published: date | None
    place: str


@dataclass(frozen=True)
class TopicList:
    """What was read. Every entry is a topic, rejected, or repeated, or a line of `troubles` counts it.

    Attributes:
        topics: in the order in which they were found.
        rejected: (place, reason) of entries that hold no topic.
        repeated: (place, place of the topic that it repeats).
        troubles: what was wrong without keeping topics from being read, a line each.
    """

    topics: tuple[Topic, ...] = ()
    rejected: tuple[tuple[str, str], ...] = ()
    repeated: tuple[tuple[str, str], ...] = ()
    troubles: tuple[str, ...] = ()
