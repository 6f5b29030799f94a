"""Generalised blockmodelling: fit a prespecified image to one or two layers, binary or valued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, Finding, UnknownName, UsageError
from interfirm.kernels import blockmodel as kernel

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

BLOCK_TYPES: Final = ("null", "complete", "regular", "row-regular", "column-regular", "row-functional",
                      "column-functional", "row-dominant", "column-dominant", "density", "any")
CODES: Final = dict(zip(("nul", "com", "reg", "rre", "cre", "rfn", "cfn", "rdo", "cdo", "den", "dnc"), BLOCK_TYPES,
                        strict=True))
CRITERIA: Final = ("binary", "valued", "sum of squares")
SQUARES: Final = ("null", "complete", "regular", "row-regular", "column-regular", "any")
SWAP_LIMIT = 120


@dataclass(frozen=True, eq=False)
class Blockmodel:
    """A partition of the firms and how far each block is from the image.

    Parameters
    ----------
    error
        The criterion: the sum of the block errors over all layers. 0 is a perfect fit.
    clusters
        n cluster numbers from 0.
    block_errors
        layers × k × k.
    image
        layers × k × k names of the block type that fits best among those allowed.
    criterion
        ``"binary"``, ``"valued"`` or ``"sum of squares"``.
    hits, restarts
        How many of the starts reached this error: few of many means that better partitions may exist.
    actors
        n names.
    settings
        Seed, sufficient value, density.
    """

    error: float
    clusters: npt.NDArray[np.int64]
    block_errors: Floats
    image: npt.NDArray[Any]
    criterion: str
    hits: int
    restarts: int
    actors: npt.NDArray[Any]
    settings: Mapping[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per layer and block: layer, row, column, type, error."""
        import pandas as pd

        rows = [(layer, a, b, self.image[layer, a, b], float(self.block_errors[layer, a, b]))
                for layer, a, b in np.ndindex(self.image.shape)]
        return pd.DataFrame(rows, columns=["layer", "row", "column", "type", "error"])

    def cluster_table(self) -> pd.DataFrame:
        """One row per firm: actor, cluster."""
        import pandas as pd

        return pd.DataFrame({"actor": self.actors, "cluster": self.clusters})

    def __str__(self) -> str:
        sizes = ", ".join(str(int(size)) for size in np.bincount(self.clusters))
        return (f"Blockmodel of {len(self.clusters)} firms in clusters of {sizes}: error {self.error:g} "
                f"({self.criterion}; {self.hits} of {self.restarts} starts).")


def blockmodel(network: Any, image: Any = None, *, blocks: int | None = None,
               types: Sequence[str] = ("null", "complete"), criterion: str = "binary", sufficient: float = 1.0,
               density: float = 0.5, partition: Any = None, restarts: int = 20, seed: int | None = None,
               observed: Any = None, actors: Sequence[str] | None = None) -> Blockmodel:
    """Fit an image of allowed block types, and find the partition that fits it best.

    The error of a block of r rows and c columns, with x its known cells, m the ``sufficient`` value, and
    maxima and sums along rows (columns); the diagonal does not count, but a regular block counts whole rows
    and columns:

    * ``"binary"`` (any positive weight is 1, m = 1) and ``"valued"`` [ziberna2007]: null Σ x; complete
      Σ max(m - x, 0); regular Σ max(m - row maximum, m - column maximum, 0); row-regular c · Σ max(m - row
      maximum, 0); column-regular likewise; row-functional Σ x - Σ row maxima + c · Σ max(m - row maximum, 0);
      row-dominant r · min over rows of Σ max(m - x, 0); density max(``density`` · m · cells - Σ x, 0); any 0.
    * ``"sum of squares"``: null Σ x²; complete Σ (x - mean)²; row-regular c · Σ (row maximum - their mean)²;
      regular the larger of row- and column-regular; any 0.

    The criterion is their sum [doreian2005]; it equals that of R `blockmodeling` (diagonal ignored) for all of
    these except the dominant and density blocks.

    Parameters
    ----------
    network
        n × n weights, or a sequence of such layers.
    image
        k × k of block types, each a name, several names, or None for all of ``types``; one such image per layer.
        None with ``blocks`` leaves every block free.
    blocks
        Number of clusters where ``image`` is None.
    types
        The types that are allowed in a free block; the first wins a tie.
    criterion
        ``"binary"``, ``"valued"`` or ``"sum of squares"``.
    sufficient
        m of the valued criterion.
    density
        Least density of a density block.
    partition
        n cluster numbers: then nothing is searched and its error is returned.
    restarts, seed
        Random starts of the search (moves, and exchanges up to 120 firms), and their seed.
    observed
        n × n booleans: which cells are known; NaN in the network means the same.
    actors
        n names.

    Returns
    -------
    Blockmodel

    Raises
    ------
    UsageError
        For an image that is not square, an unknown block type, or no seed where a search is needed.
    DataError
        For a network that is not square.

    Examples
    --------
    >>> star = [[0, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    >>> blockmodel(star, [["any", "complete"], ["null", "null"]], seed=1).error
    0.0
    """
    if criterion not in CRITERIA:
        raise UnknownName("criterion", criterion, CRITERIA)
    x, known = _stack(network, observed, binary=criterion == "binary")
    allowed = _image(image, blocks, types, criterion, len(x))
    n, k = x.shape[1], allowed.shape[1]
    if k > n:
        raise UsageError(f"{k} clusters for {n} firms: take fewer.")
    enough = 1.0 if criterion == "binary" else float(sufficient)
    settings = {"seed": seed, "sufficient": enough, "density": density}
    names = np.asarray(actors if actors is not None else [f"actor {i + 1}" for i in range(n)], dtype=object)
    room = _Room(x, known, allowed, int(criterion == "sum of squares"), enough, float(density), k)
    if partition is not None:
        part = _partition(partition, n, k)
        return room.result(room.error(part), part, criterion, 1, 1, names, settings)
    if seed is None:
        raise UsageError("The search starts at random: give a seed, e.g. seed=1, or a partition.")
    best, part, hits = _search(room, n, k, restarts, np.random.default_rng(seed))
    room.error(part)
    return room.result(best, part, criterion, hits, restarts, names, settings)


