"""All of Horizon 2020 as a study: organisations, projects, what each project is about."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from interfirm.study.study import Study

KINDS = {"PRC": "firm", "HES": "university", "REC": "research institute", "PUB": "government", "OTH": "other"}
ROLES = {"coordinator": "lead", "participant": "member", "partner": "partner"}


def folder() -> Path | None:
    """Where the data lies, or None."""
    base = Path(os.environ.get("INTERFIRM_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    return base / "cordis_h2020" if (base / "cordis_h2020").exists() else None


def load(where: Path) -> Study:
    """A study of all organisations and projects; ``programme`` and ``topic`` say what a project is about.

    Topics are known for the half of the projects that a snapshot of 2016 holds. Companies that coordinated a
    project of "Innovation in SMEs", which only they may, are marked as small or medium.
    """
    rows = pd.read_csv(where / "participation_2014_2020.csv.gz", dtype={"pic": str, "rcn": str})
    parts = pd.read_csv(where / "programme_parts_2014_2020.csv.gz", dtype=str).drop_duplicates("rcn")
    topics = pd.read_csv(where / "snapshot2016_projects.tsv.gz", sep="\t", dtype=str)[["rcn", "topics"]]
    rows = rows.loc[rows["start_date"].notna()].drop_duplicates(["rcn", "pic"])
    rows = rows.merge(parts, on="rcn", how="left").merge(topics.drop_duplicates("rcn"), on="rcn", how="left")
    small = rows.loc[(rows["programme_part"] == "Innovation in SMEs") & (rows["role"] == "coordinator")
                     & (rows["type"] == "PRC"), "pic"]
    actors = rows.drop_duplicates("pic")
    return Study.from_tables({
        "actors": pd.DataFrame({"actor": actors["pic"], "kind": actors["type"].map(KINDS), "country": actors["country"],
                                "sme": actors["pic"].isin(set(small)).map({True: "true", False: None})}),
        "alliances": pd.DataFrame({"alliance": rows["rcn"], "actor": rows["pic"], "role": rows["role"].map(ROLES),
                                   "start": rows["start_date"], "end": rows["end_date"], "budget": rows["contribution"],
                                   "programme": rows["programme_part"], "topic": rows["topics"]}),
    })
