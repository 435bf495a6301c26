"""The catalogue of codes: every place that raises a problem uses one, every code is used, every example shows it."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mcalc.cli.main import run
from mcalc.errors import EXIT_STATUS, Problem
from mcalc.errors.catalogue import CODES
from tests.shell import MCALC, ROOT, environment

#: The codes that no command line brings about: a defect, a full disk, a system that starts no process, and fifty-three
#: axes in one contraction, which is more than any answer may have.
WITHOUT_EXAMPLE = {"E420", "E499", "E506", "E507", "E508", "E521", "E522", "E523"}

#: The files that the examples name.
FILES = {
    "notes.md": "```mcalc\nx.T@x\n```\n",
    "open.md": "```mcalc\nd/dx x.T@x =\n",
    "answers.csv": "id,expr,wrt,answer\n1,x.T@x,x,2*x\n",
    "answers.txt": "id,expr,wrt,answer\n1,x.T@x,x,2*x\n",
    "answerless.csv": "id,expr,wrt\n1,x.T@x,x\n",
    "keyless.csv": "id,expr\n1,x.T@x\n",
}


def raised() -> list[tuple[str, ast.Call]]:
    """Every place in the package that makes a problem."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for path in sorted((ROOT / "mcalc").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"
    ]


SITES = raised()


def literals(node: ast.expr) -> list[str] | None:
    """The texts that an argument can be; None where it can be something else."""
    if isinstance(node, ast.IfExp):
        first, second = literals(node.body), literals(node.orelse)
        return None if first is None or second is None else first + second
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


@pytest.mark.parametrize(("place", "call"), SITES, ids=[place for place, _ in SITES])
def test_a_problem_has_a_code_of_the_catalogue_and_literal_templates(place: str, call: ast.Call) -> None:
    code, message, *_ = call.args
    assert isinstance(code, ast.Constant)
    assert code.value in CODES, f"{place}: give {code.value} an entry in mcalc/errors/catalogue.py"
    templates = literals(message)
    assert templates, f"{place}: the message is to be a template, with fields for what changes"
    hint = next((word.value for word in call.keywords if word.arg == "hint"), (call.args[3:4] or [None])[0])
    assert not isinstance(hint, ast.JoinedStr), f"{place}: the hint is to be a template"
    holes = {
        hole for text in templates + (literals(hint) or [] if hint else []) for hole in re.findall(r"{(\w+)}", text)
    }
    fields = {word.arg for word in call.keywords} - {"span", "hint", "source"}
    assert holes <= fields, f"{place}: nothing fills {holes - fields}"
    if hint is None or literals(hint) is not None:
        assert fields <= holes, f"{place}: {fields - holes} has no place"


def test_every_code_is_used_and_says_what_mends_it() -> None:
    used = {call.args[0].value for _, call in SITES if isinstance(call.args[0], ast.Constant)}
    assert set(CODES) == used
    for name, code in CODES.items():
        assert re.fullmatch(r"E\d{3}", name)
        assert code.kind in EXIT_STATUS
        assert code.title[0].islower() or not code.title[0].isalpha() or code.title[0] == "L", name
        assert all(text.endswith((".", "…")) for text in (code.cause, code.cure)), name
    assert list(CODES) == sorted(CODES)


@pytest.mark.parametrize("name", [name for name, code in CODES.items() if code.example])
def test_the_example_ends_with_its_code(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for file, text in FILES.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    np.save(tmp_path / "complex.npy", np.array([1j]))
    monkeypatch.chdir(tmp_path)
    example = CODES[name].example
    if "|" in shlex.split(example):  # what comes from standard input takes a shell
        (tmp_path / "mcalc").write_text(f'#!/bin/sh\nexec {shlex.join(MCALC)} "$@"\n')
        (tmp_path / "mcalc").chmod(0o755)
        env = environment(PATH=f"{tmp_path}:/usr/bin:/bin")
        ended = subprocess.run(["bash", "-c", example], env=env, capture_output=True, text=True, timeout=60)
        said = ended.stdout + ended.stderr
    else:
        try:
            run(shlex.split(example)[1:])
            said = "".join(capsys.readouterr())
        except Problem as problem:
            said = problem.report()
    assert f"[{name}]" in said or f'"code": "{name}"' in said


def test_only_what_a_fault_of_the_machine_brings_about_has_no_example() -> None:
    assert {name for name, code in CODES.items() if not code.example} == WITHOUT_EXAMPLE
