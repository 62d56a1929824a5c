"""The round trip against a service on this machine that breaks off, refuses, and tells what it is asked."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web
from dspy.lm15 import AuthError

from condor.errors import BatchFault, ModelFault, UsageFault
from condor.runtime.batch.roundtrip import RoundTrip, ShardState
from condor.runtime.batch.service import BatchService, service_for
from condor.runtime.batch.store import BatchStore
from condor.runtime.models import ModelSpec
from condor.runtime.retry import RetryPolicy

from batch_server import BatchServer, all_well
from batch_support import Run
from support import ServerThread

T = TypeVar("T")

HASTY = RetryPolicy(attempts=3, base_s=0.001)
CANARY = "canary-4711-canary"


@contextmanager
def serving(server: BatchServer) -> Iterator[ModelSpec]:
    with ServerThread(server.application()) as thread:
        yield ModelSpec(name="openai/rehearsal", api_base=f"http://127.0.0.1:{thread.port}/v1")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run with two requests pending."""
    made = Run(tmp_path)
    made.session()
    return made


def trip(run: Run, spec: ModelSpec, work: Callable[[RoundTrip], Awaitable[T]]) -> tuple[T, list[ShardState]]:
    """Do something with a run's shards."""
    states: list[ShardState] = []

    async def inside() -> T:
        with BatchStore(run.notes) as store:
            async with service_for(spec, retry=HASTY) as service:
                return await work(RoundTrip(store, run.batch, service, on_state=states.append))

    return asyncio.run(inside()), states


def submit(run: Run, spec: ModelSpec) -> int:
    return trip(run, spec, RoundTrip.submit)[0]


def fetch(run: Run, spec: ModelSpec) -> list[ShardState]:
    return trip(run, spec, RoundTrip.fetch)[1]


def finish(run: Run, spec: ModelSpec) -> list[ShardState]:
    return trip(run, spec, lambda way: way.wait(0.001))[0]


def test_the_whole_way_with_the_key_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    server = BatchServer()
    with serving(server) as spec:
        assert submit(run, spec) == 1
        assert submit(run, spec) == 0
        (state,) = trip(run, spec, RoundTrip.poll)[0]
        assert (state.status, state.ended) == ("validating", False)
        assert fetch(run, spec)[0].status == "in_progress"
        (state,) = finish(run, spec)
        assert (state.status, state.completed, state.total) == ("completed", 2, 2)
        (state,) = fetch(run, spec)
        assert state.detail == "requests-0001.output.jsonl"
        assert fetch(run, spec) == []
    assert server.files["file-1"] == run.shards()[0].read_bytes()
    assert (server.count.uploads, server.count.batches) == (1, 1)
    assert server.count.keys == {f"Bearer {CANARY}"}
    session = run.session()
    assert (session.taken.replies, session.waiting.written) == (2, 6)
    for path in run.path.rglob("*"):
        assert path.is_dir() or CANARY.encode() not in path.read_bytes()


def test_a_run_submitted_batch_by_batch_ends_with_all_its_records(run: Run) -> None:
    server = BatchServer()
    with serving(server) as spec:
        while run.session().waiting.requests:
            submit(run, spec)
            finish(run, spec)
            fetch(run, spec)
    assert len(run.exported()) == 6
    assert server.count.batches == 4
    assert set(server.count.asked.values()) == {1}


def test_a_batch_whose_creation_broke_off_is_found_again_and_not_made_twice(run: Run) -> None:
    """The connection breaks after the batch was made: within one command the next attempt finds it."""
    server = BatchServer(page=1)
    server.break_next["POST /v1/batches"] = 1
    with serving(server) as spec:
        assert submit(run, spec) == 1
    assert server.count.batches == 1
    assert server.count.listed >= 1


def test_a_batch_whose_creation_broke_off_for_good_is_found_by_the_next_command(run: Run) -> None:
    server = BatchServer(page=1)
    with serving(server) as spec:
        other = Run(run.path / "other")  # the same requests in another run: its batch is another one
        other.session()
        assert submit(other, spec) == 1
        server.break_next["POST /v1/batches"] = 1
        server.refuse["GET /v1/batches"] = [(400, {})]
        with pytest.raises(BatchFault):
            submit(run, spec)
        assert server.count.batches == 2
        assert submit(run, spec) == 1
    assert server.count.batches == 2
    tags = {batch["metadata"]["condor_shard"] for batch in server.batches.values()}
    assert len(tags) == 2
    assert {tag.partition("/")[2] for tag in tags} == {"requests-0001.jsonl"}


