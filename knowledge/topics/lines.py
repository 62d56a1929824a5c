"""Text: one topic a line. Lines that begin with `#` are comments; blank lines are none."""

import re

from .collector import TopicCollector

_HASHTAG = re.compile(r"#\w")


def read_lines(text: str, name: str, collector: TopicCollector) -> None:
    """Collect the topics of a text.

    Args:
        text: the file's.
        name: its name, for messages.
        collector: takes them.
    """
    hashtags: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.strip()
        if content.startswith("#"):
            hashtags += [number] if _HASHTAG.match(content) else []
        elif content:
            collector.add(content, None, f"{collector.source}:{number}")
    if hashtags:
        collector.report(
            f"{name}: {len(hashtags)} lines that may be hashtags were passed over as comments, the first is line "
            f"{hashtags[0]}; write a topic without its #"
        )
