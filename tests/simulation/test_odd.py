"""The description of the model is that of the code."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from interfirm.kernels import cluster_codes as codes
from interfirm.simulation import odd
from interfirm.simulation.settings import rows

DOCS = Path(__file__).resolve().parents[2] / "docs"
KEYS = (Path(odd.__file__).resolve().parents[1] / "references.bib").read_text("utf-8")


def test_the_page_holds_what_the_code_says() -> None:
    spec = importlib.util.spec_from_file_location("odd_document", DOCS / "_ext" / "odd_document.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    page = (DOCS / "reference" / "cluster-model.md").read_text("utf-8")
    assert tool.renewed(page) == page, "run python docs/_ext/odd_document.py and look at the difference"


def test_every_rule_maps_to_a_construct_and_a_source() -> None:
    table = odd.rules()
    assert tuple(row["rule"] for row in table) == codes.RULES
    for row in table:
        assert row["construct"] and row["what"] and row["origin"]
        assert row["source"] or "ours" in row["origin"], row["rule"]
        for key in filter(None, (item.strip() for item in row["source"].split(";"))):
            assert f"{{{key}," in KEYS, key


def test_tables_name_what_the_kernels_use() -> None:
    assert tuple(row["output"] for row in rows("outputs")) == codes.OUTPUTS
    state = {(row["of"], row["variable"]) for row in rows("state")}
    assert state == {("firm", name) for name in codes.FIRM.names} | {("tie", name) for name in codes.TIE.names}
    assert [row["effort"] for row in rows("efforts")] == list(rows("mechanisms")[0])[2:-2]
    assert len(rows("efforts")) == codes.MODES and len(rows("mechanisms")) == 2 * codes.ADVANTAGES


def test_the_schedule_is_that_of_the_plain_model() -> None:
    import inspect

    from interfirm.simulation.reference import cluster

    plain = [line.strip().split("(")[0].split(".")[1] for line in inspect.getsource(cluster.period).splitlines()
             if line.startswith("    ") and line.strip().endswith("(c)")]
    levers = ["broker", "introductions", "lab", "fairs", "training", "standards"]
    assert [name for name in plain if name not in levers] == [name for name in odd.schedule() if name != "levers"]
