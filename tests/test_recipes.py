"""The recipes in README work: every block that is no session at a console is run as it stands there."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests import needed
from tests.shell import ROOT, environment

BLOCK = re.compile(r"^(`{3,})(\w+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [found[3] for found in BLOCK.finditer(TEXT) if found[2] not in ("console", "text")]

RIGHT, WRONG = "(A + A^\\top) x", "A x"
CLAIM = "% mcalc: d/dx x^\\top A x\n\\nabla f = {}\n"


class Folder:
    """A folder to try a recipe in, with mcalc on the path."""

    def __init__(self, place: Path) -> None:
        self.place = place
        programs = place / "bin"
        programs.mkdir()
        program = programs / "mcalc"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m mcalc "$@"\n')
        program.chmod(0o755)
        self.path = f"{programs}:{os.environ['PATH']}"

    def write(self, name: str, text: str) -> Path:
        """Put a file into it."""
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a line of shell in it."""
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(self.place)}
        env = environment(PATH=self.path, **alone)
        return subprocess.run(command, shell=True, cwd=self.place, env=env, capture_output=True, text=True, timeout=300)

    def repository(self) -> None:
        """Make it a repository, in which a commit needs no more than a message."""
        names = "git config user.name a && git config user.email a@b.c"
        assert self.run(f"git init -q && {names} && echo bin > .git/info/exclude").returncode == 0


def tables_with_jq(block: str, folder: Folder) -> None:
    needed.program("jq")
    folder.write("formulas.txt", "x.T@A@x\nA@x\n")
    assert folder.run(block).stdout == "x.T@A@x\t(A + A.T)@x\tn\nA@x\tA\tm x n\n"


def code_and_pages_with_make(block: str, folder: Folder) -> None:
    needed.program("make")
    folder.write("Makefile", block)
    folder.write("ridge.mc", "norm(X@w - y)^2 + lambda*norm(w)^2\n")
    assert folder.run("make ridge.py ridge.html && python3 -m py_compile ridge.py").returncode == 0
    assert "def derivative" in (folder.place / "ridge.py").read_text(encoding="utf-8")
    assert "<math" in (folder.place / "ridge.html").read_text(encoding="utf-8")


def field(block: str, name: str) -> str:
    """A field of YAML on one line, or folded on the lines below it."""
    found = re.search(rf"^( *)(?:- )?{name}: (?:>-\n((?:\1 +.*\n)+)|(.*))", block, re.MULTILINE)
    assert found
    return " ".join((found[2] or found[3]).split())


def the_hook_of_pre_commit(block: str, folder: Folder) -> None:
    entry, files = field(block, "entry"), re.compile(field(block, "files"))
    for answer, status in ((RIGHT, 0), (WRONG, 1)):
        names = [str(folder.write(name, CLAIM.format(answer)).name) for name in ("paper.tex", "paper.txt")]
        assert [name for name in names if files.search(name)] == ["paper.tex"]
        assert folder.run(f"{entry} paper.tex").returncode == status
    if shutil.which("pre-commit"):  # else what it would run has been
        folder.repository()
        folder.write(".pre-commit-config.yaml", block)
        for answer, status in ((RIGHT, 0), (WRONG, 1)):
            folder.write("paper.tex", CLAIM.format(answer))
            found = folder.run("git add . && pre-commit run")
            assert found.returncode == status, found.stdout + found.stderr
            assert "the derivatives in the notes" in found.stdout


def the_hook_of_git(block: str, folder: Folder) -> None:
    needed.program("git")
    folder.repository()
    folder.write(".git/hooks/pre-commit", block).chmod(0o755)
    folder.write("paper.tex", CLAIM.format(WRONG))
    assert "paper.tex: 0 of 1" in folder.run("git add paper.tex && git commit -q -m one").stderr
    folder.write("paper.tex", CLAIM.format(RIGHT))
    assert folder.run("git add paper.tex && git commit -q -m one").returncode == 0
    assert folder.run("git commit -q --allow-empty -m 'nothing to check'").returncode == 0


def the_grader_of_a_class(block: str, folder: Folder) -> None:
    for answer, status in (("2*X.T@(X@w - y) + 2*lambda*w", 0), ("X.T@(X@w - y) + lambda*w", 1)):
        folder.write("answers/gradient.txt", answer + "\n")
        assert folder.run(field(block, "command")).returncode == status


def notes_with_claims(block: str, folder: Folder) -> None:
    folder.write("notes.md", block)
    assert "1 of 2 claims are right" in folder.run("mcalc doc notes.md").stdout  # the other is left open
    folder.run("mcalc doc notes.md --write")
    assert "d/dw r.T@r = 2*X.T@r" in (folder.place / "notes.md").read_text(encoding="utf-8")


def a_paper_with_a_claim(block: str, folder: Folder) -> None:
    folder.write("paper.tex", block)
    assert folder.run("mcalc doc paper.tex --check").returncode == 0


def a_page(block: str, folder: Folder) -> None:
    assert folder.run(block).returncode == 0
    assert "<math" in (folder.place / "softmax.html").read_text(encoding="utf-8")


def the_interface_for_python(block: str, folder: Folder) -> None:
    """Each line, and where a value stands behind it as a comment, that value."""
    rng = np.random.default_rng(0)
    scope: dict[str, object] = {"X": rng.normal(size=(5, 3)), "w": rng.normal(size=3), "y": rng.normal(size=5)}
    told = 0
    for line in filter(None, block.splitlines()):
        code, _, comment = line.partition("  # ")
        try:
            value = eval(code, scope)
        except SyntaxError:
            exec(code, scope)
            continue
        try:
            wanted = ast.literal_eval(comment)
        except SyntaxError:
            continue
        told += 1
        assert value == wanted, line
    assert told == 3


def the_module_for_scipy(block: str, folder: Folder) -> None:
    from scipy.optimize import minimize

    made = folder.run("mcalc diff 'norm(X@w + b - y)^2' --wrt w,b --var 'b[]' --to scipy")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    scope: dict[str, object] = {"zeros": np.zeros, "minimize": minimize, "X": X, "y": y}
    exec(made.stdout, scope)
    exec(block, scope)
    solved, *_ = np.linalg.lstsq(np.column_stack([X, np.ones(20)]), y)
    assert np.allclose([*scope["w"], scope["b"]], solved, atol=1e-6)  # type: ignore[misc]


def what_another_test_runs(block: str, folder: Folder) -> None:
    """The installation: `tests/test_packaging.py`; the tests: `.ci/run`, which `tests/test_readme.py` compares."""


#: How each block is run, by a word that only this block has.
RECIPES: dict[str, Callable[[str, Folder], None]] = {
    "pip install": what_another_test_runs,
    "pack(": the_module_for_scipy,
    "softmax.html": a_page,
    "```mcalc": notes_with_claims,
    "% mcalc:": a_paper_with_a_claim,
    "jq -r": tables_with_jq,
    "%.py: %.mc": code_and_pages_with_make,
    "repo: local": the_hook_of_pre_commit,
    "git diff --cached": the_hook_of_git,
    "autograding": the_grader_of_a_class,
    "import mcalc": the_interface_for_python,
}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition("\n")[0][:40])
def test_a_recipe_works(block: str, tmp_path: Path) -> None:
    marks = [mark for mark in RECIPES if mark in block]
    assert marks, "tell RECIPES how this is run"
    RECIPES[marks[-1]](block, Folder(tmp_path))


def test_every_recipe_is_in_readme() -> None:
    assert all(any(mark in block for block in BLOCKS) for mark in RECIPES)
