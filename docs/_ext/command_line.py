"""The command-line reference, read off the functions behind the commands and their annotations."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from interfirm import cli


@dataclass(frozen=True)
class Parameter:
    """One argument or option of a command."""

    label: str
    is_option: bool
    help: str
    choices: tuple[str, ...]
    required: bool
    default: str


def commands() -> dict[str, Callable[..., Any]]:
    """The functions behind the commands by name, in the order in which the help shows them."""
    found = [(item.name, item.callback) for item in cli.app.registered_commands]
    return {name or call.__name__.strip("_"): call for name, call in found if call is not None}


def page() -> str:
    """One section per command: what it does, its usage, arguments and options."""
    return "\n".join(_section(name, call) for name, call in commands().items())


def parameters(call: Callable[..., Any]) -> list[Parameter]:
    """The arguments and options of a command."""
    hints = get_type_hints(call, include_extras=True)
    return [_parameter(name, hints[name], item.default) for name, item in inspect.signature(call).parameters.items()]


def usage(name: str, call: Callable[..., Any]) -> str:
    """The usage line; what may be left out stands in brackets."""
    known = parameters(call)
    words = [f"interfirm {name}"] + (["[OPTIONS]"] if any(item.is_option for item in known) else [])
    words += [item.label if item.required else f"[{item.label}]" for item in known if not item.is_option]
    return " ".join(words)


def _section(name: str, call: Callable[..., Any]) -> str:
    parts = [f"## interfirm {name}\n", (inspect.getdoc(call) or "") + "\n", f"```text\n{usage(name, call)}\n```\n"]
    rows = [_row(item) for item in parameters(call)]
    return "\n".join([*parts, "| argument or option | meaning | if left out |", "| --- | --- | --- |", *rows, ""])


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    base, info = _split(hint)
    is_list, base = _kind(base)
    required = default is inspect.Parameter.empty
    if isinstance(info, OptionInfo):
        # In Annotated, typer keeps the first spelling in the place of the default.
        spelled = [text for text in (info.default, *(info.param_decls or ())) if str(text).startswith("-")]
        label = " ".join(f"`{text}`" for text in spelled or ["--" + name.replace("_", "-")])
    else:
        label = (info.metavar or name.upper()) + ("..." if is_list else "")
    choices = tuple(item.value for item in base) if inspect.isclass(base) and issubclass(base, Enum) else ()
    return Parameter(label, isinstance(info, OptionInfo), info.help or "", choices, required, _shown(default))


def _split(hint: Any) -> tuple[Any, ArgumentInfo | OptionInfo]:
    base, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    return base, next(item for item in extras if isinstance(item, (ArgumentInfo, OptionInfo)))


def _kind(base: Any) -> tuple[bool, Any]:
    """Whether it takes several values, and the type of one."""
    if get_origin(base) in (Union, types.UnionType):
        base = next(item for item in get_args(base) if item is not type(None))
    return (True, get_args(base)[0]) if get_origin(base) is list else (False, base)


def _shown(default: Any) -> str:
    if default is inspect.Parameter.empty:
        return "it must be given"
    if default is None or default is False:
        return ""
    return f"`{getattr(default, 'value', default)}`"


def _row(item: Parameter) -> str:
    words = f" One of {', '.join(item.choices)}." if item.choices else ""
    label = item.label if item.is_option else f"`{item.label}`"
    return f"| {label} | {item.help}{words} | {item.default} |"
