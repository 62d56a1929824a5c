"""Champions: promoted and gone back from as a person expects, restored for a synthesis, and refused where they must."""

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException

from condor.errors import PromptFault, StoreFault
from condor.experiments import mlflow_store
from condor.experiments.compiled import Programs
from condor.experiments.mlflow_store import Store
from condor.experiments.prompts import choice
from condor.experiments.prompts.champions import (
    champion_programs,
    champions,
    find_version,
    promote,
    promote_all,
    rollback,
)
from condor.experiments.prompts.choice import GROWTH_STAGES, SYNTHESIS_STAGES, choose_programs, find_programs
from condor.experiments.prompts.diff import diff_prompts
from condor.experiments.prompts.registering import register_built_in, register_compiled
from condor.experiments.prompts.registry import versions_of
from condor.programs import RefineAnswer

from prompt_samples import compiled

NAME = "condor.refinement"


@contextmanager
def slow_server(*, dripping: bool) -> Iterator[str]:
    """A server that takes requests and never answers, or answers a byte at a time without end; gives its address."""
    over, held = Event(), list[socket.socket]()

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):  # closed
            while True:
                held.append(listener.accept()[0])
                if dripping:
                    Thread(target=drip, args=(held[-1],), daemon=True).start()

    def drip(client: socket.socket) -> None:
        with suppress(OSError):
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not over.wait(0.1):
                client.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        for client in held:
            client.close()


def champion(store: Store, name: str = NAME) -> int:
    return champions(store, [name])[name].version


def register(store: Store, count: int) -> None:
    for number in range(count):
        register_compiled(store, compiled(instructions=f"Better and better, {number}."))


def test_a_champion_is_what_a_synthesis_uses(store: Store) -> None:
    program = compiled()
    register_compiled(store, program)
    assert champion_programs(store) == Programs()
    promote(store, NAME, 2)
    used = choose_programs("champion", SYNTHESIS_STAGES, store)
    assert used == Programs.of(program.prompts)
    stage = RefineAnswer()
    used.apply(stage)
    assert stage.prompt_version() == program.prompts[0].prompt_version
    assert choose_programs("built-in", SYNTHESIS_STAGES, store) == Programs()
    assert choose_programs("champion", SYNTHESIS_STAGES, None) == Programs()


def test_a_champion_of_growth_is_no_prompt_of_a_synthesis_and_the_other_way_round(store: Store) -> None:
    program = compiled("expand")
    (version,) = register_compiled(store, program)
    promote(store, version.name, version.version)
    assert choose_programs("champion", SYNTHESIS_STAGES, store) == Programs()
    assert choose_programs("champion", GROWTH_STAGES, store) == Programs.of(program.prompts)


def test_rolling_back_twice_goes_back_twice_and_then_says_that_there_is_no_more(store: Store) -> None:
    register(store, 2)
    for version in (2, 3, 3, 1):
        promote(store, NAME, version)
    found = []
    for _ in range(3):
        rollback(store, NAME)
        found.append(champion(store))
    assert found == [3, 2, 1]
    with pytest.raises(PromptFault, match=r"condor\.refinement: version 1 has no champion before it to go back to"):
        rollback(store, NAME)
    promote(store, NAME, 3)
    rollback(store, NAME)
    assert champion(store) == 1


@settings(deadline=None, max_examples=5)
@given(moves=st.lists(st.one_of(st.integers(1, 3), st.none()), max_size=8))
def test_any_sequence_of_promotions_and_rollbacks_is_a_stack(
    store_template: Path, tmp_path_factory: pytest.TempPathFactory, moves: list[int | None]
) -> None:
    from condor.experiments.mlflow_store import open_store

    directory = tmp_path_factory.mktemp("stack")
    shutil.copy(store_template, directory / "mlflow.db")
    store = open_store(f"sqlite:///{directory}/mlflow.db")
    register(store, 2)
    stack = [1]
    for move in moves:
        if move is not None:
            promote(store, NAME, move)
            stack += [move] if stack[-1] != move else []
        elif len(stack) > 1:
            rollback(store, NAME)
            stack.pop()
        assert champion(store) == stack[-1]


