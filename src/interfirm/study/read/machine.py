"""What the machine has left."""

from __future__ import annotations

import re
from pathlib import Path

_TOLD = Path("/proc/meminfo")


def available_memory(told: Path = _TOLD) -> int | None:
    """Bytes that a program can have without the machine starting to swap; None where the system does not say.

    Not the same as free memory: what the system holds as a cache of files is given up when it is needed.
    """
    try:
        found = re.search(r"^MemAvailable:\s+(\d+) kB$", told.read_text("ascii"), flags=re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        return None
    return int(found[1]) * 1024 if found else None
