"""Names that belong to nobody, from lists of invented syllables."""

from __future__ import annotations

import csv
from importlib import resources
from itertools import product

import numpy as np


def read(name: str) -> list[dict[str, str]]:
    """The rows of one of the word lists beside this module."""
    text = (resources.files("interfirm.study.example") / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def lists() -> dict[tuple[str, str], list[str]]:
    """The word list by (list, group)."""
    out: dict[tuple[str, str], list[str]] = {}
    for row in read("words"):
        out.setdefault((row["list"], row["group"]), []).append(row["text"])
    return out


def firm_names(rng: np.random.Generator, sectors: list[str]) -> list[str]:
    """One name per firm: an invented stem, a trade of its sector, a legal form; no stem twice."""
    known = lists()
    flavours = [group for kind, group in known if kind == "form"]
    stems = [(flavour, start + end) for flavour in flavours
             for start, end in product(known["start", flavour], known["end", flavour])]
    names = []
    for row, sector in zip(rng.permutation(len(stems)), sectors, strict=False):
        flavour, stem = stems[int(row % len(stems))]
        trade = known["trade", sector][int(rng.integers(len(known["trade", sector])))]
        form = known["form", flavour][int(rng.integers(len(known["form", flavour])))]
        names.append(f"{stem} {trade} {form}")
    return names
