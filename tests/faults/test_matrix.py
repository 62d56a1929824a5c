"""The fault matrix: what an endpoint may do, a row each, what must come of it, and the figures that show it.

Each row is run three times by the real command line against a real endpoint: once to its end; once killed in the middle
(kill -9) and gone on with; and, where faults left something undone, once more when they are over.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from subprocess import CompletedProcess
from typing import Any

import pytest

from fault_checks import CANARY, CONCURRENCY, RECORDS, check_journal, check_no_secret, exports, write_recipe
from fault_server import (
    Call,
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
    says,
    says_in_html,
    share,
    stops_short,
    trickles,
)
from support import ServerThread, clean_environment, status, wait_for
from warm_cli import WarmCli, WarmInterpreter

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
        when: makes the schedule: every endpoint has its own.
        exit_code, said: of the command while the fault lasts, and what stderr says.
        failed: reason of the items that fail, one for each request that was hit. None: no item fails.
        tries: how often each request that was hit comes.
        repairs: requests with an error fed back for each request that was hit.
        hits: how many calls may be misbehaved to at most.
        as_healthy: whether the export is that of a healthy endpoint. It is not where replies themselves were changed,
            or where items failed for good and others took their places; two runs under one fault are equal even so.
        kill: whether it is also run with a kill in the middle.
        timeout_s: a call's deadline.
        deadline_s: of the whole command.
    """

    name: str
    fault: Fault
    when: Callable[[], Schedule] = lambda: ONCE
    exit_code: int = 0
    said: str = ""
    failed: str | None = None
    tries: tuple[int, ...] = (1,)
    repairs: int = 0
    hits: int | None = None
    as_healthy: bool = True
    kill: bool = True
    timeout_s: float = 60.0
    deadline_s: float = 40.0
    engine: str = "auto"
    key_variable: str = "OPENAI_API_KEY"

    @property
    def model(self) -> dict[str, Any]:
        """The model's settings in the recipe."""
        return {"engine": self.engine, "timeout_s": self.timeout_s, "api_key_env": self.key_variable}


def passing(name: str, fault: Fault, when: Schedule = ONCE, **changes: Any) -> Row:
    """A fault that passes by itself: the call is made again and nothing shows in the end."""
    return replace(Row(name, fault, lambda: when, tries=(2,)), **changes)


def failing(name: str, fault: Fault, reason: str, **changes: Any) -> Row:
    """A fault that costs an item each time; others take their places."""
    return replace(Row(name, fault, lambda: ANSWERS, failed=reason, as_healthy=False), **changes)


def harmless(name: str, fault: Fault, when: Schedule = ALL, **changes: Any) -> Row:
    """Oddities that need no second call."""
    return replace(Row(name, fault, lambda: when), **changes)


def ending(name: str, fault: Fault, said: str) -> Row:
    """What ends the run after a while: no more calls are made in vain than were under way."""
    return Row(name, fault, lambda: after(15), exit_code=2, said=said, hits=CONCURRENCY)


def in_answers_for_good(call: Call) -> bool:
    """Some answers, and whatever is said to mend one."""
    return ANSWERS(call) or call.stage == "repair"


