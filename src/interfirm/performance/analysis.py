"""A whole analysis of a survey or a study: dictionary, models, words, tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypedDict, cast

from interfirm.errors import Finding, UsageError
from interfirm.performance import words
from interfirm.performance.bootstrap import Bootstrap, bootstrap
from interfirm.performance.by_type import ByType, types_one_by_one
from interfirm.performance.complementarity import Complementarity, complementarity
from interfirm.performance.curve import Curve, specification_curve
from interfirm.performance.design import Design, survey_design
from interfirm.performance.dictionary import data_dictionary
from interfirm.performance.estimates import Fit
from interfirm.performance.inverted_u import Turning, inverted_u
from interfirm.performance.margins import Margins, marginal_effects
from interfirm.performance.models import fit
from interfirm.performance.papers import PaperTable, paper_table
from interfirm.performance.study_table import study_table
from interfirm.performance.terms import Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata
    from interfirm.study.study import Study

Progress = Callable[[str], None]
_FOR_BREADTH: Final = 4


class Sample(TypedDict):
    """How the firms were sampled: names of columns, or None."""

    weights: str | None
    cluster: str | None
    strata: str | None


_WHOLE: Final[Sample] = {"weights": None, "cluster": None, "strata": None}


@dataclass(frozen=True, eq=False)
class Analysis:
    """What an analysis found.

    Attributes
    ----------
    dictionary
        See :func:`interfirm.performance.data_dictionary`.
    fits
        The models, the main one first.
    margins
        Effects of the main model.
    paper
        The models side by side.
    sentences, cautions
        Effects in words, and what may not be concluded.
    findings
        What was noticed in the data.
    turning
        Tests of an inverted U, of breadth and depth.
    complements
        The test of complementarity, if asked for.
    curves
        Specification curves, if asked for.
    resampled
        The bootstrap of the effects of the main model, if asked for.
    types
        Partner types one at a time (studies only).
    """

    dictionary: pd.DataFrame
    fits: tuple[Fit, ...]
    margins: Margins
    paper: PaperTable
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    turning: tuple[Turning, ...] = ()
    complements: Complementarity | None = None
    curves: tuple[Curve, ...] = ()
    resampled: Bootstrap | None = None
    types: ByType | None = None

    def dictionary_shown(self) -> pd.DataFrame:
        """The dictionary with the columns that fit a terminal."""
        frame = self.dictionary
        frame = frame.assign(holds=[_holds(row) for row in cast("list[dict[str, Any]]", frame.to_dict("records"))])
        return frame[["variable", "type", "known", "empty", "mean", "holds"]]


@dataclass(frozen=True)
class Options:
    """What an analysis does beyond its main model.

    Attributes
    ----------
    model
        See :func:`interfirm.performance.fit`.
    also
        Further models of the same design, for comparison.
    breadth, depth, depth_from
        Columns that breadth and depth are counted over; None: the cooperation, if it has four types at least.
    complementarity
        Practices to test.
    curve
        Whether to draw specification curves of the cooperation.
    draws, seed
        Resamples of the bootstrap; 0: none.
    """

    model: str = "auto"
    also: tuple[str, ...] = ()
    breadth: tuple[str, ...] | None = None
    depth: tuple[str, ...] = ()
    depth_from: float | None = None
    complementarity: tuple[str, ...] = ()
    curve: bool = False
    draws: int = 0
    seed: int = 1


def _holds(row: dict[str, Any]) -> str:
    parts = [row["question"], row["values"], f"no answer by code: {row['refused']}" if row["refused"] else ""]
    return " · ".join(part for part in parts if part)


def survey_analysis(data: Microdata | pd.DataFrame | Source, outcome: str, *, cooperation: Sequence[str],
                    controls: Sequence[str] = (), weights: str | None = None, cluster: str | None = None,
                    strata: str | None = None, options: Options | None = None, progress: Progress | None = None,
                    ) -> Analysis:
    """Which cooperation goes with an outcome, from a survey.

    Parameters
    ----------
    data, outcome, cooperation, controls, weights, cluster, strata
        As in :func:`interfirm.performance.survey_design`.
    options
        What is done beyond the main model.
    progress
        Is told each step.

    Returns
    -------
    Analysis
        Models: the partner types; breadth (and depth) with squares in their place; those of ``options.also``.

    Raises
    ------
    DataError, UsageError, UnknownName
        As the parts do.

    References
    ----------
    [papke1996], [laursen2006], [oslo2018]

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"share": [0.1, 0.2, 0.1, 0.4, 0.3], "coop": [0, 1, 0, 1, 1]})
    >>> survey_analysis(table, "share", cooperation=["coop"]).fits[0].model
    'fractional'
    """
    asked, step = options or Options(), progress or (lambda _: None)
    sample: Sample = {"weights": weights, "cluster": cluster, "strata": strata}
    design = survey_design(data, outcome, cooperation=cooperation, controls=controls, **sample)
    step("main model")
    main = fit(design, asked.model)
    found = marginal_effects(main)
    wide = _breadth(data, outcome, cooperation, controls, asked, sample, main.model)
    fits = [main, *([wide] if wide is not None else []), *(fit(main.design, name) for name in asked.also)]
    turning = tuple(inverted_u(wide, name) for name in ("breadth", "depth")
                    if f"{name}^2" in wide.names) if wide else ()
    named = [outcome, *_columns(data, [*cooperation, *controls, *(asked.breadth or ()), *asked.depth,
                                       *asked.complementarity]), *(name for name in (weights, cluster, strata) if name)]
    return Analysis(
        data_dictionary(data, list(dict.fromkeys(named)), categories=_categories(controls)), tuple(fits), found,
        paper_table(fits),
        tuple(words.effects(found)), tuple(words.cautions(share=_share(main))), (*design.findings, *main.findings),
        turning, _complements(data, outcome, asked, controls, sample, main.model, step),
        _curves(design, main, asked, step), _resampled(main, asked, step))


def study_analysis(study: Study, *, outcome: str = "new_product_share", cooperation: Sequence[str] = ("breadth",),
                   controls: Sequence[str] = ("log(employees)", "rd_share"), positions: Sequence[str] = ("degree",),
                   wave: Any = None, earlier: Any = None, relation: Any = None, options: Options | None = None,
                   progress: Progress | None = None) -> Analysis:
    """Which cooperation goes with an outcome, from a study: partner types from ties, positions of the wave before.

    Parameters
    ----------
    study, outcome, wave, earlier, relation, positions
        As in :func:`interfirm.performance.study_table`.
    cooperation, controls
        Terms over its columns.
    options, progress
        As in :func:`survey_analysis`.

    Returns
    -------
    Analysis
        Models: cooperation; cooperation and positions (fewer firms, where the wave before is not known). ``types`` has
        each type by itself.

    Raises
    ------
    DataError, UsageError, UnknownName
        As the parts do.

    References
    ----------
    [papke1996], [zeng2010], [oslo2018]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> [item.size for item in study_analysis(example(seed=1)).fits]
    [43, 34]
    """
    asked, step = options or Options(), progress or (lambda _: None)
    source = study_table(study, wave=wave, outcome=outcome, positions=positions, relation=relation, earlier=earlier)
    design = survey_design(source, outcome, cooperation=cooperation, controls=controls)
    step("main model")
    main = fit(design, asked.model)
    found = marginal_effects(main)
    fits, sentences, findings = [main], list(words.effects(found)), [*design.findings, *main.findings]
    placed = [name for name in source.frame.columns if any(name.startswith(f"{item} ") for item in positions)]
    if placed:
        wider = survey_design(source, outcome, cooperation=[*cooperation, *placed], controls=controls)
        fits.append(fit(wider, asked.model))
        sentences += [words.sentence(row, fits[-1]) for row in
                      cast("list[dict[str, Any]]", marginal_effects(fits[-1], placed).rows.to_dict("records"))]
        findings += [item for item in wider.findings if item not in findings]
    fits += [fit(main.design, name) for name in asked.also]
    named = [outcome, *_columns(source, [*cooperation, *controls, *placed])]
    return Analysis(
        data_dictionary(source, list(dict.fromkeys(named))), tuple(fits), found, paper_table(fits), tuple(sentences),
        tuple(words.cautions(tied=True, share=_share(main))), tuple(findings), (),
        _complements(source, outcome, asked, controls, _WHOLE, main.model, step), _curves(design, main, asked, step),
        _resampled(main, asked, step), _types(source, outcome, controls))


def _types(source: Source, outcome: str, controls: Sequence[str]) -> ByType | None:
    try:
        return types_one_by_one(source, outcome, controls=controls)
    except UsageError:
        return None


def _breadth(data: Any, outcome: str, cooperation: Sequence[str], controls: Sequence[str], asked: Options,
             sample: Sample, model: str) -> Fit | None:
    """The model with breadth (and depth) in the place of the types."""
    over = list(asked.breadth) if asked.breadth is not None else \
        (list(cooperation) if len(cooperation) >= _FOR_BREADTH else [])
    if not over and not asked.depth:
        return None
    design = survey_design(data, outcome, controls=controls, breadth=over, depth=asked.depth,
                           depth_from=asked.depth_from, **sample)
    return fit(design, model)


def _share(main: Fit) -> float | None:
    """The share of yes of an outcome that is yes or no."""
    if main.model not in ("logit", "probit", "firth"):
        return None
    return float(main.design.w @ main.design.y / main.design.w.sum())


def _complements(data: Any, outcome: str, asked: Options, controls: Sequence[str], sample: Sample,
                 model: str, step: Progress) -> Complementarity | None:
    if not asked.complementarity:
        return None
    step("complementarity")
    return complementarity(data, outcome, list(asked.complementarity), controls=controls, model=model, **sample)


def _curves(design: Design, main: Fit, asked: Options, step: Progress) -> tuple[Curve, ...]:
    if not asked.curve:
        return ()
    return tuple(specification_curve(design, name, model=main.model, progress=_about(name, step))
                 for name in design.focal if name in design.bases)


def _about(name: str, step: Progress) -> Progress:
    return lambda text: step(f"curve of '{name}', {text}")


def _resampled(main: Fit, asked: Options, step: Progress) -> Bootstrap | None:
    return bootstrap(main, draws=asked.draws, seed=asked.seed, progress=step) if asked.draws else None


def _categories(terms: Sequence[str]) -> list[str]:
    return [term.strip()[2:] for term in terms if term.strip().startswith("i.")]


def _columns(data: Any, terms: Sequence[str]) -> list[str]:
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
