"""The chapter on why ties form: what it shows of a fit, and when it abstains."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from small_studies import chain, star

from interfirm import DataError, Finding, UsageError, cli, example, write_study
from interfirm.commands.dynamics_kept import fit_for_report
from interfirm.report.chapters.dynamics import chapter
from interfirm.report.chapters.dynamics_fit import misfits, without_degrees
from interfirm.report.context import Context

SENTENCE = "A firm is 3.0 times as likely to choose a partner who already chose it as one who did not"
FIELDS = {"parameter": "recip", "title": "Reciprocity", "label": "chose it before",
          "sentence": f"{SENTENCE} (95 % interval 2 to 4.5; which way: very sure).",
          "ratio": 3.0, "low": 2.0, "high": 4.5, "probability": 0.999, "certainty": "very sure"}


def gof(what: str, p: float) -> dict[str, Any]:
    values = [{"value": str(i), "observed": 5.0, "mean": 5.5, "low": 4.0, "high": 7.0, "sd": 1.0,
               "outline": [[4.0, 0.2], [5.5, 1.0], [7.0, 0.2]]} for i in range(3)]
    return {"what": what, "variable": "advice", "distance": 1.0, "p": p, "panels": 500, "values": values}


def kept(**more: Any) -> dict[str, Any]:
    row = {"parameter": "recip", "variable": "advice", "kind": "effect", "estimate": math.log(3), "se": 0.2, "p": 0.001,
           "convergence": 0.01}
    return {"format": "interfirm-fit/1", "made": {"seed": 1, "panels": 2000}, "specification": {"relation": "advice"},
            "data": {"actors": 70, "waves": ["2021", "2024"], "changes": [{"kept": 122, "made": 61, "ended": 63}]},
            "parameters": [row], "readings": [FIELDS], "convergence": {"converged": True, "maximum": 0.1},
            "findings": [], "goodness_of_fit": [gof("indegree", 0.4), gof("triads", 0.3)],
            "importance": [{"effect": "recip", "period 1": 1.0, "mean": 1.0}], **more}


def of(fit: dict[str, Any] | None, **options: Any) -> Any:
    return chapter(Context(example(), fit=fit, **options))


def test_it_abstains_without_two_waves_and_without_a_fit() -> None:
    few, one = chapter(Context(chain())), chapter(Context(star()))
    assert [b.id for b in few.blocks] == ["dynamics-few"] and not few.claims
    assert [b.id for b in one.blocks] == ["dynamics-none"] and not one.claims
    asked = of(None)
    assert [b.id for b in asked.blocks] == ["dynamics-asked"]
    assert "124 ties" in asked.blocks[0].why and "--models" in asked.blocks[0].collect


def test_a_second_relation_makes_no_claim_on_the_first() -> None:
    """Two relations that change together: only the main one is shown and claimed; the table says which is which."""
    fit = kept()
    other = FIELDS | {"parameter": "trade: recip", "ratio": 9.0, "low": 5.0, "high": 15.0}
    more = fit["parameters"][0] | {"parameter": "trade: recip", "variable": "trade"}
    found = of(fit | {"parameters": [*fit["parameters"], more], "readings": [FIELDS, other],
                      "goodness_of_fit": [*fit["goodness_of_fit"], gof("indegree", 0.001) | {"variable": "trade"}]})
    assert [row["value"] for row in found.blocks[0].rows] == [3.0]
    assert len(found.claims) == 1 and "does not reproduce" not in str(found.claims[0])
    words = next(b for b in found.blocks if b.id == "dynamics-words")
    assert [row[0] for row in words.rows] == ["advice", "trade"]


def test_every_number_is_that_of_the_fit() -> None:
    found = of(kept())
    figure = found.blocks[0]
    assert figure.title == SENTENCE
    assert [(row["value"], row["low"], row["high"]) for row in figure.rows] == [(3.0, 2.0, 4.5)]
    assert figure.options["log"] and figure.options["reference"] == 1.0
    made = next(b for b in found.blocks if b.id == "dynamics-made")
    assert [item.value for item in made.items[:3]] == [70, 61, 63]
    assert next(b for b in found.blocks if b.id == "dynamics-table").rows[0][2] == pytest.approx(math.log(3))


def test_a_claim_is_as_sure_as_the_fit_and_what_is_known() -> None:
    ctx = Context(example(), fit=kept())
    claim = chapter(ctx).claims[0]
    assert claim.probability == pytest.approx(0.999 * (1 - ctx.unknown()), abs=1e-4)
    assert "being equal" in claim.text and "reproduces what it was not fitted to" in claim.why


@pytest.mark.parametrize("more", [{"goodness_of_fit": [gof("triads", 0.01)]}, {"goodness_of_fit": []}])
def test_a_model_that_does_not_fit_is_leaning_at_most(more: dict[str, Any]) -> None:
    fit = kept(**more)
    if not fit["goodness_of_fit"]:
        del fit["goodness_of_fit"]
    found = of(fit)
    assert found.claims[0].certainty in ("leaning", "cannot say")
    assert misfits(fit) == (["how three firms are tied"] if "goodness_of_fit" in fit else [])
    assert ("dynamics-gof" in [b.id for b in found.blocks]) and (
        "goodness_of_fit" in fit or any(b.type == "not_answered" for b in found.blocks))


def test_a_fit_that_has_not_converged_claims_nothing() -> None:
    found = of(kept(convergence={"converged": False, "maximum": 0.6}))
    assert found.claims == []
    assert [b.id for b in found.blocks] == ["dynamics-unconverged", "dynamics-table", "dynamics-made"]
    made = next(b for b in found.blocks if b.id == "dynamics-made")
    assert "NOT converged" in made.items[3].comparison


@pytest.mark.parametrize(("p", "words"), [
    (0.4, "Nothing says"), (0.01, "not the same in all periods (p = 0.01): recip")])
def test_whether_the_rules_changed_is_said_where_it_was_tested(p: float, words: str) -> None:
    found = of(kept(time_test={"p": p, "names": ["recip in 2", "density in 2"], "single_p": [0.001, 0.5]}))
    assert words in next(b for b in found.blocks if b.id == "dynamics-time").text
    assert "dynamics-time" not in {b.id for b in of(kept()).blocks}


def test_violins_stand_where_their_numbers_are() -> None:
    found = {b.id: b for b in of(kept()).blocks}
    plain, scaled = found["dynamics-indegree"], found["dynamics-triads"]
    assert [row["observed"] for row in plain.rows if "observed" in row] == [5.0] * 3
    assert [row["observed"] for row in scaled.rows if "observed" in row] == [-0.5] * 3  # (5 - 5.5) / 1
    assert plain.table.rows[0] == ["0", 5.0, 5.5, 4.0, 7.0]


def test_small_numbers_of_firms_are_not_for_the_public() -> None:
    assert "dynamics-indegree" not in {b.id for b in of(kept(), audience="public").blocks}
    assert {b.id for b in of(kept()).blocks} >= {"dynamics-indegree", "dynamics-triads"}
    hidden = without_degrees(kept())
    assert [bool(item["values"]) for item in hidden["goodness_of_fit"]] == [False, True]


def test_a_report_is_written_though_no_model_can_be_estimated(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    assert fit_for_report(chain(), True, None, 1, lambda _text: None) is None  # three changes

    def refuse(*_given: Any, **_more: Any) -> None:
        raise DataError([Finding("error", "nothing changed", "identical-waves", remedy="Leave a wave out"),
                         Finding("note", "not said", "note")])

    monkeypatch.setattr("interfirm.dynamics.record.proposed", refuse)
    fit = fit_for_report(example(), True, None, 1, lambda _text: None)
    assert fit == {"refused": "Nothing changed.", "remedy": "Leave a wave out."}
    found = of(fit)
    assert [b.id for b in found.blocks] == ["dynamics-refused"] and not found.claims


@pytest.mark.slow
def test_a_report_shows_a_fit_that_was_kept_if_the_data_are_the_same(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    study, fit = example(seed=1), tmp_path / "fit.json"
    write_study(study, tmp_path / "demo")
    assert cli.run(["dynamics", str(tmp_path / "demo"), "--suggest", "--gof", "--importance", "-o", str(fit)]) == 0
    values = json.loads(fit.read_text("utf-8"))

    def say(_text: str) -> None:
        """Nobody waits."""

    assert fit_for_report(study, False, fit, 1, say) == values
    assert fit_for_report(study, True, None, 1, say)["theta"] == values["theta"]  # type: ignore[index]
    assert fit_for_report(study, False, None, 1, say) is None
    with pytest.raises(DataError, match="other data"):
        fit_for_report(example(seed=2), False, fit, 1, say)
    with pytest.raises(UsageError, match="not both"):
        fit_for_report(study, True, fit, 1, say)
    found = chapter(Context(study, fit=values))
    assert len([b for b in found.blocks if b.type == "figure"]) == 4
    assert json.loads(json.dumps(found.to_dict()))["claims"]


@pytest.mark.slow
def test_the_page_with_a_fit_is_whole(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_study(example(seed=1), tmp_path / "demo")
    page = tmp_path / "r.html"
    assert cli.run(["report", str(tmp_path / "demo"), "--models", "-o", str(page)]) == 0
    assert page.read_text("utf-8").count('id="dynamics-') >= 8
