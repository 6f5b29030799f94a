"""K-density against scipy's pdist in the same run, and the memory of 100,000 points.

The peer is not a slow one: it bins the distances of ``pdist`` with whole numbers and smooths the bins as we do, instead
of adding up a kernel for every distance. It is timed on a few draws and multiplied, since a thousand would take most of
an hour; ours are all done.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
from scipy.spatial.distance import pdist

from benchmarks.run import Row
from interfirm.cluster import counting
from interfirm.cluster.density import _smoother, k_density, kernel_density
from interfirm.cluster.places import Places, on_plane

POINTS, SITES, DRAWS, PEER_DRAWS = 20_000, 40_000, 1_000, 3
BANDWIDTH = 5.0
_MEMORY = """
from pathlib import Path
import numpy as np
from interfirm.cluster.density import k_density
from interfirm.cluster.places import on_plane
from benchmarks.kdensity import scattered
places = scattered(200_000)
k_density(places, np.arange(100_000), bandwidth=5.0, draws=20)
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1e6)  # of this program alone; ru_maxrss counts the parent at the fork too
"""


def scattered(sites: int, size: float = 500.0, seed: int = 1) -> Places:
    """Sites in 40 towns of a square country of 500 km."""
    rng = np.random.default_rng(seed)
    towns = rng.uniform(0, size, (40, 2))
    where = towns[rng.integers(0, 40, sites)] + rng.normal(0, 12, (sites, 2))
    return on_plane(*np.clip(where, 0, size).T)


def rows() -> Iterator[Row]:
    places = scattered(SITES)
    chosen = np.arange(POINTS)
    k_density(places.take(np.arange(200)), np.arange(50), draws=19)
    start, cpu = time.perf_counter(), time.process_time()
    found = k_density(places, chosen, bandwidth=BANDWIDTH, draws=DRAWS)
    ours, used = time.perf_counter() - start, time.process_time() - cpu
    peer = peer_seconds(places, found.at)
    yield Row(f"K-density, {DRAWS:,} draws ({found.method})", f"{POINTS:,} of {SITES:,} points", ours,
              "scipy pdist, binned", peer * (DRAWS + 1), faster=20,
              note=f"{used:.0f} s of CPU; peer {PEER_DRAWS} draws, multiplied")
    yield _exactness(places)
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _MEMORY], capture_output=True, text=True, check=True)
    peak = float(done.stdout)
    yield Row("memory, 20 draws", "100,000 of 200,000", time.perf_counter() - start, short=peak >= 1,
              note=f"peak {peak:.2f} GB with the interpreter, wanted below 1")


def peer_seconds(places: Places, at: np.ndarray) -> float:
    """Seconds of the peer for one draw: the median of a few."""
    how = counting.plan(places, POINTS, BANDWIDTH, float(at.max()), "pairs")
    smooth, taken = _smoother(how, at), []
    for k in range(PEER_DRAWS):
        which = np.random.default_rng(k).permutation(SITES)[:POINTS]
        start = time.perf_counter()
        gaps = pdist(places.flat[which])
        gaps /= how.step
        bins = np.bincount(gaps.astype(np.int32), minlength=how.bins)[:how.bins]
        _ = bins @ smooth / (POINTS * (POINTS - 1) / 2)
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def _exactness(places: Places) -> Row:
    """What the cells of the grid cost in exactness, at 2,000 points."""
    chosen = np.arange(2_000)
    start = time.perf_counter()
    found = k_density(places, chosen, bandwidth=BANDWIDTH, draws=19, method="grid")
    ours = time.perf_counter() - start
    exact = kernel_density(places.take(chosen), found.at, bandwidth=BANDWIDTH)
    error = float(np.abs(found.value - exact).max() / exact.max())
    return Row("error of the grid", "2,000 points", ours, short=error > 0.01,
               note=f"{error:.2%} of the largest K, wanted at most 1 %")
