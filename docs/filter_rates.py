"""Measures the filters on their hand-checked samples and puts the table into docs/filters.md.

    python docs/filter_rates.py

Every rule is asked on its own, with default limits, about every text of tests/corpus/filters/sample.yaml, about those
of held_out.yaml, on which no rule was tuned, and about what the embedded model writes.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import document

from filter_sample import HELD_OUT, rates_table, read_sample, rehearsed


def main() -> None:
    """Write the table."""
    table = rates_table(read_sample(), read_sample(HELD_OUT), rehearsed())
    document.put("filters.md", "filter rates", table)
    print(table)


if __name__ == "__main__":
    main()
