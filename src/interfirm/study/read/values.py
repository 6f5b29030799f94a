"""Words and codes of other people's tables in the words of this one: kinds, roles, dates, places."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from interfirm import vocabulary
from interfirm.errors import UnknownName
from interfirm.study.read import numbers, words
from interfirm.study.read.grid import Dropped, Sheet
from interfirm.study.read.parts import Parts
from interfirm.study.read.plan import SourcePlan

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "hes": "university", "higher education": "university", "hochschule": "university", "universität": "university",
    "egyetem": "university", "prc": "firm", "company": "firm", "enterprise": "firm", "business": "firm", "sme": "firm",
    "unternehmen": "firm", "cég": "firm", "rec": "research institute", "institute": "research institute",
    "research": "research institute", "research organisation": "research institute", "pub": "government",
    "public": "government", "public body": "government", "municipality": "government", "oth": "other",
    "chamber": "association", "verband": "association", "cluster": "intermediary", "bank": "financier",
    "betrieb": "firm", "firma": "firm", "kmu": "firm", "empresa": "firm", "pyme": "firm", "entreprise": "firm",
    "pme": "firm", "impresa": "firm", "azienda": "firm", "vállalat": "firm", "universidad": "university",
    "université": "university", "università": "university", "universidade": "university", "uni": "university",
    "fachhochschule": "university", "forschungseinrichtung": "research institute", "institut": "research institute",
    "forschungsinstitut": "research institute", "centro tecnológico": "research institute",
    "centre de recherche": "research institute", "kutatóintézet": "research institute", "behörde": "government",
    "kommune": "government", "gemeinde": "government", "stadt": "government", "öffentliche hand": "government",
    "administración": "government", "ayuntamiento": "government", "administration": "government",
    "collectivité": "government", "ente pubblico": "government", "önkormányzat": "government",
    "verein": "association", "kammer": "association", "asociación": "association", "cámara": "association",
    "chambre": "association", "associazione": "association", "sonstige": "other", "otros": "other", "autre": "other",
    "banco": "financier", "banque": "financier", "sparkasse": "financier",
}
ROLES = {"coordinator": "lead", "lead": "lead", "leader": "lead", "lead partner": "lead", "participant": "member",
         "member": "member", "beneficiary": "member", "partner": "partner", "associatedpartner": "partner",
         "associated partner": "partner", "internationalpartner": "partner", "international partner": "partner",
         "thirdparty": "third party", "third party": "third party", "affiliatedentity": "third party",
         "affiliated entity": "third party", "subcontractor": "third party", "koordinator": "lead",
         "konsortialführer": "lead", "projektleitung": "lead", "leitung": "lead", "coordinador": "lead",
         "coordinadora": "lead", "líder": "lead", "coordinateur": "lead", "coordinatore": "lead", "coordenador": "lead",
         "mitglied": "member", "teilnehmer": "member", "socio": "partner", "partenaire": "partner",
         "projektpartner": "partner", "partner assoziiert": "partner", "unterauftragnehmer": "third party"}
ROLE_ORDER = ("lead", "member", "partner", "third party", "")
_YES = {"true", "yes", "1", "y", "ja", "igen", "oui", "si", "sí", "sì", "sim", "tak", "t"}
_NO = {"false", "no", "0", "n", "nein", "nem", "non", "não", "nie", "f"}
_DAY_FIRST = r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T].*)?"
_PLACE = r"\(?\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*\)?"


def need_column(plan: SourcePlan, sheet: Sheet, column: str | None, key: str) -> None:
    """Refuse a plan that names a column that is not there."""
    if column is not None and column not in sheet.frame.columns:
        raise UnknownName(f"column in '{key}' of {plan.label}", column, sheet.frame.columns)


def dropped_at(sheet: Sheet, row: int, column: str, what: str, reason: str) -> Dropped:
    """A record for a row number that is already the user's."""
    return Dropped(what, reason, sheet.file, sheet.name, row, column)


