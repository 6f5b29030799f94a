"""Whether practices are worth more together: the test of supermodularity, for two practices and more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from scipy import stats

from interfirm.errors import DataError, Findings, UnknownName, UsageError
from interfirm.performance import checks, cones
from interfirm.performance._limits import whole
from interfirm.performance.design import Design, assemble
from interfirm.performance.estimates import Fit
from interfirm.performance.models import fit
from interfirm.performance.terms import Base, Expander, Floats, Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata

SCALES: Final = ("index", "outcome")
_PERTURB: Final = 1e-6
State = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Complementarity:
    """The test of each pair of practices.

    Attributes
    ----------
    fit
        The model with a dummy for each state.
    practices
        Their names.
    scale
        ``"index"`` (coefficients) or ``"outcome"`` (expected outcomes).
    states
        One row per state: state (``"10"``), firms, value, error.
    rows
        See :meth:`table`.
    adoption
        One row per pair: correlation of what the controls leave open in the adoption of both, and its p.
    """

    fit: Fit
    practices: tuple[str, ...]
    scale: str
    states: pd.DataFrame
    rows: pd.DataFrame
    adoption: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per pair.

        ``pair``, ``contrasts`` (number), ``least``, ``most`` (estimated contrasts), ``p_complements`` (of: no contrast
        is negative; small speaks against complements), ``p_substitutes`` (of: no contrast is positive; small speaks
        against substitutes), ``verdict``.
        """
        return self.rows.copy()

    def __str__(self) -> str:
        return " ".join(_sentence(row) for row in cast("list[dict[str, Any]]", self.rows.to_dict("records")))



def complementarity(data: Microdata | pd.DataFrame | Source, outcome: str, practices: Sequence[str], *,
                    controls: Sequence[str] = (), model: str = "auto", scale: str = "index", weights: str | None = None,
                    cluster: str | None = None, strata: str | None = None) -> Complementarity:
    """Whether two practices go with more together than the sum of what goes with each alone.

    With θ_s the outcome in state s of the practices, other things alike, practices i and j are complements if
    θ₁₁ − θ₁₀ − θ₀₁ + θ₀₀ ≥ 0 whatever the others (one contrast for two practices, 2^(p−2) for p), and one is positive;
    substitutes if all are ≤ 0. Two practices: a one-sided t test. More: the distance of the contrasts from the cone of
    non-negative ones, D = min_{r ≥ 0} (r̂ − r)ᵀV⁻¹(r̂ − r), against its mixture of χ² (Kodde–Palm).
    In a logit or fractional logit the index and the outcome are two scales, and the answers may differ.

    Parameters
    ----------
    data
        A survey file or a table.
    outcome
        Column.
    practices
        Two to four yes-or-no terms; they are left out of the controls.
    controls, weights, cluster, strata
        As in :func:`interfirm.performance.survey_design`.
    model
        As in :func:`interfirm.performance.fit`.
    scale
        ``"index"`` or ``"outcome"``.

    Returns
    -------
    Complementarity

    Raises
    ------
    DataError
        If a state has too few firms, or a practice is not yes or no.
    UsageError
        For fewer than two or more than four practices.

    References
    ----------
    [milgrom1990], [cassiman2006], [mohnen2005], [kodde1986]

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"rd": [0, 0, 1, 1] * 10, "coop": [0, 1] * 20})
    >>> table["y"] = table["rd"] + table["coop"] + table["rd"] * table["coop"] + np.tile(np.repeat([0.1, -0.1], 4), 5)
    >>> float(complementarity(table, "y", ["rd", "coop"], model="linear").table()["least"].round(6)[0])
    1.0
    """
    if scale not in SCALES:
        raise UnknownName("scale", scale, SCALES)
    if not 2 <= len(practices) <= 4:
        raise UsageError(f"Complementarity is tested for two to four practices, not {len(practices)}.")
    controls = [term for term in controls if term not in practices]
    design, names = _design(data, outcome, practices, controls, weights, cluster, strata)
    found = fit(design, model)
    if found.categories:
        raise UsageError("Complementarity needs an outcome that is a number, a share, a count, or yes or no.")
    value, covariance = _states(found, names, scale)
    order = list(names)
    rows = [_pair(found, order, pair, practices, value, covariance) for pair in combinations(range(len(practices)), 2)]
    return Complementarity(found, tuple(practices), scale, _state_table(design, names, value, covariance),
                           _frame(rows), _adoption(data, practices, controls))


