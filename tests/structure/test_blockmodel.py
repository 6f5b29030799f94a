"""The blockmodel criterion: R `blockmodeling` (frozen), hand calculations, invariants, recovery."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.structure.blockmodels import BLOCK_TYPES, CODES, blockmodel

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "reference" / "blockmodeling.json").read_text("utf-8"))
CRITERION = {"bin": "binary", "val": "valued", "ss": "sum of squares"}
# R 1.1.4 gives negative errors for row-dominant blocks and 0 for valued ones, so these are checked by hand below.
COMPARABLE = [case for case in REFERENCE["cases"] if case["type"] not in {"rdo", "cdo"}]
EXACT = 1e-9  # both sides are sums of a few dozen numbers, printed with 15 digits


def _network(approach: str) -> np.ndarray[Any, Any]:
    return np.array(REFERENCE["binary" if approach == "bin" else "valued"], dtype=float)


@pytest.mark.parametrize("case", COMPARABLE, ids=lambda case: f"{case['approach']}-{case['type']}")
def test_block_errors_equal_r(case: dict[str, Any]) -> None:
    found = blockmodel(_network(case["approach"]), [[CODES[case["type"]]] * 3] * 3,
                       criterion=CRITERION[case["approach"]], sufficient=REFERENCE["sufficient"],
                       partition=REFERENCE["clusters"])
    assert found.block_errors[0] == pytest.approx(np.array(case["blocks"]), abs=EXACT)
    assert found.error == pytest.approx(case["error"], abs=1e-6)  # printed with 12 digits


def test_free_image_equals_r() -> None:
    found = blockmodel(_network("bin"), blocks=3, types=("nul", "com", "reg"), partition=REFERENCE["clusters"])
    assert found.error == REFERENCE["free"]["error"]
    assert found.image[0].ravel().tolist() == [CODES[item] for item in REFERENCE["free"]["image"]]


@pytest.mark.parametrize(("approach", "types", "name"), [("bin", ("null", "complete"), "binary nul com"),
                                                         ("ss", ("complete",), "valued ss com")])
def test_search_reaches_the_optimum_of_r(approach: str, types: tuple[str, ...], name: str) -> None:
    found = blockmodel(_network(approach), blocks=3, types=types, criterion=CRITERION[approach], restarts=40, seed=1)
    assert found.error <= REFERENCE["optimum"][name] + 1e-6


def test_by_hand() -> None:
    """Rows a, b and columns c, d, e: a ties c and d, b ties nobody."""
    x = np.zeros((5, 5))
    x[0, 2] = x[0, 3] = 1
    part = [0, 0, 1, 1, 1]

    def error(kind: str, **options: float) -> float:
        image = [["any", kind], ["any", "any"]]
        return blockmodel(x, image, partition=part, **options).error  # type: ignore[arg-type]

    assert error("null") == 2
    assert error("complete") == 4
    assert error("row-regular") == 3            # b has no tie: 1 row x 3 columns
    assert error("column-regular") == 2         # e has none: 1 column x 2 rows
    assert error("regular") == 4                # b's row and e's column cover 4 cells
    assert error("row-functional") == 1 + 3     # one tie too many in a, none in b
    assert error("column-functional") == 0 + 2
    assert error("row-dominant") == 2 * 1       # a lacks one of three
    assert error("column-dominant") == 3 * 1    # c lacks one of two
    assert error("density", density=0.5) == 1   # 3 of 6 wanted, 2 there
    assert error("any") == 0


def test_perfect_image_is_recovered_and_relabelling_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    part = np.repeat([0, 1, 2], [4, 5, 6])
    ideal = np.array([[1, 1, 0], [0, 0, 1], [0, 0, 0]])[np.ix_(part, part)].astype(float)
    order = rng.permutation(15)
    image = [["complete", "complete", "null"], ["null", "null", "complete"], ["null", "null", "null"]]
    found = blockmodel(ideal[np.ix_(order, order)], image, seed=2)
    assert found.error == 0
    assert found.clusters.tolist() == part[order].tolist()
    again = blockmodel(ideal[np.ix_(order, order)], image, seed=2)
    assert again.clusters.tolist() == found.clusters.tolist()
    assert "error 0" in str(found)
    assert len(found.table()) == 9
    assert found.cluster_table()["cluster"].tolist() == found.clusters.tolist()


def test_two_layers_add_up_and_unknown_cells_do_not_count() -> None:
    rng = np.random.default_rng(1)
    a, b = (rng.random((8, 8)) < 0.4).astype(float), (rng.random((8, 8)) < 0.2).astype(float)
    part = [0, 0, 0, 1, 1, 1, 1, 1]
    first, second = [["null", "complete"], ["regular", "null"]], [["any", "complete"], ["null", "null"]]
    both = blockmodel([a, b], [first, second], partition=part)
    assert both.error == blockmodel(a, first, partition=part).error + blockmodel(b, second, partition=part).error
    hidden = a.copy()
    hidden[0, 1] = np.nan
    plain, less = ((blockmodel(m, [["null", "any"], ["any", "any"]], partition=part).error) for m in (a, hidden))
    assert plain - less == a[0, 1]


def test_wrong_calls_are_said() -> None:
    x = np.zeros((4, 4))
    with pytest.raises(UnknownName, match="Did you mean 'regular'"):
        blockmodel(x, [["regulr"]], seed=1)
    with pytest.raises(UnknownName, match="sum of squares"):
        blockmodel(x, [["density"]], criterion="sum of squares", seed=1)
    with pytest.raises(UsageError, match="square"):
        blockmodel(x, [["null", "null"], ["null"]], seed=1)
    with pytest.raises(UsageError, match="seed"):
        blockmodel(x, blocks=2)
    with pytest.raises(UsageError, match="fewer"):
        blockmodel(x, blocks=5, seed=1)
    with pytest.raises(DataError, match="shape"):
        blockmodel(np.zeros((3, 4)), blocks=2, seed=1)
    assert set(CODES.values()) == set(BLOCK_TYPES)
