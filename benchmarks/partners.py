"""Recommendations on all of Horizon 2020: how well they foresee, and how fast they are."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.partners_h2020 import folder, load
from benchmarks.run import Row
from interfirm.partners.evaluate import PartnerEvaluation, evaluate
from interfirm.partners.history import history
from interfirm.partners.learn import Walker, top_lists
from interfirm.partners.recommend import recommend

THEMES = ("programme", "topic")
WANTED = 1.5


def rows() -> Iterator[Row]:
    where = folder()
    if where is None:
        print("partners: left out, the data 'cordis_h2020' is not here (set INTERFIRM_DATA).")
        return
    study = load(where)
    network = "H2020"
    start = time.perf_counter()
    result = evaluate(study, until="2017", after="2020", themes=THEMES)
    ratio = result.ratio()[1]
    yield Row("learn and evaluate (companies)", network, time.perf_counter() - start, short=ratio < WANTED,
              note=f"recall@20 {ratio:.2f} times the best baseline, wanted {WANTED:g}")
    show(result)
    start = time.perf_counter()
    walker = Walker(history(study, "2020", themes=THEMES), np.ones(len(study.actors), dtype=bool))
    lists = top_lists(result.model, walker, range(len(study.actors)))
    yield Row("top 10 for every organisation", network, time.perf_counter() - start, within=90,
              note=f"{len(lists):,} lists, peak memory {memory():.1f} GB")
    ask = study.actors["actor"].iloc[:20]
    recommend(study, str(ask.iloc[0]), who="all")
    start = time.perf_counter()
    for actor in ask:
        recommend(study, str(actor), who="all")
    yield Row("one firm's list, with reasons", network, (time.perf_counter() - start) / len(ask), within=0.2)


def show(result: PartnerEvaluation) -> None:
    """Print recall at 20 of every method and group, and the ratio that is wanted to be 1.5."""
    print(result)
    frame = result.table((20,))
    for group, part in frame.groupby("group", sort=False):
        print(f"  {group}, {part['actors'].iloc[0]:,} companies")
        for row in part.to_dict("records"):
            print(f"    {row['method']:<18} recall@20 {row['recall']:.4f} [{row['recall_low']:.4f}, "
                  f"{row['recall_high']:.4f}]  precision {row['precision']:.4f}  MRR {row['reciprocal_rank']:.4f}  "
                  f"NDCG {row['ndcg']:.4f}")
    ratio, low, high = result.ratio()[1:]
    state = "met" if ratio >= WANTED else "MISSED"
    print(f"  wanted: {WANTED:.2f} times the best baseline; reached {ratio:.2f} [{low:.2f}, "
          f"{high:.2f}]: {state}", flush=True)


def memory() -> float:
    """Largest memory of this process so far (GB)."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6)
