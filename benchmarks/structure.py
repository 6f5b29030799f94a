"""How often the five structures are recognised, whether the stated confidence is right, and how long it takes.

``python -m benchmarks.structure`` prints the accuracy table (200 networks per type; ``--networks 20`` for a
quick look, ``--sizes 8 12`` or ``--noises 0 0.1`` for a part). With ``--keep FILE`` every network that was
tried is kept there, and a later run goes on from it. ``rows()`` gives the timings to the bench.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

import interfirm
from benchmarks.partners_h2020 import folder, load
from benchmarks.run import Row, machine, timed_cold
from interfirm.structure import KINDS, classify_alliances, classify_network, generate
from interfirm.structure.classification import CONTESTED
from interfirm.structure.classifying import Effort, run
from interfirm.structure.layers import read_layers

SIZES = (8, 12, 24, 60)
NOISES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.0)
BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
DRAWS = 40
# size, noise -> least share right
TARGETS = {**{(n, 0.0): 0.97 for n in SIZES}, **{(n, 0.1): 0.95 for n in (12, 24, 60)},
           **{(n, 0.2): 0.90 for n in (12, 24, 60)}, (24, 0.3): 0.93, (60, 0.3): 0.98}


@dataclass(frozen=True)
class Trial:
    """One generated network and what was said about it."""

    n: int
    noise: float
    kind: str
    number: int
    best: str
    decision: str
    probability: float
    exchange_only: str


Task = tuple[int, float, int, int]


def trial(task: Task) -> Trial:
    """Generate and classify one network: nodal 1-2, branching 2-4, the generator's defaults otherwise."""
    n, noise, at, number = task
    rng = np.random.default_rng([n, round(10 * noise), at, number])
    kind = KINDS[at]
    nodal = int(rng.integers(1, 3)) if kind in {"nodal circuit", "circuit-barrier"} else None
    made = generate(kind, n, noise, seed=rng, nodal=nodal, branching=int(rng.integers(2, 5)))
    effort = Effort(DRAWS, 0, 20, indices=False, progress=None, lazy=True, workers=1)
    found = run(read_layers(made.exchange, made.coordination, None, None, "asked"), number, effort, proxy=False)
    alone = classify_network(made.exchange, seed=number, draws=0, stability_draws=0, indices=False)
    return Trial(n, noise, kind, number, found.best, found.decision, found.probability.get(found.best, 0.0), alone.best)


def accuracy(tasks: Iterable[Task], workers: int) -> Iterator[Trial]:
    """All trials as they are done; the seeds do not depend on the number of workers."""
    if workers < 2:
        yield from map(trial, tasks)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(trial, tasks, chunksize=20)


def kept(path: Path) -> list[Trial]:
    """The trials kept in a file; none if there is no file yet. Refuses those of another version of the code."""
    if not path.exists():
        with path.open("w", newline="") as file:
            csv.writer(file).writerow(["code", code()])
        return []
    with path.open(newline="") as file:
        first, *lines = csv.reader(file)
    if first != ["code", code()]:
        sys.exit(f"{path} was made by another version of the code; name another file or delete it.")
    return [Trial(int(n), float(noise), kind, int(number), best, decision, float(probability), alone)
            for n, noise, kind, number, best, decision, probability, alone in lines]


