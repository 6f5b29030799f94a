"""The same model as a script and data files for RSiena, for those who want to check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.dynamics.products import main_first
from interfirm.dynamics.specification import MODELS

if TYPE_CHECKING:
    from interfirm.dynamics.fit import Fit
    from interfirm.dynamics.specification import Factor, Term

_RECEIVERS: Final = "Receivers"  # node set of the columns of two-mode networks
_OTHER_NAMES: Final = {("cycle4", "U"): "cycle4ND"}


def rsiena(fit: Fit) -> dict[str, str]:
    """The same model for RSiena, in its function names up to version 1.5, which later versions still know.

    Returns
    -------
    dict
        File names and their texts: ``model.R`` and one comma-separated file per network and wave, covariate and
        behaviour. Write them into one folder and run ``model.R`` there.

    Notes
    -----
    Where actors enter or leave between waves at stated times, the script says so with ``sienaCompositionChange``.
    Otherwise actors who were absent in a wave have impossible ties (10) in its file. RSiena lets the others still
    choose them before they leave, so that estimates differ a little where actors come and go.

    Examples
    --------
    >>> rsiena(fit)["model.R"]                                  # doctest: +SKIP
    """
    files: dict[str, str] = {}
    lines = ["library(RSiena)"]
    objects = [*_networks(fit, files, lines), *_behaviours(fit, files, lines), *_covariates(fit, files, lines),
               *_composition(fit, lines)]
    sets = f", nodeSets = list(Actors, {_RECEIVERS})" if _two_mode(fit) else ""
    products = sum(item.term is not None and len(item.term.factors) > 1 for item in fit.parameters)
    room = f", nintn = {max(10, products)}, behNintn = {max(4, products)}" if products else ""
    lines += [f"data <- sienaDataCreate({', '.join(objects)}{sets})", f"effects <- getEffects(data{room})",
              *_defaults(fit)]
    for item in fit.parameters:
        if item.term is not None:
            lines += _effect(fit, item.term)
    lines += [f"settings <- sienaAlgorithmCreate({_settings(fit)})",
              "answer <- siena07(settings, data = data, effects = effects, batch = TRUE)", "print(answer)"]
    return {"model.R": "\n".join(lines) + "\n", **files}


def _settings(fit: Fit) -> str:
    parts = ["projname = NULL", f"cond = {str(fit.spec.conditional).upper()}", f"seed = {fit.seed}"]
    if fit.spec.conditional and len(fit.coded.variables) > 1:
        parts.append(f'condname = "{_name(fit.spec.relation)}"')
    undirected = [name for name in fit.spec.networks if not fit.panel.networks[name].directed]
    if undirected:
        offset = np.log(fit.panel.size) if fit.spec.offset is None else fit.spec.offset
        numbers = {name: list(MODELS).index((name == fit.spec.relation and fit.spec.model) or "confirmation") + 1
                   for name in undirected}
        asked = [name for name in undirected if numbers[name] == list(MODELS).index("confirmation") + 1]
        parts.append(f"modelType = c({', '.join(f'{_name(name)} = {numbers[name]}' for name in undirected)})")
        if asked:
            parts.append(f"Offset = c({', '.join(f'{_name(name)} = {offset:.6g}' for name in asked)})")
    return ", ".join(parts)


# ---- data ------------------------------------------------------------------------------------


def _name(name: str) -> str:
    """A name that R accepts."""
    plain = "".join(c if c.isalnum() and c.isascii() else "." for c in name)
    return plain if plain[:1].isalpha() else f"v.{plain}"


def _csv(values: np.ndarray[Any, Any]) -> str:
    rows = np.atleast_2d(values)
    return "\n".join(",".join("NA" if np.isnan(v) else f"{v:.10g}" for v in row) for row in rows) + "\n"


def _read(file: str) -> str:
    return f'as.matrix(read.csv("{file}", header = FALSE))'


def _stack(names: list[str], shape: tuple[int, ...]) -> str:
    return f"array(c({', '.join(_read(name) for name in names)}), dim = c({', '.join(map(str, shape))}))"


def _two_mode(fit: Fit) -> bool:
    return any(net.two_mode for net in fit.panel.networks.values())


def _networks(fit: Fit, files: dict[str, str], lines: list[str]) -> list[str]:
    """One file per wave and relation; those among actors come first, as RSiena wants it."""
    out = []
    for name, net in sorted(fit.panel.networks.items(), key=lambda item: item[1].two_mode):
        plain, (waves, rows, cols) = _name(name), net.ties.shape
        for w in range(waves):
            ties = net.ties[w].copy()
            gone = ~fit.panel.present[w] & (fit.panel.spells is None)
            ties[gone] = 10
            if not net.two_mode:
                ties[:, gone] = 10
                np.fill_diagonal(ties, 0)
            files[f"{plain}{w + 1}.csv"] = _csv(ties)
        more = ""
        if net.two_mode:
            lines += [f'Actors <- sienaNodeSet({rows}, nodeSetName = "Actors")',
                      f'{_RECEIVERS} <- sienaNodeSet({cols}, nodeSetName = "{_RECEIVERS}")']
            more = f', type = "bipartite", nodeSet = c("Actors", "{_RECEIVERS}")'
        stack = _stack([f"{plain}{w + 1}.csv" for w in range(waves)], (rows, cols, waves))
        lines.append(f"{plain} <- sienaDependent({stack}{more})")
        out.append(plain)
    return out


def _composition(fit: Fit, lines: list[str]) -> list[str]:
    """When each actor takes part, if some enter or leave between waves."""
    spells = fit.panel.spells
    if spells is None:
        return []
    texts = []
    for actor in spells.transpose(1, 0, 2):
        whole: list[float] = []
        for p, (start, end) in enumerate(actor):
            if end <= start:
                continue
            if whole and abs(whole[-1] - (p + 1 + start)) < 1e-9:
                whole[-1] = p + 1 + end
            else:
                whole += [p + 1 + start, p + 1 + end]
        texts.append(f"c({', '.join(f'{value:g}' for value in whole)})")
    lines.append(f"composition <- sienaCompositionChange(list({', '.join(texts)}))")
    return ["composition"]


def _behaviours(fit: Fit, files: dict[str, str], lines: list[str]) -> list[str]:
    for name, values in fit.panel.behaviours.items():
        files[f"{_name(name)}.csv"] = _csv(values.T)
        lines.append(f'{_name(name)} <- sienaDependent({_read(f"{_name(name)}.csv")}, type = "behavior")')
    return [_name(name) for name in fit.panel.behaviours]


def _covariates(fit: Fit, files: dict[str, str], lines: list[str]) -> list[str]:
    out = []
    sets = [("", fit.panel.covariates), (f', nodeSet = "{_RECEIVERS}"', fit.panel.receivers)]
    for more, table in sets:
        for name, values in table.items():
            plain = _name(name) if not more else f"{_name(name)}.{_RECEIVERS.lower()}"
            files[f"{plain}.csv"] = _csv(values.T)
            kind, part = ("varCovar", "") if len(values) > 1 else ("coCovar", "[, 1]")
            lines.append(f"{plain} <- {kind}({_read(f'{plain}.csv')}{part}{more})")
            out.append(plain)
    return [*out, *(_pairs(fit, name, files, lines) for name in fit.panel.dyads)]


def _pairs(fit: Fit, name: str, files: dict[str, str], lines: list[str]) -> str:
    """A covariate of pairs, or of actors and columns; its value of the last wave explains nothing."""
    array, plain = fit.panel.dyads[name], _name(name)
    number, square = min(len(array), fit.panel.periods), array.shape[1] == array.shape[2]
    for p in range(number):
        files[f"{plain}{p + 1}.csv"] = _csv(np.where(np.eye(array.shape[1]) > 0, 0, array[p]) if square else array[p])
    more = "" if square else f', nodeSets = c("Actors", "{_RECEIVERS}"), type = "bipartite"'
    if len(array) == 1:
        lines.append(f"{plain} <- coDyadCovar({_read(f'{plain}1.csv')}{more})")
    else:
        stack = _stack([f"{plain}{p + 1}.csv" for p in range(number)], (*array.shape[1:], number))
        lines.append(f"{plain} <- varDyadCovar({stack}{more})")
    return plain


# ---- effects ---------------------------------------------------------------------------------


def _defaults(fit: Fit) -> list[str]:
    """Effects that RSiena includes by itself and the model does not have."""
    out = []
    for v in fit.coded.variables:
        usual = ("linear", "quad") if v in fit.spec.behaviour else \
            ("density", "recip") if _letter(fit, v) == "D" else ("density",)
        there = {item.text for item in fit.parameters if item.variable == v}
        out += [f'effects <- includeEffects(effects, {name}, include = FALSE, name = "{_name(v)}")' for name in usual
                if name not in there]
    return out


def _letter(fit: Fit, variable: str) -> str:
    if variable in fit.spec.behaviour:
        return "B"
    net = fit.panel.networks[variable]
    return "T" if net.two_mode else "D" if net.directed else "U"


def _other(fit: Fit, term: Term, factor: Factor) -> list[str]:
    """The covariate and the network that an effect needs, in this order."""
    network = factor.network
    if network is None and "network" in factor.effect.needs and not (term.rate and term.variable in fit.spec.networks):
        network = fit.spec.relation
    covariate = factor.covariate and _name(factor.covariate)
    if factor.covariate in fit.panel.receivers and factor.covariate not in fit.panel.covariates:
        covariate = f"{covariate}.{_RECEIVERS.lower()}"
    return [name for name in (covariate, network and _name(network)) if name]


def _short(fit: Fit, term: Term, factor: Factor) -> str:
    return _OTHER_NAMES.get((factor.effect.name, _letter(fit, term.variable)), factor.effect.name)


def _effect(fit: Fit, term: Term) -> list[str]:
    """The lines that include a term."""
    kind = "rate" if term.rate else ("eval", "creation", "endow")[term.role]
    tail = f', name = "{_name(term.variable)}", type = "{kind}"'
    fixed = f", fix = TRUE, initialValue = {fit.spec.fix[term.text]:g}" if term.text in fit.spec.fix else ""
    if term.text == "density" and not fixed:
        return []  # it is there, with a starting value
    if len(term.factors) == 1:
        return [_set(fit, term, term.factors[0], f"{tail}{fixed}")]
    ties = main_first(term, _letter(fit, term.variable))
    factors = [*ties, *(factor for factor in term.factors if factor not in ties)]
    lines = [_set(fit, term, factor, f"{tail}, include = FALSE") for factor in factors
             if factor.effect.parameter is not None]
    names = [_other(fit, term, factor) for factor in factors]
    more = "".join(f", interaction{place + 1} = c({', '.join(_quoted(n, place) for n in names)})" for place in range(2)
                   if place == 0 or any(len(n) > place for n in names))
    short = ", ".join(_short(fit, term, factor) for factor in factors)
    return [*lines, f"effects <- includeInteraction(effects, {short}{more}{tail}{fixed})"]


def _quoted(names: list[str], place: int) -> str:
    return f'"{names[place]}"' if len(names) > place else '""'


def _set(fit: Fit, term: Term, factor: Factor, tail: str) -> str:
    for number, text in enumerate(_other(fit, term, factor), 1):
        tail += f', interaction{number} = "{text}"'
    if factor.effect.parameter is not None:
        tail += f", parameter = {factor.parameter:g}"
    return f"effects <- setEffect(effects, {_short(fit, term, factor)}{tail})"
