"""Writing that is interrupted leaves what was there before, whole.

A file is written beside its target and moved over it in one step. A folder is written as a new
folder beside its target; then the two change places. Where the system can exchange two folders in
one step (Linux), there is no moment without a whole folder; elsewhere the old one stands beside the
target as ``.NAME.old`` for that moment, and :func:`recover` puts it back.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from interfirm.errors import UsageError

_EXCHANGE = 2
_HERE = -100


@contextmanager
def replaced_file(path: str | Path) -> Iterator[Path]:
    """A temporary path beside ``path``; when the block ends well it takes the place of ``path``.

    Raises
    ------
    UsageError
        If the folder does not exist or cannot be written to.

    Examples
    --------
    >>> with replaced_file("report.html") as temporary:      # doctest: +SKIP
    ...     temporary.write_text("…", encoding="utf-8")
    """
    target = _resolved(path)
    if target.is_dir():
        raise UsageError(f"'{path}' is a folder; give the name of a file.")
    with _said(path):
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with _said(path):
            temporary.chmod(_mode(target))
            _sync(temporary)
            temporary.replace(target)
            _sync(target.parent)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write a file in one step: afterwards it is the new one or the old one, never a part of either."""
    with replaced_file(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | Path, text: str) -> None:
    """Write a text file in one step, as UTF-8 with the line ends of the text."""
    write_bytes(path, text.encode("utf-8"))


@contextmanager
def replaced_folder(path: str | Path, ours: Callable[[str], bool]) -> Iterator[Path]:
    """An empty folder beside ``path``; when the block ends well it takes the place of ``path``.

    Parameters
    ----------
    path
        The folder to write; it need not exist.
    ours
        Tells by its name whether a file in the old folder is replaced. Every other file and
        folder in it moves on into the new one.

    Raises
    ------
    UsageError
        If ``path`` is a file, cannot be written, or is the folder that the program runs in.
    """
    target = _resolved(path)
    recover(target)
    _check_folder(path, target)
    with _said(path):
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent))
    try:
        yield fresh
        with _said(path):
            _carry_over(target, fresh, ours)
            fresh.chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o777 & ~_umask())
            for item in fresh.rglob("*"):
                if item.is_file() and not item.is_symlink() and ours(item.name):
                    _sync(item)
            _sync(fresh)
            _swap(target, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def recover(path: str | Path) -> bool:
    """Put back a folder that an interrupted write left beside its place; True if there was one."""
    target = Path(path)
    old = target.with_name(f".{target.name}.old")
    if target.exists() or not old.is_dir():
        return False
    old.rename(target)
    return True


def _swap(target: Path, fresh: Path) -> None:
    """The fresh folder takes the place of the target; the old one is removed."""
    if not target.exists():
        fresh.rename(target)
    elif not _exchange(target, fresh):
        old = target.with_name(f".{target.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        fresh.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    _sync(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    result = rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), ctypes.c_uint(_EXCHANGE))
    return bool(result == 0)


def _carry_over(old: Path, fresh: Path, ours: Callable[[str], bool]) -> None:
    """Whatever is not ours is in the new folder too, linked where possible, copied otherwise."""
    if not old.exists():
        return
    for item in old.iterdir():
        if ours(item.name):
            continue
        if item.is_dir() and not item.is_symlink():
            shutil.copytree(item, fresh / item.name, symlinks=True, copy_function=_link)
        else:
            _link(str(item), str(fresh / item.name))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(source, target, follow_symlinks=False)


def _check_folder(path: str | Path, target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise UsageError(f"'{path}' is a file; give the name of a folder.")
    here = Path.cwd()
    if target == here or target in here.parents:
        raise UsageError(f"'{path}' is the folder you are in, which cannot be replaced while you are in it. "
                         "Go one folder up and give its name.")


def _resolved(path: str | Path) -> Path:
    return Path(os.path.realpath(path))


def _mode(target: Path) -> int:
    return target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@contextmanager
def _said(path: str | Path) -> Iterator[None]:
    """Failures of the file system in the user's words."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"'{path}' cannot be written: {error.strerror or error}. "
                         "Choose another place, or make room.") from error


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        if path.is_file():
            raise
    finally:
        os.close(handle)
