"""The knowledge spiral as a model: what firms know in their heads and on paper, and how each step moves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import UsageError
from interfirm.kernels.seci import spiral
from interfirm.knowledge._limits import limit
from interfirm.knowledge.absorptive import absorptive_capacity
from interfirm.knowledge.flows import Floats, knowledge_relation
from interfirm.knowledge.seci import STEPS, seci_state
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

NAMES: Final = tuple(STEPS.values())


@dataclass(frozen=True, eq=False)
class SeciPath:
    """Where the spiral leads.

    Attributes
    ----------
    tacit, explicit
        n × K: knowledge in heads and on paper at the end.
    flows
        n × 4: what each firm gained by each step.
    totals
        periods + 1 rows: sums of tacit and of explicit knowledge.
    """

    tacit: Floats
    explicit: Floats
    flows: Floats
    totals: Floats

    @property
    def bottleneck(self) -> str:
        """The step by which least was gained."""
        return NAMES[int(self.flows.sum(axis=0).argmin())]

    @property
    def spiral(self) -> float:
        """Share of the firms that gained by all four steps."""
        return float((self.flows > 0).all(axis=1).mean())

    def table(self) -> pd.DataFrame:
        """One row per period: ``tacit``, ``explicit``."""
        import pandas as pd

        return pd.DataFrame(self.totals, columns=["tacit", "explicit"]).rename_axis("period").reset_index()

    def __str__(self) -> str:
        gained = ", ".join(f"{name} {value:.3g}" for name, value in zip(NAMES, self.flows.sum(axis=0), strict=True))
        return f"Gained in {len(self.totals) - 1} periods: {gained}; least by {self.bottleneck}."


def seci_path(tacit: npt.ArrayLike, explicit: npt.ArrayLike, strength: Any, *, ability: npt.ArrayLike | float = 1.0,
              near: Any = None, complement: Any = None, rates: npt.ArrayLike = (0.05, 0.05, 0.05, 0.05),
              tops: Sequence[float] = (1.0, 1.0), decay: Sequence[float] = (0.0, 0.0), periods: int = 20) -> SeciPath:
    """Run the knowledge spiral: socialisation, externalisation, combination, internalisation, and what is lost.

    With tacit τ and explicit ξ knowledge of firm i in category k, each step acting on the state that the one before it
    left::

        socialisation    Δτ_i = min( s Σ_j str_ij AC_i near_ij max(0, τ_j − τ_i),  max_j τ_j − τ_i )
        externalisation  Δξ_i = e τ_i (1 − ξ_i / ξ_max)
        combination      Δξ_i = c Σ_j √(ξ_i ξ_j) comp_ij (1 − ξ_i / ξ_max)
        internalisation  Δτ_i = n AC_i ξ_i (1 − τ_i / τ_max)
        loss             τ ← (1 − δ_τ) τ,  ξ ← (1 − δ_ξ) ξ

    Parameters
    ----------
    tacit, explicit
        n × K (or n) amounts, 0 to ``tops``.
    strength
        n × n, dense or sparse: str_ij above 0 where i learns from j.
    ability
        AC, n values or one, 0 to 1.
    near, complement
        n × n: how near, and how different in knowledge, two firms are; 1 for every tie if left out.
    rates
        (s, e, c, n), or n × 4 by firm.
    tops
        τ_max and ξ_max.
    decay
        δ_τ and δ_ξ per period, 0 to 1.
    periods
        How many.

    Returns
    -------
    SeciPath

    Raises
    ------
    UsageError
        For negative amounts, rates above 1, or shapes that do not fit.

    Notes
    -----
    The four steps are those of [nonaka2000]; the equations are ours. Knowledge is not used up by giving it.

    Examples
    --------
    >>> seci_path([0, 1], [0, 0], [[0, 1], [0, 0]], rates=(0.5, 0, 0, 0), periods=1).tacit.ravel().tolist()
    [0.5, 1.0]
    """
    head = _amounts(tacit, "tacit")
    paper = _amounts(explicit, "explicit")
    n = len(head)
    tie = sp.csr_array(strength, dtype=np.float64)
    tie.eliminate_zeros()
    if head.shape != paper.shape or tie.shape != (n, n):
        raise UsageError(f"tacit and explicit must be alike and strength n × n; they are {head.shape}, {paper.shape}, "
                         f"{tie.shape}.")
    speed = np.ascontiguousarray(np.broadcast_to(np.asarray(rates, dtype=np.float64), (n, 4)))
    able = np.ascontiguousarray(np.broadcast_to(np.asarray(ability, dtype=np.float64), (n,)))
    _check(speed, able, tie, tops, decay, periods, head, paper)
    coo = tie.tocoo()
    beside = [np.ones(tie.nnz) if one is None else np.asarray(sp.csr_array(one)[coo.row, coo.col],
                                                              dtype=np.float64).ravel() for one in (near, complement)]
    flows, totals = np.zeros((n, 4)), np.empty((periods + 1, 2))
    spiral(tie.indptr.astype(np.int64), tie.indices.astype(np.int64), tie.data, beside[0], beside[1], able, speed,
           np.asarray(tops, dtype=np.float64), np.asarray(decay, dtype=np.float64), head, paper, flows, totals)
    return SeciPath(head, paper, flows, totals)


def _amounts(values: npt.ArrayLike, name: str) -> Floats:
    x = np.array(values, dtype=np.float64)
    if x.ndim == 1:
        x = x[:, None]
    if x.ndim != 2 or not np.isfinite(x).all() or (x < 0).any():
        raise UsageError(f"{name} must be n × K amounts of at least 0, all of them known.")
    return np.ascontiguousarray(x)


def _check(speed: Floats, able: Floats, tie: sp.csr_array, tops: Sequence[float], decay: Sequence[float], periods: int,
           head: Floats, paper: Floats) -> None:
    if not ((speed >= 0).all() and (speed <= 1).all() and (able >= 0).all() and (able <= 1).all()):
        raise UsageError("Rates and abilities are numbers from 0 to 1.")
    if (tie.data < 0).any() or len(tops) != 2 or len(decay) != 2 or not all(0 <= d <= 1 for d in decay) or periods < 0:
        raise UsageError("Strengths and periods are at least 0; tops and decay have two numbers (decay 0 to 1).")
    if head.max(initial=0) > tops[0] or paper.max(initial=0) > tops[1]:
        raise UsageError(f"Nobody can know more than tops = {tuple(tops)} to begin with.")


@dataclass(frozen=True, eq=False)
class SeciSimulation:
    """What the spiral would bring in a cluster, and by which step more effort would help most.

    Attributes
    ----------
    path
        With the stated rates.
    rows
        See :meth:`table`.
    lever
        The step whose increase adds most knowledge with the stated rates.
    sure
        In which share of the drawn rates it is that step.
    settings
        Relation, wave, base rate, periods, draws, seed, and whether rates are by firm.
    """

    path: SeciPath
    rows: pd.DataFrame
    lever: str
    sure: float
    settings: Mapping[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per step: ``gained``, ``share`` of all gains, ``elasticity`` (per cent more knowledge at the end per
        per cent more of the step), and ``best``, in which share of the draws it is the largest."""
        return self.rows.copy()

    def __str__(self) -> str:
        values = ", ".join(f"{row.step} {row.elasticity:.3f}" for row in self.rows.itertuples())
        return (f"One per cent more of a step would bring so many per cent more knowledge after "
                f"{self.settings['periods']} periods: {values}. Most: {self.lever} (in {per_cent(self.sure)} of "
                f"{self.settings['draws']} draws of the rates).")


