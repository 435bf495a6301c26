"""The wheel is complete: built, installed elsewhere, and run from a folder that holds nothing of the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.growth import corpus
from tests.needed import library

ROOT = Path(__file__).resolve().parents[1]
MAN = sorted(path.name for path in (ROOT / "man" / "man1").iterdir())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


def build(folder: Path, **environment: str) -> Path:
    """Build the source distribution, and from that the wheel, in this folder."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    ended = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    assert not ended.returncode, ended.stdout + ended.stderr
    return folder


def install(wheel: Path, folder: Path) -> dict[str, str]:
    """Install the wheel into this folder. Returns the environment in which Python finds it there."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(folder)]
    subprocess.run([*pip, str(wheel)], check=True)
    return os.environ | {"PYTHONPATH": str(folder)}


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


def test_the_wheel_holds_the_package_the_grammar_and_the_man_pages(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {f"mcalc/{path.relative_to(ROOT / 'mcalc').as_posix()}" for path in (ROOT / "mcalc").rglob("*.py")}
    assert package <= names
    extra = {name for name in names if name.startswith("mcalc/")} - package
    spoken = {f"mcalc/locale/zh_CN/LC_MESSAGES/mcalc.{ending}" for ending in ("po", "mo")}
    examples = {f"mcalc/examples/{path.name}" for path in (ROOT / "mcalc" / "examples").glob("*.mc")}
    assert len(examples) >= 9
    assert extra - examples == {"mcalc/py.typed", "mcalc/grammar/mcalc.lark", "mcalc/grammar/latex.lark", *spoken}
    assert sorted(Path(name).name for name in names if "share/man/man1/" in name) == MAN


def test_the_source_distribution_can_be_built_from_again(built: Path) -> None:
    (found,) = built.glob("*.tar.gz")
    with tarfile.open(found) as archive:
        names = {"/".join(Path(name).parts[1:]) for name in archive.getnames()}
    top = {"README.md", "LICENSE", "man/man1/mcalc.1", "tests/test_packaging.py"}
    assert {"grammar/mcalc.lark", "grammar/latex.lark", *top} <= names


def test_the_installed_wheel_runs_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    env = install(wheel, tmp_path)
    program = [sys.executable, str(tmp_path / "bin" / "mcalc"), "diff", "x^T A x", "--wrt", "x"]
    ended = subprocess.run(program, cwd="/", env=env, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "(A + A.T)@x\n"
    where = [sys.executable, "-c", "import mcalc; print(mcalc.__file__)"]
    assert str(tmp_path) in subprocess.run(where, cwd="/", env=env, capture_output=True, text=True).stdout


def test_a_compiled_wheel_gives_the_same_answers(tmp_path: Path) -> None:
    library("hatch_mypyc")
    (wheel,) = build(tmp_path / "dist", HATCH_BUILD_HOOKS_ENABLE="1").glob("*.whl")
    env = install(wheel, tmp_path / "compiled")
    where = [sys.executable, "-c", "import mcalc.algebra.expr as module; print(module.__file__)"]
    found = subprocess.run(where, cwd="/", env=env, capture_output=True, text=True).stdout.strip()
    assert found.startswith(str(tmp_path)) and not found.endswith(".py")
    asked = [{**json.loads(line), "steps": True} for line in corpus(["text", "latex", "numpy"])]
    answers = batch(asked, env)
    assert answers == batch(asked, None)
    assert len(answers) == len(asked) == sum(answer["ok"] for answer in answers)
    again = [
        {"command": "shape", "expr": answer["forms"]["latex"], "var": question["var"]}
        for question, answer in zip(asked, answers, strict=True)
    ]
    assert batch(again, env) == batch(again, None)


def batch(asked: list[dict[str, object]], env: dict[str, str] | None) -> list[dict[str, Any]]:
    """The replies to these requests."""
    lines = "\n".join(map(json.dumps, asked))
    command = [sys.executable, "-m", "mcalc", "batch"]
    ended = subprocess.run(command, input=lines, cwd="/", env=env, capture_output=True, text=True)
    return [json.loads(line) for line in ended.stdout.splitlines()]
