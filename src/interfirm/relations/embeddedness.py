"""How deeply firms are embedded: in single partners, in the circle around them, in the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.errors import UsageError
from interfirm.network.cohesion import local_clustering
from interfirm.relations._answers import scored
from interfirm.relations._flows import Floats, dense, flows, kilometres

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from interfirm.study.study import Study

_DECAY = 0.5


def relational_embeddedness(study: Study, *, wave: Any = None) -> pd.DataFrame:
    """How close the dealings of a firm with a partner are: trust, fine-grained information, joint problem solving.

    Each is the mean of its items in the instrument ``embeddedness``, 1 to 7; ``all`` the mean of every item.

    Parameters
    ----------
    study, wave
        A study with answers to the instrument.

    Returns
    -------
    pandas.DataFrame
        One row per answer about a partner: ``sender``, ``receiver``, ``trust``, ``information``,
        ``problem_solving``, ``all``; missing where more than a fifth of the items were left out.

    References
    ----------
    [uzzi1996], [uzzi1997]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> len(relational_embeddedness(example(seed=1), wave="2024"))    # not asked in the example
    0
    """
    out = scored(study, "embeddedness", study.wave(wave))
    return out.rename(columns={"actor": "sender", "about": "receiver", "problem solving": "problem_solving"})


def coupling(study: Study, *, relation: Any = "customer", wave: Any = None, who: str = "all",
             unit: str | None = None) -> pd.DataFrame:
    """How concentrated a firm's business is on few partners, and how concentrated its partners' business is.

    First order FOC_i = Σ_j p_ij² with p_ij the part of i's business in the relation that goes to j; second
    order SOC_i = mean of FOC_j over the partners of i. Both very high and very low values are expected to
    be a weakness: all eggs in one basket, or none but arm's-length dealings.

    Parameters
    ----------
    study, relation, wave, who
        The relation; outsiders are counted as partners by default.
    unit
        How the weights are read: ``"share"``, ``"money"``, ``"strength"``; None chooses by relation.

    Returns
    -------
    pandas.DataFrame
        By actor: ``partners``, ``first_order`` (1/k to 1), ``second_order``. NaN without partners. Unknown
        amounts are left out of the sums.

    References
    ----------
    [uzzi1996]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool(coupling(example(seed=1), wave="2024")["first_order"].max() <= 1)
    True
    """
    import pandas as pd

    found = flows(study, relation, wave, who, unit)
    first = first_order(found.share)
    tied = np.nan_to_num(found.share) > 0
    count = tied.sum(axis=1)
    usable = tied & ~np.isnan(first)[None, :]
    total = np.where(usable, np.nan_to_num(first)[None, :], 0.0).sum(axis=1)
    second = np.divide(total, usable.sum(axis=1), out=np.full(len(first), np.nan), where=usable.any(axis=1))
    out = pd.DataFrame({"partners": count, "first_order": first, "second_order": second},
                       index=pd.Index(found.view.actors, name="actor"))
    out.attrs.update(found.view.settings | {"unit": found.unit})
    return out


def first_order(share: Floats) -> Floats:
    """Σ_j p_ij² of each row, rows scaled to sum to 1; NaN for empty rows."""
    known = np.nan_to_num(share)
    total = known.sum(axis=1, keepdims=True)
    p = np.divide(known, total, out=np.full_like(known, np.nan), where=total > 0)
    return np.asarray((p**2).sum(axis=1))


def structural_embeddedness(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                            projection: str = "newman", decay: float = _DECAY) -> pd.DataFrame:
    """How far a firm's partners are each other's partners, so that word of conduct gets round.

    Per firm: ``shared`` = mean over its ties of s_ij = Σ_k a_ik a_jk (partners in common), ``gwesp`` = mean
    over its ties of e^α (1 − (1 − e^−α)^s_ij), which counts each further common partner less, and local
    ``clustering``. Direction is ignored.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    decay
        α, at least 0; 0 counts only whether there is a common partner.

    Returns
    -------
    pandas.DataFrame
        By actor: ``ties``, ``shared``, ``gwesp``, ``clustering``; NaN without ties. Unknown ties count as absent.

    Raises
    ------
    UsageError
        If the decay is negative.

    References
    ----------
    [snijders2006], [watts1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> found = structural_embeddedness(example(seed=1), relation="peer", wave="2024")
    >>> bool((found["gwesp"].dropna() <= found["shared"].dropna() + 1e-9).all())
    True
    """
    import pandas as pd

    if decay < 0:
        raise UsageError("decay must be at least 0.")
    view = study.adjacency(relation, wave, who=who, projection=projection)
    tie = view.symmetric.copy().astype(np.float64)
    tie.data[:] = 1.0
    shared = (tie @ tie).multiply(tie).tocsr()
    worth = shared.copy()
    worth.data = np.exp(decay) * (1 - (1 - np.exp(-decay)) ** shared.data)
    degree = np.asarray(tie.sum(axis=1)).ravel()

    def mean(matrix: Any) -> Floats:
        total = np.asarray(matrix.sum(axis=1)).ravel()
        return np.asarray(np.divide(total, degree, out=np.full(len(degree), np.nan), where=degree > 0))

    clustering = local_clustering(study, relation=relation, wave=wave, who=who, projection=projection)
    out = pd.DataFrame({"ties": degree.astype(int), "shared": mean(shared), "gwesp": mean(worth),
                        "clustering": clustering.to_numpy(np.float64)}, index=pd.Index(view.actors, name="actor"))
    out.attrs.update(view.settings | {"decay": decay})
    return out


def multiplexity(study: Study, *, relations: Sequence[str] | None = None, wave: Any = None,
                 who: str = "members") -> pd.DataFrame:
    """In how many ways two partners are tied: in trade only, or also in advice and joint work.

    m_ij = number of the relations that tie i and j in either direction; firm mean over its partners
    m̄_i = Σ_j m_ij / |{j: m_ij > 0}|.

    Parameters
    ----------
    study, wave, who
        See :meth:`interfirm.study.study.Study.adjacency`.
    relations
        The relations to count; None for all that were observed in the wave.

    Returns
    -------
    pandas.DataFrame
        By actor: ``partners``, ``multiplexity`` (1 upwards; NaN without partners). Unknown ties count as absent.

    References
    ----------
    [granovetter1973]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool(multiplexity(example(seed=1), wave="2024")["multiplexity"].min() >= 1)
    True
    """
    import pandas as pd

    when = study.wave(wave)
    names = list(relations) if relations is not None else sorted(
        set(study.ties.loc[study.ties["wave"] == when, "relation"]), key=study.relation_names.index)
    if not names:
        raise UsageError(f"No relation was observed in wave '{when}'.")
    views = [study.adjacency(name, when, who=who) for name in names]
    total = sum((_flag(view.symmetric) for view in views[1:]), _flag(views[0].symmetric))
    partners = np.diff(total.tocsr().indptr)
    kinds = np.asarray(total.sum(axis=1)).ravel()
    mean = np.divide(kinds, partners, out=np.full(len(kinds), np.nan), where=partners > 0)
    out = pd.DataFrame({"partners": partners, "multiplexity": mean}, index=pd.Index(views[0].actors, name="actor"))
    out.attrs.update(wave=when, relations=tuple(names))
    return out


def _flag(matrix: Any) -> Any:
    out = matrix.copy().astype(np.float64)
    out.data[:] = 1.0
    return out


def local_anchoring(study: Study, *, relation: Any = None, wave: Any = None, km: float | None = None,
                    strong: float | None = None) -> pd.Series[Any]:
    """How far a firm's strong ties hold it in the place.

    Share of the strong ties of i whose partner is in the region: within ``km``, or, where no distance is
    given, a member of the cluster (external actors are outside).

    Parameters
    ----------
    study, relation, wave
        See :meth:`interfirm.study.study.Study.adjacency`; external actors are included.
    km
        Radius of the region; None: the cluster boundary.
    strong
        Least weight of a strong tie; None: the median weight of the relation.

    Returns
    -------
    pandas.Series
        By member, 0 to 1; NaN without a strong tie to a partner whose place is known.

    References
    ----------
    [suarezvilla1998], [granovetter1973]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool(0.5 < local_anchoring(example(seed=1), relation="customer", wave="2024").mean() <= 1)
    True
    """
    view = study.adjacency(relation, wave, who="all")
    weight = np.nan_to_num(dense(view))
    weight = np.maximum(weight, weight.T)
    least = float(np.median(view.matrix.data)) if strong is None and view.matrix.nnz else (strong or 0.0)
    tie = (weight >= least) & (weight > 0)
    outside = (study.actors["position"] == "external").to_numpy(dtype=bool)[view.index]
    if km is None:
        near, known = np.broadcast_to(~outside, tie.shape), np.ones(tie.shape, dtype=bool)
    else:
        far = kilometres(study, view.index)
        near, known = far <= km, ~np.isnan(far)
    count = (tie & known).sum(axis=1)
    share = np.divide((tie & near & known).sum(axis=1), count, out=np.full(len(count), np.nan), where=count > 0)
    out = view.series(share, "local_anchoring")[~outside]
    out.attrs.update(view.settings | {"km": km, "strong": least})
    return out


def over_embeddedness(study: Study, *, relation: Any = None, wave: Any = None) -> pd.DataFrame:
    """Which firms live in a closed circle without a window to the outside.

    A firm is flagged if its local clustering is above the median of the members, its E–I index
    (Ext − Int)/(Ext + Int) over partners outside and inside the cluster is below 0, and its openness
    EO_i = Σ_k w_ik over outside partners k is below the median or none. Medians of the cluster itself: a
    flag says "more closed than the others", not "too closed".

    Parameters
    ----------
    study, relation, wave
        See :meth:`interfirm.study.study.Study.adjacency`.

    Returns
    -------
    pandas.DataFrame
        By member: ``clustering``, ``ei``, ``openness``, ``share_of_openness`` (e_i = EO_i / Σ EO), ``flag``.
        ``attrs["gate_concentration"]`` is Σ e_i² (1/n to 1; NaN without any outside tie). Unknown ties count
        as absent.

    References
    ----------
    [uzzi1997], [krackhardt1988], [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> found = over_embeddedness(example(seed=1), relation="advice", wave="2024")
    >>> 0 < found.attrs["gate_concentration"] <= 1
    True
    """
    import pandas as pd

    view = study.adjacency(relation, wave, who="all")
    outside = (study.actors["position"] == "external").to_numpy(dtype=bool)[view.index]
    weight = view.matrix.maximum(view.matrix.T).tocsr()
    external = np.asarray(weight[:, outside].sum(axis=1)).ravel()[~outside]
    tie = _flag(weight)
    out_count = np.asarray(tie[:, outside].sum(axis=1)).ravel()[~outside]
    in_count = np.asarray(tie[:, ~outside].sum(axis=1)).ravel()[~outside]
    both = out_count + in_count
    ei = np.divide(out_count - in_count, both, out=np.full(len(both), np.nan), where=both > 0)
    clustering = local_clustering(study, relation=relation, wave=wave).to_numpy(np.float64)
    total = float(external.sum())
    part = external / total if total > 0 else np.full(len(external), np.nan)
    middle = float(np.nanmedian(clustering)) if (~np.isnan(clustering)).any() else np.nan
    flag = (clustering > middle) & (ei < 0) & ((external < np.median(external)) | (external == 0))
    out = pd.DataFrame({"clustering": clustering, "ei": ei, "openness": external, "share_of_openness": part,
                        "flag": flag}, index=pd.Index(view.actors[~outside], name="actor"))
    out.attrs.update(view.settings | {"gate_concentration": float((part**2).sum()) if total > 0 else float("nan")})
    return out
