"""Who holds the cooperation together: the roles of nodal firms, whether they are vacant, and how lasting they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError
from interfirm.structure.classification import Classification
from interfirm.structure.indices import reachable
from interfirm.structure.layers import Layers
from interfirm.structure.removal import EXACT, shapley
from interfirm.structure.sources import Relation, study_layers

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

HELD, VACANT, UNKNOWN, NONE = "held", "vacant", "not known", "does not apply"


@dataclass(frozen=True)
class Role:
    """One role.

    Parameters
    ----------
    name, meaning
        The role, and what its holder does.
    state
        ``"held"``, ``"vacant"``, ``"not known"`` (the data that would tell is missing) or ``"does not
        apply"`` (the structure has no such role).
    holders
        Who holds it, largest value first.
    values
        Per member, from 0 to 1.
    least
        The value from which a member holds the role.
    needed
        What to collect where the state is not known.
    """

    name: str
    meaning: str
    state: str
    holders: tuple[str, ...]
    values: Mapping[str, float]
    least: float
    needed: str = ""


@dataclass(frozen=True, eq=False)
class Roles:
    """The roles of the members, how lasting they are, and where outside knowledge comes in.

    Parameters
    ----------
    roles
        The eight roles by name.
    status
        Per member that decides for others: ``"lasting"``, or ``"bound to projects"`` if all its decisions
        have an end date.
    external
        Per member: its share of all knowledge links to the outside; empty if none is recorded.
    concentration
        Σ share²: 1 if one member holds all of them, 1/n if all hold as many; NaN if none is recorded.
    coordination
        Where the coordination layer comes from.
    settings
        Relations and wave.
    """

    roles: Mapping[str, Role]
    status: Mapping[str, str]
    external: Mapping[str, float]
    concentration: float
    coordination: str
    settings: Mapping[str, Any]

    @property
    def vacant(self) -> list[str]:
        """The roles that nobody holds although somebody could."""
        return [name for name, role in self.roles.items() if role.state == VACANT]

    def table(self) -> pd.DataFrame:
        """One row per role: state, holders, largest value, least value."""
        import pandas as pd

        rows = [(role.name, role.state, ", ".join(role.holders), max(role.values.values(), default=float("nan")),
                 role.least, role.meaning, role.needed) for role in self.roles.values()]
        return pd.DataFrame(rows, columns=["role", "state", "holders", "largest", "least", "meaning", "needed"])

    def value_table(self) -> pd.DataFrame:
        """Members × roles: the values."""
        import pandas as pd

        return pd.DataFrame({name: pd.Series(dict(role.values), dtype=float) for name, role in self.roles.items()
                             }).rename_axis("actor")

    def __str__(self) -> str:
        held = [f"{role.name}: {', '.join(role.holders[:3])}" for role in self.roles.values() if role.state == HELD]
        vacant = f" Vacant: {', '.join(self.vacant)}." if self.vacant else ""
        return ("; ".join(held) + "." if held else "No role is held.") + vacant


@dataclass(frozen=True, eq=False)
class _Context:
    """What every role is computed from."""

    study: Study
    layers: Layers
    wave: str | None
    names: list[str]
    knowledge: Relation
    arbiter: Relation
    found: Classification | None

    @property
    def n(self) -> int:
        return len(self.names)


def roles(study: Study, *, exchange: Relation = None, coordination: Relation = None, knowledge: Relation = None,
          wave: str | int | None = None, alliance: str | None = None, arbiter: Relation = None,
          found: Classification | None = None) -> Roles:
    """Who is coordinator, resource allocator, gatekeeper, clearinghouse, outreach, arbiter, controller, main firm.

    The eight roles are those of [suarezvilla1998]; their formulas are ours. With n members a member holds a role
    if its value reaches 2/n, twice an equal share, unless said otherwise:

    * coordinator: firms it decides for / (n - 1);
    * resource allocator: budget of the alliances it leads / budget of all alliances;
    * gatekeeper: its share of the two-paths outside → member → member in the flow of knowledge, and its share
      of the links to the outside, whichever is smaller;
    * clearinghouse: its share of betweenness in the knowledge layer, and of the exchange ties to the outside,
      whichever is smaller;
    * outreach: its share of the newcomers, each credited to the lead of its first alliance, or in equal parts
      to the members who were in an alliance before;
    * arbiter: pairs of exchange partners that both name it / all such pairs;
    * controller across a barrier: share of the pairs on the two sides that lose touch without the nodal firms,
      split among them by the Shapley value; held from one half of an equal split;
    * main firm: share of the others that it reaches in coordination; held at 1 by a firm nobody decides for.

    Parameters
    ----------
    study
        The study.
    exchange, coordination, wave, alliance
        As in :func:`interfirm.structure.classify`.
    knowledge
        Who asks whom; None takes all of the knowledge layer.
    arbiter
        A relation in which the sender names the receiver as the one who settles disputes.
    found
        A classification of the same network; without it the barrier is not known.

    Returns
    -------
    Roles

    Raises
    ------
    UsageError
        If a relation or wave is unknown.

    Notes
    -----
    Unknown ties count as absent. A role whose data is missing is "not known", with what to collect.
    """
    layers, _ = study_layers(study, exchange, coordination, wave, alliance)
    if not layers.size:
        raise UsageError("; ".join(item.problem for item in layers.findings) + ". Give an alliance, or a selection.")
    when = study.wave(wave) if wave is not None or len(study.waves) == 1 else None
    names = [str(name) for name in layers.actors]
    context = _Context(study, layers, when, names, knowledge, arbiter, found)
    external = _external(context, _knowledge(context))
    total = sum(external.values())
    share = {name: value / total for name, value in external.items()} if total else {}
    return Roles(
        {role.name: role for role in (one(context) for one in _ROLES)}, _status(context), share,
        sum(value ** 2 for value in share.values()) if share else float("nan"), layers.source,
        {"exchange": exchange, "coordination": coordination, "knowledge": knowledge, "wave": when,
         "alliance": alliance})


def _role(context: _Context, name: str, meaning: str, values: Floats | None, *, least: float | None = None,
          needed: str = "") -> Role:
    bound = 2 / context.n if least is None else least
    if values is None:
        return Role(name, meaning, UNKNOWN, (), {}, bound, needed)
    order = np.argsort(-values, kind="stable")
    holders = tuple(context.names[i] for i in order if values[i] >= bound - 1e-12 and values[i] > 0)
    return Role(name, meaning, HELD if holders else VACANT, holders,
                dict(zip(context.names, values.tolist(), strict=True)), bound)


def _coordinator(context: _Context) -> Role:
    rule = context.layers.coordination == 1
    values = rule.sum(axis=1) / max(context.n - 1, 1) if context.layers.known else None
    return _role(context, "coordinator", "sets plans, approves or allocates work for others", values,
                 needed="who decides for whom (a relation of the coordination layer)")


def _allocator(context: _Context) -> Role:
    rows = context.study.alliances
    rows = rows.loc[rows["actor"].isin(context.names)]
    budget = rows.groupby("alliance", sort=False)["budget"].sum()
    meaning, needed = "decides how shared budgets are spent", "alliances with lead and budget"
    lead = rows.loc[rows["role"] == "lead"].drop_duplicates("alliance")
    if not float(budget.sum()) > 0 or not len(lead):
        return _role(context, "resource allocator", meaning, None, needed=needed)
    led = lead.assign(total=budget.reindex(lead["alliance"]).to_numpy()).groupby("actor")["total"].sum()
    values = led.reindex(context.names).fillna(0.0).to_numpy(dtype=np.float64) / float(budget.sum())
    return _role(context, "resource allocator", meaning, values)


def _knowledge(context: _Context) -> tuple[Bools, npt.NDArray[Any], Bools] | None:
    """Who asks whom, outsiders included: matrix, names, who is outside; None without such a relation."""
    study = context.study
    relations = context.knowledge if context.knowledge is not None else list(study.relations_of("knowledge"))
    if not relations or context.wave is None:
        return None
    view = study.adjacency(relations, context.wave, who="all")
    names = np.array([str(name) for name in view.actors], dtype=object)
    outside = (study.actors["position"] == "external").to_numpy(dtype=bool)[view.index]
    keep = outside | np.isin(names, context.names)
    return (view.matrix.toarray() > 0)[np.ix_(keep, keep)], names[keep], outside[keep]


def _external(context: _Context, known: tuple[Bools, npt.NDArray[Any], Bools] | None) -> dict[str, float]:
    """Knowledge links of each member to the outside: ties to external actors, else the column external_links."""
    out = dict.fromkeys(context.names, 0.0)
    if known is not None:
        ask, names, outside = known
        links = ask[:, outside].sum(axis=1) + ask[outside, :].sum(axis=0)
        out |= {str(name): float(links[i]) for i, name in enumerate(names) if not outside[i]}
    if not any(out.values()) and context.wave is not None:
        column = context.study.covariate("external_links", context.wave).reindex(context.names).fillna(0.0)
        out = {str(name): float(value) for name, value in column.items()}
    return {name: out[name] for name in context.names}


def _shares(values: dict[str, float], names: list[str]) -> Floats | None:
    raw = np.array([values.get(name, 0.0) for name in names])
    return raw / raw.sum() if raw.sum() > 0 else None


def _gatekeeper(context: _Context) -> Role:
    meaning = "brings knowledge from outside in and passes it on"
    needed = "knowledge ties of members with actors outside, and among members"
    known = _knowledge(context)
    links = _shares(_external(context, known), context.names)
    if known is None or links is None:
        return _role(context, "gatekeeper", meaning, None, needed=needed)
    ask, names, outside = known
    # i passes on what it asks outside to members who ask i and do not ask outside themselves
    asked_by = ask[np.ix_(~outside, ~outside)].astype(np.int64)
    sources = ask[np.ix_(~outside, outside)].astype(np.int64)
    direct = (asked_by.T * (sources @ (1 - sources).T)).sum(axis=1)
    passes = _shares(dict(zip(names[~outside].tolist(), direct.astype(float).tolist(), strict=True)), context.names)
    return _role(context, "gatekeeper", meaning, np.zeros(context.n) if passes is None else np.minimum(passes, links))


def _clearinghouse(context: _Context) -> Role:
    import igraph as ig

    meaning = "selects and routes knowledge inside, and handles transactions with the outside"
    needed = "knowledge ties among members, and exchange ties with actors outside"
    known = _knowledge(context)
    trade = _trade_outside(context)
    if known is None or trade is None:
        return _role(context, "clearinghouse", meaning, None, needed=needed)
    ask, names, outside = known
    inner = ask[np.ix_(~outside, ~outside)]
    between = ig.Graph(n=len(inner), edges=np.argwhere(inner).tolist(), directed=True).betweenness()
    share = _shares(dict(zip(names[~outside].tolist(), between, strict=True)), context.names)
    return _role(context, "clearinghouse", meaning, np.zeros(context.n) if share is None else np.minimum(share, trade))


def _trade_outside(context: _Context) -> Floats | None:
    """Each member's share of the exchange ties with actors outside."""
    study = context.study
    relations = list(study.relations_of("exchange"))
    if not relations or context.wave is None:
        return None
    view = study.adjacency(relations, context.wave, who="all")
    outside = (study.actors["position"] == "external").to_numpy(dtype=bool)[view.index]
    links = (view.symmetric.toarray()[:, outside] > 0).sum(axis=1)
    return _shares({str(name): float(links[i]) for i, name in enumerate(view.actors) if not outside[i]}, context.names)