def test_an_upload_that_broke_off_is_made_again(run: Run) -> None:
    server = BatchServer()
    server.break_next["POST /v1/files"] = 1
    with serving(server) as spec:
        assert submit(run, spec) == 1
    assert (server.count.uploads, server.count.batches) == (2, 1)


def test_retry_after_is_waited_for_and_a_long_one_is_told(run: Run) -> None:
    server = BatchServer()
    server.refuse["POST /v1/files"] = [(429, {"Retry-After": "0.2"}), (503, {})]
    with serving(server) as spec:
        began = asyncio.new_event_loop().time()
        assert submit(run, spec) == 1
        assert asyncio.new_event_loop().time() - began >= 0.2
        server.refuse["GET /v1/batches/batch_0"] = [(429, {"Retry-After": "86400"})]
        with pytest.raises(BatchFault, match="the batch batch_0 failed: refused with 429"):
            fetch(run, spec)


@pytest.mark.parametrize(
    ("place", "status", "kind", "said"),
    [
        ("POST /v1/files", 401, ModelFault, "refused the key"),
        ("POST /v1/files", 402, ModelFault, "no credit"),
        ("POST /v1/files", 404, BatchFault, "has no batch API"),
        ("POST /v1/files", 413, BatchFault, "too large"),
        ("POST /v1/batches", 404, BatchFault, "has no batch API"),
        ("POST /v1/batches", 400, BatchFault, "a new batch failed"),
    ],
)
def test_refusals_are_one_typed_line_without_the_key(
    run: Run, monkeypatch: pytest.MonkeyPatch, place: str, status: int, kind: type[Exception], said: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    server = BatchServer()
    server.refuse[place] = [(status, {})]
    with serving(server) as spec:
        with pytest.raises(kind) as caught:
            submit(run, spec)
        assert said in str(caught.value)
        assert CANARY not in str(caught.value)
        assert "[key]" in str(caught.value)
        assert submit(run, spec) == 1
    assert server.count.batches == 1


def test_an_endpoint_without_a_batch_api_says_so(run: Run) -> None:
    with ServerThread(web.Application()) as thread:
        spec = ModelSpec(name="openai/m", api_base=f"http://127.0.0.1:{thread.port}/v1")
        with pytest.raises(BatchFault, match="has no batch API"):
            submit(run, spec)


def test_nobody_there_is_told(run: Run) -> None:
    with pytest.raises(ModelFault, match="cannot be reached"):
        submit(run, ModelSpec(name="openai/m", api_base="http://127.0.0.1:9/v1"))


@pytest.mark.parametrize("answer", ["<html>", "{}", '{"id": 7}', "null", '{"id": ""}', "[" * 50_000])
def test_an_answer_that_is_none_is_told(run: Run, answer: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        del request
        return web.Response(text=answer)

    app = web.Application(client_max_size=10**8)
    app.router.add_post("/v1/files", handler)
    with ServerThread(app) as thread:
        spec = ModelSpec(name="openai/m", api_base=f"http://127.0.0.1:{thread.port}/v1")
        with pytest.raises(BatchFault, match="answered something else than a file"):
            submit(run, spec)


def test_a_download_cut_off_leaves_nothing_half_and_is_made_again(run: Run) -> None:
    server = BatchServer()
    with serving(server) as spec:
        submit(run, spec)
        finish(run, spec)
        server.cut = HASTY.attempts
        with pytest.raises(BatchFault, match=r"the download of requests-0001.output.jsonl failed"):
            fetch(run, spec)
        assert [path.name for path in run.batch.iterdir()] == ["requests-0001.jsonl"]
        server.cut = 1
        assert fetch(run, spec)[0].status == "completed"
    whole = (run.batch / "requests-0001.output.jsonl").read_bytes()
    assert whole == server.files[server.batches["batch_0"]["output_file_id"]]


def test_a_file_that_the_service_has_lost_is_told(run: Run) -> None:
    server = BatchServer()
    with serving(server) as spec:
        submit(run, spec)
        finish(run, spec)
        server.files.clear()
        with pytest.raises(BatchFault, match="no such file"):
            fetch(run, spec)


def test_an_output_file_that_is_not_named_yet_is_waited_for(run: Run) -> None:
    server = BatchServer()
    with serving(server) as spec:
        submit(run, spec)
        finish(run, spec)
        named = server.batches["batch_0"]["output_file_id"]
        server.batches["batch_0"]["output_file_id"] = None
        assert "not there yet" in fetch(run, spec)[0].detail
        assert run.session().waiting.requests == 2
        server.batches["batch_0"]["output_file_id"] = named
        assert fetch(run, spec)[0].detail == "requests-0001.output.jsonl"
    assert run.session().taken.replies == 2


def test_a_batch_that_failed_is_told_and_its_requests_are_written_again(run: Run) -> None:
    server = BatchServer(failed=lambda number: "the enqueued token limit is reached" if number == 0 else None)
    with serving(server) as spec:
        submit(run, spec)
        finish(run, spec)
        (state,) = fetch(run, spec)
        assert state.status == "failed"
        assert "the enqueued token limit is reached" in state.detail
        session = run.session()
        assert (session.taken.lost, session.waiting.written) == (2, 2)
        assert submit(run, spec) == 1
        assert finish(run, spec)[-1].status == "completed"


def test_an_expired_batch_brings_what_it_has_and_the_rest_is_asked_again(run: Run) -> None:
    late = min(run.requests())
    server = BatchServer(fate=lambda name, before: None if name == late and not before else all_well(name, before))
    with serving(server) as spec:
        submit(run, spec)
        finish(run, spec)
        (state,) = fetch(run, spec)
        assert (state.status, state.completed, state.failed) == ("expired", 1, 1)
    session = run.session()
    assert session.taken.errors == {"expired": 1}
    assert late in {json.loads(line)["custom_id"] for line in run.shards()[1].read_text().splitlines()}


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("{}\n")])
def test_a_shard_that_is_gone_or_changed_is_not_submitted(run: Run, damage: Callable[[Path], Any]) -> None:
    damage(run.shards()[0])
    server = BatchServer()
    with serving(server) as spec, pytest.raises(BatchFault, match="--batch-again"):
        submit(run, spec)
    assert server.count.uploads == 0


