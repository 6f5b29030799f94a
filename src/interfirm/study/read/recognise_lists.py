"""Lists of organisations, of projects, and of who takes part in what."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from interfirm.numerals import per_cent
from interfirm.study.read import looks, words
from interfirm.study.read.grid import Sheet
from interfirm.study.read.plan import SourcePlan
from interfirm.study.read.values import KINDS
from interfirm.vocabulary import words as vocabulary_words

ACTOR_KINDS = vocabulary_words("actor kinds")

ACTOR_COLUMNS = {
    "name": "name", "legalname": "name", "orgname": "name", "shortname": "short_name", "kind": "kind",
    "activitytype": "kind", "organisationtype": "kind", "organizationtype": "kind", "sme": "sme", "issme": "sme",
    "country": "country", "countrycode": "country", "city": "city", "town": "city", "place": "city", "ort": "city",
    "stadt": "city", "ville": "city", "város": "city", "land": "country", "ország": "country", "pays": "country",
    "latitude": "latitude", "lat": "latitude", "longitude": "longitude", "lon": "longitude", "lng": "longitude",
    "long": "longitude", "geolocation": "coordinates", "coordinates": "coordinates", "sector": "sector",
    "branche": "sector", "industry": "sector", "ágazat": "sector", "nace": "sector", "founded": "founded",
    "foundationyear": "founded", "yearfounded": "founded", "gründungsjahr": "founded", "alapítás": "founded",
    "ownership": "ownership", "parent": "parent", "position": "position", "tags": "tags", "nutscode": "nuts",
    "firmenname": "name", "firma": "name", "unternehmen": "name", "unternehmensname": "name", "empresa": "name",
    "nombre": "name", "razónsocial": "name", "nom": "name", "raisonsociale": "name", "nome": "name",
    "ragionesociale": "name", "cégnév": "name", "név": "name", "sitz": "city", "standort": "city", "ciudad": "city",
    "localidad": "city", "municipio": "city", "commune": "city", "città": "city", "comune": "city", "cidade": "city",
    "miasto": "city", "település": "city", "país": "country", "pais": "country", "paese": "country",
    "wirtschaftszweig": "sector", "secteur": "sector", "settore": "sector", "setor": "sector", "actividad": "sector",
    "gründung": "founded", "gegründet": "founded", "añodefundación": "founded", "fundación": "founded",
    "annéedecréation": "founded", "annodifondazione": "founded", "breite": "latitude", "länge": "longitude",
    "latitud": "latitude", "longitud": "longitude",
}
_KIND_HEADERS = {"art", "typ", "tipo", "type", "kategorie", "categoría", "categoria", "catégorie", "category", "class"}
MEASURE_COLUMNS = {
    "employees": "employees", "employee": "employees", "emp": "employees", "numberofemployees": "employees",
    "beschäftigte": "employees", "mitarbeiter": "employees", "létszám": "employees", "turnover": "turnover",
    "umsatz": "turnover", "rdshare": "rd_share", "patents": "patents", "staff": "employees", "headcount": "employees",
    "mitarbeiterzahl": "employees", "anzahlmitarbeiter": "employees", "mitarbeiteranzahl": "employees",
    "beschäftigtenzahl": "employees", "anzahlbeschäftigte": "employees", "empleados": "employees",
    "númerodeempleados": "employees", "numerodeempleados": "employees", "plantilla": "employees",
    "trabajadores": "employees", "effectif": "employees", "effectifs": "employees", "salariés": "employees",
    "dipendenti": "employees", "addetti": "employees", "zatrudnienie": "employees", "werknemers": "employees",
    "jahresumsatz": "turnover", "facturación": "turnover", "facturacion": "turnover", "chiffredaffaires": "turnover",
    "fatturato": "turnover", "árbevétel": "turnover", "patente": "patents",
}
_UNIT = re.compile(r"\s*[(\[].*?[)\]]\s*$|\s+in\s+(?:eur|euro|€)\s*$", re.IGNORECASE)
_OTHER_UNIT = re.compile(r"mio|mill|mln|tsd|tausend|thousand|k€|t€|mil\.|miles|1000|\$|usd|chf|gbp|huf", re.IGNORECASE)
_CORDIS_ACTOR = ("name", "shortName", "SME", "activityType", "city", "country", "geolocation", "nutsCode", "type")
_MEMBERSHIP = {"role": "role", "eccontribution": "budget", "contribution": "budget", "startdate": "start",
               "start": "start", "enddate": "end", "end": "end", "projectacronym": "name", "acronym": "name",
               "projectname": "name", "alliancename": "name", "activities": "activities", "activity": "activities",
               "purpose": "purpose", "budget": "budget", "restricted": "restricted",
               "endofparticipation": "end_of_participation", "rolle": "role", "función": "role", "rol": "role",
               "ruolo": "role", "rôle": "role", "förderung": "budget", "fördersumme": "budget", "zuwendung": "budget",
               "presupuesto": "budget", "subvención": "budget", "beginn": "start", "projektbeginn": "start",
               "inicio": "start", "fechadeinicio": "start", "début": "start", "inizio": "start", "ende": "end",
               "projektende": "end", "fin": "end", "fechadefin": "end", "fine": "end", "zweck": "purpose"}
_PROJECT = {"acronym": "name", "title": "title", "name": "name", "startdate": "start", "start": "start",
            "enddate": "end", "end": "end", "status": "status", "activities": "activities", "purpose": "purpose",
            "programme": "programme", "programmepart": "programme_part", "legalbasis": "programme",
            "fundingscheme": "funding_scheme", "frameworkprogramme": "framework"}
Plans = list[SourcePlan]
LISTING = {"members", "member", "firms", "companies", "actors", "organisations", "organizations", "names",
            "mitglieder", "tagok", "cégek", "nodes"}


def _by_plain(sheet: Sheet) -> dict[str, str]:
    out: dict[str, str] = {}
    for name in sheet.frame.columns:
        out.setdefault(words.plain(str(name)), str(name))
    return out


def memberships(sheet: Sheet) -> SourcePlan | None:
    """Project and organisation in each row: CORDIS in all its layouts, and plain participation lists."""
    columns = [str(name) for name in sheet.frame.columns]
    if not sheet.has_header or len(columns) < 2:
        return None
    there = _by_plain(sheet)
    alliance = _cordis_project(there) or words.best(columns, "alliance")
    if alliance is None or {"from", "to", "source", "target"} & set(there):
        return None
    if not _cordis_project(there) and looks.unique(sheet.frame[alliance]) > 0.98 and len(sheet.frame) > 5:
        return None
    actor = _organisation(columns, there, alliance)
    if actor is None:
        return None
    if min(looks.filled(sheet.frame[alliance]), looks.filled(sheet.frame[actor])) < 0.5:
        return None
    used = {alliance, actor}
    budget = next((there[key] for key, target in _MEMBERSHIP.items() if target == "budget" and key in there), None)
    cordis = {"activitytype", "pic", "organisationid", "organizationid"} & set(there)
    mine = {name: _MEMBERSHIP[words.plain(name)] for name in columns
            if name not in used and words.plain(name) in _MEMBERSHIP and (sheet.frame[name] != "").any()}
    mine = {name: target for name, target in mine.items() if target != "budget" or name == budget}
    kept = {name: ACTOR_COLUMNS[words.plain(name)] for name in columns
            if name not in used | set(mine) and words.plain(name) in ACTOR_COLUMNS and (sheet.frame[name] != "").any()}
    if cordis and "type" in there and "activitytype" not in there:
        kept[there["type"]] = "kind"
    return SourcePlan(sheet.file, "memberships", sheet.name, alliance=alliance, actor=actor, columns=kept,
                      alliance_columns=_once(mine), why=f"each row names '{alliance}' and '{actor}'"
                      + (": participations as CORDIS gives them (sure)" if cordis else " (likely)"))


def _once(mapping: dict[str, str]) -> dict[str, str]:
    """Each target once; the first column wins."""
    out: dict[str, str] = {}
    for name, target in mapping.items():
        if target not in out.values():
            out[name] = target
    return out


def _cordis_project(there: dict[str, str]) -> str | None:
    """CORDIS names the project in several ways over the years."""
    if "activitytype" not in there and not {"pic", "organisationid", "neworgid"} & set(there):
        return None
    return next((there[key] for key in ("projectid", "projectreference", "projectrcn") if key in there),
                there.get("rcn") if "pic" in there else None)


def _organisation(columns: list[str], there: dict[str, str], alliance: str) -> str | None:
    for key in ("organisationid", "organizationid", "pic"):
        if key in there:
            return there[key]
    if "activitytype" in there and "id" in there:
        return there["id"]
    return words.best(columns, "organisation", leave=frozenset({alliance}))


def projects(sheet: Sheet) -> SourcePlan | None:
    """CORDIS ``project.csv``: one row per project."""
    there = _by_plain(sheet)
    dated = {"startdate", "enddate"} <= set(there)
    key = next((there[name] for name in ("id", "rcn", "reference", "projectid") if name in there), None)
    if not (dated and "acronym" in there and key) or looks.filled(sheet.frame[key]) < 0.5:
        return None
    mine = {str(name): _PROJECT[words.plain(str(name))] for name in sheet.frame.columns
            if str(name) != key and words.plain(str(name)) in _PROJECT}
    return SourcePlan(sheet.file, "alliances", sheet.name, alliance=key, alliance_columns=_once(mine),
                      why="a list of projects with acronym and dates, as CORDIS gives it (sure)")


def alliances(sheet: Sheet) -> SourcePlan | None:
    """An alliance column without organisations: what is known about the alliances."""
    columns = [str(name) for name in sheet.frame.columns]
    if not sheet.has_header or len(columns) < 2:
        return None
    key = words.best(columns, "alliance")
    if key is None or words.best(columns, "organisation", leave=frozenset({key})) or \
            words.best(columns, "id", leave=frozenset({key})):
        return None
    kept = {name: _PROJECT.get(words.plain(name), name) for name in columns if name != key}
    return SourcePlan(sheet.file, "alliances", sheet.name, alliance=key, alliance_columns=_once(kept),
                      why=f"the column '{key}' and no organisations: what is known about alliances (likely)")


def actors(sheet: Sheet) -> SourcePlan | None:
    """A list of organisations: one column tells them apart."""
    columns = [str(name) for name in sheet.frame.columns]
    key = _identifier(sheet, columns, set())
    if key is None:
        return None
    cordis = words.plain(key) in {"orgid", "neworgid", "organisationid", "pic"}
    wave = words.best(columns, "wave", leave=frozenset({key}))
    plan = SourcePlan(sheet.file, "actors", sheet.name, actor=key, add=not cordis or None,
                      wave_column=wave if wave and looks.unique(sheet.frame[key]) < 1 else None)
    return replace(_with_columns(plan, sheet), add=False if cordis else None)


def _with_columns(plan: SourcePlan, sheet: Sheet) -> SourcePlan:
    kept: dict[str, str] = {}
    for name in map(str, sheet.frame.columns):
        cells = sheet.frame[name]
        if name in {plan.actor, plan.wave_column} or not (cells != "").any():
            continue
        if plan.add is not True and len(cells) > 50 and cells.nunique() == 1 and words.plain(name) not in ACTOR_COLUMNS:
            continue
        target = _target(name)
        if words.plain(name) in _KIND_HEADERS and set(cells.str.casefold()) - {""} <= set(KINDS) | set(ACTOR_KINDS):
            target = "kind"
        kept[name] = target if target not in kept.values() else name
    n = len(sheet.frame)
    return replace(plan, columns=kept, why=f"{n} rows, told apart by '{plan.actor}' (likely)")


def _target(name: str) -> str:
    """The column of the study that a header means; one in another unit than ours stays as it is."""
    for text in (name, _UNIT.sub("", name)):
        plain = words.plain(text)
        if plain in MEASURE_COLUMNS and not _OTHER_UNIT.search(name):
            return MEASURE_COLUMNS[plain]
        if plain in ACTOR_COLUMNS:
            return ACTOR_COLUMNS[plain]
    return name


def _identifier(sheet: Sheet, columns: list[str], known: set[str]) -> str | None:
    """The column that tells the rows apart and, if possible, names known actors."""
    ranks = words.headers("id") | {word: rank + 50 for word, rank in words.headers("name").items()
                                   if word not in words.headers("id")}
    best: tuple[float, int, int] | None = None
    listing = LISTING & set(words.tokens(looks.title(sheet)))
    repeated = words.best(columns, "wave") is not None
    coded = any(ranks.get(words.plain(name), 99) < 50 and looks.unique(sheet.frame[name]) > 0.95
                and looks.filled(sheet.frame[name]) > 0.9 for name in columns)
    for place, name in enumerate(columns):
        cells = sheet.frame[name]
        sound = looks.filled(cells) > 0.9 and (looks.unique(cells) > 0.95 or (repeated and looks.unique(cells) > 0.1))
        if not sound:
            continue
        plain = words.plain(name)
        blank = place == 0 and re.fullmatch(r"column 1", name) is not None and sheet.has_header
        text = not looks.is_numeric(cells, sheet.layout.decimal or ".")
        rank = ranks.get(plain, 20 if blank else 90 if place == 0 and text and len(columns) > 1 else
                         95 if place == 0 and listing else None)
        share = len(known & set(cells)) / max(len(known), 1) if known else 0.0
        if (rank is None and share < 0.5) or (coded and 50 <= (rank or 0) < 90):
            continue
        score = (-round(share, 1), 99 if rank is None else rank, place)
        best = score if best is None or score < best else best
    return None if best is None else columns[best[2]]


def _speaks(sheet: Sheet, key: str) -> bool:
    """Whether a header, or its place in front of a list of members, says that it identifies organisations."""
    plain = words.plain(key)
    return (key == "column 1" or plain in words.headers("id") or plain in words.headers("name")
            or bool(LISTING & set(words.tokens(looks.title(sheet)))))


def by_position(plans: Plans, sheets: Sequence[Sheet]) -> Plans:
    """A bare table with as many rows as a bare matrix: what is known about its actors, in their order."""
    sizes = {len(plan.labels): plan.labels for plan in plans if plan.kind == "matrix" and plan.labels}
    waves = list(dict.fromkeys(plan.wave for plan in plans if plan.kind == "matrix" and plan.labels and plan.wave))
    out = []
    for plan, sheet in zip(plans, sheets, strict=True):
        if plan.kind in {"skip", "actors"} and not sheet.has_header and len(sheet.frame) in sizes:
            stem = re.sub(r"\W+", "_", looks.title(sheet))
            columns = [str(name) for name in sheet.frame.columns]
            dated = len(columns) == len(waves) > 1
            names = {name: f"{stem}@{waves[i]}" if dated else stem if len(columns) == 1 else f"{stem}_{i + 1}"
                     for i, name in enumerate(columns)}
            why = "a table without names, with as many rows as the matrices have actors: taken in their order"
            plan = replace(plan, kind="actors", actor=None, add=None, labels=sizes[len(sheet.frame)], columns=names,
                           why=why + (", one column per wave (a guess)" if dated else " (a guess)"))
        out.append(plan)
    return out


def choose_identifiers(plans: Plans, sheets: Sequence[Sheet]) -> Plans:
    """Choose the column of each list of organisations that names the actors of the other sheets."""
    known = _known(plans, sheets)
    projects_known = {cell for plan, sheet in zip(plans, sheets, strict=True)
                      if plan.kind in {"memberships", "two-mode"}
                      for cell in (set(sheet.frame[plan.alliance]) if plan.alliance else plan.columns)}
    out = []
    for plan, sheet in zip(plans, sheets, strict=True):
        columns = [str(name) for name in sheet.frame.columns]
        if plan.kind == "actors" and plan.actor and not _speaks(sheet, plan.actor) and \
                not known & set(sheet.frame[plan.actor]):
            plan = replace(plan, kind="skip", actor=None, add=None, columns={}, why="not recognised as anything")
        if plan.kind == "actors" and known:
            key = _identifier(sheet, columns, known) or plan.actor
            if key != plan.actor:
                plan = _with_columns(replace(plan, actor=key), sheet)
            share = len(known & set(sheet.frame[key or columns[0]])) / len(known)
            if share:
                plan = replace(plan, why=f"{len(sheet.frame)} rows, told apart by '{key}', which names "
                               f"{per_cent(share)} of the actors of the other files (sure)")
        elif plan.kind == "alliances" and projects_known:
            shares = {name: len(projects_known & set(sheet.frame[name])) for name in columns
                      if words.plain(name) in {"id", "rcn", "reference", "projectid", words.plain(plan.alliance or "")}}
            key = max(shares, key=lambda name: shares[name], default=plan.alliance)
            rest = {k: v for k, v in plan.alliance_columns.items() if k != key}
            plan = replace(plan, alliance=key, alliance_columns=rest)
        out.append(plan)
    return out


def _known(plans: Sequence[SourcePlan], sheets: Sequence[Sheet]) -> set[str]:
    """Every label that other sheets use for actors."""
    out: set[str] = set()
    for plan, sheet in zip(plans, sheets, strict=True):
        frame = sheet.frame
        if plan.kind in {"matrix", "pairs"}:
            out |= set(plan.labels or looks.labels(frame.iloc[:, 0]))
        elif plan.kind == "edges":
            out |= set(frame[plan.sender or ""]) | set(frame[plan.receiver or ""])
        elif plan.kind in {"memberships", "two-mode", "roster", "recall", "questionnaire"} and plan.actor:
            out |= set(frame[plan.actor])
        elif plan.kind == "two-mode":
            out |= set(plan.columns)
    return out - {""}


def date_columns(plans: Plans, sheets: Sequence[Sheet], others: Collection[str] = ()) -> Plans:
    """Columns such as ``core2012`` belong to the wave 2012 if the study has it; measures need a wave.

    ``others`` are the waves of network files.
    """
    waves = {*others, *(plan.wave for plan in plans if plan.wave)}
    for plan, sheet in zip(plans, sheets, strict=True):
        if plan.wave_column:
            waves |= set(sheet.frame[plan.wave_column])
    only = next(iter(waves)) if len(waves) == 1 else None
    measures = set(MEASURE_COLUMNS.values())
    out = []
    for plan in plans:
        if plan.kind == "actors":
            columns = {name: _dated(name, target, waves) for name, target in plan.columns.items()}
            if only is not None and not plan.wave_column:
                columns = {name: f"{target}@{only}" if target in measures else target
                           for name, target in columns.items()}
            plan = replace(plan, columns=columns)
        out.append(plan)
    return out


def _dated(name: str, target: str, waves: set[str]) -> str:
    found = re.fullmatch(r"(.*?[^\W\d_])[\W_]*((?:19|20)\d\d)", name)
    if found and found[2] in waves and target == name:
        stem = found[1].strip()
        return f"{MEASURE_COLUMNS.get(words.plain(stem), stem)}@{found[2]}"
    return target
