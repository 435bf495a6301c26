"""The wheel is complete: built, installed elsewhere, and run from a folder that holds nothing of the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAN = sorted(path.name for path in (ROOT / "man" / "man1").iterdir())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert not ended.returncode, ended.stdout + ended.stderr
    return folder


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
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(tmp_path)]
    subprocess.run([*pip, str(wheel)], check=True)
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    program = [sys.executable, str(tmp_path / "bin" / "mcalc"), "diff", "x^T A x", "--wrt", "x"]
    ended = subprocess.run(program, cwd="/", env=env, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "(A + A.T)@x\n"
    where = [sys.executable, "-c", "import mcalc; print(mcalc.__file__)"]
    assert str(tmp_path) in subprocess.run(where, cwd="/", env=env, capture_output=True, text=True).stdout
