"""What data can carry a tie-formation model: refusals and warnings before anything is simulated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.coding import Coded
from interfirm.dynamics.data import Panel
from interfirm.dynamics.effects import Effect
from interfirm.dynamics.engine import change_statistics, level_statistics
from interfirm.dynamics.specification import Specification
from interfirm.errors import Findings
from interfirm.kernels import saom_codes as k
from interfirm.numerals import per_cent

MOST_LEVELS = 10
MISSING_WARNED, MISSING_STRONGLY = 0.10, 0.20
JACCARD_LOW, JACCARD_WARNED = 0.2, 0.3
FEW_CHANGES = 40
COLLINEAR = 0.999
NEARLY_FULL, FEWEST_TIES = 0.6, 5


def check(panel: Panel, spec: Specification) -> Findings:
    """Everything that can be said of the data before they are coded."""
    out = Findings()
    if len(panel.waves) < 2:
        out.add("error", f"there is one wave ({', '.join(panel.waves)})", "one-wave", expected="two or more waves",
                remedy="Add a second wave; for a single one there is dynamics.ergm, on the command line "
                "--cross-section, which says what ties go together with, not why they form or last")
        return out
    if len(panel.waves) > 10:
        out.add("warning", f"there are {len(panel.waves)} waves", "many-waves", expected="2 to 10 waves")
    stay = (panel.present[:-1] & panel.present[1:]).sum(axis=1)
    for p, number in enumerate(stay):
        if number < 4:
            out.add("error", f"only {number} actors are in both '{panel.waves[p]}' and '{panel.waves[p + 1]}'",
                    "different-actors", expected="mostly the same actors in all waves",
                    remedy="Check that an actor has the same identifier in every wave")
        elif number < 0.5 * panel.present[p:p + 2].any(axis=0).sum():
            out.add("warning", f"fewer than half of the actors are in both '{panel.waves[p]}' and "
                    f"'{panel.waves[p + 1]}'", "different-actors")
    for name in panel.networks:
        _check_network(panel, name, out)
    for name in panel.behaviours:
        _check_behaviour(panel, name, out)
    for name, values in panel.covariates.items():
        _check_missing(name, float(np.isnan(values[:, panel.present.any(axis=0)]).mean()), "covariate", out)
    for name, values in panel.dyads.items():
        square = values.shape[1] == values.shape[2]
        cells = values[:, ~np.eye(values.shape[1], dtype=bool)] if square else values
        _check_missing(name, float(np.isnan(cells).mean()), "covariate", out)
    for name, values in panel.receivers.items():
        _check_missing(name, float(np.isnan(values).mean()), "covariate", out)
    _check_size(panel, spec, out)
    return out


def _check_size(panel: Panel, spec: Specification, out: Findings) -> None:
    """Refuse more effects than there are changes to explain."""
    for name in (*spec.networks, *spec.behaviour):
        number = sum(term.variable == name and term.text not in spec.fix for term in spec.terms())
        if name in panel.networks:
            net = panel.networks[name]
            changes = np.abs(np.diff(net.ties % 10, axis=0))
            total = int(np.nansum(changes)) // (1 if net.directed else 2)
        else:
            total = int(np.nansum(np.abs(np.diff(panel.behaviours[name], axis=0))))
        if 0 < total < number:
            out.add("error", f"'{name}' changed {total} times in all, fewer than the {number} effects on it",
                    "too-few-changes", expected="about ten changes for every effect",
                    remedy="Keep only the effects that matter most, or collect another wave")


def _check_missing(name: str, share: float, what: str, out: Findings) -> None:
    if share > MISSING_STRONGLY:
        out.add("warning", f"{per_cent(share)} of the values of {what} '{name}' are unknown", "much-missing",
                expected="at most 10 %; above 20 % results become doubtful", remedy="Report this with the results")
    elif share > MISSING_WARNED:
        out.add("note", f"{per_cent(share)} of the values of {what} '{name}' are unknown", "some-missing")


def _check_network(panel: Panel, name: str, out: Findings) -> None:
    net = panel.networks[name]
    x = net.ties
    bad = ~np.isnan(x) & ~np.isin(x, (0, 1, 10, 11))
    if bad.any():
        out.add("error", f"relation '{name}' has values other than 0 and 1, e.g. {x[bad][0]:g}", "not-binary",
                expected="0, 1, unknown, 10 (impossible) or 11 (prescribed)",
                remedy="Decide from which value on it is a tie")
        return
    if not net.directed and not net.two_mode:
        other = x.transpose(0, 2, 1)
        odd = np.argwhere((x != other) & ~np.isnan(x) & ~np.isnan(other))
        if len(odd):
            w, i, j = odd[0]
            out.add("error", f"relation '{name}' is undirected, but in '{panel.waves[w]}' {panel.actors[i]} and "
                    f"{panel.actors[j]} differ in whether they have a tie ({len(odd) // 2} such pairs)",
                    "not-symmetric", expected="the same value both ways",
                    remedy="Declare the relation as directed, or decide which of the two counts")
    if net.weighted:
        out.add("note", f"the ties of '{name}' have weights; every positive weight counts as a tie", "weights")
    pairs = panel.present[:, :, None] & (np.ones(x.shape[2], bool) if net.two_mode else panel.present[:, None, :])
    if not net.two_mode:
        pairs = pairs & ~np.eye(panel.size, dtype=bool)
    for w, wave in enumerate(panel.waves):
        _check_missing(f"{name} in {wave}", float(np.isnan(x[w][pairs[w]]).mean()) if pairs[w].any() else 0.0,
                       "relation", out)
    _check_density(panel, name, pairs, out)
    for p in range(panel.periods):
        known = pairs[p] & pairs[p + 1] & ~np.isnan(x[p]) & ~np.isnan(x[p + 1])
        a, b = x[p][known] % 10 == 1, x[p + 1][known] % 10 == 1
        _check_change(panel, name, p, int((a & b).sum()), int((b & ~a).sum()), int((a & ~b).sum()), out)


def _check_density(panel: Panel, name: str, pairs: npt.NDArray[np.bool_], out: Findings) -> None:
    """Flag networks from which a model easily runs into the empty or the full network."""
    for w, wave in enumerate(panel.waves):
        cells = panel.networks[name].ties[w][pairs[w]]
        known = cells[~np.isnan(cells)] % 10
        share = float(known.mean()) if len(known) else 0.0
        if len(known) and (share > NEARLY_FULL or known.sum() < FEWEST_TIES):
            word = f"{per_cent(share)} of the possible ties" if share > NEARLY_FULL else f"{int(known.sum())} ties"
            out.add("warning", f"'{name}' in '{wave}' has {word}", "near-degenerate",
                    expected=f"at least {FEWEST_TIES} ties, and at most {per_cent(NEARLY_FULL)} of the possible ones",
                    remedy="Use a stricter meaning of the tie, or keep to density and reciprocity")


def _check_change(panel: Panel, name: str, p: int, kept: int, made: int, ended: int, out: Findings) -> None:
    period = f"'{name}' between '{panel.waves[p]}' and '{panel.waves[p + 1]}'"
    if made + ended == 0:
        out.add("error", f"nothing changed in {period}", "identical-waves", expected="ties that came or went",
                remedy="Leave one of the two waves out, or check that they are not copies of one another")
        return
    jaccard = kept / (kept + made + ended)
    if jaccard < JACCARD_WARNED:
        low = "too different for a process of small steps" if jaccard < JACCARD_LOW else "rather different"
        out.add("warning", f"the networks of {period} are {low} (Jaccard {jaccard:.2f})", "low-jaccard",
                expected="0.3 or more", remedy="Prefer waves that lie nearer to each other")
    if made + ended < FEW_CHANGES:
        out.add("warning", f"only {made + ended} ties changed in {period}", "few-changes",
                expected=f"{FEW_CHANGES} or more", remedy="Keep the model small")
    if made == 0 or ended == 0:
        way = "ended" if made == 0 else "came into being"
        out.add("note", f"ties of {period} only {way}; only such changes are simulated there", "one-way-period")


def _check_behaviour(panel: Panel, name: str, out: Findings) -> None:
    values = panel.behaviours[name]
    known = values[~np.isnan(values)]
    if not len(known):
        out.add("error", f"behaviour '{name}' has no values", "no-values", remedy="Fill the column, or leave it out")
        return
    if (known != np.round(known)).any():
        out.add("error", f"behaviour '{name}' has values that are not whole numbers", "not-ordinal",
                expected=f"2 to {MOST_LEVELS} ordered levels", remedy="Group the values into levels, e.g. by quartile")
        return
    if (levels := int(known.max() - known.min()) + 1) > MOST_LEVELS or levels < 2:
        out.add("error", f"behaviour '{name}' has {levels} levels", "too-many-levels",
                expected=f"2 to {MOST_LEVELS}", remedy="Group the values into levels, e.g. by quartile")
    for p in range(panel.periods):
        a, b = values[p], values[p + 1]
        both = ~np.isnan(a) & ~np.isnan(b)
        if not (a[both] != b[both]).any():
            out.add("error", f"behaviour '{name}' did not change between '{panel.waves[p]}' and "
                    f"'{panel.waves[p + 1]}'", "identical-waves", remedy="Use it as a covariate instead")
    _check_missing(name, float(np.isnan(values).mean()), "behaviour", out)


def check_coded(coded: Coded, panel: Panel, spec: Specification) -> Findings:
    """Effects that cannot be told apart, or that are the same for every choice."""
    out = Findings()
    asked = {(t.variable, t.text) for t in spec.terms()}
    for v, name in enumerate(coded.variables):
        first, last = int(coded.info[0, v, k.FIRST]), int(coded.info[0, v, k.LAST])
        items = [coded.parameters[q] for q in coded.fx[first:last, k.PARAM]]
        plain = "density" if name in panel.networks else "linear"
        if (name, plain) in asked and plain not in {item.text for item in items}:
            what = "ties" if plain == "density" else "levels"
            way = "rise" if coded.info[0, v, k.DIRECTION] == k.UP_ONLY else "fall"
            out.add("note", f"the {what} of '{name}' only {way} in all periods: '{plain}' cannot be estimated and is "
                    "left out", "one-way-panel")
        _check_counts(name, plain, [q for q in coded.fx[first:last, k.PARAM] if not coded.fixed[q]], coded, out)
        if items:
            table = _table(coded, v) if name in panel.networks else _steps(coded, v)
            _check_collinear(table, [item.name for item in items],
                             [item.term.factors[0].effect for item in items if item.term is not None], name, out)
    return out


def _check_counts(variable: str, plain: str, free: list[int], coded: Coded, out: Findings) -> None:
    """Refuse to split the constant term: what is gained and lost adds up to the number of changes, as the rate has."""
    found = [term for q in free if (term := coded.parameters[q].term) is not None
             and [f.effect.name for f in term.factors] == [plain]]
    if len(found) > 1:
        word = "ties" if plain == "density" else "steps"
        out.add("error", f"{' and '.join(repr(term.text) for term in found)} of '{variable}' cannot be estimated "
                f"together: gained and lost {word} add up to the number of changes, which sets the rate",
                "same-statistic", remedy=f"Keep '{plain}' alone; other effects may be split into creation and endow")


def _table(coded: Coded, v: int) -> npt.NDArray[np.float64]:
    """Change statistics of all choices of all periods, one row per choice."""
    rows = []
    for p in range(len(coded.x0)):
        sign = 1.0 - 2.0 * coded.x0[p, v]
        table = change_statistics(coded, coded.start, p, v) * sign[:, :, None]
        direction = coded.info[p, v, k.DIRECTION]
        possible = (direction == k.BOTH) | (sign > 0 if direction == k.UP_ONLY else sign < 0)
        rows.append(table[(coded.free[p, v] == 1) & possible])
    return np.concatenate(rows)


def _steps(coded: Coded, v: int) -> npt.NDArray[np.float64]:
    """Change statistics of all steps of a behaviour in all periods, one row per actor and step."""
    rows, roles = [], coded.fx[coded.info[0, v, k.FIRST]:coded.info[0, v, k.LAST], k.ROLE]
    for p in range(len(coded.x0)):
        levels = level_statistics(coded, p, v)
        up = np.diff(levels, axis=1)
        now = coded.z0[p, v]
        rises, falls = roles != k.ENDOWMENT, roles != k.CREATION
        for i in np.flatnonzero(coded.active[p]):
            if now[i] < up.shape[1] and coded.info[p, v, k.DIRECTION] != k.DOWN_ONLY:
                rows.append(up[i, now[i]] * rises)
            if now[i] > 0 and coded.info[p, v, k.DIRECTION] != k.UP_ONLY:
                rows.append(-up[i, now[i] - 1] * falls)
    return np.array(rows).reshape(len(rows), -1)


def _check_collinear(table: npt.NDArray[np.float64], names: list[str], effects: list[Effect], variable: str,
                     out: Findings) -> None:
    sizes = np.sqrt((table**2).sum(axis=0))
    for q in np.flatnonzero(sizes < 1e-9):
        out.add("error", f"'{names[q]}' is 0 for every possible change of '{variable}'", "no-variation",
                expected="an effect that differs between choices", remedy="Leave the effect out")
    keep = np.flatnonzero(sizes >= 1e-9)
    if len(keep) < 2:
        return
    scaled = table[:, keep] / sizes[keep]
    cosine = scaled.T @ scaled
    for a in range(len(keep)):
        for b in range(a):
            if abs(cosine[a, b]) > COLLINEAR:
                out.add("error", f"'{names[keep[a]]}' and '{names[keep[b]]}' cannot be told apart "
                        f"(correlation {cosine[a, b]:.3f})", "collinear", remedy="Leave one of the two out")
    closures = [e.name for e in effects if e.name in ("transTrip", "transTrip1", "transTrip2", "transMedTrip")]
    if len(closures) > 1:
        out.add("error", f"{' and '.join(closures)} have the same statistic", "same-statistic",
                remedy="Keep one of them")
    values, vectors = np.linalg.eigh(cosine)
    if values[0] < 1e-7 and not out.failed:
        share = [names[keep[q]] for q in np.flatnonzero(np.abs(vectors[:, 0]) > 0.1)]
        out.add("error", f"the effects {', '.join(share)} are not independent of one another", "collinear",
                remedy="Leave one of them out")
