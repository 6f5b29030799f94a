"""Every threshold has a value, a provenance and a meaning, and an unknown one is named."""

from __future__ import annotations

import pytest

from interfirm.defaults import declared, group, threshold


def test_every_threshold_is_explained() -> None:
    for name, entries in declared().items():
        for key, entry in entries.items():
            assert {"value", "provenance", "meaning"} <= set(entry), f"{name}.{key}"
            assert entry["meaning"].endswith("."), f"{name}.{key}"


def test_a_threshold_as_number_and_whole_number() -> None:
    limit, whole = group("report")
    assert limit("findings") == whole("findings") == threshold("report", "findings")["value"]
    assert isinstance(limit("findings"), float) and isinstance(whole("findings"), int)


def test_an_undeclared_threshold_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="finding"):
        group("report")[0]("finding")