def test_a_shard_that_was_given_up_is_not_submitted(run: Run) -> None:
    run.session(again=True)
    server = BatchServer()
    with serving(server) as spec:
        assert submit(run, spec) == 1
    assert server.files["file-1"] == run.shards()[1].read_bytes()


def test_no_service_is_asked_without_a_key_or_for_the_embedded_model(no_keys: None) -> None:
    del no_keys

    async def enter(spec: ModelSpec) -> BatchService:
        async with service_for(spec) as service:
            return service

    with pytest.raises(ModelFault, match="set OPENAI_API_KEY"):
        asyncio.run(enter(ModelSpec(name="openai/gpt-4o-mini")))
    with pytest.raises(ModelFault, match="set MY_KEY"):
        asyncio.run(enter(ModelSpec(name="openai/m", api_base="http://127.0.0.1:9/v1", api_key_env="MY_KEY")))
    with pytest.raises(UsageFault, match="embedded model"):
        asyncio.run(enter(ModelSpec(name="rehearsal")))
    assert asyncio.run(enter(ModelSpec(name="hosted_vllm/m", api_base="http://127.0.0.1:9/v1/"))).base.endswith("9/v1")


def test_what_stands_behind_the_address_of_a_service_is_in_no_message() -> None:
    spec = ModelSpec(name="openai/x", api_base="http://127.0.0.1:1/v1?token=QSECRET#QSECRET-part")

    async def said() -> str:
        async with service_for(spec, retry=HASTY) as service:
            return str(service._fault(AuthError("/v1?token=QSECRET: wrong"), "the upload"))

    told = asyncio.run(said())
    assert told.startswith("http://127.0.0.1:1/v1: the batch service refused the key")
    assert "QSECRET" not in told