class _Room:
    """The arrays that the compiled search works in."""

    def __init__(self, x: Floats, known: npt.NDArray[np.bool_], allowed: npt.NDArray[np.bool_], criterion: int,
                 enough: float, share: float, k: int) -> None:
        n, layers = x.shape[1], len(x)
        self.sizes = np.zeros(k, np.int64)
        self.errors, self.types = np.zeros((layers, k, k)), np.zeros((layers, k, k), np.int64)
        self.before = (x, known)
        self.after = (self.sizes, criterion, enough, share, allowed, np.zeros((3, n, k)), np.zeros((3, n, k)),
                      np.zeros((4, k, k)), self.errors, self.types)

    def error(self, part: npt.NDArray[np.int64]) -> float:
        return float(kernel.partition_error(*self.before, part, *self.after))

    def improve(self, part: npt.NDArray[np.int64], order: npt.NDArray[np.int64]) -> float:
        return float(kernel.improve(*self.before, part, *self.after, order, len(part) <= SWAP_LIMIT))

    def result(self, error: float, part: npt.NDArray[np.int64], criterion: str, hits: int, restarts: int,
               names: npt.NDArray[Any], settings: dict[str, Any]) -> Blockmodel:
        image = np.asarray(BLOCK_TYPES, dtype=object)[self.types]
        return Blockmodel(error, part, self.errors.copy(), image, criterion, hits, restarts, names, settings)


def _search(room: _Room, n: int, k: int, restarts: int, rng: np.random.Generator
            ) -> tuple[float, npt.NDArray[np.int64], int]:
    best, found, hits = np.inf, np.zeros(n, np.int64), 0
    for _ in range(restarts):
        part = np.concatenate([np.arange(k), rng.integers(0, k, n - k)]).astype(np.int64)
        rng.shuffle(part)
        score = room.improve(part, rng.permutation(n).astype(np.int64))
        if score < best - 1e-9:
            best, found, hits = score, part, 1
        elif score < best + 1e-9:
            hits += 1
    return best, found, hits


def _stack(network: Any, observed: Any, *, binary: bool) -> tuple[Floats, npt.NDArray[np.bool_]]:
    dense = network.toarray() if hasattr(network, "toarray") else network
    x = np.array([item.toarray() if hasattr(item, "toarray") else item for item in dense], dtype=np.float64)
    x = x[None] if x.ndim == 2 else x
    if x.ndim != 3 or x.shape[1] != x.shape[2]:
        raise DataError(Finding("error", f"the network has shape {x.shape[-2:]}", "not-square",
                                expected="a square matrix, one row and one column per firm"))
    known = ~np.isnan(x) & ~np.eye(x.shape[1], dtype=bool)
    if observed is not None:
        known &= np.asarray(observed, dtype=bool)
    x = np.where(known, x, 0.0)
    return ((x > 0).astype(np.float64) if binary else x), known


def _image(image: Any, blocks: int | None, types: Sequence[str], criterion: str, layers: int) -> npt.NDArray[np.bool_]:
    """layers × k × k × types booleans: which types each block may have."""
    if image is None:
        if blocks is None or blocks < 1:
            raise UsageError("Give an image, or the number of clusters: blocks=…")
        image = [[None] * blocks for _ in range(blocks)]
    several = layers > 1 and len(image) == layers and all(
        isinstance(item, (list, tuple)) and item and isinstance(item[0], (list, tuple)) for item in image)
    images = image if several else [image] * layers
    k = len(images[0])
    allowed = np.zeros((layers, k, k, kernel.TYPES), dtype=np.bool_)
    for layer, one in enumerate(images):
        if len(one) != k or any(len(row) != k for row in one):
            raise UsageError("An image is square: as many rows as columns, one per cluster.")
        for a, row in enumerate(one):
            for b, cell in enumerate(row):
                names = tuple(types) if cell is None else ((cell,) if isinstance(cell, str) else tuple(cell))
                for name in names:
                    allowed[layer, a, b, BLOCK_TYPES.index(_type(name, criterion))] = True
    return allowed


def _type(name: str, criterion: str) -> str:
    full = CODES.get(name, name)
    known = SQUARES if criterion == "sum of squares" else BLOCK_TYPES
    if full not in known:
        raise UnknownName(f"block type of the {criterion} criterion", name, known)
    return full


def _partition(partition: Any, n: int, k: int) -> npt.NDArray[np.int64]:
    values, codes = np.unique(np.asarray(partition), return_inverse=True)
    if len(codes) != n or len(values) != k:
        raise UsageError(f"The partition has {len(codes)} firms in {len(values)} clusters; the network has {n} firms "
                         f"and the image {k} clusters.")
    return codes.astype(np.int64)
