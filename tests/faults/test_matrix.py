"""The fault matrix: what an endpoint may do, a row each, what must come of it, and the figures that show it.

Each row is run three times by the real command line against a real endpoint: once to its end; once killed in the middle
(kill -9) and gone on with; and, where faults left something undone, once more when they are over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from subprocess import CompletedProcess

import pytest

from fault_checks import (
    CANARY,
    CONCURRENCY,
    RECORDS,
    check_journal,
    check_no_secret,
    exports,
    status,
    wait_for,
    write_recipe,
)
from fault_server import (
    CallLog,
    Fault,
    FaultServer,
    Schedule,
    after,
    answers,
    breaks_off_json,
    calls,
    counts,
    ends_with,
    every,
    first_tries,
    floods,
    hangs,
    limits_rate,
    mixes_in,
    outage,
    refuses,
    resets,
    rewrites,
    says,
    says_in_html,
    share,
    stops_short,
    trickles,
)
from warm_cli import WarmCli

Serve = Callable[[FaultServer], str]

#: Calls of a run in which nothing goes wrong: four cells, then an answer, a critique and a refinement for each record.
CALLS = RECORDS // 3 + 3 * RECORDS
#: When a run is killed.
KILLED_AT = CALLS // 2

ANSWERS = share(0.4, stages=("answer",))
ALL = share(0.3)
ONCE = first_tries(ALL)


@dataclass(frozen=True)
class Row:
    """A fault and what must come of it.

    Attributes:
        when: gives a schedule; some count, so every endpoint has its own.
        exit_code, said: of the command while the fault lasts, and what stderr says.
        failed: reason of the items that fail; each request that was hit fails one. None: none fails.
        tries: how often each request that was hit comes.
        repairs: requests with an error fed back for each request that was hit.
        hits: how many calls may be misbehaved to at most.
        as_healthy: whether the export is that of a healthy endpoint: not where replies themselves were changed, or
            where items failed for good and others took their places. Two runs under the same fault are always equal.
        timeout_s: a call's deadline.
        deadline_s: of the whole command.
        pending: what the row still waits for.
    """

    name: str
    fault: Fault
    when: Callable[[], Schedule] = lambda: ONCE
    exit_code: int = 0
    said: str = ""
    failed: str | None = None
    tries: tuple[int, ...] = (2,)
    repairs: int = 0
    hits: int | None = None
    as_healthy: bool = True
    timeout_s: float = 60.0
    deadline_s: float = 40.0
    engine: str = "auto"
    pending: str = ""
    environment: Mapping[str, str] = field(default_factory=lambda: {"OPENAI_API_KEY": CANARY})

    @property
    def model(self) -> dict[str, object]:
        """The model's settings in the recipe."""
        key = next(iter(self.environment))
        return {"engine": self.engine, "timeout_s": self.timeout_s, "api_key_env": key}


def once(number: int) -> Callable[[], Schedule]:
    return lambda: calls(number)


def lasting(schedule: Schedule) -> Callable[[], Schedule]:
    return lambda: schedule


def in_answers_for_good(call: object) -> bool:
    """Some answers, and whatever is said to mend one."""
    return ANSWERS(call) or call.stage == "repair"  # pyright: ignore


SPENT = {"as_healthy": False, "tries": (1,)}
ROWS = (
    # The endpoint asks for patience.
    Row("429 with Retry-After", limits_rate(1.0), once(15)),
    Row("429 with Retry-After as a date", limits_rate(3.0, as_date=True), once(15)),
    Row("429 with Retry-After to the first call", limits_rate(1.0), once(1)),
    Row("429 without Retry-After", refuses(429)),
    # It is in trouble.
    Row("500 in HTML", says_in_html(500)),
    Row("502 in HTML", says_in_html(502)),
    Row("503", refuses(503), lambda: every(5)),
    Row("504", refuses(504)),
    Row("200 with HTML", says_in_html(200)),
    Row("connection reset", resets),
    Row("body shorter than Content-Length", stops_short),
    Row("a byte now and then, for ever", trickles, lambda: first_tries(ANSWERS), timeout_s=2.0),
    Row("no answer at all", hangs, lambda: first_tries(ANSWERS), timeout_s=2.0),
    Row("down for three seconds", resets, lambda: outage(15, 3.0), tries=(2, 3, 4, 5, 6)),
    # Its reply is no completion.
    Row("no choices", answers(b'{"id": "x", "object": "chat.completion", "usage": {}}')),
    Row("empty choices", answers(b'{"id": "x", "choices": []}')),
    Row("null", answers(b"null")),
    Row("truncated JSON", breaks_off_json),
    Row("a reply of 50 MB", floods(50), lambda: ANSWERS, failed="unexpected", **SPENT),
    # Its reply is a completion, but no record.
    Row("empty content", says(""), lambda: ALL, repairs=1, **SPENT),
    Row("null content", says(None), lambda: ALL, repairs=1, **SPENT),
    Row("no field in the text", says(f"Sure! {CANARY}"), lambda: in_answers_for_good, failed="unreadable", repairs=2, **SPENT),
    Row("finish_reason length", ends_with("length"), lambda: ANSWERS, failed="truncated", **SPENT),
    Row("finish_reason content_filter", ends_with("content_filter"), lambda: ANSWERS, failed="refused", **SPENT),
    Row("refusal", says(None, refusal="I would rather not."), lambda: ANSWERS, failed="refused", **SPENT),
    Row("400 to this request", refuses(400), lambda: ANSWERS, failed="bad_request", **SPENT),
    Row("400: too long", refuses(400, code="context_length_exceeded"), lambda: ANSWERS, failed="bad_request", **SPENT),
    # Its text is odd, and a record all the same.
    Row("lone surrogates", mixes_in("\ud800"), lambda: ALL, **SPENT),
    Row("NUL", mixes_in("\0"), lambda: ALL, as_healthy=True, tries=(1,)),
    Row("U+2028", mixes_in("\u2028"), lambda: ALL, **SPENT),
    # Its bill is odd.
    Row("usage missing", counts(None), lambda: ALL, tries=(1,)),
    Row("usage absurdly large", counts({"prompt_tokens": 10**30, "completion_tokens": 10**30}), lambda: ALL, tries=(1,)),
    Row("usage negative", counts({"prompt_tokens": -5, "completion_tokens": -7}), lambda: ALL, tries=(1,)),
    Row("usage in words", counts({"prompt_tokens": "many", "completion_tokens": "7"}), lambda: ALL, tries=(1,)),
    Row("usage a list", counts([1, 2]), lambda: ALL, tries=(1,)),
    # It turns the run away.
    Row("401 after a while", refuses(401), lambda: after(15), 2, "refused the key", hits=CONCURRENCY, tries=(1,)),
    Row("402 after a while", refuses(402), lambda: after(15), 2, "no credit left", hits=CONCURRENCY, tries=(1,)),
    Row("model gone after a while", refuses(404, code="model_not_found"), lambda: after(15), 2, "no such model", hits=CONCURRENCY, tries=(1,)),
)


