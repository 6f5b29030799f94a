"""What one wave can carry, and whether sampled networks look like networks: refusals in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.dynamics import checks
from interfirm.dynamics.ergm_chains import Draws
from interfirm.dynamics.ergm_model import Floats, Model, model, one_wave
from interfirm.dynamics.ergm_terms import nearest
from interfirm.dynamics.suggest import check_size
from interfirm.errors import DataError, Finding, Findings, Level
from interfirm.kernels import ergm_codes as k
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    from interfirm.dynamics.data import Panel
    from interfirm.dynamics.specification import Specification
    from interfirm.study.study import Study

FEWEST_ACTORS: Final = 6
SPLIT: Final = 0.88  # share of the variance that lies between two groups of networks; of a normal one it is 0.64
AT_THE_EDGE: Final = 0.05

# what to take where networks run into the empty or the full one
_MILDER: Final = {"transTrip": "gwespFF", "transTriads": "gwesp", "transTies": "gwespFF", "cycle3": "gwespBB",
                  "inPop": "gwidegree", "inPopSqrt": "gwidegree", "outAct": "gwodegree", "outActSqrt": "gwodegree",
                  "degPlus": "gwdegree", "outPop": "gwidegree", "inAct": "gwidegree"}


def check_data(panel: Panel, relation: str, study: Study | None = None) -> Findings:
    """Everything that can be said of the data before they are coded."""
    out = Findings()
    if study is not None:
        out.extend(check_size(study))
    if panel.size < FEWEST_ACTORS:
        out.add("error", f"there are {panel.size} actors in '{panel.waves[0]}'", "few-actors",
                expected=f"{FEWEST_ACTORS} or more", remedy="Describe the network; it is too small for a model")
        return out
    net = panel.networks[relation]
    x = net.ties
    bad = ~np.isnan(x) & ~np.isin(x, (0, 1, 10, 11))
    if bad.any():
        out.add("error", f"relation '{relation}' has values other than 0 and 1, e.g. {x[bad][0]:g}", "not-binary",
                expected="0, 1, unknown, 10 (impossible) or 11 (prescribed)",
                remedy="Decide from which value on it is a tie")
        return out
    turned = x.transpose(0, 2, 1)
    odd = (x != turned) & ~np.isnan(x) & ~np.isnan(turned)
    if not net.directed and odd.any():
        _, i, j = np.argwhere(odd)[0]
        out.add("error", f"relation '{relation}' is undirected, but {panel.actors[i]} and {panel.actors[j]} differ in "
                f"whether they have a tie ({int(odd.sum()) // 2} such pairs)", "not-symmetric",
                expected="the same value both ways", remedy="Declare the relation as directed, or decide which counts")
    if net.weighted:
        out.add("note", f"the ties of '{relation}' have weights; every positive weight counts as a tie", "weights")
    off = ~np.eye(panel.size, dtype=bool)
    share = float(np.isnan(x[0][off]).mean())
    if share > checks.MISSING_WARNED:
        level: Level = "warning" if share > checks.MISSING_STRONGLY else "note"
        out.add(level, f"{per_cent(share)} of the ties of '{relation}' are unknown",
                "much-missing" if level == "warning" else "some-missing",
                expected="at most 10 %; above 20 % results become doubtful", remedy="Report this with the results")
    for name, values in (*panel.covariates.items(), *panel.dyads.items()):
        gone = float(np.isnan(values[0][off] if values.ndim == 3 else values).mean())
        if gone > checks.MISSING_WARNED:
            out.add("warning" if gone > checks.MISSING_STRONGLY else "note",
                    f"{per_cent(gone)} of the values of covariate '{name}' are unknown; they count as the mean",
                    "much-missing")
    return out


def examined(study: Study, spec: Specification, wave: str | int | None) -> list[Finding]:
    """What one wave and a specification would be flagged for.

    Raises
    ------
    UnknownName, UsageError, DataError
        Whatever :func:`interfirm.dynamics.ergm` would refuse before it samples networks.
    """
    panel, items = one_wave(study, spec, wave)
    out = check_data(panel, spec.relation, study)
    out.raise_if_failed()
    check_model(model(panel, spec, items), out)
    out.raise_if_failed()
    return out.sorted()


def check_model(model: Model, out: Findings) -> None:
    """Effects that cannot be told apart, and statistics at the end of what is possible."""
    known = model.known
    ties, name = int(model.ties.ravel()[known].sum()), model.spec.relation
    if len(known) == 0 or ties in (0, len(known)):
        what = "no ties" if ties == 0 else "every possible tie"
        out.add("error", f"'{name}' has {what}" if len(known) else f"no tie of '{name}' is known", "no-variation",
                expected="ties and pairs without", remedy="Nothing to explain here; look at another relation or wave")
        return
    table = model.look(model.ties, known)[1]
    checks._check_collinear(table, model.names, [], name, out)
    tie = model.ties.ravel()[known] == 1
    for q, text in enumerate(model.names):
        d = table[:, q]
        if model.fixed[q] or text == "density" or np.ptp(d) < 1e-12 or out.failed:
            continue
        if model.fx[q, k.CODE] in (k.TIE, k.MUTUAL, k.SHARED, k.TWOPATH) and (d >= 0).all():
            if not d[tie].any():
                out.add("error", f"'{text}': no tie of '{name}' is of this kind", "at-the-edge",
                        expected="some that are, and some that are not",
                        remedy="The estimate would be minus infinity: leave the effect out and say that there is none")
            elif model.fx[q, k.CODE] == k.TIE and tie[d > 0].all():
                out.add("error", f"'{text}': every pair of this kind has a tie", "at-the-edge",
                        remedy="The estimate would be infinite: leave the effect out and say so")
    if ties < checks.FEWEST_TIES:
        out.add("warning", f"'{name}' has {ties} ties", "near-degenerate",
                expected=f"at least {checks.FEWEST_TIES}", remedy="Keep to density and reciprocity")


def degenerate(model: Model, draws: Draws, ties: Floats | None = None) -> str:
    """Why sampled networks are no networks like the observed one; empty if they are fine.

    Parameters
    ----------
    model, draws
        A model, and networks drawn from it.
    ties
        Number of free ties of each network; from the statistics if left out.
    """
    stats = draws.flat
    ties = stats[:, model.names.index("density")] if ties is None else ties
    free, held = len(model.free), _held(model)
    none, full = float((ties - held <= 0).mean()), float((ties - held >= free).mean())
    if max(none, full) > AT_THE_EDGE:
        word = "empty" if none > full else "full"
        return f"{per_cent(max(none, full))} of the networks that it draws are {word}"
    for q, text in enumerate(model.names):
        values = stats[:, q]
        if model.fx[q, k.CODE] == k.MUTUAL or len(np.unique(np.round(values, 6))) < 20:
            continue
        share, low, high = split(values)
        if share > SPLIT:
            observed = model.look(model.ties)[0][q]
            return (f"the networks that it draws are of two kinds, with '{text}' near {low:,.0f} and near {high:,.0f} "
                    f"(observed: {observed:,.0f}), and few between")
    return ""


def _held(model: Model) -> int:
    """Ties that are prescribed."""
    pairs = model.ties.copy() if model.directed else np.triu(model.ties)
    pairs.ravel()[model.free] = 0
    return int(pairs.sum())


def split(values: Floats) -> tuple[float, float, float]:
    """The largest share of the variance between two groups of values, and the means of both."""
    x = np.sort(values)
    size, total = len(x), x.sum()
    below = np.cumsum(x)[:-1]
    count = np.arange(1, size)
    low, high = below / count, (total - below) / (size - count)
    between = count * (size - count) / size**2 * (high - low) ** 2
    least = max(1, size // 100)
    between[:least], between[-least:] = 0.0, 0.0
    at = int(between.argmax())
    return float(between[at] / max(x.var(), 1e-300)), float(low[at]), float(high[at])


def refuse(model: Model, why: str) -> DataError:
    """The error that says that a model is degenerate, with what to take instead."""
    out = Findings()
    used = {item.factors[0].term.name for item in model.items}
    letter = "D" if model.directed else "U"
    swaps = [f"'{nearest(new, letter)}' for '{old}'" for old, new in _MILDER.items() if old in used]
    instead = f"Take {', '.join(swaps)}" if swaps else "Leave out effects of third parties and of degrees one by one"
    out.add("error", f"the model of '{model.spec.relation}' is degenerate: {why}", "degenerate",
            expected="networks that look like the observed one", remedy=f"{instead}; no estimate of this model would "
            "mean anything")
    return DataError(out.sorted())
