"""Run the commands shown in a page and put their real output under them.

A block of ``console`` holds lines that start with ``$`` and what the program printed. A block of ``diff`` changes a
file: first ``--- file``, then a line to take out and the line to put in. Blocks of a page run in the order in which
they stand, in one folder that starts with the files of the page's own folder (``tutorial.md`` and ``tutorial/``).

Run as a script with pages as arguments, this renews the output; the tests compare it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from interfirm import cli

_BLOCK = re.compile(r"^```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_EDIT = re.compile(r"^```diff\n--- (?P<file>\S+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_PROGRESS = re.compile(r"^ +\d+ s  ")
WIDTH = 100


def renewed(page: Path) -> str:
    """The text of a page with the output of its commands as it is now."""
    text, pieces, end = page.read_text("utf-8"), [], 0
    with _folder(page) as place:
        for match in sorted([*_BLOCK.finditer(text), *_EDIT.finditer(text)], key=lambda item: item.start()):
            if match.re is _EDIT:
                _edit(place, match)
                continue
            body = "".join(f"$ {command}\n{run(command)}" for command in _commands(match["body"]))
            pieces += [text[end : match.start("body")], body or match["body"]]
            end = match.end("body")
    return "".join([*pieces, text[end:]])


def _commands(body: str) -> list[str]:
    return [line[2:].split("  #")[0].rstrip() for line in body.splitlines() if line.startswith("$ ")]


def run(command: str) -> str:
    """What a command prints, on both streams, without progress, trailing spaces and the path of the folder."""
    words = shlex.split(command)
    if words[0] != "interfirm":
        raise ValueError(f"only interfirm can be shown, not: {command}")
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        cli.run(words[1:])
    text = out.getvalue().replace(f"{Path.cwd()}{os.sep}", "")
    lines = [line.rstrip() for line in text.splitlines() if not _PROGRESS.match(line)]
    return "".join(line + "\n" for line in lines)


def _edit(place: Path, match: re.Match[str]) -> None:
    path = place / match["file"]
    text = path.read_text("utf-8")
    lines = match["body"].splitlines()
    old = "".join(line[1:] + "\n" for line in lines if not line.startswith("+"))
    new = "".join(line[1:] + "\n" for line in lines if not line.startswith("-"))
    if text.count(old) != 1:
        raise ValueError(f"{match['file']} holds {text.count(old)} times:\n{old}")
    path.write_text(text.replace(old, new), "utf-8")


@contextlib.contextmanager
def _folder(page: Path) -> Iterator[Path]:
    beside, before = page.with_suffix(""), Path.cwd()
    settings = {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "TERM": "dumb"}
    old = {name: os.environ.get(name) for name in settings}
    with tempfile.TemporaryDirectory() as name:
        for path in sorted(beside.glob("*")) if beside.is_dir() else []:
            shutil.copy(path, name)
        os.environ.update(settings)
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)
            for key, value in old.items():
                if value is None:
                    del os.environ[key]
                else:
                    os.environ[key] = value


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        Path(argument).write_text(renewed(Path(argument)), "utf-8")
