"""What measures there are, how to call one by name, and how any result becomes a table.

The texts come from ``measures.csv``: the report's "what is this", the documentation and the command
line all read the same rows.
"""

from __future__ import annotations

import csv
import inspect
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from importlib import import_module, resources
from typing import TYPE_CHECKING, Any

from interfirm.errors import UnknownName, UsageError
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """The declared texts of every measure, by name."""
    text = (resources.files("interfirm.network") / "measures.csv").read_text("utf-8")
    return {row["measure"]: row for row in csv.DictReader(text.splitlines())}


def names() -> list[str]:
    """The public measures of this chapter."""
    return list(import_module("interfirm.network").__all__)


def overview() -> pd.DataFrame:
    """One row per public measure: name, title, what it says."""
    import pandas as pd

    rows = [(name, texts().get(name, {}).get("title", ""), texts().get(name, {}).get("definition", ""))
            for name in names()]
    return pd.DataFrame(rows, columns=["measure", "title", "definition"])


def find(name: str) -> Callable[..., Any]:
    """The function behind a name.

    Raises
    ------
    UnknownName
        With the known names and the nearest.
    """
    if name not in names():
        raise UnknownName("measure", name, names())
    return getattr(import_module("interfirm.network"), name)  # type: ignore[no-any-return]


def parameters(name: str) -> list[str]:
    """The options of a measure."""
    return [item for item in inspect.signature(find(name)).parameters if item != "study"]


def call(name: str, study: Study, *, relation: Sequence[str] | None = None, wave: str | None = None,
         options: Sequence[str] = ()) -> Any:
    """Call a measure with options as text, ``key=value``.

    Numbers, ``yes``/``no`` and ``none`` are understood; a seed of 1 is set where the measure wants
    one and none is given.

    Raises
    ------
    UnknownName
        For a measure or an option that does not exist.
    UsageError
        For an option that is not ``key=value``, or one that the measure needs and did not get.
    """
    return apply(find(name), name, study, relation=relation, wave=wave, options=options)


def apply(function: Callable[..., Any], name: str, study: Study, *, relation: Sequence[str] | None = None,
          wave: str | None = None, options: Sequence[str] = ()) -> Any:
    """Call any function of a study with options as text, see :func:`call`; lists are parted by commas."""
    known = inspect.signature(function).parameters
    given: dict[str, Any] = {}
    for key, value in map(_option, options):
        given[key] = _listed(value, str(known[key].annotation)) if key in known else value
    if relation:
        given["relation"] = relation[0] if len(relation) == 1 else list(relation)
    if wave is not None:
        given["wave"] = wave
    if "seed" in known:
        given.setdefault("seed", 1)
    for key in given:
        if key not in known or key == "study":
            raise UnknownName(f"option of {name}", key, [item for item in known if item != "study"])
    needed = [key for key, item in known.items()
              if item.default is inspect.Parameter.empty and key not in given and key != "study"
              and item.kind is not inspect.Parameter.VAR_KEYWORD]
    if needed:
        raise UsageError(f"{name} also needs: {', '.join(f'--set {key}=…' for key in needed)}")
    return function(study, **given)


def _option(text: str) -> tuple[str, str]:
    key, mark, value = text.partition("=")
    if not mark or not key.strip():
        raise UsageError(f"'{text}' is not an option. Write it as name=value, e.g. direction=in.")
    return key.strip(), value.strip()


def _listed(text: str, annotation: str) -> Any:
    """A value, or several where the parameter takes several and not one alone."""
    several = any(word in annotation for word in ("Sequence[", "tuple[", "Iterable[", "Collection["))
    if several and ("," in text or not annotation.startswith("str")) and text.lower() != "none":
        return tuple(_value(part.strip()) for part in text.split(","))
    if annotation in ("str", "str | None"):
        return None if text.lower() == "none" and annotation != "str" else text
    return _value(text)


def _value(text: str) -> Any:
    words = {"yes": True, "true": True, "no": False, "false": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def is_plain(result: Any) -> bool:
    """Whether a result has no text of its own (a number, a Series, a table)."""
    import pandas as pd

    return isinstance(result, (int, float, pd.Series, pd.DataFrame, list, tuple))


def as_table(result: Any, name: str, study: Study | None = None) -> pd.DataFrame:
    """Any result as a tidy table; a Series by actor is sorted, largest first.

    With a study, rows by actor also say the actor's name.
    """
    import pandas as pd

    if hasattr(result, "table"):
        return as_table(result.table(), name, study)
    if isinstance(result, pd.DataFrame):
        frame = result.reset_index(drop=isinstance(result.index, pd.RangeIndex))
    elif isinstance(result, pd.Series):
        ordered = result.sort_values(ascending=False, kind="stable", na_position="last")
        index = ordered.index.set_names(ordered.index.name or "actor")
        frame = ordered.to_frame(str(ordered.name or name)).set_index(index).reset_index()
    elif isinstance(result, (list, tuple)):
        frame = pd.DataFrame({name: list(result)})
    elif isinstance(getattr(result, "frame", None), pd.DataFrame):
        return as_table(result.frame, name, study)
    elif is_dataclass(result):
        facts = {item.name: getattr(result, item.name) for item in fields(result)}
        frame = pd.DataFrame([{key: value for key, value in facts.items()
                               if value is None or isinstance(value, (bool, int, float, str))}])
    else:
        frame = pd.DataFrame({"measure": [name], "value": [float(result)]})
    return frame if study is None else _with_names(frame, study)


def _with_names(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    if "actor" not in frame.columns or "name" in frame.columns:
        return frame
    names_of = study.actors.set_index("actor")["name"]
    if not names_of.notna().any():
        return frame
    place = list(frame.columns).index("actor") + 1
    out = frame.copy()
    out.insert(place, "name", out["actor"].map(names_of))
    return out


def settings_lines(result: Any) -> list[str]:
    """What a result by actor was computed on, in one line of words."""
    settings = getattr(result, "attrs", None)
    if not settings or "relation" not in settings:
        return []
    wave = f", wave {settings['wave']}" if settings.get("wave") else ""
    direction = "directed" if settings.get("directed") else "undirected"
    rule = f", projection {settings['projection']}" if settings.get("projection") else ""
    unknown = settings.get("unknown") or 0.0
    missing = f"; {per_cent(unknown)} of the pairs unknown" if unknown else "; every pair known"
    return [f"{settings['relation']} ({settings['layer']} layer{wave}), {direction}{rule}, "
            f"{settings['actors']} actors{missing}."]
