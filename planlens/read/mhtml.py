"""Takes the page out of a web archive (.mhtml, .mht: RFC 2557), its parts decoded, and reads it as a saved page."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import Message

from planlens.errors import InputError
from planlens.model import Block, Note
from planlens.read.html import read_html

_TEXT = re.compile(rb"[\x80-\xff]")


def read_mhtml(data: bytes, where: str) -> tuple[str, str, tuple[Block, ...], tuple[Note, ...]]:
    """The page of the archive that holds the most text: (text, encoding, blocks, notes).

    A page of frames is only a frame around that one. Raises InputError for an archive without a page.
    """
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        pages = [page for part in message.walk() if (page := _page(part))]
    except (RecursionError, LookupError, ValueError) as error:
        raise InputError(f"{where}: a broken web archive; save the page again as .html") from error
    if not pages:
        raise InputError(f"{where}: no page in this web archive; save it again as .html")
    page = max(pages, key=lambda found: (len(_TEXT.findall(found)), len(found)))
    text, encoding, blocks, notes = read_html(page, where)
    others = len(pages) - 1
    told = (Note("chrome", None, f"网页存档中未读的其他页面：{others}"),) if others else ()
    return text, encoding, blocks, (*notes, *told)


def _page(part: Message) -> bytes | None:
    """A part's page, its transfer encoding undone, its charset as the page itself would declare it."""
    if part.get_content_type() not in ("text/html", "application/xhtml+xml"):
        return None
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return None
    charset = part.get_content_charset()
    return payload if charset is None or b"charset" in payload[:1024].lower() else _declaring(payload, charset)


def _declaring(page: bytes, charset: str) -> bytes:
    return b'<meta charset="%s">' % charset.encode("ascii", "replace") + page
