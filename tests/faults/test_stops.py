"""Ctrl-C: once, and calls in flight get a few seconds; twice, and the process is gone. Measured from signal to exit."""

import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from fault_checks import CANARY, CONCURRENCY, check_journal, check_no_secret, write_recipe
from fault_server import FaultServer, after, hangs
from support import Cli, wait_for
from warm_cli import WarmCli

Serve = Callable[[FaultServer], str]

#: Seconds from the second signal to the end at most: fewer than the five that calls in flight get after the first.
AT_ONCE_S = 4.0
#: Seconds from the first signal to the end at most, on a busy machine: fewer than the 60 that a call may take.
DRAIN_S = 30.0


def endpoints() -> dict[str, FaultServer]:
    """What a run may be waiting for."""
    return {
        "hangs from the first call on": FaultServer(hangs),
        "hangs after a while": FaultServer(hangs, after(20)),
        "is slow": FaultServer(latency=2.0),
    }


def started(cli: Cli, server: FaultServer, base: str, name: str) -> "subprocess.Popen[str]":
    """A run with as many calls in flight as there can be."""
    recipe = write_recipe(cli, base, records=60)
    process = cli.start("synth", recipe, "--run", "run", OPENAI_API_KEY=CANARY)
    most = 1 if "first call" in name else CONCURRENCY
    wait_for(lambda: server.log.in_flight == most)
    return process


def seconds_to_exit(process: "subprocess.Popen[str]") -> tuple[float, str]:
    """(seconds from a signal to the end, what was said)."""
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(2 * DRAIN_S)
    taken = time.monotonic() - begun
    out, err = process.communicate()
    return taken, out + err


@pytest.mark.parametrize("name", endpoints())
def test_once_drains_for_a_few_seconds(cli: Cli, serve_faults: Serve, name: str) -> None:
    server = endpoints()[name]
    process = started(cli, server, serve_faults(server), name)
    taken, said = seconds_to_exit(process)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert "everything finished is kept" in said
    assert taken <= DRAIN_S
    check_no_secret(cli.directory, said)
    if (cli.directory / "run").exists():
        assert check_journal(cli.directory / "run") == len(server.log.delivered), "what came back was kept"


@pytest.mark.parametrize("name", endpoints())
def test_twice_leaves_at_once(cli: Cli, serve_faults: Serve, name: str) -> None:
    server = endpoints()[name]
    process = started(cli, server, serve_faults(server), name)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None
    taken, said = seconds_to_exit(process)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert "everything finished is kept" in said
    assert taken <= AT_ONCE_S
    if (cli.directory / "run").exists():
        check_journal(cli.directory / "run")


def test_an_endpoint_that_dies_for_good_can_be_left_and_come_back_to(condor: WarmCli, serve_faults: Serve) -> None:
    """Whether a run waits for the endpoint or has given up some items by then: a stop ends it, and nothing is lost."""
    server = FaultServer(hangs, after(20))
    recipe = write_recipe(condor, serve_faults(server), timeout_s=0.5)
    process = condor.start("synth", recipe, "--run", "run")
    wait_for(lambda: len(server.log.hit) >= CONCURRENCY)
    process.send_signal(signal.SIGINT)
    assert process.wait(DRAIN_S) == 130, process.output()
    server.heal()
    again = condor.run("synth", recipe, "--run", "run")
    assert again.returncode == 0, again.stderr
    check_journal(condor.directory / "run")
