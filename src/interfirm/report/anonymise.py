"""A study that names nobody: pseudonyms from a secret key, and everything that points at one firm coarsened.

What it does not do: someone who knows from elsewhere with whom a firm works may still find it in a
network of pseudonyms. A report for the public should show groups where that matters.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from interfirm.errors import DataError
from interfirm.report.suppress import suppress
from interfirm.study import schema
from interfirm.study.instruments import MARK, split
from interfirm.study.study import Study

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["anonymise", "is_anonymous", "suppress"]

LEAST: Final = 3
_KEPT_FACTS: Final = ("name", "region", "currency", "synthetic", "licence")
_REMOVED: Final = {
    "actors": ("name", "parent", "city", "latitude", "longitude", "tags"),
    "alliances": ("name",),
    "dyads": ("distance", "geographic_proximity"),
    "codings": ("text", "memo"),
}
_YEARS: Final = {"ties": ("since", "until"), "alliances": ("start", "end")}
_ROUNDED: Final = {
    "observations": ("employees", "turnover", "rd_share", "patents", "new_product_share", "export_share",
                     "external_links"),
    "alliances": ("budget",), "ties": ("frequency",), "dyads": ("cognitive_proximity",),
}
_TOPPED: Final = ("employees", "turnover", "patents", "external_links", "budget")

Namer = Callable[[object], str]


def is_anonymous(study: Study) -> bool:
    """Whether a study was made by :func:`anonymise`."""
    return study.fact("anonymised") == "yes"


def anonymise(study: Study, *, key: pd.DataFrame | None = None, seed: int | None = None
              ) -> tuple[Study, pd.DataFrame]:
    """A study with stable pseudonyms, and the key that undoes them.

    A pseudonym is the start of a keyed hash (HMAC-SHA256) of the actor's identifier; its secret salt
    stands in the key table. With the same key the same actor keeps its pseudonym, in any later study.
    Names, parents, places, coordinates, tags, distances, notes and all columns that interfirm does not
    declare are removed. Kinds and sectors with fewer than three actors in some wave are pooled; years of
    foundation become decades, dates become years, sizes keep one significant digit and are cut at the
    third largest. Rows are put in a new order.

    Parameters
    ----------
    study
        The study.
    key
        The key table of an earlier call (columns ``actor``, ``pseudonym``, ``salt``). Actors that it
        does not hold get new pseudonyms.
    seed
        None (default) draws the salt from the system's source of secrets. A number makes the salt
        repeatable, for tests and examples only: whoever knows the seed can undo the pseudonyms.

    Returns
    -------
    tuple of Study and pandas.DataFrame
        The study, and the key table: ``actor``, ``pseudonym``, ``name``, ``salt``. Keep it apart.

    Raises
    ------
    DataError
        If the key gives two actors the same pseudonym, or one actor two.
    """
    salt = _salt(key, seed)
    names = _pseudonyms([str(actor) for actor in study.actors["actor"]], key, salt)
    tables = study.tables()
    tables["about"] = _about(study)
    tables["actors"] = _coarse_actors(study)
    tables["regions"] = schema.empty("regions")
    out = {name: _table(name, frame, names, salt) for name, frame in tables.items()}
    out["answers"] = _about_whom(out["answers"], names, _codes(study.alliances["alliance"], "alliance", salt, "J-"),
                                 salt)
    table = pd.DataFrame({"actor": list(names), "pseudonym": list(names.values())})
    known = study.actors.set_index("actor")["name"]
    table["name"] = table["actor"].map(known).astype("str").fillna("")
    table["salt"] = salt
    return Study.from_tables(out), _merged(key, table)


def _salt(key: pd.DataFrame | None, seed: int | None) -> str:
    if key is not None and "salt" in key.columns:
        found = key["salt"].dropna()
        found = found[found.astype("str").str.strip() != ""]
        if len(found):
            return str(found.iloc[0])
    if seed is None:
        return secrets.token_hex(16)
    return hashlib.sha256(f"interfirm test salt {seed}".encode()).hexdigest()[:32]


def _code(salt: str, what: str, value: object) -> str:
    digest = hmac.new(salt.encode(), f"{what}\x1f{value}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().rstrip("=")


def _pseudonyms(actors: Sequence[str], key: pd.DataFrame | None, salt: str) -> dict[str, str]:
    """Pseudonym by actor, those of the key first; a code that is taken grows by a letter."""
    given = _given(key)
    used = set(given.values())
    out: dict[str, str] = {}
    for actor in sorted(actors):
        if actor in given:
            out[actor] = given[actor]
            continue
        code, length = _code(salt, "actor", actor), 4
        while (name := "A-" + code[:length]) in used:
            length += 1
        used.add(name)
        out[actor] = name
    return out


def _given(key: pd.DataFrame | None) -> dict[str, str]:
    if key is None:
        return {}
    missing = {"actor", "pseudonym"} - set(key.columns)
    if missing:
        raise DataError(f"The key has no column '{min(missing)}'. Give the key table of an earlier call")
    given = dict(zip(key["actor"].astype(str), key["pseudonym"].astype(str), strict=True))
    if len(given) < len(key) or len(set(given.values())) < len(given):
        raise DataError("The key names an actor or a pseudonym twice. Give the key table of an earlier call")
    return given


def _merged(key: pd.DataFrame | None, table: pd.DataFrame) -> pd.DataFrame:
    """The new key, with the actors of the old one that this study does not have."""
    if key is None:
        return table.sort_values("actor", ignore_index=True)
    old = key.loc[~key["actor"].astype(str).isin(table["actor"])].reindex(columns=table.columns)
    old["salt"] = table["salt"].iloc[0]
    return pd.concat([table, old.fillna("")]).astype("str").sort_values("actor", ignore_index=True)


def _about(study: Study) -> pd.DataFrame:
    kept = study.about.loc[study.about["key"].isin(_KEPT_FACTS), ["key", "value"]]
    return pd.concat([kept, pd.DataFrame({"key": ["anonymised"], "value": ["yes"]})], ignore_index=True)


# ---- tables ------------------------------------------------------------------------------


def _table(name: str, frame: pd.DataFrame, names: dict[str, str], salt: str) -> pd.DataFrame:
    declared = schema.tables()[name]
    out = frame[list(declared.columns)].copy()
    for column in declared.columns.values():
        key = (name, column.name) in {("actors", "actor"), ("codings", "actor")}
        if key or column.refers_to == ("actors", "actor"):
            out[column.name] = out[column.name].map(names).astype("str")
    for column_name in _REMOVED.get(name, ()):
        out[column_name] = pd.Series([None] * len(out), dtype=out[column_name].dtype, index=out.index)
    for column_name in _YEARS.get(name, ()):
        out[column_name] = out[column_name].str[:4]
    for column_name in _ROUNDED.get(name, ()):
        out[column_name] = coarse(out[column_name], top=column_name in _TOPPED)
    if name == "ties":
        out["weight"] = _digits(out["weight"], 2)
    special = {"alliances": _alliances, "answers": _answers, "codings": _codings}.get(name)
    if special:
        out = special(out, salt)
    if name in {"about", "waves", "relations"}:
        return out
    return out.sort_values(list(declared.key), ignore_index=True)


def _alliances(frame: pd.DataFrame, salt: str) -> pd.DataFrame:
    frame["alliance"] = _recoded(frame["alliance"], "alliance", salt, "J-")
    return frame


def _codings(frame: pd.DataFrame, salt: str) -> pd.DataFrame:
    for column in ("case", "source", "segment", "coder"):
        frame[column] = _recoded(frame[column], column, salt, column[0].upper() + "-")
    return frame


def _recoded(values: pd.Series[Any], what: str, salt: str, prefix: str) -> pd.Series[Any]:
    """Identifiers replaced by codes."""
    return values.map(_codes(values, what, salt, prefix)).astype("str")


def _codes(values: pd.Series[Any], what: str, salt: str, prefix: str) -> dict[str, str]:
    """Codes of identifiers; long enough that two never share one."""
    unique = values.dropna().unique()
    codes = {value: _code(salt, what, value) for value in unique}
    length = 6
    while len({code[:length] for code in codes.values()}) < len(codes):
        length += 1
    return {value: prefix + code[:length] for value, code in codes.items()}


def _about_whom(frame: pd.DataFrame, names: dict[str, str], alliances: dict[str, str], salt: str) -> pd.DataFrame:
    """The partner or alliance that an item is about (``TRUST_1@F02``) under its name in the other tables."""
    whole = frame["item"].astype("str")
    mark = whole.str.contains(MARK, regex=False).to_numpy(dtype=bool)
    if not mark.any():
        return frame
    new = {}
    for name in whole[mark].unique():
        item, about = split(str(name))
        known = names.get(about) or alliances.get(about) or "U-" + _code(salt, "about", about)[:6]
        new[name] = f"{item}{MARK}{known}"
    frame["item"] = whole.where(~mark, whole.map(new)).astype("str")
    return frame.sort_values(list(schema.tables()["answers"].key), ignore_index=True)


def _answers(frame: pd.DataFrame, salt: str) -> pd.DataFrame:
    """Only numbers stay; respondents of an actor are numbered in a random order."""
    code = frame["respondent"].map(lambda value: _code(salt, "respondent", value))
    rank = code.groupby([frame["wave"], frame["actor"]]).rank(method="dense")
    frame["respondent"] = rank.astype("Int64").astype("str")
    numeric = pd.to_numeric(frame["value"], errors="coerce")
    frame["value"] = frame["value"].where(numeric.notna())
    return frame


def coarse(values: pd.Series[Any], *, top: bool) -> pd.Series[Any]:
    """Numbers with one significant digit; with ``top`` nothing exceeds the third largest."""
    out = _digits(values, 1)
    filled = out.dropna().sort_values(ascending=False)
    if top and len(filled):
        out = out.clip(upper=float(filled.iloc[min(LEAST, len(filled)) - 1]))
    return out


def _digits(values: pd.Series[Any], digits: int) -> pd.Series[Any]:
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = 10.0 ** (np.floor(np.log10(np.abs(numbers))) - digits + 1)
        done = np.where(numbers == 0, 0.0, np.round(numbers / step) * step)
    cleaned = [float(f"{value:.{digits}g}") if np.isfinite(value) else np.nan for value in done]
    return pd.Series(cleaned, index=values.index, dtype="float64")


# ---- categories --------------------------------------------------------------------------


def _coarse_actors(study: Study) -> pd.DataFrame:
    out = study.actors.copy()
    cells = _cells(study)
    out["kind"] = _pooled(out["kind"], cells, "other")
    for kind in out["kind"].unique():
        mine = (out["kind"] == kind).to_numpy(dtype=bool)
        out.loc[mine, "sector"] = _pooled(out["sector"][mine], cells[mine], None)
    for column in ("ownership", "country"):
        out[column] = _pooled(out[column], cells, None)
    out["sme"] = _pooled(out["sme"].astype("str"), cells, None).map({"True": True, "False": False}).astype("boolean")
    decade = (out["founded"] // 10) * 10
    out["founded"] = _pooled(decade.astype("str"), cells, None).astype("Int64")
    return out


def _cells(study: Study) -> npt.NDArray[np.bool_]:
    """n × c booleans: the cells (position by wave, and over all waves) in which each actor is counted."""
    external = (study.actors["position"] == "external").to_numpy(dtype=bool)
    columns = [external, ~external]
    for wave in study.wave_order:
        there = np.zeros(len(external), dtype=bool)
        there[study.present(wave, who="all")] = True
        columns += [there & external, there & ~external]
    return np.column_stack(columns)


def _pooled(values: pd.Series[Any], cells: npt.NDArray[np.bool_], into: str | None) -> pd.Series[Any]:
    """Categories with one or two actors in some cell become ``into``, with others until it has three itself."""
    start = values.astype("object").where(values.notna(), into)
    codes, found = pd.factorize(start, use_na_sentinel=False)
    counts = np.zeros((len(found), cells.shape[1]), dtype=np.int64)
    np.add.at(counts, codes, cells.astype(np.int64))
    small: npt.NDArray[np.bool_] = np.asarray(((counts > 0) & (counts < LEAST)).any(axis=1))
    rest = [i for i in np.argsort(counts.sum(axis=1), kind="stable") if not small[i]]
    own = [i for i, value in enumerate(found) if value is into or value == into or (into is None and pd.isna(value))]
    small[own] |= small.any()
    while rest and _too_small(counts[small].sum(axis=0)):
        small[rest.pop(0)] = True
    out = start.where(~pd.Series(small[codes], index=values.index), into)
    return out.astype("str") if isinstance(values.dtype, pd.StringDtype) else out


def _too_small(counts: npt.NDArray[np.int64]) -> bool:
    return bool(((counts > 0) & (counts < LEAST)).any())
