"""An empty workbook to fill in: every table of a study, a roster survey, and one page of instructions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from interfirm.study import instruments, schema
from interfirm.study.write.atomic import replaced_file
from interfirm.study.write.workbook import StudyBook

README = "Read me (ignore)"
SURVEY = "survey advice 1"
QUESTIONS = "Questions (ignore)"
QUESTIONNAIRE = "questionnaire 1"
_MEMBERS = 80
_BLANK = " "  # a stored result: with none at all the cell would count as not calculated

_PAGE = (
    ("How to fill in this workbook", (
        "Fill the sheets from left to right. Only 'actors' must be filled; leave out what you do not have.",
        "1. actors: one row per organisation. Give each a short identifier that never changes, such as F01.",
        "2. waves: one row for each time you asked or counted, the earliest first.",
        "3. relations: one row for each kind of tie, with its layer. Advice is not trade: keep them apart.",
        "4. ties: one row for each tie. The identifiers must be those of the sheet 'actors'.",
        "5. alliances: one row for each member of a joint project.",
        "6. observations: what changes over time (employees, turnover), and who answered the survey.",
        "The other sheets are for later: dyads, answers to questionnaires, coded interviews.",
        f"The sheet '{QUESTIONS}' holds questions on trust, commitment, capabilities and more, ready to ask.",
    )),
    ("If you ask the members with a list (a roster survey)", (
        f"Use the sheet '{SURVEY}' instead of 'ties': its rows and columns fill themselves from 'actors'.",
        "Rename it to: survey, the relation, the wave. For example: survey advice 2026. Copy it for each question.",
        "Write x, or a number for the strength, where the respondent in the row named the member in the column.",
        "Write yes under 'answered' for all who replied, also those who named nobody. Leave the row empty for those "
        "who did not reply: a missing answer is not a missing tie.",
    )),
    ("If you send the questionnaire on capabilities", (
        f"Use the sheet '{QUESTIONNAIRE}': one row per respondent, one column per question, answers from 1 to 7.",
        "Rename it to: questionnaire, the wave. For example: questionnaire 2026. The pointer over a header shows the "
        "question. Two respondents of one organisation get two rows.",
    )),
    ("Good to know", (
        "Headers in blue must be filled. Hold the pointer over a header to see what it means.",
        "Cells with a list accept only its words; the sheet 'Lists (ignore)' explains them.",
        "Leave a cell empty if you do not know. Do not write 0, NA or a question mark.",
        "You may add columns of your own. Sheets with (ignore) in their name are not read.",
        "Save, then run: interfirm check study.xlsx. It lists everything that is wrong, with row and column.",
        "Then run: interfirm report study.xlsx.",
    )),
)
_EXAMPLES: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...] = (
    ("actors", ("actor", "name", "kind", "position", "sector", "founded"), (
        ("F01", "Example Print Ltd", "firm", "member", "printing", "1998"),
        ("F02", "Sample Paper Works", "firm", "member", "paper", "2006"),
        ("U01", "University of Somewhere", "university", "external", "", ""))),
    ("waves", ("wave", "label", "start", "end"), (("2024", "First survey", "2024-03", "2024-05"),)),
    ("relations", ("relation", "layer", "directed", "question"), (
        ("advice", "knowledge", "yes", "Whom did you ask for technical advice?"),
        ("peer", "exchange", "no", "With whom did you share an order?"))),
    ("ties", ("wave", "relation", "sender", "receiver", "weight"), (
        ("2024", "advice", "F01", "F02", "3"), ("2024", "advice", "F02", "U01", "1"))),
    ("alliances", ("alliance", "actor", "role", "name", "start"), (
        ("A1", "F01", "lead", "New inks", "2023-09"), ("A1", "U01", "member", "New inks", "2023-09"))),
)


def write_template(path: str | Path) -> Path:
    """Write an empty workbook for the tables of a study.

    The first sheet says in one page how to fill it in, with example rows in grey. Every table has
    a sheet with notes on its headers and drop-downs for closed lists. The sheet "survey advice 1" is
    a roster survey whose rows and columns follow the actors.

    Parameters
    ----------
    path
        The file to write (.xlsx).

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    UsageError
        If the file cannot be written.

    Examples
    --------
    >>> write_template("study.xlsx")      # doctest: +SKIP
    """
    with replaced_file(path) as temporary:
        book = StudyBook(temporary)
        _read_me(book)
        for name in _order():
            book.add_table(name)
            if name == "ties":
                _survey(book)
            elif name == "answers":
                _questionnaire(book)
                _questions(book)
        book.add_lists()
        book.book.set_properties({"title": "A study of cooperation between firms", "comments": "Made by interfirm."})
        book.close()
    return Path(path)


def _order() -> list[str]:
    first = ["actors", "waves", "relations", "ties", "alliances", "observations"]
    return first + [name for name in schema.tables() if name not in first]


def _read_me(book: StudyBook) -> None:
    sheet = book.add_sheet(README)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 6, 19)
    sheet.write_string(0, 1, "The cluster and its cooperation", book.formats["title"])
    sheet.set_row(0, 28)
    row = 2
    for heading, lines in _PAGE:
        sheet.write_string(row, 1, heading, book.formats["section"])
        for line in lines:
            row += 1
            sheet.merge_range(row, 1, row, 6, line, book.formats["wrap"])
            sheet.set_row(row, 32 if len(line) > 105 else 17)
        row += 2
    _examples(book, sheet, row)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.activate()


def _examples(book: StudyBook, sheet: Any, row: int) -> None:
    sheet.write_string(row, 1, "Example rows (do not fill in here)", book.formats["section"])
    row += 1
    for name, header, rows in _EXAMPLES:
        sheet.write_string(row, 1, f"Sheet {name}", book.formats["grey"])
        for position, text in enumerate(header, start=1):
            sheet.write_string(row + 1, position, text, book.formats["grey head"])
        for below, cells in enumerate(rows, start=row + 2):
            for position, text in enumerate(cells, start=1):
                sheet.write_string(below, position, text, book.formats["grey"])
        row += len(rows) + 3


def _survey(book: StudyBook) -> None:
    """Rows and columns take the identifiers of the sheet 'actors' as they are typed there."""
    sheet = book.add_sheet(SURVEY)
    sheet.write_string(0, 0, "respondent", book.formats["need"])
    sheet.write_string(0, 1, "answered", book.formats["head"])
    sheet.write_comment(0, 0, "Filled from the sheet 'actors'. You may also type the identifiers here.")
    sheet.write_comment(0, 1, "yes if the actor replied, even if it named nobody; empty if it did not reply.")
    sheet.data_validation(1, 1, _MEMBERS, 1, {"validate": "list", "source": ["yes", "no"]})
    for number in range(2, _MEMBERS + 2):
        formula = f'=IF(actors!$A${number}="","",actors!$A${number})'
        sheet.write_formula(number - 1, 0, formula, book.formats["text"], _BLANK)
        sheet.write_formula(0, number, formula, book.formats["head"], _BLANK)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 11)
    sheet.set_column(2, _MEMBERS + 1, 8)
    sheet.freeze_panes(1, 2)


def _questionnaire(book: StudyBook) -> None:
    """One row per respondent; the items of the instrument on capabilities as columns."""
    sheet = book.add_sheet(QUESTIONNAIRE)
    sheet.write_string(0, 0, "respondent", book.formats["need"])
    sheet.write_comment(0, 0, "The identifier of the organisation, as in the sheet 'actors'.")
    asked = instruments.items("capability")
    for column, item in enumerate(asked, start=1):
        sheet.write_string(0, column, item.item, book.formats["head"])
        sheet.write_comment(0, column, f"{item.text} {item.scale}.")
        sheet.data_validation(1, column, _MEMBERS, column, {
            "validate": "integer", "criteria": "between", "minimum": int(item.low), "maximum": int(item.high or 7),
            "error_message": item.scale})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, len(asked), 7)
    sheet.freeze_panes(1, 1)


def _questions(book: StudyBook) -> None:
    """Every item of every instrument: what is asked, how often, on which scale, and how it is written down."""
    sheet = book.add_sheet(QUESTIONS)
    for column, (title, width) in enumerate((("instrument", 30), ("asked", 28), ("item", 20), ("write it as", 26),
                                             ("question or statement", 80), ("answer", 32))):
        sheet.write_string(0, column, title, book.formats["head"])
        sheet.set_column(column, column, width)
    sheet.write_comment(0, 3, "In the sheet 'answers', column 'item'. Put the identifier of the partner or alliance "
                        "after the @.")
    row = 1
    for name, instrument in instruments.instruments().items():
        for item in instruments.items(name):
            cells = (instrument.title, instrument.asked, item.item, item.written, item.text, item.scale)
            for column, text in enumerate(cells):
                sheet.write_string(row, column, text, book.formats["wrap" if column == 4 else "text"])
            row += 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, row - 1, 5)
