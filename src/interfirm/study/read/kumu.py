"""The Kumu convention: elements with Label, Type and Tags; connections with From, To and Type.

An element becomes an actor, a connection a tie whose relation is its type. Several values in
one cell are separated by ``|``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from interfirm import vocabulary
from interfirm.study.read.raw import Raw

if TYPE_CHECKING:
    import pandas as pd

WAVE = "1"
RELATION = "cooperation"
_ELEMENT = {"label": "actor", "tags": "tags", "description": "description"}
_CONNECTION = {"from": "sender", "to": "receiver", "tags": "tags", "type": "relation"}


def is_elements(raw: Raw) -> bool:
    """Whether a sheet lists elements: a column Label, and none called actor, From or To."""
    names = _names(raw)
    return "label" in names and not {"actor", "wave", "from", "to", "sender", "source"} & names


def is_connections(raw: Raw) -> bool:
    """Whether a sheet lists connections: columns From and To."""
    return {"from", "to"} <= _names(raw)


def elements(raw: Raw) -> pd.DataFrame:
    """Elements as actors; their Type is the kind where the kind is on the list, otherwise its own column."""
    frame = _lower(raw).rename(columns=_ELEMENT)
    if "type" in frame:
        kinds = frame["type"].fillna("").str.strip().str.lower()
        if kinds.isin([*vocabulary.words("actor kinds"), ""]).all():
            frame = frame.drop(columns="type").assign(kind=kinds)
    if "name" not in frame:
        frame["name"] = frame["actor"]
    return frame


def connections(raw: Raw) -> pd.DataFrame:
    """Connections as ties of one wave; an empty Type counts as cooperation."""
    frame = _lower(raw).rename(columns=_CONNECTION)
    if "relation" not in frame:
        frame["relation"] = RELATION
    known = {item.relation for item in vocabulary.RELATIONS}
    texts = frame["relation"].fillna("").str.strip()
    lower = texts.str.lower()
    frame["relation"] = texts.where(~lower.isin(known), lower).where(texts != "", RELATION)
    if "wave" not in frame:
        frame["wave"] = WAVE
    return frame


def _names(raw: Raw) -> set[str]:
    return {name.lower() for name in raw.header}


def _lower(raw: Raw) -> pd.DataFrame:
    frame = raw.frame()
    return frame.set_axis([str(name).lower() for name in frame.columns], axis=1)
