"""Nobody is named, the same actor keeps its pseudonym, and small counts cannot be worked out."""

from __future__ import annotations

import itertools
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_studies import chain, star

from interfirm import DataError, Study
from interfirm.report.anonymise import anonymise, coarse, is_anonymous
from interfirm.report.suppress import LEAST, blanks, suppress
from interfirm.study import schema
from interfirm.study.example import example


def every_text(study: Study) -> str:
    cells = []
    for frame in study.tables().values():
        for column in frame.columns:
            cells += [str(cell) for cell in frame[column].dropna()]
    return "\n".join(cells)


def test_no_name_place_or_identifier_is_left() -> None:
    study = example()
    hidden, _ = anonymise(study, seed=1)
    text = every_text(hidden)
    for column in ("name", "city", "parent", "latitude", "longitude"):
        for value in study.actors[column].dropna().astype(str).unique():
            assert value not in text.replace(study.name, ""), (column, value)
    for actor in study.actors["actor"]:
        assert not re.search(rf"(?<![\w-]){re.escape(actor)}(?![\w-])", text), actor
    for name in study.alliances["name"].dropna().unique():
        assert name not in text
    for words in study.codings["text"].dropna().unique():
        assert words not in text
    assert is_anonymous(hidden) and not is_anonymous(study)


def test_columns_that_are_not_declared_are_gone() -> None:
    tables = star().tables()
    tables["actors"] = tables["actors"].assign(tax_number=range(10), phone="x")
    hidden, _ = anonymise(Study.from_tables(tables), seed=1)
    for name, frame in hidden.tables().items():
        assert set(frame.columns) == set(schema.tables()[name].columns)


def test_ties_are_the_same_under_new_names() -> None:
    study = example()
    hidden, key = anonymise(study, seed=1)
    back = dict(zip(key["pseudonym"], key["actor"], strict=True))
    mine = Counter(zip(study.ties["wave"], study.ties["relation"], study.ties["sender"], study.ties["receiver"],
                       strict=True))
    theirs = Counter((w, r, back[a], back[b]) for w, r, a, b in zip(
        hidden.ties["wave"], hidden.ties["relation"], hidden.ties["sender"], hidden.ties["receiver"], strict=True))
    assert mine == theirs


def test_the_order_of_actors_says_nothing() -> None:
    hidden, key = anonymise(example(), seed=1)
    assert hidden.actors["actor"].is_monotonic_increasing
    order = key.set_index("pseudonym").loc[hidden.actors["actor"], "actor"].tolist()
    assert order != example().actors["actor"].tolist()


def test_same_key_same_pseudonyms_also_for_another_study() -> None:
    _, key = anonymise(star())
    again, same = anonymise(star(), key=key)
    pd.testing.assert_frame_equal(key, same)
    other, longer = anonymise(chain(), key=key)
    old, new = key.set_index("actor")["pseudonym"], longer.set_index("actor")["pseudonym"]
    assert (new[old.index] == old).all()
    assert set(longer["actor"]) == set("ABCDEFGHIJ") | set("XY")
    assert again.equals(anonymise(star(), key=key)[0])
    assert set(other.actors["actor"]) <= set(longer["pseudonym"])


def test_without_a_key_or_seed_the_salt_is_secret() -> None:
    one, two = anonymise(star())[1], anonymise(star())[1]
    assert one["salt"].iloc[0] != two["salt"].iloc[0]
    assert set(one["pseudonym"]).isdisjoint(two["pseudonym"])


def test_a_key_that_survived_a_csv_file_still_works(tmp_path: object) -> None:
    hidden, key = anonymise(star(), seed=3)
    text = key.to_csv(index=False)
    read = pd.read_csv(__import__("io").StringIO(text), dtype="str", keep_default_na=False)
    assert anonymise(star(), key=read)[0].equals(hidden)


@pytest.mark.parametrize("key", [
    pd.DataFrame({"actor": ["A", "B"], "pseudonym": ["x", "x"], "salt": "s"}),
    pd.DataFrame({"actor": ["A", "A"], "pseudonym": ["x", "y"], "salt": "s"}),
    pd.DataFrame({"actor": ["A"], "salt": "s"})])
def test_a_broken_key_is_refused(key: pd.DataFrame) -> None:
    with pytest.raises(DataError):
        anonymise(star(), key=key)


def test_categories_with_fewer_than_three_are_pooled_in_every_wave() -> None:
    for seed in (1, 2, 3):
        hidden, _ = anonymise(example(seed=seed), seed=1)
        positions = hidden.actors["position"].to_numpy()
        for wave in (None, *hidden.wave_order):
            there = hidden.present(wave, who="all")
            for column in ("kind", "ownership", "country", "founded"):
                cells = Counter(zip(positions[there], hidden.actors[column].astype(str).to_numpy()[there], strict=True))
                assert min(cells.values()) >= LEAST, (wave, column, cells)