def code() -> str:
    """A fingerprint of all that the classification depends on."""
    root = Path(interfirm.__file__).parent
    files = [*sorted((root / "structure").glob("*.py")), *sorted((root / "kernels").glob("fit_*.py")),
             root / "kernels" / "rewire.py", root / "defaults.toml"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def all_trials(sizes: Sequence[int], noises: Sequence[float], networks: int, keep: Path | None,
               workers: int) -> list[Trial]:
    """The trials asked for: those kept, and the others, which are added to the file as they are done."""
    tasks = [(n, noise, at, number) for n in sizes for noise in noises for at in range(len(KINDS))
             for number in range(networks)]
    before = {(t.n, t.noise, KINDS.index(t.kind), t.number): t for t in (kept(keep) if keep else [])}
    missing = [task for task in tasks if task not in before]
    out = [before[task] for task in tasks if task in before]
    file = keep.open("a", newline="", buffering=1) if keep else None
    for done, found in enumerate(accuracy(missing, workers), start=1):
        out.append(found)
        if file:
            csv.writer(file).writerow(astuple(found))
        if done % 100 == 0:
            print(f"\r{done} of {len(missing)} networks", end="", file=sys.stderr, flush=True)
    if file:
        file.close()
    return out


def table(trials: list[Trial]) -> Iterator[str]:
    """The lines of the accuracy table."""
    yield (f"{'firms':>5} {'noise':>5} {'right':>7} {'target':>7} {'':6} {'decided':>8} {'right if decided':>17} "
           f"{'exchange only':>14}")
    for n in SIZES:
        for noise in NOISES[:-1]:
            some = [t for t in trials if t.n == n and t.noise == noise]
            if not some:
                continue
            right = np.mean([t.best == t.kind for t in some])
            decided = [t for t in some if t.decision in KINDS]
            among = np.mean([t.decision == t.kind for t in decided]) if decided else float("nan")
            target = TARGETS.get((n, noise))
            mark = "" if target is None else ("met" if right >= target else "MISSED")
            alone = np.mean([t.exchange_only == t.kind for t in some])
            share = len(decided) / len(some)
            yield (f"{n:>5} {noise:>5} {right:>7.3f} {target if target else '':>7} {mark:6} {share:>8.3f} "
                   f"{among:>17.3f} {alone:>14.3f}")
    quiet = [t for t in trials if t.noise <= 0.3 and t.decision in KINDS]
    if quiet:
        among = np.mean([t.decision == t.kind for t in quiet])
        yield f"among decided, noise up to 0.3: {among:.3f} right (target 0.93)"
    for n in SIZES:
        random = [t for t in trials if t.n == n and t.noise == 1.0]
        if not random:
            continue
        wrong = np.mean([t.decision in KINDS and t.decision != "circuit" for t in random])
        yield (f"noise 1, {n} firms: {wrong:.3f} labelled non-circuit (target at most 0.05), "
               f"{np.mean([t.decision == CONTESTED for t in random]):.3f} contested")
    yield from per_kind(trials)
    for most in (0.3, 0.5):
        yield from calibration([t for t in trials if t.n >= 12 and t.noise <= most], most)


def per_kind(trials: list[Trial]) -> Iterator[str]:
    """Share right by kind, noise up to 0.3, 12 firms and more."""
    for kind in KINDS:
        some = [t for t in trials if t.kind == kind and t.n >= 12 and t.noise <= 0.3]
        if not some:
            continue
        yield f"{kind:<16} {np.mean([t.best == t.kind for t in some]):.3f} right (12 firms and more, noise up to 0.3)"


def calibration(some: list[Trial], most: float) -> Iterator[str]:
    """Stated confidence beside the share right, by bin."""
    stated, right = np.array([t.probability for t in some]), np.array([t.best == t.kind for t in some])
    place = np.digitize(stated, BINS)
    for at in range(len(BINS) + 1):
        here = place == at
        if here.sum() >= 20:
            gap = right[here].mean() - stated[here].mean()
            yield (f"noise up to {most}: stated {stated[here].mean():.3f}, right {right[here].mean():.3f}, "
                   f"difference {gap:+.3f} ({here.sum()} networks){'' if abs(gap) <= 0.05 else '  outside 0.05'}")


def consortia() -> Iterator[Row]:
    """Every consortium of Horizon 2020 with six or more organisations, one of which leads it, if the data is there."""
    where = folder()
    if where is None:
        return
    study = load(where)
    ours, found = timed_cold(lambda: sum(1 for _ in classify_alliances(study, seed=1)), runs=1)
    yield Row("structure of each consortium", f"Horizon 2020, {found:,} of them", ours, within=300.0)


def rows() -> Iterator[Row]:
    """Timings of a whole classification, both kinds of random networks and the stability runs included."""
    yield from consortia()
    for n, draws, within, kinds in ((100, 200, 5.0, KINDS), (1000, 50, 120.0, ("circuit", "nodal circuit"))):
        for kind in kinds:
            made = generate(kind, n, 0.1, seed=1)
            ours, _ = timed_cold(lambda made=made, draws=draws: classify_network(
                made.exchange, made.coordination, seed=1, draws=draws), runs=1)
            yield Row("structure, with null models", f"{kind}, n={n}, {draws} draws", ours, within=within)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=200, help="networks per type, size and noise")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of firms")
    parser.add_argument("--noises", type=float, nargs="+", default=NOISES, help="levels of noise, 0 to 1")
    parser.add_argument("--keep", type=Path, help="a file that keeps what was tried; a later run goes on from it")
    parser.add_argument("--workers", type=int, default=2, help="processes; they do not change the result")
    parser.add_argument("--time", action="store_true", help="time the classification instead")
    asked = parser.parse_args(arguments)
    print(machine())
    lines = (row.line() for row in rows()) if asked.time else table(
        all_trials(asked.sizes, asked.noises, asked.networks, asked.keep, asked.workers))
    for line in lines:
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
