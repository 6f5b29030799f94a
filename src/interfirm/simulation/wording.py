"""What an experiment says, in sentences: for the terminal and the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from interfirm.numerals import per_cent
from interfirm.simulation.comparison import MAIN, Comparison, outputs, title

if TYPE_CHECKING:
    import pandas as pd

UNNAMED: Final = frozenset({"indeterminate", "contested", "not classified"})
LIMITS = (
    "This is a thought model, not a forecast: it says what would follow if firms learned, trusted and chose partners "
    "as the rules say.",
    "Only differences between policies mean anything; the level of any output does not.",
    "The costs and strengths of the levers are those of your levers file. Where you did not change them they are "
    "assumptions of ours, not offers: put what you were offered and what you know in their place.",
)


def number(value: float, digits: int = 3) -> str:
    """So many digits at most, never in powers of ten."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 5e-4:
        return "0"
    text = f"{value:.{digits}g}"
    return f"{value:.4f}".rstrip("0") if "e" in text else text


def chance(share: float) -> str:
    """A probability from resampling, never said as certain."""
    return "over 0.99" if share >= 0.995 else f"{share:.2f}"


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
    return "\n".join([*lines, *structure_lines(found), *LIMITS[:2]])


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
    sure = f"best of all with probability {chance(top['probability_best'])}"
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


# ---- structure at the end, and what the lead hangs on ------------------------------------------


def structure_lines(found: Comparison) -> list[str]:
    """What the structures at the end say: without a policy, where a policy changes them, or that nobody can say."""
    table = found.structure_types()
    if not len(table):
        return ["Structure at the end: not classified; the study has too many firms for it."]
    return [structure_sentence([{str(key): value for key, value in row.items()} for row in table.to_dict("records")],
                               found.about.get("structure_now"))]


def structure_sentence(rows: list[dict[str, Any]], now: str | None) -> str:
    """One sentence on the structures at the end, from rows of ``structure_types`` as plain values."""
    kinds = [key for key in rows[0] if key not in {"policy", "runs", "differs"}]
    runs, base = rows[0]["runs"], rows[0]
    first = max(kinds, key=lambda kind: base[kind])
    said = f"Structure at the end: without a policy {first} in {round(base[first] * runs)} of {runs} runs"
    said += f" (now: {now}). " if now else ". "
    named = max(sum(row[kind] for kind in kinds if kind not in UNNAMED) for row in rows)
    if named < 0.5:
        return said + ("Under no policy is one of the five structures named in half of the runs, so nobody can say "
                       "whether a policy changes it.")
    most = max(rows[1:], key=lambda row: row["differs"], default=None)
    if most is None or most["differs"] == 0:
        return said + "No policy changes it."
    there = max(kinds, key=lambda kind: most[kind] - base[kind])
    return said + (f"It changes most often with '{title(most['policy'])}', in {round(most['differs'] * runs)} of "
                   f"{runs} runs; {there} then in {round(most[there] * runs)}.")


def structure_shown(table: pd.DataFrame) -> pd.DataFrame:
    """The table of structures as people read it."""
    out = table.assign(policy=[title(policy) for policy in table["policy"]]).drop(columns="runs")
    out = out.rename(columns={"policy": "Policy", "differs": "other than without"})
    for column in out.columns.drop("Policy"):
        out[column] = [f"{value:.2f}" for value in out[column]]
    return out


def sensitivity_lines(record: Mapping[str, Any]) -> list[str]:
    """What the lead of the first policy over the second hangs on, in sentences."""
    from interfirm.simulation.settings import parameters

    first, second, lead = title(record["first"]), title(record["second"]), record["lead"]
    what = outputs()[record["output"]]["title"].lower()
    lines = [f"Sensitivity: with everything as usual '{first}' leads '{second}' by {number(lead)} {what} "
             f"({record['runs']} points, each with several runs of both)."]
    turn = [row for row in record["parameters"] if row["effect"] - row["effect_half_width"] > abs(lead)]
    for row in turn[:3]:
        way = "grows" if row["direction"] > 0 else "shrinks"
        meaning = parameters()[row["parameter"]].meaning.rstrip(".")
        moves = f"{number(row['effect'])} ± {number(row['effect_half_width'])}"
        lines.append(f"It may turn on '{row['parameter']}' ({meaning}): over its range the lead moves by {moves} and "
                     f"mostly {way}.")
    if not turn:
        lines.append("No single parameter moves the lead by more than its size beyond chance.")
    if record["chance"] is not None:
        lines.append(f"Luck makes {per_cent(record['chance'])} of the variance of the lead in a single pair of runs.")
    return lines


def sensitivity_shown(record: Mapping[str, Any], most: int = 10) -> pd.DataFrame:
    """The strongest parameters as people read them."""
    import pandas as pd

    def pair(row: Mapping[str, Any], name: str) -> str:
        return "" if row[name] is None else f"{number(row[name])} ±{number(row[f'{name}_half_width'])}"

    return pd.DataFrame([{"Parameter": row["parameter"], "Moves the lead by": pair(row, "effect"),
                          "with sign": signed(row["direction"]), "Share of variance": pair(row, "total")}
                         for row in record["parameters"][:most]])
