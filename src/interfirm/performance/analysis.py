"""A whole analysis of a survey or a study: dictionary, models, words, tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypedDict

from interfirm.errors import UsageError
from interfirm.performance import words
from interfirm.performance.answer import Answer
from interfirm.performance.bootstrap import Bootstrap
from interfirm.performance.by_type import ByType, types_one_by_one
from interfirm.performance.complementarity import Complementarity
from interfirm.performance.curve import Curve
from interfirm.performance.design import survey_design
from interfirm.performance.dictionary import data_dictionary
from interfirm.performance.estimates import Fit
from interfirm.performance.further import (
    Progress,
    Shown,
    by_category,
    categories_of,
    columns_of,
    complements_of,
    curves_of,
    distinct,
    lagged,
    outcome_name,
    parallel_text,
    resampled,
    said_first,
    share_of_yes,
    side_by_side,
    texts,
)
from interfirm.performance.inverted_u import Turning, inverted_u
from interfirm.performance.margins import Margins, marginal_effects
from interfirm.performance.models import fit
from interfirm.performance.study_table import study_table
from interfirm.performance.terms import Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata
    from interfirm.study.study import Study

_FOR_BREADTH: Final = 4


class Sample(TypedDict):
    """How the firms were sampled: names of columns, or None."""

    weights: str | None
    cluster: str | None
    strata: str | None


_WHOLE: Final[Sample] = {"weights": None, "cluster": None, "strata": None}


@dataclass(frozen=True, eq=False, kw_only=True)
class Analysis(Answer):
    """What goes with cooperation.

    Attributes
    ----------
    fits
        The models, the main one first.
    margins
        Effects of the main model.
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

    fits: tuple[Fit, ...]
    margins: Margins
    turning: tuple[Turning, ...] = ()
    complements: Complementarity | None = None
    curves: tuple[Curve, ...] = ()
    resampled: Bootstrap | None = None
    types: ByType | None = None


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


def survey_analysis(data: Microdata | pd.DataFrame | Source, outcome: str, *, cooperation: Sequence[str],
                    controls: Sequence[str] = (), weights: str | None = None, cluster: str | None = None,
                    strata: str | None = None, options: Options | None = None, progress: Progress | None = None,
                    first: Shown | None = None) -> Analysis:
    """Which cooperation goes with an outcome, from a survey.

    Parameters
    ----------
    data, outcome, cooperation, controls, weights, cluster, strata
        As in :func:`interfirm.performance.survey_design`.
    options
        What is done beyond the main model.
    progress
        Is told each step.
    first
        Is given the data dictionary before anything is estimated.

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
    named = [outcome_name(data, outcome), *columns_of(data, [*cooperation, *controls, *(asked.breadth or ()),
                                                             *asked.depth, *asked.complementarity]),
             *(name for name in (weights, cluster, strata) if name)]
    made = data_dictionary(data, list(dict.fromkeys(named)), categories=categories_of(controls))
    dictionary = said_first(first, made)
    design = survey_design(data, outcome, cooperation=cooperation, controls=controls, **sample)
    step("main model")
    main = fit(design, asked.model)
    found = marginal_effects(main)
    wide = _breadth(data, outcome, cooperation, controls, asked, sample, main.model)
    fits = [main, *([wide] if wide is not None else []), *(fit(main.design, name) for name in asked.also)]
    turning = tuple(inverted_u(wide, name) for name in ("breadth", "depth")
                    if f"{name}^2" in wide.names) if wide else ()
    complements = complements_of(data, outcome, asked.complementarity, controls, sample, main.model, step)
    curves = curves_of(design, main, asked.curve, step)
    return Analysis(
        dictionary=dictionary, fits=tuple(fits), margins=found, paper=side_by_side(fits), models=len(fits),
        sentences=tuple(words.effects(found)), cautions=tuple(words.cautions(share=share_of_yes(main),
                                                                                        before=lagged(cooperation))),
        findings=distinct((*design.findings, *main.findings)),
        turning=turning, complements=complements, curves=curves,
        resampled=resampled(main, asked.draws, asked.seed, step),
        tests=(*texts(turning, complements, curves), *parallel_text(main)), tables=by_category(found, complements))


def study_analysis(study: Study, *, outcome: str = "new_product_share", cooperation: Sequence[str] = ("breadth",),
                   controls: Sequence[str] = ("log(employees)", "rd_share"), positions: Sequence[str] = ("degree",),
                   wave: Any = None, earlier: Any = None, relation: Any = None,
                   places: Mapping[str, str] | None = None, options: Options | None = None,
                   progress: Progress | None = None, first: Shown | None = None) -> Analysis:
    """Which cooperation goes with an outcome, from a study: partner types from ties, positions of the wave before.

    Parameters
    ----------
    study, outcome, wave, earlier, relation, positions, places
        As in :func:`interfirm.performance.study_table`.
    cooperation, controls
        Terms over its columns.
    options, progress, first
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
    source = study_table(study, wave=wave, outcome=outcome, positions=positions, relation=relation, earlier=earlier,
                         places=places)
    placed = [name for name in source.frame.columns if any(name.startswith(f"{item} ") for item in positions)]
    named = [outcome, *columns_of(source, [*cooperation, *controls, *placed])]
    dictionary = said_first(first, data_dictionary(source, list(dict.fromkeys(named))))
    design = survey_design(source, outcome, cooperation=cooperation, controls=controls)
    step("main model")
    main = fit(design, asked.model)
    found = marginal_effects(main)
    fits, sentences, findings = [main], list(words.effects(found)), [*design.findings, *main.findings]
    if placed:
        wider = survey_design(source, outcome, cooperation=[*cooperation, *placed], controls=controls)
        fits.append(fit(wider, asked.model))
        sentences += words.effects(marginal_effects(fits[-1], placed), focal=False)
        findings += wider.findings
    fits += [fit(main.design, name) for name in asked.also]
    complements = complements_of(source, outcome, asked.complementarity, controls, _WHOLE, main.model, step)
    curves = curves_of(design, main, asked.curve, step)
    return Analysis(
        dictionary=dictionary, fits=tuple(fits), margins=found, paper=side_by_side(fits), models=len(fits),
        sentences=tuple(sentences), cautions=tuple(words.cautions(tied=True, share=share_of_yes(main))),
        findings=distinct(findings), complements=complements, curves=curves,
        resampled=resampled(main, asked.draws, asked.seed, step),
        types=_types(source, outcome, controls), tests=(*texts((), complements, curves), *parallel_text(main)),
        tables=by_category(found, complements))


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


