"""Finished chains into one JSONL file, streamed and whole or not at all."""

import json
from collections.abc import Iterable
from pathlib import Path

from ..files import make_directory, write_atomically
from .formats import FormatName, StageName, to_line
from .records import Chain


def export_jsonl(chains: Iterable[Chain], path: Path, *, format_: FormatName, stage: StageName) -> int:
    r"""Write one line a chain and return their number.

    Lines end in `\n` and hold no other `\n`; text is UTF-8 and not escaped, so that U+2028 inside an answer stays
    what it is: split lines by `\n` only. A preference pair whose two answers are equal says nothing and is left out.

    Raises:
        OutputFault: the file cannot be written; what stood there before still does.
    """
    make_directory(path.parent)
    count = 0
    with write_atomically(path) as file:
        for chain in chains:
            if format_ == "dpo" and chain.answer.text == chain.final.text:
                continue
            file.write(json.dumps(to_line(chain, format_, stage), ensure_ascii=False) + "\n")
            count += 1
    return count
