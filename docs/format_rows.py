"""Puts a row of each format into docs/formats.md, from a run of `condor quickstart`, with its texts shortened.

condor quickstart --out condor-quickstart
python docs/format_rows.py condor-quickstart/run
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from document import put

from condor.corpus import FORMATS, Chain, Scores, to_lines
from condor.corpus.chain_rows import to_row
from condor.experiments.status import open_run

#: Characters that are left of a text.
SHORT = 48
#: Made up, as the page says: a quickstart is not judged.
SCORES = Scores(void=6.8, refine=8.2)


def shorten(value: Any) -> Any:
    """A JSON value whose texts are short enough to be looked at."""
    if isinstance(value, str):
        return value if len(value) <= SHORT else f"{value[:SHORT].rstrip()} ..."
    if isinstance(value, list):
        return [shorten(item) for item in value]
    if isinstance(value, dict):
        return {key: shorten(item) for key, item in value.items()}
    return value


def block(row: dict[str, Any]) -> str:
    """A row, one column a line."""
    columns = (f"{json.dumps(key)}: {json.dumps(shorten(value), ensure_ascii=False)}" for key, value in row.items())
    return "```json\n{" + ",\n ".join(columns) + "}\n```"


def first_chain(run: Path) -> Chain:
    """The first kept chain of a run."""
    _, journal = open_run(run)
    with journal:
        return next(journal.kept_chains())


def main() -> None:
    """Write a row of each format, and of whole chains, into the page."""
    chain = first_chain(Path(sys.argv[1]))
    for format_ in FORMATS:
        put("formats.md", format_, block(next(iter(to_lines(chain, format_, "refine", SCORES)))))
    put("formats.md", "records", block(to_row(chain, SCORES)))


if __name__ == "__main__":
    main()
