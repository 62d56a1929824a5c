"""Replies to an optimizer's calls: stored by request, asked for once, and an end that no optimizer swallows."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from dspy.lm15 import AuthError, InvalidRequestError, Message, Request, ServerError

from condor.errors import CallFault, ModelFault
from condor.experiments.optimizing.replies import Halted, Replies, StoredLM, stored_lm
from condor.experiments.optimizing.session import Spending
from condor.runtime.journal import Journal
from condor.runtime.ledger import Ledger

from runtime_support import Script, reply, scripted_model

T = TypeVar("T")


def asked(text: str) -> Request:
    return Request(model="openai/scripted", messages=(Message.user(text),))


def session(path: Path, script: Script, work: Callable[[StoredLM, Replies], T]) -> tuple[T, int]:
    """Some blocking work with stored replies; with the number of calls that reached the model."""
    model, inner = scripted_model(script)
    new = not path.exists()

    async def run() -> T:
        with Journal.create(path, {"kind": "optimization"}) if new else Journal.open(path) as journal:
            replies = Replies(journal, Spending(Ledger(), partial(journal.write_meta, "spent"), lambda _: None))
            lm = stored_lm("generator", model, replies)
            with ThreadPoolExecutor(1) as thread:
                return await asyncio.get_running_loop().run_in_executor(thread, work, lm, replies)

    return asyncio.run(run()), len(inner.requests)


def numbered(number: int, request: Request) -> Any:
    return reply(f"reply {number}")


def text_of(response: Any) -> str:
    return response.text


def test_the_same_request_is_asked_once_also_in_a_later_session(tmp_path: Path) -> None:
    def work(lm: StoredLM, replies: Replies) -> list[Any]:
        return [text_of(lm(asked(text))) for text in ("a", "b", "a")] + [replies.used.calls, replies.used.input_tokens]

    first, calls = session(tmp_path / "j.db", numbered, work)
    assert (first, calls) == (["reply 0", "reply 1", "reply 0", 2, 20], 2)
    assert session(tmp_path / "j.db", numbered, work) == (first, 0)


def test_another_rollout_is_another_reply(tmp_path: Path) -> None:
    def work(lm: StoredLM, replies: Replies) -> list[str]:
        copy = lm.copy(rollout_id=7)
        return [
            text_of(answer)
            for answer in (lm(asked("a")), lm(asked("a"), rollout_id=1), lm(asked("a"), rollout_id=1), copy(asked("a")))
        ]

    assert session(tmp_path / "j.db", numbered, work) == (["reply 0", "reply 1", "reply 1", "reply 2"], 3)


def test_many_who_ask_the_same_at_once_share_one_call(tmp_path: Path) -> None:
    def work(lm: StoredLM, replies: Replies) -> set[str]:
        with ThreadPoolExecutor(8) as threads:
            return set(threads.map(lambda _: text_of(lm(asked("a"))), range(24)))

    assert session(tmp_path / "j.db", numbered, work) == ({"reply 0"}, 1)


def test_a_declined_request_is_told_as_such_from_the_journal_too(tmp_path: Path) -> None:
    def work(lm: StoredLM, replies: Replies) -> str:
        return lm(asked("a")).finish_reason

    assert session(tmp_path / "j.db", lambda *_: reply("no", "content_filter"), work) == ("content_filter", 1)
    assert session(tmp_path / "j.db", numbered, work) == ("content_filter", 0)


@pytest.mark.parametrize(("error", "fault"), [(ServerError("down"), CallFault), (AuthError("no"), ModelFault)])
def test_what_got_no_reply_ends_the_work_and_is_no_failed_example(
    error: Exception, fault: type[Exception], tmp_path: Path
) -> None:
    def work(lm: StoredLM, replies: Replies) -> None:
        lm(asked("first"))
        for _ in range(2):  # whoever asks afterwards is turned away as well, without a call
            with pytest.raises(Halted) as caught:
                lm(asked("a"))
            assert isinstance(caught.value.fault, fault)
            assert not isinstance(caught.value, Exception)

    _, calls = session(tmp_path / "j.db", lambda number, _: reply("x") if not number else error, work)
    assert calls <= 4  # the first, and the attempts of the second


def test_a_refused_request_is_the_examples_own_fault(tmp_path: Path) -> None:
    def work(lm: StoredLM, replies: Replies) -> str:
        lm(asked("first"))
        with pytest.raises(Exception, match="too long"):
            lm(asked("a"))
        return text_of(lm(asked("b")))

    def script(number: int, request: Request) -> Any:
        return InvalidRequestError("too long") if number == 1 else reply("x")

    assert session(tmp_path / "j.db", script, work) == ("x", 3)
