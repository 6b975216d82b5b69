"""Scores `planlens targets` against numbers annotated by reading, on made-up plans of sectors the rules never saw.

    python tests/gold_sectors/check.py                 one line a plan
    python tests/gold_sectors/check.py --errors        each error with its class and context
    python tests/gold_sectors/check.py --indicators    value, what planlens calls it, what the reader called it
    python tests/gold_sectors/check.py --probes        the roles in single sentences of a plan for 2024 (probes.tsv);
                                                       these were written after the first errors were read
    python tests/gold_sectors/check.py --folder tests/gold_sectors2     the same of another set of plans

A row of NAME.jsonl bounds one number of NAME.txt: `start`, `end`, `value_text` and the fields of a target record.
`alt` holds, a field at a time, other readings that are as fair; `optional` numbers count nowhere.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
Fault = tuple[str, Row | None, Row | None]

HERE = Path(__file__).parent
FIELDS = ("cmp", "unit", "measure")
PLACES = ("period", "scope")
"""Annotated for reading first; scored since the third exam, after signs that say nothing were taken off."""
CLOSE = 0.005
"""A third is written 0.333 in the gold."""


def gold_rows(plan: Path) -> list[Row]:
    """The annotation of one plan, with every offset checked against its text."""
    text = plan.read_text(encoding="utf-8")
    lines = plan.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    rows: list[Row] = [json.loads(line) for line in lines]
    for row in rows:
        if text[row["start"] : row["end"]] != row["value_text"]:
            raise SystemExit(f"{plan.name}: {row['start']} is not {row['value_text']}")
    return rows


def found_rows(plan: Path) -> list[Row]:
    """What planlens finds in one plan."""
    command = [sys.executable, "-m", "planlens", "targets", str(plan), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    targets: list[Row] = json.loads(done.stdout)["targets"]
    return targets


def accepted(gold: Row, field: str) -> list[Any]:
    return [gold[field], *gold.get("alt", {}).get(field, ())]


def plain(field: str, value: Any) -> Any:
    """A period without quotation marks, brackets and 到: 到2027年 says what 2027年 says; brackets of one width."""
    if field == "scope" and value is not None:
        return value.replace("(", "（").replace(")", "）")
    if field != "period" or value is None:
        return value
    return re.sub(r"[“”]|（[^）]*）", "", value).removeprefix("截至").removeprefix("到")


def fits(gold: Row, found: Row, field: str) -> bool:
    return plain(field, found[field]) in [plain(field, value) for value in accepted(gold, field)]


def same_value(gold: Row, found: Row) -> bool:
    if gold["lo"] is None or found["lo"] is None:
        return gold["lo"] == found["lo"] or None in accepted(gold, "lo")
    if gold["cmp"] == "range":
        return bool(gold["lo"] == found["lo"] and gold["hi"] == found["hi"])
    wanted = [value for value in accepted(gold, "lo") if value is not None]
    return any(abs(found[end] - value) <= CLOSE * abs(value) for value in wanted for end in ("lo", "hi"))


def overlapping(row: Row, others: list[Row]) -> list[Row]:
    return [other for other in others if other["start"] < row["end"] and row["start"] < other["end"]]


def best(gold: Row, found: list[Row]) -> Row | None:
    """The record that stands for an annotated number: of those that overlap, the one that agrees in most."""
    near = overlapping(gold, found)
    return max(near, key=lambda f: (same_value(gold, f), fits(gold, f, "role"), fits(gold, f, "cmp")), default=None)


def false_targets(gold: list[Row], found: list[Row]) -> Iterator[Fault]:
    for record in found:
        if record["role"] != "target":
            continue
        near = overlapping(record, gold)
        if any(row.get("optional") or ("target" in accepted(row, "role") and same_value(row, record)) for row in near):
            continue
        yield ("not a target" if near else "not a number of the plan", near[0] if near else None, record)


def judge(gold: list[Row], found: list[Row]) -> tuple[Counter[str], list[Fault]]:
    """Counts of what was asked and what was right, and every fault with the two records it concerns."""
    count: Counter[str] = Counter()
    faults = list(false_targets(gold, found))
    count["said"] = sum(record["role"] == "target" for record in found)
    count["false"] = len(faults)
    for row in (row for row in gold if not row.get("optional")):
        record = best(row, found)
        hit = record is not None and same_value(row, record) and fits(row, record, "role")
        if record is None:
            count["absent"] += 1
        else:
            count["roles"] += 1
            count["role"] += fits(row, record, "role")
        if row["role"] != "target":
            if record is not None and not fits(row, record, "role") and record["role"] != "target":
                faults.append(("role", row, record))
            continue
        count["wanted"] += 1
        count["hit"] += hit
        if record is None or not hit:
            missed = "absent" if record is None else "value" if not same_value(row, record) else "role"
            faults.append((f"missed target: {missed}", row, record))
            continue
        for field in (*FIELDS, *PLACES):
            count[field] += fits(row, record, field)
            if not fits(row, record, field):
                faults.append((field, row, record))
    return count, faults


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "  -  "


def line(name: str, c: Counter[str]) -> str:
    figures = {
        "precision": share(c["said"] - c["false"], c["said"]),
        "recall": share(c["hit"], c["wanted"]),
        "role": share(c["role"], c["roles"]),
        **{field: share(c[field], c["hit"]) for field in (*FIELDS, *PLACES)},
    }
    told = "  ".join(f"{key} {value}" for key, value in figures.items())
    return f"{name:26} {told}  targets {c['hit']}/{c['wanted']}  said {c['said']}  absent {c['absent']}"


def fault_line(text: str, fault: Fault) -> str:
    kind, row, record = fault
    place = row or record
    assert place is not None
    around = text[max(0, place["start"] - 22) : place["end"] + 16].replace("\n", "/")
    fields = ("value_text", "lo", "hi", "unit", "cmp", "measure", "role", *PLACES)
    gold, found = (" ".join(str(r[f]) for f in fields) if r else "nothing" for r in (row, record))
    return f"  [{kind}] …{around}…\n      gold {gold}\n      said {found} 「{record['indicator'] if record else ''}」"


def indicator_lines(gold: list[Row], found: list[Row]) -> Iterator[str]:
    for record in found:
        if record["role"] in ("target", "baseline"):
            wanted = " / ".join(row["indicator"] for row in overlapping(record, gold)) or "-"
            told = (record["value_text"], record["indicator"], wanted, str(record["scope"]), str(record["period"]))
            yield f"  {record['role'][0]} " + "\t".join(told)


def probe_lines() -> Iterator[str]:
    """Each sentence as the only one of a small plan: the roles its numbers should have and those they get."""
    lines = (HERE / "probes.tsv").read_text(encoding="utf-8").splitlines()[1:]
    right = 0
    with tempfile.TemporaryDirectory() as folder:
        for sentence, wanted in (line.split("\t") for line in lines):
            plan = Path(folder) / "probe.txt"
            head = "滨江市2024年工作要点\n\n为做好2024年工作，制定本要点。\n\n一、总体要求\n"
            plan.write_text(f"{head}{sentence}\n", encoding="utf-8")
            records = [record for record in found_rows(plan) if record["start"] >= len(head)]
            said = " ".join(record["role"] for record in records if record["role"] != "name")
            right += said == wanted
            if said != wanted:
                yield f"  {sentence}\n      wanted {wanted}, said {said or 'nothing'}"
    yield f"probes {right}/{len(lines)}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, default=HERE)
    options.add_argument("--errors", action="store_true")
    options.add_argument("--indicators", action="store_true")
    options.add_argument("--probes", action="store_true")
    asked = options.parse_args()
    if asked.probes:
        print(*probe_lines(), sep="\n")
        return
    total: Counter[str] = Counter()
    for plan in sorted(asked.folder.resolve().glob("*.txt")):
        gold, found = gold_rows(plan), found_rows(plan)
        count, faults = judge(gold, found)
        total += count
        print(line(plan.stem, count))
        if asked.errors:
            text = plan.read_text(encoding="utf-8")
            print(*(fault_line(text, fault) for fault in faults), sep="\n")
        if asked.indicators:
            print(*indicator_lines(gold, found), sep="\n")
    print(line("all", total))


if __name__ == "__main__":
    main()
