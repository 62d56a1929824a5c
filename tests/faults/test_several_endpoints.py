"""A model that several endpoints serve, one of which goes away for good in mid-run: nothing fails, nothing waits."""

from collections.abc import Callable

import pytest

from fault_checks import CONCURRENCY, check_journal, exports, write_recipe
from fault_server import Fault, FaultServer, after, hangs, refuses, resets
from support import status
from warm_cli import WarmCli

Serve = Callable[[FaultServer], str]

RECORDS = 48


@pytest.mark.parametrize(
    ("fault", "timeout_s"),
    [(resets, 60.0), (refuses(503), 60.0), (refuses(401), 60.0), (hangs, 3.0)],
    ids=["resets", "503", "401", "hangs"],
)
@pytest.mark.parametrize("dead_first", [True, False])
def test_the_others_take_over_what_an_endpoint_no_longer_does(
    condor: WarmCli, serve_faults: Serve, fault: Fault, timeout_s: float, dead_first: bool
) -> None:
    dying, steady = FaultServer(fault, after(20), latency=0.01), FaultServer(latency=0.01)
    addresses = [serve_faults(dying), serve_faults(steady)]
    recipe = write_recipe(
        condor, "", records=RECORDS, api_base=addresses if dead_first else addresses[::-1], timeout_s=timeout_s
    )
    result = condor.run("synth", recipe, "--run", "run")
    assert result.returncode == 0, result.stderr
    figures = status(condor, "run")
    assert (figures["kept"], figures["failed"]) == (RECORDS, 0)
    check_journal(condor.directory / "run")
    assert len(dying.log.delivered) + len(steady.log.delivered) == figures["calls"] - len(dying.log.hit)
    # What was on its way, what showed that it is down, and a try now and then.
    assert len(dying.log.hit) <= 2 * CONCURRENCY + 8
    whole = write_recipe(condor, serve_faults(FaultServer()), name="whole.yaml", records=RECORDS)
    assert condor.run("synth", whole, "--run", "whole").returncode == 0
    assert exports(condor, "run") == exports(condor, "whole")
