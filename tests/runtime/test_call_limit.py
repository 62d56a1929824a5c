"""A limit of calls: counted on disk before each, for all roles together, and never passed."""

import asyncio
import json

import pytest
from dspy.lm15 import Message, Request, ServerError

from condor.errors import BudgetReached
from condor.runtime.call_limit import CallLimit

from runtime_support import reply, scripted_model

REQUEST = Request(model="scripted", messages=(Message.user("?"),))


class Disk:
    """What was last written."""

    def __init__(self) -> None:
        self.held: list[dict[str, int]] = []

    async def store(self, made: str) -> None:
        await asyncio.sleep(0)
        self.held.append(json.loads(made))


def test_every_attempt_counts_and_is_on_disk_before_it_is_made() -> None:
    disk = Disk()
    seen: list[int] = []

    def script(number: int, request: Request) -> object:
        seen.append(disk.held[-1]["judge"])
        return ServerError("busy") if number == 0 else reply("yes")

    model, inner = scripted_model(script)  # pyright: ignore[reportArgumentType]
    limit = CallLimit(5, made={"judge": 2}, store=disk.store)
    model.engine.calls = limit.of("judge")
    asyncio.run(model.engine.complete(REQUEST))
    assert (len(inner.requests), seen, limit.total) == (2, [3, 4], 4)


def test_side_by_side_no_call_passes_the_limit() -> None:
    disk = Disk()
    model, inner = scripted_model(lambda number, request: reply("yes"), concurrency=8)
    limit = CallLimit(7, made={"other": 2}, store=disk.store)
    model.engine.calls = limit.of("judge")

    async def many() -> list[object]:
        return await asyncio.gather(*(model.engine.complete(REQUEST) for _ in range(20)), return_exceptions=True)

    found = asyncio.run(many())
    assert len(inner.requests) == 5
    assert sum(isinstance(each, BudgetReached) for each in found) == 15
    assert (limit.made, limit.total) == ({"other": 2, "judge": 5}, 7)


def test_what_is_kept_for_later_is_not_used_before() -> None:
    limit = CallLimit(4, made={}, store=Disk().store)

    async def use() -> None:
        limit.keep(3)
        await limit.of("optimizer").begin()
        with pytest.raises(
            BudgetReached, match=r"the budget of 4 calls is used up \(3 are kept to score the hold-out\)"
        ):
            await limit.of("optimizer").begin()
        limit.keep(0)
        for _ in range(3):
            await limit.of("generator").begin()
        with pytest.raises(BudgetReached, match="the budget of 4 calls is used up; a larger one goes on"):
            await limit.of("generator").begin()

    asyncio.run(use())
    assert limit.made == {"optimizer": 1, "generator": 3}
