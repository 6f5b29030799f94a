"""A whole analysis of a national innovation survey, timed, and the fractional logit beside that of statsmodels."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.run import Row, timed
from interfirm.performance import cdm, fit, marginal_effects, study_analysis, survey_analysis, survey_design
from interfirm.performance.analysis import Options
from interfirm.study.example import example
from interfirm.study.read.microdata import Microdata, read_microdata

TYPES = {"a": "clients", "b": "competitors", "c": "suppliers", "d": "consultants", "e": "universities",
         "f": "laboratories", "g": "public bodies", "h": "group", "i": "patent office", "j": "other"}
COOPERATION = [f"viii_2_{letter}" for letter in TYPES]
CONTROLS = ["lnum_emp_prom", "id", "grupo", "export_prom_propensity", "protect_inn", "i.sector"]


def ecuador() -> Microdata | None:
    """The survey, if it is here."""
    base = Path(os.environ.get("INTERFIRM_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    folder = base / "innovation_survey_ecuador"
    return read_microdata(folder / "ENAI.csv.gz", codebook=folder / "variables.csv") if folder.exists() else None


def rows() -> Iterator[Row]:
    data = ecuador()
    if data is None:
        print("performance: left out, the data 'innovation_survey_ecuador' is not here (set INTERFIRM_DATA).")
    else:
        yield _whole(data)
        yield _system(data)
        yield _peer(data)
    study = example(seed=1)
    seconds, _ = timed(lambda: study_analysis(study), 3)
    yield Row("analysis of a study", "example", seconds, within=1)


def _whole(data: Microdata) -> Row:
    """Types, breadth with its turning point, comparison models, complements, 999 resamples."""
    start = time.perf_counter()
    made = survey_analysis(data, "ventas_innovadoras", cooperation=COOPERATION, controls=CONTROLS, weights="fexp",
                           cluster="ciiu2", options=Options(model="fractional", also=("tobit", "linear"),
                                                            complementarity=("id", "coop"), draws=999))
    seconds = time.perf_counter() - start
    assert made.resampled is not None
    return Row("full analysis, 999 resamples", f"Ecuador, {made.fits[0].size:,} firms", seconds, within=120,
               note=f"{made.resampled.failed} resamples failed")


def _system(data: Microdata) -> Row:
    """Research, innovation and productivity with 999 resamples of all four equations."""
    table = system_table(data)
    start = time.perf_counter()
    made = cdm(table, research="id", intensity="log_rd", innovation="share", productivity="log_sales", **SYSTEM)
    return Row("recursive system, 999 resamples", f"Ecuador, {made.size:,} firms", time.perf_counter() - start,
               within=120,
               note=f"{made.failed} resamples failed")


SYSTEM = {"selected_by": ["size", "group", "exports", "public"], "intensity_by": ["size", "group", "skills"],
          "innovation_by": ["size", "protection"], "productivity_by": ["size", "group", "investment"]}


def system_table(data: Microdata) -> pd.DataFrame:
    """Research is internal or external R&D; intensity its spending per head, mean of 2012 to 2014."""
    frame = data.frame
    spend = frame[[f"v_1_total_{year}" for year in (2012, 2013, 2014)]].mean(axis=1)
    per_head = spend / frame["num_emp_prom"]
    research = ((frame["id"] == 1) & (per_head > 0)).astype(float)
    return pd.DataFrame({
        "id": research, "log_rd": np.log(per_head.where(research == 1)), "share": frame["ventas_innovadoras"] / 100,
        "log_sales": frame["lventas_prom"] - frame["lnum_emp_prom"], "size": frame["lnum_emp_prom"],
        "group": frame["grupo"], "exports": (frame["export_prom_propensity"] > 0).astype(float),
        "public": (frame["viii_2_g"] == 1).astype(float), "skills": frame["cualif_SUP"],
        "protection": frame["protect_inn"], "investment": frame["linv_prom"]})


def _peer(data: Microdata) -> Row:
    """The estimates and effects of the fractional logit against statsmodels' own marginal effects."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    design = survey_design(data, "ventas_innovadoras", cooperation=COOPERATION, controls=["lnum_emp_prom", "id"])
    seconds, found = timed(lambda: marginal_effects(fit(design, "fractional")), 3)
    y = design.y / 100

    def theirs() -> np.ndarray:
        return np.asarray(GLM(y, design.x, family=Binomial()).fit(tol=1e-12, cov_type="HC1").get_margeff(
            dummy=True).margeff)

    other, effects = timed(theirs, 3)
    dummies = [i for i, name in enumerate(design.names[1:]) if design.bases[name].kind == "dummy"]
    ours = found.rows["effect"].to_numpy()[dummies]
    return Row("fractional logit and its effects", f"Ecuador, {design.size:,} firms", seconds, "statsmodels", other,
               float(np.abs(ours - effects[dummies]).max()))
