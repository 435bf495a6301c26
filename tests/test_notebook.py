"""A notebook that uses mcalc as its reader would, run by a kernel."""

from __future__ import annotations

import pytest

from tests import needed

nbformat = needed.library("nbformat")
nbclient = needed.library("nbclient")
needed.library("ipykernel")

CELLS = (
    "import mcalc\n%load_ext mcalc",
    'mcalc.diff("x.T@A@x", wrt="x")',
    "%%mcalc --wrt w --steps\nr = X@w - y\nr.T@r",
    "%mcalc --wrt x -- '-x.T@x'",
    "_([1.0, 2.0])",
    "%%mcalc --wrt x\nx.T@",
)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_notebook_runs() -> None:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    _, gradient, working, line, numbers, mistake = (cell.outputs for cell in book.cells)
    assert gradient[0].data["text/plain"] == "(A + A.T)@x"
    assert "<math" in gradient[0].data["text/html"]
    assert 'class="why"' in working[0].data["text/html"]
    assert line[0].data["text/plain"] == "-2*x"
    assert numbers[0].data["text/plain"] == "array([-2., -4.])"
    assert mistake[0].text.startswith("error: ")
