"""The same model as a script and data files for RSiena, for those who want to check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.dynamics.specification import MODELS

if TYPE_CHECKING:
    from interfirm.dynamics.fit import Fit
    from interfirm.dynamics.specification import Term


def rsiena(fit: Fit) -> dict[str, str]:
    """The same model for RSiena.

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
    """
    files: dict[str, str] = {}
    lines = ["library(RSiena)"]
    objects = [*_networks(fit, files, lines), *_covariates(fit, files, lines), *_composition(fit, lines)]
    lines += [f"data <- sienaDataCreate({', '.join(objects)})", "effects <- getEffects(data)"]
    lines += [_effect(fit, item.term) for item in fit.parameters if item.term is not None and item.text != "density"]
    more = ""
    undirected = [name for name in fit.spec.networks if not fit.panel.networks[name].directed]
    if undirected:
        number = list(MODELS).index(fit.spec.model or "confirmation") + 1
        offset = np.log(fit.panel.size) if fit.spec.offset is None else fit.spec.offset
        more = f", modelType = c({_name(undirected[0])} = {number})"
        more += f", Offset = {offset:.6g}" if number == 3 else ""
    lines += [f"settings <- sienaAlgorithmCreate(projname = NULL, cond = {str(fit.spec.conditional).upper()}, "
              f"seed = {fit.seed}{more})",
              "answer <- siena07(settings, data = data, effects = effects, batch = TRUE)", "print(answer)"]
    return {"model.R": "\n".join(lines) + "\n", **files}


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


def _networks(fit: Fit, files: dict[str, str], lines: list[str]) -> list[str]:
    out = []
    for name, net in fit.panel.networks.items():
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
            lines += [f'senders <- sienaNodeSet({rows}, nodeSetName = "senders")',
                      f'receivers <- sienaNodeSet({cols}, nodeSetName = "receivers")']
            more = ', type = "bipartite", nodeSet = c("senders", "receivers")'
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


def _covariates(fit: Fit, files: dict[str, str], lines: list[str]) -> list[str]:
    out = []
    for name, values in fit.panel.behaviours.items():
        files[f"{_name(name)}.csv"] = _csv(values.T)
        lines.append(f'{_name(name)} <- sienaDependent({_read(f"{_name(name)}.csv")}, type = "behavior")')
        out.append(_name(name))
    for name, values in fit.panel.covariates.items():
        files[f"{_name(name)}.csv"] = _csv(values.T)
        kind, part = ("varCovar", "") if len(values) > 1 else ("coCovar", "[, 1]")
        lines.append(f"{_name(name)} <- {kind}({_read(f'{_name(name)}.csv')}{part})")
        out.append(_name(name))
    for name, array in fit.panel.dyads.items():
        plain, number = _name(name), min(len(array), fit.panel.periods)
        for p in range(number):
            files[f"{plain}{p + 1}.csv"] = _csv(np.where(np.eye(array.shape[1]) > 0, 0, array[p]))
        if len(array) == 1:
            lines.append(f"{plain} <- coDyadCovar({_read(f'{plain}1.csv')})")
        else:
            stack = _stack([f"{plain}{p + 1}.csv" for p in range(number)], (*array.shape[1:], number))
            lines.append(f"{plain} <- varDyadCovar({stack})")
        out.append(plain)
    return out


def _effect(fit: Fit, term: Term) -> str:
    """One line that includes a term."""
    kind = "rate" if term.rate else ("eval", "creation", "endow")[term.role]
    tail = f', name = "{_name(term.variable)}", type = "{kind}"'
    names = []
    for factor in term.factors:
        network = factor.network
        if network is None and "network" in factor.effect.needs:
            network = fit.spec.relation
        names.append([_name(n) for n in (factor.covariate, network) if n])
    if len(term.factors) > 1:
        first = ", ".join(f'"{n[0] if n else ""}"' for n in names)
        short = ", ".join(f.effect.name for f in term.factors)
        return f"effects <- includeInteraction(effects, {short}, interaction1 = c({first}){tail})"
    factor = term.factors[0]
    for number, text in enumerate(names[0], 1):
        tail += f', interaction{number} = "{text}"'
    if factor.effect.parameter is not None:
        tail += f", parameter = {factor.parameter:g}"
    if term.text in fit.spec.fix:
        tail += f", fix = TRUE, initialValue = {fit.spec.fix[term.text]:g}"
    return f"effects <- setEffect(effects, {factor.effect.name}{tail})"
