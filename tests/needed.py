"""What some tests run that not every machine has: where it is missing they are skipped, and say how it comes."""

from __future__ import annotations

import shutil
from types import ModuleType

import pytest

#: What brings each library.
LIBRARIES = {
    "jax": "mcalc[test-backends]",
    "torch": "mcalc[test-backends]",
    "opt_einsum": "mcalc[test-backends]",  # JAX takes it along
    "tree_sitter": "mcalc[test-backends]",
    "tree_sitter_julia": "mcalc[test-backends]",
    "dask.array": "mcalc[dask]",
    "distributed": "mcalc[dask]",
    "check50": "mcalc[test-readers]",
    "nbformat": "mcalc[test-notebook]",
    "nbclient": "mcalc[test-notebook]",
    "ipykernel": "mcalc[test-notebook]",
    "hatch_mypyc": "mcalc[test-compiled]",
    "typst": "typst",
}
#: The package of each program, where it is not the program's name.
PACKAGES = {"octave-cli": "octave", "dot": "graphviz", "pdflatex": "texlive-latex-recommended"}


def library(name: str) -> ModuleType:
    """A library, for a test that is skipped where it is not installed."""
    return pytest.importorskip(name, reason=f"{name} is not here: pip install '{LIBRARIES.get(name, name)}'")


def program(*names: str) -> str:
    """The path of the first of these programs that is here, for a test that is skipped where none is."""
    for name in names:
        if found := shutil.which(name):
            return found
    pytest.skip(f"{names[0]} is not here: install the package {PACKAGES.get(names[0], names[0])} of the system")
