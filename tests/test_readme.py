"""README is true: every command in it is run, and what it shows is what one sees.

`python -m tests.test_readme` writes the outputs into README.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mcalc.cli.main import COMMANDS, command
from tests.shell import ROOT, on_terminal

README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCRIPT = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(command: str, folder: Path) -> str:
    """What one sees of a command on a terminal where `mcalc` is installed."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name, words in (("mcalc", "-m mcalc"), ("python", "")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
        program.chmod(0o755)
    path = f"{programs}:/usr/bin:/bin"
    _, seen = on_terminal(f"cd {folder} && {command}", PATH=path, NO_COLOR="1")
    return "\n".join(line.rstrip() for line in seen.splitlines())


def commands_in(block: str) -> list[str]:
    """The commands after `$ `, each with its lines after `> `."""
    found: list[str] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append(line[2:])
        elif line.startswith("> ") and found:
            found[-1] += "\n" + line[2:]
    return found


def refreshed(block: str, folder: Path) -> str:
    """The block with what its commands print now."""
    lines = []
    for typed in commands_in(block):
        lines.append("$ " + typed.replace("\n", "\n> "))
        if seen := shown(typed, folder):
            lines.append(seen)
    return "\n".join(lines) + "\n"


def blocks() -> list[str]:
    return [found[1] for found in BLOCK.finditer(README.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("block", blocks(), ids=lambda block: commands_in(block)[0][:40])
def test_readme_shows_what_one_sees(block: str, tmp_path: Path) -> None:
    assert block == refreshed(block, tmp_path), "run python -m tests.test_readme and read what has changed"


def test_the_picture_of_the_terminal_shows_what_one_sees() -> None:
    from tests.picture import PICTURE, recorded, seen, words_in

    stale = "run python -m tests.picture"
    assert words_in(PICTURE.read_text(encoding="utf-8")) == words_in(recorded(seen())), stale
    assert f"]({PICTURE.relative_to(ROOT)})" in README.read_text(encoding="utf-8")


def test_continuous_integration_runs_the_second_command_and_nothing_else() -> None:
    _, second, *_ = SCRIPT.findall(README.read_text(encoding="utf-8"))
    steps = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith("#")]
    assert steps == ["set -e", 'cd "$(dirname "$0")/.."', second.strip()]


def test_the_table_of_rivals_is_that_of_the_benchmark() -> None:
    from tests.benchmarks.rivals import CASES, TABLE

    table = TABLE.search(README.read_text(encoding="utf-8"))
    assert table is not None
    head, _, *rows = table[0].splitlines()
    assert [row.split(" | ")[0].lstrip("| ") for row in rows] == [case.name for case in CASES], "run rivals.py --write"
    assert [name in head for name in ("SymPy", "tensorgrad", "PyTensor")] == [True] * 3


def test_the_tables_of_speed_are_those_of_the_benchmark() -> None:
    from tests.benchmarks.problems import PROBLEMS

    names = {problem.name for problem in PROBLEMS}
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [\d.]+ \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    found = [(name, size.replace(", ", ",")) for name, size in rows if name in names]
    short = [(problem.name, problem.middling) for problem in PROBLEMS]
    assert found == [*short, *((problem.name, size) for problem in PROBLEMS for size in problem.sizes)]


def test_the_changelog_is_last_and_begins_with_this_version() -> None:
    from mcalc import __version__

    _, _, last = README.read_text(encoding="utf-8").rpartition("\n## ")
    assert re.match(rf"Changelog\n\n### {re.escape(__version__)}\n", last)


#: The files that examples of commands name.
FILES = {
    "notes.md": "```mcalc\nd/dx x.T@A@x = (A + A.T)@x\n```\n",
    "paper.tex": "% mcalc: d/dx x^\\top A x\n\\nabla f = (A + A^\\top) x\n",
    "steps.txt": "df = dx.T@A@x + x.T@A@dx\ndf = ((A + A.T)@x).T@dx\n",
    "answers.csv": "id,student,expr,wrt,answer\n1,ann,x.T@x,x,2*x\n2,bob,x.T@x,x,x\n",
    "data.json": '{"X": [[1, 2], [3, 4], [5, 6]], "w": [1, -1], "y": [0, 1, 2]}',
    "questions.csv": "id,expr,wrt\nq1,x.T@A@x,x\n",
    "answers.jsonl": '{"id": 1, "student": "ann", "question": "q1", "answer": "(A + A.T)@x"}\n',
}


@pytest.mark.parametrize(
    "typed", [line for name in COMMANDS for _, line in command(name).examples], ids=lambda typed: typed[:40]
)
def test_the_examples_of_help_and_man_pages_run(typed: str, tmp_path: Path) -> None:
    if "--scheduler" in typed:
        pytest.skip("no scheduler runs at that address; tests/checking/test_cluster.py grades on one of its own")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    seen = shown(f"({typed}); test $? -le 1 || echo FAILED", tmp_path)  # 1 says that an answer is wrong
    assert seen or "--out" in typed
    assert "FAILED" not in seen
    assert "error:" not in seen


def main() -> None:
    """Write what is seen now into README."""
    with TemporaryDirectory() as folder:
        text = README.read_text(encoding="utf-8")
        text = BLOCK.sub(lambda found: f"```console\n{refreshed(found[1], Path(folder))}```", text)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
