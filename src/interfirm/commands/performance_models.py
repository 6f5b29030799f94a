"""Which analysis a call of ``interfirm performance`` asks for, and which options belong to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interfirm.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from interfirm.performance.answer import Answer
    from interfirm.study.study import Study
    from interfirm.terminal import Progress

_TERMS: Final = {"outcome", "cooperation", "controls"}
_SAMPLE: Final = {"weights", "cluster", "strata", "codebook", "panel", "lag"}
_WAVES: Final = {"wave", "earlier", "relation", "positions", "places"}
_FURTHER: Final = {"also", "complementarity", "curve", "specification_curve", "bootstrap"}
_PROXIMITY: Final = "proximity:"
KINDS: Final[dict[str, tuple[str, set[str]]]] = {
    "survey": ("a survey", _TERMS | _SAMPLE | _FURTHER | {"breadth", "depth", "depth_from"}),
    "study": ("a study", _TERMS | _WAVES | _FURTHER),
    "heckman": ("--model heckman", _TERMS | {"selection", "method"}),
    "fixed-effects": ("--model fixed-effects", _TERMS | {"absorb"}),
    "cdm": ("--model cdm", {"research", "intensity", "innovation", "productivity", "controls", "cluster", "bootstrap",
                            "codebook", "panel", "lag"}),
    "mrqap": ("--mrqap", {"mrqap", "permutations", "wave", "earlier"}),
    "network-lag": ("--network-lag", _TERMS | {"network_lag", "without_context", "method", "wave", "earlier",
                                               "positions"}),
}
_SPECIAL: Final = ("heckman", "fixed-effects", "cdm")
_NOT_OF_FIXED_EFFECTS: Final = {"strata", "earlier", "wave", "places"}


@dataclass(frozen=True)
class Call:
    """One call: the file, the model, and the options that were given.

    Attributes
    ----------
    path, model, seed
        As typed.
    given
        Options by name, those that were left out left out.
    study
        Whether the file is a study.
    """

    path: Path
    model: str
    given: dict[str, Any]
    seed: int
    study: bool

    @property
    def kind(self) -> str:
        """Of :data:`KINDS`."""
        for name in ("mrqap", "network-lag"):
            if name.replace("-", "_") in self.given:
                return name
        return self.model if self.model in _SPECIAL else "study" if self.study else "survey"

    @property
    def allowed(self) -> set[str]:
        """Options that this kind of analysis knows, of this kind of file."""
        own = KINDS[self.kind][1]
        if self.kind in ("heckman", "fixed-effects"):
            own = own | (_WAVES if self.study else _SAMPLE)
        return own - _NOT_OF_FIXED_EFFECTS if self.kind == "fixed-effects" else own

    def check(self) -> None:
        """Refuse options that belong to something else, all at once."""
        from interfirm.performance.models import MODELS

        if self.model not in (*MODELS, *_SPECIAL):
            raise UnknownName("model", self.model, (*MODELS, *_SPECIAL))
        if self.kind in ("mrqap", "network-lag") and self.model != "auto":
            raise UsageError(f"--{self.kind} is a model of its own. Leave out --model {self.model}.")
        if self.kind in ("mrqap", "network-lag") and not self.study:
            raise UsageError(f"--{self.kind} needs the ties of a study; '{self.path}' is a survey.")
        if self.kind == "cdm" and self.study:
            raise UsageError(f"--model cdm takes a survey; '{self.path}' is a study.")
        wrong = [name for name in self.given if name not in self.allowed]
        if wrong:
            raise UsageError(" ".join(f"{_typed(name)} belongs to {_home(name)}." for name in wrong)
                             + f" Here {self.describes} is asked for; leave {'it' if len(wrong) == 1 else 'them'} out.")

    @property
    def describes(self) -> str:
        """What is asked for, in words."""
        what, of = KINDS[self.kind][0], "a study" if self.study else "a survey"
        return what if what.startswith("a ") else f"{what} of {of}"

    def listed(self, name: str, default: str = "") -> list[str]:
        """An option that holds several names."""
        from interfirm.performance.formula import listed

        return listed(self.given.get(name, default))

    def need(self, name: str, example: str) -> Any:
        """An option that this analysis cannot do without."""
        if name not in self.given:
            raise UsageError(f"{KINDS[self.kind][0][:1].upper()}{KINDS[self.kind][0][1:]} needs {_typed(name)}, for "
                             f"instance {_typed(name)} {example}.")
        return self.given[name]


def _typed(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _home(name: str) -> str:
    homes = [text for text, options in KINDS.values() if name in options]
    return " or ".join([", ".join(homes[:-1]), homes[-1]] if len(homes) > 1 else homes)


def answered(call: Call, step: Progress) -> Answer:
    """Run the analysis that a call asks for; the data dictionary is shown before anything is estimated."""
    from interfirm.commands.performance_shown import show_dictionary

    def first(dictionary: Any) -> None:
        step.close()
        show_dictionary(dictionary)

    step("reading")
    found: Answer = _RUN[call.kind](call, step, first)
    return found


def _data(call: Call) -> Any:
    """The survey, with its lags, or the table of a study; what was noticed is said."""
    from interfirm import terminal
    from interfirm.performance.cooperation_survey import by_partner_and_place
    from interfirm.performance.lags import Panel, lags_in, with_lags
    from interfirm.study.read.microdata import read_microdata

    data = by_partner_and_place(read_microdata(call.path, codebook=call.given.get("codebook")))
    terminal.show_findings(data.findings)
    columns = list(data.frame.columns)
    wanted = list(dict.fromkeys([*call.listed("lag"), *lags_in(_every_term(call), columns)]))
    if not wanted and "panel" not in call.given:
        return data
    if "panel" not in call.given:
        raise UsageError(f"A lag ({', '.join(wanted)}) needs to know the firm and the wave: --panel FIRM,WAVE.")
    keys = call.listed("panel")
    if len(keys) != 2:
        raise UsageError(f"--panel {call.given['panel']}: name two columns, of the firm and of the wave, for instance "
                         "--panel id,year.")
    return with_lags(data, Panel(*keys), wanted)


def _every_term(call: Call) -> list[str]:
    return [str(call.given[name]) for name in ("cooperation", "controls", "selection", "research", "intensity",
                                               "innovation", "productivity") if name in call.given]


def _terms(call: Call, name: str, default: str = "") -> list[str]:
    from interfirm.performance.lags import lag_terms

    return lag_terms(call.listed(name, default), call.listed("lag"))


def _equation(call: Call, name: str, example: str) -> Any:
    from dataclasses import replace

    from interfirm.performance.formula import formula
    from interfirm.performance.lags import lag_terms

    made = formula(str(call.need(name, example)), _typed(name))
    return replace(made, terms=tuple(lag_terms(made.terms, call.listed("lag"))))


def _sample(call: Call, *names: str) -> dict[str, Any]:
    """Weights, clusters, strata; firms of a survey of several waves are their own clusters."""
    out = {name: call.given.get(name) for name in names}
    if "cluster" in out and out["cluster"] is None and "panel" in call.given:
        from interfirm import terminal

        out["cluster"] = call.listed("panel")[0]
        terminal.say(f"Errors are clustered by '{out['cluster']}', because a firm has several rows.")
    return out


def _options(call: Call) -> Any:
    from interfirm.performance.analysis import Options

    given = call.given
    over = tuple(call.listed("breadth")) if "breadth" in given else None
    return Options(call.model, tuple(call.listed("also")), over,
                   tuple(call.listed("depth")), given.get("depth_from"), tuple(call.listed("complementarity")),
                   bool(given.get("curve") or "specification_curve" in given), given.get("bootstrap", 0), call.seed)


def _of_survey(call: Call, step: Progress, first: Any) -> Answer:
    from interfirm.performance.analysis import survey_analysis

    if not {"outcome", "cooperation"} <= set(call.given):
        raise UsageError("Say what is explained and by what: --outcome new_product_share --cooperation VAR,VAR.")
    return survey_analysis(_data(call), call.given["outcome"], cooperation=_terms(call, "cooperation"),
                           controls=_terms(call, "controls"), options=_options(call), progress=step, first=first,
                           **_sample(call, "weights", "cluster", "strata"))


def _read(call: Call) -> Study:
    from interfirm.study.read.tables import read_study

    return read_study(call.path)


def _study_terms(call: Call) -> dict[str, Any]:
    return {"outcome": call.given.get("outcome", "new_product_share"),
            "cooperation": call.listed("cooperation", "breadth"),
            "controls": call.listed("controls", "log(employees),rd_share")}


def _places(call: Call) -> Any:
    if "places" not in call.given:
        return None
    from interfirm.study.read.places import read_places

    return read_places(call.given["places"])


def _of_study(call: Call, step: Progress, first: Any) -> Answer:
    from interfirm.performance.analysis import study_analysis

    return study_analysis(_read(call), **_study_terms(call), positions=call.listed("positions", "degree"),
                          wave=call.given.get("wave"), earlier=call.given.get("earlier"),
                          relation=call.given.get("relation"), places=_places(call), options=_options(call),
                          progress=step, first=first)


def _table(call: Call) -> Any:
    """A study as a table of firms, for models that take a survey too."""
    from interfirm.performance.study_table import study_table

    return study_table(_read(call), wave=call.given.get("wave"), earlier=call.given.get("earlier"),
                       outcome=call.given.get("outcome", "new_product_share"), places=_places(call),
                       positions=call.listed("positions", "degree"), relation=call.given.get("relation"))


def _heckman(call: Call, step: Progress, first: Any) -> Answer:
    from interfirm.performance.selection_analysis import selection_analysis

    equation = _equation(call, "selection", "'rd ~ log(size), market'")
    outcome = call.need("outcome", "log_rd")
    cooperation = call.need("cooperation", "clients,universities") and _terms(call, "cooperation")
    return selection_analysis(_table(call) if call.study else _data(call), outcome, equation, cooperation=cooperation,
                              controls=_terms(call, "controls"), method=call.given.get("method", "ml"), progress=step,
                              first=first, **({} if call.study else _sample(call, "weights", "cluster", "strata")))


def _fixed_effects(call: Call, step: Progress, first: Any) -> Answer:
    from interfirm.performance.panel_analysis import panel_analysis

    if call.study:
        from interfirm.performance.study_table import study_panel

        terms = _study_terms(call)
        data = study_panel(_read(call), outcome=terms["outcome"], positions=call.listed("positions"),
                           relation=call.given.get("relation"))
        return panel_analysis(data, **terms, absorb=call.listed("absorb", "actor,wave"), tied=True, progress=step,
                              first=first)
    outcome = call.need("outcome", "share")
    cooperation = call.need("cooperation", "clients,universities") and _terms(call, "cooperation")
    absorb = call.listed("absorb") or call.listed("panel") or [call.need("absorb", "firm,year")]
    return panel_analysis(_data(call), outcome, cooperation=cooperation, controls=_terms(call, "controls"),
                          absorb=absorb, progress=step, first=first, weights=call.given.get("weights"),
                          cluster=call.given.get("cluster"))


def _cdm(call: Call, step: Progress, first: Any) -> Answer:
    from interfirm.performance.selection_analysis import system_analysis

    examples = {"research": "'rd ~ log(size), market'", "intensity": "'log_rd ~ log(size), demand'",
                "innovation": "'share ~ rivals'", "productivity": "'log_sales ~ log(size)'"}
    equations = {name: _equation(call, name, example) for name, example in examples.items()}
    return system_analysis(_data(call), equations, controls=_terms(call, "controls"),
                           draws=call.given.get("bootstrap", 999), seed=call.seed, progress=step, first=first,
                           **_sample(call, "cluster"))


def _mrqap(call: Call, step: Progress, first: Any) -> Answer:
    from interfirm.performance.formula import formula
    from interfirm.performance.ties_analysis import ties_analysis

    study = _read(call)
    equation = formula(call.given["mrqap"], "--mrqap")
    return ties_analysis(study, equation, wave=call.given.get("wave"), earlier=call.given.get("earlier"),
                         more=_nearness(call, study, equation.terms), seed=call.seed, progress=step, first=first,
                         permutations=call.given.get("permutations", 2000))


def _nearness(call: Call, study: Study, terms: tuple[str, ...]) -> dict[str, Any]:
    """The proximities among the terms, of the wave of the terms."""
    asked = [term for term in terms if term.startswith(_PROXIMITY)]
    if not asked:
        return {}
    from interfirm.partners import proximities
    from interfirm.partners.boschma import KINDS as NEAR

    for term in asked:
        if term.removeprefix(_PROXIMITY) not in NEAR:
            raise UnknownName("proximity", term.removeprefix(_PROXIMITY), NEAR)
    when, before = call.given.get("wave"), call.given.get("earlier")
    if "proximity:social" in asked and before is None:
        raise UsageError("proximity:social holds the ties of its wave, and those are what is explained. Take it from "
                         "the wave before: --earlier WAVE.")
    found = proximities(study, wave=before if before is not None else when)
    return {term: found.values[term.removeprefix(_PROXIMITY)] for term in asked}


def _network_lag(call: Call, step: Progress, first: Any) -> Answer:
    from interfirm.performance.ties_analysis import lag_analysis

    return lag_analysis(_read(call), call.given["network_lag"], **_study_terms(call),
                        positions=call.listed("positions"), wave=call.given.get("wave"),
                        earlier=call.given.get("earlier"), method=call.given.get("method", "iv"),
                        contextual="without_context" not in call.given, progress=step, first=first)


_RUN: Final[dict[str, Callable[[Call, Any, Any], Any]]] = {
    "survey": _of_survey, "study": _of_study, "heckman": _heckman, "fixed-effects": _fixed_effects, "cdm": _cdm,
    "mrqap": _mrqap, "network-lag": _network_lag,
}
