"""A release is checked from end to end before it is shown to others."""

from pathlib import Path

from ...corpus.release.verify import verify_release
from ...errors import ReleaseFault


def refuse_broken(directory: Path) -> None:
    """See that a release is whole.

    Raises:
        ReleaseFault: it is not; the first problem is named.
    """
    found = verify_release(directory)
    if not found.whole:
        first = found.problems[0]
        raise ReleaseFault(f"{directory}: {first.file}: {first.what}; condor verify {directory} tells everything")
