"""What stands on the one page that each firm gets: its own answers beside a group of at least five others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm import vocabulary
from interfirm.capability.answers import titles
from interfirm.errors import UsageError
from interfirm.partners.advice import sheet_words
from interfirm.partners.capabilities import asked, readiness, scores_of
from interfirm.partners.ground import Ground, ground
from interfirm.partners.scoring import members, name_of, scored
from interfirm.partners.terms import Aim
from interfirm.report import words
from interfirm.report.context import Context
from interfirm.report.limits import limit
from interfirm.study.instruments import items

if TYPE_CHECKING:
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
_LISTED: Final = 5


@dataclass(frozen=True)
class Line:
    """One own value beside the others: None where not known, or where fewer than five others have one.

    ``low`` and ``high`` bound the middle half of the others, where there are at least ten.
    """

    label: str
    own: float | None
    median: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Suggestion:
    """One possible partner in words that give away no number of its own."""

    name: str
    about: str
    reasons: tuple[str, ...]
    mind: str


@dataclass(frozen=True)
class Sheet:
    """The page of one firm.

    Parameters
    ----------
    actor, name, about
        Who it is for.
    group
        Whom it is compared with, in words.
    profile
        Capabilities, on ``scale``.
    scale
        Lowest and highest answer.
    position
        Partners and reach.
    ready
        By purpose, readiness 0 to 1; ``note`` names the widest gap.
    partners
        Whom it could talk to.
    notes
        What is not known, and why.
    alike
        Whether nothing that is known tells the suggested partners apart.
    """

    actor: str
    name: str
    about: str
    group: str
    profile: tuple[Line, ...]
    scale: tuple[float, float]
    position: tuple[Line, ...]
    ready: tuple[Line, ...]
    partners: tuple[Suggestion, ...]
    notes: tuple[str, ...]
    alike: bool = False


def sheets(study: Study, *, purpose: str | None = None, wave: str | int | None = None,
           firms: Collection[str] | None = None, leave_out: Collection[str] = (), seed: int = 1,
           progress: Callable[[str], None] | None = None) -> list[Sheet]:
    """The pages of all firms among the members, or of some.

    Parameters
    ----------
    study
        The study.
    purpose
        What the suggested partners are for; any if None.
    wave
        The wave; the last one if None.
    firms
        Identifiers or names; all firms among the members of the wave if None.
    leave_out
        Organisations that must not be suggested to others, e.g. because they asked for it.
    seed
        Seed of the report's choices.
    progress
        Is told each step.

    Returns
    -------
    list of Sheet
        In study order. A firm is compared with the other firms of its sector if at least five others are in it,
        otherwise with all other firms; a median of fewer than five others is never shown.

    Raises
    ------
    UnknownName
        For an unknown firm, purpose or wave.
    UsageError
        If there is no firm among the members.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> page = sheets(example(), firms=["F01"])[0]
    >>> page.name, len(page.partners)
    ('Thurloster Tooling SARL', 5)
    """
    desk = _Desk(study, ground(study, wave), Aim(purpose), Context(study, seed))
    hidden = {str(desk.base.actors[desk.base.position(item)]) for item in leave_out}
    chosen = desk.firms if firms is None else np.array([desk.base.position(item) for item in firms], dtype=np.int64)
    if not len(chosen):
        raise UsageError("There is no firm among the members of this wave, so there is nobody to write a sheet for.")
    out: list[Sheet] = []
    for at in chosen:
        if progress is not None:
            progress(f"sheet {len(out) + 1} of {len(chosen)}")
        out.append(_sheet(desk, int(at), hidden))
    return out


@dataclass(frozen=True, eq=False)
class _Desk:
    """What all sheets of a study share."""

    study: Study
    base: Ground
    aim: Aim
    ctx: Context

    @cached_property
    def firms(self) -> npt.NDArray[np.int64]:
        inside = members(self.base)
        return inside[(self.study.actors["kind"].iloc[inside] == "firm").to_numpy(dtype=bool)]

    @cached_property
    def scores(self) -> tuple[Floats, tuple[str, ...]]:
        return scores_of(self.study, self.base.wave)

    @cached_property
    def titles(self) -> dict[str, str]:
        return titles("capability")

    @cached_property
    def scale(self) -> tuple[float, float]:
        """Lowest and highest answer."""
        every = items("capability")
        return min(item.low for item in every), max(item.high or item.low for item in every)

    @cached_property
    def ready(self) -> dict[str, tuple[Floats, Any]]:
        labels = self.scores[1]
        wanted = {purpose: asked(labels, purpose) for purpose in vocabulary.words("purposes")}
        return {purpose: (readiness(self.study, self.base.wave, want), want) for purpose, want in wanted.items()}

    @cached_property
    def position(self) -> dict[str, Floats]:
        """By title, the number of partners, of members within two steps, and of alliances, in study order."""
        out: dict[str, Floats] = {}
        ctx, size = self.ctx, len(self.study.actors)
        if ctx.relation is not None and ctx.relation != "alliances" and self.base.wave in ctx.waves_of(ctx.relation):
            view = ctx.adjacency(ctx.relation, self.base.wave)
            near = (view.symmetric > 0).astype(np.float64)
            two = ((near @ near + near) > 0).astype(np.float64)
            for title, matrix in (("Partners", near), ("Within two steps", two)):
                values = np.full(size, np.nan)
                values[view.index] = np.asarray(matrix.sum(axis=1)).ravel() - matrix.diagonal()
                out[f"{title} ({words.through(ctx.relation)})"] = values
        if self.base.memberships.nnz:
            out["Alliances so far"] = np.asarray(self.base.memberships.sum(axis=1), dtype=np.float64).ravel()
        return out

    def group(self, at: int) -> tuple[npt.NDArray[np.int64], str]:
        """Whom a firm is compared with: the others of its sector, or all others."""
        sector = self.study.actors["sector"]
        others = self.firms[self.firms != at]
        mine = sector.iloc[at]
        if isinstance(mine, str):
            same = others[(sector.iloc[others] == mine).to_numpy(dtype=bool)]
            if len(same) >= limit("sheet_group"):
                return same, f"{len(same)} other firms of the sector {mine}"
        return others, f"{len(others)} other firms of the cluster"

    def line(self, label: str, values: Floats, at: int, note: str = "") -> Line:
        """One value beside the others of its group, or of all firms where too few of the group have one."""
        own = None if np.isnan(values[at]) else float(values[at])
        for others in (self.group(at)[0], self.firms[self.firms != at]):
            known = values[others]
            known = known[~np.isnan(known)]
            if len(known) >= limit("sheet_group"):
                break
        else:
            return Line(label, own, note=note)
        middle = float(np.median(known))
        if len(known) < limit("sheet_spread"):
            return Line(label, own, middle, note=note)
        low, high = np.quantile(known, (0.25, 0.75))
        return Line(label, own, middle, float(low), float(high), note)


def _sheet(desk: _Desk, at: int, hidden: set[str]) -> Sheet:
    scores, labels = desk.scores
    profile = tuple(desk.line(words.sentence(desk.titles[name]), scores[:, k], at) for k, name in enumerate(labels))
    position = tuple(desk.line(title, values, at) for title, values in desk.position.items())
    ready = tuple(_ready(desk, at)) if labels else ()
    actor = str(desk.base.actors[at])
    partners = tuple(_partners(desk, actor, hidden))
    return Sheet(actor, name_of(desk.base, at), _about(desk.study, at), desk.group(at)[1], profile, desk.scale,
                 position, ready, partners, tuple(_notes(desk, at)), _alike(partners))


def _about(study: Study, at: int) -> str:
    row = study.actors.iloc[at]
    return ", ".join(str(row[name]) for name in ("sector", "city") if isinstance(row[name], str))


def _ready(desk: _Desk, at: int) -> Iterator[Line]:
    scores, labels = desk.scores
    for purpose, (values, want) in desk.ready.items():
        if not any(want.level * want.weight):
            continue
        gap = want.weight * np.maximum(want.level - scores[at], 0.0)
        note = "" if np.isnan(values[at]) else "nothing missing" if gap.max() <= 0 else \
            f"missing most: {desk.titles[labels[int(gap.argmax())]]}"
        yield desk.line(words.sentence(purpose), values, at, note)


def _partners(desk: _Desk, actor: str, hidden: set[str]) -> Iterator[Suggestion]:
    found, given = scored(desk.study, actor, desk.aim, None, desk.base.wave, "members"), 0
    for j in found.order:
        if given == _LISTED:
            return
        if str(desk.base.actors[j]) in hidden:
            continue
        reasons, mind = sheet_words(found.words(int(j)), found.middle, found.weights)
        yield Suggestion(name_of(desk.base, int(j)), _about(desk.study, int(j)), reasons, mind)
        given += 1


def _alike(partners: tuple[Suggestion, ...]) -> bool:
    """Whether there are several, and nothing speaks for any."""
    return len(partners) > 1 and not any(item.reasons for item in partners)


def _notes(desk: _Desk, at: int) -> Iterator[str]:
    missing = np.isnan(desk.scores[0][at])
    if desk.scores[1] and missing.all():
        yield "You did not answer the questions on capabilities, or too few of them, so your own values are missing."
    elif desk.scores[1] and missing.any():
        yield "You left out questions on capabilities, so some of your own values are missing."
    if not desk.scores[1]:
        yield "The questions on capabilities were not asked in this wave."
    if desk.base.silent[at]:
        yield "You did not answer whom you work with: your partners are those that named you."
