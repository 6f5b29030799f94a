"""What an experiment says, in sentences: for the terminal and the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interfirm.simulation.comparison import MAIN, Comparison, outputs, title

LIMITS = (
    "This is a thought model, not a forecast: it says what would follow if firms learned, trusted and chose partners "
    "as the rules say.",
    "Only differences between policies mean anything; the level of any output does not.",
    "The costs and strengths of the levers are those of your levers file. Where you did not change them they are "
    "placeholders, to be replaced by your own offers and experience.",
)


def number(value: float, digits: int = 3) -> str:
    """So many digits at most, never in powers of ten."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 5e-4:
        return "0"
    text = f"{value:.{digits}g}"
    return f"{value:.4f}".rstrip("0") if "e" in text else text


def signed(value: float, digits: int = 3) -> str:
    """With its sign."""
    text = number(abs(value), digits)
    return text if text == "0" else ("+" if value > 0 else "−") + text


def relative(row: Mapping[Any, Any]) -> str:
    """An effect in per cent of the level without a policy, ± half of its interval."""
    level = row["without"]
    if not level:
        return "cannot say"
    half = 50 * (row["high"] - row["low"]) / abs(level)
    return f"{100 * row['effect'] / abs(level):+.1f} ±{half:.1f}".replace("-", "−")


def clear(row: Mapping[str, Any]) -> bool:
    """Whether the interval of an effect leaves out 0."""
    return bool(row["low"] > 0 or row["high"] < 0)


def spoken(found: Comparison) -> str:
    """Findings first: the best policy by output, what it costs, what it hangs on; then the limits."""
    head = (f"{len(found.policies) - 1} policies against none, {found.replications} replications of "
            f"{found.years:g} year{'' if found.years == 1 else 's'}; each change with the 95 % interval of its mean.")
    lines = [head, *(_best_line(found, output) for output in MAIN), *_side_lines(found), *_hangs_lines(found)]
    return "\n".join([*lines, *LIMITS[:2]])


def _best_line(found: Comparison, output: str) -> str:
    about = outputs()[output]
    best = found.best(output)
    top = best.iloc[best["probability_best"].argmax()]
    what = about["title"]
    if top["policy"] == "none":
        return f"{what}: no policy does better than none."
    row = effect_of(found, str(top["policy"]), output)
    if not clear(row):
        return f"{what}: cannot say; no policy changes it beyond chance."
    sure = f"best of all with probability {top['probability_best']:.2f}"
    return (f"{what}: most with '{title(str(top['policy']))}', {signed(row['effect'])} "
            f"({signed(row['low'])} to {signed(row['high'])}) on {number(row['without'])}; {sure}.")


def effect_of(found: Comparison, policy: str, output: str) -> dict[str, Any]:
    """The row of effects of one policy on one output."""
    table = found.effects()
    rows = table.loc[(table["policy"] == policy) & (table["output"] == output)]
    return {str(key): value for key, value in rows.to_dict("records")[0].items()}


def _side_lines(found: Comparison) -> list[str]:
    said = found.side_effects()
    return [f"Side effect of '{title(row['policy'])}': {outputs()[row['output']]['title'].lower()} "
            f"{signed(row['effect'])} ({signed(row['low'])} to {signed(row['high'])})."
            for row in said.to_dict("records")]


def _hangs_lines(found: Comparison) -> list[str]:
    table = found.hangs_on()
    if not len(table):
        return []
    changed = table.loc[table["changes"]]
    if not len(changed):
        return ["Which policy brings most innovations does not change over the range of any single parameter."]
    return [f"It hangs on '{row['parameter']}': if low, '{title(row['best_if_low'])}' brings most innovations; if "
            f"high, '{title(row['best_if_high'])}'." for row in changed.head(3).to_dict("records")]
