"""The architecture: who may import whom. Every import in the package is walked."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from mcalc.cli.main import COMMANDS

PACKAGE = Path(__file__).resolve().parents[1] / "mcalc"

#: Each layer may import itself and what stands before it.
LAYERS = (
    ("mcalc.phrase",),
    ("mcalc.translation",),
    ("mcalc.errors",),
    ("mcalc.limits",),
    ("mcalc.algebra",),
    ("mcalc.language",),
    ("mcalc.calculus",),
    ("mcalc.request",),
    ("mcalc.notation",),
    ("mcalc.targets",),
    ("mcalc.working", "mcalc.checking"),
    ("mcalc.drawing",),
    ("mcalc.answer",),
    ("mcalc.pages",),
    ("mcalc.interface",),
    ("mcalc.cli",),
    ("mcalc.manual", "mcalc.__main__"),
    ("mcalc.magic",),
)

#: Outside libraries, each with the only packages that may import it.
LIBRARIES = {
    "fast_sugiyama": ("mcalc.drawing.svg",),
    "click": ("mcalc.cli", "mcalc.manual", "mcalc.magic"),
    "lark": ("mcalc.language.tables",),
    "opt_einsum": ("mcalc.targets.code.path",),
    "distributed": ("mcalc.checking.cluster",),
    "rich": ("mcalc.cli.progress", "mcalc.cli.screen"),
    "sympy": (
        "mcalc.algebra.ops.special",
        "mcalc.language.sympy",
        "mcalc.targets.sympy",
        "mcalc.targets.code.sympy",
        "mcalc.answer.scalars",
    ),
    "numpy": (
        "mcalc.checking.sampling",
        "mcalc.checking._meanings",
        "mcalc.checking.given",
        "mcalc.checking.differences",
        "mcalc.cli.data",
        "mcalc.cli.eval",
        "mcalc.interface",
    ),
    "scipy": ("mcalc.checking._meanings",),
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = ("mcalc", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """The modules that the file imports, at the top, inside functions, and for type checking alike."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def layer_of(module: str) -> int:
    return next((k for k, names in enumerate(LAYERS) if any(within(module, name) for name in names)), -1)


def test_there_are_modules_to_walk() -> None:
    assert len(MODULES) > 30
    assert all(layer_of(name_of(path)) >= 0 for path in MODULES if name_of(path) != "mcalc")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    own = name_of(path)
    if own == "mcalc":
        return  # the front door leads everywhere, and loads nothing: tests/test_interface.py
    upward = [m for m in imports(path) if within(m, "mcalc") and layer_of(m) > layer_of(own)]
    assert not upward, f"{own} imports upward: {sorted(upward)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_library_is_imported_only_where_it_is_at_home(path: Path) -> None:
    own = name_of(path)
    for module in imports(path):
        library = module.partition(".")[0]
        if library in LIBRARIES:
            assert any(within(own, home) for home in LIBRARIES[library]), f"{own} imports {module}"


def test_the_walk_sees_an_upward_import(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def f():\n    from mcalc.cli import main\n")
    assert "mcalc.cli" in imports(planted)
    assert layer_of("mcalc.cli.main") > layer_of("mcalc.algebra.expr")


@pytest.mark.parametrize("package", ["cli", "checking", "language", "targets/code"])
def test_the_first_page_of_a_large_package_names_its_modules(package: str) -> None:
    first = ast.get_docstring(ast.parse((PACKAGE / package / "__init__.py").read_text(encoding="utf-8"))) or ""
    told = {name for names in re.findall(r"^((?:\w+ )*\w+)  ", first, re.MULTILINE) for name in names.split()}
    folder = PACKAGE / package
    there = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    commands = set(COMMANDS) if package == "cli" else set()
    assert told | commands >= there - {"__init__", "main"}
    assert told <= there
