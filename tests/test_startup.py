"""What the main job loads: nothing that takes longer to import than the job itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.shell import environment

HEAVY = {"sympy", "numpy", "scipy", "rich", "lark", "click", "argparse", "inspect", "dataclasses", "typing", "difflib"}


@pytest.mark.parametrize("words", [["--wrt", "x"], ["--wrt", "x", "--to", "json"], ["--wrt", "x", "--to", "numpy"]])
def test_nothing_heavy_is_on_the_path_of_diff(words: list[str]) -> None:
    program = (
        "import sys\n"
        "from mcalc.cli.main import run\n"
        f"status = run(['diff', 'x.T@A@x + exp(-x.T@x)', *{words!r}])\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment())
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
    assert not HEAVY & set(ended.stderr.split())
