"""What makes a design unusable, said before anything is estimated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import Findings
from interfirm.performance._limits import limit, whole
from interfirm.performance.terms import Base, Column, Expander, Floats, Source

Ints = npt.NDArray[np.int64]
_RANK = 1e-9


def outcome(source: Source, name: str, findings: Findings) -> Floats:
    """The outcome as numbers: yes or no by its labels, ``name=code`` as that code against the others, text as codes."""
    import pandas as pd

    column_name, mark, _ = name.partition("=")
    if name not in source.frame.columns and mark and column_name.strip() in source.frame.columns:
        return _two_valued(source, name, findings)
    column = source.column(name)
    used = sorted(column.dropna().unique(), key=str)
    labels = source.codes.get(name, {})
    numeric = pd.api.types.is_numeric_dtype(column.dtype)
    if len(used) == 2 and not set(used) <= {0.0, 1.0} and (not numeric or set(used) <= set(labels)):
        return _two_valued(source, name, findings)
    if numeric:
        if len(used) > 2 and set(used) <= set(labels):
            shown = ", ".join(f"{value:g} = {labels[value]}" for value in sorted(used)[:8])
            findings.add("note", f"each value of the outcome '{name}' has a label ({shown})", "outcome-labelled",
                         file=source.name, column=name)
        return column.to_numpy(np.float64, na_value=np.nan)
    if len(used) > whole("categories"):
        findings.add("error", f"the outcome '{name}' is text with {len(used)} different values", "outcome-text",
                     file=source.name, column=name, expected="numbers, or a few categories",
                     remedy="Correct the cells that are no numbers")
    codes = column.map({value: float(i) for i, value in enumerate(used)})
    shown = ", ".join(f"{i} = {value}" for i, value in enumerate(used[:8]))
    findings.add("note", f"the outcome '{name}' is text and is coded {shown}", "outcome-coded", file=source.name)
    return codes.to_numpy(np.float64, na_value=np.nan)


def _two_valued(source: Source, name: str, findings: Findings) -> Floats:
    """Yes or no as 1 and 0."""
    made = Expander(source, findings)
    base = made.bases[made.add(name)[0]]
    findings.add("note", f"the outcome '{name}' is yes (1) for {int(np.nansum(base.values)):,} firms and no (0) for "
                 f"{int((base.values == 0).sum()):,}", "outcome-yes-no", file=source.name, column=name)
    return base.values


def yes_or_no(source: Source, base: Base, findings: Findings) -> Floats:
    """Values of a variable that must be yes or no."""
    if base.kind != "dummy":
        known = sorted({f"{value:g}" for value in base.values[~np.isnan(base.values)]})
        few = len(known) < whole("categories")
        findings.add("error", f"'{base.name}' is not yes or no: it has {len(known)} different values", "yes-or-no",
                     file=source.name, column=base.name, expected="two values",
                     remedy=f"Write {base.name}={known[-1]}, or another code, for yes" if few and known
                     else "Take a variable of yes and no")
    return base.values


def weights(source: Source, name: str | None, findings: Findings) -> Floats | None:
    """Survey weights; negative or missing ones are refused."""
    import pandas as pd

    if name is None:
        return None
    column = source.column(name)
    if not pd.api.types.is_numeric_dtype(column.dtype):
        findings.add("error", f"the weights '{name}' are text", "weights", file=source.name, column=name,
                     expected="numbers")
        return None
    w = column.to_numpy(np.float64, na_value=np.nan)
    negative, missing = int((w < 0).sum()), int(np.isnan(w).sum())
    if negative:
        findings.add("error", f"{negative} weights are negative", "negative-weight", file=source.name, column=name,
                     expected="numbers of 0 or more", remedy="A weight says for how many firms one stands")
    if missing:
        findings.add("error", f"{missing} weights are missing", "missing-weight", file=source.name, column=name,
                     expected="a weight for every firm",
                     remedy="Complete them, give 0 to firms that are not to count, or leave out --weights and say so")
    if not negative and not missing and w.sum() == 0:
        findings.add("error", "all weights are 0", "zero-weights", file=source.name, column=name)
    return None if negative or missing else w


def codes(source: Source, name: str | None) -> Ints | None:
    """Whole numbers for the values of a column, −1 where missing."""
    import pandas as pd

    if name is None:
        return None
    return np.asarray(pd.factorize(source.column(name))[0], dtype=np.int64)


def matrix(file: str, columns: tuple[Column, ...], x: Floats, findings: Findings) -> None:
    """Refuse too few firms, constant columns, and columns that others make up."""
    n, k = x.shape
    if n <= k:
        findings.add("error", f"{n} complete firms are not more than the {k} coefficients", "too-few", file=file,
                     expected=f"at least {k * whole('firms_per_regressor')} firms for so many",
                     remedy="Leave out controls, or look in left_out which variable loses the firms")
        return
    constant = [i for i in range(1, k) if np.ptp(x[:, i]) == 0]
    for i in constant:
        findings.add("error", f"'{columns[i].name}' is the same for every firm that is left", "constant", file=file,
                     column=columns[i].name, remedy="Leave it out")
    if not constant:
        _collinear(file, columns, x, findings)
    if not findings.failed and n < k * limit("firms_per_regressor"):
        findings.add("warning", f"{n} firms for {k} coefficients are few", "few", file=file,
                     expected=f"{whole('firms_per_regressor')} for each",
                     remedy="Read the intervals, not the estimates, or leave out controls")


def _collinear(file: str, columns: tuple[Column, ...], x: Floats, findings: Findings) -> None:
    scaled = x / np.sqrt((x**2).sum(axis=0))
    basis: list[int] = []
    for i in range(x.shape[1]):
        rest = scaled[:, i]
        if basis:
            weight = np.linalg.lstsq(scaled[:, basis], rest, rcond=None)[0]
            rest = rest - scaled[:, basis] @ weight
            if float(rest @ rest) < _RANK:
                others = [columns[b].name for b, part in zip(basis, weight, strict=True) if abs(part) > 1e-6]
                findings.add("error", f"'{columns[i].name}' is made up exactly of {', '.join(others[:8])}", "collinear",
                             file=file, column=columns[i].name,
                             remedy="Leave one of them out: together they cannot be told apart")
                continue
        basis.append(i)


def clusters(file: str, cluster: str | None, code: Ints | None, stratum: str | None, strata: Ints | None,
             findings: Findings) -> None:
    """Refuse one cluster; warn of few, and of strata with one firm."""
    if code is not None and len(code):
        groups = int(code.max()) + 1
        if groups < 2:
            findings.add("error", f"'{cluster}' has one cluster only, so errors cannot be clustered by it",
                         "one-cluster", file=file, column=cluster, expected="several clusters", remedy="Leave out "
                         "--cluster")
        elif groups < whole("clusters"):
            findings.add("warning", f"{groups} clusters are few: intervals are too narrow, although "
                         f"t({groups - 1}) is used", "few-clusters", file=file, column=cluster,
                         expected=f"{whole('clusters')} or more",
                         remedy="Trust only clear results")
    if strata is not None and len(strata):
        unit = np.arange(len(strata)) if code is None else code
        alone = sum(len(np.unique(unit[strata == s])) == 1 for s in np.unique(strata))
        if alone:
            findings.add("warning", f"{alone} strata of '{stratum}' have a single unit; they are centred at the mean "
                         "of all", "lonely-stratum", file=file, column=stratum, remedy="Join small strata")


def missing(file: str, left_out: Mapping[str, int], kept: int, findings: Findings, unit: str = "firms") -> None:
    """Say how many firms (or rows) were left out and for what."""
    gone = sum(left_out.values())
    if not gone:
        return
    share = gone / (gone + kept)
    parts = "; ".join(f"{why}: {number:,}" for why, number in left_out.items())
    level: Any = "warning" if share > limit("left_out") else "note"
    findings.add(level, f"{gone:,} of {gone + kept:,} {unit} are left out ({parts})", "left-out", file=file,
                 remedy="Compare them with the others before you speak of all firms" if level == "warning" else None)
