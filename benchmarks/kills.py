"""What kill -9 costs: runs that are killed at seeded random points until they are done, against real HTTP.

    python benchmarks/kills.py [--kills 200] [--seed 0]

Every run is killed ten times and then goes on to its end. It counts what was paid twice, checks the journal after each
kill, that no step that stood in it is ever gone, and that the exports are those of a run that nobody killed. Sessions
are forked from a warm interpreter, which saves the seconds of their imports. `make bench` writes it to
benchmarks/results.json.
"""

import argparse
import itertools
import json
import random
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
sys.path.insert(0, str(HERE.parent / "tests"))

from fault_checks import CONCURRENCY, check_journal, exports, write_recipe
from fault_server import FaultServer
from support import ServerThread, clean_environment, wait_for
from warm_cli import WarmCli, WarmInterpreter

RECORDS = 150
CALLS = RECORDS // 3 + 3 * RECORDS
KILLS_A_RUN = 10


def steps_of(run: Path) -> set[str]:
    """The steps that stand in a journal."""
    path = run / "journal.db"
    if not path.exists():
        return set()
    check_journal(run)
    with closing(sqlite3.connect(path)) as database:
        return {key for (key,) in database.execute("SELECT key FROM steps WHERE outcome = 'done'")}


@dataclass
class Found:
    """What the kills came to.

    Attributes:
        paid_twice: calls made again, after each kill.
        steps_lost: steps that stood in a journal and later did not.
        exports: of every run.
    """

    paid_twice: list[int] = field(default_factory=list)
    steps_lost: int = 0
    exports: list[dict[str, bytes]] = field(default_factory=list)


def one_run(condor: WarmCli, points: list[int], found: Found) -> None:
    """Kill a run at these calls, let it come to its end, and count."""
    server = FaultServer(latency=0.003)
    with ServerThread(server.application()) as thread:
        recipe = write_recipe(condor, f"http://127.0.0.1:{thread.port}/v1", records=RECORDS)
        run, standing, paid_twice = condor.directory / "run", set(), [0]
        for point in points:
            process = condor.start("synth", recipe, "--run", "run")
            wait_for(lambda point=point: len(server.log.calls) >= point)
            process.kill()
            process.wait(10)
            now = steps_of(run)
            found.steps_lost += len(standing - now)
            standing = now
            paid_twice.append(server.log.paid_twice)
        last = condor.run("synth", recipe, "--run", "run", timeout=300)
        assert last.returncode == 0, last.stderr
        assert len(steps_of(run)) == len(server.log.delivered) == CALLS
    paid_twice.append(server.log.paid_twice)
    found.paid_twice += [after - before for before, after in itertools.pairwise(paid_twice)]
    found.exports.append(exports(condor, "run"))


def measure(kills: int, seed: int) -> dict[str, object]:
    """Kill and count; the first run is left in peace, to compare with."""
    rng, found = random.Random(seed), Found()
    counts = [0, *[KILLS_A_RUN] * (kills // KILLS_A_RUN), *([kills % KILLS_A_RUN] if kills % KILLS_A_RUN else [])]
    with tempfile.TemporaryDirectory() as folder, WarmInterpreter(Path(folder), clean_environment()) as warm:
        for number, count in enumerate(counts):
            directory = Path(folder) / f"run {number}"
            directory.mkdir()
            points = sorted(rng.sample(range(1, CALLS), count))
            one_run(WarmCli(warm, directory, clean_environment()), points, found)
            print(f"{sum(counts[: number + 1]):4} kills, {sum(found.paid_twice)} calls paid twice", flush=True)
    return {
        "kills": kills,
        "seed": seed,
        "runs": len(counts) - 1,
        "calls_a_run": CALLS,
        "in_flight": CONCURRENCY,
        "calls_paid_twice": sum(found.paid_twice),
        "calls_paid_twice_per_kill": round(sum(found.paid_twice) / kills, 2),
        "steps_lost": found.steps_lost,
        "exports_that_differ": sum(export != found.exports[0] for export in found.exports),
    }


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found = measure(options.kills, options.seed)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["kills"] = found
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
