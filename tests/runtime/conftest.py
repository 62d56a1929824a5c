"""Fixtures of the runtime: a journal, and a cell to work on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from condor.corpus.records import Cell
from condor.runtime.journal import Journal

from runtime_support import make_cell


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with Journal.create(tmp_path / "journal.db", {"condor": "test"}) as created:
        yield created


@pytest.fixture
def cell() -> Cell:
    """A cell to write questions for."""
    return make_cell()
