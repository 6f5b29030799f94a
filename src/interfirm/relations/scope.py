"""How narrow a firm's part is, whether that stands in the way of reciprocity, and how firms become smaller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.errors import UnknownName, UsageError
from interfirm.relations._answers import shares
from interfirm.relations._flows import Floats
from interfirm.relations.outsourcing import two_way_subcontracting

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_NAN = float("nan")
_OF = ("division", "scope")


def specialisation(study: Study, *, wave: Any = None, of: str = "division") -> pd.Series[Any]:
    """How narrow a firm's part in the division of labour is.

    HHI_i = Σ_k p_ik², with p_ik the share of activity (or product line) k in the work of firm i.

    Parameters
    ----------
    study, wave
        A study with answers to the instrument.
    of
        ``"division"``: shares of the work in alliances by activity; ``"scope"``: shares of turnover by product
        line.

    Returns
    -------
    pandas.Series
        By member, 1/k (all alike) to 1 (one thing only); NaN for firms that were not asked or did not answer.

    References
    ----------
    [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool(specialisation(example(seed=1), wave="2024").dropna().between(0.2, 1).all())
    True
    """
    import pandas as pd

    if of not in _OF:
        raise UnknownName("kind of specialisation", of, _OF)
    when = study.wave(wave)
    actors = study.actors["actor"].to_numpy()[study.present(when)]
    values = (shares(study, of, when) ** 2).sum(axis=1)
    out = values.reindex(pd.Index(actors, name="actor")).rename("specialisation")
    out.attrs.update(wave=when, of=of)
    return out


@dataclass(frozen=True)
class Association:
    """A rank correlation over firms.

    Attributes
    ----------
    value
        Spearman's ρ, −1 to 1; NaN with fewer than four firms or no spread.
    p
        Share of random exchanges with a correlation at least as negative (one-sided).
    firms
        Number of firms.
    permutations, seed
        Of the test.
    """

    value: float
    p: float
    firms: int
    permutations: int
    seed: int

    def __str__(self) -> str:
        return f"rank correlation {self.value:.3g} over {self.firms} firms (p {self.p:.3g}, one-sided)"


def specialisation_and_reciprocity(study: Study, *, relation: Any = "outsourcing", wave: Any = None,
                                   of: str = "division", permutations: int = 9999, seed: int = 1) -> Association:
    """Whether narrow firms take part less in two-way subcontracting.

    Spearman's rank correlation of specialisation HHI_i and two-way subcontracting TWS_i over firms; the
    source expects it to be negative. p by exchanging the firms. The ties of firms hang together, so the p
    is too small where few firms trade with each other only.

    Parameters
    ----------
    study, relation, wave, of
        As in :func:`specialisation` and :func:`interfirm.relations.two_way_subcontracting`.
    permutations, seed
        Of the test.

    Returns
    -------
    Association

    References
    ----------
    [suarezvilla1998], [phipson2010]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> specialisation_and_reciprocity(example(seed=1), wave="2024", permutations=99).value < 0
    True
    """
    firms = two_way_subcontracting(study, relation=relation, wave=wave, draws=0).firms
    narrow = specialisation(study, wave=wave, of=of).reindex(firms.index)
    return rank_association(narrow.to_numpy(np.float64), firms.to_numpy(np.float64), permutations, seed)


def rank_association(x: Floats, y: Floats, permutations: int, seed: int) -> Association:
    """Spearman's ρ with the one-sided p of a negative association by permutation."""
    keep = ~(np.isnan(x) | np.isnan(y))
    a, b = ranks(x[keep]), ranks(y[keep])
    n = int(keep.sum())
    if n < 4 or a.std() == 0 or b.std() == 0:
        return Association(_NAN, _NAN, n, permutations, seed)
    a, b = (a - a.mean()) / a.std(), (b - b.mean()) / b.std()
    value, rng = float((a * b).mean()), np.random.default_rng(seed)
    as_low = sum((rng.permutation(a) * b).mean() <= value + 1e-12 for _ in range(permutations))
    return Association(value, (1 + as_low) / (1 + permutations), n, permutations, seed)


def ranks(values: Floats) -> Floats:
    """Ranks from 1, the mean rank for ties."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(values), dtype=np.float64)


def downscaling(study: Study, *, first: Any, second: Any) -> pd.DataFrame:
    """Whether firms only became smaller, or changed what they do and how: a profile, never one number.

    Between two waves: (a) ``establishment_growth``: ln of employees per establishment, later less earlier;
    (b) ``scope``: change of −Σ_p s_p ln s_p over product lines; (c) ``integration``: change of value added
    by turnover; (d) ``rd_share``: its change; (e) ``units``: change in the number of autonomous units.
    *Downsizing only*: (a) falls and none of (b)–(e) moves, two or more of which are known. *Downscaling*: (a)
    falls and at least one of them moves. Changes below 1 per cent, and below 0.01 for shares and
    entropies, count as none.

    Parameters
    ----------
    study
        With ``employees`` and ``rd_share``, and, where collected, the columns ``establishments`` (1 where
        missing), ``value_added`` and ``units`` in ``observations`` and answers to the instrument ``scope``.
    first, second
        The waves.

    Returns
    -------
    pandas.DataFrame
        One row per firm present in both waves: the five changes (NaN where not known), ``known`` of (b)–(e),
        and ``reading``: ``"downscaling"``, ``"downsizing only"``, ``"not smaller"`` or ``"cannot say"``.

    Raises
    ------
    UsageError
        If the waves are not in time order.

    References
    ----------
    [suarezvilla1998], [jacquemin1979], [adelman1955]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> "downscaling" in set(downscaling(example(seed=1), first="2021", second="2024")["reading"])
    True
    """
    import pandas as pd

    waves = [study.wave(first), study.wave(second)]
    if study.wave_order.index(waves[0]) >= study.wave_order.index(waves[1]):
        raise UsageError(f"The first wave ({waves[0]}) must come before the second ({waves[1]}).")
    both = np.intersect1d(study.present(waves[0]), study.present(waves[1]))
    before, after = (_profile(study, wave).iloc[both] for wave in waves)
    out = after - before
    out.insert(0, "known", out.drop(columns="establishment_growth").notna().sum(axis=1))
    out["reading"] = [_reading({str(k): v for k, v in row.items()}) for row in out.to_dict("records")]
    firms = study.actors["kind"].to_numpy()[both] == "firm"
    order = ["establishment_growth", "scope", "integration", "rd_share", "units", "known", "reading"]
    return pd.DataFrame(out.loc[firms, order]).rename_axis("actor").reset_index()


def _profile(study: Study, wave: str) -> pd.DataFrame:
    import pandas as pd

    def column(name: str, missing: float) -> Floats:
        if name not in study.observations.columns:
            return np.full(len(study.actors), missing)
        return study.covariate(name, wave).to_numpy(dtype=np.float64, na_value=missing)

    parts = shares(study, "scope", wave)
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -(parts * np.log(parts.where(parts > 0, 1.0))).sum(axis=1)
        size = np.log(column("employees", _NAN) / np.maximum(column("establishments", 1.0), 1.0))
        integration = column("value_added", _NAN) / column("turnover", _NAN)
    index = pd.Index(study.actors["actor"], name="actor")
    return pd.DataFrame({
        "establishment_growth": np.where(np.isfinite(size), size, np.nan),
        "scope": entropy.reindex(index).to_numpy(dtype=np.float64),
        "integration": np.where(np.isfinite(integration), integration, np.nan),
        "rd_share": column("rd_share", _NAN), "units": column("units", _NAN),
    }, index=index)


def _reading(row: dict[str, Any]) -> str:
    if np.isnan(row["establishment_growth"]):
        return "cannot say"
    if row["establishment_growth"] > -0.01:
        return "not smaller"
    small = {"scope": 0.01, "integration": 0.01, "rd_share": 0.01, "units": 0.5}
    moved = any(abs(row[name]) >= least for name, least in small.items() if not np.isnan(row[name]))
    if moved:
        return "downscaling"
    return "downsizing only" if row["known"] >= 2 else "cannot say"
