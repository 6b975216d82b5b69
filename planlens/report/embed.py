"""The manifest inside the file of a report, where a program finds it: what `planlens verify` goes by.

    into("docx", made, report)     the same report with its manifest in it
    html        <script type="application/json" id="manifest">, which no browser runs
    docx, xlsx  a custom XML part (ECMA-376, part 1, §15.2.4), which Word and Excel keep
    md          a comment at the end
    pdf         comments ahead of `startxref` (ISO 32000-1, 7.2.3), where they move nothing that the file counts

JSON output is its own; beside a .csv stands NAME.csv-metadata.json; plain text holds it as words alone.
"""

from __future__ import annotations

import json

from planlens.report import Report

NAMESPACE = "urn:planlens:manifest:1"
PART = "customXml/item1.xml"
COMMENT = ("<!-- planlens:manifest ", " -->")
ELEMENT = "manifest"  # the id of the script element
REMARK = b"%planlens:manifest "  # begins each comment in a PDF
_REMARKED = 200  # bytes of a comment: a line of a PDF has 255 at most (ISO 32000-1, 7.5.1)
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HOLDERS = {"docx": "word/_rels/document.xml.rels", "xlsx": "xl/_rels/workbook.xml.rels"}
_END = "</Relationships>"
_MARKUP = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&-"})  # what could end an element or a comment


def into(form: str, made: str | bytes, report: Report) -> str | bytes:
    """A finished report with its manifest in it; one of another form as it is."""
    if form in ("docx", "xlsx") and isinstance(made, bytes):
        return _packaged(made, _HOLDERS[form], _told(report))
    if form == "html" and isinstance(made, bytes):
        page, end, rest = made.rpartition(b"</body>")
        held = f'<script type="application/json" id="{ELEMENT}">{_told(report)}</script>\n'
        return page + held.encode() + end + rest
    if form == "pdf" and isinstance(made, bytes):
        return _remarked(made, _told(report).encode())
    if form == "md" and isinstance(made, str):
        return f"{made}\n{COMMENT[0]}{_told(report)}{COMMENT[1]}\n"
    return made


def _told(report: Report) -> str:
    """ASCII JSON without markup: the manifest, and under `shown` the options that decide what such a file shows."""
    shown = [option for option, on in (("--full", report.look.full), ("--tracked", report.look.tracked)) if on]
    return json.dumps({"manifest": report.manifest(), "shown": shown}, separators=(",", ":")).translate(_MARKUP)


def _remarked(made: bytes, told: bytes) -> bytes:
    """A PDF with comments between its trailer and the position of its table; as it is where it has neither."""
    before, end, rest = made.rpartition(b"startxref")
    lines = [REMARK + told[n : n + _REMARKED] + b"\n" for n in range(0, len(told), _REMARKED)] if end else []
    return before + b"".join(lines) + end + rest


def _packaged(made: bytes, holder: str, told: str) -> bytes:
    """The package with one part more, which the main part names; everything else as it was."""
    import io
    import zipfile
    from html import escape

    link = f'<Relationship Id="planlens" Type="{_RELATED}/customXml" Target="../{PART}"/>'
    part = f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="{NAMESPACE}">{escape(told)}</manifest>'
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            data = old.read(member)
            new.writestr(
                member, data.replace(_END.encode(), (link + _END).encode()) if member.filename == holder else data
            )
        added = zipfile.ZipInfo(PART, old.infolist()[0].date_time)
        added.compress_type, added.external_attr, added.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
        new.writestr(added, part)
    return stream.getvalue()