def _outreach(context: _Context) -> Role:
    meaning, needed = "brings in new partners", "alliances with their members, start dates and leads"
    rows = context.study.alliances
    dated = rows.loc[rows["start"].notna()].sort_values("start", kind="stable")
    first = dated.drop_duplicates("actor")
    new = first.loc[first["start"] > dated["start"].min()] if len(dated) else first
    credit = dict.fromkeys(context.names, 0.0)
    for who, alliance, start in new[["actor", "alliance", "start"]].itertuples(index=False, name=None):
        group = rows.loc[(rows["alliance"] == alliance) & (rows["actor"] != who)]
        lead = group.loc[group["role"] == "lead", "actor"].tolist()
        before = set(first.loc[first["start"] < start, "actor"])
        hosts = [a for a in lead if a in before] or [a for a in group["actor"] if a in before]
        for host in hosts:
            if host in credit:
                credit[host] += 1 / len(hosts)
    return _role(context, "outreach", meaning, _shares(credit, context.names), needed=needed)


def _arbiter(context: _Context) -> Role:
    meaning, needed = "settles disputes between others", "whom each member would ask to settle a dispute: arbiter=…"
    if context.arbiter is None or context.wave is None:
        return _role(context, "arbiter", meaning, None, needed=needed)
    view = context.study.adjacency(context.arbiter, context.wave)
    place = {str(name): at for at, name in enumerate(view.actors)}
    at = np.array([place[name] for name in context.names])
    named = (view.matrix.toarray() > 0)[np.ix_(at, at)]
    tie = context.layers.exchange == 1
    pairs = max(int(tie.sum()) // 2, 1)
    values = np.array([float((tie & np.outer(named[:, i], named[:, i])).sum()) / 2 / pairs for i in range(context.n)])
    return _role(context, "arbiter", meaning, values)


def control(tie: Bools, first: Bools, second: Bools, nodal: list[int]) -> list[float]:
    """Share of the pairs (one of each side) that lose touch when the nodal firms go, split among them.

    ``tie`` n × n symmetric; ``first`` and ``second`` n booleans: the two sides. The split is the Shapley
    value; up to 10 nodal firms.
    """
    from scipy.sparse import csgraph

    n = len(tie)

    def parted(some: frozenset[int]) -> float:
        keep = np.setdiff1d(np.arange(n), [nodal[i] for i in some])
        part = np.full(n, -1)
        part[keep] = csgraph.connected_components(tie[np.ix_(keep, keep)], directed=False)[1]
        return float((part[first][:, None] != part[second][None, :]).mean())

    return shapley(parted, len(nodal))


def _controller(context: _Context) -> Role:
    name, meaning = "controller across a barrier", "all contact between the two segments passes it"
    found = context.found
    if found is None:
        return _role(context, name, meaning, None, needed="a classification of the same network: found=…")
    sides = [np.asarray(found.positions) == side for side in ("segment A", "segment B")]
    if not (sides[0].any() and sides[1].any()):
        return Role(name, meaning, NONE, (), {}, 0.5)
    place = [context.names.index(str(actor)) for actor in found.actors]
    tie = (context.layers.exchange == 1)[np.ix_(place, place)]
    nodal = np.flatnonzero(np.asarray(found.positions) == "nodal").tolist()[:EXACT]
    values = np.zeros(context.n)
    for at, value in zip(nodal, control(tie, sides[0], sides[1], nodal), strict=True):
        values[place[at]] = max(value, 0.0)
    return _role(context, name, meaning, values, least=0.5 / len(nodal))


def _main_firm(context: _Context) -> Role:
    meaning = "heads all others, directly or through others"
    rule = context.layers.coordination == 1
    if not context.layers.known:
        return _role(context, "main firm", meaning, None, needed="who decides for whom")
    reach = (reachable(rule).sum(axis=1) - 1) / max(context.n - 1, 1)
    values = np.where(rule.any(axis=0), 0.0, reach)
    return _role(context, "main firm", meaning, values, least=1.0)


def _status(context: _Context) -> dict[str, str]:
    """Whether the decisions of those who decide have an end."""
    study, rule = context.study, context.layers.coordination == 1
    heads = [context.names[i] for i in np.flatnonzero(rule.any(axis=1))]
    ties = study.ties.loc[study.ties["relation"].isin(study.relations_of("coordination"))]
    if context.wave is not None:
        ties = ties.loc[ties["wave"] == context.wave]
    out = {}
    for head in heads:
        mine = ties.loc[(ties["sender"] == head) & (ties["weight"].fillna(0) > 0)]
        out[head] = "bound to projects" if len(mine) and bool(mine["until"].notna().all()) else "lasting"
    return out


_ROLES: tuple[Callable[[_Context], Role], ...] = (
    _coordinator, _allocator, _gatekeeper, _clearinghouse, _outreach, _arbiter, _controller, _main_firm,
)
