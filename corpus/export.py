"""Finished chains into one JSONL file, streamed and whole or not at all."""

import json
from collections.abc import Iterable
from pathlib import Path

from ..files import make_directory, write_atomically
from .formats import PAIR_FORMATS, FormatName, StageName, to_lines
from .pairs import check_pair
from .records import Chain


def export_jsonl(chains: Iterable[Chain], path: Path, *, format_: FormatName, stage: StageName) -> int:
    r"""Write one line a chain, or for critique data one a round, and return their number.

    Lines end in `\n` and hold no other `\n`; text is UTF-8 and not escaped, so that U+2028 inside an answer stays
    what it is: split lines by `\n` only. A preference pair whose two answers are equal says nothing and is left out.

    Raises:
        OutputFault: the file cannot be written; what stood there before still does.
    """
    make_directory(path.parent)
    count = 0
    with write_atomically(path) as file:
        for chain in chains:
            if format_ in PAIR_FORMATS and check_pair(chain) is not None:
                continue
            for line in to_lines(chain, format_, stage):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                count += 1
    return count
