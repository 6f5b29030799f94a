"""What each sheet is, with the reason; first sheet by sheet, then all of them together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from interfirm.study import schema
from interfirm.study.read import looks, recognise_lists, recognise_network, recognise_survey, recognise_two_mode, words
from interfirm.study.read.grid import Sheet
from interfirm.study.read.plan import SourcePlan

Recogniser = Callable[[Sheet], SourcePlan | None]


def propose(sheet: Sheet) -> SourcePlan:
    """What one sheet is, judged by its own cells and names.

    Parameters
    ----------
    sheet
        The sheet.

    Returns
    -------
    SourcePlan
        With the reason in ``why``; kind ``skip`` if nothing fits.
    """
    for one in _ORDER:
        found = one(sheet)
        if found is not None:
            return _with_layout(found, sheet)
    return _with_layout(SourcePlan(sheet.file, "skip", sheet.name, why="not recognised as anything"), sheet)


def _with_layout(plan: SourcePlan, sheet: Sheet) -> SourcePlan:
    layout = sheet.layout
    return replace(plan, encoding=layout.encoding, delimiter=layout.delimiter, decimal=layout.decimal,
                   header_row=layout.header_row, header_rows=layout.header_rows)


def settle(plans: Sequence[SourcePlan], sheets: Sequence[Sheet], waves: Collection[str] = ()) -> list[SourcePlan]:
    """Decide what can only be seen together: identifiers, relations, waves, proximity against ties.

    ``waves`` are those of network files, which are no sheets.
    """
    out = list(plans)
    for step in (recognise_two_mode.turn, recognise_lists.choose_identifiers, recognise_survey.choose_partners,
                 recognise_network.part_proximity_from_ties, recognise_network.join_two_modes,
                 recognise_network.name_relations, recognise_survey.questionnaire_waves, recognise_lists.by_position):
        out = step(out, sheets)
    return recognise_lists.date_columns(out, sheets, waves)


def _study_table(sheet: Sheet) -> SourcePlan | None:
    """A table whose columns are the declared ones."""
    columns = {str(name).strip() for name in sheet.frame.columns}
    stem = looks.title(sheet).casefold()
    tables = schema.tables()
    if stem in tables:
        needed = {item.name for item in tables[stem].columns.values() if item.required and not item.default}
        if needed <= columns:
            return SourcePlan(sheet.file, "study", sheet.name, table=stem,
                              why=f"its name and columns are those of the table '{stem}' (sure)")
    for name in ("answers", "ties", "observations", "alliances", "codings"):
        declared = set(tables[name].columns)
        if set(tables[name].key) <= columns and len(columns & declared) >= 0.7 * len(columns):
            return SourcePlan(sheet.file, "study", sheet.name, table=name,
                              why=f"its columns are those of the table '{name}' (sure)")
    return None


def _side_table(sheet: Sheet) -> SourcePlan | None:
    """Tables of a CORDIS download that say nothing about who works with whom."""
    plain = words.plain(looks.title(sheet))
    if any(plain.startswith(word) for word in words.headers("side table")):
        return SourcePlan(sheet.file, "skip", sheet.name, why="a side table of CORDIS, not needed here (sure)")
    return None


_ORDER: tuple[Recogniser, ...] = (
    _study_table, _side_table, recognise_two_mode.two_mode, recognise_lists.memberships, recognise_lists.projects,
    recognise_survey.questionnaire, recognise_survey.limesurvey,
    recognise_network.matrix, recognise_survey.roster, recognise_survey.recall, recognise_network.edges,
    recognise_network.bare_matrix, recognise_network.bare_edges, recognise_lists.alliances, recognise_lists.actors,
)
