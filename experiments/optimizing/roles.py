"""The models of an optimization by role; and for which role a call is made."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from ...runtime.call_limit import CallLimit
from ...runtime.models import Model, ModelSpec, build_beside, build_model, served_alike
from ...runtime.stopping import StopSignal

# Roles that are served alike share an engine, which so cannot know whom it works for; the context can.
_role: ContextVar[str] = ContextVar("condor_role")


@contextmanager
def working_for(role: str) -> Iterator[None]:
    """Inside the block, and in tasks started there, calls are made for a role."""
    token = _role.set(role)
    try:
        yield
    finally:
        _role.reset(token)


class CallsByRole:
    """Counts calls for the role that they are made for."""

    def __init__(self, limit: CallLimit) -> None:
        self._limit = limit

    async def begin(self) -> None:
        """Count a call that is about to be made.

        Raises:
            BudgetReached: it may not be made.
        """
        await self._limit.begin(_role.get())


def build_models(specs: Mapping[str, ModelSpec], *, concurrency: int, stopping: StopSignal) -> dict[str, Model]:
    """The models by role. Those that are served alike share an engine, and keep its limits together. No call is made.

    Raises:
        ModelFault: one is unknown, or its key is missing.
    """
    models: dict[str, Model] = {}
    for role, spec in specs.items():
        alike = next((model for model in models.values() if served_alike(spec, model.spec)), None)
        if alike is None:
            models[role] = build_model(spec, concurrency=concurrency, stopping=stopping)
        else:
            models[role] = build_beside(spec, alike)
    return models
