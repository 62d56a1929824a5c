"""The steps that can be compiled: what each is given, what is judged of what it makes, and what one result costs."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import dspy

from ...corpus.filters import Rejection
from ...corpus.records import Answer, Cell, Critique, Question, Record, Refinement, Verdict
from ...programs import (
    AnswerQuestion,
    CritiqueAnswer,
    ExpandTag,
    Grade,
    Refine,
    RefineAnswer,
    ScoreQuestionsStage,
    ScoreStage,
    ScoreTagsStage,
    Stage,
    Step,
    WriteQuestions,
)
from ...programs.program import Program
from ...vocabulary import DIFFICULTIES, Difficulty
from ..compiled import CompiledStep
from .constraints import check_answer, check_critique, check_questions, check_refinement, check_tags
from .sets import tag_path

R = TypeVar("R", bound=Record)

#: How many tags a split asks for.
_TAGS = 6
#: Asks a stage of the judge, and a fixed stage that is not compiled; the result, or None where it cannot be read.
Asker = Callable[..., Any]


class StepTask(ABC):
    """A step as an optimizer meets it.

    Attributes:
        step: its name.
        input_calls: calls that make the inputs of one cell.
        calls: calls for one result: those that make it and those that judge it.
    """

    step: ClassVar[CompiledStep]
    input_calls: ClassVar[int]
    calls: ClassVar[int]

    @abstractmethod
    def program(self) -> Program[Any]:
        """What is compiled, with its built-in prompts."""

    @abstractmethod
    async def inputs(self, cell: Cell, difficulty: Difficulty, step: Step) -> dict[str, Any]:
        """What the program is given for a cell.

        Raises:
            ReplyFault: a reply that it needs cannot be read.
        """

    @abstractmethod
    def check(self, inputs: dict[str, Any], result: Any) -> Rejection | None:
        """The rule that a result breaks, if any."""

    @abstractmethod
    def judge(self, inputs: dict[str, Any], result: Any, ask: Asker) -> Verdict | Grade | None:
        """What the judge says of a result; None where that cannot be read."""

    def follow(self, inputs: dict[str, Any], result: Any, ask: Asker) -> Any:
        """What becomes of a result that is not judged itself, made by a stage that stays as it is."""
        return result

    def judged(self, inputs: dict[str, Any], result: Any) -> Rejection | None:
        """The rule that what is judged breaks, if that is not the result itself."""
        return None


class ExpandTask(StepTask):
    """Tags under a tag; judged as a set."""

    step = "expand"
    input_calls, calls = 0, 2

    def __init__(self) -> None:
        self._judge = ScoreTagsStage()

    def program(self) -> Program[Any]:
        return ExpandTag()

    async def inputs(self, cell: Cell, difficulty: Difficulty, step: Step) -> dict[str, Any]:
        return {"path": list(tag_path(cell)), "existing": [], "count": _TAGS, "language": cell.origin.language}

    def check(self, inputs: dict[str, Any], result: Any) -> Rejection | None:
        return check_tags(result, inputs["path"], inputs["count"], inputs["language"])

    def judge(self, inputs: dict[str, Any], result: Any, ask: Asker) -> Grade | None:
        return ask("judge", self._judge, inputs["path"], result, inputs["language"])


class QuestionTask(StepTask):
    """The three questions of a cell; judged together."""

    step = "question"
    input_calls, calls = 0, 2

    def __init__(self) -> None:
        self._judge = ScoreQuestionsStage()

    def program(self) -> Program[Any]:
        return WriteQuestions()

    async def inputs(self, cell: Cell, difficulty: Difficulty, step: Step) -> dict[str, Any]:
        return {"cell": cell}

    def check(self, inputs: dict[str, Any], result: Any) -> Rejection | None:
        return check_questions(inputs["cell"], result)

    def judge(self, inputs: dict[str, Any], result: Any, ask: Asker) -> Grade | None:
        return ask("judge", self._judge, inputs["cell"], result)


class _AnswerLike(StepTask):
    """What ends in an answer, which is judged."""

    def __init__(self) -> None:
        self._judge = ScoreStage()

    def judge(self, inputs: dict[str, Any], result: Any, ask: Asker) -> Verdict | None:
        return ask("judge", self._judge, inputs["question"], result)


class AnswerTask(_AnswerLike):
    """The first answer to a question."""

    step = "answer"
    input_calls, calls = 1, 2

    def program(self) -> Program[Any]:
        return AnswerQuestion()

    async def inputs(self, cell: Cell, difficulty: Difficulty, step: Step) -> dict[str, Any]:
        questions: tuple[Question, ...] = await step(WriteQuestions(), cell)
        return {"question": _bare(questions[DIFFICULTIES.index(difficulty)])}

    def check(self, inputs: dict[str, Any], result: Answer) -> Rejection | None:
        return check_answer(result.text, inputs["question"])


class CritiqueTask(_AnswerLike):
    """A critique; what is judged is the answer that the built-in refinement makes of it."""

    step = "critique"
    input_calls, calls = 2, 3

    def __init__(self) -> None:
        super().__init__()
        self._refine = RefineAnswer()

    def program(self) -> Program[Any]:
        return CritiqueAnswer()

    async def inputs(self, cell: Cell, difficulty: Difficulty, step: Step) -> dict[str, Any]:
        return await _answered(cell, difficulty, step)

    def check(self, inputs: dict[str, Any], result: Critique) -> Rejection | None:
        return check_critique(result)

    def follow(self, inputs: dict[str, Any], result: Critique, ask: Asker) -> Refinement | None:
        return ask("generator", self._refine, inputs["question"], inputs["answer"], result)

    def judged(self, inputs: dict[str, Any], result: Refinement) -> Rejection | None:
        return check_refinement(result.text, inputs["answer"].text, inputs["question"])


class RefineTask(_AnswerLike):
    """The answer that is made of a critique."""

    step = "refine"
    input_calls, calls = 3, 2

    def program(self) -> Program[Any]:
        return RefineAnswer()

    async def inputs(self, cell: Cell, difficulty: Difficulty, step: Step) -> dict[str, Any]:
        given = await _answered(cell, difficulty, step)
        return given | {"critique": _bare(await step(CritiqueAnswer(), given["question"], given["answer"]))}

    def check(self, inputs: dict[str, Any], result: Refinement) -> Rejection | None:
        return check_refinement(result.text, inputs["answer"].text, inputs["question"])


class RefineBothTask(_AnswerLike):
    """Critique and refinement as one program; the refined answer is judged."""

    step = "refine+critique"
    input_calls, calls = 2, 3

    def program(self) -> Program[Any]:
        return Refine(rounds=1)

    async def inputs(self, cell: Cell, difficulty: Difficulty, step: Step) -> dict[str, Any]:
        return await _answered(cell, difficulty, step)

    def check(self, inputs: dict[str, Any], result: Any) -> Rejection | None:
        critique, refinement = result[-1]
        broken = check_critique(critique)
        return broken or check_refinement(refinement.text, inputs["answer"].text, inputs["question"])

    def follow(self, inputs: dict[str, Any], result: Any, ask: Asker) -> Refinement:
        return result[-1][1]


TASKS_BY_STEP: dict[CompiledStep, type[StepTask]] = {
    task.step: task for task in (ExpandTask, QuestionTask, AnswerTask, CritiqueTask, RefineTask, RefineBothTask)
}


def stages_of(program: dspy.Module) -> list[Stage[Any]]:
    """The stages of a program that is compiled, in the order in which they are executed."""
    return [module for _, module in program.named_sub_modules() if isinstance(module, Stage)]


async def _answered(cell: Cell, difficulty: Difficulty, step: Step) -> dict[str, Any]:
    questions: tuple[Question, ...] = await step(WriteQuestions(), cell)
    question = questions[DIFFICULTIES.index(difficulty)]
    return {"question": _bare(question), "answer": _bare(await step(AnswerQuestion(), question))}


def _bare(record: R) -> R:
    """A record without its provenance: optimizers show their models what an example holds, time and cost included."""
    return record.model_copy(update={"provenance": None})
