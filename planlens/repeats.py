"""Where a headline number is said again, as restated.py has marked it: read without what the marking takes."""

from __future__ import annotations

from collections.abc import Iterable

from .model import Target


def places(targets: Iterable[Target]) -> dict[str, list[Target]]:
    """For the key of each headline, the records that say it, the headline first."""
    said: dict[str, list[Target]] = {}
    for target in targets:
        if target.repeats is None:
            said.setdefault(target.key, []).insert(0, target)
        else:
            said.setdefault(target.repeats, []).append(target)
    return said
