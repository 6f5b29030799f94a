"""Part of what a policy would change: the answer in a few sentences, as one would say it to a board."""

from __future__ import annotations

from typing import Any

from interfirm.numerals import number, per_cent
from interfirm.report.blocks import Text


def short(told: dict[str, Any]) -> Text:
    """What to take from the experiment: the favourite and its cost, the cheaper way, what it spoils, what decides."""
    said = [_favourite(told), _spoils(told), _losers(told), _cheaper(told), _decides(told)]
    return Text("simulation-short", " ".join(["In short.", *(sentence for sentence in said if sentence)]))


def _names(told: dict[str, Any]) -> dict[str, str]:
    return {item["name"]: item["title"] for item in told["policies"]}


def _row(told: dict[str, Any], policy: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in told["effects"]
                                 if (row["policy"], row["output"]) == (policy, "innovations"))
    return found


def _leads(told: dict[str, Any]) -> bool:
    first = told["first"]
    return first != "none" and bool(_row(told, first)["low"] > 0)


def _favourite(told: dict[str, Any]) -> str:
    if not _leads(told):
        return ("For innovation the model finds no policy better than none, beyond chance: nothing here speaks for "
                "spending money.")
    row, cost = _row(told, told["first"]), _cost(told, told["first"])
    gain = per_cent(row["effect"] / abs(row["without"]), 0, signed=True) if row["without"] else "more"
    return (f"For innovation the model favours '{_names(told)[told['first']]}': {number(row['effect'])} more "
            f"innovations in {told['years']:g} years ({gain}) for {number(round(cost['cost']))} EUR.")


def _cost(told: dict[str, Any], policy: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in told["cost"] if row["policy"] == policy)
    return found


def _cheaper(told: dict[str, Any]) -> str:
    """Where one more innovation costs least, and whether that is beyond chance."""
    known = [row for row in told["cost"] if row["unit_cost"] is not None]
    if not _leads(told) or not known:
        return ""
    first = _cost(told, told["first"])
    others = [row for row in known if row is not first]
    if not others:
        return "No other policy brings innovations beyond chance."
    best = min(known, key=lambda row: row["unit_cost"])
    next_ = min(others, key=lambda row: row["unit_cost"]) if best is first else first
    apart = best["high"] is not None and next_["low"] is not None and best["high"] < next_["low"]
    sure = "." if apart else ", a difference that may be chance."
    return (f"An innovation costs least with {'it too' if best is first else _quoted(told, best)}: "
            f"{_price(best)} against {_price(next_)}{f' with {_quoted(told, next_)}' if best is first else ''}{sure}")


def _quoted(told: dict[str, Any], row: dict[str, Any]) -> str:
    return f"'{_names(told)[row['policy']]}'"


def _price(row: dict[str, Any]) -> str:
    return f"{number(round(row['unit_cost']))} EUR"


def _spoils(told: dict[str, Any]) -> str:
    if not _leads(told):
        return ""
    mine = [f"{told['outputs'][row['output']]['title'].lower()} {'+' if row['effect'] > 0 else ''}"
            f"{number(row['effect'])}" for row in told["side_effects"] if row["policy"] == told["first"]]
    return f"What gets worse with it: {'; '.join(mine)}." if mine else "Nothing gets worse with it beyond chance."


def _losers(told: dict[str, Any]) -> str:
    groups = [row for row in told["groups"] if row["group"] != "All firms"]
    if not groups or not _leads(told):
        return ""
    most = max(groups, key=lambda row: row["knowledge"])
    worst = max(groups, key=lambda row: row["losing"])
    tail = (f"; in the group '{worst['group']}' {per_cent(worst['losing'])} of the firms know less than without it"
            if worst["losing"] > 0 else "; in no group do firms know less than without it")
    return f"In knowledge the group '{most['group']}' gains most{tail}."


def _decides(told: dict[str, Any]) -> str:
    """What to find out before money is spent."""
    if told["fixed"]:
        return ""
    if told["sensitivity"] is not None:
        kept = told["sensitivity"]
        turn = [row["meaning"] for row in kept["parameters"]
                if row["effect"] - row["effect_half_width"] > abs(kept["lead"])]
    else:
        turn = [row["meaning"] for row in told["hangs_on"] if row["changes"]]
    if not turn:
        return "Which policy comes first does not turn on any single thing that nobody knows exactly."
    listed = "; ".join(item.rstrip(".").lower() for item in turn[:3])
    return f"Which policy comes first may turn on what nobody knows exactly: {listed}. Ask that first."