@pytest.fixture(scope="session")
def healthy() -> dict[str, dict[str, bytes]]:
    """The exports of an uninterrupted run against a healthy endpoint, once they are known."""
    return {}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row(row: Row, condor: WarmCli, serve_faults: Serve, healthy: dict[str, dict[str, bytes]]) -> None:
    server = FaultServer(row.fault, row.when())
    recipe = write_recipe(condor, serve_faults(server), **row.model)
    result = synth(condor, row, recipe, "whole")
    check_end(row, result, server.log)
    check_figures(row, condor, server.log)
    check_no_secret(condor.directory, result.stdout, result.stderr)
    server.heal()
    again = synth(condor, row, recipe, "whole")
    assert again.returncode == 0, again.stderr
    written = exports(condor, "whole")
    if row.as_healthy:
        assert written == (healthy or healthy_exports(healthy, condor, serve_faults))
    killed_and_resumed = go_through_a_kill(row, condor, serve_faults)
    assert killed_and_resumed == written
    check_no_secret(condor.directory)


def synth(condor: WarmCli, row: Row, recipe: str, run: str) -> "CompletedProcess[str]":
    return condor.run("synth", recipe, "--run", run, timeout=row.deadline_s, **row.environment)


def healthy_exports(known: dict[str, dict[str, bytes]], condor: WarmCli, serve_faults: Serve) -> dict[str, bytes]:
    server = FaultServer()
    recipe = write_recipe(condor, serve_faults(server), name="healthy.yaml")
    assert condor.run("synth", recipe, "--run", "healthy").returncode == 0
    assert (len(server.log.calls), server.log.paid_twice) == (CALLS, 0)
    known.update(exports(condor, "healthy"))  # pyright: ignore
    return known  # pyright: ignore


def check_end(row: Row, result: "CompletedProcess[str]", log: CallLog) -> None:
    """The exit code, one line for a user, and no traceback."""
    assert result.returncode == row.exit_code, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert row.said in result.stderr
    assert len(result.stderr.splitlines()) == (1 if row.said else 0), result.stderr
    assert log.hit, "the fault never came"


def check_figures(row: Row, condor: WarmCli, log: CallLog) -> None:
    """The sums of the run, and what the endpoint counted."""
    done = check_journal(condor.directory / "whole")
    figures = status(condor, "whole")
    hit = {call.key for call in log.hit if call.stage != "repair"}
    assert figures["attempted"] == figures["kept"] + figures["rejected"] + figures["failed"]
    assert {log.requests[key] for key in hit} <= set(row.tries)
    assert len([call for call in log.calls if call.stage == "repair"]) == row.repairs * len(hit)
    assert log.most_in_flight <= CONCURRENCY
    assert len(log.hit) <= (row.hits or len(log.hit))
    for _, seconds, call in log.limits:
        early = log.early(seconds, call)
        assert call.key not in {other.key for other in early}
        assert len(early) < CONCURRENCY, "only what was on its way may come before Retry-After is over"
    if row.exit_code:
        assert done == len(log.delivered)
        return
    assert figures["kept"] == RECORDS
    assert figures["reasons"] == ({"failed": {row.failed: len(hit)}} if row.failed else {})
    assert figures["calls"] == len(log.calls)
    assert 0 <= figures["input_tokens"] < 10**9


def go_through_a_kill(row: Row, condor: WarmCli, serve_faults: Serve) -> dict[str, bytes]:
    """The exports of a run under the same fault that was killed in the middle."""
    server = FaultServer(row.fault, row.when(), latency=0.005)
    recipe = write_recipe(condor, serve_faults(server), name="broken.yaml", **row.model)
    process = condor.start("synth", recipe, "--run", "broken", **row.environment)
    wait_for(lambda: len(server.log.calls) >= KILLED_AT or row.exit_code != 0 and len(server.log.hit) > 0)
    process.kill()
    process.wait(10)
    in_flight = len(server.log.calls) - check_journal(condor.directory / "broken")
    assert in_flight >= 0
    if row.exit_code:
        server.heal()
    result = synth(condor, row, recipe, "broken")
    assert result.returncode == 0, result.stderr
    check_journal(condor.directory / "broken")
    assert server.log.paid_twice <= CONCURRENCY
    return exports(condor, "broken")
