"""Articles in files: every form gives its text, and what is no article is refused in one line."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import pytest

from basketbt.extract.documents import MOST_BYTES, UnreadableDocument, open_document
from basketbt.extract.reading import read

SENTENCE = "国信证券认为，算力需求上行，看好浪潮信息、中科曙光，关注紫光股份。"


def symbols(path: Path) -> list[str]:
    return [pick.symbol for pick in read(open_document(path).text).picks]


WANTED = ["000977.SZ", "603019.SH", "000938.SZ"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_in_every_encoding_of_chinese(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(SENTENCE.encode(encoding))
    assert symbols(path) == WANTED


def test_markdown(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(
        "# 计算机周报\n\n国信证券认为，看好**浪潮信息**、[中科曙光](https://x.test/a)，"
        "关注`紫光股份`。\n",
        encoding="utf-8",
    )
    assert symbols(path) == WANTED


def test_html_without_its_scripts_and_with_what_it_says_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "note.html"
    path.write_text(
        "<html><head><title>算力周报</title>"
        '<meta property="article:published_time" content="2025-03-05T09:30:00+08:00">'
        '<link rel="canonical" href="https://x.test/a"></head><body>'
        "<script>推荐('贵州茅台')</script><style>推荐五粮液</style>"
        f"<div><p>{SENTENCE}</p></div></body></html>",
        encoding="utf-8",
    )
    document = open_document(path)
    assert (document.title, document.url) == ("算力周报", "https://x.test/a")
    assert document.published.startswith("2025-03-05T09:30")
    assert symbols(path) == WANTED


def test_tables_of_html(tmp_path: Path) -> None:
    path = tmp_path / "note.html"
    path.write_text(
        "<h3>东莞证券五月的金股</h3><table><tr><th>代码</th><th>名称</th><th>逻辑</th></tr>"
        "<tr><td colspan='3'>算力</td></tr>"
        "<tr><td>000977.SZ</td><td>浪潮信息</td><td>对标中科曙光</td></tr>"
        "<tr><td>0700.HK</td><td>腾讯控股</td><td>游戏</td></tr></table>",
        encoding="utf-8",
    )
    reading = read(open_document(path).text)
    assert [(pick.symbol, pick.broker) for pick in reading.picks] == [
        ("000977.SZ", "东莞证券"),
        ("0700.HK", "东莞证券"),
    ]


def test_word(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph(SENTENCE)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["名称", "评级", "恒生电子", "买入"], strict=True):
        cell.text = text
    path = tmp_path / "note.docx"
    document.save(str(path))
    assert symbols(path) == [*WANTED, "600570.SH"]


def pdf(content: bytes, *, encrypt: bool = False) -> bytes:
    """A PDF of one page whose text is in UTF-16, with a map from its codes to characters."""
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        b"1 beginbfrange <0000> <FFFF> <0000> endbfrange\nendcmap end end"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R %s >>"
        % b"/Resources << /Font << /F1 5 0 R >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream"
        % (len(zlib.compress(content)), zlib.compress(content)),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /S /Encoding /Identity-H %s >>"
        % b"/DescendantFonts [6 0 R] /ToUnicode 7 0 R",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /S /CIDSystemInfo << %s >> >>"
        % b"/Registry (Adobe) /Ordering (Identity) /Supplement 0",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
    ]
    out = b"%PDF-1.7\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    extra = b" /Encrypt << /Filter /Nothing >>" if encrypt else b""
    out += b"trailer << /Size %d /Root 1 0 R%s >>\n" % (len(objects) + 1, extra)
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def shown(text: str) -> bytes:
    return b"BT /F1 12 Tf 50 700 Td <%s> Tj ET" % text.encode("utf-16-be").hex().encode()


class TestPdf:
    def test_its_text_layer(self, tmp_path: Path) -> None:
        pytest.importorskip("pypdf")
        path = tmp_path / "note.pdf"
        path.write_bytes(pdf(shown(SENTENCE)))
        assert symbols(path) == WANTED

    def test_a_scan_is_said_to_be_one(self, tmp_path: Path) -> None:
        pytest.importorskip("pypdf")
        path = tmp_path / "scan.pdf"
        path.write_bytes(pdf(b"0 0 m 10 10 l S"))
        with pytest.raises(UnreadableDocument, match="scanned PDF"):
            open_document(path)

    def test_an_encrypted_one_is_said_to_be_one(self, tmp_path: Path) -> None:
        pypdf = pytest.importorskip("pypdf")
        writer = pypdf.PdfWriter()
        writer.add_blank_page(width=100, height=100)
        writer.encrypt("secret", algorithm="RC4-128")
        path = tmp_path / "closed.pdf"
        writer.write(str(path))
        with pytest.raises(UnreadableDocument, match="encrypted"):
            open_document(path)

    def test_a_broken_one(self, tmp_path: Path) -> None:
        pytest.importorskip("pypdf")
        path = tmp_path / "broken.pdf"
        path.write_bytes(b"%PDF-1.7\nnothing")
        with pytest.raises(UnreadableDocument, match="PDF"):
            open_document(path)

    def test_without_its_reader(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pypdf", None)
        path = tmp_path / "note.pdf"
        path.write_bytes(pdf(shown(SENTENCE)))
        with pytest.raises(UnreadableDocument, match=r"basketbt\[pdf\]"):
            open_document(path)


class TestBadInput:
    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
            (b"PK\x03\x04 no archive", "no Word document"),
            (b"x" * (MOST_BYTES + 1), "larger than 10 MB"),
            (b"\xe7\x9c\x8b" * 1_000_001, "signs"),
        ],
        ids=["picture", "archive", "10 MB", "a million signs"],
    )
    def test_what_is_no_article(self, tmp_path: Path, content: bytes, why: str) -> None:
        path = tmp_path / "note.bin"
        path.write_bytes(content)
        with pytest.raises(UnreadableDocument, match=why):
            open_document(path)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableDocument, match="no such file"):
            open_document(tmp_path / "none.txt")


@pytest.mark.parametrize(
    "piece",
    [
        "国信证券：推荐海康威视、大华股份，宁德时代上涨。",
        "推荐",
        "海康威视、",
        "(",
        "看好(",
        "a：、",
    ],
)
def test_reading_time_grows_with_the_text_alone(piece: str) -> None:
    """Ten times the text takes about ten times as long, not a hundred times."""
    import time

    def seconds(signs: int) -> float:
        text = piece * (signs // len(piece))
        begun = time.process_time()
        read(text)
        return time.process_time() - begun

    seconds(3000)
    assert seconds(30_000) <= 25 * max(seconds(3000), 0.02)


def test_line_ends_inside_a_paragraph_of_html_are_blanks(tmp_path: Path) -> None:
    path = tmp_path / "note.html"
    names = "\n、\n".join(f"<a href='#'>{name}</a>" for name in ("浪潮信息", "中科曙光"))
    path.write_text(f"<div><p>国信证券：看好\n{names}\n。</p><p>谢谢</p></div>", encoding="utf-8")
    assert symbols(path) == WANTED[:2]
