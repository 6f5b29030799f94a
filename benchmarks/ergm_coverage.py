"""Recovery of known parameters of models of one wave: coverage of 95 % intervals over drawn networks.

Run ``python -m benchmarks.ergm_coverage FILE`` (``--networks 400 --from 1``, ``--unknown 0.1``). Each network is drawn
from the model itself by a chain of its own, estimated, and written as one line of FILE; networks that are there already
are not run again. The last lines printed are the coverage of every parameter.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from interfirm.dynamics import Panel, Specification, ergm, panel
from interfirm.dynamics.ergm_chains import Chains
from interfirm.dynamics.ergm_model import model, one_wave

FIRMS = 40
TRUE = {"density": -3.0, "recip": 1.5, "gwespFF(30)": 0.4, "gwidegree": -0.5, "altX:size": 0.3, "sameX:sector": 0.6}
SPEC = Specification("r", list(TRUE))


def drawn(number: int, unknown: float = 0.0) -> Panel:
    """One network, with a share of the firms that did not answer."""
    rng = np.random.default_rng(number)
    values = {"size": rng.normal(size=FIRMS), "sector": rng.integers(0, 4, FIRMS).astype(float)}
    begin = panel({"r": np.zeros((1, FIRMS, FIRMS))}, covariates=values)
    found, items = one_wave(begin, SPEC, None)
    chains = Chains(model(found, SPEC, items), seed=50_000 + number, threads=1)
    chains.interval = 1
    x = chains.draw(np.array(list(TRUE.values())), 1, burn=400_000, keep=True).nets[0].astype(float)
    x[rng.random(FIRMS) < unknown] = np.nan
    np.fill_diagonal(x, 0)
    return panel({"r": x[None]}, covariates=values)


def run(number: int, unknown: float) -> dict[str, object]:
    """Draw and estimate one network."""
    fit = ergm(drawn(number, unknown), SPEC, seed=number, threads=1, likelihood=False)
    return {"network": number, "theta": fit.theta.tolist(), "se": fit.se.tolist(), "converged": fit.converged,
            "maximum": fit.convergence.maximum, "cpu": fit.cpu_seconds, "pseudo": fit.pseudo.tolist()}


def summary(lines: list[dict[str, object]]) -> str:
    """Coverage, bias and standard errors of every parameter."""
    kept = [line for line in lines if line.get("converged")]
    theta, se, pseudo = (np.array([line[key] for line in kept]) for key in ("theta", "se", "pseudo"))
    true = np.array(list(TRUE.values()))
    inside = np.abs(theta - true) <= 1.959964 * se
    refused = sum("refused" in line for line in lines)
    cpu = sum(float(str(line.get("cpu", 0))) for line in lines) / max(len(lines) - refused, 1)
    out = [f"{len(lines)} networks of {FIRMS} firms, {len(kept)} converged, {refused} refused, {cpu:.2f} CPU seconds "
           "per fit", f"{'parameter':<14}{'true':>7}{'mean':>9}{'sd':>8}{'mean s.e.':>11}{'coverage':>10}"
           f"{'pseudo-likelihood: mean':>25}"]
    for q, name in enumerate(TRUE):
        out.append(f"{name:<14}{true[q]:>7.2f}{theta[:, q].mean():>9.3f}{theta[:, q].std(ddof=1):>8.3f}"
                   f"{se[:, q].mean():>11.3f}{inside[:, q].mean():>10.1%}{pseudo[:, q].mean():>25.3f}")
    error = inside.mean(axis=1).std(ddof=1) / np.sqrt(len(kept))
    out.append(f"{'all':<14}{'':>35}{inside.mean():>10.1%} (standard error {error:.1%})")
    return "\n".join(out)


def main(words: list[str]) -> int:
    from interfirm.errors import DataError

    known = argparse.ArgumentParser(description=__doc__)
    known.add_argument("file", type=Path)
    known.add_argument("--networks", type=int, default=400)
    known.add_argument("--from", dest="first", type=int, default=1)
    known.add_argument("--unknown", type=float, default=0.0)
    asked = known.parse_args(words)
    lines = [json.loads(line) for line in asked.file.read_text("utf-8").splitlines()] if asked.file.exists() else []
    there = {line["network"] for line in lines}
    with asked.file.open("a", encoding="utf-8") as out:
        for number in range(asked.first, asked.first + asked.networks):
            if number in there:
                continue
            try:
                line = run(number, asked.unknown)
            except DataError as problem:
                line = {"network": number, "refused": str(problem)}
            lines.append(line)
            out.write(json.dumps(line) + "\n")
            out.flush()
    print(summary(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