ROWS = (
    # The endpoint asks for patience.
    passing("429 with Retry-After", limits_rate(1.0), calls(15)),
    passing("429 with Retry-After as a date", limits_rate(3.0, as_date=True), calls(15)),
    passing("429 with Retry-After to the first call", limits_rate(1.0), calls(1)),
    passing("429 without Retry-After", refuses(429)),
    # It is in trouble.
    passing("500 in HTML", says_in_html(500)),
    passing("502 in HTML", says_in_html(502)),
    passing("503", refuses(503), every(5), tries=(2, 3, 4)),
    passing("504", refuses(504)),
    passing("200 with HTML", says_in_html(200)),
    passing("connection reset", resets),
    passing("body shorter than Content-Length", stops_short),
    passing("a byte now and then, for ever", trickles, first_tries(ANSWERS), timeout_s=3.0),
    passing("no answer at all", hangs, first_tries(ANSWERS), timeout_s=3.0),
    # A run that begins while nobody is there is told so: so this one is not killed.
    Row("down for three seconds", resets, lambda: outage(15, 3.0), tries=(2, 3, 4, 5, 6), kill=False),
    # Its reply is no completion.
    passing("no choices", answers(b'{"id": "x", "object": "chat.completion", "usage": {}}')),
    passing("empty choices", answers(b'{"id": "x", "choices": []}')),
    passing("null", answers(b"null")),
    passing("truncated JSON", breaks_off_json),
    failing("a reply of 50 MB", floods(50), "oversized", when=lambda: share(0.2, stages=("answer",))),
    # Its reply is a completion, but no record.
    harmless("empty content", says(""), repairs=1, as_healthy=False),
    harmless("null content", says(None), repairs=1, as_healthy=False),
    Row(
        "no field in the text",
        says(f"Sure! {CANARY}"),
        lambda: in_answers_for_good,
        failed="unreadable",
        repairs=2,
        as_healthy=False,
    ),
    failing("finish reason length", ends_with("length"), "truncated", tries=(2,)),
    Row("finish reason length, then whole", ends_with("length"), lambda: first_tries(ANSWERS), tries=(2,)),
    failing("finish reason content_filter", ends_with("content_filter"), "refused"),
    failing("a refusal", says(None, refusal=f"I would rather not, {CANARY}."), "refused"),
    failing("400 to this very request", refuses(400), "bad_request"),
    failing("400: too long", refuses(400, code="context_length_exceeded"), "bad_request"),
    # Its text is odd, and a record all the same.
    harmless("lone surrogates", mixes_in("\ud800"), as_healthy=False),
    harmless("NUL", mixes_in("\0")),
    harmless("U+2028", mixes_in("\u2028"), as_healthy=False),
    # Its bill is odd.
    harmless("usage missing", counts(None)),
    harmless("usage absurdly large", counts({"prompt_tokens": 10**30, "completion_tokens": 10**30})),
    harmless("usage negative", counts({"prompt_tokens": -5, "completion_tokens": -7})),
    harmless("usage in words", counts({"prompt_tokens": "many", "completion_tokens": "7"})),
    harmless("usage a list", counts([1, 2])),
    # It turns the run away.
    ending("401 after a while", refuses(401), "refused the key"),
    ending("402 after a while", refuses(402), "no credit left"),
    ending("the model gone after a while", refuses(404, code="model_not_found"), "no such model"),
    # A key in a variable of one's own, whose name says nothing.
    replace(ending("403, own variable", refuses(403), "refused the key"), key_variable="CONDOR_TEST_ENTRANCE"),
    failing("400, own variable", refuses(400), "bad_request", key_variable="CONDOR_TEST_ENTRANCE"),
    # The same through LiteLLM.
    passing("litellm: 429 with Retry-After", limits_rate(1.0), calls(15), engine="litellm"),
    passing("litellm: 503", refuses(503), engine="litellm"),
    passing("litellm: 200 with HTML", says_in_html(200), engine="litellm"),
    passing("litellm: connection reset", resets, engine="litellm"),
    passing("litellm: trickles", trickles, first_tries(ANSWERS), timeout_s=3.0, engine="litellm"),
    failing("litellm: finish reason content_filter", ends_with("content_filter"), "refused", engine="litellm"),
    failing("litellm: a reply of 50 MB", floods(50), "oversized", engine="litellm"),
    failing("litellm: 400", refuses(400), "bad_request", engine="litellm"),
    harmless("litellm: NUL", mixes_in("\0"), engine="litellm"),
    replace(ending("litellm: 401 after a while", refuses(401), "refused the key"), engine="litellm"),
)


@pytest.fixture(scope="session")
def healthy(warm: WarmInterpreter, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The exports of an uninterrupted run against a healthy endpoint."""
    condor, server = WarmCli(warm, tmp_path_factory.mktemp("healthy"), clean_environment()), FaultServer()
    with ServerThread(server.application()) as thread:
        recipe = write_recipe(condor, f"http://127.0.0.1:{thread.port}/v1")
        assert condor.run("synth", recipe, "--run", "run").returncode == 0
    assert (len(server.log.calls), server.log.paid_twice) == (CALLS, 0)
    return exports(condor, "run")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row(
    row: Row,
    condor: WarmCli,
    serve_faults: Serve,
    healthy: dict[str, bytes],
    record_property: Callable[[str, object], None],
) -> None:
    server = FaultServer(row.fault, row.when())
    recipe = write_recipe(condor, serve_faults(server), **row.model)
    started = time.monotonic()
    result = synth(condor, row, recipe, "whole")
    seconds = time.monotonic() - started
    check_end(row, result, server.log)
    check_figures(row, condor, server.log)
    check_no_secret(condor.directory, result.stdout, result.stderr)
    # For docs/reliability.md: see benchmarks/matrix.py.
    record_property("figures", json.dumps(figures_of(row, condor, server.log, seconds)))
    if row.exit_code:
        server.heal()
        assert synth(condor, row, recipe, "whole").returncode == 0
    written = exports(condor, "whole")
    if row.as_healthy:
        assert written == healthy
    if row.kill:
        broken, paid_twice = go_through_a_kill(row, condor, serve_faults)
        assert broken == written
        record_property("paid_twice", paid_twice)
    check_no_secret(condor.directory)


def synth(condor: WarmCli, row: Row, recipe: str, run: str) -> CompletedProcess[str]:
    return condor.run("synth", recipe, "--run", run, timeout=row.deadline_s, **{row.key_variable: CANARY})


def check_end(row: Row, result: CompletedProcess[str], log: CallLog) -> None:
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


def figures_of(row: Row, condor: WarmCli, log: CallLog, seconds: float) -> dict[str, Any]:
    """What a run came to under a fault, for people."""
    figures = status(condor, "whole")
    return {
        "exit": row.exit_code,
        "kept": figures["kept"],
        "failed": figures["reasons"].get("failed", {}),
        "hit": len(log.hit),
        "calls": len(log.calls),
        "seconds": round(seconds, 1),
    }


def go_through_a_kill(row: Row, condor: WarmCli, serve_faults: Serve) -> tuple[dict[str, bytes], int]:
    """The exports of a run under the same fault that was killed in the middle, and how many calls were paid twice."""
    server = FaultServer(row.fault, row.when(), latency=0.005)
    recipe = write_recipe(condor, serve_faults(server), name="broken.yaml", **row.model)
    process = condor.start("synth", recipe, "--run", "broken", **{row.key_variable: CANARY})
    wait_for(lambda: len(server.log.calls) >= KILLED_AT or (row.exit_code != 0 and len(server.log.hit) > 0))
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
    return exports(condor, "broken"), server.log.paid_twice
