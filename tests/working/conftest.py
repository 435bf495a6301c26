"""What the tests of the workings share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.test_corpus import DATA


@pytest.fixture(scope="session")
def truth() -> dict[str, Any]:
    """The values of the corpus."""
    with np.load(DATA / "corpus.npz") as stored:
        return dict(stored)