def test_sizes_are_coarse_and_cut_at_the_third() -> None:
    values = coarse(pd.Series([8231.0, 999.0, 453.0, 17.0, np.nan, 0.0]), top=True)
    assert values.tolist()[:4] == [500.0, 500.0, 500.0, 20.0]
    assert np.isnan(values[4]) and values[5] == 0
    assert coarse(pd.Series([0.0346]), top=False).tolist() == [0.03]


# ---- suppression -------------------------------------------------------------------------


def possible(counts: list[int | None], total: int | None) -> list[tuple[int, ...]]:
    """Every way to fill the blanks that a reader can think of: at least one each, adding up to the total."""
    free = [i for i, value in enumerate(counts) if value is None]
    if total is None or not free:
        return []
    rest = total - sum(value for value in counts if value is not None)
    return [c for c in itertools.product(range(1, rest + 1), repeat=len(free)) if sum(c) == rest]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=4))
def test_blank_counts_cannot_be_worked_out(counts: list[int]) -> None:
    total = sum(counts)
    hidden = blanks(counts, total)
    shown = [None if i in hidden else value for i, value in enumerate(counts)]
    assert all(value is None or value == 0 or value >= LEAST for value in shown)
    published = None if len(counts) in hidden else total
    assert published is None or published == 0 or published >= LEAST
    if published is not None and None in shown:
        ways = possible(shown, published)
        for place in range(len(ways[0])):
            assert len({way[place] for way in ways}) >= 3, (counts, shown)


def table(rows: list[list[object]]) -> dict[str, object]:
    columns = [{"name": n, "label": n, "kind": k, "unit": "", "measure": None}
               for n, k in (("kind", "text"), ("2020", "count"), ("share", "share"))]
    return {"type": "table", "id": "t", "title": "", "columns": columns, "rows": rows, "caption": "n = 51.",
            "total_rows": None, "categories": True}


def test_small_counts_of_a_summary_are_left_blank() -> None:
    one = table([["firm", 40, 0.8], ["agency", 2, 0.04], ["bank", 4, 0.08], ["lab", 5, 0.1], ["All", 51, 1.0]])
    figure = {"type": "figure", "table": table([list(r) for r in one["rows"]]),
              "rows": [{"group": "2020", "part": r[0], "value": r[1]} for r in one["rows"][:-1]]}
    before = {"chapters": [{"blocks": [one, figure]}]}
    after = suppress(before)
    blank = [row[0] for row in after["chapters"][0]["blocks"][0]["rows"] if row[1] is None]
    assert blank == ["agency", "bank"]
    assert all(row[2] is None for row in after["chapters"][0]["blocks"][0]["rows"] if row[1] is None)
    assert [row["part"] for row in after["chapters"][0]["blocks"][1]["rows"]] == ["firm", "lab"]
    assert "left blank" in after["chapters"][0]["blocks"][0]["caption"]
    assert before["chapters"][0]["blocks"][0]["rows"][1][1] == 2
    assert suppress(after) == after


def test_tables_of_other_things_are_left_alone() -> None:
    one = table([["firm", 2, 0.5]]) | {"categories": False}
    assert suppress({"chapters": [{"blocks": [one]}]})["chapters"][0]["blocks"][0]["rows"] == [["firm", 2, 0.5]]


def test_whom_an_answer_is_about_keeps_its_place_under_its_new_name() -> None:
    """Commitment by alliance and substitutes of partners are the same numbers under other names."""
    from interfirm.relations.commitment import commitment

    study = example()
    hidden, key = anonymise(study, seed=1)
    before, after = (commitment(one, wave="2024").rows for one in (study, hidden))
    assert set(after["alliance"]) <= set(hidden.alliances["alliance"])
    means = [sorted(rows.groupby("alliance")["all"].mean().round(9)) for rows in (before, after)]
    assert means[0] == means[1]
    new = key.set_index("actor")["pseudonym"]
    rows = [one.answers[one.answers["item"].str.startswith("SUBSTITUTES")] for one in (study, hidden)]
    pairs = {(new[actor], new[item.split("@")[1]], value) for actor, item, value in zip(
        rows[0]["actor"], rows[0]["item"], rows[0]["value"].fillna(""), strict=True)}
    assert pairs == set(zip(rows[1]["actor"], rows[1]["item"].str.split("@").str[1], rows[1]["value"].fillna(""),
                            strict=True))
