"""Articles in files: text, Markdown, HTML, Word and PDF become plain text, a line a paragraph.

Scripts and styles are dropped, never run; nothing that a page names is fetched.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from basketbt.bounded import read_plain
from basketbt.errors import InputError, RefusedPath
from basketbt.notes import message

MOST_BYTES = 10_000_000
MOST_SIGNS = 300_000
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "tr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "ul",
        "ol",
        "table",
        "blockquote",
        "pre",
        "title",
        "dd",
        "dt",
    ]
)
_UNSEEN = frozenset(["script", "style", "noscript", "template", "svg", "head"])
_MARKUP = re.compile(
    r"<(?:html|body|div|p|table|tr|td|h[1-6]|br|span|li|section|article)\b[^>]*>", re.I
)


class UnreadableDocument(InputError):
    """A file that holds no text to read. Fields: path, why."""


@dataclass(frozen=True)
class Document:
    """An article: its text, and what the file says about it besides."""

    name: str
    text: str
    title: str = ""
    url: str = ""
    published: str = ""


def open_document(path: Path) -> Document:
    """The article in a file; ``-`` is the standard input.

    Raises ``UnreadableDocument`` for a file that is missing, too large or no text, for an encrypted
    or scanned PDF, and for a PDF while its reader is not installed.
    """
    if str(path) == "-":
        return _of_text("stdin", _decoded(path, sys.stdin.buffer.read(MOST_BYTES + 1)))
    try:
        content = read_plain(path, MOST_BYTES)
    except RefusedPath as error:
        raise UnreadableDocument(path=path, why=error.fields["why"]) from None
    if content.startswith(b"%PDF"):
        return Document(path.stem, _bounded(path, _pdf_text(path)))
    if content.startswith(b"PK\x03\x04"):
        return Document(path.stem, _bounded(path, _docx_text(path)))
    return _of_text(path.stem, _bounded(path, _decoded(path, content)))


def _bounded(path: Path, text: str) -> str:
    if len(text) > MOST_SIGNS:
        why = message("why-has-signs-at-most-are", count=len(text), most_signs=MOST_SIGNS)
        raise UnreadableDocument(path=path, why=why)
    return text


def _decoded(path: Path, content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with a mark, or GB 18030, as Chinese files are."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content[:65536]:
        raise UnreadableDocument(path=path, why=message("why-is-a-binary-file-not"))
    for encoding in ("utf-8-sig", "gb18030", "big5"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableDocument(path=path, why=message("why-is-in-no-encoding-of"))


def _of_text(name: str, text: str) -> Document:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return (
        _of_html(name, text) if len(_MARKUP.findall(text[:20000])) >= 2 else _of_plain(name, text)
    )


def _of_plain(name: str, text: str) -> Document:
    """Markdown's signs of emphasis and links are no words of the article."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|(?<=\])\(https?://[^)]*\)", "", text)
    text = re.sub(r"\*\*|__(?=\S)|(?<=\S)__|`", "", text)
    text = re.sub(r"^#{1,6}\s+", "", text, flags=re.MULTILINE)
    return Document(name, text)


class _Page(HTMLParser):
    """What a reader of the page sees: a line a block, a tab between the cells of a table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title = self.url = self.published = ""
        self._hidden = 0
        self._in_title = False
        self._in_row = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "title":
            self._in_title = True
        elif tag in _UNSEEN and tag != "head":
            self._hidden += 1
        elif tag in ("td", "th"):
            self.parts.append("\t" if self._in_row else "")
            self._in_row += 1
        elif tag in _BLOCKS:
            self.parts.append(" " if self._in_row and tag != "tr" else "\n")
            self._in_row = 0 if tag == "tr" else self._in_row
        self._note(tag, known)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag in _UNSEEN and tag != "head":
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("tr", "table"):
            self.parts.append("\t\n" if self._in_row == 1 else "\n")  # one cell is a row too
            self._in_row = 0
        elif tag in _BLOCKS and not self._in_row:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data.strip()
        elif not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _note(self, tag: str, known: dict[str, str]) -> None:
        named = (known.get("property") or known.get("name") or known.get("itemprop") or "").lower()
        if tag == "meta" and re.search(r"published|pubdate|publishdate|datepublished", named):
            self.published = self.published or known.get("content", "")
        elif tag == "meta" and named == "og:url":
            self.url = self.url or known.get("content", "")
        elif tag == "link" and known.get("rel") == "canonical":
            self.url = known.get("href", "") or self.url


def _of_html(name: str, text: str) -> Document:
    page = _Page()
    page.feed(text)
    page.close()
    lines = (re.sub(r"[ \xa0]+", " ", line).strip(" ") for line in "".join(page.parts).split("\n"))
    seen = "\n".join(line for line in lines if line.strip())
    return Document(name, seen, page.title, page.url, page.published)


def _docx_text(path: Path) -> str:
    """Paragraphs and tables of a Word file, in the order of the page."""
    import docx
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    try:
        body = docx.Document(str(path))
        blocks = list(body.iter_inner_content())
    except Exception as error:  # noqa: BLE001 - whatever a broken archive raises
        raise UnreadableDocument(
            path=path, why=message("why-is-no-word-document", error=error)
        ) from None
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines += [
                "\t".join(cell.text.replace("\n", " ") for cell in row.cells) for row in block.rows
            ]
    return "\n".join(lines)


def _pdf_text(path: Path) -> str:
    """The text layer of a PDF, its lines put together to paragraphs."""
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        why = message("why-is-a-pdf-whose-reader")
        raise UnreadableDocument(path=path, why=why) from None
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument(path=path, why=message("why-is-encrypted-save-it-without"))
        pages = [page.extract_text() or "" for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, RecursionError, OSError) as error:
        raise UnreadableDocument(
            path=path, why=message("why-is-a-pdf-that-cannot", error=error)
        ) from None
    text = "\n".join(pages)
    if len(re.sub(r"\s", "", text)) < 20 * len(pages):
        why = message("why-is-a-scanned-pdf-pictures")
        raise UnreadableDocument(path=path, why=why)
    return _joined(text)


def _joined(text: str) -> str:
    """Lines that a page broke inside a sentence are one line again."""
    lines = [line.strip() for line in text.split("\n")]
    joined: list[str] = []
    for line in lines:
        open_end = joined and joined[-1] and not re.search(r"[。！？!?;；:：]$", joined[-1])
        long = joined and len(joined[-1]) >= 25
        if line and open_end and long:
            joined[-1] += line
        else:
            joined.append(line)
    return "\n".join(joined)
