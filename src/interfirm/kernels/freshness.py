"""Drop compiled code that is older than the kernels.

Compiled code is kept beside its source and renewed when that file changes, but it contains what it calls in other
files too. Whoever updates a working copy would go on with the old code of those, and get wrong numbers or none.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def drop_stale(folder: Path) -> int:
    """Remove the compiled code in a folder's ``__pycache__`` if any source there is newer; how many files."""
    kept = [*(folder / "__pycache__").glob("*.nb[ci]")]
    if not kept:
        return 0
    newest = max(path.stat().st_mtime for path in folder.glob("*.py"))
    dropped = 0
    with suppress(OSError):  # another process was quicker, or the folder may not be written
        if min(path.stat().st_mtime for path in kept) < newest:
            for path in kept:
                path.unlink(missing_ok=True)
                dropped += 1
    return dropped
