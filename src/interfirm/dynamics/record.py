"""A fit as plain values that can be kept in a file, shown in a report, and gone on from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm._version import __version__
from interfirm.dynamics.data import Panel, from_study
from interfirm.dynamics.estimate import estimate
from interfirm.dynamics.goodness_of_fit import GoodnessOfFit, goodness_of_fit
from interfirm.dynamics.importance import relative_importance
from interfirm.dynamics.reading import read
from interfirm.dynamics.specification import Specification
from interfirm.dynamics.suggest import suggest
from interfirm.dynamics.tests_of_fit import time_test
from interfirm.errors import DataError, Finding, InterfirmError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.dynamics.fit import Fit
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]

FORMAT: Final = "interfirm-fit/1"
_LARGE: Final = 150


@dataclass(frozen=True)
class Start:
    """What another estimation can start from: names and values of the parameters, and the model they belong to."""

    names: list[str]
    simulated_theta: list[float]
    spec: Specification
    waves: tuple[str, ...]


def to_dict(fit: Fit) -> dict[str, Any]:
    """A fit as plain values, ready for JSON: model, estimates, covariance, convergence, findings, how it was made."""
    spec = asdict(fit.spec)
    readings = [{key: _plain(value) for key, value in vars(item).items()} for item in read(fit)]
    rows = [{str(key): _plain(value) for key, value in row.items()} for row in fit.table().to_dict("records")]
    return {
        "format": FORMAT,
        "made": {"version": __version__, "seed": fit.seed, "panels": fit.panels,
                 "cpu_seconds": round(fit.cpu_seconds, 3)},
        "specification": {key: dict(value) if isinstance(value, Mapping) else _plain(value)
                          for key, value in spec.items()},
        "data": {"actors": fit.panel.size, "waves": list(fit.panel.waves), "fingerprint": fingerprint(fit.panel),
                 "changes": _changes(fit)},
        "parameters": rows, "readings": readings, "names": list(fit.names), "theta": fit.theta.tolist(),
        "simulated_theta": fit.simulated_theta.tolist(),
        "covariance": fit.covariance.tolist(),
        "convergence": {"converged": fit.converged, "maximum": fit.convergence.maximum,
                        "ratios": {name: _plain(value) for name, value in fit.convergence.ratios.items()}},
        "findings": [item.to_dict() for item in fit.findings],
    }


def _changes(fit: Fit) -> list[dict[str, int]]:
    """Ties of the main relation kept, made and ended in each period, as far as they count."""
    coded, out = fit.coded, []
    half = 1 if fit.panel.networks[fit.spec.relation].directed else 2
    for p in range(fit.panel.periods):
        before, after, seen = coded.x0[p, 0] == 1, coded.ends[p, 0] == 1, coded.seen[p, 0] == 1
        out.append({"kept": int((before & after & seen).sum()) // half, "made": int((~before & after & seen).sum())
                    // half, "ended": int((before & ~after & seen).sum()) // half})
    return out


def with_tests(fit: Fit, tests: Mapping[str, Any]) -> dict[str, Any]:
    """A fit as plain values, with its tests, relative importance and goodness of fit beside it."""
    out = to_dict(fit)
    for name in ("time", "score"):
        if name in tests:
            out[f"{name}_test"] = {key: _plain(value.tolist() if isinstance(value, np.ndarray) else value)
                                   for key, value in vars(tests[name]).items()}
    if "importance" in tests:
        out["importance"] = _records(tests["importance"].table())
        others = tests.get("importance_of_others", ())
        if others:
            out["importance_of_others"] = {item.variable: _records(item.table()) for item in others}
    if "gof" in tests:
        out["goodness_of_fit"] = [_gof(item) for item in tests["gof"]]
    return out


def _gof(item: GoodnessOfFit) -> dict[str, Any]:
    """One distribution: per value observed, simulated mean, spread, quantiles, and the outline of a violin."""
    rows = _records(item.table())
    for row, counts in zip(rows, item.simulated.T, strict=True):
        row["sd"] = float(counts.std(ddof=1))
        row["outline"] = outline(counts)
    return {"what": item.what, "variable": item.variable, "distance": item.distance, "p": item.p,
            "panels": len(item.simulated), "values": rows}


def outline(counts: Floats, points: int = 25) -> list[list[float]]:
    """The outline of a violin: values from the least to the largest count, and how dense counts are (largest 1).

    A Gaussian kernel with the bandwidth 0.9 min(sd, interquartile range / 1.34) n^(-1/5) [silverman1986], at least
    half a count.
    """
    low, high = float(counts.min()), float(counts.max())
    if high <= low:
        return [[low, 1.0]]
    quartiles = np.quantile(counts, [0.25, 0.75])
    spread = min(float(counts.std(ddof=1)), float(quartiles[1] - quartiles[0]) / 1.34)
    width = max(0.9 * spread * len(counts) ** -0.2, 0.5)
    at = np.linspace(low, high, points)
    dense = np.exp(-0.5 * ((at[:, None] - counts[None, :]) / width) ** 2).sum(axis=1)
    return [[round(float(v), 4), round(float(d), 4)] for v, d in zip(at, dense / dense.max(), strict=True)]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def start(values: Any, where: str = "the fit") -> Start:
    """Where an estimation that goes on begins, from what :func:`to_dict` gave.

    Raises
    ------
    DataError
        If the values are not those of a fit.
    """
    try:
        names, theta = [str(name) for name in values["names"]], [float(value) for value in values["simulated_theta"]]
        made = Start(names, theta, Specification(**values["specification"]),
                     tuple(str(wave) for wave in values["data"]["waves"]))
        fine = values["format"] == FORMAT and len(names) == len(theta) and bool(np.isfinite(theta).all())
    except (KeyError, TypeError, ValueError, AttributeError):
        fine = False
    if not fine:
        raise DataError(Finding("error", f"{where} holds no fit of a tie-formation model", "not-a-fit",
                                expected=f"a file that 'interfirm dynamics --output' wrote ({FORMAT})",
                                remedy="Estimate the model again and keep its file"))
    return made


def made_of(values: Mapping[str, Any], study: Study, begin: Start) -> bool:
    """Whether a kept fit was estimated from the data of a study."""
    try:
        panel = from_study(study, begin.spec, begin.waves)
    except InterfirmError:
        return False
    return bool(values["data"]["fingerprint"] == fingerprint(panel))


def fingerprint(panel: Panel) -> str:
    """A short text that changes when anything in a panel does."""
    made = hashlib.sha256()
    made.update(repr((panel.actors, panel.waves, sorted(panel.texts))).encode())
    groups = ({name: net.ties for name, net in panel.networks.items()}, panel.covariates, panel.dyads,
              panel.behaviours, panel.receivers, {"present": panel.present},
              {} if panel.spells is None else {"spells": panel.spells})
    for group in groups:
        for name in sorted(group):
            made.update(name.encode())
            made.update(np.ascontiguousarray(group[name], dtype=float).tobytes())
    return made.hexdigest()[:16]


def _plain(value: Any) -> Any:
    """A value that JSON can hold; what is not finite becomes None."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return list(value) if isinstance(value, (list, tuple)) else value


def proposed(study: Study, relation: str, *, seed: int,
             progress: Callable[[str], None] | None = None) -> dict[str, Any]:
    """The proposed model of a relation, estimated, with goodness of fit and relative importance, as plain values.

    Parameters
    ----------
    study, relation, seed
        As for :func:`interfirm.dynamics.suggest` and :func:`interfirm.dynamics.estimate`.
    progress
        Is told each step.

    Raises
    ------
    DataError
        If the data cannot carry a model.
    """
    step = progress or (lambda _text: None)
    step("why ties form: preparing the model (half a minute the first time after installation)")
    spec = suggest(study, relation).spec
    step("why ties form: estimating")
    fit = estimate(study, spec, seed=seed)
    step("why ties form: goodness of fit")
    panels = 500 if fit.panel.size <= _LARGE else 200  # the triads of a panel cost actors cubed
    tests: dict[str, Any] = {"gof": goodness_of_fit(fit, seed=seed, panels=panels),
                             "importance": relative_importance(fit)}
    if fit.panel.periods > 1:
        tests["time"] = time_test(fit)
    return with_tests(fit, tests)
