"""Steps through the journal: done once, read back whole, failures kept with their raw reply."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dspy.lm15 import AuthError, InvalidRequestError, Request, Response, ServerError

from condor.corpus.records import Answer, Cell, Comparison, Preference, Question, Verdict
from condor.errors import CallFault, Interrupted, ModelFault, RefusedRequest, TruncatedReply, UnreadableReply
from condor.programs import AnswerQuestion, Judge, ProposeRoots, WriteQuestions
from condor.runtime.journal import Journal, StepEntry
from condor.runtime.steps import JournaledSteps

from runtime_support import make_cell, rehearsal_model, reply, run_with, scripted_model

ANSWER = "[[ ## answer ## ]]\nBread.\n\n[[ ## completed ## ]]"


def make_question(text: str = "What is bread?") -> Question:
    return Question(parent_id="cell", origin=make_cell().origin.model_copy(update={"difficulty": "easy"}), text=text)


def test_a_step_is_executed_once_and_read_back_with_its_provenance(journal: Journal) -> None:
    model, inner = scripted_model(lambda *_: reply(ANSWER))
    clock = lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)  # noqa: E731
    steps = JournaledSteps(journal, model, clock=clock)
    stage, question = AnswerQuestion(), make_question()

    async def twice() -> tuple[Answer, Answer]:
        return await steps(stage, question), await JournaledSteps(journal, model)(AnswerQuestion(), question)

    first, second = run_with(model, twice())
    assert len(inner.requests) == 1
    assert first == second
    assert first.id == second.id
    made = first.provenance
    assert made is not None
    assert (made.stage, made.calls, made.input_tokens, made.output_tokens) == ("answer", 1, 10, 5)
    assert made.created_at == "2026-01-02T03:04:05+00:00"
    assert made.prompt_version == stage.prompt_version()
    assert journal.prompt(made.prompt_version) == stage.prompt()


def test_the_same_step_asked_for_at_once_is_executed_once(journal: Journal) -> None:
    model, inner = scripted_model(lambda *_: reply(ANSWER))
    steps, stage, question = JournaledSteps(journal, model), AnswerQuestion(), make_question()

    async def many() -> list[Answer]:
        return await asyncio.gather(*(steps(stage, question) for _ in range(10)))

    answers = run_with(model, many())
    assert len(inner.requests) == 1
    assert len({answer.id for answer in answers}) == 1


def test_a_step_of_another_run_is_taken_over_once_without_a_call_and_its_place_is_in_this_runs_tree(
    journal: Journal, tmp_path: Path
) -> None:
    model, inner = scripted_model(lambda n, _: ServerError("down") if n > 0 else reply(ANSWER))
    stage, question, unanswered = AnswerQuestion(), make_question(), make_question("What is rye?")
    origin = question.origin.model_copy(update={"tree_version": "another"})
    told: list[StepEntry] = []

    async def work() -> list[Answer]:
        with Journal.create(tmp_path / "old.db", {}) as old:
            steps = JournaledSteps(old, model)
            await steps(stage, question)
            with pytest.raises(CallFault):
                await steps(stage, unanswered)
            calls = len(inner.requests)
            forked = JournaledSteps(journal, model, inherited=old, on_step=told.append)
            here = question.model_copy(update={"origin": origin})
            answers = await asyncio.gather(*(forked(stage, here) for _ in range(10)))
            assert len(inner.requests) == calls
            with pytest.raises(CallFault):
                await forked(stage, unanswered)
            assert len(inner.requests) > calls
            return answers

    answers = run_with(model, work())
    assert [entry.inherited for entry in told] == [True, False]
    assert {answer.origin.tree_version for answer in answers} == {"another"}
    made = answers[0].provenance
    assert made is not None
    assert (made.calls, made.input_tokens) == (1, 10)
    assert journal.record(answers[0].id) == answers[0]
    totals = journal.totals()
    assert totals.inherited == 1
    assert totals.calls == told[1].calls
    figures = journal.stage_figures()["answer"]
    assert (figures.ended, figures.inherited, figures.executed) == (1, 1, 0)


def test_the_cell_is_stored_with_its_questions_and_questions_come_back_in_order(journal: Journal) -> None:
    model = rehearsal_model()
    cell = make_cell()

    async def work() -> tuple[tuple[Question, ...], tuple[Question, ...]]:
        stage = WriteQuestions()
        return await JournaledSteps(journal, model)(stage, cell), await JournaledSteps(journal, model)(stage, cell)

    first, second = run_with(model, work())
    assert first == second
    assert [question.origin.difficulty for question in second] == ["easy", "medium", "hard"]
    assert isinstance(journal.record(cell.id), Cell)


def test_plain_values_come_back_as_they_were(journal: Journal) -> None:
    model = rehearsal_model()

    async def work() -> tuple[tuple[str, ...], tuple[str, ...]]:
        stage = ProposeRoots()
        first = await JournaledSteps(journal, model)(stage, "zh", [], 5)
        return first, await JournaledSteps(journal, model)(stage, "zh", [], 5)

    first, second = run_with(model, work())
    assert first == second
    assert len(first) == 5


@pytest.mark.parametrize(
    "change", ["question", "parent", "prompt", "demos", "model", "temperature", "replicate", "nothing"]
)
def test_a_key_changes_with_what_shapes_the_reply_and_with_nothing_else(journal: Journal, change: str) -> None:
    model, inner = scripted_model(lambda *_: reply(ANSWER))
    other, inner_of_other = scripted_model(lambda *_: reply(ANSWER))
    stage, question = AnswerQuestion(), make_question()
    other_stage, other_question, replicate = AnswerQuestion(), question, 0
    spec = model.spec
    match change:
        case "question":
            other_question = make_question("What is rye?")
        case "parent":
            other_question = question.model_copy(update={"parent_id": "another"})
            other_question = Question.model_validate(other_question.model_dump())
        case "prompt":
            other_stage.predict.signature = other_stage.predict.signature.with_instructions("Be brief.")  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]
        case "demos":
            other_stage.predict.demos = [{"question": "q", "language": "English", "answer": "a"}]
        case "model":
            spec = spec.model_copy(update={"name": "openai/other"})
        case "temperature":
            spec = spec.model_copy(update={"temperature": 0.1})
        case "replicate":
            replicate = 1
        case _:
            spec = spec.model_copy(update={"api_base": "http://127.0.0.1:1/v1", "timeout_s": 1.0})
    object.__setattr__(other, "spec", spec)
    run_with(model, JournaledSteps(journal, model)(stage, question))
    run_with(other, JournaledSteps(journal, other, replicate=replicate)(other_stage, other_question))
    assert len(inner.requests) == 1
    assert len(inner_of_other.requests) == (0 if change == "nothing" else 1)


def test_an_unreadable_reply_is_kept_raw_and_not_asked_for_again(journal: Journal) -> None:
    model, inner = scripted_model(lambda *_: reply("no marker \ud800 anywhere"))
    question = make_question()

    async def work() -> None:
        for _ in range(2):
            with pytest.raises(UnreadableReply, match="answer"):
                await JournaledSteps(journal, model)(AnswerQuestion(), question)

    run_with(model, work(), parse_retries=2)
    assert len(inner.requests) == 3
    with sqlite3.connect(journal.path) as database:
        row = database.execute("SELECT outcome, reason, raw, calls FROM steps").fetchall()
    assert row == [("invalid", "unreadable", "no marker \ufffd anywhere", 3)]


def test_a_truncated_reply_is_no_record(journal: Journal) -> None:
    model, inner = scripted_model(lambda *_: reply(ANSWER, "length"))

    async def work() -> None:
        for _ in range(2):
            with pytest.raises(TruncatedReply) as caught:
                await JournaledSteps(journal, model)(AnswerQuestion(), make_question())
            assert "Bread." in caught.value.raw

    run_with(model, work())
    assert len(inner.requests) == 2  # as it was, and with a higher limit; a second session asks for nothing


def test_a_call_without_reply_is_asked_again_by_the_next_session_and_its_cost_is_added(journal: Journal) -> None:
    def script(number: int, request: Request) -> Response | Exception:
        return ServerError("down") if 1 <= number <= 3 else reply(ANSWER)

    model, inner = scripted_model(script)
    question = make_question("second")

    async def work() -> Answer:
        steps = JournaledSteps(journal, model)
        await steps(AnswerQuestion(), make_question("first"))
        with pytest.raises(CallFault) as caught:
            await steps(AnswerQuestion(), question)
        assert caught.value.reason == "server"
        return await JournaledSteps(journal, model)(AnswerQuestion(), question)

    assert run_with(model, work()).text == "Bread."
    assert len(inner.requests) == 5
    assert journal.totals().calls == 5


@pytest.mark.parametrize("first", [0, 1])
def test_a_refused_request_fails_its_item_and_nothing_else_even_as_the_first_of_a_session(
    journal: Journal, first: int
) -> None:
    """A 400 says that the endpoint is there and the key is right; the next item may go on."""
    model, _ = scripted_model(lambda n, _: InvalidRequestError("too long") if n == first else reply(ANSWER))

    async def work() -> list[str]:
        steps = JournaledSteps(journal, model)
        outcomes = []
        for text in ("one", "two", "three"):
            try:
                outcomes.append((await steps(AnswerQuestion(), make_question(text))).text)
            except RefusedRequest as exc:
                outcomes.append(exc.reason)
        return outcomes

    outcomes = run_with(model, work())
    assert outcomes == ["bad_request" if number == first else "Bread." for number in range(3)]


def test_a_key_that_an_endpoint_echoes_is_taken_out_of_the_message(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIPTED_API_KEY", "canary-4711-canary")
    model, _ = scripted_model(lambda *_: AuthError("wrong key canary-4711-canary"))
    with pytest.raises(ModelFault) as caught:
        run_with(model, JournaledSteps(journal, model)(AnswerQuestion(), make_question()))
    assert "[key]" in str(caught.value)
    assert "4711" not in str(caught.value)
    journal.close()
    assert all(b"4711" not in path.read_bytes() for path in journal.path.parent.iterdir())


def test_once_stopping_nothing_new_is_begun_but_what_is_done_can_be_read(journal: Journal) -> None:
    model, inner = scripted_model(lambda *_: reply(ANSWER))

    async def work() -> None:
        steps = JournaledSteps(journal, model)
        done = await steps(AnswerQuestion(), make_question("first"))
        model.engine.stopping.set()
        assert await steps(AnswerQuestion(), make_question("first")) == done
        with pytest.raises(Interrupted):
            await steps(AnswerQuestion(), make_question("second"))

    run_with(model, work())
    assert len(inner.requests) == 1


def test_no_more_results_are_unstored_at_any_moment_than_calls_may_be_in_flight(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a crash may lose: with a slow disk, replies must not pile up in front of it while new calls are made."""
    begun = stored = most = 0

    def script(number: int, request: Request) -> Response:
        nonlocal begun, most
        begun += 1
        most = max(most, begun - stored)
        return reply(ANSWER)

    model, _ = scripted_model(script, concurrency=4)
    write = journal.write_step

    async def slow_write(entry: StepEntry) -> None:
        nonlocal stored
        await asyncio.sleep(0.01)
        await write(entry)
        stored += 1

    monkeypatch.setattr(journal, "write_step", slow_write)

    async def work() -> None:
        steps = JournaledSteps(journal, model)
        stage = AnswerQuestion()
        await asyncio.gather(*(steps(stage, make_question(f"number {n}")) for n in range(60)))

    run_with(model, work())
    assert stored == 60
    assert most == 4


