"""The first thing a reader sees: four questions of a board, each answered in a line or said to be open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from interfirm import vocabulary
from interfirm.report import words

_LEAST: Final = vocabulary.CERTAINTIES[2].at_least
_HOLDERS: Final = (("structure", "structure-leaving"), ("positions", "positions-cut"), ("positions", "positions-few"))
_PRIORS: Final = "Ranked by weights that experts chose; no evidence that it would pay."
_MODEL: Final = "A thought model of this cluster, no forecast."
_VOUCHER: Final = "voucher"


def glance(chapters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Shape, who holds it together, whom to introduce, what a voucher would change.

    Parameters
    ----------
    chapters
        The chapters of a summary, as plain values: only what they say is repeated here.

    Returns
    -------
    list of dict
        ``question``; ``answer``; ``certainty`` (a fixed word, or empty); ``note``; ``evidence`` (the anchor).

    Examples
    --------
    >>> [item["answer"] for item in glance([])]
    []
    """
    by_id = {str(chapter["id"]): chapter for chapter in chapters}
    made = (_shape(by_id), _holders(by_id), _introduce(by_id), _voucher(by_id))
    return [item for item in made if item is not None]


def _item(question: str, answer: str, evidence: str, certainty: str = "", note: str = "") -> dict[str, Any]:
    return {"question": question, "answer": answer, "certainty": certainty, "note": note, "evidence": evidence}


def _claim(chapter: Mapping[str, Any] | None, name: str) -> Mapping[str, Any] | None:
    return next((item for item in (chapter or {}).get("claims", ()) if item["id"] == name), None)


def _block(chapter: Mapping[str, Any] | None, name: str) -> Mapping[str, Any] | None:
    return next((item for item in (chapter or {}).get("blocks", ()) if item["id"] == name), None)


def _shape(by_id: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    chapter, question = by_id.get("structure"), "What is our shape?"
    whole = _claim(chapter, "structure-whole")
    if whole is not None:
        return _item(question, whole["text"], whole["evidence"], whole["certainty"])
    open_ = _block(chapter, "structure-none")
    if open_ is None:
        return None
    figure, parts = _block(chapter, "structure-five"), _claim(chapter, "structure-alliances")
    lines = [f"{figure['title']}." if figure else f"Not answered: {_small(open_['why'])}."]
    if parts is not None:
        note = f"Of the whole: cannot say. Of the alliances: {parts['certainty']}."
        return _item(question, " ".join([*lines, parts["text"]]), parts["evidence"], "", note)
    return _item(question, " ".join(lines), open_["id"], "cannot say")


def _holders(by_id: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    question = "Who holds it together?"
    found = [claim for room, name in _HOLDERS if (claim := _claim(by_id.get(room), name)) is not None]
    sure = next((claim for claim in found if (claim["probability"] or 0.0) >= _LEAST), None)
    if sure is not None:
        return _item(question, sure["text"], sure["evidence"], sure["certainty"])
    if not found:
        return _open(by_id.get("positions"), question)
    return _item(question, "Nobody stands out beyond chance.", "positions", "cannot say")


def _introduce(by_id: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    question = "Whom should we introduce?"
    step = _block(by_id.get("partners"), "partners-introduce")
    if step is not None:
        return _item(question, f"{step['text'].split(', and let them')[0].rstrip('.')}.", step["evidence"], "", _PRIORS)
    found = _claim(by_id.get("partners"), "partners-first")
    if found is not None:
        return _item(question, found["text"], found["evidence"], "", _PRIORS)
    return _open(by_id.get("partners"), question)


def _voucher(by_id: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    chapter, question = by_id.get("simulation"), "What would a voucher change?"
    figure = _block(chapter, "simulation-innovations")
    row = next((item for item in (figure or {}).get("rows", ()) if _VOUCHER in str(item["label"]).lower()), None)
    if figure is None or row is None:
        return _open(chapter, question)
    size, low, high = (words.number(float(row[key])) for key in ("value", "low", "high"))
    tells = "" if float(row["low"]) > 0 or float(row["high"]) < 0 else ": no change beyond chance"
    answer = f"{size} % innovations against no policy ({low} % to {high} %){tells}. {figure['title']}."
    return _item(question, answer if float(row["value"]) < 0 else f"+{answer}", figure["id"], "", _MODEL)


def _open(chapter: Mapping[str, Any] | None, question: str) -> dict[str, Any] | None:
    """The first question of a chapter that was not answered, with what to do."""
    absent = next((item for item in (chapter or {}).get("blocks", ()) if item["type"] == "not_answered"), None)
    if absent is None:
        return None
    todo = absent["collect"].removeprefix("Nothing new: ").split(". ")[0].rstrip(".")
    return _item(question, f"Not answered yet: {_small(absent['why'])}.", absent["id"], "", f"{words.sentence(todo)}.")


def _small(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
