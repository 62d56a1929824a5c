"""Sessions on batch files: the same run as a live one, whatever way and in whatever pieces the results come."""

import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import ModelFault, OutputFault, UsageFault
from condor.runtime.batch.model import build_batch_model
from condor.runtime.batch.session import check_directory, refuse_pending
from condor.runtime.batch.shards import ShardLimits
from condor.runtime.batch.store import BatchStore
from condor.runtime.models import ModelSpec
from condor.runtime.rehearsal.engine import AsyncRehearsalEngine
from condor.runtime.rehearsal.settings import RehearsalSettings

from batch_server import answer_request, expired_result
from batch_support import SPEC, Answering, Run, answers, work_off
from runtime_support import answer_with

WELL = RehearsalSettings()
#: A third of all replies does not follow the format, and is asked for again.
SLOPPY = RehearsalSettings(malformed=0.3)


def live(path: Path, settings: RehearsalSettings, records: int = 6) -> Run:
    """The run that batch runs are held against: the same model, called."""
    run = Run(path, records)
    model = build_batch_model(SPEC, concurrency=4)
    answer_with(model, AsyncRehearsalEngine(settings))
    assert run.live(model).tally.kept == records
    return run


@pytest.mark.parametrize(
    "settings", [WELL, SLOPPY, RehearsalSettings(malformed=0.1, refused=0.1)], ids=["well", "sloppy", "refusing"]
)
def test_a_run_on_batch_files_is_the_live_run(tmp_path: Path, settings: RehearsalSettings) -> None:
    run = Run(tmp_path / "run", 12)
    last = work_off(run, Answering(settings))
    assert (last.outcome.tally.kept, last.outcome.waiting, last.outcome.shortfall) == (12, 0, None)
    whole = live(tmp_path / "live", settings, 12)
    assert run.exported() == whole.exported()
    assert run.contents() == whole.contents()
    with BatchStore(run.notes) as store:
        assert list(store.replies()) == []  # what is used is not kept twice
    assert len(run.requests()) == sum(path.read_text().count("\n") for path in run.shards())  # and nothing asked twice


