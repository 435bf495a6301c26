"""What the main job loads: nothing that takes longer to import than the job itself."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.shell_completion import split_arg_string

from tests.shell import environment

#: click has to be paid for; what it leaves out stays out.
HEAVY = {"sympy", "numpy", "scipy", "rich", "lark", "argparse", "dataclasses", "difflib", "textwrap", "shlex"}


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


@pytest.mark.parametrize("typed", ["mcalc ", "mcalc diff 'x.T@A@x' --to l", "mcalc diff 'x.T@A@x' --wrt "])
def test_completion_loads_the_command_line_alone(typed: str) -> None:
    program = (
        "import sys\n"
        "from mcalc.cli.main import complete\n"
        "complete('bash_complete')\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(len(split_arg_string(typed)) - (not typed.endswith(" ")))}
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment(**asked))
    assert ended.stdout
    assert not (HEAVY - {"shlex"} | {"mcalc.algebra", "mcalc.calculus.derivative"}) & set(ended.stderr.split())
