"""Trending topics, read from what the user names: lines, CSV, TSV, JSONL, JSON, RSS and Atom. No network, no model."""

from .collector import with_newest
from .reading import FORMATS, MAX_SOURCE_BYTES, MAX_TOPICS, read_topics
from .text import MAX_TOPIC_CHARS, plain_line
from .topic import Topic, TopicList

__all__ = [
    "FORMATS",
    "MAX_SOURCE_BYTES",
    "MAX_TOPICS",
    "MAX_TOPIC_CHARS",
    "Topic",
    "TopicList",
    "plain_line",
    "read_topics",
    "with_newest",
]
