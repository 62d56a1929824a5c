"""Finished chains to write, with whatever matters to a test put in."""

from collections.abc import Callable

import pytest

from condor.corpus import Chain

from corpus_support import build_chain


@pytest.fixture
def make_chain() -> Callable[..., Chain]:
    """Builds a chain; `question`, `answer`, `refined` (one text a round) and more may be given."""
    return build_chain
