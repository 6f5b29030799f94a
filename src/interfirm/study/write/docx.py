"""A Word document with one table, written as the file format asks: a zip of small XML files."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Sequence
from typing import Final
from xml.sax.saxutils import escape

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES: Final = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/></Types>')
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ROOT: Final = (f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
                f'Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>')
_LINKS: Final = (f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
                 f'Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>')
_STYLES: Final = (
    f'{_HEAD}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" '
    'w:hAnsi="Times New Roman" w:cs="Times New Roman"/><w:sz w:val="20"/></w:rPr></w:rPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/><w:basedOn w:val="Normal"/>'
    '<w:rPr><w:b/></w:rPr></w:style></w:styles>')
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LINE: Final = '<w:bottom w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
_SAME_DAY: Final = (1980, 1, 1, 0, 0, 0)


def document(title: str, rows: Sequence[Sequence[str]], note: str = "", *, heads: int = 1,
             rules: Collection[int] = ()) -> bytes:
    """A Word document: a caption, a table with rules as in a paper, and a note below.

    Parameters
    ----------
    title
        Caption above the table.
    rows
        Cells of text; the first ``heads`` rows are repeated on every page.
    note
        Below the table.
    heads
        Number of header rows.
    rules
        After which further rows (counted from 0) a line is drawn.

    Returns
    -------
    bytes
        The file; the same cells give the same bytes.

    Examples
    --------
    >>> document("T", [["", "a"], ["x", "1"]])[:2]
    b'PK'
    """
    body = [_paragraph(title, style="Caption"), _table(rows, heads, set(rules)), _paragraph(note)]
    page = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" ' \
        'w:left="1134" w:header="709" w:footer="709" w:gutter="0"/></w:sectPr>'
    text = f'{_HEAD}<w:document xmlns:w="{_W}"><w:body>{"".join(body)}{page}</w:body></w:document>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("[Content_Types].xml", _TYPES), ("_rels/.rels", _ROOT), ("word/document.xml", text),
                              ("word/_rels/document.xml.rels", _LINKS), ("word/styles.xml", _STYLES)):
            archive.writestr(zipfile.ZipInfo(name, _SAME_DAY), content.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _safe(text: str) -> str:
    """Text without the characters that XML does not allow, and with those escaped that it uses."""
    return escape(_FORBIDDEN.sub("\ufffd", text))


def _paragraph(text: str, *, style: str = "", right: bool = False) -> str:
    inside = (f'<w:pStyle w:val="{style}"/>' if style else "") + '<w:spacing w:before="0" w:after="0"/>' + \
        ('<w:jc w:val="right"/>' if right else "")
    return f'<w:p><w:pPr>{inside}</w:pPr><w:r><w:t xml:space="preserve">{_safe(text)}</w:t></w:r></w:p>'


def _table(rows: Sequence[Sequence[str]], heads: int, rules: set[int]) -> str:
    width = max(len(row) for row in rows)
    first = 9638 * 2 // (width + 1)
    widths = [first, *[(9638 - first) // max(width - 1, 1)] * (width - 1)]
    grid = "".join(f'<w:gridCol w:w="{size}"/>' for size in widths)
    edges = '<w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/>' \
        '<w:bottom w:val="single" w:sz="8" w:space="0" w:color="000000"/>'
    made = [_row(row, widths, head=i < heads, ruled=i == heads - 1 or i in rules) for i, row in enumerate(rows)]
    return f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>' \
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(made)}</w:tbl>'


def _row(cells: Sequence[str], widths: Sequence[int], *, head: bool, ruled: bool) -> str:
    line = f"<w:tcBorders>{_LINE}</w:tcBorders>" if ruled else ""
    made = [f'<w:tc><w:tcPr><w:tcW w:w="{widths[i]}" w:type="dxa"/>{line}</w:tcPr>'
            f"{_paragraph(cells[i] if i < len(cells) else '', right=i > 0)}</w:tc>" for i in range(len(widths))]
    repeat = "<w:trPr><w:tblHeader/></w:trPr>" if head else ""
    return f"<w:tr>{repeat}{''.join(made)}</w:tr>"
