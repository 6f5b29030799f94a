"""Real consortia: every one of the sample with enough members gets an answer, the same in any order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from interfirm.structure import KINDS, alliance_table, classify_alliances
from interfirm.study.study import Study


@pytest.mark.data
def test_consortia_of_the_sample(data_dir: Callable[[str], Path]) -> None:
    file = next(data_dir("cordis_h2020_sme_sample").glob("organization.csv*"))
    raw = pd.read_csv(file, sep=None, engine="python", dtype=str)
    rows = pd.DataFrame({"alliance": raw["projectID"], "actor": raw["organisationID"],
                         "role": raw["role"].map(lambda role: "lead" if role == "coordinator" else "member")})
    rows = rows.drop_duplicates(["alliance", "actor"])
    sizes = rows.groupby("alliance")["actor"].size()
    few = sizes[(sizes >= 6) & (sizes <= 20)].index[:25]
    actors = pd.DataFrame({"actor": rows["actor"].unique()})
    study = Study.from_tables({"actors": actors, "alliances": rows})
    done = set(rows["alliance"]) - set(few)
    table = alliance_table(classify_alliances(study, seed=1, draws=20, done=done))
    assert set(table["alliance"]) <= set(few) and len(table) >= 15
    assert set(table["nearest"]) <= set(KINDS)
    assert set(table["decision"]) <= {*KINDS, "indeterminate", "contested", "not classified"}
    again = alliance_table(classify_alliances(study, seed=1, draws=20, done=done, workers=1))
    pd.testing.assert_frame_equal(table, again)
