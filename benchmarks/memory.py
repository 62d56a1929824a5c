"""How much a run's process grows: resident memory over many calls of one run, after a warm-up.

    python benchmarks/memory.py [--calls 50000] [--in-flight 256]

The endpoint answers at once, so that the figure is about the pipeline and not about waiting. The slope is that of a
least-squares line through one reading every 1,000 calls after the first fifth. `make bench` writes it to
benchmarks/results.json.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"


def resident_mb() -> float:
    """Resident memory of the process in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


async def readings(calls: int, in_flight: int, base: str) -> list[tuple[int, float]]:
    """(calls made, MB) every 1,000 calls of one run."""
    from condor.experiments import Recipe, prepare_synthesis
    from condor.runtime import ModelSpec, Tally

    seen: list[tuple[int, float]] = []

    def watch(tally: Tally) -> None:
        if tally.calls >= 1000 * (len(seen) + 1):
            seen.append((tally.calls, resident_mb()))

    recipe = Recipe(
        tree=("seed:en",),
        records=calls * 3 // 10,
        model=ModelSpec(name="openai/mock", api_base=base),
        concurrency=in_flight,
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        prepare_synthesis(recipe, Path(folder) / "run", on_change=watch) as synthesis,
    ):
        await synthesis.run()
    return seen


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--in-flight", type=int, default=256)
    options = parser.parse_args()
    command = [sys.executable, str(HERE / "mock_endpoint.py"), "--latency", "0.01"]
    endpoint = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert endpoint.stdout is not None
    try:
        base = f"http://127.0.0.1:{endpoint.stdout.readline().strip()}/v1"
        seen = asyncio.run(readings(options.calls, options.in_flight, base))
    finally:
        endpoint.kill()
        endpoint.wait()
    warm = [reading for reading in seen if reading[0] > options.calls / 5]
    slope = statistics.linear_regression(*zip(*warm, strict=True)).slope
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["memory"] = {
        "mb_per_10k_calls": round(slope * 10_000, 3),
        "mb_after_warm_up": round(warm[0][1], 1),
        "mb_at_the_end": round(warm[-1][1], 1),
        "calls": seen[-1][0],
        "in_flight": options.in_flight,
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results["memory"], indent=2))


if __name__ == "__main__":
    main()
