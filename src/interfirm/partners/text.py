"""How alike the words are in which organisations describe themselves."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import UnknownName

if TYPE_CHECKING:
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
_WORD = re.compile(r"[^\W_]+")
_GRAMS = (3, 4, 5)
_PROFILE = ("profile", "description", "keywords", "activity", "products", "sector", "tags")


def text_similarity(texts: Sequence[str | None], others: Sequence[str | None] | None = None) -> Floats:
    """Cosine of the words, averaged with the cosine of the pieces of words, each weighted by rarity.

    sim_ij = ½ cos(w_i, w_j) + ½ cos(c_i, c_j). w: words; c: pieces of 3 to 5 letters inside words, with the
    ends marked, so that "sensors", "Sensorik" and "sensor-based" are near; both weighted (1 + ln tf)(1 + ln((1
    + N)/(1 + df))). Case and accents are ignored. Texts in different languages meet only in words that look
    alike.

    Parameters
    ----------
    texts
        n texts; None or empty where there is none.
    others
        m texts to compare with; ``texts`` themselves if None. Rarity is counted over both.

    Returns
    -------
    numpy.ndarray
        n × m, 0 to 1; NaN where a text is missing or holds no word.

    References
    ----------
    [salton1983]

    Examples
    --------
    >>> found = text_similarity(["Laser sensors", "Lasersensorik", "Bakery"])
    >>> bool(found[0, 1] > found[0, 2] == 0)
    True
    """
    count = len(texts)
    found = weighted_words([*texts, *(others or [])])
    return found.table(slice(0, count), slice(0, count) if others is None else slice(count, None))


@dataclass(frozen=True, eq=False)
class Words:
    """The weighted words and pieces of words of n texts, ready to be compared.

    ``blocks``: two n × vocabulary tables with rows of length 1. ``empty``: n booleans, a text without a word.
    """

    blocks: tuple[sp.csr_array, ...]
    empty: npt.NDArray[np.bool_]

    def table(self, rows: slice, columns: slice) -> Floats:
        """Likeness of some texts (rows) with others (columns), as in :func:`text_similarity`."""
        parts = [np.asarray((block[rows] @ block[columns].T).toarray()) for block in self.blocks]
        out: Floats = np.clip(np.mean(parts, axis=0), 0.0, 1.0)
        out[self.empty[rows], :] = np.nan
        out[:, self.empty[columns]] = np.nan
        return out

    def likeness(self, at: int) -> Floats:
        """Likeness of one text with all."""
        if self.empty[at]:
            return np.full(len(self.empty), np.nan)
        row: Floats = self.table(slice(at, at + 1), slice(None))[0]
        return row


def weighted_words(texts: Sequence[str | None]) -> Words:
    """The words and pieces of words of many texts, weighted by rarity."""
    blocks = tuple(_weighted(texts, pieces) for pieces in (_words, _grams))
    return Words(blocks, np.array([not _words(text) for text in texts], dtype=bool))


def profile_texts(study: Study, columns: Sequence[str] | None = None) -> list[str]:
    """What each organisation says of itself, one text per actor in study order, "" where nothing is known.

    Parameters
    ----------
    study
        The study.
    columns
        Columns of ``actors`` to join; those of profile, description, keywords, activity, products, sector and
        tags that are there if None.

    Raises
    ------
    UnknownName
        For a column that is not there.
    """
    there = list(study.actors.columns)
    chosen = [name for name in _PROFILE if name in there] if columns is None else list(columns)
    for name in chosen:
        if name not in there:
            raise UnknownName("column of actors", name, there)
    parts = [study.actors[name].fillna("").astype(str).str.replace("|", " ", regex=False) for name in chosen]
    return [" ".join(filter(None, cells)) for cells in zip(*parts, strict=True)] if parts else [""] * len(study.actors)


def _plain(text: str | None) -> str:
    folded = unicodedata.normalize("NFKD", (text or "").casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def _words(text: str | None) -> list[str]:
    return _WORD.findall(_plain(text))


def _grams(text: str | None) -> list[str]:
    marked = [f"<{word}>" for word in _words(text)]
    return [word[i:i + size] for word in marked for size in _GRAMS for i in range(len(word) - size + 1)]


def _weighted(texts: Sequence[str | None], pieces: Callable[[str | None], list[str]]) -> sp.csr_array:
    """Rows of TF-IDF weights with length 1 (or 0 for an empty text)."""
    place: dict[str, int] = {}
    counts: list[tuple[int, int, int]] = []
    for row, text in enumerate(texts):
        found = Counter(pieces(text)).items()
        counts += [(row, place.setdefault(piece, len(place)), times) for piece, times in found]
    if not counts:
        return sp.csr_array((len(texts), 1), dtype=np.float64)
    row_of, column_of, times_of = (np.array(part) for part in zip(*counts, strict=True))
    rarity = 1 + np.log((1 + len(texts)) / (1 + np.bincount(column_of, minlength=len(place))))
    weight = (1 + np.log(times_of)) * rarity[column_of]
    length = np.sqrt(np.bincount(row_of, weight**2, minlength=len(texts)))
    return sp.csr_array((weight / length[row_of], (row_of, column_of)), shape=(len(texts), len(place)))
