"""The propositions of the source as tests that can be run on a set of alliances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from interfirm.errors import UsageError
from interfirm.relations._flows import Floats
from interfirm.relations._limits import limit
from interfirm.relations.alliance_table import COLUMNS
from interfirm.relations.scope import ranks

if TYPE_CHECKING:
    import pandas as pd

_LEVEL: Final = 0.05
_Z: Final = 1.959964
_NAN: Final = float("nan")
BRANCHES: Final = ("branch", "circuit-branch")


class Proposition(NamedTuple):
    """One proposition: its sentence, the two columns, the expected sign, and a column held fixed."""

    sentence: str
    x: str
    y: str
    sign: int
    given: str | None = None


PROPOSITIONS: Final[dict[str, Proposition]] = {
    "P1": Proposition("Larger disparities go with less trust.", "disparity", "trust", -1),
    "P2a": Proposition("Trust goes with commitment, at the same embeddedness.", "commitment", "trust", 1,
                       "embeddedness"),
    "P2b": Proposition("Trust goes with embeddedness, at the same commitment.", "embeddedness", "trust", 1,
                       "commitment"),
    "P3": Proposition("Leaving is harder in a branch than in a circuit.", "in_branch", "exit_difficulty", 1),
    "P4": Proposition("Specialisation goes with less two-way subcontracting.", "specialisation", "two_way", -1),
    "P5a": Proposition("A nodal firm goes with more support for continuous innovation.", "nodal",
                       "innovation_support", 1),
    "P5b": Proposition("A nodal firm goes with larger disparities.", "nodal", "disparity", 1),
    "P6": Proposition("Partners of similar size go with more reciprocity.", "size_disparity", "reciprocity", -1),
}


@dataclass(frozen=True, eq=False)
class Propositions:
    """What a set of alliances says to each proposition.

    Attributes
    ----------
    rows
        See :meth:`table`.
    permutations, seed
        Of the tests.
    """

    rows: pd.DataFrame
    permutations: int
    seed: int

    def table(self) -> pd.DataFrame:
        """One row per proposition.

        ``proposition``, ``says``, ``alliances`` (with both values), ``expected`` (+ or −), ``rho``, ``low``, ``high``
        (95 %), ``p`` (one-sided, by permutation), ``p_adjusted`` (Holm over those tested), ``verdict``, ``why``.
        """
        return self.rows.copy()

    def __str__(self) -> str:
        return "\n".join(f"{row.proposition}: {row.verdict} ({row.why})" for row in self.rows.itertuples())


def propositions(alliances: pd.DataFrame, *, permutations: int = 9999, seed: int = 1) -> Propositions:
    """Test the source's six propositions on a set of alliances, and say "cannot say" where they cannot be told.

    Each is a rank correlation over alliances (P2: a partial one, of the residuals of the ranks), tested one-sided by
    exchanging the alliances, p adjusted by Holm's method over the propositions that could be tested. *Supported*:
    adjusted p ≤ 0.05 in the expected direction; *contradicted*: the same in the other; otherwise *cannot say*, which
    is not the same as "no". The two-sided 95 % interval is approximate. Associations between alliances, not effects.

    Parameters
    ----------
    alliances
        One row per alliance, columns as :func:`alliance_table` names them; leave out what is not known.
        ``structure`` (a label) gives ``in_branch`` where that column is not there.
    permutations, seed
        Of the tests.

    Returns
    -------
    Propositions

    Raises
    ------
    UsageError
        If no column is known, or a value is not a number.

    References
    ----------
    [suarezvilla1998], [holm1979], [phipson2010]

    Examples
    --------
    >>> import pandas as pd
    >>> few = pd.DataFrame({"disparity": [0.1, 0.2, 0.5], "trust": [6.0, 5.0, 4.0]})
    >>> propositions(few, permutations=99).table()["verdict"].unique().tolist()
    ['cannot say']
    """
    import pandas as pd

    data = _with_branch(alliances)
    if not set(data.columns) & {name for item in PROPOSITIONS.values() for name in (item.x, item.y)}:
        raise UsageError(f"No column of a proposition is there. Known: {', '.join(COLUMNS)}.")
    rows = [_test(data, name, item, permutations, seed) for name, item in PROPOSITIONS.items()]
    frame = pd.DataFrame(rows)
    frame["p_adjusted"] = holm(frame["p"].to_numpy(np.float64))
    frame["against_adjusted"] = holm(frame.pop("against").to_numpy(np.float64))
    against = frame.pop("against_adjusted")
    frame["verdict"] = [_verdict(p, q) for p, q in zip(frame["p_adjusted"], against, strict=True)]
    frame["why"] = [why or _why(row) for why, row in zip(frame["why"], frame.itertuples(), strict=True)]
    order = ["proposition", "says", "alliances", "expected", "rho", "low", "high", "p", "p_adjusted", "verdict", "why"]
    return Propositions(frame[order], permutations, seed)


def _with_branch(alliances: pd.DataFrame) -> pd.DataFrame:
    if "in_branch" in alliances.columns or "structure" not in alliances.columns:
        return alliances
    label = alliances["structure"]
    return alliances.assign(in_branch=label.isin(BRANCHES).astype("float64").where(label.notna()))


def _test(data: pd.DataFrame, name: str, item: Proposition, permutations: int, seed: int) -> dict[str, Any]:
    row: dict[str, Any] = {"proposition": name, "says": item.sentence, "expected": "+" if item.sign > 0 else "−",
                           "alliances": 0, "rho": _NAN, "low": _NAN, "high": _NAN, "p": _NAN, "against": _NAN,
                           "why": ""}
    needed = [item.x, item.y] + ([item.given] if item.given else [])
    missing = [column for column in needed if column not in data.columns]
    if missing:
        return row | {"why": f"not known: {', '.join(missing)}"}
    try:
        values = data[needed].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise UsageError(f"{', '.join(needed)} must be numbers, one per alliance.") from None
    values = values[~np.isnan(values).any(axis=1)]
    row["alliances"] = n = len(values)
    if n < limit("fewest_alliances"):
        return row | {"why": f"{n} alliances have every value; {int(limit('fewest_alliances'))} are needed"}
    if (values.std(axis=0) < 1e-12).any():
        return row | {"why": f"all {n} alliances are alike in one of them"}
    x, y = (ranks(values[:, k]) for k in (0, 1))
    z = ranks(values[:, 2]) if item.given else None
    return row | _permute(x, y, z, item.sign, permutations, np.random.default_rng(seed))


def _permute(x: Floats, y: Floats, z: Floats | None, sign: int, permutations: int,
             rng: np.random.Generator) -> dict[str, Any]:
    held = 0 if z is None else 1
    a, b = (x - x.mean(), y - y.mean()) if z is None else (_rest(x, z), _rest(y, z))
    scale = float(np.sqrt((a @ a) * (b @ b)))
    if scale < 1e-9:
        return {"why": "one is the same as the column held fixed"}
    rho = float(a @ b) / scale
    drawn = np.array([float(a @ (b[rng.permutation(len(b))])) for _ in range(permutations)]) / scale
    at_least = (1 + (sign * drawn >= sign * rho - 1e-12).sum()) / (1 + permutations)
    at_most = (1 + (sign * drawn <= sign * rho + 1e-12).sum()) / (1 + permutations)
    width = _Z * float(np.sqrt((1 + rho**2 / 2) / max(len(x) - 3 - held, 1)))
    mid = float(np.arctanh(np.clip(rho, -0.999999, 0.999999)))
    return {"rho": rho, "low": float(np.tanh(mid - width)), "high": float(np.tanh(mid + width)),
            "p": float(at_least), "against": float(at_most)}


def _rest(values: Floats, given: Floats) -> Floats:
    centred, other = values - values.mean(), given - given.mean()
    return np.asarray(centred - other * (centred @ other) / (other @ other))


def holm(p: Floats) -> Floats:
    """Holm's adjusted p-values; NaN stays NaN and does not count [holm1979]."""
    out = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    running = 0.0
    for place, i in enumerate(order):
        running = max(running, min(1.0, (len(order) - place) * float(p[i])))
        out[i] = running
    return out


def _verdict(p: float, against: float) -> str:
    if p <= _LEVEL:
        return "supported"
    return "contradicted" if against <= _LEVEL else "cannot say"


def _why(row: Any) -> str:
    return f"rank correlation {row.rho:.2f} ({row.low:.2f} to {row.high:.2f}) over {row.alliances} alliances"
