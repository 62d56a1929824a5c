"""What a command's exit code says."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
BAD_INPUT: Final = 2
SHORTFALL: Final = 3
#: Neither done nor short: requests lie in batch files, and the same command goes on when their results are there.
PENDING: Final = 4
INTERRUPTED: Final = 130
