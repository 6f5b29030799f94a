"""Write the reference pages from what the code declares: schema, measures, commands, public names.

The pages are made at the start of every build, in ``reference/generated``, so that they cannot
fall behind the code. The reference pages include them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import command_line
import structure_drawings
from sphinx.application import Sphinx
from sphinx.util import logging

import interfirm
from interfirm import dynamics, simulation, structure, vocabulary
from interfirm.cluster import CALCULATORS
from interfirm.cluster import catalogue as cluster
from interfirm.commands import measuring
from interfirm.dynamics.ergm_terms import terms as single_wave_terms
from interfirm.knowledge import catalogue as knowledge
from interfirm.network import catalogue
from interfirm.performance import catalogue as performance
from interfirm.relations import catalogue as relations
from interfirm.simulation import published, settings
from interfirm.simulation.published import cards
from interfirm.study import schema

LOG = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parents[1]
GENERATED = HERE / "reference" / "generated"
_KEY = re.compile(r"\[([a-z][a-z-]*\d{4}[a-z]?(?:\s*[,;]\s*[a-z][a-z-]*\d{4}[a-z]?)*)\](?![(_])")


def data_format() -> str:
    """Every table and column, and the closed lists of words."""
    parts = []
    for table in schema.tables().values():
        parts += [f"## {table.name}\n", table.description + "\n", f"Key: {_codes(table.key)}.\n"]
        rows = [(f"`{c.name}`" + (" (required)" if c.required else ""), c.expected, c.unit, _default(c), c.description)
                for c in table.columns.values()]
        parts.append(_table(("column", "cell", "unit", "if left empty", "meaning"), rows))
    parts.append("## Closed lists of words\n")
    for name, words in vocabulary.LISTS.items():
        parts += [f"### {name}\n", _table(("word", "meaning"), [(f"`{w.word}`", w.meaning) for w in words])]
    parts.append("### relations known by name\n")
    parts.append(_table(("relation", "layer", "directed", "meaning"),
                        [(f"`{r.relation}`", r.layer, "yes" if r.directed else "no", r.meaning)
                         for r in vocabulary.RELATIONS]))
    return "\n".join(parts)


def measures() -> str:
    """Every measure: what it says, how to read it, its formula, what is done with missing ties, its source."""
    parts = []
    chapters = (("network", catalogue), ("relations", relations), ("knowledge", knowledge), ("cluster", cluster),
                ("performance", performance))
    listed = [(c, name, made.texts()) for c, made in chapters for name in made.names()]
    listed += [(item.room, item.name, {item.name: item.texts}) for item in measuring.every()
               if item.room in {"capability", "partners"}]
    for chapter, name, texts in listed:
        row = texts.get(name)
        if row is None:
            LOG.warning("the measure '%s' has no row in %s/measures.csv", name, chapter)
            continue
        cites = " ".join(f"{{cite:t}}`{key}`" for key in keys(row["source"]))
        parts += [f"## {row['title']}\n", f"{{py:func}}`interfirm.{chapter}.{name}`\n", row["definition"] + "\n"]
        facts = [("Formula", _escape(row["formula"])), ("Low", row["low"]), ("High", row["high"]),
                 ("Range", _escape(row["range"])), ("Missing ties", row["missing"]), ("Source", cites)]
        parts.append("\n".join(f"- **{label}**: {text}" for label, text in facts if text) + "\n")
    return "\n".join(parts)


def python_api() -> str:
    """The public names, each with its docstring."""
    parts = ["## The face\n"]
    for name in sorted(public_face()):
        kind = "autoclass" if inspect.isclass(getattr(interfirm, name)) else "autofunction"
        parts.append(_directive(kind, f"interfirm.{name}"))
    parts += ["## interfirm.network\n"]
    parts += [_directive("autofunction", f"interfirm.network.{name}") for name in catalogue.names()]
    parts += ["## interfirm.structure\n"]
    parts += [_directive("autofunction", f"interfirm.structure.{name}") for name in structure.__all__
              if inspect.isfunction(getattr(structure, name))]
    parts += ["## interfirm.relations\n"]
    parts += [_directive("autofunction", f"interfirm.relations.{name}") for name in relations.names()]
    parts += ["## interfirm.knowledge\n"]
    parts += [_directive("autofunction", f"interfirm.knowledge.{name}") for name in knowledge.public()]
    parts += ["## interfirm.cluster\n"]
    parts += [_directive("autofunction", f"interfirm.cluster.{name}") for name in (*cluster.names(), *CALCULATORS)]
    parts += ["## interfirm.performance\n"]
    parts += [_directive("autofunction", f"interfirm.performance.{name}") for name in performance.names()]
    parts += ["## interfirm.dynamics\n"]
    parts += [_directive("autoclass" if inspect.isclass(getattr(dynamics, name)) else "autofunction",
                         f"interfirm.dynamics.{name}") for name in dynamics.__all__]
    parts += ["## interfirm.simulation\n"]
    parts += [_directive("autoclass" if inspect.isclass(getattr(simulation, name)) else "autofunction",
                         f"interfirm.simulation.{name}") for name in simulation.__all__]
    parts += ["## The views of a study\n"]
    parts += [_directive("autoclass", f"interfirm.study.adjacency.{name}") for name in ("Adjacency", "Incidence")]
    return "\n".join(parts)


def effects() -> str:
    """Every effect of tie-formation models, by what it stands for."""
    parts = []
    known = dynamics.catalogue().values()
    for concept in dict.fromkeys(effect.concept for effect in known):
        rows = []
        for effect in known:
            if effect.concept != concept:
                continue
            needs = {"": "", "actor": ":column", "dyad": ":column of dyads", "network": ":relation",
                     "actor+network": ":column:relation"}.get(effect.needs, f":{effect.needs}")
            number = f"({effect.parameter:g})" if effect.parameter is not None else ""
            cites = " ".join(f"{{cite:t}}`{key}`" for key in keys(effect.reference))
            rows.append((f"`{effect.name}{number}{needs}`", " ".join(effect.nets), effect.title,
                         _escape(effect.statistic), cites))
        parts += [f"## {concept[:1].upper()}{concept[1:]}\n",
                  _table(("effect", "for", "name", "statistic of actor i", "source"), rows)]
    return "\n".join(parts)


def single_wave_effects() -> str:
    """Every effect of a model of one wave, with its name in statnet; then those of two waves that have none."""
    rows, without = [], []
    for term in single_wave_terms().values():
        if term.code is None:
            without.append((f"`{term.name}`", " ".join(term.nets), f"`{term.instead}`"))
            continue
        needs = {"": "", "actor": ":column", "dyad": ":column of dyads", "network": ":relation"}[term.needs]
        number = f"({term.parameter:g})" if term.parameter is not None else ""
        cites = " ".join(f"{{cite:t}}`{key}`" for key in keys(term.reference))
        rows.append((f"`{term.name}{number}{needs}`", " ".join(term.nets), term.statnet, term.title,
                     _escape(term.statistic), cites))
    return "\n".join([_table(("effect", "for", "statnet", "name", "statistic", "source"), rows),
                      "\n## Effects of two waves without a counterpart\n",
                      _table(("effect", "for", "the nearest"), without)])


def published_models() -> str:
    """The replication card of every published model."""
    parts = []
    for card in cards().values():
        cites = " ".join(f"{{cite:t}}`{key}`" for key in card.source)
        parts += [f"## {card.title}\n", f"{{py:func}}`interfirm.simulation.published.{card.model}`, after {cites}\n",
                  card.status + "\n",
                  _table(("claim", "ours", "verdict"), [(c.claim, c.ours, f"**{c.verdict}**") for c in card.claims])]
        if card.deviations:
            parts += ["Where our rules differ, or had to be chosen:\n", *(f"- {text}" for text in card.deviations), ""]
    parts += ["## Functions\n", *(_directive("autofunction", f"interfirm.simulation.published.{name}")
                                  for name in published.__all__ if inspect.isfunction(getattr(published, name)))]
    return "\n".join(parts)


def hypotheses() -> str:
    """The propositions as hypotheses about the cluster model, as they came out."""
    body = [(row["name"], f"{row['says']}: {row['contrast']}", row["first"], row["second"],
             f"{row['difference']} ({row['low']} to {row['high']})", f"**{row['verdict']}**",
             f"`{row['assumed']}`" if row["assumed"] else "") for row in settings.rows("hypotheses")]
    return _table(("", "proposition, what is compared", "first", "second", "difference (95 %)", "the model",
                   "said by the rule"), body)


def public_face() -> list[str]:
    """Public names of the package itself that are classes or functions."""
    return [name for name in interfirm.__all__ if not name.startswith("_") and callable(getattr(interfirm, name))]


def keys(source: str) -> list[str]:
    """The bibliography keys in a cell; 'ours' is not one."""
    return [key for key in re.split(r"[\s,;]+", source) if key and key != "ours"]


PAGES: dict[str, Callable[[], str]] = {
    "data_format": data_format,
    "measures": measures,
    "effects": effects,
    "single_wave_effects": single_wave_effects,
    "command_line": command_line.page,
    "python_api": python_api,
    "published_models": published_models,
    "structures": structure_drawings.page,
    "hypotheses": hypotheses,
}


def write(folder: Path = GENERATED) -> Iterator[Path]:
    """Write every generated page whose text has changed, so that a second build is quick."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        path, text = folder / f"{name}.md", make() + "\n"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
        yield path


