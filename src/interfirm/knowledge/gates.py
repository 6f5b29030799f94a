"""How much outside knowledge would be lost with each technological gatekeeper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from interfirm.errors import DataError, Finding, UnknownName, UsageError
from interfirm.knowledge._limits import whole
from interfirm.knowledge.flows import Floats, Flows, Ints, flows
from interfirm.knowledge.roles import GATEKEEPER, cognitive_roles
from interfirm.numerals import per_cent
from interfirm.structure.indices import reachable
from interfirm.structure.removal import EXACT, shapley

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


@dataclass(frozen=True, eq=False)
class GatekeeperLoss:
    """What the others lose of their ways to outside knowledge without each gatekeeper, and without all.

    Attributes
    ----------
    rows
        See :meth:`table`.
    reach
        (member, outside source) pairs that are joined with everybody there.
    lost_with_all, left_without_all
        Share of the pairs of the others that is lost if all gatekeepers leave; the others that then reach nothing
        outside and did before.
    direct, through, nothing
        Shares of the members with a known answer that have a link outside of their own, that reach outside only through
        others, and that reach nothing.
    settings
        Relation, wave, source of the links, hand-overs.
    """

    rows: pd.DataFrame
    reach: float
    lost_with_all: float
    left_without_all: tuple[str, ...]
    direct: float
    through: float
    nothing: float
    settings: Mapping[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per gatekeeper, largest loss first.

        ``links`` (own links outside), ``lost`` (pairs of the others that are lost with it), ``lost_share`` (of what the
        others reach), ``cut_off`` (others that then reach nothing outside), ``fair_share`` (its share of the loss with
        all: the Shapley value; missing above ten gatekeepers or 500 members).
        """
        return self.rows.copy()

    def __str__(self) -> str:
        if not len(self.rows):
            return "There is no technological gatekeeper."
        first = self.rows.iloc[0]
        return (f"Without {first['actor']} the others lose {per_cent(first['lost_share'])} of the outside knowledge "
                "within "
                f"reach, without all {len(self.rows)} gatekeepers {per_cent(self.lost_with_all)}.")


def gatekeeper_loss(study: Study, gatekeepers: Sequence[str] | None = None, *, relation: str | None = None,
                    wave: str | int | None = None, external: str = "auto", hand_overs: int | None = -1,
                    split: bool = True, seed: int = 1) -> GatekeeperLoss:
    """How much outside knowledge the others could no longer reach without each gatekeeper.

    A member reaches an outside source if it has a link to it, or asks somebody who has, with at most ``hand_overs``
    hand-overs among the members. R = Σ_i |sources reached by i|; lost share without a set G = 1 − Σ_{i∉G} |sources
    reached by i without G| / Σ_{i∉G} |sources reached by i|.

    Parameters
    ----------
    study
        The study.
    gatekeepers
        Members; those whom :func:`cognitive_roles` finds if left out.
    relation, wave, external
        As for :func:`cognitive_roles`. With ``"ties"`` a source that two members know counts once for whoever reaches
        both; with ``"links"`` the sources are not named and each link counts as a source of its own.
    hand_overs
        Most hand-overs; ``knowledge.hand_overs`` (2) by default; None: chains of any length.
    split
        Whether to split the loss with all gatekeepers among them (``fair_share``).
    seed
        Of the roles.

    Returns
    -------
    GatekeeperLoss

    Raises
    ------
    DataError
        Without a knowledge relation, or where no link outside is known.
    UnknownName
        For a gatekeeper that is not a member in the wave.

    Notes
    -----
    What members who did not answer ask, and their links, are not known and count as none: reach can be larger and
    losses smaller. Ours, after the technological gatekeepers of [giuliani2005] and the reach shares of network
    analysis; the fair share [shapley1953]. With ``external="ties"`` and ``hand_overs=None`` the loss is that of
    :func:`interfirm.structure.without`.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> loss = gatekeeper_loss(example(), wave="2024")
    >>> bool(0 <= loss.lost_with_all <= 1)
    True
    """
    import pandas as pd

    read = flows(study, relation=relation, wave=wave, external=external, weighted=False)
    if not read.external_from:
        raise DataError(Finding("error", "nothing is known of links outside the cluster", "no-external-links",
                                file="observations", expected="external_links, or ties to actors outside",
                                remedy="Ask each member how many sources outside it learns from"))
    if gatekeepers is None:
        gatekeepers = cognitive_roles(study, relation=read.relation, wave=read.wave, external=read.external_from,
                                      seed=seed).of(GATEKEEPER)
    steps = whole("hand_overs") if hand_overs == -1 else hand_overs
    if steps is not None and steps < 0:
        raise UsageError("hand_overs is a number from 0, or None for chains of any length.")
    place = _places(read, list(dict.fromkeys(gatekeepers)))
    ask, own = sp.csr_array(read.matrix > 0), _sources(study, read)
    total = _reached(ask, own, steps, [])
    rows = pd.DataFrame([_one(read, ask, own, steps, total, at) for at in place],
                        columns=["actor", "links", "lost", "lost_share", "cut_off"])
    lost_all, left = _lost(ask, own, steps, total, place)
    possible = split and 0 < len(place) <= EXACT and len(total) <= whole("fair_actors")
    rows["fair_share"] = _fair(ask, own, steps, total, place) if possible else np.nan
    known = ~read.silent
    mine = np.asarray(own.sum(axis=1)).ravel() > 0
    direct, through, nothing = (float(part[known].mean()) if known.any() else float("nan")
                                for part in (mine, ~mine & (total > 0), total == 0))
    settings = {**read.settings, "hand_overs": "any" if steps is None else steps}
    rows = rows.sort_values("lost", ascending=False, kind="stable").reset_index(drop=True)
    return GatekeeperLoss(rows, float(total.sum()), lost_all, tuple(str(read.actors[i]) for i in left), direct,
                          through, nothing, settings)


