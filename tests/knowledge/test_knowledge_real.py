"""Cognitive roles in the printing cluster of Kecskemét, beside what its authors coded."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from interfirm import Study
from interfirm.knowledge import cognitive_roles, gatekeeper_loss
from interfirm.knowledge.roles import GATEKEEPER

sys.path.append(str(Path(__file__).resolve().parents[1] / "network"))
pytestmark = pytest.mark.data


def column(folder: Path, name: str) -> pd.DataFrame:
    text = (folder / name).read_text("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    rows = [line.split(";") for line in text.splitlines() if line.strip()]
    return pd.DataFrame(rows[1:], columns=["actor", *rows[0][1:]]).set_index("actor")


@pytest.fixture(scope="module")
def cluster(data_dir_of_kecskemet: Path) -> tuple[Study, Path]:
    from network_studies import printing_cluster

    folder = data_dir_of_kecskemet
    study = printing_cluster(folder)
    links = column(folder, "external_ties.csv").iloc[:, 0].astype(float)
    tables = study.tables()
    seen = tables["observations"]
    tables["observations"] = seen.assign(external_links=seen["actor"].map(links).astype("Float64"))
    return Study.from_tables(tables), folder


@pytest.fixture(scope="module")
def data_dir_of_kecskemet(request: pytest.FixtureRequest) -> Path:
    find = request.getfixturevalue("data_dir")
    return Path(find("kecskemet"))


def test_the_authors_core_is_central_and_holds_the_gatekeepers(cluster):
    """Their core of 2012 was found in the same ties by other means; two thirds of it must be central here."""
    study, folder = cluster
    core = column(folder, "core_periphery.csv")["core2012"].astype(int)
    rows = cognitive_roles(study, wave="2012").table().set_index("actor")
    inside = rows.index.isin(core.index[core == 1])
    assert rows.loc[inside, "central"].mean() > 2 / 3
    assert rows.loc[inside, "centrality"].median() > 1.5 * rows.loc[~inside, "centrality"].median()


def test_every_firm_has_a_role_and_outside_links_matter(cluster):
    study, _ = cluster
    roles = cognitive_roles(study, wave="2012")
    assert roles.table()["role"].notna().all() and roles.settings["external"] == "links"
    gates = roles.of(GATEKEEPER)
    assert gates
    loss = gatekeeper_loss(study, gates, wave="2012")
    assert 0 < loss.lost_with_all <= 1
    assert loss.rows["fair_share"].sum() == pytest.approx(loss.lost_with_all)
