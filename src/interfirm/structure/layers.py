"""The two layers that a structure is read from: checked, cleaned, and what was noticed on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csgraph

from interfirm.errors import Findings
from interfirm.numerals import per_cent
from interfirm.structure.limits import limit

Layer = npt.NDArray[np.int8]
REFUSED = frozenset({"too-few", "too-many", "no-exchange", "missing"})
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Layers:
    """Exchange and coordination among n firms.

    Parameters
    ----------
    exchange
        n × n int8, symmetric: 1 the two work together, 0 they do not, -1 not known.
    coordination
        n × n int8: 1 row decides for column, 0 not, -1 not known. All 0 where ``known`` is False.
    known
        Whether there is a coordination layer.
    source
        Where the coordination layer comes from, in words.
    actors
        n names.
    one_way
        Share of the exchange ties reported from one side only; None where the exchange was given as
        undirected.
    findings
        What was noticed.
    fit
        Whether the layers can carry a classification.
    places
        Where the two layers were read from, for the findings.
    """

    exchange: Layer
    coordination: Layer
    known: bool
    source: str
    actors: npt.NDArray[Any]
    one_way: float | None
    findings: Findings
    fit: bool = True
    places: tuple[str, str] = ("exchange", "coordination")

    @property
    def size(self) -> int:
        """Number of firms n."""
        return len(self.exchange)


def read_layers(exchange: npt.ArrayLike, coordination: npt.ArrayLike | None, observed: Any,
                actors: Sequence[str] | None, source: str,
                places: tuple[str, str] = ("exchange", "coordination")) -> Layers:
    """Check two matrices and turn them into layers.

    A weight above 0 is a tie; NaN, or False in ``observed``, is not known.

    Raises
    ------
    DataError
        With all findings, if a matrix is not square, the sizes differ, or a weight is negative or infinite.
    """
    findings = Findings()
    first = _matrix(exchange, "exchange", findings)
    second = None if coordination is None else _matrix(coordination, "coordination", findings)
    masks = observed if isinstance(observed, tuple) else (observed, observed)
    findings.raise_if_failed()
    n = len(first)
    for what, size in (("coordination", None if second is None else len(second)),
                       ("the list of actors", None if actors is None else len(actors)),
                       *(("observed", None if mask is None else len(mask)) for mask in masks)):
        if size is not None and size != n:
            findings.add("error", f"{what} has {size} rows, exchange has {n}", "sizes-differ",
                         expected="the same firms in the same order in every matrix")
    findings.raise_if_failed()
    if second is not None and not bool((second > 0).any()):
        findings.add("note", "nobody decides for anybody in the coordination layer", "no-coordination",
                     file=places[1], expected="a tie for all who set plans, approve or allocate work for another",
                     remedy="If nobody was asked, leave the layer out: then exchange speaks alone, and less surely")
    names = np.asarray(actors if actors is not None else [f"actor {i + 1}" for i in range(n)], dtype=object)
    one_way = _one_way(first, findings, places[0])
    e = _signed(first, masks[0])
    half = ((e < 0) != (e < 0).T) & (np.maximum(e, e.T) == 0)
    if half.any():
        findings.add("note", f"that {int(half.sum()) // 2} pairs do not work together rests on the answer of one of "
                     "the two", "one-answer", file=places[0], remedy="Ask those who have not answered")
    e = _both_ways(e)
    c = np.zeros_like(e) if second is None else _signed(second, masks[1])
    return Layers(e, c, second is not None, source, names, one_way, findings, places=places)


def _matrix(values: npt.ArrayLike, name: str, findings: Findings) -> npt.NDArray[np.float64]:
    dense = values.toarray() if hasattr(values, "toarray") else values
    try:
        out = np.array(dense, dtype=np.float64)
    except (TypeError, ValueError):
        findings.add("error", f"{name} holds something that is not a number", "not-a-number",
                     expected="a square matrix of weights")
        return np.zeros((0, 0))
    if out.ndim != 2 or out.shape[0] != out.shape[1]:
        findings.add("error", f"{name} has shape {out.shape}", "not-square",
                     expected="a square matrix, one row and one column per firm in the same order")
        return np.zeros((0, 0))
    np.fill_diagonal(out, 0.0)
    if np.isinf(out).any() or (out < 0).any():
        findings.add("error", f"{name} has negative or infinite weights", "weights",
                     expected="0 for no tie, a positive number for a tie, nothing where it is not known",
                     remedy="Leave unknown ties empty (NaN) or mark them in 'observed'")
    return out


def _signed(weights: npt.NDArray[np.float64], mask: Any) -> Layer:
    out = (weights > 0).astype(np.int8)
    out[np.isnan(weights)] = -1
    if mask is not None:
        out[~np.asarray(mask, dtype=bool) & (out == 0)] = -1
    np.fill_diagonal(out, 0)
    return out


def _both_ways(layer: Layer) -> Layer:
    """Who works with whom, as at least one of the two says; unknown if neither answered."""
    return np.ascontiguousarray(np.maximum(layer, layer.T))


def _one_way(weights: npt.NDArray[np.float64], findings: Findings, place: str) -> float | None:
    tie = weights > 0
    either, both = int((tie | tie.T).sum()) // 2, int((tie & tie.T).sum()) // 2
    if either in {0, both}:
        return None
    share = 1 - both / either
    findings.add("note", f"{per_cent(share)} of the exchange ties go or were reported one way only; each counts as a "
                 "tie",
                 "one-way", file=place, expected="both ends of a tie name it, if it has no direction",
                 remedy="If these are reports of one side that the other would deny, keep only those that both made")
    return share


def without_isolates(layers: Layers) -> Layers:
    """Leave out firms without any known tie in both layers, and name them."""
    tied = ((layers.exchange == 1).any(axis=1) | (layers.coordination == 1).any(axis=1)
            | (layers.coordination == 1).any(axis=0))
    if bool(tied.all()) or not bool(tied.any()):
        return layers
    names = ", ".join(str(name) for name in layers.actors[~tied][:8])
    more = ", …" if int((~tied).sum()) > 8 else ""
    layers.findings.add("note", f"{int((~tied).sum())} firms have no tie in either layer and are left out "
                        f"({names}{more})", "isolates", file=layers.places[0],
                        remedy="If they did not answer, mark that in 'responded': then their ties are unknown")
    keep = np.ix_(tied, tied)
    return replace(layers, exchange=np.ascontiguousarray(layers.exchange[keep]),
                   coordination=np.ascontiguousarray(layers.coordination[keep]), actors=layers.actors[tied])


def adequate(layers: Layers) -> Layers:
    """The gate: enough firms, an exchange layer with ties, few unknown pairs, one connected network.

    A coordination layer that is mostly unknown is dropped; everything else makes the layers unfit.
    """
    n, findings = layers.size, layers.findings
    fit, out = True, layers
    if n < limit("fewest_actors"):
        fit = False
        left_out = any(item.code == "isolates" for item in findings)
        findings.add("warning", f"only {n} firms have a tie: too few to tell a structure" if left_out else
                     f"{n} firms are too few to tell a structure", "too-few",
                     file=layers.places[0], expected=f"at least {limit('fewest_actors'):.0f}",
                     remedy="Read the indices instead; they are given")
    if n > limit("most_actors"):
        fit = False
        findings.add("warning", f"{n} firms are too many for the search", "too-many",
                     expected=f"at most {limit('most_actors'):.0f}", remedy="Classify per alliance or community")
    if not bool((layers.exchange == 1).any()):
        fit = False
        findings.add("warning", "there is no exchange tie", "no-exchange", file=layers.places[0],
                     expected="ties that say who works with whom", remedy="Choose another relation or wave")
    unknown = _unknown(layers.exchange)
    if unknown > limit("most_missing"):
        fit = False
        findings.add("warning", f"{per_cent(unknown)} of the exchange pairs are unknown", "missing",
                     file=layers.places[0], expected=f"at most {per_cent(limit('most_missing'))}",
                     remedy="Ask those who have not answered, or leave them out")
    if layers.known and _unknown(layers.coordination) > limit("most_missing"):
        share = per_cent(_unknown(layers.coordination))
        findings.add("warning", f"{share} of the coordination pairs are unknown: the layer is not used",
                     "missing-coordination", file=layers.places[1],
                     expected=f"at most {per_cent(limit('most_missing'))}",
                     remedy="Ask those who have not answered")
        out = replace(out, coordination=np.zeros_like(layers.coordination), known=False,
                      source="none: too much of it is unknown")
    if bool((layers.exchange == 1).any()):
        _say_parts(layers)
    return replace(out, fit=fit)


def too_large(n: int) -> Layers:
    """Empty layers that say that there are too many firms; dense matrices of them would not fit."""
    findings = Findings()
    findings.add("warning", f"{n:,} firms are too many for the search", "too-many",
                 expected=f"at most {limit('most_actors'):,.0f}", remedy="Classify per alliance or community")
    none = np.zeros((0, 0), np.int8)
    return Layers(none, none, False, "not read", np.zeros(0, dtype=object), None, findings, fit=False)


def _unknown(layer: Layer) -> float:
    cells = layer.size - len(layer)
    return float((layer < 0).sum()) / cells if cells else 0.0


def _say_parts(layers: Layers) -> None:
    both = (layers.exchange == 1) | (layers.coordination == 1)
    number, part = csgraph.connected_components(both, directed=False)
    if number > 1:
        counts = np.bincount(part)
        order = np.argsort(-counts, kind="stable")
        shown = ", ".join(str(counts[i]) for i in order[:5])
        apart = [str(name) for name in layers.actors[part != order[0]]]
        names = ", ".join(apart[:8]) + (", …" if len(apart) > 8 else "")
        layers.findings.add("warning", f"the network falls into {number} parts of {shown} firms; apart from the "
                            f"largest: {names}", "disconnected", file=layers.places[0],
                            expected=f"one part that holds at least {per_cent(limit('connected'))} of the firms",
                            remedy="Classify the parts one by one, or each alliance")
