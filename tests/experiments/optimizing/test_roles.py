"""Roles that are served alike keep a model's limits together, and their calls are counted apart."""

import asyncio

from dspy.lm15 import Message, Request

from condor.experiments.optimizing.roles import CallsByRole, build_models, working_for
from condor.experiments.optimizing.session import OptimizeUse
from condor.runtime.call_limit import CallLimit
from condor.runtime.models import Model, ModelSpec
from condor.runtime.stopping import StopSignal


def built(use: OptimizeUse) -> dict[str, Model]:
    return build_models(use.specs, concurrency=4, stopping=StopSignal())


def test_roles_that_are_served_alike_share_the_limits_of_their_model() -> None:
    spec = ModelSpec(name="rehearsal", requests_per_minute=60)
    models = built(OptimizeUse(spec))
    assert len({id(model.engine) for model in models.values()}) == 1
    assert [models[role].spec.temperature for role in ("generator", "judge", "optimizer")] == [0.7, 0.0, 0.7]
    slower = spec.model_copy(update={"requests_per_minute": 30})
    models = built(OptimizeUse(spec, judge=slower, optimizer=slower))
    assert models["judge"].engine is models["optimizer"].engine is not models["generator"].engine


def test_calls_through_one_engine_are_counted_for_the_role_that_they_are_made_for() -> None:
    models = built(OptimizeUse(ModelSpec(name="rehearsal")))
    stored: list[str] = []

    async def store(made: str) -> None:
        stored.append(made)

    async def work() -> CallLimit:
        limit = CallLimit(10, made={}, store=store)
        models["generator"].engine.calls = CallsByRole(limit)
        asked = []
        for number, role in enumerate(("generator", "judge", "judge", "inputs")):
            with working_for(role):
                request = Request(model="rehearsal", messages=(Message.user(f"Question {number}?"),))
                asked.append(asyncio.create_task(models["judge"].engine.complete(request)))
        await asyncio.gather(*asked)
        return limit

    assert asyncio.run(work()).made == {"generator": 1, "judge": 2, "inputs": 1}
    assert len(stored) == 4
