"""Recovery of known parameters of tie-formation models: coverage of 95 % intervals over synthetic panels.

Run ``python -m benchmarks.dynamics_coverage FILE`` (``--panels 500 --from 1``). Each panel is drawn by the process
itself, estimated from its first seed, and written as one line of FILE; panels that are there already are not run
again, so that the run can be cut into pieces. The last lines printed are the coverage of every parameter.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from interfirm.dynamics import Panel, Specification, estimate, panel
from interfirm.dynamics.simulate import simulate

FIRMS, WAVES = 50, 3
TRUE = {"rate r period 1": 3.0, "rate r period 2": 3.0, "density": -2.0, "recip": 2.0, "transTrip": 0.4,
        "altX:size": 0.1, "simX:size": 0.6}
SPEC = Specification("r", ["density", "recip", "transTrip", "altX:size", "simX:size"])


def drawn(number: int) -> Panel:
    """A panel whose first wave comes from three periods of the same process."""
    rng = np.random.default_rng(number)
    start = (rng.random((FIRMS, FIRMS)) < 0.05) * (1.0 - np.eye(FIRMS))
    size = rng.integers(1, 6, FIRMS).astype(float)
    begin = panel({"r": [start, start]}, covariates={"size": size})
    values = {"rate": TRUE["rate r period 1"], **{name: TRUE[name] for name in SPEC.effects}}
    made = simulate(begin, SPEC, values, periods=3 + WAVES - 1, seed=10_000 + number, threads=1)
    return panel({"r": made.networks["r"][0, 2:].astype(float)}, covariates={"size": size})


def run(number: int) -> dict[str, object]:
    """Draw and estimate one panel."""
    fit = estimate(drawn(number), SPEC, seed=number, threads=1)
    return {"panel": number, "theta": fit.theta.tolist(), "se": fit.se.tolist(), "converged": fit.converged,
            "maximum": fit.convergence.maximum, "cpu": fit.cpu_seconds}


def summary(lines: list[dict[str, object]]) -> str:
    """Coverage, bias and standard errors of every parameter."""
    kept = [line for line in lines if line["converged"]]
    theta, se = (np.array([line[key] for line in kept]) for key in ("theta", "se"))
    true = np.array(list(TRUE.values()))
    inside = np.abs(theta - true) <= 1.959964 * se
    out = [f"{len(lines)} panels of {FIRMS} firms and {WAVES} waves, {len(kept)} converged, "
           f"{sum(float(str(line['cpu'])) for line in lines) / len(lines):.2f} CPU seconds per fit",
           f"{'parameter':<18}{'true':>8}{'mean':>9}{'sd':>9}{'mean s.e.':>11}{'coverage':>10}"]
    for q, name in enumerate(TRUE):
        out.append(f"{name:<18}{true[q]:>8.2f}{theta[:, q].mean():>9.3f}{theta[:, q].std(ddof=1):>9.3f}"
                   f"{se[:, q].mean():>11.3f}{inside[:, q].mean():>10.1%}")
    error = inside.mean(axis=1).std(ddof=1) / np.sqrt(len(kept))
    out.append(f"{'all':<18}{'':>37}{inside.mean():>10.1%} (standard error {error:.1%})")
    return "\n".join(out)


def main(arguments: list[str]) -> int:
    """Run what is missing, print the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--panels", type=int, default=500)
    parser.add_argument("--from", type=int, default=1, dest="first")
    asked = parser.parse_args(arguments)
    done = [json.loads(line) for line in asked.file.read_text("utf-8").splitlines()] if asked.file.exists() else []
    known = {line["panel"] for line in done}
    for number in range(asked.first, asked.first + asked.panels):
        if number not in known:
            done.append(run(number))
            with asked.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(done[-1]) + "\n")
    print(summary(done))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