def fails(custom_id: str) -> bool:
    """A quarter of all requests fail when they are asked for the first time."""
    return custom_id[0] in "048c"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What comes out where results come as they should: of each shard in one file, before the next session."""
    run = Run(tmp_path_factory.mktemp("whole"))
    work_off(run, Answering(SLOPPY, fails))
    assert run.exported() == live(tmp_path_factory.mktemp("live"), SLOPPY).exported()
    assert any(step[8] > 1 for step in run.contents()["steps"])
    return run


@pytest.mark.timeout(300)
@settings(deadline=None, max_examples=6)
@given(st.randoms(use_true_random=False), st.integers(1, 3), st.floats(0.3, 1.0), st.integers(1, 7))
def test_order_duplication_and_partition_of_results_change_nothing(
    whole: Run, rng: random.Random, files: int, share: float, per_shard: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        run, answering = Run(Path(name)), Answering(SLOPPY, fails)
        held: list[dict[str, Any]] = []
        for number in range(120):
            if not run.session(limits=ShardLimits(requests=per_shard)).waiting.requests:
                break
            held += answering.results(run)
            rng.shuffle(held)
            cut = max(1, round(len(held) * share))
            coming, held = held[:cut], held[cut:]
            coming += rng.sample(coming, rng.randrange(len(coming)))
            rng.shuffle(coming)
            for part in range(files):
                run.put(coming[part::files], f"{rng.randrange(10**6)}-{number}-{part}.jsonl")
        assert run.contents() == whole.contents()
        assert run.exported() == whole.exported()


def test_what_is_pending_is_not_written_again(tmp_path: Path) -> None:
    run = Run(tmp_path)
    first = run.session()
    written = run.requests()
    assert first.waiting.requests == first.waiting.written == len(written) == 2
    assert first.outcome.waiting == 6
    again = run.session()
    assert (again.waiting.requests, again.waiting.written, again.waiting.shards) == (2, 0, ())
    assert again.waiting.unsent == ("requests-0001.jsonl",)
    assert run.requests() == written
    half = answers(list(written.values())[:1], WELL)
    run.put(half)
    third = run.session()
    assert third.taken.replies == 1
    assert (third.waiting.requests, third.waiting.written) == (1 + 3, 3)


def test_everything_is_written_again_only_when_the_person_says_so(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.session()
    session = run.session(again=True)
    assert (session.waiting.requests, session.waiting.written) == (2, 2)
    first, second = (path.read_bytes() for path in run.shards())
    assert sorted(first.split(b"\n")) == sorted(second.split(b"\n"))
    with BatchStore(run.notes) as store:
        assert [shard.stage for shard in store.shards()] == ["given_up", "written"]


def fate(status: int) -> Callable[[str], dict[str, Any]]:
    return lambda line: answer_request(line, WELL, status)


def expired(line: str) -> dict[str, Any]:
    return expired_result(json.loads(line)["custom_id"], "batch_1")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (fate(429), "rate_limit"),
        (fate(500), "server"),
        (fate(504), "timeout"),
        (expired, "expired"),
        (lambda line: answer_request(line, WELL) | {"response": {"status_code": 200, "body": None}}, "server"),
    ],
)
def test_a_passing_failure_is_recorded_and_asked_for_in_the_next_shard(
    tmp_path: Path, make: Callable[[str], dict[str, Any]], reason: str
) -> None:
    run = Run(tmp_path, 3)
    run.session()
    ((name, line),) = run.requests().items()
    run.put([make(line)], "one.jsonl")
    session = run.session()
    assert session.taken.errors == {reason: 1}
    assert (session.waiting.requests, session.waiting.written) == (1, 1)
    assert run.shards()[1].read_text() == run.shards()[0].read_text()
    # The same failure under another name is no second one: its request is on its way.
    run.put([make(line)], "two.jsonl")
    session = run.session()
    assert (session.taken.known, session.waiting.written) == (1, 0)
    run.put([answer_request(line, WELL)], "three.jsonl")
    run.session()
    with BatchStore(run.notes) as store:
        assert store.find(name) is not None
    step = next(step for step in run.contents()["steps"] if step[0] == name)
    assert step[8] == 2  # calls, as a live run counts an attempt that failed


def test_a_400_fails_its_item_and_nothing_else(tmp_path: Path) -> None:
    run = Run(tmp_path, 3)
    run.session()
    run.put([answer_request(line, WELL, 400) for line in run.requests().values()])
    session = run.session()
    assert session.outcome.tally.failed == 3
    assert session.waiting.requests == 1  # the next cell makes up for it
    (step,) = run.contents()["steps"]
    assert (step[2], step[4]) == ("invalid", "bad_request")


@pytest.mark.parametrize(("status", "said"), [(401, "refused the key"), (404, "no such model"), (402, "no credit")])
def test_a_refusal_of_everything_is_a_model_fault_that_loses_nothing(tmp_path: Path, status: int, said: str) -> None:
    run = Run(tmp_path)
    run.session()
    one, two = run.requests().values()
    run.put([answer_request(one, WELL, status), answer_request(two, WELL)])
    with pytest.raises(ModelFault, match=said):
        run.session()
    session = run.session()  # once it is mended, what was refused is asked for again, and what came is used
    assert (session.waiting.requests, session.waiting.written) == (1 + 3, 4)


def test_the_first_reply_that_is_taken_in_stands(tmp_path: Path) -> None:
    run = Run(tmp_path, 3)
    run.session()
    (line,) = run.requests().values()
    run.put([answer_request(line, WELL)], "a.jsonl")
    run.put([answer_request(line, RehearsalSettings(refused=1))], "b.jsonl")
    session = run.session()
    assert (session.taken.replies, session.taken.known, session.outcome.tally.failed) == (1, 1, 0)
    run.put([answer_request(line, RehearsalSettings(refused=1))], "c.jsonl")
    assert run.session().taken.known == 1
    assert [step[2] for step in run.contents()["steps"]] == ["done"]


def test_hostile_lines_and_files_are_told_and_lose_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path, 3)
    run.session()
    (line,) = run.requests().values()
    good = answer_request(line, WELL)
    run.put(
        [
            "{",
            "[]",
            *['{"custom_id": 1}'] * 9,
            good | {"custom_id": "f" * 32},
            json.dumps(good | {"custom_id": "\ud800"}),
            good,
        ]
    )
    (run.batch / "notes.txt").write_text("mine")
    (run.batch / "folder.jsonl").mkdir()
    session = run.session()
    told = session.taken.complaints
    assert session.taken.replies == 1
    assert session.taken.unknown == 2
    assert any("results.jsonl:1: not JSON" in line for line in told)
    assert any("results.jsonl:2: no batch result" in line for line in told)
    assert any("6 more lines that are no results" in line for line in told)
    assert any("notes.txt: not taken in" in line for line in told)
    assert any("folder.jsonl: not taken in" in line for line in told)
    assert len(told) == 5 + 1 + 1 + 2
    assert (run.batch / "notes.txt").read_text() == "mine"


def test_surrogates_and_separators_in_a_reply_are_text(tmp_path: Path) -> None:
    run = Run(tmp_path, 3)
    run.session()
    (line,) = run.requests().values()
    result = answer_request(line, WELL)
    choice = result["response"]["body"]["choices"][0]["message"]
    choice["content"] = choice["content"].replace('"easy": "', '"easy": "A\ud800\u2028B\\u0000 ')
    run.put([json.dumps(result, ensure_ascii=False).replace("\ud800", "\\ud800")])
    session = run.session()
    assert (session.taken.replies, session.waiting.written) == (1, 3)


def test_a_reply_that_does_not_parse_is_asked_again_under_the_next_turn(tmp_path: Path) -> None:
    run = Run(tmp_path, 3)
    run.session()
    ((name, line),) = run.requests().items()
    run.put([answer_request(line, RehearsalSettings(malformed=1))], "a.jsonl")
    session = run.session()
    assert session.waiting.written == 1
    second = run.requests()[f"{name}.2"]
    messages = json.loads(second)["body"]["messages"]
    assert messages[:-2] == json.loads(line)["body"]["messages"]
    assert "questions" in messages[-1]["content"]  # the error names the field
    run.put([answer_request(second, RehearsalSettings(malformed=1))], "b.jsonl")
    last = run.session(parse_retries=1)
    assert last.outcome.tally.failed == 3
    assert [step[2:5:2] for step in run.contents()["steps"]] == [("invalid", "unreadable")]


def test_a_budget_counts_what_is_written_at_its_worst(tmp_path: Path) -> None:
    run = Run(tmp_path, 6)
    # Question prompts take more than 3,000 bytes and so many tokens at worst; the second would pass a cent.
    first = run.session(budget_usd=0.01)
    assert first.waiting.written == 1
    assert first.outcome.shortfall is not None
    assert "the budget of $0.01 leaves no room" in first.outcome.shortfall
    again = run.session(budget_usd=0.01)
    assert (again.waiting.requests, again.waiting.written) == (1, 0)
    run.put(answers(run.requests().values(), WELL))
    second = run.session(budget_usd=0.012)  # the reply cost less than its worst case: there is room again
    assert second.waiting.written >= 1
    assert second.outcome.tally.cost_usd is not None
    assert 0 < second.outcome.tally.cost_usd < 0.005


def test_replies_that_no_step_has_used_yet_count_as_spent(tmp_path: Path) -> None:
    run = Run(tmp_path, 3)
    run.session(budget_usd=1)
    (line,) = run.requests().values()
    result = answer_request(line, RehearsalSettings(malformed=1))
    result["response"]["body"]["usage"] = {"prompt_tokens": 998_000, "completion_tokens": 0, "total_tokens": 998_000}
    run.put([result])
    session = run.session(budget_usd=1)
    assert session.waiting.requests == 0  # the repair's worst case does not fit beside so much
    assert "leaves no room" in (session.outcome.shortfall or "")
    assert run.session(budget_usd=2).waiting.written == 1


def test_batches_that_ended_leave_nothing_pending(tmp_path: Path) -> None:
    run = Run(tmp_path, 6)
    run.session()
    one, _ = run.requests().values()
    run.put([answer_request(one, WELL)], "requests-0001.output.jsonl")
    with BatchStore(run.notes) as store:
        store.set_batch("requests-0001.jsonl", "batch_1")
        store.set_results("requests-0001.jsonl", ["requests-0001.output.jsonl"])
    session = run.session()
    assert (session.taken.replies, session.taken.lost, session.waiting.written) == (1, 1, 1 + 3)


@pytest.mark.parametrize("damage", ["gone", "garbled"])
def test_results_that_cannot_be_read_are_no_reason_to_pay_again(tmp_path: Path, damage: str) -> None:
    run = Run(tmp_path, 3)
    run.session()
    if damage == "garbled":
        run.put(["<html>"], "requests-0001.output.jsonl")
    with BatchStore(run.notes) as store:
        store.set_batch("requests-0001.jsonl", "batch_1")
        store.set_results("requests-0001.jsonl", ["requests-0001.output.jsonl"])
    session = run.session()
    assert (session.taken.lost, session.waiting.requests, session.waiting.written) == (0, 1, 0)
    assert any("fetch it again" in line or "stays pending" in line for line in session.taken.complaints)


def test_another_directory_is_refused_while_requests_are_pending(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.session()
    run.batch.rename(tmp_path / "moved")
    moved = Moved(tmp_path)
    assert moved.session().waiting.requests == 2
    run.batch.mkdir()
    with pytest.raises(UsageFault, match="its batch files are in"):
        run.session()


class Moved(Run):
    @property
    def batch(self) -> Path:
        return self.path / "moved"


def test_a_live_session_does_not_pay_for_what_is_pending_or_held(tmp_path: Path) -> None:
    run = Run(tmp_path, 3)
    run.session()
    with pytest.raises(UsageFault, match="1 requests are pending"):
        refuse_pending(run.notes, run.path / "journal.db")
    run.put([answer_request(line, RehearsalSettings(malformed=1)) for line in run.requests().values()])
    run.session()
    with pytest.raises(UsageFault, match="1 replies wait to be used"):
        refuse_pending(run.notes, run.path / "journal.db")


def test_many_results_are_taken_in_without_being_held_in_memory(tmp_path: Path) -> None:
    """Growth is watched, not speed: 20,000 results of 4 KB each, 80 MB in all."""
    import tracemalloc

    run = Run(tmp_path, 3)
    run.session()
    (line,) = run.requests().values()
    body = answer_request(line, WELL)["response"]["body"]
    body["choices"][0]["message"]["content"] = "x" * 4000
    with BatchStore(run.notes) as store, store.transaction():
        for number in range(20_000):
            store.add_request(f"{number:032x}", "requests-0001.jsonl", 0.0)
    run.put(
        {"custom_id": f"{number:032x}", "response": {"status_code": 200, "body": body}, "error": None}
        for number in range(20_000)
    )
    tracemalloc.start()
    session = run.session()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert session.taken.replies == 20_000
    assert peak < 20_000_000


def test_a_place_that_cannot_hold_shards_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputFault, match="cannot write here"):
            check_directory(place)
    check_directory(tmp_path / "new" / "below")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"name": "anthropic/claude"}, "batch files are OpenAI's"),
        ({"name": "gpt-4o-mini"}, "openai/NAME"),
        ({"name": "openai/gpt-5", "temperature": None, "max_tokens": 20_000}, "set max_tokens: null"),
    ],
)
def test_models_that_batch_files_cannot_serve_are_refused(spec: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageFault, match=said):
        build_batch_model(ModelSpec.model_validate(spec), concurrency=1)


def test_a_session_needs_no_key(no_keys: None) -> None:
    del no_keys
    model = build_batch_model(ModelSpec(name="openai/gpt-4o-mini"), concurrency=1)
    assert model.key == ""
