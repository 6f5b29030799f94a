"""One term of a model, as it is typed, made into columns of numbers.

The grammar: ``name``; ``i.name`` in categories; ``c.name`` as a number; ``name=code`` one code against the others;
``log(name)``, ``log1p(name)``; ``name^2``; ``one*other``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import Findings, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata

Floats = npt.NDArray[np.float64]
_YES: Final = {"yes", "y", "true", "1", "ja", "igen", "oui", "si", "sí", "sì", "sim", "tak", "ano", "da", "kyllä",
               "jah", "jā", "taip", "ναι", "evet", "x"}
_LOG: Final = re.compile(r"(log1p|log|ln)\((.+)\)")


@dataclass(frozen=True, eq=False)
class Base:
    """A variable that can be moved on its own.

    Attributes
    ----------
    name
        As it stands in the results.
    values
        One per row of the source; NaN where missing.
    kind
        ``"number"``, or ``"dummy"`` (0 or 1).
    group
        Name of the categories that it belongs to, or None.
    label
        What the source says that it is.
    """

    name: str
    values: Floats
    kind: str
    group: str | None = None
    label: str = ""


@dataclass(frozen=True)
class Column:
    """A column of the matrix: the constant, a base, its square, or the product of two."""

    name: str
    kind: str
    of: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Source:
    """Where the variables come from: a table, what is said about its columns, and what a row is."""

    name: str
    frame: pd.DataFrame
    questions: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    unit: str = "firms"

    @classmethod
    def of(cls, data: Microdata | pd.DataFrame | Source) -> Source:
        """A survey file, or a plain table."""
        import pandas as pd

        if isinstance(data, Source):
            return data
        if isinstance(data, pd.DataFrame):
            return cls("the table", data)
        return cls(data.name, data.frame, data.questions, data.codes)

    def column(self, name: str) -> pd.Series[Any]:
        """One column by name."""
        if name not in self.frame.columns:
            raise UnknownName("variable", name, self.frame.columns)
        return self.frame[name]


class Expander:
    """Turns terms into bases and columns; findings are collected, not raised."""

    def __init__(self, source: Source, findings: Findings) -> None:
        self.source, self.findings = source, findings
        self.bases: dict[str, Base] = {}
        self.columns: dict[str, Column] = {}

    def add(self, term: str) -> list[str]:
        """Add the columns of one term and give their names."""
        text = term.strip()
        if text not in self.source.frame.columns:
            if text.endswith("^2"):
                return [self._square(name) for name in self._bases(text[:-2].strip())]
            if "*" in text and not _LOG.fullmatch(text):
                return self._product(*[part.strip() for part in text.split("*", 1)])
        names = self._bases(text)
        for name in names:
            self.columns.setdefault(name, Column(name, "value", (name,)))
        return names

    def add_base(self, base: Base) -> str:
        """Add a variable that was computed elsewhere."""
        self.bases[base.name] = base
        self.columns.setdefault(base.name, Column(base.name, "value", (base.name,)))
        return base.name

    def square(self, name: str) -> str:
        """Add the square of a variable that is there."""
        return self._square(name)

    def _square(self, name: str) -> str:
        made = f"{name}^2"
        self.columns.setdefault(made, Column(made, "square", (name,)))
        return made

    def _product(self, one: str, other: str) -> list[str]:
        out = []
        for a in self._bases(one):
            for b in self._bases(other):
                made = f"{a}*{b}"
                self.columns.setdefault(made, Column(made, "product", (a, b)))
                out.append(made)
        return out

    def _bases(self, text: str) -> list[str]:
        """The bases behind a simple term."""
        made = self._made(text)
        for base in made:
            self.bases.setdefault(base.name, base)
        return [base.name for base in made]

    def _made(self, text: str) -> list[Base]:
        there = self.source.frame.columns
        if text in self.bases:
            return [self.bases[text]]
        if text in there:
            return self._guessed(text)
        if found := _LOG.fullmatch(text):
            return [self._log(found.group(1), found.group(2).strip())]
        name, mark, code = text.partition("=")
        if mark and name.strip() in there:
            return [self._one_code(name.strip(), code.strip())]
        kind, mark, name = text.partition(".")
        if mark and kind in ("i", "c") and name in there:
            return self._categories(name) if kind == "i" else [self._number(name)]
        raise UnknownName("variable", text, there)

    def _guessed(self, name: str) -> list[Base]:
        """Two values: yes or no. Text and fully labelled values: categories. The rest: numbers."""
        import pandas as pd

        column = self.source.column(name)
        used = column.dropna().unique()
        if len(used) == 2 or (len(used) == 1 and set(used) <= {0.0, 1.0}):
            return [self._yes_no(name, column, list(used))]
        labels = self.source.codes.get(name, {})
        if not pd.api.types.is_numeric_dtype(column.dtype):
            return self._categories(name)
        if labels and set(used) <= set(labels):
            self.findings.add("note", f"'{name}' has a label for each of its {len(used)} values and is taken as "
                              "categories", "categories", file=self.source.name, column=name, remedy="As a number: "
                              f"c.{name}")
            return self._categories(name)
        return [self._number(name)]

    def _label(self, name: str) -> str:
        return str(self.source.questions.get(name, ""))

    def _number(self, name: str) -> Base:
        import pandas as pd

        column = self.source.column(name)
        if not pd.api.types.is_numeric_dtype(column.dtype):
            self.findings.add("error", f"'{name}' is text", "not-a-number", file=self.source.name, column=name,
                              expected="numbers", remedy=f"Use i.{name} for categories, or correct the cells")
            return Base(name, np.full(len(column), np.nan), "number")
        return Base(name, column.to_numpy(np.float64, na_value=np.nan), "number", label=self._label(name))

    def _yes_no(self, name: str, column: pd.Series[Any], used: list[Any]) -> Base:
        labels = self.source.codes.get(name, {})
        words = {value: str(labels.get(value, value)).strip().lower() for value in used}
        yes = [value for value, word in words.items() if re.split(r"[\s,;.:]", word)[0] in _YES]
        numeric = all(isinstance(value, (int, float, np.number)) for value in used)
        if numeric and not (labels and len(yes) == 1):
            yes = [1.0] if set(used) <= {0.0, 1.0} else []
        if len(yes) != 1:
            shown = " or ".join(f"{name}={_code(value)}" for value in used)
            self.findings.add("error", f"which of the two values of '{name}' means yes cannot be told", "yes-or-no",
                              file=self.source.name, column=name, expected="0 and 1, or labels that say yes and no",
                              remedy=f"Write {shown} in the call")
            return Base(name, np.full(len(column), np.nan), "dummy")
        return Base(name, _indicator(column, yes[0]), "dummy", label=self._label(name))

    def _one_code(self, name: str, code: str) -> Base:
        column = self.source.column(name)
        labels = self.source.codes.get(name, {})
        for value in column.dropna().unique():
            if code in (_code(value), str(labels.get(value, ""))):
                label = f"{self._label(name)}: {labels.get(value, _code(value))}".strip(": ")
                return Base(f"{name}={code}", _indicator(column, value), "dummy", label=label)
        known = ", ".join(_code(value) for value in list(column.dropna().unique())[:12])
        self.findings.add("error", f"'{name}' never has the value {code}", "no-such-code", file=self.source.name,
                          column=name, expected=f"one of {known}")
        return Base(f"{name}={code}", np.full(len(column), np.nan), "dummy")

    def _categories(self, name: str) -> list[Base]:
        """A dummy for each value but the most frequent one, which is the reference."""
        column = self.source.column(name)
        counts = column.value_counts(sort=True)
        if len(counts) < 2:
            self.findings.add("error", f"'{name}' has one value only", "constant", file=self.source.name, column=name,
                              remedy="Leave it out")
            return []
        if len(counts) > len(column) / 2:
            self.findings.add("error", f"'{name}' has {len(counts)} different values", "too-many-categories",
                              file=self.source.name, column=name, expected="a category for several firms",
                              remedy="It may be an identifier; leave it out, or group it")
            return []
        labels = self.source.codes.get(name, {})
        reference = counts.index[0]
        self.findings.add("note", f"'{name}' is compared with its most frequent value, "
                          f"{labels.get(reference, _code(reference))}", "reference", file=self.source.name, column=name)
        return [Base(f"{name}={labels.get(value, _code(value))}", _indicator(column, value), "dummy", name,
                     self._label(name)) for value in sorted(counts.index[1:], key=str)]

    def _log(self, kind: str, name: str) -> Base:
        base = self._number(name)
        low = 0.0 if kind != "log1p" else -1.0
        bad = int((base.values <= low).sum())
        if bad:
            self.findings.add("error", f"{bad} values of '{name}' are {'0' if low == 0 else '-1'} or less and have no "
                              "logarithm", "no-logarithm", file=self.source.name, column=name,
                              remedy=f"Use log1p({name}), or leave these firms out")
        made = np.full(len(base.values), np.nan)
        fine = base.values > low
        made[fine] = np.log1p(base.values[fine]) if kind == "log1p" else np.log(base.values[fine])
        return Base(f"{kind}({name})", made, "number", label=base.label)


def _indicator(column: pd.Series[Any], value: Any) -> Floats:
    return np.where(column.isna().to_numpy(dtype=bool), np.nan, (column == value).to_numpy(dtype=np.float64))


def _code(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float, np.number)) else str(value)


def matrix(columns: tuple[Column, ...], values: Mapping[str, Floats], n: int) -> Floats:
    """The matrix of the columns, from the values of the bases."""
    out = np.ones((n, len(columns)))
    for at, column in enumerate(columns):
        if column.kind == "square":
            out[:, at] = values[column.of[0]] ** 2
        elif column.kind == "product":
            out[:, at] = values[column.of[0]] * values[column.of[1]]
        elif column.kind == "value":
            out[:, at] = values[column.of[0]]
    return out
