"""Reads Word files of 1997 to 2003 and what WPS saves in that form, turned into .docx by msdoc2docx or LibreOffice."""

from __future__ import annotations

import tempfile
from pathlib import Path

from planlens.errors import InputError
from planlens.model import Block, Note
from planlens.read import libreoffice
from planlens.read.docx import read_docx
from planlens.read.xlsx import read_xlsx

Parts = tuple[str, str, tuple[Block, ...], tuple[Note, ...]]

_NEEDS = "reading .doc needs msdoc2docx: pip install 'planlens[doc]'; or save the file as .docx"


def read_doc(data: bytes, where: str) -> Parts:
    """A .doc: text, "utf-8", blocks, notes. Raises InputError where neither converter is there or can open it."""
    try:
        return read_docx(_by_msdoc2docx(data), where)
    except ImportError:
        if libreoffice.program() is None:
            raise InputError(f"{where}: {_NEEDS}") from None
    except Exception as error:  # whatever a damaged file makes the converter raise; LibreOffice may know better
        if libreoffice.program() is None:
            told = " ".join(str(error).split())[:100] or type(error).__name__
            raise InputError(f"{where}: cannot be read as .doc ({told}); save it as .docx") from error
    return read_by_office(data, where, ".doc", ".docx")


def _by_msdoc2docx(data: bytes) -> bytes:
    from doc2docx import convert

    with tempfile.TemporaryDirectory(prefix="planlens-") as folder:
        source, target = Path(folder) / "plan.doc", Path(folder) / "plan.docx"
        source.write_bytes(data)
        convert(source, target)
        return target.read_bytes()


def read_rtf(data: bytes, where: str) -> Parts:
    """A .rtf, by LibreOffice."""
    return read_by_office(data, where, ".rtf", ".docx")


def read_odt(data: bytes, where: str) -> Parts:
    """A text of OpenDocument, by LibreOffice."""
    return read_by_office(data, where, ".odt", ".docx")


def read_word_xml(data: bytes, where: str) -> Parts:
    """A Word document as one XML file (2003, or a flat package), by LibreOffice."""
    return read_by_office(data, where, ".xml", ".docx")


def read_xls(data: bytes, where: str) -> Parts:
    """An Excel file of 1997 to 2003 and what WPS saves in that form (.et), by LibreOffice."""
    return read_by_office(data, where, ".xls", ".xlsx")


def read_ods(data: bytes, where: str) -> Parts:
    """A sheet of OpenDocument, by LibreOffice."""
    return read_by_office(data, where, ".ods", ".xlsx")


def read_by_office(data: bytes, where: str, suffix: str, target: str) -> Parts:
    """What LibreOffice makes of a file, with a note that it did."""
    made = libreoffice.converted(data, where, suffix, target)
    text, encoding, blocks, notes = (read_docx if target == ".docx" else read_xlsx)(made, where)
    return text, encoding, blocks, (*notes, Note("encoding", None, f"由 LibreOffice 转为 {target} 后读取"))
