"""Partners by place: any number of places, from countries of a study and from the codebook of a survey."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_studies import study

from interfirm import cli
from interfirm.errors import DataError
from interfirm.performance import by_partner_and_place, partner_types, study_table
from interfirm.study.read.microdata import Microdata, read_microdata
from interfirm.study.read.places import read_places

CIS = {f"co{i}{j}": (partner, place) for i, partner in enumerate(("clients", "universities"))
       for j, place in enumerate(("home", "Europe", "United States", "China or India", "other"))}


def block(n=60):
    rng = np.random.default_rng(1)
    return pd.DataFrame({name: (rng.random(n) < 0.3) * 1.0 for name in CIS} | {"share": rng.beta(2, 8, n)})


def codebook(tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("variable,label,partner,place\n" + "".join(
        f"{name},Cooperation {name},{partner},{place}\n" for name, (partner, place) in CIS.items()), "utf-8")
    return path


def test_five_places_of_the_harmonised_survey(tmp_path):
    path = tmp_path / "survey.csv"
    frame = block()
    frame.loc[0, list(CIS)] = 0.0
    frame.loc[1, list(CIS)] = [1.0] + [np.nan] * 9
    frame.loc[2, list(CIS)] = [0.0] + [np.nan] * 9
    frame.to_csv(path, index=False)
    made = by_partner_and_place(read_microdata(path, codebook=codebook(tmp_path))).frame
    assert made.loc[0, ["clients", "universities", "in Europe", "places"]].tolist() == [0, 0, 0, 0]
    assert made.loc[1, "clients"] == 1 and made.loc[1, "in home"] == 1
    assert made.loc[1, ["universities", "in Europe", "places"]].isna().all()
    assert made.loc[2, ["clients", "in home"]].isna().all(), "a no and a gap may be a yes"
    by_hand = frame[[name for name, (_, place) in CIS.items() if place == "Europe"]].max(axis=1)
    assert made.loc[3:, "in Europe"].tolist() == by_hand[3:].tolist()
    assert made.loc[3:, "places"].max() <= 5


def test_the_block_by_the_command(tmp_path, capsys):
    path = tmp_path / "survey.csv"
    block().to_csv(path, index=False)
    call = ["performance", str(path), "--codebook", str(codebook(tmp_path)), "--outcome", "share", "--cooperation",
            "clients,universities,in Europe,in United States,in China or India"]
    assert cli.run(call) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "any of 5 answers: co00, co01" in out and "in China or India" in out and "breadth" in out


def test_names_that_are_taken_are_refused():
    data = Microdata("s.csv", block().assign(clients=1.0), partners={"co00": "clients"})
    with pytest.raises(DataError, match="makes a column 'clients', and the survey has one"):
        by_partner_and_place(data)
    assert by_partner_and_place(Microdata("s.csv", block())).frame.equals(block())


def test_countries_of_a_study_are_places(tmp_path):
    base = study()
    found = partner_types(base, places={"BB": "neighbours", "CC": "overseas"})
    assert found.places.loc["F1", ("suppliers", "neighbours")] == 1
    assert found.places.loc["F1", ("suppliers", "overseas")] == 0
    table = study_table(base, relation="advice", places={"BB": "neighbours"}).frame.set_index("actor")
    assert table.loc["F1", "in neighbours"] == 1 and table.loc["F3", "in neighbours"] == 0
    assert table.loc["F1", "places"] == 2 and np.isnan(table.loc["F4", "places"])
    with pytest.raises(DataError, match="partners are in BB, for which no place is named"):
        partner_types(base, places={"CC": "overseas"})


@pytest.mark.parametrize(("text", "words"), [
    ("country,region\nDE,Europe\n", "no table of places"), ("country,place\nDE,Europe\nDE,Asia\n", "has two places"),
    ("country,place\nDE,\n", "is empty")])
def test_tables_of_places_that_are_none(tmp_path, text, words):
    path = tmp_path / "places.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match=words):
        read_places(path)
    path.write_text("country,place\nDE,Europe\nUS,United States\n", "utf-8")
    assert read_places(path) == {"DE": "Europe", "US": "United States"}


def test_places_by_the_command(tmp_path, capsys):
    folder = tmp_path / "example"
    assert cli.run(["example", str(folder)]) == 0
    path = tmp_path / "places.csv"
    call = ["performance", str(folder), "--places", str(path), "--cooperation", "places", "--controls", "rd_share"]
    path.write_text("country,place\nXN,north\nXC,south\n", "utf-8")
    assert cli.run(call) == 3
    assert "partners are in XT, for which no place is named" in " ".join(capsys.readouterr().err.split())
    path.write_text("country,place\nXN,north\nXC,south\nXS,south\nXT,elsewhere\n", "utf-8")
    assert cli.run(call) == 0
    assert "places with a partner, of 5" in " ".join(capsys.readouterr().out.split())
