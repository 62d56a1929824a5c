"""kill -9 at random points: nothing acknowledged is lost, and no more is paid twice than was in flight."""

import random
import signal
from collections.abc import Callable

import pytest

from fault_checks import CONCURRENCY, check_journal, exports, write_recipe
from fault_server import FaultServer
from support import wait_for
from warm_cli import WarmCli

Serve = Callable[[FaultServer], str]

RECORDS = 60
CALLS = RECORDS // 3 + 3 * RECORDS


@pytest.mark.parametrize("seed", range(4))
def test_five_kills_at_random_points_change_nothing_in_the_end(condor: WarmCli, serve_faults: Serve, seed: int) -> None:
    """Four runs of five kills each: twenty."""
    points = sorted(random.Random(seed).sample(range(1, CALLS), 5))
    server = FaultServer(latency=0.004)
    recipe = write_recipe(condor, serve_faults(server), records=RECORDS)
    for kills, number in enumerate(points, 1):
        kill_at(condor, recipe, server, number)
        assert server.log.paid_twice <= CONCURRENCY * kills
        if (condor.directory / "run" / "journal.db").exists():
            assert check_journal(condor.directory / "run") >= len(server.log.delivered) - CONCURRENCY * kills
    last = condor.run("synth", recipe, "--run", "run")
    assert last.returncode == 0, last.stderr
    assert check_journal(condor.directory / "run") == CALLS == len(server.log.delivered)
    assert server.log.paid_twice <= CONCURRENCY * len(points)
    whole = write_recipe(condor, serve_faults(FaultServer()), name="whole.yaml", records=RECORDS)
    assert condor.run("synth", whole, "--run", "whole").returncode == 0
    assert exports(condor, "run") == exports(condor, "whole")


def kill_at(condor: WarmCli, recipe: str, server: FaultServer, number: int) -> None:
    """Kill a session once the endpoint has seen so many calls."""
    process = condor.start("synth", recipe, "--run", "run")
    wait_for(lambda: len(server.log.calls) >= number)
    process.kill()
    assert process.wait(10) == -signal.SIGKILL
