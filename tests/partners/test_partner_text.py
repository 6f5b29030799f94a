"""Likeness of texts: words and pieces of words, several languages, nothing known where nothing is said."""

from __future__ import annotations

import numpy as np
import pytest

from interfirm.errors import UnknownName
from interfirm.partners.text import profile_texts, text_similarity
from interfirm.study.example import example


def test_by_hand_with_two_one_word_texts() -> None:
    # no word in common; pieces of "<ab>": <ab ab> <ab>; of "<abc>": <ab abc bc> <abc abc> <abc>: one of 3 and 6
    shared, alone = 1.0, 1 + np.log(3 / 2)
    expected = shared**2 / np.sqrt(shared**2 + 2 * alone**2) / np.sqrt(shared**2 + 5 * alone**2) / 2
    assert text_similarity(["ab", "abc"])[0, 1] == pytest.approx(expected, abs=1e-12)


def test_the_same_text_is_one_and_case_and_accents_do_not_count() -> None:
    found = text_similarity(["Präzisions-Werkzeuge", "prazisions werkzeuge", "Olive oil"])
    assert found[0, 1] == pytest.approx(1)
    assert found[0, 2] < 0.05
    assert np.allclose(found, found.T)


def test_languages_meet_in_words_that_look_alike() -> None:
    found = text_similarity(["sensors for automation", "capteurs pour l'automatisation", "Bäckerei und Konditorei"])
    assert found[0, 1] > 2 * found[0, 2]


def test_an_empty_text_is_not_known() -> None:
    found = text_similarity(["steel", "", None, "--"], ["steel"])
    assert found[0, 0] == pytest.approx(1)
    assert np.isnan(found[1:]).all()


def test_profiles_of_a_study() -> None:
    study = example(seed=1)
    texts = profile_texts(study)
    assert len(texts) == len(study.actors)
    assert "plastics and tooling" in texts[0]
    assert "|" not in texts[0]
    with pytest.raises(UnknownName):
        profile_texts(study, ["sektor"])
