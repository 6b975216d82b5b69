"""The place that a plan is of: what its catalogue or title says, else the place its text names most.

of(plan)            -> Region 440300 深圳市
local_names(plan)   -> names that say no more than that
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from . import regions
from .model import Plan
from .regions import Region

_NAMED_OFTEN = 5  # times that a text without a title must name its place …
_LEAD = 2  # … and times as often as the next place that neither contains it nor lies inside it


def of(plan: Plan) -> Region | None:
    """The region of a plan; None for a national one and where it cannot be told."""
    if plan.info.region is not None or plan.info.level == "national":
        return regions.one(plan.info.region, plan.info.parent)
    return _most_named(plan.document.text)


def local_names(plan: Plan) -> frozenset[str]:
    """What a plan calls its own place, those above and those inside it; none where its region is not known."""
    region = of(plan)
    return regions.local_names(region) if region else frozenset()


def national(plan: Plan) -> bool:
    """Whether a plan is of the whole country: its catalogue or title says so, else 我国 and 全国 say it throughout."""
    if plan.info.level is not None or plan.info.region is not None:
        return plan.info.level == "national"
    text = plan.document.text
    return of(plan) is None and text.count("我国") + text.count("全国") >= _NAMED_OFTEN


@lru_cache(maxsize=64)
def _most_named(text: str) -> Region | None:
    """The city or district that a text names most in full, where it stands out.

    >>> _most_named("深圳市要点。" * 5 + "广东省").name, _most_named("深圳市、中山市" * 5), _most_named("本市")
    ('深圳市', None, None)
    """
    found = Counter({name: count for name in regions.names() if (count := text.count(name))})
    places = [(count, region) for name, count in found.items() if (region := regions.one(name)) is not None]
    lower = sorted((p for p in places if p[1].level != "province"), key=lambda p: (-p[0], p[1].code))
    if not lower or lower[0][0] < _NAMED_OFTEN:
        return None
    count, first = lower[0]
    kin = {region.code for region in (first, *regions.above(first), *regions.below(first))}
    rivals = [n for n, region in lower[1:] if region.code not in kin]
    return first if not rivals or count >= _LEAD * rivals[0] else None
