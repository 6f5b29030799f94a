"""Tie-formation models of the advice network of Kecskemét: the tables of the replication page.

Run ``python -m benchmarks.ties_kecskemet``; the data lies in the folder named by ``INTERFIRM_DATA``.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pandas as pd

from interfirm.dynamics import Fit, Specification, estimate, goodness_of_fit
from interfirm.study.study import Study

INTERPLAY = "X:closure_by_cognition"
OTHERS = ["altX:age", "egoX:age", "sameX:foreign_owner", "altX:external_links", "altX:employees", "egoX:employees"]
CENTRAL = ["transTrip", "X:cognitive_proximity", "X:geographic_proximity"]
ORDER = ["density", "recip", "transTrip", "cycle3", *CENTRAL[1:], INTERPLAY, *OTHERS]
MODELS = {
    "model 1": ["density", "recip", "cycle3", *CENTRAL, *OTHERS],
    "model 2": ["density", "recip", "cycle3", *CENTRAL, INTERPLAY, *OTHERS],
    "creation": ["density", "recip", "cycle3", *(f"creation:{name}" for name in (*CENTRAL, INTERPLAY)), *OTHERS],
    "endowment": ["density", "recip", "cycle3", *(f"endow:{name}" for name in (*CENTRAL, INTERPLAY)), *OTHERS],
}


def folder() -> Path | None:
    """Where the data lies, or None."""
    base = Path(os.environ.get("INTERFIRM_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    return base / "kecskemet" if (base / "kecskemet").exists() else None


def load(where: Path, *, entry: bool = False) -> Study:
    """The study: 28 firms in 2012 and 2015, their advice ties and covariates.

    With ``entry`` firms without any tie in a wave were not there in it; otherwise all were there in both waves.
    """
    grids = {wave: _grid(where / name) for wave, name in (("2012", "KNetwork1.csv"), ("2015", "KNetwork2.csv"))}
    firms = grids["2012"][0]
    ties, seen = [], []
    for wave, (_, x) in grids.items():
        np.fill_diagonal(x, 0)
        there = (x.sum(axis=0) + x.sum(axis=1) > 0) | (not entry)
        ties += [(wave, "advice", firms[i], firms[j]) for i, j in np.argwhere(x > 0)]
        seen += [(wave, firm, True) for firm, here in zip(firms, there, strict=True) if here]
    columns = {"age": "age.csv", "employees": "emp.csv", "external_links": "external_ties.csv",
               "foreign_owner": "ownership.csv"}
    actors = pd.DataFrame({"actor": firms, "kind": "firm",
                           **{name: [_column(where / file)[firm] for firm in firms] for name, file in columns.items()}})
    columns = {"geographic_proximity": "geo_prox_matrix.csv", "cognitive_proximity": "cog_prox_matrix.csv",
               "closure_by_cognition": "transtripXcog.csv"}
    matrices = [_grid(where / file)[1] for file in columns.values()]
    pairs = pd.DataFrame([(firms[i], firms[j], *(w[i, j] for w in matrices)) for i in range(len(firms))
                          for j in range(len(firms)) if i != j], columns=["sender", "receiver", *columns])
    moving = ["employees", "external_links"]
    observed = pd.DataFrame(seen, columns=["wave", "actor", "responded"]).merge(actors[["actor", *moving]], on="actor")
    return Study.from_tables({
        "waves": pd.DataFrame({"wave": list(grids)}), "actors": actors.drop(columns=moving),
        "relations": pd.DataFrame({"relation": ["advice"], "layer": ["knowledge"]}), "observations": observed,
        "ties": pd.DataFrame(ties, columns=["wave", "relation", "sender", "receiver"]), "dyads": pairs})


def _lines(path: Path) -> list[list[str]]:
    text = path.read_text("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    return [line.split(";") for line in text.splitlines() if line.strip()]


def _grid(path: Path) -> tuple[list[str], np.ndarray]:
    rows = _lines(path)
    firms = [cell.strip('"') for cell in rows[0]][1 - len(rows):]
    return firms, np.array([[float(cell) for cell in row[-len(firms):]] for row in rows[1:]])


def _column(path: Path) -> dict[str, float]:
    return {row[0].strip('"'): float(row[1]) for row in _lines(path)[1:]}


def table(fits: dict[str, Fit]) -> str:
    """Estimates and standard errors of several fits side by side, as Markdown."""
    lines = ["| effect | " + " | ".join(fits) + " |", "|---|" + "---|" * len(fits)]
    for name in ["rate advice period 1", *ORDER]:
        lines.append(f"| `{name}` | " + " | ".join(_cell(fit, name) for fit in fits.values()) + " |")
    lines.append("| overall maximum convergence ratio | "
                 + " | ".join(f"{fit.convergence.maximum:.2f}" for fit in fits.values()) + " |")
    return "\n".join(lines)


def _cell(fit: Fit, name: str) -> str:
    known = [*fit.names, *fit.conditional_rates]
    full = next((item for item in (name, f"creation:{name}", f"endow:{name}") if item in known), None)
    if full is None:
        return ""
    value, se = fit.estimate(full)
    p = math.nan if name.startswith("rate") else math.erfc(abs(value / se) / math.sqrt(2))
    star = "***" if p < 0.001 else "**" if p < 0.01 else "*" if p < 0.05 else ""
    return f"{value:.3f}{star} ({se:.3f})"


def main() -> None:
    """Estimate and print everything."""
    where = folder()
    if where is None:
        print("The data 'kecskemet' is not here (set INTERFIRM_DATA).")
        return
    for entry in (False, True):
        study = load(where, entry=entry)
        fits = {kind: estimate(study, Specification("advice", effects, conditional=not entry), seed=1, phase3=4000)
                for kind, effects in MODELS.items()}
        print(f"\n{'Entry and exit' if entry else 'All 28 firms in both waves, conditional'}\n")
        print(table(fits))
        for kind, fit in fits.items():
            print(f"{kind}: {fit.convergence}; CPU {fit.cpu_seconds:.1f} s")
            print("\n".join(f"  {item}" for item in goodness_of_fit(fit, seed=1)))


if __name__ == "__main__":
    main()
