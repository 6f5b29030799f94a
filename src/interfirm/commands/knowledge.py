"""How knowledge flows and converts: ``interfirm knowledge``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_LEANING = 0.6


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(knowledge)


def knowledge(
    path: Annotated[Path, typer.Argument(metavar="STUDY", help="A study: its folder, or its workbook.")],
    wave: Annotated[str | None, typer.Option(help="The wave; the last one with knowledge ties if left out.")] = None,
    relation: Annotated[
        str | None, typer.Option(help="The relation that says who asks or learns from whom, e.g. advice.")
    ] = None,
    firm: Annotated[str | None, typer.Option(help="One member only: its identifier or name.")] = None,
    external: Annotated[
        str, typer.Option(help="Links outside: 'links' (external_links), 'ties' (to outside actors) or 'auto'.")
    ] = "auto",
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Also run the knowledge spiral as a model: which step would help most.")
    ] = False,
    innovations: Annotated[
        Path | None, typer.Option(help="A list of innovations and who contributed: how many are collective.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write one row per member to this CSV file.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random; the same seed gives the same result.")] = 1,
) -> None:
    """Show gatekeepers, stars and isolated firms, who takes and never gives, how firms learn, and what blocks it."""
    from interfirm import terminal
    from interfirm.commands import knowledge_together as together
    from interfirm.study.read.tables import read_study

    study = read_study(path)
    made = together.innovations(study, innovations) if innovations is not None else ""
    with terminal.progress() as step:
        step("reading who learns from whom")
        asked = _Asked(study, *_where(study, relation, wave), external, seed, step)
        actor = _actor(study, firm) if firm is not None else None
        parts = [_roles, _taking, _gates, _channels, _absorbing, _spiral, _stickiness, _focal, _layers, _types,
                 lambda _: _say(made or together.innovations(study, None)),
                 lambda asked: _say(together.institution(study, asked.wave, seed))]
        if simulate:
            parts.append(_simulated)
        if actor is None:
            typer.echo(f"Knowledge: who asks or learns from whom ('{asked.relation}', {asked.wave}).\n")
            for part in parts:
                _answer(part, asked)
        table = _members(asked)
    if actor is not None:
        _one(asked, table, actor)
    if csv is not None:
        from interfirm.study.write.atomic import write_text

        write_text(csv, table.to_csv(index=False))
        typer.echo(f"Wrote {csv}: {len(table)} rows.")


class _Asked:
    """What was asked for, and the results that several parts need, each computed once."""

    def __init__(self, study: Study, relation: str, wave: str, external: str, seed: int, step: Any) -> None:
        self.study, self.relation, self.wave, self.external, self.seed = study, relation, wave, external, seed
        self.step = step
        actors = study.actors
        self.names = dict(zip(actors["actor"], actors["name"].fillna(actors["actor"]), strict=True))
        self._done: dict[str, Any] = {}

    @property
    def where(self) -> dict[str, Any]:
        return {"relation": self.relation, "wave": self.wave}

    def once(self, name: str, **more: Any) -> Any:
        """The result of a measure of knowledge."""
        from interfirm import knowledge as measures

        if name not in self._done:
            self.step(name.replace("_", " "))
            self._done[name] = getattr(measures, name)(self.study, **self.where, **more)
        return self._done[name]

    def roles(self) -> Any:
        return self.once("cognitive_roles", external=self.external, seed=self.seed)

    def named(self, actors: Any) -> list[str]:
        return [str(self.names[str(actor)]) for actor in actors]


def _where(study: Study, relation: str | None, wave: str | None) -> tuple[str, str]:
    from interfirm.knowledge.flows import knowledge_relation

    name = knowledge_relation(study, relation)
    there = set(study.ties.loc[study.ties["relation"] == name, "wave"])
    seen = [one for one in study.wave_order if one in there]
    return name, study.wave(wave) if wave is not None else seen[-1] if seen else study.wave(None)


def _answer(part: Callable[[_Asked], None], asked: _Asked) -> None:
    """One part; a question that the data cannot answer is said, and the others go on."""
    try:
        part(asked)
    except DataError as problem:
        first = problem.findings[0]
        _say(f"Not answered: {first.problem}." + (f" {first.remedy}." if first.remedy else ""))
    except UnknownName:
        raise
    except UsageError as problem:
        _say(f"Not answered: {problem}")
    typer.echo("")


def _say(text: str) -> None:
    import textwrap

    typer.echo(textwrap.fill(text, 100, break_on_hyphens=False))


def _roles(asked: _Asked) -> None:
    from interfirm import terminal
    from interfirm.knowledge.roles import ROLES

    roles = asked.roles()
    _say("Roles: " + str(roles))
    rows = roles.table().dropna(subset=["role"])
    certain = rows[rows["sure"] >= _LEANING]
    lines = []
    for role in ROLES:
        mine = certain[certain["role"] == role].sort_values("sure", ascending=False, kind="stable")
        if len(mine):
            lines.append(f"{role} ({len(mine)}): {_by_certainty(asked, mine)}")
    open_ = rows[rows["sure"] < _LEANING]
    if len(open_):
        named = [f"{asked.names[row.actor]} ({row.role} or {row.otherwise})" for row in open_.itertuples()]
        lines.append(f"between two roles ({len(open_)}): {'; '.join(named)}")
    terminal.show_list("", lines)
    _say("Cut-offs are ours: the certainty is the share of other cut-offs, from the 25th to the 75th percentile, that "
         "give the same role with missing answers filled in at random.")


def _by_certainty(asked: _Asked, rows: pd.DataFrame) -> str:
    from interfirm import vocabulary

    words = [vocabulary.certainty(value) for value in rows["sure"]]
    parts = []
    for word in dict.fromkeys(words):
        mine = [name for name, said in zip(asked.named(rows["actor"]), words, strict=True) if said == word]
        parts.append(f"{', '.join(mine)} ({word})")
    return "; ".join(parts)


def _taking(asked: _Asked) -> None:
    from interfirm import terminal, vocabulary

    result = asked.once("give_and_take")
    _say("Giving and taking: " + str(result))
    rows = result.table().set_index("actor").loc[result.takers].reset_index()
    if len(rows):
        rows["how sure"] = [vocabulary.certainty(value) for value in rows["sure"]]
        rows["member"] = asked.named(rows["actor"])
        terminal.show_table(rows[["member", "received", "given", "how sure"]], limit=12)


def _gates(asked: _Asked) -> None:
    from interfirm import terminal
    from interfirm.knowledge import gatekeeper_loss
    from interfirm.knowledge.roles import GATEKEEPER

    try:
        asked.roles()
    except DataError:
        return
    asked.step("what would be lost with each gatekeeper")
    loss = gatekeeper_loss(asked.study, asked.roles().of(GATEKEEPER), external=asked.external, **asked.where)
    _say("Outside knowledge: " + (str(loss) if not len(loss.rows) else
         f"without {asked.named([loss.rows.iloc[0]['actor']])[0]} the others lose "
         f"{per_cent(loss.rows.iloc[0]['lost_share'])} of what they reach outside, without all {len(loss.rows)} "
         f"gatekeepers {per_cent(loss.lost_with_all)}. "
         f"{per_cent(loss.direct)} of the members who answered have links of their own, "
         f"{per_cent(loss.through)} reach outside only through others, {per_cent(loss.nothing)} not at all."))
    if len(loss.rows):
        rows = loss.table()
        frame = rows.assign(member=asked.named(rows["actor"]), lost=(100 * rows["lost_share"]).round())
        terminal.show_table(frame[["member", "links", "lost", "cut_off"]].rename(
            columns={"links": "links outside", "lost": "lost to others %", "cut_off": "others left with nothing"}))


def _channels(asked: _Asked) -> None:
    result = asked.once("learning_by_channel")
    shares = result.overall()
    rows = result.table().dropna(subset=["vertical"])
    _say(f"Learning: of what a member learns, on average {per_cent(shares['vertical'])} comes along the chain "
         "(vertical), "
         f"{per_cent(shares['horizontal'])} from peers and firms of its sector (horizontal), "
         f"{per_cent(shares['institutional'])} "
         f"from institutions, {per_cent(shares['other'])} from others. {int((rows['multifold'] >= 2).sum())} of "
         f"{len(rows)} use two of the three channels or more.")


def _absorbing(asked: _Asked) -> None:
    """Absorptive capacity beside the research of others within reach."""
    from interfirm.knowledge import absorptive_capacity

    result = absorptive_capacity(asked.study, wave=asked.wave)
    scores = result.rows["capacity"].dropna()
    if not len(scores):
        _say("Not answered: nobody was asked about absorptive capacity. Put the items of the instrument 'absorptive' "
             "to every member.")
        return
    low, middle, high = (scores.quantile(q) for q in (0.25, 0.5, 0.75))
    goes = f" It goes with research spending and patents at rho {result.agreement:.2f} ({result.firms} members)." \
        if result.agreement == result.agreement else ""
    _say(f"Absorptive capacity: median {middle:.2f} on a scale of 0 to 1, half of {len(scores)} members between "
         f"{low:.2f} and {high:.2f}.{goes}")


def _spiral(asked: _Asked) -> None:
    from interfirm import vocabulary
    from interfirm.knowledge import seci_state
    from interfirm.knowledge.seci import PLAIN

    state = seci_state(asked.study, wave=asked.wave, seed=asked.seed)
    if state.bottleneck is None:
        _say("Knowledge spiral: " + str(state))
        return
    others = ", ".join(f"{name} {value:.2f}" for name, value in state.means.items())
    _say(f"Knowledge spiral: the bottleneck is {state.bottleneck} ({PLAIN[state.bottleneck]}); "
         f"{vocabulary.certainty(state.sure)}. Means of {state.firms} members, 0 to 1: {others}. "
         f"{per_cent(state.spiral)} of them "
         "practise all four steps.")


def _stickiness(asked: _Asked) -> None:
    from interfirm.knowledge import stickiness

    result = stickiness(asked.study, wave=asked.wave, seed=asked.seed)
    _say("Taking over a practice: " + str(result))


def _focal(asked: _Asked) -> None:
    from interfirm import terminal

    focal = asked.once("focal_firms", seed=asked.seed)
    known = focal.correlation == focal.correlation
    _say("Focal firms: who leads" + (f". Authority and knowledge go together at rho {focal.correlation:.2f} "
                                     f"(p = {focal.p:.2g}, {focal.firms} members)." if known else "."))
    rows = focal.top(6)
    frame = rows.assign(member=asked.named(rows["actor"]))
    terminal.show_table(frame[["member", "score", "leads_by"]].rename(columns={"leads_by": "leads by"}))


def _layers(asked: _Asked) -> None:
    result = asked.once("knowledge_and_business", seed=asked.seed)
    lines = [f"{row.business}: knowledge flows along {per_cent(row.with_knowledge)} of {row.pairs} pairs (correlation "
             f"{row.correlation:.2f}, p = {row.p:.2g})" for row in result.table().itertuples()]
    _say("Knowledge and business: " + "; ".join(lines) + ".")


def _types(asked: _Asked) -> None:
    from interfirm import terminal
    from interfirm.knowledge import knowledge_types

    if len(asked.study.relations_of("knowledge")) < 2:
        return
    typer.echo("Kinds of knowledge: whether they flow through the same ties.")
    terminal.show_table(knowledge_types(asked.study, wave=asked.wave, seed=asked.seed))


def _simulated(asked: _Asked) -> None:
    result = asked.once("seci_simulation", seed=asked.seed)
    _say("Model of the spiral (stated rules and rates, not a forecast): " + str(result))


def _members(asked: _Asked) -> pd.DataFrame:
    """One row per member: giving and taking, role, channels."""
    out: pd.DataFrame = asked.once("give_and_take").table().rename(columns={"sure": "sure_of_verdict"})
    try:
        roles = asked.roles().table().drop(columns=["received", "given"])
        out = out.merge(roles.rename(columns={"sure": "sure_of_role"}), on="actor", how="left")
    except DataError:
        pass
    for more in (_ways, _capacity, _pool):
        out = more(asked, out)
    out.insert(1, "name", asked.named(out["actor"]))
    return out


def _ways(asked: _Asked, out: pd.DataFrame) -> pd.DataFrame:
    try:
        return out.merge(asked.once("learning_by_channel").table(), on="actor", how="left")
    except DataError:
        return out


def _capacity(asked: _Asked, out: pd.DataFrame) -> pd.DataFrame:
    from interfirm.knowledge import absorptive_capacity

    rows = absorptive_capacity(asked.study, wave=asked.wave).rows[["actor", "capacity"]]
    return out.merge(rows.rename(columns={"capacity": "absorptive_capacity"}), on="actor", how="left")


def _pool(asked: _Asked, out: pd.DataFrame) -> pd.DataFrame:
    from interfirm.knowledge import spillover_pools

    try:
        rows = spillover_pools(asked.study, wave=asked.wave).rows[["actor", "pool"]]
    except DataError:
        return out
    return out.merge(rows.rename(columns={"pool": "spillover_pool"}), on="actor", how="left")


def _actor(study: Study, name: str) -> str:
    actors = study.actors
    mine = actors.loc[(actors["actor"] == name) | (actors["name"] == name), "actor"]
    if len(mine) != 1:
        raise UnknownName("member", name, [*actors["actor"], *actors["name"].dropna()])
    return str(mine.iloc[0])


def _one(asked: _Asked, table: pd.DataFrame, actor: str) -> None:
    """Everything that is known of one member."""
    from interfirm import terminal

    rows = table.loc[table["actor"] == actor]
    if not len(rows):
        raise UsageError(f"'{actor}' is not a member in wave {asked.wave}.")
    row = rows.iloc[0]
    typer.echo(f"{asked.names[actor]} ('{asked.relation}', {asked.wave})")
    for column in table.columns[2:]:
        text = terminal.cell_text(row[column])
        typer.echo(f"  {column.replace('_', ' '):<18} {text if text else 'cannot say'}")
