"""What can go wrong, and how it is said.

The tree::

    InterfirmError
    ├── UsageError        the caller asked for something that does not exist (exit code 2)
    │   └── UnknownName   a name that is not on the list of known ones
    └── DataError         the data cannot carry the request; holds every finding (exit code 3)

A :class:`Finding` says where, what is wrong, what was expected and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Level = Literal["error", "warning", "note"]

_ORDER = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Finding:
    """One thing found in the data.

    Parameters
    ----------
    level
        ``error`` stops the reading, ``warning`` should be looked at, ``note`` informs.
    problem
        What is wrong, in one sentence without a final full stop.
    code
        A stable short name of the kind of finding, e.g. ``"unknown-actor"``.
    file, sheet, row, column
        Where it is. Rows count from 1 as the user's program shows them, header included.
    expected
        What was expected there.
    remedy
        What the user can do.
    """

    level: Level
    problem: str
    code: str
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    expected: str | None = None
    remedy: str | None = None

    @property
    def where(self) -> str:
        """The place, e.g. ``"members.xlsx, sheet 'ties', row 14, column 'receiver'"``."""
        parts = [self.file] if self.file else []
        if self.sheet:
            parts.append(f"sheet '{self.sheet}'")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column '{self.column}'")
        return ", ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """The finding as a plain dictionary (for ``--json``)."""
        return asdict(self)

    def __str__(self) -> str:
        text = f"{self.where}: {self.problem}." if self.where else f"{self.problem}."
        if self.expected:
            text += f" Expected: {self.expected}."
        if self.remedy:
            text += f" {self.remedy}."
        return text


@dataclass
class Findings:
    """A growing list of findings; nothing is raised until everything has been looked at."""

    items: list[Finding] = field(default_factory=list)

    def add(self, level: Level, problem: str, code: str, **where: Any) -> None:
        """Append one finding; ``where`` takes the remaining fields of :class:`Finding`."""
        self.items.append(Finding(level, problem, code, **where))

    def extend(self, more: Iterable[Finding]) -> None:
        """Append several findings."""
        self.items.extend(more)

    def of(self, level: Level) -> list[Finding]:
        """The findings of one level."""
        return [item for item in self.items if item.level == level]

    @property
    def failed(self) -> bool:
        """Whether there is at least one error."""
        return any(item.level == "error" for item in self.items)

    def sorted(self) -> list[Finding]:
        """Errors first, then warnings, then notes; otherwise in order of discovery."""
        return sorted(self.items, key=lambda item: _ORDER[item.level])

    def raise_if_failed(self) -> None:
        """Raise :class:`DataError` with all findings if any is an error."""
        if self.failed:
            raise DataError(self.sorted())

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


class InterfirmError(Exception):
    """Base of every error that interfirm raises on purpose."""

    exit_code = 1


class UsageError(InterfirmError):
    """The caller asked for something that does not exist or makes no sense."""

    exit_code = 2


def _holding(name: str, options: list[str]) -> list[str]:
    """The one option that a longer word is part of, if there is just one."""
    part = name.strip().casefold()
    found = [item for item in dict.fromkeys(options) if len(part) > 3 and part in item.casefold()]
    return found if len(found) == 1 else []


class UnknownName(UsageError):
    """A name that is not on the list of known ones; the message gives the nearest and lists them, or says what does."""

    def __init__(self, kind: str, name: object, known: Iterable[object], see: str = "") -> None:
        options = [str(item) for item in known]
        near = difflib.get_close_matches(str(name), options, n=1, cutoff=0.6) or _holding(str(name), options)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        shown = ", ".join(options[:30]) + (", …" if len(options) > 30 else "")
        super().__init__(f"Unknown {kind} '{name}'.{hint} " + (see or f"Known: {shown or 'none'}."))
        self.kind, self.name, self.known = kind, str(name), options


class DataError(InterfirmError):
    """The data has errors; ``findings`` holds all of them, not only the first."""

    exit_code = 3

    def __init__(self, findings: Iterable[Finding] | Finding | str) -> None:
        if isinstance(findings, str):
            findings = Finding("error", findings.rstrip("."), "data")
        if isinstance(findings, Finding):
            findings = [findings]
        self.findings = list(findings)
        errors = [item for item in self.findings if item.level == "error"]
        shown = "\n".join(f"  {item}" for item in errors[:20])
        more = f"\n  … and {len(errors) - 20} more" if len(errors) > 20 else ""
        head = "The data has one error:" if len(errors) == 1 else f"The data has {len(errors)} errors:"
        super().__init__(f"{head}\n{shown}{more}")