def _design(data: Any, outcome: str, practices: Sequence[str], controls: Sequence[str], weights: str | None,
            cluster: str | None, strata: str | None) -> tuple[Design, dict[State, str]]:
    """A design with a dummy for each state but the first, in which nothing is practised."""
    source, findings = Source.of(data), Findings()
    y = checks.outcome(source, outcome, findings)
    raw = Expander(source, findings)
    made = Expander(source, findings)
    used = []
    for term in practices:
        base = raw.bases[raw.add(term)[0]]
        if base.kind != "dummy":
            findings.add("error", f"'{term}' is not yes or no", "not-yes-or-no", file=source.name, column=term,
                         expected="two values", remedy=f"Write {term}=CODE")
        used.append(base.values)
    findings.raise_if_failed()
    names: dict[State, str] = {(0,) * len(practices): "constant"}
    for state in sorted(product((0, 1), repeat=len(practices)), key=sum)[1:]:
        label = " & ".join(name for name, on in zip(practices, state, strict=True) if on) + " only"
        here = np.prod([u if on else 1 - u for u, on in zip(used, state, strict=True)], axis=0)
        names[state] = made.add_base(Base(label, here, "dummy", "practices"))
    _enough(source.name, np.array(used), practices, findings)
    for term in controls:
        made.add(term)
    return assemble(source, outcome, y, made, findings, weights=weights, cluster=cluster, strata=strata,
                    focal=list(names.values())[1:]), names


def _enough(file: str, used: Floats, practices: Sequence[str], findings: Findings) -> None:
    few = whole("firms_per_state")
    for state in product((0, 1), repeat=len(practices)):
        number = int(np.all(used == np.array(state)[:, None], axis=0).sum())
        if number < few:
            on = [name for name, there in zip(practices, state, strict=True) if there]
            findings.add("error", f"{number} firms practise {' and '.join(on) or 'none of them'}"
                         f"{' and nothing else of these' if on else ''}", "few-in-state", file=file,
                         expected=f"at least {few} firms in every combination", remedy="Test fewer practices")
    findings.raise_if_failed()


def _states(found: Fit, names: dict[State, str], scale: str) -> tuple[Floats, Floats]:
    """θ of the states, and their covariance; on the index the first one is the constant."""
    terms = list(names.values())
    if scale == "index":
        weight = np.zeros((len(terms), len(found.estimate)))
        weight[:, found.names.index("constant")] = 1.0
        for i, term in enumerate(terms[1:], 1):
            weight[i, found.names.index(term)] = 1.0
        return weight @ found.estimate, weight @ found.covariance @ weight.T
    design = found.design
    w = design.w / design.w.sum()
    matrices = [design.changed({other: float(other == term) for other in terms[1:]}) for term in terms]

    def means(theta: Floats) -> Floats:
        return np.array([w @ found.mean(theta, x) for x in matrices])

    columns = []
    for j, value in enumerate(found.estimate):
        step = _PERTURB * max(1.0, abs(float(value)))
        up, down = found.estimate.copy(), found.estimate.copy()
        up[j], down[j] = value + step, value - step
        columns.append((means(up) - means(down)) / (2 * step))
    jacobian = np.column_stack(columns)
    return means(found.estimate), jacobian @ found.covariance @ jacobian.T


