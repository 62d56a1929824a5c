"""Two processes on one run: the second is refused; what a dead owner left is taken over."""

from collections.abc import Callable

from fault_checks import CONCURRENCY, check_journal, exports, write_recipe
from fault_server import FaultServer
from support import status, wait_for
from warm_cli import WarmCli

Serve = Callable[[FaultServer], str]


def test_a_run_is_refused_while_its_owner_lives_and_taken_over_when_it_is_dead(
    condor: WarmCli, serve_faults: Serve
) -> None:
    server = FaultServer(latency=0.2)
    recipe = write_recipe(condor, serve_faults(server))
    owner = condor.start("synth", recipe, "--run", "run")
    wait_for(lambda: len(server.log.calls) > CONCURRENCY)
    before = (condor.directory / "run" / "recipe.yaml").read_bytes()
    second = condor.run("synth", recipe, "--run", "run", "--records", "99")
    assert second.returncode == 2
    assert "another process works on this run" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert (condor.directory / "run" / "recipe.yaml").read_bytes() == before
    assert status(condor, "run")["asked"] == 12, "looking on is allowed"
    owner.kill()
    owner.wait(10)
    assert (condor.directory / "run" / "run.lock").exists(), "the dead owner left it"
    third = condor.run("synth", recipe, "--run", "run")
    assert third.returncode == 0, third.stderr
    check_journal(condor.directory / "run")
    assert server.log.paid_twice <= CONCURRENCY
    assert exports(condor, "run")["messages"].count(b"\n") == 12


def test_of_many_that_begin_a_run_at_once_one_does(condor: WarmCli, serve_faults: Serve) -> None:
    server = FaultServer(latency=0.05)
    recipe = write_recipe(condor, serve_faults(server))
    processes = [condor.start("synth", recipe, "--run", "run") for _ in range(4)]
    codes = sorted(process.wait(60) for process in processes)
    assert codes[0] == 0
    assert set(codes) <= {0, 2}
    assert server.log.paid_twice == 0
    assert status(condor, "run")["kept"] == 12
