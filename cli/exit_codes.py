"""What a command's exit code says."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
BAD_INPUT: Final = 2
SHORTFALL: Final = 3
INTERRUPTED: Final = 130
