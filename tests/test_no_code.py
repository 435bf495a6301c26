"""Nobody's text is code: the package holds nothing that could run a text, and every channel shows text as text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "mcalc"

#: What turns a text, or bytes, into code or into objects of any kind.
CALLS = {"eval", "exec", "compile", "__import__", "sympify", "lambdify", "parse_expr", "parse_latex", "literal_eval"}
MODULES = {"pickle", "marshal", "shelve", "yaml", "code", "codeop", "dill", "cloudpickle"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_package_runs_no_text(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name, value=ast.Name(id="sympy" | "builtins"))):
                assert name not in CALLS, f"line {node.lineno} calls {name}"
            case ast.Import(names=aliases):
                assert not MODULES & {alias.name.partition(".")[0] for alias in aliases}
            case ast.ImportFrom(module=module):
                assert (module or "").partition(".")[0] not in MODULES
            case ast.keyword(arg="shell"):
                raise AssertionError(f"line {node.value.lineno} runs a shell")
