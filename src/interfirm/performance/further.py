"""What stands around a model in an analysis: dictionary first, further tests and tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from interfirm.errors import DataError, Finding, UsageError
from interfirm.performance.bootstrap import Bootstrap, bootstrap
from interfirm.performance.complementarity import Complementarity, complementarity
from interfirm.performance.curve import Curve, specification_curve
from interfirm.performance.design import Design
from interfirm.performance.estimates import Fit
from interfirm.performance.inverted_u import Turning
from interfirm.performance.margins import Margins
from interfirm.performance.papers import PaperTable, paper_table
from interfirm.performance.parallel import parallel_lines

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str], None]
Shown = Callable[["pd.DataFrame"], None]
_CLEAR: Final = 0.05


def said_first(first: Shown | None, dictionary: pd.DataFrame) -> pd.DataFrame:
    """The dictionary, shown before anything is estimated."""
    if first is not None:
        first(dictionary)
    return dictionary


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without those that say the same."""
    return tuple(dict.fromkeys(findings))


def side_by_side(fits: Sequence[Fit]) -> PaperTable:
    """Models beside each other: effects, or coefficients where an outcome has categories."""
    return paper_table(fits, show="coefficients" if any(item.categories for item in fits) else "margins")


def by_category(found: Margins, complements: Complementarity | None) -> tuple[tuple[str, pd.DataFrame], ...]:
    """Effects on the probability of each category, and the combinations of practices."""
    out = []
    if found.fit.categories:
        mine = found.rows[found.rows["variable"].isin(found.fit.design.focal)]
        out.append(("Differences in the probability of each category", mine.drop(columns="error")))
    if complements is not None:
        out.append(("Combinations of the practices", complements.states))
    return tuple(out)


def texts(turning: Sequence[Turning], complements: Complementarity | None, curves: Sequence[Curve]) -> list[str]:
    """Tests as sentences."""
    return [str(item) for item in (*turning, complements, *curves) if item is not None]


def parallel_text(main: Fit) -> list[str]:
    """Whether an ordered logit may use one coefficient for every step; or why that cannot be tested here."""
    if main.model != "ordered-logit":
        return []
    try:
        found = parallel_lines(main.design)
    except UsageError as problem:
        return [f"Parallel lines not tested: {problem}"]
    except DataError as problem:
        return ["Parallel lines not tested: " + "; ".join(item.problem for item in problem.findings) + "."]
    apart = found.rows[found.rows["p"] < _CLEAR]["term"].tolist()
    if found.p >= _CLEAR:
        return [f"Parallel lines (Brant): {found}"]
    which = f" They differ for {', '.join(apart)}." if apart else ""
    return [f"Parallel lines (Brant): {found}{which} Use --model multinomial-logit, or read the two beside each other."]


def share_of_yes(main: Fit) -> float | None:
    """The share of yes of an outcome that is yes or no."""
    if main.model not in ("logit", "probit", "firth"):
        return None
    return float(main.design.w @ main.design.y / main.design.w.sum())


def complements_of(data: Any, outcome: str, practices: Sequence[str], controls: Sequence[str], sample: Any, model: str,
                   step: Progress) -> Complementarity | None:
    """The test of complementarity, if practices are named."""
    if not practices:
        return None
    step("complementarity")
    return complementarity(data, outcome, list(practices), controls=controls, model=model, **sample)


def curves_of(design: Design, main: Fit, wanted: bool, step: Progress) -> tuple[Curve, ...]:
    """A specification curve of every variable that the question is about."""
    if not wanted:
        return ()
    return tuple(specification_curve(design, name, model=main.model, progress=_about(name, step))
                 for name in design.focal if name in design.bases)


def _about(name: str, step: Progress) -> Progress:
    return lambda text: step(f"curve of '{name}', {text}")


def resampled(main: Fit, draws: int, seed: int, step: Progress) -> Bootstrap | None:
    """The effects of the main model in resamples, if any are wanted."""
    return bootstrap(main, draws=draws, seed=seed, progress=step) if draws else None


def categories_of(terms: Sequence[str]) -> list[str]:
    """Columns that are typed as categories."""
    return [term.strip()[2:] for term in terms if term.strip().startswith("i.")]


def outcome_name(data: Any, outcome: str) -> str:
    """The column of an outcome, which may be one code against the others (``name=code``)."""
    there = set(getattr(data, "frame", data).columns)
    name = outcome.partition("=")[0].strip()
    return name if outcome not in there and name in there else outcome


def lagged(terms: Sequence[str]) -> bool:
    """Whether every term is of the wave before."""
    return bool(terms) and all("L." in term for term in terms)


def columns_of(data: Any, terms: Sequence[str]) -> list[str]:
    """The columns behind terms."""
    there = set(getattr(data, "frame", data).columns)
    out = []
    for term in terms:
        if term in there:
            out.append(term)
            continue
        parts = re.split(r"[*()^=]", term)
        out += [name for part in parts for name in (part.strip(), part.strip()[2:]) if name in there]
    return out
