"""How the terminal speaks: findings first, aligned tables, progress on stderr, one last line.

Results go to stdout, everything else to stderr. Colour only repeats what words already say.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from interfirm.errors import Finding

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}
_SHOWN = 40
_FEWEST_COLUMNS = 2


def console(*, stderr: bool = False) -> Console:
    """A console of at most 120 columns; plain where the output is no terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 100
    made = Console(stderr=stderr, width=width, highlight=False, soft_wrap=False, emoji=False, markup=False)
    if made.width > 120:
        made = Console(stderr=stderr, width=120, highlight=False, emoji=False, markup=False)
    return made


def say(text: str) -> None:
    """One line for the person at the terminal, on stderr."""
    console(stderr=True).print(text)


def show_list(title: str, items: Sequence[str]) -> None:
    """A titled list on stdout, wrapped so that each item can be told from the next."""
    import textwrap

    out = console()
    out.print(title)
    for item in items:
        out.print(textwrap.fill(item, width=min(out.width, 100), initial_indent="  • ", subsequent_indent="    ",
                                break_on_hyphens=False))


def show_findings(findings: Sequence[Finding], *, limit: int = _SHOWN) -> None:
    """All findings, errors first: place, what is wrong, what was expected, what to do."""
    out = console(stderr=True)
    for finding in findings[:limit]:
        out.print(f"{finding.level:<8}", style=_STYLES[finding.level], end="")
        out.print(_wrapped(str(finding), out.width - 8))
    if len(findings) > limit:
        out.print(f"… and {len(findings) - limit} more; --json shows all of them.")


def _wrapped(text: str, width: int) -> str:
    import textwrap

    return textwrap.fill(text, width=max(width, 40), subsequent_indent=" " * 8, break_on_hyphens=False)


def count_line(findings: Sequence[Finding]) -> str:
    """'2 errors, 1 warning, 3 notes', or 'nothing to report'."""
    parts = []
    for level in ("error", "warning", "note"):
        number = sum(item.level == level for item in findings)
        if number:
            parts.append(f"{number} {level}{'' if number == 1 else 's'}")
    return ", ".join(parts) or "nothing to report"


def show_table(frame: pd.DataFrame, *, title: str = "", limit: int = 30) -> None:
    """A tidy table, numbers right-aligned with three significant digits."""
    import pandas as pd
    from rich import box
    from rich.table import Table
    from rich.text import Text

    left_out = len(frame.columns)
    frame = _that_fit(frame, limit)
    left_out -= len(frame.columns)
    table = Table(title=Text(title) if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in frame.columns:
        number = pd.api.types.is_numeric_dtype(frame[name].dtype)
        table.add_column(Text(str(name)), justify="right" if number else "left", overflow="fold",
                         min_width=_longest_word(frame, name, limit))
    for row in frame.head(limit).itertuples(index=False, name=None):
        table.add_row(*(Text(cell_text(cell)) for cell in row))
    console().print(table)
    cut = [f"{limit} of {len(frame)} rows"] if len(frame) > limit else []
    cut += [f"{len(frame.columns)} of {len(frame.columns) + left_out} columns"] if left_out else []
    if cut:
        console().print(f"{' and '.join(cut)}; --csv FILE writes all of them.")


def _longest_word(frame: pd.DataFrame, name: Any, limit: int) -> int:
    """Letters of the longest word in the head and the shown cells of a column, 30 at most."""
    cells = [str(name), *(cell_text(cell) for cell in frame[name].head(limit))]
    return min(max((len(word) for cell in cells for word in cell.split()), default=1), 30)


def _that_fit(frame: pd.DataFrame, limit: int) -> pd.DataFrame:
    """The first columns whose longest words stand side by side in one line; two at least."""
    room = console().width
    for place, name in enumerate(frame.columns):
        room -= _longest_word(frame, name, limit) + 2
        if room < 0 and place >= _FEWEST_COLUMNS:
            return frame.iloc[:, :place]
    return frame


def cell_text(cell: Any) -> str:
    """A cell as people read it: empty if missing, whole numbers whole, others to three digits."""
    import pandas as pd

    if pd.isna(cell):
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.3g}"
    return str(cell)


class Progress:
    """Says on stderr what is being done, once it has taken more than two seconds.

    On a terminal the line is overwritten; elsewhere a line is written every two seconds at most.
    """

    def __init__(self, stream: Any = None, delay: float = 2.0) -> None:
        self.stream = stream or sys.stderr
        self.started = time.monotonic()
        self.delay = delay
        self.said = -delay
        self.width = 0
        self.live = self.stream.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, text: str) -> None:
        """Report the step that begins now."""
        elapsed = time.monotonic() - self.started
        if elapsed < self.delay or (not self.live and elapsed - self.said < self.delay):
            return
        self.said = elapsed
        line = f"{elapsed:5.0f} s  {text}"
        if self.live:
            self.stream.write("\r" + line.ljust(self.width))
            self.width = len(line)
        else:
            self.stream.write(line + "\n")
        self.stream.flush()

    def close(self) -> None:
        """Clear the line."""
        if self.live and self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()


@contextmanager
def progress(delay: float = 2.0) -> Iterator[Progress]:
    """A progress line for the duration of a block, from so many seconds on."""
    line = Progress(delay=delay)
    try:
        yield line
    finally:
        line.close()