def _default(column: schema.Column) -> str:
    return {"true": "yes", "false": "no"}.get(column.default, column.default)


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _escape(text: str) -> str:
    return re.sub(r"([|*_\\$<\[\]])", r"\\\1", text)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines) + "\n"


def _directive(kind: str, target: str) -> str:
    members = "   :members:\n   :exclude-members: __init__, __new__\n" if kind == "autoclass" else ""
    return f"```{{eval-rst}}\n.. {kind}:: {target}\n{members}```\n"


def _cite(app: Sphinx, what: str, name: str, obj: object, options: Any, lines: list[str]) -> None:
    """Bibliography keys in docstrings become citations; a bare ``|`` is no markup."""
    del app, what, name, obj, options
    known = known_keys()
    for position, line in enumerate(lines):
        pieces = line.split("``")
        pieces[::2] = [_plain(piece, known) for piece in pieces[::2]]
        lines[position] = "``".join(pieces)


def _plain(text: str, known: set[str]) -> str:
    def cite(match: re.Match[str]) -> str:
        found = re.split(r"\s*[,;]\s*", match[1])
        return f":cite:p:`{','.join(found)}`" if set(found) <= known else match[0]

    return _KEY.sub(cite, text.replace("|", r"\|"))


def known_keys() -> set[str]:
    """The keys of the bibliography."""
    text = (HERE.parent / "src" / "interfirm" / "references.bib").read_text("utf-8")
    return set(re.findall(r"^@\w+\{([^,\s]+)", text, flags=re.MULTILINE))


def _prepare(app: Sphinx) -> None:
    del app
    for _ in write():
        pass


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.connect("builder-inited", _prepare)
    app.connect("autodoc-process-docstring", _cite, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
