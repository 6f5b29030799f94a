"""Everything that stands in the way of a model, found at once and before anything is simulated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from interfirm.dynamics import checks
from interfirm.dynamics.coding import code
from interfirm.dynamics.data import Panel, from_study
from interfirm.dynamics.specification import Specification, Term
from interfirm.dynamics.suggest import check_size
from interfirm.errors import Findings, InterfirmError, UnknownName
from interfirm.study.study import ALLIANCES

if TYPE_CHECKING:
    from interfirm.study.study import Study

WRONG_CALL: Final = frozenset({"unknown-effect", "unknown-name", "specification"})
_CANNOT_BE_CODED: Final = frozenset({"one-wave", "no-values", "not-ordinal", "too-many-levels", "not-binary"})


def examine(study: Study, spec: Specification, *, waves: Sequence[str] | None = None) -> Findings:
    """What the data and the specification would be refused or flagged for.

    Every effect is looked at by itself, so that all problems are named at once: unknown effects, columns and
    relations, covariates that do not vary, too few waves or changes, unknown ties, effects that cannot be told apart.

    Parameters
    ----------
    study, spec, waves
        As for :func:`interfirm.dynamics.estimate`.

    Returns
    -------
    Findings
        Errors with one of the codes ``unknown-effect``, ``unknown-name`` and ``specification`` are mistakes of the
        call; the others lie in the data.

    Examples
    --------
    >>> from interfirm import example
    >>> found = examine(example(seed=1), Specification("advice", ["recip", "transTripp"]))
    >>> [item.code for item in found.of("error")]
    ['unknown-effect']
    """
    out = Findings()
    if not _relations(study, spec, out):
        return out
    out.extend(check_size(study))
    if out.failed:
        return out
    try:
        order = tuple(study.wave(w) for w in waves) if waves else study.wave_order
    except InterfirmError as problem:
        out.add("error", str(problem).rstrip("."), "unknown-name")
        return out
    good = _known(study, spec, out)
    if len(order) < 2:
        name = f" ({', '.join(order)})" if order else ""
        out.add("error", f"there {'is one wave' if order else 'are no waves'}{name}", "one-wave",
                expected="two or more waves of the same relation",
                remedy="Ask the same question of the same actors once more, or state the waves in the table 'waves'. A "
                "single wave is modelled by --cross-section (in Python dynamics.ergm): what ties go together with, not "
                "why they form or last")
        return out
    try:
        panel = from_study(study, good, order)
    except InterfirmError as problem:
        out.add("error", str(problem).rstrip("."), "specification")
        return out
    out.extend(checks.check(panel, good))
    errors = {item.code for item in out.of("error")}
    if not errors & _CANNOT_BE_CODED:
        named = _each(panel, good, out)
        if errors <= WRONG_CALL:
            _together(panel, named, out)
    return out


def _relations(study: Study, spec: Specification, out: Findings) -> bool:
    """Whether every relation exists."""
    known = [*study.relation_names, *([ALLIANCES] if len(study.alliances) else [])]
    for name in spec.networks:
        if name not in known:
            out.add("error", str(UnknownName("relation", name, known)).rstrip("."), "unknown-name")
    return not out.failed


def _parts(spec: Specification) -> Iterator[tuple[str, str, str]]:
    """Every term as (where, variable, text)."""
    yield from (("effects", spec.relation, text) for text in spec.effects)
    yield from (("rate", spec.relation, text) for text in spec.rate)
    yield from (("also", name, text) for name, texts in spec.also.items() for text in texts)
    yield from (("behaviour", name, text) for name, texts in spec.behaviour.items() for text in texts)


def _only(spec: Specification, keep: Sequence[tuple[str, str, str]]) -> Specification:
    """The specification with these terms only."""
    def of(where: str, variable: str) -> list[str]:
        return [text for w, v, text in keep if (w, v) == (where, variable)]

    texts = {text for _, _, text in keep}
    return replace(spec, effects=of("effects", spec.relation), rate=of("rate", spec.relation),
                   also={name: of("also", name) for name in spec.also},
                   behaviour={name: of("behaviour", name) for name in spec.behaviour},
                   fix={name: value for name, value in spec.fix.items() if name in texts})


def _known(study: Study, spec: Specification, out: Findings) -> Specification:
    """The specification with the terms that can be understood; the others are reported."""
    keep = []
    for part in _parts(spec):
        try:
            terms = _only(spec, [part]).terms()
        except UnknownName as problem:
            code_name = "unknown-effect" if problem.kind == "effect" else "unknown-name"
            out.add("error", str(problem).rstrip("."), code_name)
            continue
        except InterfirmError as problem:
            out.add("error", str(problem).rstrip("."), "specification")
            continue
        if all(_columns_known(study, spec, term, out) for term in terms if term.text == part[2]):
            keep.append(part)
    unknown = [name for name in spec.fix if name not in {text for _, _, text in _parts(spec)}]
    for name in unknown:
        words = str(UnknownName("term to fix", name, [text for _, _, text in _parts(spec)]))
        out.add("error", words.rstrip("."), "unknown-name")
    return _only(spec, keep)


def _columns_known(study: Study, spec: Specification, term: Term, out: Findings) -> bool:
    fine = True
    for factor in term.factors:
        if factor.covariate is None or factor.covariate in spec.behaviour:
            continue
        column = factor.covariate.partition("@")[0]
        pairs = factor.effect.needs == "dyad"
        if term.variable == ALLIANCES and factor.effect.dyad in ("alter", "alter2"):
            continue  # a column of alliances: from_study names the known ones
        known = ([*(c for c in study.dyads.columns if c not in ("sender", "receiver")), *study.relation_names] if pairs
                 else [c for t in (study.actors, study.observations) for c in t.columns if c not in ("actor", "wave")])
        if term.variable == ALLIANCES and factor.effect.dyad in ("alter", "alter2"):
            known = [c for c in study.alliances.columns if study.alliances[c].dtype.kind in "fiu"]
        if column not in known and not (not pairs and column.removeprefix("log_") in known):
            kind = "column of dyads, or relation," if pairs else "column of actors or observations"
            out.add("error", f"'{term.text}': {str(UnknownName(kind, column, known)).rstrip('.')}", "unknown-name")
            fine = False
    return fine


def _each(panel: Panel, spec: Specification, out: Findings) -> Specification:
    """The specification with the terms that can be coded by themselves; the others are reported."""
    keep, base = [], [("behaviour", name, "linear") for name in spec.behaviour]
    for part in _parts(spec):
        alone = _only(spec, [part, *(item for item in base if item[1:] != part[1:])])
        try:
            code(panel, alone)
        except InterfirmError as problem:
            words = str(problem).rstrip(".")
            out.add("error", words, "no-variation" if "vary" in words or "the same for all" in words
                    else "specification")
        else:
            keep.append(part)
    return _only(spec, keep)


def _together(panel: Panel, spec: Specification, out: Findings) -> None:
    """Whether the terms can stand together."""
    try:
        out.extend(checks.check_coded(code(panel, spec), panel, spec))
    except InterfirmError as problem:
        out.add("error", str(problem).rstrip("."), "specification")
