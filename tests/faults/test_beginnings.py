"""An endpoint that answers no call: told in one line, soon, and nothing is left behind."""

from collections.abc import Callable

import pytest

from fault_checks import CANARY, RECORDS, check_no_secret, write_recipe
from fault_server import Fault, FaultServer, calls, hangs, limits_rate, refuses, resets, says_in_html, trickles
from warm_cli import WarmCli

Serve = Callable[[FaultServer], str]

ROWS: tuple[tuple[str, Fault, str, int], ...] = (
    ("401", refuses(401), "refused the key", 1),
    ("404", refuses(404, code="model_not_found"), "no such model", 1),
    ("402", refuses(402), "no credit left", 1),
    ("503", refuses(503), "answered no call", 3),
    ("429", limits_rate(0.2), "answered no call", 3),
    ("200 with HTML", says_in_html(200), "answered no call", 3),
    ("connection reset", resets, "cannot be reached", 3),
    ("no answer at all", hangs, "answered no call: no reply", 3),
    ("trickles", trickles, "answered no call: no reply", 3),
)


@pytest.mark.parametrize("engine", ["auto", "litellm"])
@pytest.mark.parametrize(("fault", "said", "tries"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_an_endpoint_that_answers_no_call_leaves_nothing_behind(
    condor: WarmCli, serve_faults: Serve, fault: Fault, said: str, tries: int, engine: str
) -> None:
    server = FaultServer(fault)
    # LiteLLM imports much at its first call: a deadline must leave room for that on a busy machine.
    timeout_s = 60.0 if not said.endswith("no reply") else 3.0 if engine == "litellm" else 1.0
    recipe = write_recipe(condor, serve_faults(server), timeout_s=timeout_s, engine=engine)
    result = condor.run("synth", recipe, "--run", "run", OPENAI_API_KEY=CANARY)
    assert result.returncode == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    # The first call has a head start; what follows it, where the endpoint takes long to say no, are the other cells.
    cells = RECORDS // 3
    assert tries <= len(server.log.calls) <= tries * cells
    assert server.log.most_in_flight <= cells
    assert not (condor.directory / "run").exists()
    check_no_secret(condor.directory, result.stdout, result.stderr)


def test_trouble_that_passes_before_the_first_reply_does_not_end_the_run(condor: WarmCli, serve_faults: Serve) -> None:
    server = FaultServer(refuses(503), calls(1, 2))
    result = condor.run("synth", write_recipe(condor, serve_faults(server), records=3), "--run", "run")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("address", ["http://me:{}@127.0.0.1:9/v1", "http://{}@127.0.0.1:9/v1"])
def test_a_key_in_the_address_is_refused_and_not_repeated(condor: WarmCli, address: str) -> None:
    """On the command line and in a recipe."""
    by_option = write_recipe(condor, "http://127.0.0.1:9/v1", name="good.yaml")
    by_recipe = write_recipe(condor, address.format(CANARY), name="bad.yaml")
    for args in ((by_option, "--api-base", address.format(CANARY)), (by_recipe,)):
        result = condor.run("synth", *args, "--run", "run")
        assert result.returncode == 2
        assert "no user name or password" in result.stderr
        check_no_secret(condor.directory / "run", result.stdout, result.stderr)
        assert not (condor.directory / "run").exists()
