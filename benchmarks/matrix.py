"""Runs the fault matrix of the tests and writes what it came to into docs/reliability.md.

    python benchmarks/matrix.py [--workers 2]

The table between the two marks in that file is made anew: one line a row of tests/faults/test_matrix.py, with the
figures of this run. It fails, and writes nothing, where a row fails.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from document import put

ROOT = Path(__file__).resolve().parents[1]
HEAD = (
    "| fault | exit | kept | failed | calls (misbehaved to) | seconds | paid twice after a kill |\n"
    "|---|---|---|---|---|---|---|"
)


def run_matrix(workers: int) -> list[tuple[str, dict[str, str]]]:
    """Row -> properties that its test recorded, in the order of the table."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "matrix.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), "-o", "junit_family=xunit1"]
        command += [f"--junitxml={report}", "tests/faults/test_matrix.py"]
        subprocess.run(command, cwd=ROOT, check=True)
        cases = ElementTree.parse(report).iter("testcase")
        found = [(_name(case), _properties(case)) for case in cases]
    order = _order()
    return sorted(((name, figures) for name, figures in found if figures), key=lambda row: order.index(row[0]))


def _order() -> list[str]:
    listing = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/faults/test_matrix.py"]
    lines = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [line.partition("[")[2].removesuffix("]") for line in lines if "[" in line]


def _name(case: ElementTree.Element) -> str:
    return (case.get("name") or "").partition("[")[2].removesuffix("]")


def _properties(case: ElementTree.Element) -> dict[str, str]:
    return {item.get("name") or "": item.get("value") or "" for item in case.iter("property")}


def line_of(name: str, properties: dict[str, str]) -> str:
    """One line of the table."""
    figures: dict[str, Any] = json.loads(properties["figures"])
    failed = ", ".join(f"{count} {reason}" for reason, count in figures["failed"].items()) or "0"
    calls = f"{figures['calls']} ({figures['hit']})"
    paid_twice = properties.get("paid_twice", "-")
    cells = (name, figures["exit"], figures["kept"], failed, calls, figures["seconds"], paid_twice)
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def main() -> None:
    """Run, and put the table into the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    rows = run_matrix(parser.parse_args().workers)
    table = "\n".join([HEAD, *(line_of(name, properties) for name, properties in rows)])
    put("reliability.md", "matrix", table)
    print(table)


if __name__ == "__main__":
    main()