def list_columns(parts: Parts, plan: SourcePlan, sheet: Sheet) -> None:
    """List the filled columns that a plan does not use."""
    used = {plan.actor, plan.sender, plan.receiver, plan.weight, plan.direction, plan.relation_column, plan.wave_column,
            plan.alliance, plan.responded_column, *plan.partner_columns, *plan.columns, *plan.alliance_columns}
    for name in map(str, sheet.frame.columns):
        if name in used:
            continue
        cells = sheet.frame[name]
        if (cells != "").any():
            same = cells.nunique() == 1 and len(cells) > 1
            reason = f"every row says '{cells.iloc[0][:40]}'" if same else "not used; name it in import.toml to keep it"
            parts.drop(sheet, "the column", reason, None, name)


def convert(parts: Parts, sheet: Sheet, name: str, target: str) -> pd.DataFrame:
    """A column of the user's as one or two columns of the study, in its words.

    Cells that cannot be said in these words are kept beside, in ``<target>_given``.
    """
    import pandas as pd

    cells = sheet.frame[name]
    base = target.split("@", 1)[0]
    if base == "coordinates":
        return _coordinates(parts, sheet, name)
    if base in {"kind", "role"}:
        return _worded(parts, sheet, name, base)
    if base == "sme":
        return _yes_no(parts, sheet, name, target)
    if base in {"start", "end", "since", "until"}:
        return pd.DataFrame({target: dates(parts, sheet, name)})
    mark = sheet.layout.decimal or "."
    rest = known(parts, sheet, name) if _holds_numbers(cells, mark) else cells
    return pd.DataFrame({target: numbers.tidy(rest, mark)})


def _holds_numbers(cells: pd.Series, mark: str) -> bool:
    """Whether every cell is a number or a word for "not known"."""
    different = numbers.different(cells)
    there = different[(different != "") & ~different.str.casefold().isin(words.cells("unknown"))]
    return bool(len(there)) and bool(numbers.parse(there, mark).notna().all())


def known(parts: Parts, sheet: Sheet, name: str) -> pd.Series:
    """A column of numbers or dates with words such as NA taken for empty cells, which is said."""
    cells = sheet.frame[name]
    names = [cell for cell in numbers.different(cells) if cell.casefold() in words.cells("unknown")]
    unknown = cells.isin(names)
    if not unknown.any():
        return cells
    word = cells[unknown].iloc[0]
    parts.guesses.append(f"{sheet.label}, column '{name}': '{word}' counts as an empty cell "
                         f"({int(unknown.sum())} cells)")
    return cells.where(~unknown, "")


def _mapped(cells: pd.Series, function: Callable[[str], str]) -> pd.Series:
    """Apply a function to each different cell once."""
    return numbers.by_value(cells, lambda some: some.map(function).astype("str"))


def _worded(parts: Parts, sheet: Sheet, name: str, target: str) -> pd.DataFrame:
    import pandas as pd

    known = dict(KINDS if target == "kind" else ROLES)
    known |= {word: word for word in vocabulary.words("actor kinds" if target == "kind" else "alliance roles")}
    cells = sheet.frame[name]
    unknown: dict[str, int] = {}

    def one(cell: str) -> str:
        parts_of = [item for item in re.split(r"\s*[;,|/]\s*", cell.casefold()) if item]
        found = list(dict.fromkeys(known.get(item, "") for item in ([cell.casefold()] if cell.casefold() in known
                                                                    else parts_of)))
        if not cell:
            return ""
        if not found or not found[0]:
            unknown[cell] = 1
            return "other" if target == "kind" else ""
        return found[0]

    out = pd.DataFrame({target: _mapped(cells, one)})
    _report_double_codes(parts, sheet, name, cells)
    if unknown:
        shown = ", ".join(f"'{word}'" for word in list(unknown)[:8])
        instead = "counts as 'other'" if target == "kind" else "is left out"
        parts.warn(sheet, f"{shown} {instead}; the word is kept in the column '{target}_given'", "not-on-the-list",
                   None, name, expected="one of " + ", ".join(sorted(set(known.values()))),
                   remedy="Replace the words in the file if this is wrong")
        out[f"{target}_given"] = cells.where(cells.isin(unknown), "")
    return out


