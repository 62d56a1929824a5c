"""Steps that ask several times: whatever was answered before the last request survives a kill."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from dspy.lm15 import Request, Response, TransportError

from condor.corpus.records import Answer, Question
from condor.errors import CallFault
from condor.programs import AnswerQuestion, CondorAdapter
from condor.runtime.journal import Journal
from condor.runtime.models import Model
from condor.runtime.steps import JournaledSteps

from runtime_support import Script, make_cell, reply, scripted_model

ANSWER = "[[ ## answer ## ]]\nBread.\n[[ ## completed ## ]]"
CUT = reply("[[ ## answer ## ]]\nBre", "length")


class Killed(BaseException):
    """Ends a session as a kill would: nothing more is written."""


QUESTION = Question(
    parent_id="cell", origin=make_cell().origin.model_copy(update={"difficulty": "easy"}), text="Why bread?"
)


def session(path: Path, model: Model) -> Answer:
    with Journal.open(path) if path.exists() else Journal.create(path, {}) as journal:

        async def work() -> Answer:
            return await JournaledSteps(journal, model, adapter=CondorAdapter())(AnswerQuestion(), QUESTION)

        return asyncio.run(work())


def totals(path: Path) -> tuple[int, int, float | None]:
    with Journal.open_read_only(path) as journal:
        sums = journal.totals()
    return sums.calls, sums.input_tokens, sums.cost_usd


@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_a_kill_in_mid_conversation_loses_the_call_in_flight_and_no_other(tmp_path: Path, killed_at: int) -> None:
    path = tmp_path / "journal.db"
    replies = [reply("no marker"), CUT, reply("[[ ## answer ## ]]"), reply(ANSWER)]
    asked: list[list[str]] = []

    def script(until: int | None, start: int) -> Script:
        def answer(number: int, request: Request) -> Response | Exception:
            if until is not None and number + start == until:
                raise Killed
            asked.append([message.text or "" for message in request.messages])
            return replies[number + start]

        return answer

    model, _ = scripted_model(script(killed_at, 0))
    with pytest.raises(Killed):
        session(path, model)
    paid = len(asked)
    assert paid == killed_at
    assert totals(path) == (paid, 10 * paid, pytest.approx(0.01 * paid))
    model, _ = scripted_model(script(None, killed_at))
    answer = session(path, model)
    assert answer.text == "Bread."
    assert len(asked) == len(replies)
    assert answer.provenance is not None
    assert (answer.provenance.calls, answer.provenance.input_tokens) == (4, 40)
    assert totals(path) == (4, 40, pytest.approx(0.04))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM turns").fetchone() == (0,)
    # The conversation is the one that was broken off: each request holds the ones before it.
    whole = tmp_path / "whole.db"
    at_once: list[list[str]] = []

    def in_one_go(number: int, request: Request) -> Response | Exception:
        at_once.append([message.text or "" for message in request.messages])
        return replies[number]

    model, _ = scripted_model(in_one_go)
    session(whole, model)
    assert asked == at_once


def test_a_conversation_that_ends_without_a_reply_goes_on_where_it_was_and_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"

    def script(number: int, request: Request) -> Response | Exception:
        # The proof that the endpoint serves, then a reply that does not parse, and nobody to repair it.
        return reply("no marker") if number == 0 else TransportError("reset")

    model, inner = scripted_model(script)
    with pytest.raises(CallFault):
        session(path, model)
    failed = len(inner.requests)
    assert totals(path)[0] == failed
    model, inner = scripted_model(lambda *_: reply(ANSWER))
    session(path, model)
    assert len(inner.requests) == 1
    assert len(inner.requests[0].messages) == 3
    assert totals(path) == (failed + 1, 20, pytest.approx(0.02))


def test_what_is_kept_of_a_reply_holds_no_key_and_nothing_that_cannot_be_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", "canary-4711-canary")
    path = tmp_path / "journal.db"

    def script(number: int, request: Request) -> Response | Exception:
        if number:
            raise Killed
        return reply("you are canary-4711-canary \ud800\0")

    model, _ = scripted_model(script)
    with pytest.raises(Killed):
        session(path, model)
    with closing(sqlite3.connect(path)) as database:
        ((text,),) = database.execute("SELECT text FROM turns").fetchall()
    assert "4711" not in text
    assert text.startswith("you are [key]")