def test_an_alias_that_was_set_in_mlflow_is_part_of_the_history(store: Store) -> None:
    register(store, 2)
    promote(store, NAME, 2)
    store.client.set_prompt_alias(NAME, "champion", 3)
    rollback(store, NAME)
    assert champion(store) == 2


def test_prompts_compiled_as_one_are_promoted_and_gone_back_from_together(store: Store) -> None:
    register_compiled(store, compiled("refine+critique"))
    now = promote(store, "condor.critique", 2)
    assert [(version.name, version.version) for version in now] == [("condor.critique", 2), (NAME, 2)]
    assert (champion(store, "condor.critique"), champion(store)) == (2, 2)
    rollback(store, NAME)
    assert (champion(store, "condor.critique"), champion(store)) == (1, 1)


def test_where_the_store_fails_between_two_promotions_neither_stands(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = register_compiled(store, compiled("refine+critique"))
    straight, calls = store.client.set_prompt_alias, []

    def failing(name: str, alias: str, version: int) -> None:
        calls.append(name)
        if len(calls) == 2:
            raise MlflowException("the disk is full")
        straight(name, alias, version)

    monkeypatch.setattr(store.client, "set_prompt_alias", failing)
    with pytest.raises(StoreFault, match="the disk is full"):
        promote_all(store, versions)
    assert (champion(store, "condor.critique"), champion(store)) == (1, 1)


def test_a_champion_for_another_signature_is_refused_in_a_line_that_says_what_to_do(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_compiled(store, compiled())
    promote(store, NAME, 2)
    monkeypatch.setattr(RefineAnswer, "signature", RefineAnswer.signature.with_instructions("Another Condor's."))
    for use in (lambda: choose_programs("champion", SYNTHESIS_STAGES, store), lambda: promote(store, NAME, 2)):
        with pytest.raises(
            PromptFault, match=r"version 2: was made for another signature of refinement .*condor promp"
        ):
            use()
    register_built_in(store)
    assert champion(store) == 2
    promote(store, NAME, "built-in")
    assert choose_programs("champion", SYNTHESIS_STAGES, store) == Programs()


def test_a_state_that_was_changed_in_the_registry_is_refused(store: Store) -> None:
    register(store, 2)
    for key, value in find_version(store, NAME, 3).packed.items():
        store.client.set_prompt_version_tag(NAME, 2, key, value)
    with pytest.raises(PromptFault, match="version 2: loads as another prompt"):
        promote(store, NAME, 2)


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        (NAME, 9, "no version 9 in .*; there are 1"),
        ("condor.cook", 1, "condor.cook: no such prompt in .*there are condor"),
    ],
)
def test_what_is_not_there_is_named(store: Store, name: str, version: int, said: str) -> None:
    register_built_in(store)
    with pytest.raises(PromptFault, match=said):
        promote(store, name, version)


def test_a_diff_shows_what_the_model_reads_with_demos(store: Store) -> None:
    register_compiled(store, compiled(demos=[{"question": "问题", "draft": "d", "answer": "line one\nline two"}]))
    lines = diff_prompts(find_version(store, NAME, "built-in"), find_version(store, NAME, "latest"))
    assert lines[0].startswith(f"--- {NAME} version 1 (built-in, ")
    assert lines[1].startswith(f"+++ {NAME} version 2 (compiled, ")
    assert any(line.startswith("+") and "Write the answer anew, and better." in line for line in lines)
    assert "+--- user (demo 1) ---" in lines
    assert {"+问题", "+line one", "+line two"} <= set(lines)
    assert diff_prompts(find_version(store, NAME, 1), find_version(store, NAME, "champion")) == []


def test_a_store_is_not_made_only_to_look_into_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert find_programs("champion", SYNTHESIS_STAGES, required=False, tell=pytest.fail) == Programs()
    with pytest.raises(StoreFault, match="is not there"):
        find_programs("champion", SYNTHESIS_STAGES, required=True, tell=pytest.fail)
    assert list(tmp_path.iterdir()) == []