def _report_double_codes(parts: Parts, sheet: Sheet, name: str, cells: pd.Series) -> None:
    different = numbers.different(cells)
    double = cells[cells.isin(different[different.str.contains(r"^[A-Z]{3}[;,]", regex=True)])]
    if len(double):
        same = double.map(lambda cell: len(set(re.split(r"[;,]", cell))) == 1)
        parts.findings.add("note" if same.all() else "warning", f"{len(double)} cells hold several codes, e.g. "
                           f"'{double.iloc[0]}'; the first counts", "double-code",
                           **sheet.at(int(double.index[0]), name))


def _yes_no(parts: Parts, sheet: Sheet, name: str, target: str) -> pd.DataFrame:
    import pandas as pd

    cells = sheet.frame[name]
    lower = numbers.by_value(cells, lambda some: some.str.casefold())
    out = _mapped(lower, lambda cell: "yes" if cell in _YES else "no" if cell in _NO else "")
    odd = ((out == "") & (cells != "") & ~lower.isin(words.cells("unknown"))).to_numpy().nonzero()[0]
    if len(odd):
        parts.warn(sheet, f"{len(odd)} cells are neither yes nor no, e.g. '{cells.iloc[odd[0]][:40]}'; they count as "
                   "empty", "not-yes-or-no", int(odd[0]), name, expected="yes or no")
    return pd.DataFrame({target: out})


def _coordinates(parts: Parts, sheet: Sheet, name: str) -> pd.DataFrame:
    cells = sheet.frame[name]
    codes, different = numbers.coded(cells)
    found = different.str.extract(f"^{_PLACE}$").iloc[codes].reset_index(drop=True)
    odd = (found[0].isna() & (cells != "")).to_numpy().nonzero()[0]
    if len(odd):
        parts.warn(sheet, f"{len(odd)} cells are not a latitude and a longitude, e.g. '{cells.iloc[odd[0]][:40]}'; "
                   "they count as empty", "not-a-place", int(odd[0]), name, expected="latitude,longitude in degrees")
    return found.fillna("").set_axis(["latitude", "longitude"], axis=1)


def dates(parts: Parts, sheet: Sheet, name: str) -> pd.Series:
    """Dates as YYYY-MM-DD; day before month where a date is written with the year last."""
    return numbers.by_value(known(parts, sheet, name), lambda cells: _iso(parts, sheet, name, cells))


def _iso(parts: Parts, sheet: Sheet, name: str, cells: pd.Series) -> pd.Series:
    short = cells.str.replace(r"[ T]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?$", "", regex=True)
    short = short.str.replace(r"^(\d{4})[./](\d{1,2})[./](\d{1,2})\.?$", r"\1-\2-\3", regex=True)
    swapped = short.str.fullmatch(_DAY_FIRST)
    if not swapped.any():
        return short
    days = short[swapped].str.extract(f"^{_DAY_FIRST}$").astype(int)
    month_first = bool((days[1] > 12).any()) and not bool((days[0] > 12).any())
    day, month = (days[1], days[0]) if month_first else (days[0], days[1])
    parts.guesses.append(f"{sheet.label}, column '{name}': dates such as '{short[swapped].iloc[0]}' are read with the "
                         f"{'month' if month_first else 'day'} first")
    good = (month <= 12) & (day <= 31) & (month > 0) & (day > 0)
    iso = days[2].astype("str") + "-" + month.astype("str").str.zfill(2) + "-" + day.astype("str").str.zfill(2)
    out = short.copy()
    out.loc[good.index[good]] = iso[good]
    return out
