"""The part of the model's description (ODD+D) that is generated from the code: tables of rules, state, parameters."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from interfirm.kernels import cluster, cluster_codes
from interfirm.simulation import prior
from interfirm.simulation.levers import COMMON, TITLES, settings
from interfirm.simulation.settings import efforts, parameters, rows


def rules() -> list[dict[str, str]]:
    """The rules: name, title, construct, what it does, source and how much of it is the source's."""
    return rows("rules")


def schedule() -> list[str]:
    """The rules of a period in the order in which they run, read from the code."""
    lines = inspect.getsource(cluster.period.py_func).splitlines()
    return [line.strip().split("(")[0] for line in lines if line.startswith("    ") and line.strip().endswith(")")]


def document() -> str:
    """The generated part of the ODD+D document, in Markdown."""
    parts = (_state, _schedule, _rules, _efforts, _levers, _parameters, _outputs, _priors)
    return "\n".join(line for part in parts for line in part())


def _table(head: tuple[str, ...], body: Sequence[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return [*lines, *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in body), ""]


def _state() -> list[str]:
    said = {(row["of"], row["variable"]): row["meaning"] for row in rows("state")}
    firm, tie = ([(f"`{name}`", said[kind, name]) for name in dtype.names or ()]
                 for kind, dtype in (("firm", cluster_codes.FIRM), ("tie", cluster_codes.TIE)))
    return ["### State of a firm", "", *_table(("variable", "meaning"), firm),
            "Besides, for each of six kinds of knowledge: tacit and explicit knowledge, 0 to 1.", "",
            "### State of a tie", "", *_table(("variable", "meaning"), tie)]


def _schedule() -> list[str]:
    return ["### Schedule of a period", "", *(f"{at}. `{name}`" for at, name in enumerate(schedule(), 1)), ""]


def _rules() -> list[str]:
    body = [(f"`{r['rule']}`", r["construct"], r["what"],
             " ".join(f"{{cite:t}}`{key.strip()}`" for key in r["source"].split(";") if key.strip()), r["origin"])
            for r in rules()]
    return ["### Rules", "", "Each can be switched off (`--off RULE`).", "",
            *_table(("rule", "construct", "what it does", "source", "what is whose"), body)]


def _efforts() -> list[str]:
    kinds = rows("efforts")
    base = efforts()
    out = ["### Learning effort: kinds and advantages", "",
           *_table(("effort", "benefit", "cost", "yield", "meaning"),
                   [(row["title"], f"{base[0, m]:g}", f"{base[1, m]:g}", f"{base[2, m]:g}", row["meaning"])
                    for m, row in enumerate(kinds)])]
    names = [row["effort"] for row in kinds]
    body = [(row["advantage"], row["does"], *(row[n] for n in names), row["pool"], row["meaning"])
            for row in rows("mechanisms")]
    return [*out, *_table(("advantage", "does", *names, "pool", "meaning"), body)]


def _levers() -> list[str]:
    common = ", ".join(f"`{name}` ({unit})" for name, (_, unit, _) in COMMON.items())
    out = ["### Levers", "", f"All of them take {common}.", ""]
    body = [(TITLES[lever], f"`{item.name}`", f"{item.value:g}" if isinstance(item.value, float) else item.value,
             ", ".join(item.words) or item.unit, item.meaning) for lever, found in settings().items()
            for item in found.values()]
    return out + _table(("lever", "setting", "usual", "unit", "meaning"), body)


def _parameters() -> list[str]:
    body = [(f"`{p.name}`", f"{p.value:g}", f"{p.low:g} to {p.high:g}", p.per or "none", p.meaning, p.provenance)
            for p in parameters().values()]
    return ["### Parameters", "", "Values are by year. How they become values of a period: a rate is divided by the "
            "number of periods s of a year, a probability p becomes 1 − (1 − p)^(1/s), a factor v^(1/s); years and "
            "stocks are multiplied by s.", "",
            *_table(("parameter", "usual", "range", "per", "meaning", "origin"), body)]


def _outputs() -> list[str]:
    body = [(f"`{row['output']}`", row["title"], row["unit"], row["meaning"]) for row in rows("outputs")]
    return ["### Outputs", "", *_table(("output", "title", "unit", "meaning"), body)]


def _priors() -> list[str]:
    facts = [("persons employed", f"{prior.WORKERS:g}"), ("small", f"under {prior.SMALL:g} persons"),
             ("capital", f"{prior.CAPITAL:g} period of the firm's work"), ("capability and absorptive capacity",
                                                                         f"{prior.ABILITY:g}"),
             ("trust in a known partner", f"{prior.TRUST:g}"), ("commitment", f"{prior.COMMITMENT:g}"),
             ("spread of what is not known, by replication", f"{prior.SPREAD:g}"),
             ("kinds of knowledge", f"{prior.KINDS}"),
             ("largest alliance in which everyone works with everyone", f"{prior.LARGEST_ALLIANCE} firms")]
    return ["### Where the study is silent", "", *_table(("what", "value"), facts)]
