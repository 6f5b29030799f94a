"""A summary made by code: 70 actors, two waves, every kind of block and chart.

It stands in for ``summarize`` so that the page can be tested alone. All names are invented.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from interfirm import vocabulary
from interfirm.report.blocks import (
    Cell,
    Chapter,
    Claim,
    Figure,
    Map,
    NotAnswered,
    Number,
    Numbers,
    Table,
    TableColumn,
    Text,
)

WAVES = ("2021", "2024")
RELATIONS = (
    {"relation": "advice", "layer": "knowledge", "directed": True, "question": "Whom do you ask for advice?"},
    {"relation": "customer", "layer": "exchange", "directed": True, "question": "Whom do you supply?"},
    {"relation": "peer", "layer": "exchange", "directed": False, "question": "With whom do you work?"},
)
HOSTILE = ('<script>window.hacked=1</script>', '"><img src=x onerror=window.hacked=1>', "'; DROP TABLE firms; --",
           "\u202eشركة النسيج\u202c", "L" * 500, "=HYPERLINK(\"http://example.invalid\")", "</script><b>bold\u2028line")
_FIRST = ("Alder", "Birch", "Corvin", "Dorna", "Elmar", "Faber", "Grauer", "Hollin", "Istra", "Jurin", "Kessel", "Lomb",
          "Marsa", "Noric")
_LAST = ("Tools", "Precision", "Moulds", "Plastics", "Castings")
_SECTORS = ("toolmaking", "plastics", "metal", "electronics", "services")
_INSTITUTIONS = ("university", "university", "research institute", "research institute", "agency", "association",
                 "intermediary", "financier")


def _nodes(rng: np.random.Generator, size: int, hostile: bool) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    for i in range(size):
        kind = "firm" if i < size - 10 else _INSTITUTIONS[(i - size + 10) % len(_INSTITUTIONS)]
        label = f"{_FIRST[i % 14]} {_LAST[(i // 14) % 5]}" + (f" {i // 70 + 1}" if i >= 70 else "")
        external = i >= size - 6
        community = i % 4
        angle, radius = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.14)
        centre = (0.5 + 0.22 * np.cos(community * np.pi / 2 + 0.5), 0.5 + 0.22 * np.sin(community * np.pi / 2 + 0.5))
        x, y = centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)
        if external:
            x, y = 0.5 + 0.5 * np.cos(i * 1.05), 0.5 + 0.5 * np.sin(i * 1.05)
        if hostile and i < len(HOSTILE):
            label = HOSTILE[i]
        nodes.append({
            "id": f"a{i:02d}", "label": label, "kind": kind, "sector": _SECTORS[i % 5] if kind == "firm" else None,
            "position": "external" if external else "member", "community": None if external else community,
            "x": float(np.clip(x, 0, 1)), "y": float(np.clip(y, 0, 1)), "measures": {},
            "waves": [w for j, w in enumerate(WAVES) if not (i == 3 and j == 1) and not (i == 4 and j == 0)],
            "facts": {"Founded": 1960 + i % 50, "Employees": int(rng.lognormal(3, 1)) + 1},
        })
    return nodes


def _edges(rng: np.random.Generator, nodes: list[dict[str, Any]], per_actor: float) -> list[dict[str, Any]]:
    size, edges, seen = len(nodes), [], set()
    pull = rng.pareto(1.6, size) + 0.3
    pull[[7, 21]] = 0
    for relation in RELATIONS:
        for wave in WAVES:
            count = int(size * per_actor / (2 if relation["relation"] == "advice" else 4))
            for _ in range(count):
                i, j = (int(v) for v in rng.choice(size, 2, replace=False, p=pull / pull.sum()))
                key = (relation["relation"], wave, i, j)
                both = {wave} <= set(nodes[i]["waves"]) & set(nodes[j]["waves"])
                if key in seen or not both:
                    continue
                seen.add(key)
                edges.append({"source": i, "target": j, "relation": relation["relation"], "wave": wave,
                              "weight": float(rng.integers(1, 6))})
    return edges


def _measures(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], rng: np.random.Generator) -> None:
    for wave in WAVES:
        degree = [0] * len(nodes)
        for edge in edges:
            if edge["wave"] == wave:
                degree[edge["source"]] += 1
                degree[edge["target"]] += 1
        for node, value in zip(nodes, degree, strict=True):
            constraint = None if value == 0 else float(min(1.1, 1.2 / (1 + 0.35 * value) + rng.uniform(0, 0.05)))
            node["measures"][wave] = {"degree": value, "betweenness": float(max(0.0, value - 3) ** 1.7),
                                      "constraint": constraint}


def example_map(size: int = 70, *, hostile: bool = False, seed: int = 1, per_actor: float = 4) -> dict[str, Any]:
    """The map part of a summary."""
    rng = np.random.default_rng(seed)
    nodes = _nodes(rng, size, hostile)
    edges = _edges(rng, nodes, per_actor)
    _measures(nodes, edges, rng)
    order = sorted(range(size), key=lambda i: -nodes[i]["measures"][WAVES[-1]]["degree"])
    return {"nodes": nodes, "relations": [dict(item) for item in RELATIONS],
            "waves": [{"wave": w, "label": w} for w in WAVES], "edges": edges, "labelled": order[:12],
            "aggregated": None}


def _actor_table(nodes: list[dict[str, Any]]) -> Table:
    columns = (TableColumn("actor", "Actor", "actor"), TableColumn("kind", "Kind"),
               TableColumn("degree", "Ties", "count", measure="degree"),
               TableColumn("betweenness", "Betweenness", "number", measure="betweenness"),
               TableColumn("constraint", "Constraint", "number", measure="constraint"))
    last = WAVES[-1]
    rows: list[list[Cell]] = [
        [n["label"], n["kind"], *(n["measures"][last][m] for m in ("degree", "betweenness", "constraint"))]
        for n in nodes]
    return Table("positions-table", "Every actor's position", columns, rows, "Advice, 2024; 62 of 70 answered.")


def _small(id_: str, title: str, head: list[tuple[str, str]], rows: list[list[Cell]]) -> Table:
    columns = [TableColumn(label.lower().replace(" ", "_"), label, kind) for label, kind in head]  # type: ignore[arg-type]
    return Table(id_, title, columns, rows)


def _figures(nodes: list[dict[str, Any]], rng: np.random.Generator) -> dict[str, Figure]:
    last, first = WAVES[-1], WAVES[0]
    top = sorted(nodes, key=lambda n: -n["measures"][last]["degree"])[:12]
    note = "70 actors; 62 answered (89 %). Bars: 95 % of 200 random networks with the same ties per actor."
    dots = [{"label": n["label"], "value": n["measures"][last]["degree"], "low": n["measures"][last]["degree"] * 0.85,
             "high": n["measures"][last]["degree"] * 1.1 + 1, "highlight": i < 3} for i, n in enumerate(top)]
    null: list[dict[str, Cell]] = [
        {"label": "Reciprocity", "observed": 0.31, "mean": 0.12, "low": 0.08, "high": 0.17},
        {"label": "Transitivity", "observed": 0.27, "mean": 0.16, "low": 0.12, "high": 0.2},
        {"label": "Average distance", "observed": 2.71, "mean": 2.6, "low": 2.5, "high": 2.74}]
    slope = [{"label": n["label"], "wave": w, "value": n["measures"][w]["degree"], "highlight": i in (0, 5)}
             for i, n in enumerate(top) for w in (first, last)]
    parts = [{"group": g, "part": p, "value": int(v)} for g, vs in
             {"2021": (44, 12, 9), "2024": (39, 16, 5)}.items()
             for p, v in zip(("kept", "new", "ended"), vs, strict=True)]
    degrees = [n["measures"][last]["degree"] for n in nodes]
    counts, edges = np.histogram(degrees, bins=12)
    hist: list[dict[str, Cell]] = [
        {"start": float(a), "end": float(b), "count": int(c), "highlight": bool(a >= 15)}
        for a, b, c in zip(edges[:-1], edges[1:], counts, strict=True)]
    scatter = [{"label": n["label"], "x": n["measures"][last]["degree"], "y": n["measures"][last]["constraint"],
                "highlight": n in top[:6]} for n in nodes if n["measures"][last]["constraint"] is not None]
    geo = [{"label": n["label"], "latitude": 46.9 + float(rng.normal(0, 0.08)), "longitude": 19.7 +
            float(rng.normal(0, 0.14)), "value": n["measures"][last]["degree"], "highlight": n in top[:4]}
           for n in nodes]
    sectors = _SECTORS
    matrix = [{"row": a, "column": b, "value": int(rng.poisson(9 if a == b else 3))} for a in sectors for b in sectors]

    def fig(chart: str, title: str, subtitle: str, rows: Any, **options: Cell) -> Figure:
        mixed = chart in ("pictograms", "violins", "networks")
        told = [r for r in rows if not mixed or r.get("kind") == "firm" or "observed" in r]
        head = [(k, "text" if isinstance(v, str) else "number") for k, v in told[0].items()]
        table = _small(f"fig-{chart}-table", title, head, [list(r.values()) for r in told])
        return Figure(f"fig-{chart}", title, subtitle, note, chart, rows, table, options, "degree")  # type: ignore[arg-type]

    return {
        "dots": fig("dots", f"Three actors hold {sum(n['measures'][last]['degree'] for n in top[:3])} ties",
                    "Ties per actor, all relations, 2024; bar: what the missing answers could change", dots,
                    x_title="Ties", zero=True),
        "null": fig("null", "More reciprocal and more clustered than chance",
                    "Advice, 2024, against random networks with the same number of ties per actor", null),
        "slope": fig("slope", "The most asked firm of 2021 is asked less in 2024", "Ties per actor, advice", slope,
                     y_title="Ties", zero=True),
        "parts": fig("parts", "Two in three ties were kept", "Advice ties by what became of them", parts,
                     x_title="Ties"),
        "histogram": fig("histogram", "Most actors have few ties", "Actors by number of ties, 2024", hist,
                         x_title="Ties", y_title="Actors", zero=True),
        "scatter": fig("scatter", "Those with many ties are the least constrained", "Each dot is an actor; 2024",
                       scatter, x_title="Ties", y_title="Constraint", zero=True),
        "geo": fig("geo", "The most connected firms sit in the middle of the region", "Size: ties, 2024", geo),
        "matrix": fig("matrix", "Ties stay within sectors", "Ties from row to column, advice, 2024", matrix),
        "violins": fig("violins", "The model reproduces degrees", "Observed against simulated", _violins(),
                       x_title="Ties received", y_title="Firms", zero=True),
        "curve": fig("curve", "Toolmakers sit together up to 10 km", "Density of distances", _curve(),
                     x_title="Distance, km", y_title="Density"),
        "specification": fig("specification", "More in every model", "Difference, one column per model",
                             _specification()),
        "pictograms": fig("pictograms", "One alliance is a nodal circuit", "Two structures and one alliance, 2024",
                          _drawings([n["label"] for n in nodes[:6]])),
        "networks": fig("networks", "With meetings, more pairs work together", "Now and in five years", _networks(),
                        columns=3),
    }


def _specification() -> list[dict[str, Cell]]:
    choices = [(model, held, weights) for model in ("fractional", "linear") for held in ("all controls", "no controls")
               for weights in ("with weights", "without weights")]
    return [{"label": ", ".join(choice), "value": i / 2, "low": i / 2 - 1.0, "high": i / 2 + 1.5, "model": choice[0],
             "controls": choice[1], "others": "alone", "weighted": choice[2], "highlight": i == 3}
            for i, choice in enumerate(choices)]


def _networks() -> list[dict[str, Cell]]:
    spots = [(0.1, 0.2), (0.9, 0.3), (0.5, 0.9), (0.4, 0.5)]
    rows: list[dict[str, Cell]] = []
    for panel, pairs in (("Now", [(0, 1)]), ("No policy", [(0, 1)]), ("With meetings", [(0, 1), (2, 3)])):
        rows.append({"panel": panel, "says": f"{len(pairs)} pairs"})
        rows += [{"panel": panel, "kind": "tie", "x": spots[a][0], "y": spots[a][1], "x2": spots[b][0],
                  "y2": spots[b][1], "highlight": a == 2} for a, b in pairs]
        rows += [{"panel": panel, "kind": "firm", "x": x, "y": y} for x, y in spots]
    return rows


def _curve() -> list[dict[str, Cell]]:
    return [{"x": float(step), "value": 0.05 - 0.004 * step, "low": 0.02, "high": 0.03, "label": f"{step} km",
             "highlight": step < 5} for step in range(11)]


def _violins() -> list[dict[str, Cell]]:
    rows: list[dict[str, Cell]] = []
    for place, (observed, mean) in enumerate(((9, 10.0), (20, 15.0), (6, 8.0))):
        rows.append({"label": str(place), "observed": observed, "mean": mean, "low": mean - 4, "high": mean + 4})
        rows += [{"label": str(place), "value": mean - 5 + step, "width": 1 - abs(step - 5) / 5} for step in range(11)]
    return rows


def _drawings(names: list[str]) -> list[dict[str, Cell]]:
    ring = [(0.5, 1.0), (0.98, 0.65), (0.79, 0.1), (0.21, 0.1), (0.02, 0.65), (0.5, 0.5)]
    rows: list[dict[str, Cell]] = []
    for panel in ("Circuit", "Nodal circuit", "Ours"):
        rows.append({"panel": panel, "says": "very sure", "highlight": panel == "Ours"})
        for i in range(5):
            (x, y), (x2, y2) = ring[i], ring[(i + 1) % 5]
            rows.append({"panel": panel, "kind": "tie", "x": x, "y": y, "x2": x2, "y2": y2})
            if panel != "Circuit":
                rows.append({"panel": panel, "kind": "rule", "x": 0.5, "y": 0.5, "x2": x, "y2": y})
        rows += [{"panel": panel, "kind": "outside", "x": x, "y": y} for x, y in (ring[0], ring[5])]
        rows += [{"panel": panel, "kind": "firm", "x": x, "y": y, "label": names[i] if panel == "Ours" else "",
                  "highlight": i == 5} for i, (x, y) in enumerate(ring)]
    return rows


def _measure_texts() -> dict[str, dict[str, str]]:
    def one(title: str, definition: str, formula: str, low: str, high: str, range_: str) -> dict[str, str]:
        return {"title": title, "definition": definition, "formula": formula, "low": low, "high": high,
                "range": range_, "missing": "Pairs whose sender did not answer are left out.", "source": "burt1992"}

    return {
        "density": one("Density", "The share of possible ties that exist.", "d = m / (n (n - 1))",
                       "few of the possible ties exist", "nearly everyone works with everyone", "0 to 1"),
        "degree": one("Degree", "How many ties an actor has.", "k_i = sum_j a_ij", "few partners", "many partners",
                      "0 to n - 1"),
        "betweenness": one("Betweenness", "How often an actor lies on the shortest way between two others.",
                           "b_i = sum_st s_st(i) / s_st", "nobody needs it to reach others", "a broker", "from 0"),
        "constraint": one("Constraint", "How much an actor's contacts are tied to each other.",
                          "c_i = sum_j (p_ij + sum_q p_iq p_qj)^2", "free to choose between separate partners",
                          "its partners all know each other", "0 to 1.125"),
    }


def _claims() -> list[Claim]:
    return [
        Claim("few-hands", "Advice runs through few hands: 4 of 70 actors receive 41 % of all requests (2024; "
              "random networks: 18 %).", 0.99, "200 random networks", "fig-dots"),
        Claim("reciprocal", "Advice is returned two and a half times as often as chance would have it: 31 % "
              "against 12 %.", 0.97, "200 random networks", "fig-null"),
        Claim("turnover", "Half of the ties are new: of 60 advice ties in 2024, 21 did not exist in 2021.", 0.85,
              "bounds over the 8 who did not answer", "fig-parts"),
        Claim("broker", "Alder Tools is the only way to the research institutes for 9 firms.", 0.66,
              "7 of those 9 answered", "fig-scatter"),
        Claim("place", "Neighbours ask neighbours: the median advice tie spans 8 km, the median pair 19 km.", None,
              "no test for this yet", "fig-geo"),
    ]


def example_summary(*, size: int = 70, hostile: bool = False, seed: int = 1, per_actor: float = 4) -> dict[str, Any]:
    """A whole summary, as ``summarize`` returns it."""
    rng = np.random.default_rng(seed)
    data = example_map(size, hostile=hostile, seed=seed, per_actor=per_actor)
    nodes, claims = data["nodes"], _claims()
    figures, table = _figures(nodes, rng), _actor_table(nodes)
    who_rows: list[list[Cell]] = [["firm", 60, 0.9], ["university", 2, 1.0], ["research institute", 2, 0.5],
                                  ["agency", 1, None]]
    who = Chapter("who", "Who takes part, and who answered?", "70 actors in two waves. 62 answered in 2024.", [], [
        Numbers("who-numbers", "In numbers", [
            Number("Actors", 70, None, "count", comparison="69 in 2021"),
            Number("Response rate", 0.886, None, "share", comparison="86 % in 2021"),
            Number("Density", 0.0471, "density", "number", comparison="random networks: 0.047", low=0.044, high=0.061),
            Number("Median turnover", 1234567, None, "number", "EUR", "970,000 in 2021"),
        ], "Bounds: if none or all of the missing answers named everyone."),
        _small("who-kinds", "Members by kind", [("Kind", "text"), ("Actors", "count"), ("Answered", "share")],
               who_rows),
        Text("who-text", "The eight who did not answer are small firms. Ask them first in the next survey; an hour "
             "on the telephone is the cost."),
    ])
    actors = Chapter("positions", "Who is central, who brokers, who is alone?", "Few actors hold many ties.",
                     [claims[0], claims[3]], [
        Map("map", "Four groups, held together by a dozen actors", "All relations, 2021 and 2024",
            "70 actors; 62 answered. The same positions in both waves.",
            Table("map-table", "The actors of the map", table.columns, table.rows, table.caption)),
        figures["dots"], figures["scatter"], table])
    shape = Chapter("cohesion", "How tightly is it knit?", "Compared with chance, not with zero.", [claims[1]],
                    [figures["null"], figures["histogram"], figures["matrix"], figures["pictograms"],
                     figures["violins"], figures["networks"], figures["curve"], figures["specification"]])
    change = Chapter("change", "What changed?", "Two waves, three years apart.", [claims[2]],
                     [figures["slope"], figures["parts"],
                      NotAnswered("why", "Why did ties end?", "Two waves show that ties ended, not why.",
                                  "A third wave, or the reason asked in the survey.")])
    place = Chapter("place", "Does distance matter?", "", [claims[4]], [figures["geo"]])
    return {
        "format": "interfirm-summary/1",
        "study": {"name": "Vale of Tools" if not hostile else HOSTILE[0], "description": "An invented cluster of "
                  "toolmakers and their partners.", "region": "Middle Vale", "synthetic": True,
                  "waves": [{"wave": w, "label": w} for w in WAVES], "relations": [dict(r) for r in RELATIONS],
                  "counts": {"actors": size, "members": size - 6, "external": 6, "ties": len(data["edges"])}},
        "made": {"version": "0.1.0", "seed": seed, "date": "2025-01-31", "packages": {"numpy": "2.4", "igraph": "1.0"},
                 "settings": {"null_draws": 200}},
        "findings": [{**vars(c), "certainty": c.certainty} for c in claims],
        "certainty": [{"word": c.word, "at_least": c.at_least} for c in vocabulary.CERTAINTIES],
        "chapters": [c.to_dict() for c in (who, actors, shape, change, place)],
        "map": data,
        "measures": _measure_texts(),
        "references": {"burt1992": "Burt, R. S. (1992). Structural Holes. Harvard University Press."},
        "data": {"tables": {"actors": size, "ties": len(data["edges"])}, "notes": ["Self-reported ties."]},
    }


def aggregated_summary(*, groups: int = 24, seed: int = 1) -> dict[str, Any]:
    """A summary whose map is aggregated: groups as nodes, and the most connected actors."""
    out = example_summary(seed=seed)
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 5 * np.pi, groups)
    far = np.linspace(0.05, 0.48, groups)
    nodes = [{"id": i, "label": f"around {_FIRST[i % 14]} {_LAST[i % 5]}", "size": int(4000 / (i + 1)) + 2,
              "ties": int(9000 / (i + 1)), "kind": "firm" if i % 3 else "university",
              "x": float(0.5 + far[i] * np.cos(angle[i])), "y": float(0.5 + far[i] * np.sin(angle[i]))}
             for i in range(groups)]
    edges = [{"source": i, "target": j, "ties": int(rng.integers(1, 500))}
             for i in range(groups) for j in range(i + 1, groups) if rng.random() < 0.2]
    out["map"]["aggregated"] = {"nodes": nodes, "edges": edges, "relation": "advice", "wave": "2024",
                                "others": {"groups": 311, "actors": 940}}
    return out