def seci_simulation(study: Study, *, relation: str | None = None, wave: str | int | None = None, periods: int = 20,
                    base: float = 0.05, decay: Sequence[float] = (0.02, 0.01), draws: int = 200, seed: int = 1
                    ) -> SeciSimulation:
    """Simulate the knowledge spiral on a cluster's own network, and find the step where more effort would help most.

    Each firm's rate of a step is ``base`` × 2 × its score of the step (0 to 1; :func:`seci_state`); firms without a
    score take the median, and without any answers all are alike. Every firm starts with half of what can be known in
    its head times twice its absorptive capacity (at most all), and with half of that on paper. Ties, their strength and
    nearness are those of the study. The elasticity of a step is the growth of ln(knowledge at the end) with ln(rate).
    Rates are not known: ``draws`` times each of the four is multiplied by a number between ½ and 2.

    Parameters
    ----------
    study
        The study.
    relation, wave
        As for :func:`interfirm.knowledge.cognitive_roles`.
    periods
        How many, e.g. quarters.
    base
        Rate of a step at the middle of its scale.
    decay
        Shares of tacit and explicit knowledge lost per period.
    draws, seed
        Of the rates.

    Returns
    -------
    SeciSimulation

    Notes
    -----
    A thought experiment with stated assumptions, not a forecast: it says which step limits the spiral if the rules of
    :func:`seci_path` hold. Ties of members that did not answer are not known and missing. Ours, after [nonaka2000].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> result = seci_simulation(example(), wave="2024", draws=20)
    >>> len(result.table())
    4
    """
    import pandas as pd

    name, when = knowledge_relation(study, relation), study.wave(wave)
    start, by_firm = _start(study, name, when, base)
    path = _run(start, np.ones(4), decay, periods)
    slope = _elasticity(start, np.ones(4), decay, periods)
    rng = np.random.default_rng(seed)
    factors = 2.0 ** rng.uniform(-1, 1, (draws, 4))
    best = np.bincount([int(np.argmax(_elasticity(start, one, decay, periods))) for one in factors], minlength=4)
    gained = path.flows.sum(axis=0)
    rows = pd.DataFrame({"step": NAMES, "gained": gained, "share": gained / max(gained.sum(), 1e-300),
                         "elasticity": slope, "best": best / max(draws, 1)})
    lever = int(slope.argmax())
    settings = {"relation": name, "wave": when, "base": base, "periods": periods, "decay": tuple(decay),
                "draws": draws, "seed": seed, "rates": "by firm" if by_firm else "alike for all"}
    return SeciSimulation(path, rows, NAMES[lever], float(best[lever] / max(draws, 1)), settings)


