"""What ``interfirm structure`` prints: a few lines for each question, whole tables for the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import typer

from interfirm import terminal
from interfirm.errors import UsageError
from interfirm.numerals import per_cent
from interfirm.report import words

if TYPE_CHECKING:
    from interfirm.structure.classification import Classification
    from interfirm.study.study import Study

Tables = dict[str, pd.DataFrame]

_SHOWN = 8
_HEADS = 10
_LISTED = 12
_FEWEST = 3
_MOST_TIES = 3000


def labels(study: Study) -> dict[str, str]:
    """Name and identifier of every actor."""
    names = study.actors.set_index("actor")["name"]
    return {str(actor): f"{name} ({actor})" if isinstance(name, str) and name and name != actor else str(actor)
            for actor, name in names.items()}


# ---- the shape ---------------------------------------------------------------------------


def shape(study: Study, found: Classification, tables: Tables) -> None:
    """The decision, the five structures, positions and contradictions."""
    name = labels(study)
    spoken = replace(found, actors=np.array([name[str(actor)] for actor in found.actors], dtype=object))
    terminal.show_list("Which structure?", [str(spoken)])
    if not found.best:
        if found.indices:
            numbers = [{"index": index, "value": value} for index, value in found.indices.items()]
            terminal.show_table(pd.DataFrame(numbers), title="The indices")
        return
    rows = found.table()
    terminal.show_table(pd.DataFrame({
        "structure": rows["structure"], "probability": [_percent(value) for value in rows["probability"]],
        "ties against it": [_percent(value) for value in rows["distance"]], "z": rows["z"].round(1),
        "conditions": [_failed(found, str(kind)) for kind in rows["structure"]],
    }), title="The five structures")
    _positions(spoken)
    against = found.violation_table()
    _against(against, found.best, name)
    tables |= {"positions": found.position_table(), "contradictions": against, "conditions": found.condition_table()}


def _against(against: pd.DataFrame, kind: str, name: dict[str, str]) -> None:
    """The ties that contradict the structure one by one, or where they are many, whom they concern."""
    if len(against) > _LISTED:
        often = pd.concat([against["sender"], against["receiver"]]).value_counts().head(_SHOWN)
        terminal.show_list(f"What contradicts a {kind}? {len(against)} ties; most concern",
                           [f"{name[str(actor)]}: {number}" for actor, number in often.items()])
    elif len(against):
        cells = against.assign(sender=against["sender"].map(name), receiver=against["receiver"].map(name))
        terminal.show_table(cells.rename(columns={"sender": "first firm", "receiver": "second firm",
                                                  "change": "would have to"}), title=f"What contradicts a {kind}?")


def _percent(value: float) -> str:
    return f"under {per_cent(0.001)}" if 0 < value < 0.001 else f"over {per_cent(0.99)}" if 0.99 < value < 1 \
        else per_cent(value)


def _failed(found: Classification, kind: str) -> str:
    wrong = [item.text for item in found.conditions[kind] if not item.holds]
    if not wrong:
        return "hold"
    return f"not so: {wrong[0]}" + (f"; and {len(wrong) - 1} more" if len(wrong) > 1 else "")


def _positions(found: Classification) -> None:
    """Heads with their units, or the firms by position."""
    rows = []
    if (found.superiors >= 0).any():
        heads = [i for i in range(len(found.actors)) if (found.superiors == i).any() or found.positions[i] != "unit"]
        for i in sorted(heads, key=lambda i: (found.superiors[i] >= 0, -int((found.superiors == i).sum())))[:_HEADS]:
            units = [str(found.actors[j]) for j in np.flatnonzero(found.superiors == i)]
            rows.append((found.positions[i], str(found.actors[i]), len(units), words.listing(units, 3)))
        frame = pd.DataFrame(rows, columns=["position", "firm", "units", "which"])
    else:
        frame = pd.DataFrame(_by_position(found), columns=["position", "firms", "which"])
    nearest = "" if found.decided else f" in the nearest structure, {found.best}; none is named"
    terminal.show_table(frame, title=f"Who stands where{nearest}")


def _by_position(found: Classification) -> list[tuple[str, int, str]]:
    out = []
    for position in dict.fromkeys(sorted(map(str, found.positions), key=lambda name: (name != "nodal", name))):
        who = [str(actor) for actor in found.actors[found.positions == position]]
        out.append((position, len(who), words.listing(who, 6)))
    return out


# ---- roles -------------------------------------------------------------------------------


def roles_and_losses(study: Study, found: Classification, asked: dict[str, Any], alliance: str | None,
                     arbiter: str | None, tables: Tables) -> None:
    """Which role is held, by whom, which is vacant; and what is lost if those who decide leave."""
    from interfirm.structure import roles, without

    name = labels(study)
    try:
        held = roles(study, alliance=alliance, arbiter=arbiter, found=found if found.best else None, **asked)
    except UsageError as problem:
        terminal.show_list("Who holds which role?", [f"Not known: {problem}"])
        return
    rows = [(role.name, role.state, words.listing([name[actor] for actor in role.holders], 3) or _needed(role.needed))
            for role in held.roles.values()]
    terminal.show_table(pd.DataFrame(rows, columns=["role", "state", "held by"]), title="Who holds which role?")
    if held.external:
        terminal.show_list("Where does knowledge from outside come in?", [_gate(held, name)])
    tables |= {"roles": held.table(), "role-values": held.value_table().reset_index()}
    heads = sorted(held.status, key=lambda actor: -held.roles["coordinator"].values.get(actor, 0.0))[:_HEADS]
    part = study if alliance is None else study.select(actors=list(held.roles["coordinator"].values))
    options = {key: asked[key] for key in ("exchange", "wave")}
    losses = [without(part, [actor], **options) for actor in heads]
    losses.sort(key=lambda loss: (len(loss.alone), loss.pairs_lost, loss.knowledge_lost or 0), reverse=True)
    if not losses:
        return
    table = pd.DataFrame([{
        "if it leaves": name[loss.actors[0]], "decides": held.status[loss.actors[0]],
        "left without a partner": len(loss.alone),
        "pairs that lose touch": _part(loss.pairs_lost, loss.pairs_before),
        "ways to outside knowledge lost": _part(loss.knowledge_lost, loss.knowledge_before)} for loss in losses])
    terminal.show_table(table.head(_SHOWN), title="What is lost if one that decides for others leaves?")
    tables["losses"] = pd.DataFrame([{
        "actor": loss.actors[0], "status": held.status[loss.actors[0]], "alone": len(loss.alone),
        "pairs_lost": loss.pairs_lost, "pairs_before": loss.pairs_before, "knowledge_lost": loss.knowledge_lost,
        "knowledge_before": loss.knowledge_before} for loss in losses])


def _needed(text: str) -> str:
    return "to collect: " + text.replace(": arbiter=…", ", as a relation (--arbiter RELATION)") if text else ""


def _gate(held: Any, name: dict[str, str]) -> str:
    first = max(held.external, key=lambda actor: held.external[actor])
    many = sum(value > 0 for value in held.external.values())
    even = f" (concentration {held.concentration:.2f}; {1 / many:.2f} if these {many} had as many each)" \
        if many > 1 else ""
    return (f"{many} of {len(held.external)} members {words.verb(many, 'has', 'have')} links to knowledge outside; "
            f"{name[first]} has {_percent(held.external[first])} of them{even}.")


def _part(lost: int | None, before: int | None) -> str:
    return "not known" if lost is None else _percent(lost / before) if before else "none to lose"


# ---- how the ties hold -------------------------------------------------------------------


def ties(study: Study, wave: str | None, alliance: str | None, tables: Tables) -> None:
    """Dangerous dependence, one-sided trust, one-sided give and take, reasons to leave."""
    name = labels(study)
    inside = set(study.actors.loc[study.actors["position"] != "external", "actor"])
    if alliance is not None:
        inside &= set(study.alliances.loc[study.alliances["alliance"] == alliance, "actor"])
    for title, one in (("Who depends dangerously on whom?", _dependence), ("Where is trust one-sided?", _trust),
                       ("Where does nothing come back?", _giving), ("Why do members stay?", _staying),
                       ("Who might leave, and why?", _leaving)):
        if wave is None or len(study.present(wave)) > _MOST_TIES:
            terminal.show_list(title, ["Not known: " + ("the study has no wave." if wave is None else
                                                        f"more than {_MOST_TIES:,} members; take one alliance or a "
                                                        "selection.")])
            continue
        try:
            lines = one(study, wave, inside, name.__getitem__, tables)
        except UsageError as problem:
            lines = [f"Not known: {problem}"]
        more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        terminal.show_list(title, lines[:_SHOWN] + more)


def _relation(study: Study, wave: str, names: tuple[str, ...]) -> str | None:
    there = set(study.ties.loc[study.ties["wave"] == wave, "relation"])
    return next((item for item in names if item in there), None)


def _dependence(study: Study, wave: str, inside: set[str], name: Callable[[str], str], tables: Tables) -> list[str]:
    from interfirm.relations.dependence import dependence

    relation = _relation(study, wave, ("customer", "outsourcing", "supplier"))
    if relation is None:
        return ["Not known: nobody was asked for the share of its turnover with its most important customers."]
    found = dependence(study, relation=relation, wave=wave)
    if found.settings["unit"] == "strength":
        return [f"Not known: the weights of '{relation}' are strengths, not shares of turnover or money."]
    rows = found.dangerous[found.dangerous["actor"].isin(inside)]
    whole = found.table()
    tables["dependence"] = whole[whole["actor"].isin(inside) | whole["on"].isin(inside)]
    if not len(rows):
        return [f"Nobody is known to ({relation}; shares of {found.base}; substitutes {found.alternatives})."]
    return [f"{name(row.actor)} on {name(row.on)}: {_percent(row.share)} of its business"
            + ("" if row.substitutes != row.substitutes else f", {row.substitutes:.0f} could take its place"
               if row.substitutes else ", nobody could take its place")
            + (f"; in turn {_percent(row.in_turn)}" if row.in_turn == row.in_turn else "; in turn not known")
            for row in _rows(rows)]


def _trust(study: Study, wave: str, inside: set[str], name: Callable[[str], str], tables: Tables) -> list[str]:
    from interfirm.relations.trust import trust

    found = trust(study, wave=wave)
    rows = found.table()
    rows = rows[rows["first"].isin(inside) & rows["second"].isin(inside)]
    tables["trust"] = rows
    both = int(rows["asymmetry"].notna().sum())
    if not both:
        return ["Not known: no pair was asked on both sides how far it trusts the other."]
    uneven = rows[rows["one_sided"]]
    if not len(uneven):
        return [f"Nowhere, in the {both} pairs in which both spoke."]
    out = [f"In {len(uneven)} of the {both} pairs in which both spoke."]
    for row in _rows(uneven):
        more, less = (row.first, row.second) if row.given > row.returned else (row.second, row.first)
        out.append(f"{name(more)} trusts {name(less)} {max(row.given, row.returned):g} of 7, and gets "
                   f"{min(row.given, row.returned):g}")
    return out


def _giving(study: Study, wave: str, inside: set[str], name: Callable[[str], str], tables: Tables) -> list[str]:
    from interfirm.relations.balance import reciprocity_balance

    relation = _relation(study, wave, ("outsourcing", "supplier"))
    if relation is None:
        return ["Not known: no relation says who gives work to whom, with amounts."]
    rows = reciprocity_balance(study, relation=relation)
    rows = rows[rows["first"].isin(inside) & rows["second"].isin(inside)]
    tables["balance"] = rows
    if not len(rows):
        return ["Not known: of no pair are both directions known."]
    even = f"{int((rows['balance'] > 0).sum())} of the {len(rows)} pairs of which both directions are known give " \
           f"each other work ({relation}, all waves together)."
    one_way = rows[rows["balance"] == 0].assign(amount=lambda frame: frame["gave"] + frame["took"])
    one_way = one_way.sort_values("amount", ascending=False, kind="stable")
    out = [even]
    for row in _rows(one_way):
        gives, takes = (row.first, row.second) if row.gave > 0 else (row.second, row.first)
        out.append(f"{name(gives)} gives work to {name(takes)}, and gets none")
    return out


def _staying(study: Study, wave: str, inside: set[str], name: Callable[[str], str], tables: Tables) -> list[str]:
    from interfirm.relations.commitment import commitment

    del name
    rows = commitment(study, wave=wave).rows
    rows = rows[rows["actor"].isin(inside)].dropna(subset=["affective", "continuance"])
    if not len(rows):
        return ["Not known: commitment was not asked (sheet 'Questions (ignore)' of the template)."]
    tables["commitment"] = rows
    by = rows.groupby("alliance", sort=False)
    means = by[["affective", "continuance"]].mean().assign(answers=by.size())
    means = means.assign(held=means["continuance"] - means["affective"])
    means = means[means["answers"] >= _FEWEST].sort_values("held", ascending=False, kind="stable").reset_index()
    if not len(means):
        return [f"Not known: fewer than {_FEWEST} members answered about any alliance."]
    title = study.alliances.dropna(subset=["name"]).drop_duplicates("alliance").set_index("alliance")["name"]
    return [f"{title.get(row.alliance, row.alliance)}: {'they have to' if row.held > 0 else 'they like to'} (have to "
            f"{row.continuance:.1f}, like to {row.affective:.1f} of 7; "
            f"{words.count(int(row.answers), 'answer')})" for row in _rows(means)]


def _leaving(study: Study, wave: str, inside: set[str], name: Callable[[str], str], tables: Tables) -> list[str]:
    from interfirm.relations.exit import exit_risk

    found = exit_risk(study, wave=wave)
    rows = found.table()
    rows = rows[rows["actor"].isin(inside)]
    tables["reasons-to-leave"] = rows
    looked = f"{len(found.looked_for)} reasons could be looked for"
    watched = rows[rows["watch"]]
    if not len(watched):
        return [f"Nobody shows three or more known reasons ({looked}). That is no promise to stay."]
    return [f"{name(row.actor)}: {row.reasons} ({row.signals} of {row.known} reasons that could be looked for)"
            for row in _rows(watched)]


def _rows(frame: pd.DataFrame) -> Any:
    return frame.itertuples(index=False)


def notes(found: Classification) -> None:
    """What was noticed about the data."""
    terminal.show_findings(list(found.findings))


# ---- alliances ---------------------------------------------------------------------------


def alliances(study: Study, rows: pd.DataFrame) -> None:
    """One line per alliance, then how many of each kind."""
    if not len(rows):
        typer.echo("No alliance has six members or more: below six a shape cannot be told.")
        return
    titles = study.alliances.dropna(subset=["name"]).drop_duplicates("alliance").set_index("alliance")["name"]
    name = labels(study)
    shown = []
    for row in rows.head(30).to_dict("records"):
        title, named = titles.get(row["alliance"]), row["decision"] == row["nearest"]
        nodal = [name.get(actor, actor) for actor in str(row["nodal"]).split(", ")] if row["nodal"] else []
        shown.append((f"{title} ({row['alliance']})" if isinstance(title, str) else row["alliance"], row["members"],
                      row["decision"] + ("" if named or not row["nearest"] else f" (nearest: {row['nearest']})"),
                      "" if np.isnan(row["probability"]) else _percent(row["probability"]),
                      words.listing(nodal, 2) if named else words.sentence(str(row["reasons"]))))
    frame = pd.DataFrame(shown, columns=["alliance", "members", "structure", "probability",
                                         "nodal firms, or why no structure is named"])
    terminal.show_table(frame, title="The structure of every alliance with six members or more")
    if len(rows) > len(frame):
        typer.echo(f"{len(frame)} of {len(rows):,} alliances; --csv FILE writes all of them.")
    counts = rows["decision"].value_counts()
    typer.echo(f"{len(rows):,} alliances: " + ", ".join(f"{number:,} {kind}" for kind, number in counts.items()) + ".")
