"""Which sets of conditions go with an outcome? Fuzzy and crisp set comparison of cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from interfirm.capability._limits import limit
from interfirm.capability.boolean import all_rows, minimise
from interfirm.errors import DataError, Finding, Findings, UnknownName, UsageError

Floats = npt.NDArray[np.float64]
_NAN = float("nan")
_FULL = 3.0


def consistency(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """How far membership in x is a subset of membership in y (x is sufficient for y): Σ min(x, y) / Σ x. [ragin2008]

    Returns
    -------
    float
        0 to 1; NaN if no case belongs to x at all.

    Examples
    --------
    >>> round(consistency([1, 0.6], [0.8, 0.6]), 3)
    0.875
    """
    a, b = _memberships(x, y)
    return float(np.minimum(a, b).sum() / a.sum()) if a.sum() > 0 else _NAN


def coverage(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """How much of y is accounted for by x: Σ min(x, y) / Σ y; also the consistency of x as necessary. [ragin2008]

    Examples
    --------
    >>> coverage([1, 0.6], [0.8, 0.6])
    1.0
    """
    return consistency(y, x)


def proportional_reduction(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """PRI: consistency without what x shares with both y and its absence. [ragin2008]

    (Σ min(x, y) − Σ min(x, y, 1−y)) / (Σ x − Σ min(x, y, 1−y)); low where x is a subset of y and of not-y alike.

    Examples
    --------
    >>> proportional_reduction([1, 0, 1], [1, 0, 0])
    0.5
    """
    a, b = _memberships(x, y)
    shared = np.minimum(np.minimum(a, b), 1 - b).sum()
    below = float(a.sum() - shared)
    return float((np.minimum(a, b).sum() - shared) / below) if below > 0 else _NAN


def calibrate(values: npt.ArrayLike, *, out: float, crossover: float, full: float) -> Floats:
    """Turn measurements into memberships by the direct method. [ragin2008]

    m = 1 / (1 + exp(−z)), z = 3 (v − crossover) / (full − crossover) above the crossover and
    3 (v − crossover) / (crossover − out) below: 0.95 at ``full``, 0.5 at ``crossover``, 0.05 at ``out``.

    Parameters
    ----------
    values
        Measurements; missing ones stay missing.
    out, crossover, full
        The three anchors, rising or falling in this order.

    Raises
    ------
    UsageError
        If the anchors are not in order.

    Examples
    --------
    >>> calibrate([1, 4, 7], out=1, crossover=4, full=7).round(2).tolist()
    [0.05, 0.5, 0.95]
    """
    if not (out < crossover < full or out > crossover > full):
        raise UsageError("The anchors must rise or fall: out, crossover, full.")
    v = np.asarray(values, dtype=np.float64)
    up, down = _FULL * (v - crossover) / (full - crossover), _FULL * (v - crossover) / (crossover - out)
    inside = (v - crossover) * np.sign(full - crossover) >= 0
    return np.asarray(1 / (1 + np.exp(-np.clip(np.where(inside, up, down), -700, 700))))


@dataclass(frozen=True)
class TruthTable:
    """The combinations of conditions, and whether each goes with the outcome.

    Parameters
    ----------
    rows
        Index ``row`` (such as ``"101"``, one sign for each condition): ``cases`` (members above 0.5), ``consistency``,
        ``pri``, ``outcome`` (1, 0, or missing for combinations without cases).
    conditions, outcome
        Their names.
    memberships
        Cases × conditions, and the outcome.
    findings
        Cases that belong to no combination.
    """

    rows: pd.DataFrame
    conditions: tuple[str, ...]
    outcome: str
    memberships: pd.DataFrame
    findings: tuple[Finding, ...]

    def table(self) -> pd.DataFrame:
        """The combinations with cases, most consistent first, one column per condition."""
        seen = self.rows.loc[self.rows["cases"] > 0].sort_values("consistency", ascending=False, kind="stable")
        signs = pd.DataFrame([list(row) for row in seen.index], index=seen.index, columns=list(self.conditions))
        return pd.concat([signs, seen], axis=1).reset_index(drop=True)

    def __str__(self) -> str:
        seen = self.rows.loc[self.rows["cases"] > 0]
        return (f"{len(seen)} of {len(self.rows)} combinations of {', '.join(self.conditions)} occur; "
                f"{int((seen['outcome'] == 1).sum())} go with {self.outcome}.")


def truth_table(memberships: pd.DataFrame, outcome: str, *, least: float | None = None, cases: int = 1) -> TruthTable:
    """The truth table of a set comparison. [ragin2008]

    A case belongs to the combination in which its membership min(x_c or 1 − x_c) is above 0.5. A combination with at
    least ``cases`` such cases goes with the outcome if its consistency over all cases is at least ``least``.

    Parameters
    ----------
    memberships
        Cases × conditions and outcome, 0 to 1; crisp data is 0 and 1.
    outcome
        The column that is the outcome; the others are conditions.
    least
        Smallest consistency (``capability.set_consistency``, 0.8, if None).
    cases
        Fewest cases; combinations with fewer count as not observed.

    Raises
    ------
    DataError
        With every membership outside 0 to 1 or missing.
    UnknownName
        For an unknown outcome.
    UsageError
        Without conditions, or with more than 12.

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.DataFrame({"trust": [1, 1, 0], "tools": [1, 0, 0], "result": [1, 1, 0]}, index=list("abc"))
    >>> truth_table(cases, "result").rows["outcome"].to_dict()
    {'00': 0.0, '01': nan, '10': 1.0, '11': 1.0}
    """
    if outcome not in memberships.columns:
        raise UnknownName("outcome", outcome, [str(name) for name in memberships.columns])
    names = tuple(str(name) for name in memberships.columns if name != outcome)
    if not 1 <= len(names) <= 12:
        raise UsageError(f"A truth table takes 1 to 12 conditions, not {len(names)}.")
    _check(memberships)
    least = limit("set_consistency") if least is None else least
    x, y = memberships[list(names)].to_numpy(dtype=np.float64), memberships[outcome].to_numpy(dtype=np.float64)
    findings = Findings()
    for case in memberships.index[(x == 0.5).any(axis=1)]:
        findings.add("warning", f"case '{case}' has a membership of exactly 0.5 and belongs to no combination",
                     "crossover", remedy="Decide whether it is more in or more out")
    rows = {}
    for row in all_rows(len(names)):
        corner = term_membership(x, row)
        count = int((corner > 0.5).sum())
        value = consistency(corner, y)
        rows[row] = (count, value, proportional_reduction(corner, y),
                     float(value >= least) if count >= cases else _NAN)
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["cases", "consistency", "pri", "outcome"])
    return TruthTable(frame.rename_axis("row"), names, outcome, memberships, tuple(findings))


def term_membership(x: Floats, term: str) -> Floats:
    """Membership of each case in a term: the smallest of its conditions, negated where the sign is 0. [ragin2008]

    Examples
    --------
    >>> import numpy as np
    >>> term_membership(np.array([[0.8, 0.3], [0.2, 0.9]]), "1-").tolist()
    [0.8, 0.2]
    """
    out = np.ones(len(x))
    for column, sign in enumerate(term):
        if sign != "-":
            out = np.minimum(out, x[:, column] if sign == "1" else 1 - x[:, column])
    return out


@dataclass(frozen=True)
class SetSolution:
    """The shortest statements that cover what goes with the outcome.

    Parameters
    ----------
    terms
        One row per solution and term: ``solution`` (from 1), ``term`` in words (``trust AND not tools``), ``signs``,
        ``consistency``, ``coverage``, ``unique`` coverage, ``cases``.
    consistency, coverage
        Of the first solution as a whole.
    kind
        ``"complex"`` or ``"parsimonious"``.
    outcome
        Its name.
    """

    terms: pd.DataFrame
    consistency: float
    coverage: float
    kind: str
    outcome: str

    def table(self) -> pd.DataFrame:
        """One row per solution and term."""
        return self.terms.copy()

    def __str__(self) -> str:
        if self.terms.empty:
            return f"No combination goes consistently with {self.outcome}."
        first = self.terms.loc[self.terms["solution"] == 1, "term"]
        other = self.terms["solution"].max() - 1
        more = f" {other} other solutions are as short." if other else ""
        return (f"{' OR '.join(first)} => {self.outcome} (consistency {self.consistency:.2f}, coverage "
                f"{self.coverage:.2f}; {self.kind} solution).{more}")


def set_solution(table: TruthTable, *, kind: str = "complex") -> SetSolution:
    """Minimise a truth table. [ragin2008] [mccluskey1956]

    Parameters
    ----------
    table
        From :func:`truth_table`.
    kind
        ``"complex"``: combinations that were not observed do not count. ``"parsimonious"``: they may be used to shorten
        the statement, which assumes that they would go with the outcome.

    Returns
    -------
    SetSolution
        Every shortest solution; no terms where no combination goes with the outcome.

    Raises
    ------
    UnknownName
        For an unknown kind.

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.DataFrame({"trust": [1, 1, 0], "tools": [1, 0, 0], "result": [1, 1, 0]}, index=list("abc"))
    >>> print(set_solution(truth_table(cases, "result")))
    trust => result (consistency 1.00, coverage 1.00; complex solution).
    """
    if kind not in ("complex", "parsimonious"):
        raise UnknownName("kind of solution", kind, ("complex", "parsimonious"))
    state = table.rows["outcome"]
    free = list(state.index[state.isna()]) if kind == "parsimonious" else []
    found = minimise(list(state.index[state == 1]), free)
    x = table.memberships[list(table.conditions)].to_numpy(dtype=np.float64)
    y = table.memberships[table.outcome].to_numpy(dtype=np.float64)
    rows = [{"solution": number, **_term(x, y, term, terms, table)}
            for number, terms in enumerate(found, 1) for term in terms]
    columns = ["solution", "term", "signs", "consistency", "coverage", "unique", "cases"]
    total = _union(x, found[0])
    has = len(found[0]) > 0
    return SetSolution(pd.DataFrame(rows, columns=columns), consistency(total, y) if has else _NAN,
                       coverage(total, y) if has else _NAN, kind, table.outcome)


def _term(x: Floats, y: Floats, term: str, terms: tuple[str, ...], table: TruthTable) -> dict[str, object]:
    mine, rest = term_membership(x, term), _union(x, tuple(other for other in terms if other != term))
    words = [name if sign == "1" else f"not {name}" for name, sign in zip(table.conditions, term, strict=True)
             if sign != "-"]
    cases = [str(case) for case, value in zip(table.memberships.index, mine, strict=True) if value > 0.5]
    return {"term": " AND ".join(words) or "always", "signs": term, "consistency": consistency(mine, y),
            "coverage": coverage(mine, y), "unique": coverage(np.maximum(mine, rest), y) - coverage(rest, y),
            "cases": ", ".join(cases)}


def _union(x: Floats, terms: tuple[str, ...]) -> Floats:
    out = np.zeros(len(x))
    for term in terms:
        out = np.maximum(out, term_membership(x, term))
    return out


def _memberships(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise UsageError("Memberships are two lists of the same length.")
    for values in (a, b):
        if not ((values >= 0) & (values <= 1)).all():
            raise UsageError("Memberships lie between 0 and 1 and none may be missing; calibrate the values first.")
    return a, b


def _check(memberships: pd.DataFrame) -> None:
    findings = Findings()
    if memberships.empty:
        raise DataError("There are no cases to compare.")
    for column in memberships.columns:
        values = pd.to_numeric(memberships[column], errors="coerce")
        for case in memberships.index[~((values >= 0) & (values <= 1)).to_numpy()]:
            findings.add("error", f"case '{case}': '{memberships.loc[case, column]}' is no membership", "off-scale",
                         column=str(column), expected="a number from 0 to 1",
                         remedy="Calibrate the values, and leave out cases with gaps")
    findings.raise_if_failed()
