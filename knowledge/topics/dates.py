"""Dates as files and feeds write them."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

#: No way to write a date takes more.
_MAX_CHARS = 64
#: Seconds or milliseconds since 1970, from 2001 on; fewer or more digits are something else.
_EPOCH = re.compile(r"([1-9]\d{9})(\d{3})?(?:\.\d{1,9})?", re.ASCII)
#: A number that would be a later day is no time, but a way to write "never", or something else.
_LAST_EPOCH_YEAR = 2099
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)


def read_date(text: str) -> date | None:
    """The day in UTC; None of an empty text. A time without a zone is taken as UTC.

    Args:
        text: ISO 8601, RFC 5322 (`Sun, 22 Nov 2026 17:00:00 +0800`), year, month and day apart by `-`, `/`, `.` or
            as 2026年11月22日, or a Unix time of 10 digits (seconds) or 13 (milliseconds).

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
    if found := _EPOCH.fullmatch(text):
        return _day_of_epoch(int(found[1]))
    try:
        moment = _moment(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (TypeError, IndexError, OverflowError) as exc:
        raise ValueError(f"no date: {text!r}") from exc


def _day_of_epoch(seconds: int) -> date:
    day = datetime.fromtimestamp(seconds, UTC).date()
    if day.year > _LAST_EPOCH_YEAR:
        raise ValueError(f"no date: {seconds} seconds since 1970 end after {_LAST_EPOCH_YEAR}")
    return day


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)