def test_without_its_store_the_work_goes_on_unless_the_champions_were_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    said: list[str] = []
    assert find_programs("champion", SYNTHESIS_STAGES, required=False, tell=said.append) == Programs()
    assert len(said) == 1
    assert "cannot be reached" in said[0]
    assert said[0].endswith("the built-in prompts are used")
    with pytest.raises(StoreFault, match="--prompts built-in goes on without"):
        find_programs("champion", SYNTHESIS_STAGES, required=True, tell=pytest.fail)
    assert find_programs("built-in", SYNTHESIS_STAGES, required=True, tell=pytest.fail) == Programs()


@pytest.mark.parametrize("dripping", [False, True])
def test_a_store_that_is_too_slow_holds_nobody_up(monkeypatch: pytest.MonkeyPatch, dripping: bool) -> None:
    monkeypatch.setattr(choice, "_DEADLINE_S", 0.5)
    said: list[str] = []
    with slow_server(dripping=dripping) as address:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        assert find_programs("champion", SYNTHESIS_STAGES, required=False, tell=said.append) == Programs()
        assert said == [f"MLflow's store {address}: no champions within 0.5 s; the built-in prompts are used"]
        with pytest.raises(StoreFault, match=r"no champions within 0\.5 s; --prompts built-in goes on without"):
            find_programs("champion", SYNTHESIS_STAGES, required=True, tell=pytest.fail)


def test_a_store_that_another_process_is_about_to_make_or_open_is_not_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_compiled(store, program := compiled())
    promote(store, NAME, 2)
    monkeypatch.setattr(mlflow_store, "_LOCK_S", 0.1)
    database = Path(store.address.removeprefix("sqlite:///"))
    with FileLock(database.with_name(f".{database.name}.lock")):
        found = find_programs("champion", SYNTHESIS_STAGES, uri=store.address, required=False, tell=pytest.fail)
    assert found == Programs.of(program.prompts)


def test_champions_are_looked_up_without_a_word_written(store: Store, store_template: Path) -> None:
    database = Path(store.address.removeprefix("sqlite:///"))
    shutil.copy(store_template, database)
    before = database.read_bytes()
    assert find_programs("champion", SYNTHESIS_STAGES, uri=store.address, required=True, tell=pytest.fail) == Programs()
    assert database.read_bytes() == before


def test_a_server_holds_champions_as_a_file_does(served: Store) -> None:
    (version,) = register_compiled(served, compiled("answer", "Answer well."))
    promote(served, "condor.answer", version.version)
    assert champion_programs(served).prompts["answer"].instructions == "Answer well."
    assert json.loads(served.client.get_prompt("condor.answer").tags["condor.champions"])[-1] == version.version  # pyright: ignore[reportOptionalMemberAccess]
    rollback(served, "condor.answer")
    assert champion_programs(served).prompts.get("answer") is None
    assert [each.version for each in versions_of(served, "condor.answer")] == [1, version.version]


def test_a_step_back_that_is_broken_off_in_the_middle_is_made_by_the_next_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(store, 2)
    promote(store, NAME, 2)
    promote(store, NAME, 3)
    straight = store.client.set_prompt_alias
    monkeypatch.setattr(store.client, "set_prompt_alias", _break_off)
    with pytest.raises(_Killed):
        rollback(store, NAME)
    monkeypatch.setattr(store.client, "set_prompt_alias", straight)
    assert champion(store) == 3
    rollback(store, NAME)
    assert champion(store) == 2
    monkeypatch.setattr(store.client, "set_prompt_tag", _break_off)
    with pytest.raises(_Killed):
        promote(store, NAME, 3)
    monkeypatch.undo()
    assert champion(store) == 3
    rollback(store, NAME)
    assert champion(store) == 2


class _Killed(BaseException):
    """Stands for the end of the process."""


def _break_off(*args: object, **kwargs: object) -> None:
    raise _Killed
