"""Collecting the entries of one source into a list of topics."""

from datetime import date

from .dates import read_date
from .text import fault_of, plain_line
from .topic import Topic, TopicList


class TopicCollector:
    """Takes entries, and tells topics from what is none.

    Args:
        source: the label that topics carry.
        limit: entries that are taken; those beyond are only counted.
    """

    def __init__(self, source: str, *, limit: int) -> None:
        self.source = source
        self._limit = limit
        self._entries = 0
        self._topics: dict[str, Topic] = {}
        self._rejected: list[tuple[str, str]] = []
        self._repeated: list[tuple[str, str]] = []
        self._troubles: list[str] = []
        self._bad_dates: list[str] = []

    def add(self, text: str, published: str | date | None, place: str) -> None:
        """Take an entry; of an exact repetition the newer date is kept.

        Args:
            text: the topic, plain text.
            published: the date, or how it is written.
            place: where it stands.
        """
        line = plain_line(text)
        if reason := fault_of(line):
            self.reject(place, reason)
        elif self._takes_another():
            topic = Topic(line, self.source, self._date(published, place), place)
            standing = self._topics.get(line)
            if standing is not None:
                self._repeated.append((place, standing.place))
            self._topics[line] = topic if standing is None else with_newest(standing, topic.published)

    def reject(self, place: str, reason: str) -> None:
        """Note an entry that holds no topic."""
        if self._takes_another():
            self._rejected.append((place, reason))

    def report(self, trouble: str) -> None:
        """Note what is wrong with the source as a whole, in one line."""
        self._troubles.append(plain_line(trouble))

    def finish(self) -> TopicList:
        """What was read."""
        if self._bad_dates:
            self.report(f"{len(self._bad_dates)} dates that cannot be read, the first at {self._bad_dates[0]}")
        if self._entries > self._limit:
            beyond = self._entries - self._limit
            self.report(f"{self.source}: {beyond} entries beyond the first {self._limit} are left out")
        return TopicList(
            tuple(self._topics.values()), tuple(self._rejected), tuple(self._repeated), tuple(self._troubles)
        )

    def _takes_another(self) -> bool:
        self._entries += 1
        return self._entries <= self._limit

    def _date(self, published: str | date | None, place: str) -> date | None:
        if not isinstance(published, str):
            return published
        try:
            return read_date(published)
        except ValueError:
            self._bad_dates.append(f"{place}: {published[:40]!r}")
            return None


def with_newest(topic: Topic, published: date | None) -> Topic:
    """A topic with the newer of its own date and another."""
    if published is None or (topic.published is not None and topic.published >= published):
        return topic
    return Topic(topic.text, topic.source, published, topic.place)
