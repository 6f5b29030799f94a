"""Rows of a long run, kept one by one, so that a run that was stopped goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

from interfirm._version import __version__
from interfirm.errors import UsageError


class KeptRows:
    """The rows of a run that will end in ``target``, in ``target.part`` until then.

    The first line of the file holds the settings, every other line one row, as JSON. A last line that was cut off
    when the run was stopped is left out.

    Parameters
    ----------
    target
        The file that the run is for.
    settings
        What decides the rows; a file of other settings is refused.

    Raises
    ------
    UsageError
        If the file is of a run with other settings, or is no such file.
    """

    def __init__(self, target: Path, settings: dict[str, Any]) -> None:
        self.target = target
        self.path = target.with_name(target.name + ".part")
        self.settings = json.loads(json.dumps(settings | {"version": __version__}))
        whole = self._whole_lines()
        self.rows = self._read(whole)
        try:
            self.file = self.path.open("ab")
            self.file.truncate(sum(map(len, whole)))
        except OSError as problem:
            raise UsageError(f"'{self.path}' cannot be written: {problem.strerror}. Choose another folder.") from None
        if not whole:
            self._write(self.settings)

    def _whole_lines(self) -> list[bytes]:
        if not self.path.exists():
            return []
        return [line for line in self.path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]

    def _read(self, whole: list[bytes]) -> list[dict[str, Any]]:
        if not whole:
            return []
        try:
            first, *rows = [json.loads(line) for line in whole]
        except ValueError:
            raise UsageError(f"'{self.path}' does not hold the rows of a stopped run. Move it away, or name another "
                             "file.") from None
        differ = [name for name in self.settings if first.get(name) != self.settings[name]]
        if differ:
            said = ", ".join(f"{name} {first.get(name)} there, {self.settings[name]} now" for name in differ)
            raise UsageError(f"'{self.path}' holds the rows of a run with other settings ({said}). Repeat those to go "
                             "on with it, or delete it to start anew.")
        return rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def add(self, row: dict[str, Any]) -> None:
        """Keep one more row."""
        self.rows.append(row)
        self._write(row)

    def _write(self, line: dict[str, Any]) -> None:
        self.file.write((json.dumps(line, ensure_ascii=False) + "\n").encode())
        self.file.flush()

    def finish(self, text: str) -> None:
        """Write the target and forget the kept rows."""
        from interfirm.study.write.atomic import write_text

        write_text(self.target, text)
        self.file.close()
        self.path.unlink()