def _start(study: Study, relation: str, wave: str, base: float) -> tuple[dict[str, Any], bool]:
    view = study.adjacency(relation, wave)
    n = view.size
    strength = view.matrix / view.matrix.data.max() if view.matrix.nnz else view.matrix
    asked = study.answers.loc[study.answers["wave"] == wave, "item"]
    by_firm = bool(asked.str.startswith("SOC_").any())
    scores = np.full((n, 4), 0.5)
    if by_firm:
        frame = seci_state(study, wave=wave, draws=1).scores.reindex(view.actors)
        scores = frame.fillna(frame.median()).fillna(0.5).to_numpy(dtype=np.float64)
    ability = np.full(n, 0.5)
    if asked.str.startswith("AC_").any():
        known = absorptive_capacity(study, wave=wave).rows.set_index("actor")["capacity"].reindex(view.actors)
        ability = known.fillna(known.median()).fillna(0.5).to_numpy(dtype=np.float64)
    tacit = np.minimum(1.0, ability)
    return {"tacit": tacit, "explicit": tacit / 2, "strength": strength, "ability": ability,
            "rates": np.minimum(1.0, 2 * base * scores), "near": _near(study, view.index)}, by_firm


def _near(study: Study, index: npt.NDArray[np.int64]) -> Floats | None:
    if "distance" not in study.dyads.columns or not len(study.dyads):
        return None
    km = study.dyadic("distance")[np.ix_(index, index)]
    return np.asarray(np.exp(-np.nan_to_num(km, nan=0.0) / limit("decay_km")), dtype=np.float64)


def _run(start: Mapping[str, Any], factors: Floats, decay: Sequence[float], periods: int) -> SeciPath:
    rates = np.minimum(1.0, start["rates"] * factors)
    return seci_path(start["tacit"], start["explicit"], start["strength"], ability=start["ability"],
                     near=start["near"], rates=rates, decay=decay, periods=periods)


def _elasticity(start: Mapping[str, Any], factors: Floats, decay: Sequence[float], periods: int) -> Floats:
    """The growth of ln(tacit + explicit at the end) with ln(rate) of each step, by a step of 5 per cent up and down."""
    out = np.empty(4)
    for step in range(4):
        ends = []
        for change in (1.05, 1 / 1.05):
            moved = factors.copy()
            moved[step] *= change
            ends.append(np.log(_run(start, moved, decay, periods).totals[-1].sum()))
        out[step] = (ends[0] - ends[1]) / (2 * np.log(1.05))
    return out
