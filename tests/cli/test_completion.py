"""What a shell is told to offer."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.shell_completion import split_arg_string

from mcalc.cli.completion import SHELLS
from mcalc.cli.main import COMMANDS
from tests import needed
from tests.shell import MCALC, environment, mcalc


def offered(typed: str) -> list[str]:
    """What can stand at the end of the line."""
    place = len(split_arg_string(typed)) - (not typed.endswith(" "))
    ended = mcalc(_MCALC_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(place))
    assert (ended.returncode, ended.stderr) == (0, "")
    return [line.removeprefix("plain,") for line in ended.stdout.split()]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("mcalc ", list(COMMANDS)),
        ("mcalc sh", ["shape"]),
        ("mcalc --v", ["--version"]),
        ("mcalc help di", ["diff"]),
        ("mcalc diff --ste", ["--steps"]),
        ("mcalc diff 'x.T@x' --no", ["--no-steps"]),
        ("mcalc diff x --to nu", ["numpy"]),
        ("mcalc diff x --to latex,nu", ["latex,numpy"]),
        ("mcalc diff x --to=nu", ["numpy"]),
        ("mcalc shape x --to ", ["text", "json"]),
        ("mcalc diff x --layout d", ["denominator"]),
        ("mcalc functions logs", ["logsoftmax", "logsumexp"]),
        ("mcalc completion p", ["powershell"]),
        ("mcalc batch x", ["file,x"]),
        ("mcalc diff -f x", ["file,x"]),
        ("mcalc bogus x", []),
        ("mcalc diff a b c --wrt --order --bogus --", ["--wrt"]),
    ],
)
def test_words_that_are_offered(typed: str, words: list[str]) -> None:
    found = offered(typed)
    assert found[: len(words)] == words
    assert bool(found) is bool(words)


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("'x.T@A@x'", ["x", "A"]),
        ("x.T@A@x", ["x", "A"]),
        ("x.T @ A @ x", ["x", "A"]),
        ("'r = Xw - y; sum(r) + lambda*norm(w)'", ["X", "w", "y", "lambda"]),
        ("'a(b + c)'", ["a", "b", "c"]),
        ("-x", ["x"]),
        ("'x +'", ["x"]),
        ("'x + $'", []),
        (r"'\mathbf{x}^\top A x_1 + \log\det\Sigma'", ["x", "A", "x_1", "Sigma"]),
        ("", []),
    ],
)
def test_after_wrt_the_variables_of_the_expression_are_offered(expression: str, names: list[str]) -> None:
    assert offered(f"mcalc diff {expression} --wrt ") == names
    assert offered(f"mcalc diff {expression} --wrt q,") == [f"q,{name}" for name in names]


@pytest.mark.parametrize("shell", SHELLS)
def test_there_is_a_script_for_every_shell(shell: str) -> None:
    script = mcalc("completion", shell).stdout
    assert "_MCALC_COMPLETE" in script
    assert f"{shell}_complete" in script


def test_a_shell_that_is_not_known_is_told() -> None:
    assert "did you mean bash?" in mcalc("completion", "bsh").stderr
    assert mcalc("completion").stderr.startswith("error: missing argument 'SHELL'")


#: How each shell is brought to complete one line and to say what it offers.
ASKED = {
    "bash": (
        "complete() { :; }; eval \"$(mcalc completion bash)\"; COMP_WORDS=(mcalc diff \"'x.T@A@x'\" --wrt ''); "
        "COMP_CWORD=4; _mcalc_completion mcalc; printf '%s\\n' ${COMPREPLY[@]}"
    ),
    "zsh": (
        'compdef() { :; }; compadd() { print -l -- ${(P)@[-1]}; }; eval "$(mcalc completion zsh)"; '
        "words=(mcalc diff \"'x.T@A@x'\" --wrt ''); CURRENT=5; _mcalc_completion"
    ),
    "fish": "mcalc completion fish | source; complete -C \"mcalc diff 'x.T@A@x' --wrt \"",
}


@pytest.mark.parametrize("shell", ASKED)
def test_the_shell_completes(shell: str, tmp_path: Path) -> None:
    found = needed.program(shell)
    program = tmp_path / "mcalc"
    program.write_text(f'#!/bin/sh\nexec {" ".join(MCALC)} "$@"\n')
    program.chmod(0o755)
    env = environment(PATH=f"{tmp_path}:/usr/bin:/bin", HOME=str(tmp_path))
    ended = subprocess.run([found, "-c", ASKED[shell]], capture_output=True, text=True, env=env)
    assert set(ended.stdout.split()) == {"x", "A"}, ended.stderr
