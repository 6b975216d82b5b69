"""The time that a file of a report carries, so that the same plans give the same bytes on any day."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, timezone

from planlens.errors import SettingsError
from planlens.model import Plan

_DAY = re.compile(r"\b([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\b")
_EARLIEST, _LATEST = datetime(1980, 1, 1), datetime(2107, 12, 31)  # what a zip file can hold
_UNKNOWN = datetime(2000, 1, 1)


def stamp(result: object) -> datetime:
    """SOURCE_DATE_EPOCH where it is set, else the latest date of the plans a result holds, else the year 2000."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch:
        return _held(_from_epoch(epoch))
    days = [day for plan in plans(result) for day in _days(plan.info.date or "")]
    return _held(max(days, default=_UNKNOWN))


def _from_epoch(epoch: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(epoch), timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        raise SettingsError(f"SOURCE_DATE_EPOCH={epoch}: not a number of seconds since 1970") from None


def _held(time: datetime) -> datetime:
    return min(max(time, _EARLIEST), _LATEST)


def plans(result: object) -> Iterator[Plan]:
    """The plans that a result is or holds, singly or in a tuple."""
    for value in [getattr(result, f.name) for f in fields(result)] if is_dataclass(result) else [result]:
        yield from (
            found for found in (value if isinstance(value, (tuple, list)) else (value,)) if isinstance(found, Plan)
        )


def _days(text: str) -> Iterator[datetime]:
    for year, month, day in _DAY.findall(text):
        try:
            yield datetime(int(year), int(month), int(day))
        except ValueError:
            continue
