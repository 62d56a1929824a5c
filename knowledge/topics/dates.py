"""Dates as files and feeds write them."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

#: No way to write a date takes more.
_MAX_CHARS = 64
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)


def read_date(text: str) -> date | None:
    """The day in UTC; None of an empty text. A time without a zone is taken as UTC.

    Args:
        text: ISO 8601, RFC 5322 (`Sun, 22 Nov 2026 17:00:00 +0800`), or year, month and day apart by `-`, `/`, `.` or
            as 2026年11月22日.

    Raises:
        ValueError: it is none of these.
    """
    text = text.strip()
    if not text:
        return None
    if len(text) > _MAX_CHARS:
        raise ValueError("too long for a date")
    if found := _DAY.fullmatch(text):
        return date(*(int(part) for part in found.groups()))
    try:
        moment = _moment(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (TypeError, IndexError, OverflowError) as exc:
        raise ValueError(f"no date: {text!r}") from exc


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)