def contrasts(order: Sequence[State], pair: tuple[int, int]) -> Floats:
    """One row per combination of the other practices: +1 both, −1 one, −1 the other, +1 none."""
    place = {state: i for i, state in enumerate(order)}
    others = [i for i in range(len(order[0])) if i not in pair]
    rows = []
    for fixed in product((0, 1), repeat=len(others)):
        row = np.zeros(len(order))
        for a, b in product((0, 1), repeat=2):
            state = [0] * len(order[0])
            for i, on in zip(others, fixed, strict=True):
                state[i] = on
            state[pair[0]], state[pair[1]] = a, b
            row[place[tuple(state)]] = 1.0 if a == b else -1.0
        rows.append(row)
    return np.array(rows)


def _pair(found: Fit, order: list[State], pair: tuple[int, int], practices: Sequence[str], value: Floats,
          covariance: Floats) -> dict[str, Any]:
    weight = contrasts(order, pair)
    r, v = weight @ value, weight @ covariance @ weight.T
    if len(r) == 1:
        t = float(r[0] / np.sqrt(v[0, 0]))
        law = stats.t(found.freedom) if np.isfinite(found.freedom) else stats.norm()
        against_substitutes, against_complements = float(law.sf(t)), float(law.cdf(t))
    else:
        against_complements, against_substitutes = cones.p_of_cone(r, v), cones.p_of_cone(-r, v)
    return {"pair": f"{practices[pair[0]]} and {practices[pair[1]]}", "contrasts": len(r), "least": float(r.min()),
            "most": float(r.max()), "p_complements": against_complements, "p_substitutes": against_substitutes,
            "verdict": _verdict(against_complements, against_substitutes)}


def _sentence(row: Any) -> str:
    size = f"{row['least']:.3g}" + (f" to {row['most']:.3g}" if row["contrasts"] > 1 else "")
    return (f"{row['pair']}: {row['verdict']} (contrast {size}; p of no positive contrast {row['p_substitutes']:.3g}, "
            "of no "
            f"negative one {row['p_complements']:.3g}).")


def _verdict(against_complements: float, against_substitutes: float) -> str:
    one, other = against_complements < 0.05, against_substitutes < 0.05
    if one and other:
        return "mixed: complements beside some practices, substitutes beside others"
    if other:
        return "complements"
    return "substitutes" if one else "cannot say"


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)


def _state_table(design: Design, names: dict[State, str], value: Floats, covariance: Floats) -> pd.DataFrame:
    import pandas as pd

    terms = list(names.values())
    counts = [int(design.values[term].sum()) for term in terms[1:]]
    return pd.DataFrame({"state": ["".join(map(str, state)) for state in names], "practised": ["none", *terms[1:]],
                         "firms": [design.size - sum(counts), *counts], "value": value,
                         "error": np.sqrt(np.maximum(np.diag(covariance), 0.0))})


def _adoption(data: Any, practices: Sequence[str], controls: Sequence[str]) -> pd.DataFrame:
    """Correlations of the generalised residuals of a probit of each practice on the controls."""
    import pandas as pd

    from interfirm.performance.plain import probit

    residuals: dict[str, pd.Series[Any]] = {}
    for term in practices:
        source, findings = Source.of(data), Findings()
        raw = Expander(source, findings)
        y = raw.bases[raw.add(term)[0]].values
        made = Expander(source, findings)
        for control in controls:
            made.add(control)
        try:
            design = assemble(source, term, y, made, findings)
            found = probit(design, "robust")
        except DataError:
            continue
        index = design.x @ found.estimate
        mu = found.fitted
        residuals[term] = pd.Series((design.y - mu) * stats.norm.pdf(index) / (mu * (1 - mu)), index=design.rows)
    rows = []
    for one, other in combinations(residuals, 2):
        both = pd.concat([residuals[one], residuals[other]], axis=1, join="inner").to_numpy()
        r, p = stats.pearsonr(both[:, 0], both[:, 1])
        rows.append((f"{one} and {other}", float(r), float(p), len(both)))
    return pd.DataFrame(rows, columns=["pair", "correlation", "p", "firms"])
