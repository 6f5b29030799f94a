"""The source's Tables I and II, re-entered, and the figures derived from them (concept dictionary, 9.1 A1 and A2)."""

from __future__ import annotations

import pytest

from interfirm.relations import gini, theil

FIRST = {"Siemens": 51, "Philips": 40, "Olivetti": 42, "IBM": 48, "Fujitsu": 46, "Motorola": 53}
SECOND = {"Siemens": 134, "Philips": 127, "Olivetti": 110, "IBM": 108, "Fujitsu": 78, "Motorola": 68}
EUROPE = ("Siemens", "Philips", "Olivetti")
ALLIED = {"SMEs": (37, 4, 41), "large": (10, 6, 16), "very large": (5, 4, 9)}


def test_alliances_more_than_doubled_in_the_aggregate_only():
    assert sum(FIRST.values()) == 280
    assert sum(SECOND.values()) == 625
    assert sum(SECOND.values()) / sum(FIRST.values()) == pytest.approx(2.2321, abs=5e-5)
    ratio = {name: SECOND[name] / FIRST[name] for name in FIRST}
    assert [round(ratio[name], 3) for name in FIRST] == [2.627, 3.175, 2.619, 2.250, 1.696, 1.283]
    assert [name for name in ratio if ratio[name] <= 2] == ["Fujitsu", "Motorola"]


def test_europe_leads():
    sums = [[sum(values[name] for name in FIRST if (name in EUROPE) is europe) for values in (FIRST, SECOND)]
            for europe in (True, False)]
    assert sums == [[133, 371], [147, 254]]
    assert sums[0][1] / sums[0][0] == pytest.approx(2.789, abs=5e-4)
    assert sums[1][1] / sums[1][0] == pytest.approx(1.728, abs=5e-4)


def test_alliances_became_less_equally_spread():
    assert gini(list(FIRST.values())) == pytest.approx(0.05595, abs=5e-6)
    assert gini(list(SECOND.values())) == pytest.approx(0.12773, abs=5e-6)
    groups = ["Europe" if name in EUROPE else "other" for name in FIRST]
    assert theil(list(SECOND.values()), groups).share_between > theil(list(FIRST.values()), groups).share_between


def test_shares_by_size_add_up():
    for independent, consortia, total in ALLIED.values():
        assert independent + consortia == total
