"""Imports point down, or stay inside their own folder."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "interfirm"
FLOORS = {
    "kernels": 0, "errors": 0, "vocabulary": 0, "numerals": 0, "defaults": 0, "_version": 0,
    "study": 1,
    "network": 2, "dynamics": 2,
    "structure": 3, "relations": 3, "capability": 3,
    "knowledge": 3.5,
    "partners": 4, "performance": 4, "cluster": 4,
    "simulation": 5,
    "report": 6,
    "cli": 7, "commands": 7, "terminal": 7, "web": 7,
    "__main__": 8,
}
EDGE = {"cli", "commands", "terminal"}
TOUCHES_FILES = ("study/read/", "study/write/", "study/template.py", "study/example.py", "cli.py", "terminal.py")
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"
                 or path.parent != PACKAGE)


def imported(path: Path) -> list[tuple[str, ...]]:
    """The interfirm modules that a file imports, as parts without the package's name."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            base = node.module.split(".")
            found += [[*base, alias.name] for alias in node.names] if base == ["interfirm"] else [base]
    return [tuple(parts[1:]) for parts in found if parts[0] == "interfirm" and len(parts) > 1]


def outside(path: Path) -> set[str]:
    """The other packages that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def floor(module: Path) -> float:
    return FLOORS[module.parts[0].removesuffix(".py")]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_point_down(module: Path) -> None:
    here = module.parts[0].removesuffix(".py")
    for target in imported(PACKAGE / module):
        if target[0] in FLOORS and target[0] != here:
            assert FLOORS[target[0]] < floor(module) or {here, target[0]} <= EDGE, (
                f"{module} (floor {floor(module)}) imports {'.'.join(target)} (floor {FLOORS[target[0]]})")


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[0] == "kernels"], ids=str)
def test_kernels_know_only_arrays(module: Path) -> None:
    if module.name in {"__init__.py", "freshness.py"}:  # no loops: they keep compiled code from growing stale
        assert outside(PACKAGE / module) <= {"__future__", "interfirm", "contextlib", "pathlib"}
        return
    assert outside(PACKAGE / module) <= {"numpy", "numba", "math", "__future__", "interfirm", "typing", "collections"}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_only_the_edges_touch_files(module: Path) -> None:
    if str(module).startswith(TOUCHES_FILES):
        return
    tree = ast.parse((PACKAGE / module).read_text("utf-8"))
    opens = [node.lineno for node in ast.walk(tree)
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"]
    writes = [node.lineno for node in ast.walk(tree)
              if isinstance(node, ast.Attribute) and node.attr in {"write_text", "write_bytes", "to_excel"}]
    assert not opens and not writes, f"{module} touches files in lines {opens + writes}"


def test_no_circles() -> None:
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        name = ".".join(module.with_suffix("").parts).removesuffix(".__init__")
        graph[name] = {".".join(t) for t in _top_imports(PACKAGE / module)}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path[path.index(name):], name])
        if name in done or name not in graph:
            return
        for target in graph[name]:
            visit(target if target in graph else target.rpartition(".")[0], (*path, name))
        done.add(name)

    for name in list(graph):
        visit(name, ())


def _top_imports(path: Path) -> list[tuple[str, ...]]:
    """What is imported when the module is, leaving out functions and typing-only blocks."""
    tree = ast.parse(path.read_text("utf-8"))
    body = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    found: list[tuple[str, ...]] = []
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "interfirm":
            base = tuple(node.module.split(".")[1:])
            found += [(*base, alias.name) if (PACKAGE.joinpath(*base, alias.name + ".py")).exists() else base
                      for alias in node.names]
    return [item for item in found if item]
