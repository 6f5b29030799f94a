"""The propositions as hypotheses: what the documentation says of them still holds."""

from __future__ import annotations

import pandas as pd
import pytest

from interfirm.simulation.hypotheses import FIRMS, check, cluster, hypotheses
from interfirm.simulation.settings import rows


@pytest.mark.slow
def test_the_table_of_the_documentation() -> None:
    """Fewer runs than the table's: intervals overlap, and what is clear keeps its direction."""
    frozen = pd.DataFrame(rows("hypotheses"))
    found = check(replications=25, seed=7)
    assert frozen["contrast"].tolist() == found["contrast"].tolist() == [item.contrast for item in hypotheses()]
    for old, new in zip(frozen.to_dict("records"), found.to_dict("records"), strict=True):
        assert float(old["low"]) <= new["high"] and new["low"] <= float(old["high"]), old["contrast"]
        assert {old["verdict"], new["verdict"]} != {"as expected", "contradicted"}


@pytest.mark.parametrize("shape", ["circuit", "nodal circuit", "branch"])
def test_the_invented_clusters(shape: str) -> None:
    made = cluster(1, shape=shape)
    assert made.size == FIRMS and len(made.tie) == 2 * FIRMS
    assert (made.tie["boss"] > 0).sum() == (0 if shape == "circuit" else FIRMS - 1)