def test_verdicts_go_through_the_journal_and_are_read_back_without_a_call(journal: Journal) -> None:
    question = make_question()
    first, second = (Answer(parent_id=question.id, origin=question.origin, text=text) for text in ("Bread.", "Dough."))

    async def judged() -> tuple[Verdict | None, Comparison | None]:
        steps = JournaledSteps(journal, rehearsal_model())
        return (
            await Judge().ascore(question, first, step=steps),
            await Judge().acompare(question, first, second, step=steps),
        )

    before, after = (run_with(rehearsal_model(), judged()) for _ in range(2))
    assert before == after
    verdict, comparison = before
    assert verdict is not None
    assert comparison is not None
    assert journal.record(verdict.id) == verdict
    assert journal.totals().calls_by_stage == {"score": 1, "compare": 2}
    orders = [child for answer in (first, second) for child in journal.children(answer.id) if child != verdict]
    assert all(isinstance(order, Preference) for order in orders)
    assert [(order.parent_id, order.provenance is not None) for order in orders] == [
        (first.id, True),
        (second.id, True),
    ]
    assert comparison.provenance is not None
    assert comparison.provenance.calls == 2


def test_an_unreadable_verdict_is_missing_and_its_reply_is_kept(journal: Journal) -> None:
    model, inner = scripted_model(lambda *_: reply("[[ ## reason ## ]]\nWell.\n\n[[ ## verdict ## ]]\nboth"))
    question = make_question()
    first, second = (Answer(parent_id=question.id, origin=question.origin, text=text) for text in ("Bread.", "Dough."))

    async def judged() -> Comparison | None:
        return await Judge().acompare(question, first, second, step=JournaledSteps(journal, model))

    assert run_with(model, judged()) is None
    asked = len(inner.requests)
    assert run_with(model, judged()) is None
    assert len(inner.requests) == asked  # a finished step, however it ended, is not asked again
    with sqlite3.connect(journal.path) as database:
        ((*ended, raw),) = database.execute("SELECT stage, outcome, reason, raw FROM steps").fetchall()
    assert ended == ["compare", "invalid", "unreadable"]
    assert "both" in raw
