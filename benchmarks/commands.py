"""Whole commands as a user waits for them: processes of their own, measured from outside.

The large network is the H2020 programme; it is looked for like the tests' real data and left out, with
a word, where it is absent. As peers, pandas and networkx do the same first steps: read the
participations, project them, count components.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.run import Row

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("INTERFIRM_DATA", ROOT.parent / "shared" / "data"))
PARTICIPATIONS = "participation_2014_2020.csv.gz"
PEER = """
import sys, itertools, pandas, networkx
frame = pandas.read_csv(sys.argv[1], usecols=["rcn", "pic"])
network = networkx.Graph()
network.add_nodes_from(frame["pic"].unique())
for _, members in frame.groupby("rcn")["pic"]:
    network.add_edges_from(itertools.combinations(set(members), 2))
print(network.number_of_edges(), networkx.number_connected_components(network))
"""


def run(*arguments: str, **environment: str) -> float:
    """Seconds that a command takes; its output is thrown away."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env=os.environ | environment)
    return time.perf_counter() - start


def interfirm(*arguments: str, **environment: str) -> float:
    return run("-m", "interfirm", *arguments, **environment)


def rows() -> Iterator[Row]:
    interfirm("--help")
    yield Row("interfirm --help", "", statistics.median(interfirm("--help") for _ in range(5)), within=0.5)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        interfirm("example", str(folder / "demo"))
        report = ("report", str(folder / "demo"), "-o", str(folder / "report.html"))
        yield Row("report, nothing compiled", "example (78 actors)", interfirm(*report, NUMBA_CACHE_DIR=str(folder)),
                  within=15)
        yield Row("report, compiled before", "example (78 actors)", interfirm(*report, NUMBA_CACHE_DIR=str(folder)),
                  within=15)
        if (DATA / "cordis_h2020" / PARTICIPATIONS).exists():
            yield from _h2020(folder)
        else:
            print("H2020 is not here (set INTERFIRM_DATA to the folder that holds cordis_h2020): left out.")


def _h2020(folder: Path) -> Iterator[Row]:
    source = DATA / "cordis_h2020" / PARTICIPATIONS
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    page = folder / "h2020.html"
    steps = {
        "import": interfirm("import", str(source), "-o", str(folder / "h2020")),
        "check": interfirm("check", str(folder / "h2020")),
        "report": interfirm("report", str(folder / "h2020"), "-o", str(page)),
    }
    memory = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1e6
    network = "H2020 (35,871 / 796,670)"
    for step, seconds in steps.items():
        yield Row(step, network, seconds)
    megabytes = page.stat().st_size / 1e6
    note = f"peak {memory:.2f} GB (target 2), page {megabytes:.1f} MB (target 12)"
    late = 90 if memory <= 2 and megabytes <= 12 else 0
    yield Row("import, check, measures, report", network, sum(steps.values()), within=late, note=note)
    yield Row("import alone, beside", network, steps["import"], "pandas + networkx", run("-c", PEER, str(source)),
              note="the peer reads, projects and counts components only")
