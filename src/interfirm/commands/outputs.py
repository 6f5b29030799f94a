"""Files to write are looked at before anything is computed."""

from __future__ import annotations

from pathlib import Path

from interfirm.errors import UsageError


def refuse_files(*paths: Path | None) -> None:
    """Refuse a file whose folder does not exist, or that is a folder itself; all of them at once.

    Raises
    ------
    UsageError
    """
    wrong = [f"'{path}' cannot be written: its folder does not exist. Make the folder first."
             for path in paths if path is not None and not path.resolve().parent.is_dir()]
    wrong += [f"'{path}' cannot be written: it is a folder. Name a file." for path in paths
              if path is not None and path.is_dir()]
    if wrong:
        raise UsageError(" ".join(wrong))