def _places(read: Flows, names: list[str]) -> list[int]:
    known = [str(actor) for actor in read.actors]
    for name in names:
        if name not in known:
            raise UnknownName("member in this wave", name, known)
    return [known.index(name) for name in names]


def _sources(study: Study, read: Flows) -> sp.csr_array:
    """Members × outside sources; without names, one column per member that weighs as many links as it has."""
    if read.external_from == "links":
        return sp.csr_array(sp.diags_array(np.nan_to_num(read.external)))
    view = study.adjacency(read.relation, read.wave, who="all")
    outside = (study.actors["position"] == "external").to_numpy(dtype=bool)[view.index]
    return sp.csr_array((view.matrix[~outside][:, outside] > 0).astype(np.float64))


def _reached(ask: sp.csr_array, own: sp.csr_array, steps: int | None, gone: Sequence[int]) -> Floats:
    """By member: the weight of the sources that it reaches when some are gone."""
    keep = np.ones(ask.shape[0], dtype=bool)
    keep[list(gone)] = False
    left = sp.diags_array(keep.astype(np.float64))
    near = _within(sp.csr_array(left @ ask.astype(np.float64) @ left), steps)
    reached = sp.csr_array(sp.csr_array(near @ left) @ (own > 0).astype(np.float64))
    reached.eliminate_zeros()
    reached.data[:] = 1.0
    weight = np.asarray(own.max(axis=0).todense(), dtype=np.float64).ravel()
    return np.asarray(reached @ weight, dtype=np.float64)


def _within(ask: sp.csr_array, steps: int | None) -> sp.csr_array:
    """Who is reached over at most so many ties, oneself included; 1 where it is."""
    if steps is None:
        return sp.csr_array(reachable(ask.toarray() > 0).astype(np.float64))
    one = sp.csr_array(ask + sp.eye_array(ask.shape[0]))
    out = sp.csr_array(sp.eye_array(ask.shape[0]))
    for _ in range(steps):
        out = sp.csr_array(out @ one)
        out.eliminate_zeros()
        out.data[:] = 1.0
    return out


def _lost(ask: sp.csr_array, own: sp.csr_array, steps: int | None, total: Floats, gone: Sequence[int]
          ) -> tuple[float, Ints]:
    """The lost share of those who stay, and who of them is left with nothing."""
    stay = np.setdiff1d(np.arange(len(total)), list(gone))
    after = _reached(ask, own, steps, gone)
    before = float(total[stay].sum())
    share = 1 - float(after[stay].sum()) / before if before > 0 else 0.0
    return share, stay[(total[stay] > 0) & (after[stay] == 0)]


def _one(read: Flows, ask: sp.csr_array, own: sp.csr_array, steps: int | None, total: Floats, at: int
         ) -> tuple[Any, ...]:
    share, left = _lost(ask, own, steps, total, [at])
    before = float(np.delete(total, at).sum())
    return (str(read.actors[at]), float(own[[at]].sum()), share * before, share, len(left))


def _fair(ask: sp.csr_array, own: sp.csr_array, steps: int | None, total: Floats, place: list[int]) -> list[float]:
    stay = np.setdiff1d(np.arange(len(total)), place)
    before = float(total[stay].sum())

    def value(some: frozenset[int]) -> float:
        after = _reached(ask, own, steps, [place[k] for k in some])
        return 1 - float(after[stay].sum()) / before if before > 0 else 0.0

    return shapley(value, len(place))
