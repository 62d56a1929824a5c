"""How long it takes to find the tag of the nearest meaning among many, and how much memory their vectors take.

    python benchmarks/meaning.py [--tags 5000 100000] [--dimensions 1536]

Vectors are random, of no embedding model: what is measured is the comparison alone, one proposal at a time as growth
makes it. `make bench` writes the figures to benchmarks/results.json.
"""

import argparse
import json
import resource
import statistics
import time
from pathlib import Path

import numpy as np

from condor.knowledge.cleaning import MeaningIndex

RESULTS = Path(__file__).resolve().parent / "results.json"
#: Proposals that are compared.
FINDS = 50


def filled(count: int, dimensions: int, rng: np.random.Generator) -> tuple[MeaningIndex, float]:
    """An index of random vectors, and the seconds that adding them took."""
    index, seconds = MeaningIndex(), 0.0
    for number in range(count):
        vector = rng.standard_normal(dimensions, dtype=np.float32).tolist()
        started = time.perf_counter()
        index.add(number, f"Tag {number}", vector)
        seconds += time.perf_counter() - started
    return index, seconds


def measure(count: int, dimensions: int) -> dict[str, float]:
    """Fill an index and look some vectors up in it."""
    rng = np.random.default_rng(0)
    index, adding = filled(count, dimensions, rng)
    seconds = []
    for _ in range(FINDS):
        vector = rng.standard_normal(dimensions, dtype=np.float32).tolist()
        started = time.perf_counter()
        index.find("Another tag", vector)
        seconds.append(time.perf_counter() - started)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "tags": count,
        "dimensions": dimensions,
        "add_ms": round(adding / count * 1000, 4),
        "find_ms": round(statistics.median(seconds) * 1000, 3),
        "peak_mb": round(peak_mb),
    }


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tags", type=int, nargs="+", default=[5000, 100_000])
    parser.add_argument("--dimensions", type=int, default=1536)
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    # In ascending order: the memory of a process is only ever seen at its highest.
    results["meaning"] = [measure(count, options.dimensions) for count in sorted(options.tags)]
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps({"meaning": results["meaning"]}, indent=2))


if __name__ == "__main__":
    main()
