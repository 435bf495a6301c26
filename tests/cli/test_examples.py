"""The worked examples: each is listed, its commands run, and its derivatives stand up to finite differences."""

from __future__ import annotations

import json
from shlex import split

import pytest

from mcalc.cli.examples import FOLDER, commands_in, names, text_of, title_of
from tests.shell import mcalc

NAMES = names()
WANTED = {
    "batch-norm", "softmax-cross-entropy", "least-squares", "ridge", "logistic-regression", "gaussian-likelihood",
    "tied-autoencoder", "two-layer-net", "recurrence", "convolution",
}  # fmt: skip
COMMANDS = [(name, line) for name in NAMES for line in commands_in(text_of(name))]


def test_the_list_has_every_example_with_its_title() -> None:
    assert set(NAMES) == WANTED
    assert mcalc("examples").stdout.splitlines() == [f"{name}\t{title_of(name)}" for name in NAMES]
    assert [row["name"] for row in json.loads(mcalc("examples", "--json").stdout)] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_printed_and_run(name: str) -> None:
    ended = mcalc("examples", name)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(text_of(name))
    shown = ended.stdout.split("\n$ ")[1:]
    assert [part.partition("\n")[0] for part in shown] == commands_in(text_of(name))
    assert all(part.partition("\n")[2].strip() for part in shown)
    assert mcalc("examples", name, "--no-run").stdout == text_of(name)


@pytest.mark.parametrize(("name", "line"), COMMANDS, ids=[line for _, line in COMMANDS])
def test_the_derivatives_are_right(name: str, line: str) -> None:
    words = [f"{FOLDER}/{name}.mc" if word == f"{name}.mc" else word for word in split(line)[1:]]
    if words[0] == "diff":
        ended = mcalc(*(word for word in words if word != "--steps"), "--verify")
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_misspelt_name_is_told() -> None:
    ended = mcalc("examples", "batchnorm")
    assert ended.returncode == 2
    assert "did you mean batch-norm?" in ended.stderr


def test_a_definition_can_be_meant() -> None:
    text = "mu = mean(x); r = x - mu; r.T@r"
    assert mcalc("diff", text, "--of", "r", "--wrt", "x").stdout == "eye(n) - ones(n, n)/n\n"
    assert mcalc("diff", "r = X@w - y", "--of", "r", "--wrt", "w", "--steps").stdout.startswith("dr = d(X@w - y)\n")
    ended = mcalc("diff", text, "--of", "q", "--wrt", "x")
    assert (ended.returncode, ended.stderr.splitlines()[1]) == (2, "  the definitions are mu, r")
