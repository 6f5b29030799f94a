"""The design of a model of performance: what is explained, by what, for which firms, with which weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import Findings, UsageError
from interfirm.performance import checks
from interfirm.performance.search import breadth_of, depth_of
from interfirm.performance.terms import Base, Column, Expander, Floats, Source, matrix

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata

Ints = npt.NDArray[np.int64]
_CONSTANT: Final = Column("constant", "constant")


@dataclass(frozen=True, eq=False)
class Design:
    """One outcome and its regressors for the firms that have all of them.

    Attributes
    ----------
    outcome, label
        Name of the outcome, and what the source says that it is.
    y
        n values.
    columns
        k columns, the constant first.
    x
        n × k.
    bases
        The variables behind the columns.
    values
        Their n values, by name.
    rows
        Positions of the n firms in the source.
    weights
        n survey weights with mean 1, or None.
    clusters, strata
        n codes, or None.
    cluster, stratum, weight
        Names of these columns, or None.
    focal
        Names of the bases that the question is about.
    left_out
        Why firms were left out → how many.
    findings
        What was noticed.
    source
        File or study.
    unit
        What a row is: firms, or rows of firms in several waves.
    """

    outcome: str
    label: str
    y: Floats
    columns: tuple[Column, ...]
    x: Floats
    bases: Mapping[str, Base]
    values: Mapping[str, Floats]
    rows: Ints
    weights: Floats | None = None
    clusters: Ints | None = None
    strata: Ints | None = None
    cluster: str | None = None
    stratum: str | None = None
    weight: str | None = None
    focal: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Any, ...] = ()
    source: str = ""
    unit: str = "firms"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def size(self) -> int:
        """Number of firms."""
        return len(self.y)

    @property
    def w(self) -> Floats:
        """The weights, 1 where there are none."""
        return np.ones(self.size) if self.weights is None else self.weights

    def matrix(self, **changed: Floats | float) -> Floats:
        """The matrix with some bases set to other values."""
        return self.changed(changed)

    def changed(self, changes: Mapping[str, Floats | float]) -> Floats:
        """The same, for names that are no Python names."""
        values = {**self.values, **{name: np.broadcast_to(np.asarray(value, np.float64), (self.size,))
                                    for name, value in changes.items()}}
        return matrix(self.columns, values, self.size)

    def take(self, rows: Ints) -> Design:
        """The design of some of its firms, in any order and with repetitions."""
        def of(array: Any) -> Any:
            return None if array is None else array[rows]

        return replace(self, y=self.y[rows], x=self.x[rows], rows=self.rows[rows],
                       values={name: value[rows] for name, value in self.values.items()},
                       weights=of(self.weights), clusters=of(self.clusters), strata=of(self.strata))

    def only(self, names: Sequence[str]) -> Design:
        """The design with some of its columns (the constant stays)."""
        keep = [0, *(i for i, column in enumerate(self.columns) if i and column.name in set(names))]
        return replace(self, columns=tuple(self.columns[i] for i in keep), x=self.x[:, keep],
                       focal=tuple(name for name in self.focal if name in set(names)))

    def __str__(self) -> str:
        out = "; ".join(f"{number:,} left out: {why}" for why, number in self.left_out.items())
        what = f"{self.size:,} firms, {len(self.columns) - 1} regressors of '{self.outcome}'"
        return what + (f" ({out})" if out else "")


def survey_design(data: Microdata | pd.DataFrame | Source, outcome: str, *, cooperation: Sequence[str] = (),
                  controls: Sequence[str] = (), breadth: Sequence[str] = (), depth: Sequence[str] = (),
                  depth_from: float | None = None, squared: bool = True, weights: str | None = None,
                  cluster: str | None = None, strata: str | None = None, where: npt.NDArray[np.bool_] | None = None,
                  ) -> Design:
    """The design of a model from a survey: outcome, cooperation, breadth and depth, controls.

    Terms are typed as ``name``, ``i.name`` (categories), ``c.name`` (a number), ``name=code`` (one code against the
    others), ``log(name)``, ``log1p(name)``, ``name^2`` or ``one*other``. Two values are yes or no (by their labels, or
    0 and 1), text and fully labelled values are categories, compared with the most frequent one.

    Parameters
    ----------
    data
        A survey file (:func:`interfirm.study.read.microdata.read_microdata`) or a table.
    outcome
        What is explained: a column.
    cooperation, controls
        Terms. The question is about the cooperation; the controls hold other things alike.
    breadth, depth
        Columns of which the number used, and the number used to a high degree, are counted.
    depth_from
        Value from which a source counts as used to a high degree; None: the highest that occurs.
    squared
        Whether the squares of breadth and depth are added (where they take more than two values).
    weights, cluster, strata
        Columns: survey weight, sampling cluster, stratum.
    where
        Which rows of the table to look at; None: all.

    Returns
    -------
    Design
        Firms with a missing value are left out and counted, never filled in.

    Raises
    ------
    UnknownName
        For a variable that is not there; it names the nearest.
    DataError
        With every finding: text where numbers are needed, negative or missing weights, one cluster, columns that are
        constant or a combination of others, fewer firms than regressors.

    References
    ----------
    [laursen2006], [oslo2018]

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"new": [0.1, 0.4, 0.2, 0.6, 0.0], "coop": [0, 1, 0, 1, 1], "size": [3, 9, 4, 8, 2]})
    >>> survey_design(table, "new", cooperation=["coop"], controls=["log(size)"]).names
    ('constant', 'coop', 'log(size)')
    """
    source = Source.of(data)
    findings = Findings()
    y = checks.outcome(source, outcome, findings)
    made = Expander(source, findings)
    focal = [name for term in cooperation for name in made.add(term)]
    counted = ([breadth_of(source, breadth, findings)] if breadth else []) + \
        ([depth_of(source, depth, findings, depth_from)] if depth else [])
    for base in counted:
        name = made.add_base(base)
        bends = squared and len(np.unique(base.values[~np.isnan(base.values)])) > 2
        focal += [name, *([made.square(name)] if bends else [])]
    for term in controls:
        made.add(term)
    if outcome in made.bases:
        raise UsageError(f"'{outcome}' is the outcome and cannot explain itself.")
    return assemble(source, outcome, y, made, findings, weights=weights, cluster=cluster, strata=strata, where=where,
                    focal=[name for name in focal if name in made.bases])


def assemble(source: Source, outcome: str, y: Floats, made: Expander, findings: Findings, *, weights: str | None = None,
             cluster: str | None = None, strata: str | None = None, where: npt.NDArray[np.bool_] | None = None,
             focal: Sequence[str] = ()) -> Design:
    """Leave out incomplete firms, check what is left, and make the design."""
    columns = (_CONSTANT, *made.columns.values())
    used = {name for column in columns for name in column.of}
    bases = {name: base for name, base in made.bases.items() if name in used}
    w = checks.weights(source, weights, findings)
    looked = np.ones(len(y), dtype=bool) if where is None else where
    known, left_out = _complete(y, bases, outcome, looked, w)
    codes = checks.codes(source, cluster), checks.codes(source, strata)
    for code, name in zip(codes, (cluster, strata), strict=True):
        if code is not None and (known & (code < 0)).any():
            left_out[f"'{name}' missing"] = int((known & (code < 0)).sum())
            known &= code >= 0
    findings.raise_if_failed()
    rows = np.flatnonzero(known).astype(np.int64)
    values = {name: base.values[rows] for name, base in bases.items()}
    x = matrix(columns, values, len(rows))
    clusters, strata_ = (None if code is None else np.unique(code[rows], return_inverse=True)[1].astype(np.int64)
                         for code in codes)
    checks.matrix(source.name, columns, x, findings)
    checks.clusters(source.name, cluster, clusters, strata, strata_, findings)
    checks.missing(source.name, left_out, len(rows), findings, source.unit)
    findings.raise_if_failed()
    kept = None if w is None else w[rows] / w[rows].mean()
    return Design(outcome, str(source.questions.get(outcome, "")), y[rows], columns, x, bases, values, rows, kept,
                  clusters, strata_, cluster, strata, weights, tuple(dict.fromkeys(focal)), left_out,
                  tuple(findings.sorted()), source.name, source.unit)


def _complete(y: Floats, bases: Mapping[str, Base], outcome: str, looked: npt.NDArray[np.bool_],
              w: Floats | None) -> tuple[npt.NDArray[np.bool_], dict[str, int]]:
    """Firms with all values, and how many lack which; a firm that lacks several is counted at the first."""
    known, left_out = looked.copy(), {}
    for name, values in ((outcome, y), *((base.name, base.values) for base in bases.values())):
        gone = known & np.isnan(values)
        if gone.any():
            left_out[f"'{name}' missing"] = int(gone.sum())
            known &= ~gone
    if w is not None and (known & (w == 0)).any():
        left_out["weight 0"] = int((known & (w == 0)).sum())
        known &= w > 0
    return known, left_out
