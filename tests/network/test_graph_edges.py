"""The edges that igraph gets are those of the pairs, in the same order: seeded results hang on it."""

from __future__ import annotations

import numpy as np
import pytest

from interfirm import example
from interfirm.network._graph import _ends, graph, pairs


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("relation", ["advice", "peer", "customer", "ownership"])
def test_edges_are_the_pairs_in_their_order(relation: str, directed: bool) -> None:
    view = example().adjacency(relation, "2024")
    if directed and not view.directed:
        pytest.skip("has no direction")
    sender, receiver, _ = pairs(view, directed=directed)
    assert len(sender) > 0
    assert np.array_equal(_ends(view, directed), np.column_stack([sender, receiver]))
    assert graph(view, directed=directed).get_edgelist() == list(zip(sender.tolist(), receiver.tolist(), strict=True))
