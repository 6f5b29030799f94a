"""The data format in words, made from the schema: Markdown that also reads well as plain text."""

from __future__ import annotations

from interfirm import vocabulary
from interfirm.errors import UnknownName
from interfirm.study import schema
from interfirm.study.schema import Column, Table

_INTRO = """# Data format

A study is a folder with one CSV file per table (`actors.csv`, `ties.csv`, …), or a workbook with one sheet
per table. Only `actors` is needed; a table without rows may be left out. The first row holds the names of
the columns; their order is free, and columns of your own are kept.

- Files are UTF-8, with commas between the cells and a point as the decimal mark.
- An empty cell is missing. `NA`, `null` and `-` are text.
- Space around a text is cut off. Identifiers are text: `007` and `7` differ.
- Dates are `2024`, `2024-05` or `2024-05-31`. Several values in one cell are separated by `|`.
- In CSV files a text that a spreadsheet would take for a formula has an apostrophe before it (`'=1+1`).
- Sheets with `(ignore)` in their name are not read.
- Where `waves` is left out, the waves are taken from the ties in order of appearance. Where
  `relations` is left out, only the relations named below may be used.
"""


def describe(table: str | None = None) -> str:
    """The tables and columns of a study, as Markdown.

    Parameters
    ----------
    table
        One table only; None for all of them with an introduction and the closed lists.

    Returns
    -------
    str
        Headings, one line per column, and the lists of allowed words.

    Raises
    ------
    UnknownName
        If there is no such table.

    Examples
    --------
    >>> print(describe("waves").splitlines()[0])
    ## waves
    """
    tables = schema.tables()
    if table is not None:
        if table not in tables:
            raise UnknownName("table", table, tables)
        return _table(tables[table])
    parts = [_INTRO, _overview(), *(_table(item) for item in tables.values()), _relations(), _lists()]
    return "\n".join(parts).rstrip() + "\n"


def _overview() -> str:
    lines = [f"- `{item.name}`: {item.description}" for item in schema.tables().values()]
    return "## Tables\n\n" + "\n".join(lines) + "\n"


def _table(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    lines = [f"## {table.name}", "", table.description, "", f"One row per {key}.", ""]
    lines += [_column(item) for item in table.columns.values()]
    return "\n".join(lines) + "\n"


def _column(column: Column) -> str:
    facts = [_kind(column)]
    if column.unit:
        facts.append(column.unit)
    if column.required:
        facts.append("must be filled")
    elif column.default:
        facts.append(f"{_default(column)} if left out")
    text = f"- `{column.name}` ({', '.join(facts)}): {column.description}"
    if column.refers_to:
        text += f" Must occur in `{column.refers_to[0]}`."
    if column.choices:
        text += f" See the list *{column.allowed}*."
    return text + (f" [{column.source}]" if column.source != "ours" else "")


def _kind(column: Column) -> str:
    words = {"id": "identifier", "category": "one word of a list", "tags": "words separated by |"}
    return words.get(column.type, column.expected)


def _default(column: Column) -> str:
    return {"true": "yes", "false": "no"}.get(column.default, column.default)


def _relations() -> str:
    lines = [f"- `{item.relation}` ({item.layer}, {'directed' if item.directed else 'undirected'}): {item.meaning}"
             for item in vocabulary.RELATIONS]
    return "## Relations known by name\n\n" + "\n".join(lines) + "\n"


def _lists() -> str:
    parts = ["## Closed lists\n"]
    for name, entries in vocabulary.LISTS.items():
        parts += [f"### {name}\n", *(f"- `{item.word}`: {item.meaning}" for item in entries), ""]
    return "\n".join(parts)
