"""Which of the five structures of cooperation a network has, how sure, and what contradicts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm._version import __version__
from interfirm.numerals import per_cent
from interfirm.structure import conditions as rules
from interfirm.structure.classification import CONTESTED, INDETERMINATE, NOT_CLASSIFIED, Classification
from interfirm.structure.ideal_types import KINDS
from interfirm.structure.indices import indices as all_indices
from interfirm.structure.layers import REFUSED, Layers, adequate, read_layers, without_isolates
from interfirm.structure.limits import limit
from interfirm.structure.ready import wait
from interfirm.structure.search import Arrangement, Null, arrange, arrange_random
from interfirm.structure.sources import Relation, study_layers

if TYPE_CHECKING:
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], Any]
Conditions = dict[str, tuple[rules.Condition, ...]]

RESTARTS = 20
QUICK_RESTARTS = 6
NULLS: tuple[Null, ...] = ("degree", "density")
SHARES = (0.05, 0.10)
STABILITY_DRAWS = 50
CLOSE = 1.0  # about three standard errors of a z of 2 from 40 draws


@dataclass(frozen=True)
class Effort:
    """How much is computed.

    Draws per kind of random network, draws per share of moved ties, starts, indices; ``lazy`` compares with
    random networks only where that can still change the decision, and with ``refine`` draws where that comes
    out close; ``workers`` threads, which do not change the result.
    """

    draws: int
    stability_draws: int
    restarts: int
    indices: bool
    progress: Progress | None
    lazy: bool = False
    workers: int = 2
    refine: int = 0


def classify_network(exchange: npt.ArrayLike, coordination: npt.ArrayLike | None = None, *, seed: int,
                     draws: int = 200, observed: Any = None, actors: Sequence[str] | None = None,
                     coordination_source: str = "asked", stability_draws: int = STABILITY_DRAWS,
                     restarts: int = RESTARTS, indices: bool = True,
                     progress: Progress | None = None) -> Classification:
    """Which of the five structures two layers have.

    Each structure says which cells of the two layers should be empty, full, or of any density, given who
    is nodal, in which segment, or whose unit. For each, the best arrangement is searched (relocation moves
    from ``restarts`` starts) and scored by

        misfit = -log P(layers | structure, arrangement) - log P(arrangement).

    In a layer of density ρ a full cell holds its tie with probability 1 - η(1 - ρ), an empty one has a tie
    with probability η ρ; η, the noise of the layer, is summed out. The ties of cells of any density have a
    uniform Beta-Bernoulli marginal. log P(arrangement) is minus its code length. The probability of a
    structure is proportional to exp(-evidence / 1.05): the summed probability of the arrangements that the starts
    end in and of those one move away, made slightly less sure (``structure.tempering``), so that on generated networks
    of 12 firms and more the share right agrees with it. In networks that are half noise it is still too sure.
    The scoring is ours; the idea of fitting prespecified images is generalised blockmodelling [doreian2005].

    A structure is named only if its probability reaches 0.9, it fits at least 2 standard deviations better
    than it fits random networks searched in the same way, and its necessary conditions hold. Otherwise the
    decision is ``"indeterminate"``; or ``"contested"`` if a circuit fits best although many decide for
    others. Random networks have the same degrees (exchange) and out-degrees (coordination), or for the
    nodal circuit, which consists of degrees, the same density. A circuit is the absence of a hierarchy and
    is not compared with random networks.

    Parameters
    ----------
    exchange
        n × n: who works with whom. Any weight above 0 is a tie, in whichever direction.
    coordination
        n × n: row decides for column. None if it is not known: then exchange alone speaks, and a circuit
        can hardly be told from a nodal circuit whose head works with few.
    seed
        Seed of the searches and of the random networks. The result does not depend on the number of cores.
    draws
        Random networks of each kind; 0 leaves the comparison out, and nothing but a circuit is named.
    observed
        n × n booleans: which pairs are known; or one such array for each layer. NaN in a layer means the
        same. Unknown cells do not count in the score. Above 20 % unknown, exchange is refused and
        coordination left out.
    actors
        n names.
    coordination_source
        How the coordination layer was measured, in words; printed with the result.
    stability_draws
        Networks with 5 % and 10 % of the ties moved, to see whether the label is stable; 0 leaves it out.
    restarts
        Starts of each search. Random networks get 6, and are compared with a search of the same effort.
    indices
        Whether to compute the indices.
    progress
        Called with what is done, how many, of how many.

    Returns
    -------
    Classification

    Raises
    ------
    DataError
        If a matrix is not square, sizes differ, or weights are negative.

    Notes
    -----
    An exchange pair is known if at least one of the two answered. Firms without any tie are left out and
    named. Fewer than 6 firms, no exchange, more than 20 % unknown
    pairs: ``"not classified"``, with the indices. A network in several parts is flagged and fails the
    condition that the firms hang together unless one part holds 80 % of them.

    Examples
    --------
    >>> from interfirm.structure import generate
    >>> made = generate("nodal circuit", 10, seed=1)
    >>> classify_network(made.exchange, made.coordination, seed=1, draws=20).decision
    'nodal circuit'
    """
    layers = read_layers(exchange, coordination, observed, actors,
                         coordination_source if coordination is not None else "none: exchange alone")
    return run(layers, seed, Effort(draws, stability_draws, restarts, indices, progress), proxy=False)


def classify(study: Study, *, exchange: Relation = None, coordination: Relation = None,
             wave: str | int | None = None, alliance: str | None = None, seed: int, draws: int = 200,
             stability_draws: int = STABILITY_DRAWS, restarts: int = RESTARTS, indices: bool = True,
             progress: Progress | None = None) -> Classification:
    """Which of the five structures of cooperation the members of a study have, or one of its alliances.

    See :func:`classify_network` for the method.

    Parameters
    ----------
    study
        The study; external actors are left out, and their ties counted in ``findings``.
    exchange
        Who works with whom: one relation, or several pooled. None takes all relations of the exchange
        layer, or the alliances if there is none.
    coordination
        Who decides for whom. None takes the relations of the coordination layer; if there is none, it is
        inferred from parent firms, ownership above one half and one-sided dependence in valued exchange
        relations. An inferred layer has half the weight: the probabilities are the mean of those with and
        without it. The result prints the source.
    wave
        The wave; None if there is only one.
    alliance
        Only the members of this alliance, and the ties among them.
    seed, draws, stability_draws, restarts, indices, progress
        As in :func:`classify_network`.

    Returns
    -------
    Classification

    Raises
    ------
    UsageError
        If a relation, wave or alliance is unknown, or nothing says who works with whom.

    Notes
    -----
    Ties of those who did not answer are unknown and do not count.
    """
    layers, proxy = study_layers(study, exchange, coordination, wave, alliance)
    found = run(layers, seed, Effort(draws, stability_draws, restarts, indices, progress), proxy=proxy)
    asked = {"exchange": exchange, "coordination": coordination, "wave": wave, "alliance": alliance}
    return replace(found, settings={**asked, **found.settings})


def run(layers: Layers, seed: int, effort: Effort, *, proxy: bool) -> Classification:
    """Classify checked layers; ``proxy`` says that coordination was inferred, which halves its weight."""
    layers = adequate(without_isolates(layers)) if layers.fit else layers
    settings = {"seed": seed, "draws": effort.draws, "stability_draws": effort.stability_draws,
                "restarts": effort.restarts, "version": __version__}
    numbers: dict[str, float] = {}
    if effort.indices and layers.size:
        numbers = all_indices(layers.exchange, layers.coordination if layers.known else None)
    if not layers.fit:
        return _unfit(layers, numbers, settings)
    wait()
    roots = np.random.SeedSequence(seed).spawn(5)
    start = int(roots[0].generate_state(1, np.uint64)[0])
    found = arrange(layers.exchange, layers.coordination, layers.known, restarts=effort.restarts, near=True, seed=start)
    probability = _probability(found.evidence)
    if proxy and layers.known:
        alone = arrange(layers.exchange, np.zeros_like(layers.coordination), False, restarts=effort.restarts,
                        near=True, seed=start)
        probability = (probability + _probability(alone.evidence)) / 2
    order = np.argsort(-probability, kind="stable")
    must: Conditions = {kind: tuple(rules.conditions(kind, layers, found.positions[at], found.superiors[at]))
                        for at, kind in enumerate(KINDS)}
    best = KINDS[int(order[0])]
    nulls: tuple[Null, ...] = NULLS
    if effort.lazy:
        open_still = probability.max() >= limit("probability") and all(item.holds for item in must[best])
        nulls = () if best == "circuit" or not open_still else _deciding(best)
    z = _compare(layers, effort, start, dict(zip(NULLS, roots[1:3], strict=True)), nulls)
    if effort.lazy and nulls == ("degree",) and np.isnan(z[best]["degree"]):
        nulls = ("density",)
        z = _compare(layers, effort, start, {"density": roots[2]}, nulls)
    if effort.refine > effort.draws and nulls and abs(z[best][nulls[0]] - limit("z")) < CLOSE:
        z = _compare(layers, replace(effort, draws=effort.refine), start, dict(zip(NULLS, roots[1:3], strict=True)),
                     nulls)
    stability = _stability(layers, int(np.argmin(found.evidence)), effort, roots[3:])
    return _result(layers, found, probability, order, must, z, stability, numbers, settings)


def _deciding(best: str) -> tuple[Null, ...]:
    """The random networks that decide first (see ``Classification.deciding_z``)."""
    return ("density",) if best == "nodal circuit" else ("degree",)


def _probability(evidence: Floats) -> Floats:
    weight: Floats = np.exp(-(evidence - evidence.min()) / limit("tempering"))
    return np.asarray(weight / weight.sum())


def _compare(layers: Layers, effort: Effort, start: int, roots: dict[Null, np.random.SeedSequence],
             nulls: tuple[Null, ...]) -> dict[str, dict[str, float]]:
    """z per structure and kind of random network; NaN without draws or where no draw differs."""
    out: dict[str, dict[str, float]] = {kind: {null: float("nan") for null in NULLS} for kind in KINDS}
    if effort.draws < 2 or not nulls:
        return out
    quick = arrange(layers.exchange, layers.coordination, layers.known, restarts=QUICK_RESTARTS, near=False, seed=start)
    for null in nulls:
        report = _report(effort.progress, f"random networks, same {null}", effort.draws)
        misfit, _ = arrange_random(layers.exchange, layers.coordination, layers.known, null=null, draws=effort.draws,
                                   restarts=QUICK_RESTARTS, near=False, seed=roots[null], progress=report,
                                   workers=effort.workers)
        mean, sd = misfit.mean(axis=0), misfit.std(axis=0, ddof=1)
        for at, kind in enumerate(KINDS):
            if at and sd[at] > 1e-6:
                out[kind][null] = float((mean[at] - quick.misfit[at]) / sd[at])
    return out


def _stability(layers: Layers, best: int, effort: Effort, roots: list[np.random.SeedSequence]) -> dict[float, float]:
    """Share of the networks with some ties moved that have the same best structure."""
    out: dict[float, float] = {}
    if effort.stability_draws < 1:
        return out
    for share, root in zip(SHARES, roots, strict=True):
        report = _report(effort.progress, f"{per_cent(share)} of the ties moved", effort.stability_draws)
        _, evidence = arrange_random(layers.exchange, layers.coordination, layers.known, null="share", share=share,
                                     draws=effort.stability_draws, restarts=QUICK_RESTARTS, near=True, seed=root,
                                     progress=report, workers=effort.workers)
        out[share] = float((evidence.argmin(axis=1) == best).mean())
    return out


def _report(progress: Progress | None, what: str, total: int) -> Callable[[int], Any] | None:
    return None if progress is None else lambda done: progress(what, done, total)


def _result(layers: Layers, found: Arrangement, probability: Floats, order: npt.NDArray[np.intp], must: Conditions,
            z: dict[str, dict[str, float]], stability: dict[float, float], numbers: dict[str, float],
            settings: dict[str, Any]) -> Classification:
    labels = {kind: rules.expected(kind, found.positions[at], found.superiors[at]) for at, kind in enumerate(KINDS)}
    best = KINDS[int(order[0])]
    at = int(order[0])
    first = Classification(
        decision=best, best=best, second=KINDS[int(order[1])],
        probability=dict(zip(KINDS, probability.tolist(), strict=True)),
        misfit=dict(zip(KINDS, found.misfit.tolist(), strict=True)),
        evidence=dict(zip(KINDS, found.evidence.tolist(), strict=True)), z=z, conditions=must,
        distance={kind: rules.distance(layers, labels[kind]) for kind in KINDS},
        violations=tuple(rules.violations(layers, labels[best])), stability=stability,
        positions=position_names(best, found.positions[at], found.superiors[at]), superiors=found.superiors[at],
        actors=layers.actors, indices=numbers, coordination=layers.source, findings=tuple(layers.findings),
        reasons=(), settings=settings)
    decision, reasons = decide(first, float((layers.coordination == 1).sum()) / layers.size)
    return replace(first, decision=decision, reasons=reasons)


def decide(found: Classification, decisions_per_firm: float) -> tuple[str, tuple[str, ...]]:
    """The decision and, if no structure is named, why."""
    best = found.best
    if best == "circuit" and decisions_per_firm > limit("stray_decisions"):
        return CONTESTED, (f"nobody leads, yet there are {decisions_per_firm:.2g} decisions over others per firm",)
    reasons = []
    if found.probability[best] < limit("probability"):
        reasons.append(f"the probability is below {per_cent(limit('probability'))}")
    if best != "circuit" and not found.deciding_z(best) >= limit("z"):
        reasons += _why_z(found.deciding_z(best), found.settings["draws"], bool(reasons))
    reasons += [f"not so: {item.text} ({item.value:.2f}, {item.sense} {item.bound:.2g})"
                for item in found.conditions[best] if not item.holds]
    return (INDETERMINATE if reasons else best), tuple(reasons)


def _why_z(z: float, draws: int, others: bool) -> list[str]:
    """Why the comparison with random networks does not speak for it; nothing if it was left out for other reasons."""
    if draws < 2:
        return ["it was not compared with random networks"]
    if not np.isnan(z):
        below = np.floor(100 * z) / 100
        return [f"random networks fit about as well (z = {below:.2f}, at least {limit('z'):g} needed)"]
    return [] if others else ["random networks of the same kind cannot differ from it"]


def position_names(kind: str, positions: npt.NDArray[np.int64], superiors: npt.NDArray[np.int64]
                   ) -> npt.NDArray[np.str_]:
    """Position names as in ``IDEAL_TYPES[kind].positions``."""
    n = len(positions)
    if kind == "circuit":
        return np.full(n, "member")
    if kind == "branch":
        heads = np.isin(np.arange(n), superiors)
        return np.where(superiors < 0, "main firm", np.where(heads, "intermediate", "unit"))
    others = {"nodal circuit": ("member", "member"), "circuit-barrier": ("segment A", "segment B"),
              "circuit-branch": ("unit", "unit")}[kind]
    return np.where(positions == 0, "nodal", np.where(positions == 1, others[0], others[1]))


def _unfit(layers: Layers, numbers: dict[str, float], settings: dict[str, Any]) -> Classification:
    n = layers.size
    return Classification(
        decision=NOT_CLASSIFIED, best="", second="", probability={}, misfit={}, evidence={}, z={}, conditions={},
        distance={}, violations=(), stability={}, positions=np.full(n, ""), superiors=np.full(n, -1),
        actors=layers.actors, indices=numbers, coordination=layers.source, findings=tuple(layers.findings),
        reasons=tuple(item.problem for item in layers.findings if item.code in REFUSED), settings=settings)
