"""Doing some work with a model in the foreground, with its steps through a journal."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from ..errors import ModelFault
from ..programs import CondorAdapter, Step
from ..runtime.journal import Journal, StepEntry
from ..runtime.models import Model
from ..runtime.steps import JournaledSteps
from ..runtime.stopping import finish_or_stop

T = TypeVar("T")


async def do_journaled(
    work: Callable[[Step], Coroutine[Any, Any, T]],
    *,
    journal: Journal,
    model: Model,
    parse_retries: int,
    on_step: Callable[[StepEntry], None],
    on_model_fault: Callable[[], None],
) -> T:
    """Do some work to its end or until it is stopped.

    Args:
        work: is given the step that goes through the journal.
        journal: where results are stored and found.
        model: who is asked; its connections are closed in the end.
        parse_retries: how often a reply that does not parse is asked for again.
        on_step: is told of every step that was executed.
        on_model_fault: what to do where no call can succeed, before that is raised.

    Raises:
        ModelFault: no call can succeed.
        CallFault: a call got no reply, after all attempts, and the work does not go on without.
        Interrupted: the work was stopped.
    """
    steps = JournaledSteps(journal, model, adapter=CondorAdapter(parse_retries=parse_retries), on_step=on_step)
    try:
        return await finish_or_stop(work(steps), model.engine.stopping)
    except ModelFault:
        on_model_fault()
        raise
    finally:
        await model.engine.aclose()
